"""The lines of the table of measures: a value, its interval, its floor, how many samples."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from saddle.judge.clouds import CLOUDS, LAWS, clouds, scale_of_rows
from saddle.judge.rows import finite, row, unmeasured
from saddle.measure import Interval, Measure, bootstrap
from saddle.runs import Json
from saddle.spaces.base import Space

__all__ = [
    "CLOUDS",
    "LAWS",
    "MODES",
    "as_rows",
    "clouds",
    "finite",
    "median_of",
    "most_rows",
    "of_modes",
    "row",
    "scale_of_rows",
    "spread_of_rows",
    "unmeasured",
]

Array = npt.NDArray[Any]

MODES = ("modes", "modes-1-percent", "high-quality", "kl-modes", "kl-modes-off", "mode-width")


def as_rows(space: Space, raw: Array) -> Array:
    """Raw samples as rows of numbers: points as they are, in their units; others as compared."""
    return raw if len(space.shape) == 1 else space.rows(raw)


def most_rows(spaces: Mapping[str, Space], n: int) -> int:
    """How many rows are drawn and read: n, fewer where a sample holds many numbers."""
    largest = max(math.prod(space.shape) for space in spaces.values())
    return min(n, max(FEWEST, NUMBERS // largest))


FEWEST, NUMBERS = 1_000, 1 << 22
"""Rows that are read in any case, and numbers that they hold, at most, where they are more."""


def spread_of_rows(rows: Array) -> float:
    """The data's standard deviation: root mean square distance to its mean."""
    return float(np.sqrt(rows.var(0).sum())) or 1.0


def of_modes(measure: Measure, made: Array, modes: Any) -> Json:
    """A measure of known modes beside what a perfect sampler scores."""
    found, n = measure.judge(made, modes), len(made)
    return row(
        measure.name,
        found,
        floor=measure.perfect(found.n or n, modes) if measure.perfect is not None else None,
        better=measure.better,
        note=measure.words,
    )


def median_of(name: str, gaps: Array, *, unit: float, note: str) -> Json:
    """The median of distances, over a unit."""

    def middle(x: Array) -> float:
        return float(np.median(x))

    found = bootstrap(middle, gaps / unit) if len(gaps) > 1 else _alone(float(gaps[0]) / unit)
    return row(name, found, better="lower", note=note)


def _alone(value: float) -> Interval:
    """A number from one row: nothing says how sure it is."""
    return Interval(value, -np.inf, np.inf, 0.95, 1)
