"""Divergences estimated from samples alone, in nats: by a grid, by kernels, by neighbours.

Every one of them is biased at finite n. Give it the company of its real-vs-real floor
(`with_floor`): two clouds of one law do not score zero.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from saddle.errors import BadData, bad
from saddle.measure.base import Floats, Integers, Interval, of_influence, spread_out, two_clouds
from saddle.measure.divergences import Generator, jsd
from saddle.measure.exact import integrand
from saddle.measure.quadrature import Bounds


def grid_law(x: npt.ArrayLike, edges: list[Floats], *, floor: float = 0.0) -> Floats:
    """Shares of samples in each cell, and last the share outside of the grid; they sum to one.

    `floor` is added to every share before the shares are normalised again, so that no cell is
    empty and nothing is lost.
    """
    points = np.asarray(x, dtype=np.float64).reshape(-1, len(edges))
    inside, _ = np.histogramdd(points, bins=edges)
    counts = np.append(inside.ravel(), len(points) - inside.sum())
    raised = counts / len(points) + floor
    law: Floats = raised / raised.sum()
    return law


def grid_divergence(
    real: npt.ArrayLike,
    fake: npt.ArrayLike,
    *,
    f: Generator,
    bins: int = 30,
    bounds: Bounds | None = None,
    floor: float | None = None,
) -> float:
    """D_f between the histograms of two clouds: sum over cells of q f(p/q).

    Points outside of the grid share one cell of their own. Below the truth by what varies within
    cells, above it by about (cells in use) / 2n of sampling noise.

    Args:
        real: samples of P, (n, d) with d at most 3.
        fake: samples of Q.
        f: convex, of u = p/q.
        bins: cells an axis.
        bounds: (low, high) of each axis; the range of the real samples by default.
        floor: probability added to every cell before normalising; by default one sample of the
            smaller cloud, spread over all cells.
    """
    x, y = two_clouds(real, fake, ("real", "fake"))
    log_p, log_q = _logs(x, y, _edges(x, bins, bounds), floor)
    return float(integrand(f)(log_p, log_q).sum())


def _edges(x: Floats, bins: int, bounds: Bounds | None) -> list[Floats]:
    """Edges of the cells along each axis."""
    d = x.shape[1]
    if d > 3:
        raise BadData(f"a grid in {d} dimensions has too many cells: use knn_kl")
    if bins < 1:
        raise bad("bins", bins, "at least 1")
    if bounds is not None and len(bounds) != d:
        raise bad("bounds", bounds, f"{d} pairs (low, high), one for each column")
    box = bounds or tuple(
        (float(lo), float(hi)) for lo, hi in zip(x.min(0), x.max(0), strict=True)
    )
    return [np.linspace(lo, hi if hi > lo else lo + 1.0, bins + 1) for lo, hi in box]


def _logs(x: Floats, y: Floats, edges: list[Floats], floor: float | None) -> tuple[Floats, Floats]:
    """Log shares of both clouds in every cell."""
    if floor is None:
        count = np.prod([len(edge) - 1 for edge in edges]) + 1
        floor = float(1 / (min(len(x), len(y)) * count))
    with np.errstate(divide="ignore"):
        log_p, log_q = (np.log(grid_law(c, edges, floor=floor)) for c in (x, y))
    return log_p, log_q


def cells(x: Floats, edges: list[Floats]) -> Integers:
    """The number of each sample's cell in `grid_law`, the last one for those outside, (n,)."""
    shape = [len(edge) - 1 for edge in edges]
    at = [np.searchsorted(edge, c, "right") - 1 for edge, c in zip(edges, x.T, strict=True)]
    at = [
        np.where(c == edge[-1], len(edge) - 2, i)
        for i, edge, c in zip(at, edges, x.T, strict=True)
    ]
    inside = np.all([(i >= 0) & (i < size) for i, size in zip(at, shape, strict=True)], axis=0)
    flat = np.ravel_multi_index(at, shape, mode="clip")
    return np.where(inside, flat, int(np.prod(shape)))


def kde_divergence(
    real: npt.ArrayLike, fake: npt.ArrayLike, *, f: Generator, seed: int = 0
) -> float:
    """D_f by kernel densities, fitted on one half of each cloud and judged on the other.

    E over the equal mixture m of the other halves of (q/m) f(p/q), bandwidth by Scott's rule. For
    laws without narrow modes: one bandwidth serves the whole cloud.
    """
    from scipy.stats import gaussian_kde

    x, y = two_clouds(real, fake, ("real", "fake"))
    n = min(len(x), len(y))
    if n < 10 * x.shape[1]:
        raise BadData(f"a kernel density in {x.shape[1]} dimensions needs more than {n} rows")
    rng = np.random.default_rng(seed)
    x, y = (c[rng.permutation(len(c))[:n]] for c in (x, y))
    try:
        p, q = gaussian_kde(x[: n // 2].T), gaussian_kde(y[: n // 2].T)
    except np.linalg.LinAlgError as problem:
        raise BadData(
            "a cloud has no spread in some direction, so it has no kernel density: "
            "use grid_divergence"
        ) from problem
    points = np.concatenate([x[n // 2 :], y[n // 2 :]]).T
    log_p, log_q = p.logpdf(points), q.logpdf(points)
    log_m = np.logaddexp(log_p, log_q) - np.log(2)
    return float(integrand(f)(log_p - log_m, log_q - log_m).mean())


def grid_jsd(real: npt.ArrayLike, fake: npt.ArrayLike, *, most: int = 30) -> Interval:
    """The Jensen-Shannon divergence between histograms, as `grid_divergence`, with its interval.

    As many bins an axis as leave five samples a cell, and at most `most`.

    With u = p/q in a cell and m = (p + q) / 2 a real point there moves it by log(p/m) / 2n, a fake
    one by log(q/m) / 2n.
    """
    x, y = two_clouds(real, fake, ("real", "fake"))
    room = int((min(len(x), len(y)) / 5) ** (1 / x.shape[1]))
    edges = _edges(x, min(most, max(room, 1)), None)
    log_p, log_q = _logs(x, y, edges, None)
    log_m = np.logaddexp(log_p, log_q) - np.log(2)
    halves = [(log - log_m) / 2 for log in (log_p, log_q)]
    value = float(integrand(jsd)(log_p, log_q).sum())
    of_x, of_y = (half[cells(c, edges)] for half, c in zip(halves, (x, y), strict=True))
    return of_influence(value, of_x, of_y)


def knn_kl(real: npt.ArrayLike, fake: npt.ArrayLike, *, k: int = 5) -> float:
    """KL(P || Q) by nearest neighbours: d/n sum log(nu_k / rho_k) + log(m / (n - 1)).

    rho_k(i) is the distance from real sample i to its k-th neighbour among the other real ones,
    nu_k(i) to its k-th neighbour among the fake ones. Infinite where more than k real samples are
    one point, for such a law has no density.
    """
    from scipy.spatial import cKDTree

    x, y = two_clouds(real, fake, ("real", "fake"))
    n, d = x.shape
    if not 1 <= k <= min(n - 1, len(y)):
        raise bad("k", k, f"between 1 and {min(n - 1, len(y))}, the neighbours there are")
    rho = cKDTree(x).query(x, k=[k + 1])[0][:, 0]
    nu = cKDTree(y).query(x, k=[k])[0][:, 0]
    if (rho == 0).any():
        return float("inf")
    if (nu == 0).any():
        return float("-inf")
    return float(d * np.mean(np.log(nu / rho)) + np.log(len(y) / (n - 1)))


def knn_kl_judged(
    real: npt.ArrayLike, fake: npt.ArrayLike, *, k: int = 5, parts: int = 10
) -> Interval:
    """`knn_kl` with its interval, by the jackknife that leaves out a part of both clouds.

        Var = (B - 1) / B sum over parts of (value without it - their mean)^2

    The terms of its sum share their neighbours, so that their own spread would say too little.
    Where too few samples are left the interval is infinite.
    """
    x, y = two_clouds(real, fake, ("real", "fake"))
    n, value = min(len(x), len(y)), knn_kl(x, y, k=k)
    if n < parts or n - n // parts - 1 <= k or not np.isfinite(value):
        return spread_out(value, np.inf, n=n)
    i, j = np.arange(len(x)) % parts, np.arange(len(y)) % parts
    without = np.array([knn_kl(x[i != part], y[j != part], k=k) for part in range(parts)])
    deviation = without.std() * (parts - 1) ** 0.5 if np.isfinite(without).all() else np.inf
    return spread_out(value, float(deviation), n=n)
