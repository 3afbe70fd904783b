"""Distances between clouds as rows: each beside what other real rows score at the same n."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from saddle.judge.rows import row
from saddle.measure import MEASURES, with_floor
from saddle.runs import Json

Array = npt.NDArray[Any]

CLOUDS = ("w1", "w2", "sliced-w", "energy", "mmd")
"""Distances between clouds, in units of the data's scale."""

LAWS = ("jsd-bins", "kl-neighbours")
"""Divergences estimated from two clouds, in nats."""

BINNED = 3
"""Columns that a histogram can have, at most."""


def scale_of_rows(rows: Array) -> float:
    """The data's scale: root of the mean variance of its columns."""
    return float(np.sqrt(rows.var(0).mean())) or 1.0


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
