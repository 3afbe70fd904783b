"""What a two-sample test is, what it is given, and what it answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np

from saddle.measure.base import Floats
from saddle.reference import Reference


class Blind(NamedTuple):
    """The smallest difference that a test would have seen: with 80 % power at a level of 5 %.

    Attributes:
        value: how large, in the unit that the words name.
        words: what it is blind below, in a sentence.
    """

    value: float
    words: str


class Found(NamedTuple):
    """What a test computes; `two_sample` adds its name and n, and tells of rows left out.

    Attributes:
        statistic: its number; larger means further apart.
        p_value: chance of a number at least as large where both clouds come from one law.
        floor: what two clouds of one law stay below in 95 of 100 cases, at this n.
        blind: the smallest difference that it would have seen.
        detail: further numbers, by name.
        note: what a reader has to know beside the numbers; mostly empty.
    """

    statistic: float
    p_value: float
    floor: float
    blind: Blind
    detail: Mapping[str, float]
    note: str = ""


class Result(NamedTuple):
    """What one test says.

    Attributes:
        name: the test's name.
        statistic: its number; larger means further apart.
        p_value: chance of a number at least as large where both clouds come from one law.
        n: samples a side that were used (the smaller side's).
        floor: what two clouds of one law stay below in 95 of 100 cases, at this n.
        detail: further numbers, by name.
        blind: the smallest difference that it would have seen.
        note: rows or columns that were left out; empty where nothing was.
    """

    name: str
    statistic: float
    p_value: float
    n: int
    floor: float
    detail: Mapping[str, float]
    blind: Blind
    note: str = ""


class Setting(NamedTuple):
    """What a test is given beside the two clouds.

    Attributes:
        rng: its own stream.
        permutations: how many random labellings it compares with.
        columns: a name for each axis.
    """

    rng: np.random.Generator
    permutations: int
    columns: Sequence[str]


Run = Callable[[Floats, Floats, Setting], Found]
"""From two clouds, columns on one scale, to what the test found."""

Level = Literal["continuous", "discrete", "corrected"]


@dataclass(frozen=True)
class TwoSampleTest:
    """A row of the catalogue. `run` is pure.

    Attributes:
        words: what is compared, in a few words.
        run: the test.
        level: how P(p <= 5 %) under one law stands to 5 %: `continuous` meets it; `discrete`
            (the statistic is a count) and `corrected` (for several axes) stay below.
        limit: rows a side that it takes; of more it takes so many at random, and says so.
        reference: where it comes from.
        symmetric: whether the statistic stays where the clouds change places.
    """

    words: str
    run: Run
    level: Level
    limit: int
    reference: Reference | None = None
    symmetric: bool = True
