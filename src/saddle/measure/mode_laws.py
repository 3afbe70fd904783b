"""Which mode a sample belongs to, and what a perfect sampler puts in each."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from saddle.errors import BadData
from saddle.measure.base import Floats, Integers, KnownModes, cloud

_CHUNK = 2_000_000  # distances held at once


def check_modes(modes: KnownModes) -> tuple[Floats, Floats, Floats]:
    """Centres (k, d), covariances (k, d, d) and weights (k,) of a mixture, checked."""
    mu = cloud(modes.centres, "centres")
    k, d = mu.shape
    cov = np.asarray(modes.covariances, dtype=np.float64)
    w = np.asarray(modes.weights, dtype=np.float64)
    if cov.shape != (k, d, d):
        raise BadData(f"covariances must have shape {(k, d, d)}, got {cov.shape}")
    if w.shape != (k,) or (w <= 0).any() or abs(w.sum() - 1) > 1e-6:
        raise BadData(f"weights must be {k} positive values that sum to 1, got {w.tolist()}")
    return mu, cov, w / w.sum()


def nearest_mode(x: npt.ArrayLike, modes: KnownModes) -> tuple[Integers, Floats]:
    """For each sample its nearest mode and the Mahalanobis distance to it.

    The distance to mode k is |L_k^-1 (x - mu_k)| with L_k L_k' = Sigma_k.
    """
    points = cloud(x, "samples")
    mu, cov, _ = check_modes(modes)
    if points.shape[1] != mu.shape[1]:
        raise BadData(f"samples have {points.shape[1]} columns, the modes {mu.shape[1]}")
    try:
        whiten = np.linalg.inv(np.linalg.cholesky(cov))
    except np.linalg.LinAlgError as problem:
        raise BadData("covariances must be positive definite") from problem
    centred = np.einsum("kij,kj->ki", whiten, mu)
    label, square = np.empty(len(points), np.int64), np.empty(len(points))
    step = max(1, _CHUNK // mu.size)
    for start in range(0, len(points), step):
        z = np.einsum("kij,nj->nki", whiten, points[start : start + step]) - centred
        distance = np.einsum("nki,nki->nk", z, z)
        best = distance.argmin(1)
        label[start : start + step] = best
        square[start : start + step] = distance[np.arange(len(best)), best]
    return label, np.sqrt(square)


def high_quality_of_perfect(dimension: int, *, within: float = 3.0) -> float:
    """P(chi2_d < within^2): 1 - exp(-4.5) = 98.89 % in the plane."""
    from scipy.special import gammainc

    return float(gammainc(dimension / 2, within**2 / 2))


def separated_law(modes: KnownModes, *, within: float = 3.0) -> Floats:
    """What a perfect sampler puts in each of k + 1 bins where modes do not overlap.

    Bin k holds high-quality samples of mode k, w_k P(chi2_d < within^2); the last one the rest.
    """
    mu, _, w = check_modes(modes)
    good = high_quality_of_perfect(mu.shape[1], within=within)
    return np.append(w * good, 1 - good)


def drawn_law(
    modes: KnownModes, *, within: float = 3.0, draws: int = 200_000, seed: int = 0
) -> Floats:
    """The same whether or not modes overlap, counted over draws from the mixture itself."""
    mu, cov, w = check_modes(modes)
    rng = np.random.default_rng(seed)
    picked = rng.multinomial(draws, w)
    roots = np.linalg.cholesky(cov)
    x = np.concatenate(
        [
            m + rng.standard_normal((n, mu.shape[1])) @ L.T
            for m, L, n in zip(mu, roots, picked, strict=True)
        ]
    )
    label, distance = nearest_mode(x, modes)
    counts = np.bincount(label[distance < within], minlength=len(w))
    return np.append(counts, draws - counts.sum()) / draws


def perfect_law(modes: KnownModes, *, within: float = 3.0) -> Floats:
    """What a perfect sampler puts in the k + 1 bins: by formula, or drawn where modes overlap."""
    law = drawn_law if _overlap(modes, within=within) else separated_law
    return law(modes, within=within)


def _overlap(modes: KnownModes, *, within: float) -> bool:
    """Whether some two modes reach one another, `within` std each along the line between them."""
    mu, cov, _ = check_modes(modes)
    i, j = np.triu_indices(len(mu), k=1)
    line = mu[i] - mu[j]
    # Along u the std is sqrt(u' Sigma u), u = line / |line|: both sides are times |line|
    reach = sum(np.sqrt(np.einsum("ni,nij,nj->n", line, cov[at], line)) for at in (i, j))
    return bool((np.einsum("ni,ni->n", line, line) <= within * reach).any())
