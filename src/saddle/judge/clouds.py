"""Distances between clouds as rows: each beside what other real rows score at the same n."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from saddle.judge.rows import row
from saddle.measure import MEASURES, with_floor
from saddle.measure.base import subsample
from saddle.runs import Json

Array = npt.NDArray[Any]

CLOUDS = ("w1", "w2", "sliced-w", "energy", "mmd")
"""Distances between clouds, in units of the data's scale."""

MORE = (*CLOUDS, "sliced-w1", "sinkhorn")
"""The same with those that take longer, or say nearly the same."""

LAWS = ("jsd-bins", "kl-neighbours")
"""Divergences estimated from two clouds, in nats."""

BINNED = 3
"""Columns that a histogram can have, at most."""


def scale_of_rows(rows: Array) -> float:
    """The data's scale: root of the mean variance of its columns."""
    return float(np.sqrt(rows.var(0).mean())) or 1.0


def clouds(
    title: str,
    made: Array,
    real: Array,
    other: Array,
    *,
    unit: float,
    units: str = "in units of the data's scale",
    names: Sequence[str] = CLOUDS,
) -> list[Json]:
    """How far made rows are from real ones, each beside what other real rows score.

    All are cut at random to the rows of the fewest: a file may be sorted.

    Args:
        title: what a row is called: "{name}(x)", or with {n}, the samples of either side.
        made: (n, d).
        real: (m, d).
        other: further real rows, that share none with `real`.
        unit: what distances are divided by.
        units: what that is, in words.
        names: the distances.
    """
    n, rng = min(map(len, (made, real, other))), np.random.default_rng(0)
    cut = tuple(subsample(rows, n, rng) / unit for rows in (made, real, other))
    sides = cut[0], cut[1], cut[2]
    laws = LAWS if made.shape[1] <= BINNED else LAWS[1:]
    enough = n > NEIGHBOURS
    return [
        *(_beside(name, title, sides, f"; {units}") for name in names),
        *(_beside(name, title, sides, "") for name in laws if enough),
    ]


NEIGHBOURS = 10
"""Rows a side that divergences need more than."""


def _beside(name: str, title: str, sides: tuple[Array, Array, Array], units: str) -> Json:
    (made, real, other), measure = sides, MEASURES[name]
    found = with_floor(measure.judge, made, real, other)
    return row(
        title.format(name=name, n=short(len(made))),
        found.found,
        floor=found.floor,
        better=measure.better,
        note=f"{measure.words}{units}",
    )


def short(n: int) -> str:
    """A number of samples as it stands in a name.

    >>> short(500), short(5000), short(2531)
    ('500', '5k', '2.5k')
    """
    return str(n) if n < 1000 else f"{n / 1000:.2g}k"
