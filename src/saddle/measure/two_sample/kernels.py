"""Statistics of a kernel's sums over pairs: energy distance and maximum mean discrepancy.

Both are quadratic in the two empirical laws; the energy distance is MMD^2 under k = -|x - y|.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from saddle.errors import BadData, bad
from saddle.measure.base import Floats, Interval, of_influence, subsample, two_clouds

ENTRIES = 1_000_000
"""Distances held at once."""
JUDGED = 3000
"""Points a side of an energy distance or MMD that is given with its interval."""
_MEDIAN_POINTS = 1000  # points that the median distance is taken over

Kernel = Callable[[Floats, Floats], Floats]


class Sums(NamedTuple):
    """Sums of k over pairs within a, within b, and across; (P,) each, one a labelling."""

    aa: Floats
    bb: Floats
    ab: Floats


@dataclass(frozen=True)
class Form:
    """A statistic of kernel sums.

    Attributes:
        kernel: from (n, d) and (m, d) to (n, m).
        statistic: from sums, n and m to its value.
        sign: of the kernel in MMD^2 = E k(x, x') + E k(y, y') - 2 E k(x, y).
    """

    kernel: Kernel
    statistic: Callable[[Sums, int, int], Floats]
    sign: float


# ---- kernels ------------------------------------------------------------------------------------


def _distances(x: Floats, y: Floats) -> Floats:
    from scipy.spatial.distance import cdist

    d: Floats = cdist(x, y)
    return d


def gaussian(width: float) -> Kernel:
    """exp(-|x - y|^2 / 2 width^2)."""
    return lambda x, y: _falling(x, y, width)


def gaussians(width: float, *, halvings: int) -> Kernel:
    """The mean of Gaussian kernels of that width, half of it, a quarter, ...

    A kernel of half the width is the fourth power: exp is taken once.
    """

    def kernel(x: Floats, y: Floats) -> Floats:
        k = _falling(x, y, width)
        total: Floats = k.copy()
        for _ in range(halvings):
            np.square(k, out=k)
            np.square(k, out=k)
            total += k
        total /= halvings + 1
        return total

    return kernel


def _falling(x: Floats, y: Floats, width: float) -> Floats:
    from scipy.spatial.distance import cdist

    k: Floats = cdist(x, y, "sqeuclidean")
    k *= -0.5 / width**2
    np.exp(k, out=k)
    return k


def median_width(x: Floats, y: Floats) -> float:
    """Median distance between pooled points, over at most 1,000 of them; 1 where it is zero."""
    pooled = np.concatenate([x, y])
    pooled = pooled[np.lexsort(pooled.T)]  # so that neither side's place matters
    pooled = subsample(pooled, _MEDIAN_POINTS, np.random.default_rng(0))
    d = _distances(pooled, pooled)[np.triu_indices(len(pooled), 1)]
    return float(np.median(d)) or float(d.mean()) or 1.0


# ---- forms --------------------------------------------------------------------------------------


def _energy(s: Sums, n: int, m: int) -> Floats:
    """2 E|x - y| - E|x - x'| - E|y - y'|, over all pairs: never negative."""
    return 2 * s.ab / (n * m) - s.aa / n**2 - s.bb / m**2


def _mmd(s: Sums, n: int, m: int) -> Floats:
    """MMD^2 without the pairs of a point with itself: unbiased, so it may be negative."""
    return (s.aa - n) / (n * (n - 1)) + (s.bb - m) / (m * (m - 1)) - 2 * s.ab / (n * m)


ENERGY = Form(_distances, _energy, -1.0)


def mmd_form(kernel: Kernel) -> Form:
    """Unbiased MMD^2 under a kernel that is 1 at distance zero."""
    return Form(kernel, _mmd, 1.0)


def sums(kernel: Kernel, pooled: Floats, labels: Floats) -> tuple[Sums, Floats]:
    """Sums for every labelling, and every row's sum over all rows, in one pass over pairs.

    Labels (N, P) are 1 in a. With a the indicator: aa = a'Ka, ab = a'K1 - aa,
    bb = 1'K1 - 2 a'K1 + aa. K is symmetric, so that a chunk of rows meets itself and what comes
    after it, which counts twice.
    """
    N = len(pooled)
    aa, of_row = np.zeros(labels.shape[1]), np.zeros(N)
    step = max(1, ENTRIES // N)
    for start in range(0, N, step):
        here, after = slice(start, start + step), slice(start + step, N)
        own = kernel(pooled[here], pooled[here])
        aa += (labels[here] * (own @ labels[here])).sum(0)
        of_row[here] += own.sum(1)
        other = kernel(pooled[here], pooled[after])
        aa += 2 * (labels[here] * (other @ labels[after])).sum(0)
        of_row[here] += other.sum(1)
        of_row[after] += other.sum(0)
    row = of_row @ labels
    return Sums(aa, of_row.sum() - 2 * row + aa, row - aa), of_row


# ---- values, alone and with their interval ------------------------------------------------------


def energy(a: npt.ArrayLike, b: npt.ArrayLike) -> float:
    """The squared energy distance of two clouds, 2 E|x - y| - E|x - x'| - E|y - y'|.

    >>> energy([0.0, 0.0], [1.0, 1.0])
    2.0
    """
    x, y = two_clouds(a, b)
    return _judged(ENERGY, x, y).value


def mmd(a: npt.ArrayLike, b: npt.ArrayLike, *, width: float | None = None) -> float:
    """The unbiased squared MMD with a Gaussian kernel, of the median width by default."""
    x, y = _pairs(*two_clouds(a, b))
    if width is not None and not width > 0:
        raise bad("width", width, "above 0")
    return _judged(mmd_form(gaussian(width or median_width(x, y))), x, y).value


def energy_judged(a: npt.ArrayLike, b: npt.ArrayLike, *, limit: int = JUDGED) -> Interval:
    """`energy` with its interval, on at most `limit` points a side: its cost grows as n^2."""
    return _judged(ENERGY, *_limited(a, b, limit))


def mmd_judged(a: npt.ArrayLike, b: npt.ArrayLike, *, limit: int = JUDGED) -> Interval:
    """`mmd` with its interval, on at most `limit` points a side: its cost grows as n^2."""
    x, y = _pairs(*_limited(a, b, limit))
    return _judged(mmd_form(gaussian(median_width(x, y))), x, y)


def _pairs(x: Floats, y: Floats) -> tuple[Floats, Floats]:
    if min(len(x), len(y)) < 2:
        raise BadData("a and b must have at least 2 rows each")
    return x, y


def _limited(a: npt.ArrayLike, b: npt.ArrayLike, limit: int) -> tuple[Floats, Floats]:
    x, y = two_clouds(a, b)
    rng = np.random.default_rng(0)
    return subsample(x, limit, rng), subsample(y, limit, rng)


def _judged(form: Form, x: Floats, y: Floats) -> Interval:
    """A statistic of kernel sums with its interval.

    It is quadratic in the two empirical laws, so that a point x moves it by the witness
    2 (mean_j k(x, y_j) - mean_j k(x, x_j)) / n, and a point y by as much the other way (Gretton
    et al. 2012, on its law where P is not Q). Under one law the witness is all noise and the
    interval some three times too wide.
    """
    n, m = len(x), len(y)
    pooled = np.concatenate([x, y])
    sides = np.repeat([[1.0, 0.0], [0.0, 1.0]], [n, m], axis=0)
    step = max(1, ENTRIES // len(pooled))
    rows = [
        form.kernel(pooled[start : start + step], pooled) @ sides
        for start in range(0, len(pooled), step)
    ]
    of_a, of_b = np.concatenate(rows).T
    aa, bb, ab = (np.atleast_1d(s.sum()) for s in (of_a[:n], of_b[n:], of_b[:n]))
    value = float(form.statistic(Sums(aa, bb, ab), n, m)[0])
    witness = 2 * (of_b / m - of_a / n)
    return of_influence(value, witness[:n], witness[n:])
