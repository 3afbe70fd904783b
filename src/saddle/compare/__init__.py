"""Ways of training compared on equal terms: same data, same seeds, equal steps, equal time."""

from saddle.compare.api import compare
from saddle.compare.outcome import Comparison

__all__ = ["Comparison", "compare"]
