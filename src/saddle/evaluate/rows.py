"""The lines of the table of measures: a value, its interval, its floor, how many samples."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from saddle.judge.clouds import CLOUDS, LAWS, clouds, scale_of_rows
from saddle.judge.rows import finite, row, unmeasured
from saddle.measure import Interval, Measure, bootstrap
from saddle.runs import Json

__all__ = [
    "CLOUDS",
    "LAWS",
    "MODES",
    "clouds",
    "finite",
    "median_of",
    "of_modes",
    "row",
    "scale_of_rows",
    "spread_of_rows",
    "unmeasured",
]

Array = npt.NDArray[Any]

MODES = ("modes", "modes-1-percent", "high-quality", "kl-modes", "kl-modes-off", "mode-width")


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
