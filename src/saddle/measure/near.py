"""Nearest rows, in blocks: never more than a few million distances are held at once.

Squared distances come from matrix products, |x - y|^2 = |x|^2 + |y|^2 - 2 x.y, in single precision
where its rounding is far below the distances that matter, else in double precision, else from the
differences themselves. What is handed back is computed anew from the rows that were found, so that
copies are at distance zero.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from saddle.errors import bad
from saddle.measure.base import Floats, Integers, Rows, pair_of_rows, rows_of

BLOCK = 1024
"""Rows a side of a block of distances."""
_FOLD = 16  # columns that share one least value while the nearest are looked for
_TIED = 8  # candidates for each neighbour: more are ties
_NOISE = 8.0  # units of rounding that a squared distance may be off by
DIRECT = 2
"""The way of differences."""
_SAFE = 1e-4  # of the median squared distance to a neighbour: noise that changes no answer


@dataclass(frozen=True, eq=False)
class Nearest:
    """The k nearest rows of each row, nearest first.

    Attributes:
        distance: (n, k).
        index: (n, k), rows of the cloud that was searched.
    """

    distance: Floats
    index: Integers


# ---- distances by blocks ------------------------------------------------------------------------


@dataclass(frozen=True)
class Frame:
    """Where rows are measured from, and how exactly.

    Attributes:
        centre: (d,), taken off every row: rounding grows with the distance from it.
        scale: the largest squared distance of a row to the centre.
        way: single, double or differences, by number: each is slower and more exact.
    """

    centre: Floats
    scale: float
    way: int = 0

    @property
    def dtype(self) -> type[np.floating[Any]]:
        """Of the squared distances."""
        return np.float64 if self.way else np.float32

    @property
    def noise(self) -> float:
        """By how much a squared distance may be off; differences are off by a part of it alone."""
        return 0.0 if self.way == DIRECT else _NOISE * self.scale * float(np.finfo(self.dtype).eps)

    @classmethod
    def around(cls, *clouds: Rows) -> Frame:
        """The frame of several clouds: their mean row, in single precision."""
        total = sum(len(x) for x in clouds)
        centre = sum(x.mean(0, dtype=np.float64) * (len(x) / total) for x in clouds)
        held = np.asarray(centre, np.float64)
        scale = max(
            float(np.square(x[part] - held).sum(1).max())
            for x in clouds
            for part in blocks(len(x))
        )
        return cls(held, scale)

    def against(self, x: Rows) -> Callable[[Rows], Rows]:
        """From rows y (c, d) to the squared distances of x (b, d) to them, (b, c)."""
        if self.way == DIRECT:
            from scipy.spatial.distance import cdist

            return lambda y: np.asarray(cdist(x, y, "sqeuclidean"))
        left = self._widened(x, -2.0, first=True)  # [-2 x, |x|^2, 1] [y, 1, |y|^2]' = |x - y|^2
        return lambda y: left @ self._widened(y, 1.0, first=False).T

    def _widened(self, x: Rows, factor: float, *, first: bool) -> Rows:
        n, d = x.shape
        own = np.float64 if self.way else x.dtype
        centred = np.asarray(x, own) - self.centre.astype(own)
        wide = np.empty((n, d + 2), self.dtype)
        np.multiply(centred, factor, out=wide[:, :d], casting="same_kind")
        wide[:, d if first else d + 1] = np.einsum("ij,ij->i", centred, centred)
        wide[:, d + 1 if first else d] = 1.0
        return wide


def blocks(n: int, size: int = BLOCK) -> list[slice]:
    """Slices that cover n rows, of about equal size and at most `size` each."""
    count = -(-n // size)
    ends = np.linspace(0, n, count + 1).astype(int)
    return [slice(int(a), int(b)) for a, b in zip(ends, ends[1:], strict=False)]


def squares(x: Rows, y: Rows, frame: Frame) -> Iterator[tuple[slice, slice, Rows]]:
    """Blocks of squared distances between two clouds: rows of x, rows of y, (b, c)."""
    for part in blocks(len(x)):
        to = frame.against(x[part])
        for other in blocks(len(y)):
            yield part, other, to(y[other])


def own_squares(x: Rows, frame: Frame) -> Iterator[tuple[slice, slice, Rows]]:
    """Blocks within one cloud: each pair of rows once, a row to itself infinite."""
    parts = blocks(len(x))
    for number, part in enumerate(parts):
        to = frame.against(x[part])
        for other in parts[number:]:
            found = to(x[other])
            if other is part:
                np.fill_diagonal(found, np.inf)
            yield part, other, found


# ---- the nearest of them ------------------------------------------------------------------------


class _Best:
    """The k least values of each row so far, and where they stand."""

    def __init__(self, n: int, k: int, dtype: type[np.floating[Any]]) -> None:
        self.value = np.full((n, k), np.inf, dtype)
        self.index = np.zeros((n, k), np.int64)

    def take(self, part: slice, other: slice, found: Rows) -> None:
        """Take in a block: values (b, c) of rows `part` against rows `other`."""
        k, c = self.value.shape[1], found.shape[1]
        limit = np.minimum(self.value[part].max(1), _at_most(found, k))
        flat = np.flatnonzero(found <= limit[:, None])
        if len(flat) > _TIED * k * len(found):  # rows that repeat are all as near: any k will do
            few = np.argpartition(found, min(k, c) - 1, axis=1)[:, : min(k, c)]
            flat = (few + c * np.arange(len(found))[:, None]).ravel()
        at, to = np.divmod(flat, c)
        self._merge(part, at, to + other.start, found[at, to])

    def _merge(self, part: slice, at: Integers, to: Integers, value: Rows) -> None:
        """Sort what is held and what is new by row and value; keep the first k of each row."""
        n, k = self.value[part].shape
        row = np.concatenate([np.repeat(np.arange(n), k), at])
        values = np.concatenate([self.value[part].ravel(), value])
        index = np.concatenate([self.index[part].ravel(), to])
        order = np.lexsort((values, row))
        first = np.searchsorted(row[order], np.arange(n))
        kept = order[first[:, None] + np.arange(k)]
        self.value[part], self.index[part] = values[kept], index[kept]


def _at_most(found: Rows, k: int) -> Rows:
    """A bound on the k-th least value of each row, (b,): the k-th least of minima over columns."""
    b, c = found.shape
    wide = c // _FOLD
    if wide < 2 * k:
        return np.partition(found, k - 1, axis=1)[:, k - 1] if c >= k else found.max(1)
    least = found[:, : wide * _FOLD].reshape(b, _FOLD, wide).min(1)
    return np.partition(least, k - 1, axis=1)[:, k - 1]


def _search(x: Rows, y: Rows | None, k: int, frame: Frame) -> _Best:
    """The k nearest of each row of x, in y or, where that is None, among the other rows of x."""
    best = _Best(len(x), k, frame.dtype)
    if y is not None:
        for part, other, found in squares(x, y, frame):
            best.take(part, other, found)
        return best
    for part, other, found in own_squares(x, frame):
        best.take(part, other, found)
        if other is not part:
            best.take(other, part, np.ascontiguousarray(found.T))
    return best


def frame_for(x: Rows, y: Rows | None = None, *, k: int = 1) -> Frame:
    """The fastest way in which rounding changes no neighbour, told from some hundred rows."""
    among = x if y is None else y
    few = x[:: max(1, len(x) // 200)]
    frame = Frame.around(*((x,) if y is None else (x, y)))
    for way in range(DIRECT):
        frame = replace(frame, way=way)
        if frame.scale > float(np.finfo(frame.dtype).max) / _NOISE:
            continue
        near = _search(few, among, min(k + 1, len(among)), frame).value[:, -1]
        if frame.noise <= _SAFE * float(np.median(near)):
            return frame
    return replace(frame, way=DIRECT)


def nearest(
    x: npt.ArrayLike, y: npt.ArrayLike | None = None, *, k: int = 1, frame: Frame | None = None
) -> Nearest:
    """The k nearest rows of y (m, d) for each row of x (n, d); without y, the nearest others of x.

    >>> nearest([[0.0], [1.0], [5.0]]).index.ravel().tolist()
    [1, 0, 1]
    """
    rows = rows_of(x, "x")
    others = None if y is None else pair_of_rows(rows, y, ("x", "y"))[1]
    among = len(rows) - 1 if others is None else len(others)
    if not 1 <= k <= among:
        raise bad("k", k, f"from 1 to {among}, the rows there are to be near to")
    index = _search(rows, others, k, frame or frame_for(rows, others, k=k)).index
    return _measured(rows, rows if others is None else others, index)


def _measured(x: Rows, y: Rows, index: Integers) -> Nearest:
    """Distances of the rows that were found, anew and in double precision, nearest first."""
    distance = np.empty(index.shape)
    for part in blocks(len(x)):
        for column in range(index.shape[1]):
            gap = x[part] - y[index[part, column]]
            distance[part, column] = np.sqrt(np.einsum("ij,ij->i", gap, gap, dtype=np.float64))
    order = np.argsort(distance, axis=1, kind="stable")
    return Nearest(np.take_along_axis(distance, order, 1), np.take_along_axis(index, order, 1))
