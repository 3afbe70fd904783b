"""Memory: are samples drawn anew, or copies of the rows that were trained on?

Everything here compares three clouds: samples, training rows, and held-out rows of the same law
that training never saw. What held-out rows score is what a sampler without memory scores.

References:
    Meehan, Chaudhuri, Dasgupta (2020), A Non-Parametric Test to Detect Data-Copying in
    Generative Models.
    Alaa et al. (2022), How Faithful is your Synthetic Data? Sample-Level Metrics for Evaluating
    and Auditing Generative Models.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from saddle.errors import BadData
from saddle.measure.base import Floats, Integers, Interval, Rows, pair_of_rows, rows_of, spread_out
from saddle.measure.near import Nearest, nearest

Flags = npt.NDArray[np.bool_]

NEAR = 0.1
"""A row is a near copy within this part of the original's distance to its nearest other row."""


# ---- copies -------------------------------------------------------------------------------------


def _numbered(*clouds: Rows) -> list[Integers]:
    """Rows of all clouds by number, equal rows by an equal one, (n,) each."""
    rows = np.concatenate([np.asarray(x, np.float64) for x in clouds]) + 0.0  # -0.0 is 0.0
    whole = np.ascontiguousarray(rows).view(np.dtype((np.void, rows.itemsize * rows.shape[1])))
    _, number = np.unique(whole.ravel(), return_inverse=True)
    ends = np.cumsum([len(x) for x in clouds])[:-1]
    return np.split(number.astype(np.int64), ends)


def copies(x: npt.ArrayLike, among: npt.ArrayLike) -> Flags:
    """Which rows of x (n, d) stand in another cloud too, number for number, (n,).

    >>> copies([[1.0, 2.0], [1.0, 3.0]], [[1.0, 2.0]]).tolist()
    [True, False]
    """
    of_x, of_others = _numbered(*pair_of_rows(x, among, ("x", "among")))
    return np.isin(of_x, of_others)


def repeats(x: npt.ArrayLike) -> Flags:
    """Which rows of x (n, d) stand in it more than once, (n,).

    >>> repeats([[1.0], [2.0], [1.0]]).tolist()
    [True, False, True]
    """
    (number,) = _numbered(rows_of(x, "x"))
    return np.bincount(number)[number] > 1


@dataclass(frozen=True, eq=False)
class Closest:
    """Where rows lie beside training rows.

    Attributes:
        distance: to the nearest training row, (n,).
        index: of that row, (n,).
        own: from that row to its own nearest other training row, (n,).
    """

    distance: Floats
    index: Integers
    own: Floats

    @property
    def near_copy(self) -> Flags:
        """Ten times nearer to a training row than its nearest other row is, or equal to it."""
        found: Flags = (self.distance <= NEAR * self.own) | (self.distance == 0)
        return found

    @property
    def authentic(self) -> Flags:
        """Farther from the nearest training row than its nearest other row is (Alaa et al.)."""
        found: Flags = self.distance > self.own
        return found


def closest(x: npt.ArrayLike, train: npt.ArrayLike) -> Closest:
    """The nearest training row (m, d) of each row of x (n, d), and how near its neighbour is."""
    rows, seen = pair_of_rows(x, train, ("x", "train"))
    if len(seen) < 2:
        raise BadData(f"train must have at least 2 rows, got {len(seen)}")
    found: Nearest = nearest(rows, seen)
    own = nearest(seen).distance[:, 0]
    index = found.index[:, 0]
    return Closest(found.distance[:, 0], index, own[index])


def authentic_of_perfect(d: int) -> float:
    """The share of authentic samples of a sampler without memory, in d dimensions, many rows.

    A sample x and its nearest row t are each other's nearest with the chance |B| / |B u B'|, B and
    B' balls of one radius whose centres lie that radius apart; x is authentic where they are not.

    >>> round(authentic_of_perfect(1), 6)
    0.333333
    """
    from scipy.special import betainc

    # Two unit balls at distance 1 share the part I_{3/4}((d + 1) / 2, 1 / 2) of one of them.
    return 1 - 1 / (2 - float(betainc((d + 1) / 2, 0.5, 0.75)))


# ---- the test of data copying -------------------------------------------------------------------


class Copying(NamedTuple):
    """C_T: do samples lie nearer to training rows than held-out rows do?

    Attributes:
        z: of each cell, far below 0 where samples are copies, far above where they are far off.
        weight: share of held-out rows in each cell that was judged, summing to one.
        cell: the cells that were judged, as numbers of `centres`.
        centres: of all cells, (k, d).
    """

    z: Floats
    weight: Floats
    cell: Integers
    centres: Floats

    @property
    def overall(self) -> Interval:
        """Sum of weight x z, with the interval of unit variance a cell."""
        deviation = float(np.sqrt(np.square(self.weight).sum()))
        return spread_out(float(self.weight @ self.z), deviation, n=0)


FEWEST = 20
"""Rows of each kind that a cell needs to be judged, as in Meehan et al."""


def copying(
    fake: npt.ArrayLike,
    train: npt.ArrayLike,
    held: npt.ArrayLike,
    *,
    rng: np.random.Generator,
    cells: int | None = None,
) -> Copying:
    """The C_T test of Meehan et al. (2020), in cells of the training rows found by k-means.

    In each cell, distances to the nearest training row of that cell: those of samples against
    those of held-out rows, by Mann and Whitney's U, ties counted half.

        z = (U - n m / 2) / sd U,     U = pairs in which the sample lies farther

    Args:
        fake: samples (m, d).
        train: training rows (l, d).
        held: rows of the same law that training did not see (n, d).
        rng: where the first centres are drawn.
        cells: how many; by default as many, up to ten, as leave 50 held-out rows to each.
    """
    x, seen = pair_of_rows(fake, train, ("fake", "train"))
    y, _ = pair_of_rows(held, seen, ("held", "train"))
    count = min(10, len(y) // 50) if cells is None else cells
    centres = _centres(seen, max(1, count), rng)
    of_x, of_seen, of_y = (nearest(side, centres).index[:, 0] for side in (x, seen, y))
    judged: list[tuple[int, float, int]] = []
    for cell in range(len(centres)):
        made, known, new = x[of_x == cell], seen[of_seen == cell], y[of_y == cell]
        if len(known) and min(len(made), len(new)) >= FEWEST:
            judged.append((cell, _mann_whitney(*_to(known, made, new)), len(new)))
    if not judged:
        raise BadData(
            f"no cell holds {FEWEST} samples and {FEWEST} held-out rows: "
            f"{len(x)} samples and {len(y)} held-out rows are too few, or lie elsewhere"
        )
    which, z, share = (np.array(column) for column in zip(*judged, strict=True))
    return Copying(z, share / share.sum(), which, centres)


def _to(known: Rows, *clouds: Rows) -> tuple[Floats, ...]:
    return tuple(nearest(rows, known).distance[:, 0] for rows in clouds)


def _mann_whitney(a: Floats, b: Floats) -> float:
    """The z of U = pairs with a > b, ties half; variance corrected for ties."""
    n, m = len(a), len(b)
    pooled = np.concatenate([a, b])
    _, place, ties = np.unique(pooled, return_inverse=True, return_counts=True)
    ends = np.cumsum(ties)
    ranks = (ends - (ties - 1) / 2)[place]
    U = float(ranks[:n].sum()) - n * (n + 1) / 2
    N = n + m
    variance = n * m / 12 * (N + 1 - float((ties**3.0 - ties).sum()) / (N * (N - 1)))
    return (U - n * m / 2) / variance**0.5 if variance > 0 else 0.0


def _centres(x: Rows, k: int, rng: np.random.Generator) -> Rows:
    """Centres of k cells by Lloyd's steps; the first are rows far from one another."""
    rows = np.unique(np.asarray(x, np.float64), axis=0)
    chosen = rows[rng.integers(len(rows), size=1)]
    while len(chosen) < min(k, len(rows)):
        gap = np.square(nearest(rows, chosen).distance[:, 0])
        chosen = np.vstack([chosen, rows[rng.choice(len(rows), p=gap / gap.sum())]])
    for _ in range(10):
        cell = nearest(x, chosen).index[:, 0]
        chosen = np.stack([x[cell == c].mean(0) if (cell == c).any() else chosen[c]
                           for c in range(len(chosen))])  # fmt: skip
    return chosen


# ---- training rows or held-out rows -------------------------------------------------------------


def closer_to_train(
    fake: npt.ArrayLike, train: npt.ArrayLike, held: npt.ArrayLike, *, rng: np.random.Generator
) -> Interval:
    """Share of samples whose nearest record is a training row, beside as many held-out rows.

    One half where nothing was learned by heart; equal distances count half. Records that draw
    many samples make the share less sure: its variance is that of clusters, one a record,

        sum over records of (samples that are nearest to it)^2 s (1 - s) / m^2.
    """
    x, seen = pair_of_rows(fake, train, ("fake", "train"))
    y, _ = pair_of_rows(held, seen, ("held", "train"))
    n = min(len(seen), len(y))
    seen, y = (c[rng.permutation(len(c))[:n]] for c in (seen, y))
    to_train, to_held = nearest(x, seen), nearest(x, y)
    a, b = to_train.distance[:, 0], to_held.distance[:, 0]
    share = float(np.where(a == b, 0.5, a < b).mean())
    record = np.where(a <= b, to_train.index[:, 0], n + to_held.index[:, 0])
    drawn = np.bincount(record).astype(np.float64)
    variance = (
        float(np.square(drawn).sum()) * max(share * (1 - share), 0.25 / len(x)) / len(x) ** 2
    )
    found = spread_out(share, variance**0.5, n=len(x))
    return replace(found, low=max(found.low, 0.0), high=min(found.high, 1.0))
