"""Exact Wasserstein distances between clouds of samples.

W_p(P, Q)^p is the least mean of |x - y|^p over all ways to carry P to Q. On the line it is the
distance of the two quantile functions, for which sorting is enough; elsewhere a network simplex
(POT) finds the plan.
"""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from saddle.errors import BadData, RunError, bad
from saddle.measure.base import (
    Floats,
    Integers,
    Interval,
    of_influence,
    spread_out,
    subsample,
    two_clouds,
)

_FIELD = 32  # projections sorted at once
_PIVOTS = 10_000_000  # steps of the network simplex before it gives up


@dataclass(frozen=True)
class Transport:
    """A Wasserstein distance and what it was computed from.

    Attributes:
        value: W_p, in the units of the samples (not its p-th power).
        order: p.
        n_a: points of the first cloud that were used; `n_b` of the second.
        subsampled: whether those are fewer than were given.
        deviation: standard deviation of `value` over samples of these sizes, about their mean.
    """

    value: float
    order: float
    n_a: int
    n_b: int
    subsampled: bool
    deviation: float

    def __float__(self) -> float:
        return self.value


def wasserstein(
    a: npt.ArrayLike,
    b: npt.ArrayLike,
    *,
    order: float = 1,
    weights: tuple[npt.ArrayLike | None, npt.ArrayLike | None] = (None, None),
    limit: int = 2000,
    seed: int = 0,
) -> Transport:
    """W_p between two clouds (n, d) and (m, d), exact for the points used.

    On the line every point is used. In more dimensions the plan costs about n^3, so that clouds
    without weights are first subsampled to `limit` points each, which the result says; clouds with
    weights are taken whole. The deviation is that of the two potentials f and g of the dual,
    Var W^p = Var f(x) / n + Var g(y) / m. It is about the mean of W over clouds of this size,
    which lies above the distance of the laws.

    Args:
        a: one cloud.
        b: the other; the sizes may differ.
        order: p >= 1.
        weights: mass of each point of a and of b, any positive total; equal where None.
        limit: most points a side in two and more dimensions.
        seed: of the subsample.

    >>> wasserstein([0.0, 1.0], [5.0, 6.0]).value
    5.0

    References:
        del Barrio, Loubes (2019), Central limit theorems for empirical transportation cost in
        general dimension, Theorem 4.1.
    """
    x, y = two_clouds(a, b)
    if not order >= 1:
        raise bad("order", order, "at least 1")
    w_x, w_y = _mass(weights[0], len(x), "weights[0]"), _mass(weights[1], len(y), "weights[1]")
    if x.shape[1] == 1:
        value, deviation = _on_the_line(x[:, 0], y[:, 0], (w_x, w_y), order)
        return Transport(value, order, len(x), len(y), False, deviation)
    sizes = len(x), len(y)
    if weights[0] is None and weights[1] is None:
        rng = np.random.default_rng(seed)
        x, y = subsample(x, limit, rng), subsample(y, limit, rng)
        w_x, w_y = _mass(None, len(x), "a"), _mass(None, len(y), "b")
    value, deviation = _by_plan(x, y, (w_x, w_y), order)
    return Transport(value, order, len(x), len(y), (len(x), len(y)) != sizes, deviation)


def _mass(weights: npt.ArrayLike | None, n: int, argument: str) -> Floats:
    """Weights as a law on n points."""
    if weights is None:
        return np.full(n, 1.0 / n)
    w = np.asarray(weights, dtype=np.float64)
    if w.shape != (n,) or not np.isfinite(w).all() or (w < 0).any() or w.sum() <= 0:
        raise BadData(f"{argument} must be {n} values >= 0 with a positive sum, got {w!r}")
    law: Floats = w / w.sum()
    return law


def wasserstein_judged(
    a: npt.ArrayLike, b: npt.ArrayLike, *, order: float = 1, limit: int = 1500
) -> Interval:
    """`wasserstein` with its interval, on fewer points: its cost grows as n^3."""
    found = wasserstein(a, b, order=order, limit=limit)
    return spread_out(found.value, found.deviation, n=min(found.n_a, found.n_b))


def _on_the_line(
    x: Floats, y: Floats, mass: tuple[Floats, Floats], order: float
) -> tuple[float, float]:
    """(int_0^1 |F^-1(t) - G^-1(t)|^p dt)^(1/p), both quantile functions being steps; its std."""
    i, j = np.argsort(x, kind="stable"), np.argsort(y, kind="stable")
    at_x, at_y, share = _steps(mass[0][i], mass[1][j])
    u, v = x[i][at_x], y[j][at_y]
    value = _root_mean(np.abs(u - v), share, order)
    f, g = _potentials(u, v, order)
    variance = sum(
        _variance(potential, share) * float(np.square(w).sum())
        for potential, w in zip((f, g), mass, strict=True)
    )
    return value, _of_root(value, variance, order)


def _potentials(u: Floats, v: Floats, order: float) -> tuple[Floats, Floats]:
    """The dual's potentials at matched points of the line, (K,) or (K, c), in order along axis 0.

    f' = p |u - v|^(p-1) sign(u - v) along u, summed by trapezoids; g = |u - v|^p - f.
    """
    slope = order * np.abs(u - v) ** (order - 1) * np.sign(u - v)
    steps = (slope[1:] + slope[:-1]) / 2 * np.diff(u, axis=0)
    f = np.concatenate([np.zeros_like(u[:1]), np.cumsum(steps, axis=0)])
    return f, np.abs(u - v) ** order - f


def _variance(values: Floats, law: Floats) -> float:
    """Variance of values under a law on them."""
    return float(law @ np.square(values - law @ values))


def _of_root(value: float, variance: float, order: float) -> float:
    """Standard deviation of W where W^p has that variance: dW = dW^p / (p W^(p-1))."""
    return math.sqrt(variance) / (order * value ** (order - 1)) if value > 0 else 0.0


def _steps(w: Floats, v: Floats) -> tuple[Integers, Integers, Floats]:
    """Pieces of [0, 1] on which both quantile functions are constant: their steps and lengths."""
    F, G = np.cumsum(w), np.cumsum(v)
    F[-1] = G[-1] = 1.0
    ends = np.sort(np.concatenate([F, G]))
    share = np.diff(ends, prepend=0.0)
    middle = ends - share / 2
    last_w, last_v = len(w) - 1, len(v) - 1
    at_w = np.minimum(np.searchsorted(F, middle), last_w)
    at_v = np.minimum(np.searchsorted(G, middle), last_v)
    kept = share > 0
    return at_w[kept], at_v[kept], share[kept]


def _root_mean(gaps: Floats, share: Floats, order: float) -> float:
    """(sum share gap^p)^(1/p), scaled so that large gaps do not overflow."""
    top = float(gaps.max())
    return top * float(share @ (gaps / top) ** order) ** (1 / order) if top > 0 else 0.0


def _by_plan(
    x: Floats, y: Floats, mass: tuple[Floats, Floats], order: float
) -> tuple[float, float]:
    """The cost of the best plan, by POT's network simplex, and its standard deviation."""
    import ot
    from scipy.spatial.distance import cdist

    cost = cdist(x, y)
    top = float(cost.max())
    if top == 0:
        return 0.0, 0.0
    with warnings.catch_warnings():
        # A simplex that stops early says so as a warning; its log says so too and is read below.
        warnings.filterwarnings("ignore", category=UserWarning, module=r"ot\b.*")
        total, log = ot.emd2(*mass, (cost / top) ** order, numItermax=_PIVOTS, log=True)
    if log["warning"] is not None:
        raise RunError(f"optimal transport of {len(x)} and {len(y)} points: {log['warning']}")
    value = max(float(total), 0.0) ** (1 / order)
    variance = sum(
        _variance(log[dual], w) * float(np.square(w).sum())
        for dual, w in zip(("u", "v"), mass, strict=True)
    )
    return top * value, top * _of_root(value, variance, order)


def sliced_wasserstein(
    a: npt.ArrayLike,
    b: npt.ArrayLike,
    *,
    order: float = 2,
    directions: int = 128,
    seed: int = 0,
) -> float:
    """(E_theta W_p(theta'P, theta'Q)^p)^(1/p) over random directions on the sphere.

    Sorted in float32, which is what makes it quick; the samples are centred first, so that an
    offset costs no digits. The sizes may differ.

    References:
        Rabin et al. 2011, Wasserstein Barycenter and Its Application to Texture Mixing.
    """
    x, y, theta, scale = _projected(a, b, directions, seed)
    if scale == 0:
        return 0.0
    at_x, at_y, share = _steps(_mass(None, len(x), "a"), _mass(None, len(y), "b"))
    total = 0.0
    for start in range(0, directions, _FIELD):
        field = theta[:, start : start + _FIELD]
        u, v = (np.sort((z @ field).astype(np.float32), axis=0) for z in (x, y))
        gaps = np.abs(u[at_x].astype(np.float64) - v[at_y])
        total += float((share @ gaps**order).sum())
    return float(scale * (total / directions) ** (1 / order))


def sliced_judged(
    a: npt.ArrayLike, b: npt.ArrayLike, *, order: float = 2, directions: int = 128
) -> Interval:
    """`sliced_wasserstein` with its interval: the potentials of all directions, averaged."""
    x, y, theta, scale = _projected(a, b, directions, 0)
    if scale == 0:
        return of_influence(0.0, np.zeros(len(x)), np.zeros(len(y)))
    at_x, at_y, share = _steps(_mass(None, len(x), "a"), _mass(None, len(y), "b"))
    f, g, total = np.zeros(len(x)), np.zeros(len(y)), 0.0
    for direction in theta.T:
        u, v = ((z @ direction).astype(np.float32) for z in (x, y))
        i, j = np.argsort(u), np.argsort(v)
        matched = u[i][at_x].astype(np.float64), v[j][at_y].astype(np.float64)
        total += float(share @ np.abs(matched[0] - matched[1]) ** order)
        along = _potentials(*matched, order)
        f[i[at_x]] += along[0]  # a point with several steps takes its last one's
        g[j[at_y]] += along[1]
    value = (total / directions) ** (1 / order)
    part = directions * order * value ** (order - 1) if value > 0 else math.inf
    return of_influence(scale * value, scale * f / part, scale * g / part)


def _projected(
    a: npt.ArrayLike, b: npt.ArrayLike, directions: int, seed: int
) -> tuple[Floats, Floats, Floats, float]:
    """Both clouds, centred together and scaled to one, the directions (d, k) and the scale."""
    x, y = two_clouds(a, b)
    if directions < 1:
        raise bad("directions", directions, "at least 1")
    centre = (x.mean(0) + y.mean(0)) / 2
    scale = max(float(np.abs(x - centre).max()), float(np.abs(y - centre).max()))
    theta = np.random.default_rng(seed).standard_normal((x.shape[1], directions))
    theta /= np.linalg.norm(theta, axis=0)
    unit = scale or 1.0
    return (x - centre) / unit, (y - centre) / unit, theta, scale


@dataclass(frozen=True)
class ParallelLines:
    """Distances of two parallel segments at distance |theta| (Arjovsky et al. 2017, Example 1).

    They share no point unless theta = 0: every f-divergence jumps, W1 does not.
    """

    jsd: float
    kl: float
    total_variation: float
    w1: float


def parallel_lines(theta: float) -> ParallelLines:
    """JSD = log 2, KL infinite, total variation 1, W1 = |theta|; all zero at theta = 0.

    >>> parallel_lines(-0.25).w1
    0.25
    """
    if theta == 0:
        return ParallelLines(0.0, 0.0, 0.0, 0.0)
    return ParallelLines(math.log(2), math.inf, 1.0, abs(theta))
