"""The lines of the table of measures: a value, its interval, its floor, how many samples."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from saddle.measure import MEASURES, Interval, Measure, bootstrap, with_floor
from saddle.runs import Json

Array = npt.NDArray[Any]

CLOUDS = ("w1", "w2", "sliced-w", "energy", "mmd")
"""Distances between clouds, in units of the data's scale."""

LAWS = ("jsd-bins", "kl-neighbours")
"""Divergences estimated from two clouds, in nats."""

MODES = ("modes", "modes-1-percent", "high-quality", "kl-modes", "kl-modes-off", "mode-width")

BINNED = 3
"""Columns that a histogram can have, at most."""


def row(name: str, found: Interval, *, better: str, note: str, floor: float | None = None) -> Json:
    """One line of the table; what is not finite is told as None."""
    ends = [found.low, found.high]
    return {
        "name": name,
        "value": finite(found.value),
        "floor": None if floor is None else finite(floor),
        "interval": ends if np.isfinite(ends).all() else None,
        "n": found.n or None,
        "better": better,
        "note": note,
    }


def unmeasured(name: str, why: str, *, better: str) -> Json:
    """The line of what could not be measured, with the reason."""
    note = f"not measured: {why}"
    absent = {key: None for key in ("value", "floor", "interval", "n")}
    return {"name": name, **absent, "better": better, "note": note}


def finite(value: float) -> float | None:
    """The value, or None where it is infinite or not a number."""
    return float(value) if np.isfinite(value) else None


def scale_of_rows(rows: Array) -> float:
    """The data's scale: root of the mean variance of its columns."""
    return float(np.sqrt(rows.var(0).mean())) or 1.0


def spread_of_rows(rows: Array) -> float:
    """The data's standard deviation: root mean square distance to its mean."""
    return float(np.sqrt(rows.var(0).sum())) or 1.0


def clouds(key: str, made: Array, real: Array, other: Array, *, unit: float) -> list[Json]:
    """How far made rows are from real ones, each beside what other real rows score."""
    sides = made / unit, real / unit, other / unit
    laws = LAWS if made.shape[1] <= BINNED else LAWS[1:]
    enough = min(len(side) for side in sides) > NEIGHBOURS
    return [
        *(_beside(name, key, *sides, unit="; in units of the data's scale") for name in CLOUDS),
        *(_beside(name, key, *sides, unit="") for name in laws if enough),
    ]


NEIGHBOURS = 10
"""Rows a side that divergences need more than."""


def _beside(name: str, key: str, made: Array, real: Array, other: Array, *, unit: str) -> Json:
    measure, n = MEASURES[name], min(len(made), len(real), len(other))
    found = with_floor(measure.judge, made[:n], real[:n], other[:n])
    return row(
        f"{name}({key})",
        found.found,
        floor=found.floor,
        better=measure.better,
        note=f"{measure.words}{unit}",
    )


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
