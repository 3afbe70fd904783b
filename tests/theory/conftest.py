"""The benchmarks' experiments, which the tests of this folder run on small budgets."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))
