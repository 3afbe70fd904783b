"""Divergences estimated from samples alone, in nats: by a grid, by kernels, by neighbours.

Every one of them is biased at finite n. Give it the company of its real-vs-real floor
(`with_floor`): two clouds of one law do not score zero.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from saddle.errors import BadData, bad
from saddle.measure.base import Floats, two_clouds
from saddle.measure.divergences import Generator
from saddle.measure.exact import integrand
from saddle.measure.quadrature import Bounds
from saddle.reference import Reference

WANG = Reference(
    "wang2009",
    "Divergence Estimation for Multidimensional Densities Via k-Nearest-Neighbor Distances",
    "Wang, Qing and Kulkarni, Sanjeev and Verdu, Sergio",
    2009,
    "IEEE Transactions on Information Theory 55(5)",
)


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
    edges = [np.linspace(lo, hi if hi > lo else lo + 1.0, bins + 1) for lo, hi in box]
    if floor is None:
        floor = 1 / (min(len(x), len(y)) * (bins**d + 1))
    with np.errstate(divide="ignore"):
        log_p, log_q = (np.log(grid_law(c, edges, floor=floor)) for c in (x, y))
    return float(integrand(f)(log_p, log_q).sum())


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
