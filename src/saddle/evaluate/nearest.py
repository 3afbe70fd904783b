"""Samples beside the training rows nearest to them: what was learned by heart shows here.

What held-out rows have to their nearest training row is what a sampler without memory has.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

from saddle.build.materials import Materials, part_size
from saddle.errors import BadData, bad
from saddle.evaluate.rows import as_rows
from saddle.evaluate.trained import Trained
from saddle.measure.near import nearest
from saddle.runs import Json

Array = npt.NDArray[Any]
Floats = npt.NDArray[np.float64]

MOST, AT_ONCE, HELD = 100_000, 2_000, 500
"""Training rows that are looked at, rows that are read at once, held-out rows, at most."""


@dataclass(frozen=True, eq=False)
class Neighbours:
    """Samples and their k nearest training rows.

    Attributes:
        seeds: of each sample, (n,).
        samples: raw, (n, ...).
        train: raw training rows, (n, k, ...), the nearest first.
        distance: (n, k), between what measures compare (`Space.rows`).
        index: (n, k), numbers of the training rows.
        held: distance of held-out rows to their nearest training row, (m,).
        searched: how many training rows were looked at.
    """

    seeds: list[int]
    samples: Array
    train: Array
    distance: Floats
    index: npt.NDArray[np.int64]
    held: Floats
    searched: int

    def told(self) -> list[Json]:
        """A row a sample: distances, and the share of held-out rows that are nearer."""
        return [
            {
                "seed": seed,
                "nearest": float(near[0]),
                "held-out rows that are nearer": float((self.held < near[0]).mean()),
                "training rows": [int(i) for i in index],
                "distances": [float(d) for d in near],
            }
            for seed, near, index in zip(self.seeds, self.distance, self.index, strict=True)
        ]

    def floor(self) -> Json:
        """What held-out rows have to their nearest training row."""
        low, middle, high = np.quantile(self.held, [0.05, 0.5, 0.95])
        return {
            "n": len(self.held),
            "of": self.searched,
            "5 %": float(low),
            "median": float(middle),
            "95 %": float(high),
        }


def neighbours_of(
    trained: Trained,
    materials: Materials,
    seeds: Sequence[int],
    *,
    k: int = 3,
    given: object = None,
) -> Neighbours:
    """The samples of these seeds beside the training rows nearest to them."""
    if not isinstance(k, int | np.integer) or k < 1:
        raise bad("k", k, "a whole number of at least 1")
    samples = trained.sample_seeds(seeds, given=given)
    if "x" not in samples or "x" not in materials.spaces:
        raise BadData(f"game {trained.recipe.game!r} makes no x that could be compared")
    compared = partial(as_rows, trained.spaces["x"])
    real = materials.rows("final", HELD)["x"]
    asked = np.concatenate([_flat(compared(samples["x"])), _flat(compared(real))])
    size = min(part_size(materials.source, "train") or MOST, MOST)
    if size < k:
        raise bad("k", k, f"at most {size}, the training rows there are")
    distance: Array = np.empty((len(asked), 0))
    index: Array = np.empty((len(asked), 0), dtype=np.int64)
    for first, rows in _parts(materials, size):
        found = nearest(asked, _flat(compared(rows)), k=min(k, len(rows)))
        distance = np.concatenate([distance, found.distance], 1)
        index = np.concatenate([index, first + found.index], 1)
        order = np.argsort(distance, axis=1, kind="stable")[:, :k]
        distance, index = (np.take_along_axis(it, order, 1) for it in (distance, index))
    n = len(samples["x"])
    return Neighbours(
        seeds=[*map(int, seeds)],
        samples=samples["x"],
        train=_rows_at(materials, index[:n]),
        distance=distance[:n],
        index=index[:n],
        held=distance[n:, 0],
        searched=size,
    )


def _flat(rows: Array) -> Floats:
    return rows.reshape(len(rows), -1).astype(np.float64)


def _parts(materials: Materials, size: int) -> Iterator[tuple[int, Array]]:
    """Training rows, some at a time, each once: where they begin, and they."""
    for first in range(0, size, AT_ONCE):
        yield first, materials.rows("train", min(AT_ONCE, size - first), first=first)["x"]


def _rows_at(materials: Materials, index: npt.NDArray[np.int64]) -> Array:
    """The training rows of these numbers, (n, k, ...)."""
    found = materials.source.batch(index.ravel(), "train")["x"]
    return found.reshape(*index.shape, *found.shape[1:])
