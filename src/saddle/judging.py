"""Two-sample tests from Python, of sides that may be anything that has rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from saddle.api import folder_of
from saddle.evaluate.anything import draw_from
from saddle.judge.apart import Reading, both, told_apart
from saddle.measure import Result
from saddle.measure.two_sample import DEFAULT_TESTS, PERMUTATIONS
from saddle.sources.opening import Names


def two_sample(
    a: Any,
    b: Any,
    *,
    tests: str | Sequence[str] = DEFAULT_TESTS,
    seed: int = 0,
    permutations: int = PERMUTATIONS,
    n: int | None = None,
    columns: Names | None = None,
) -> list[Result]:
    """Could both sides have been drawn from one law? One result a test.

    Args:
        a: an array, a data frame, a file, a source or its name, or a run, which is drawn from.
        b: the other side, likewise.
        tests: one name or several; `saddle list tests` tells of them.
        seed: of every draw, permutation and split.
        permutations: how many; the least p-value is 1 / (permutations + 1).
        n: rows a side, at most of rows that are there, exactly of what is drawn.
        columns: which columns of a table; all where None.
    """
    sides = both(folder_of(a), folder_of(b), Reading(n, seed, columns, draw_from))
    return told_apart(sides, tests=tests, seed=seed, permutations=permutations)
