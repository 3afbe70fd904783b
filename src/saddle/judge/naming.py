"""What the numbers of an evaluation are called, before any of them is measured."""

from __future__ import annotations

from saddle.judge.clouds import LAWS, MORE
from saddle.judge.fidelity import NAMES as FIDELITY
from saddle.judge.memory import MEMORY
from saddle.judge.sections import LEARNED, Options


def names_of(options: Options) -> frozenset[str]:
    """What the numbers of two sides are called, without n and features: a check may name these."""
    tests = {f"{name}.p" for name in options.tests}
    return frozenset({"likeness", "auc", *FIDELITY, *LEARNED, *MORE, *LAWS, *MEMORY, *tests})
