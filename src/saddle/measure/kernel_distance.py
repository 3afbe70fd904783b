"""The kernel distance (KID): an unbiased squared distance that sees three moments, at any n.

    K = E k(x, x') + E k(y, y') - 2 E k(x, y),    k(x, y) = (x.y / d + 1)^3

over pairs of two rows, never of one row with itself.

It is zero on average under one law however few the rows are, and may be below zero. Where the
Frechet distance has too few rows a column, this is the number to read.

References:
    Binkowski et al. (2018), Demystifying MMD GANs.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from saddle.errors import BadData
from saddle.measure.base import Floats, Interval, Rows, of_influence, pair_of_rows, subsample
from saddle.measure.near import blocks

LIMIT = 3000
"""Rows a side that are read at most: the cost grows as n^2, the error falls as 1 / sqrt(n)."""


def kernel_distance(a: npt.ArrayLike, b: npt.ArrayLike, *, degree: int = 3) -> float:
    """The unbiased squared MMD of two clouds (n, d), (m, d) with k = (x.y / d + 1)^degree.

    >>> kernel_distance([[1.0], [-1.0]], [[1.0], [-1.0]])
    -8.0
    """
    return kernel_judged(a, b, degree=degree, limit=None).value


def kernel_judged(
    fake: npt.ArrayLike, real: npt.ArrayLike, *, degree: int = 3, limit: int | None = LIMIT
) -> Interval:
    """`kernel_distance` with its interval, on at most `limit` rows a side.

    A row x moves the distance by 2 (mean k(x, x') - mean k(x, y)), the witness; under one law that
    is all noise, and the interval wider than K varies.
    """
    x, y = pair_of_rows(fake, real, ("fake", "real"))
    if min(len(x), len(y)) < 2:
        raise BadData(f"fake and real must have at least 2 rows each, got {len(x)}, {len(y)}")
    rng = np.random.default_rng(0)
    x, y = (subsample(c, limit or len(c), rng).astype(np.float64, copy=False) for c in (x, y))
    n, m = len(x), len(y)
    xx, yy = _own(x, degree) / (n - 1), _own(y, degree) / (m - 1)
    xy, yx = _across(x, y, degree)
    xy, yx = xy / m, yx / n
    value = float(xx.mean() + yy.mean() - 2 * xy.mean())
    return of_influence(value, 2 * (xx - xy), 2 * (yy - yx))


def _kernel(x: Rows, y: Rows, degree: int) -> Floats:
    k: Floats = x @ y.T
    k /= x.shape[1]
    k += 1
    found: Floats = k * k * k if degree == 3 else k**degree  # a product is ten times faster
    return found


def _own(x: Rows, degree: int) -> Floats:
    """Sums of k over the other rows of the same cloud, (n,); each pair is computed once."""
    found, parts = np.zeros(len(x)), blocks(len(x))
    for number, part in enumerate(parts):
        for other in parts[number:]:
            k = _kernel(x[part], x[other], degree)
            if other is part:
                np.fill_diagonal(k, 0.0)
            else:
                found[other] += k.sum(0)
            found[part] += k.sum(1)
    return found


def _across(x: Rows, y: Rows, degree: int) -> tuple[Floats, Floats]:
    """Sums of k over the rows of the other cloud, (n,) and (m,)."""
    of_x, of_y = np.zeros(len(x)), np.zeros(len(y))
    for part in blocks(len(x)):
        for other in blocks(len(y)):
            k = _kernel(x[part], y[other], degree)
            of_x[part] += k.sum(1)
            of_y[other] += k.sum(0)
    return of_x, of_y
