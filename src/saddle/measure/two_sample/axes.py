"""Tests that look at one axis at a time, or at means: what moves, by how much, and where."""

from __future__ import annotations

import warnings
from collections.abc import Sequence

import numpy as np

from saddle.measure.base import Floats
from saddle.measure.two_sample.blind import Z80, smallest_effect, under_one_law
from saddle.measure.two_sample.permuting import floor_of, labellings, null_of, p_of
from saddle.measure.two_sample.result import Blind, Found, Setting

TOLD = 20
"""Axes that a result tells of, those with the smallest p-values."""
ROWS_A_COLUMN = 10
"""Pooled rows a column from which on a covariance matrix is trusted."""
EXACT = 2000
"""Rows of the larger side up to which the law of the Kolmogorov-Smirnov statistic is counted."""
LEAST_TAIL = 0.2
"""Kurtosis less one from which on it is believed: a fair coin has none, a uniform law 0.8."""
_TINY = 1e-9  # beside a variance of one: the log of a side without spread stays finite
_DIGITS = 6  # of a log ratio of standard deviations: what is beyond is rounding


# ---- means --------------------------------------------------------------------------------------


def means(x: Floats, y: Floats, setting: Setting) -> Found:
    """The distance between the means in standard deviations, by permutation.

    With the pooled covariance S it is delta' S^-1 delta, which grows with Hotelling's T^2. Where
    fewer than 10 rows stand against a column S is taken as diagonal.
    """
    n, m = len(x), len(y)
    z = _standardised(np.concatenate([x, y]))
    whole = len(z) >= ROWS_A_COLUMN * z.shape[1]
    labels = labellings(n, m, setting.rng, setting.permutations)
    apart = _mean_gaps(z, labels, n, m)  # (1 + P, d)
    values = np.square(apart @ _whitening(z) if whole else apart).sum(1)
    e = smallest_effect(under_one_law(values), 1.0, 4 * (1 / n + 1 / m))
    told = {**null_of(np.sqrt(values)), "whitened": float(whole)}
    return Found(
        float(np.sqrt(values[0])),
        float(p_of(values)),
        float(np.sqrt(floor_of(values))),
        _effect(min(n, m), e, "a shift of the mean by {:.2g} std along one axis"),
        {**told, **_by_axis(setting.columns, {"shift in std": apart[0]}, p_of(np.abs(apart)))},
        _left_out(z.shape[1]),
    )


def _standardised(pooled: Floats) -> Floats:
    """Columns of mean 0 and variance 1; a constant one becomes zero."""
    centred = pooled - pooled.mean(0)
    scale = centred.std(0)
    z: Floats = centred / np.where(scale > 0, scale, 1.0)
    return z


def _mean_gaps(z: Floats, labels: Floats, n: int, m: int) -> Floats:
    """Mean of a less mean of b for each labelling, (1 + P, d)."""
    of_a = labels.T @ z
    gaps: Floats = of_a / n - (z.sum(0) - of_a) / m
    return gaps


def _whitening(z: Floats) -> Floats:
    """W with W W' the inverse of z's covariance; directions without spread are left out."""
    values, vectors = np.linalg.eigh(z.T @ z / len(z))
    kept = values > 1e-10 * max(float(values.max()), 1e-10)
    white: Floats = vectors[:, kept] / np.sqrt(values[kept])
    return white


# ---- variances ----------------------------------------------------------------------------------


def variances(x: Floats, y: Floats, setting: Setting) -> Found:
    """How far the standard deviations are apart, by permutation.

        statistic^2 = sum_j w_j l_j^2 / sum_j w_j,    l_j = log(std_j of a / std_j of b)

    Var l_j is about (kurtosis_j - 1) (1/n + 1/m) / 4 and w_j one over its first factor, so that
    axes with heavy tails, whose ratio is mostly noise, count less. A shift does not move it.
    """
    n, m = len(x), len(y)
    z = _standardised(np.concatenate([x, y]))
    ratios = _log_ratios(z, labellings(n, m, setting.rng, setting.permutations), n, m)
    weights = _weights(z)
    values = ratios**2 @ weights
    e = _smallest_ratio(values, weights, ratios.std(0))
    return Found(
        float(np.sqrt(values[0])),
        float(p_of(values)),
        float(np.sqrt(floor_of(values))),
        _effect(min(n, m), float(np.exp(e)), "a factor of {:.3g} in the std of one axis"),
        {
            **null_of(np.sqrt(values)),
            **_by_axis(setting.columns, {"std ratio": np.exp(ratios[0])}, p_of(np.abs(ratios))),
        },
        _left_out(z.shape[1]),
    )


def _weights(z: Floats) -> Floats:
    """1 / (kurtosis - 1) of each axis, in sum one; none where an axis is constant, (d,)."""
    fourth = (z**4).mean(0)
    weights = np.where(fourth > 0, 1 / np.maximum(fourth - 1, LEAST_TAIL), 0.0)
    shares: Floats = weights / (weights.sum() or 1.0)
    return shares


def _smallest_ratio(values: Floats, weights: Floats, noise: Floats) -> float:
    """The log ratio of a typical axis alone that is seen: it adds w l^2, and spreads as l does."""
    known = noise > 0
    if not known.any():
        return float("inf")
    weight, deviation = (float(np.median(v[known])) for v in (weights, noise))
    return smallest_effect(under_one_law(values), weight, 4 * (weight * deviation) ** 2)


def _log_ratios(z: Floats, labels: Floats, n: int, m: int) -> Floats:
    """Log of std of a over std of b, for each labelling and axis, (1 + P, d)."""
    squares = z**2
    first, second = labels.T @ z, labels.T @ squares
    of_a = second / n - (first / n) ** 2
    of_b = (squares.sum(0) - second) / m - ((z.sum(0) - first) / m) ** 2
    logs: Floats = np.log((of_a.clip(0) + _TINY) / (of_b.clip(0) + _TINY)) / 2
    ratios: Floats = np.round(logs, _DIGITS)
    return ratios


# ---- distribution functions ---------------------------------------------------------------------


def kolmogorov_smirnov(x: Floats, y: Floats, setting: Setting) -> Found:
    """The widest gap between the distribution functions of an axis, Holm's correction over axes.

    The p-value is the least corrected one. An axis is named as different where its own is small.
    """
    from scipy.special import kolmogi

    n, m, d = len(x), len(y), x.shape[1]
    gaps, p = np.array([_gap(x[:, j], y[:, j]) for j in range(d)]).T
    corrected = holm(p)
    noise = float(np.sqrt(1 / n + 1 / m))
    floor = min(float(kolmogi(0.05 / d)) * noise, 1.0)
    # Where the gap is e, the empirical one varies with at most noise / 2 about it.
    e = min(floor + Z80 * noise / 2, 1.0)
    return Found(
        float(gaps.max()),
        float(corrected.min()),
        floor,
        _effect(min(n, m), e, "a gap of {:.2g} between the distribution functions of an axis"),
        _by_axis(setting.columns, {"gap": gaps}, corrected),
        _left_out(d),
    )


def _gap(x: Floats, y: Floats) -> tuple[float, float]:
    from scipy.stats import ks_2samp

    with warnings.catch_warnings():
        # SciPy warns where it falls back on the asymptotic law; both are right.
        warnings.simplefilter("ignore", RuntimeWarning)
        found = ks_2samp(x, y, method=_METHODS[max(len(x), len(y)) <= EXACT])
    return float(found.statistic), float(found.pvalue)


_METHODS = {True: "exact", False: "asymp"}


def holm(p: Floats) -> Floats:
    """Holm's step-down correction: the k-th smallest of d counts d - k + 1 times (Holm 1979).

    >>> holm(np.array([0.01, 0.04, 0.03])).round(3).tolist()
    [0.03, 0.06, 0.06]
    """
    order = np.argsort(p, kind="stable")
    steps = np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1))
    corrected = np.empty_like(p)
    corrected[order] = np.minimum(steps, 1.0)
    return corrected


# ---- words --------------------------------------------------------------------------------------


def _by_axis(columns: Sequence[str], numbers: dict[str, Floats], p: Floats) -> dict[str, float]:
    """Numbers and p-value of the axes with the smallest p, by name."""
    told: dict[str, float] = {}
    for j in np.argsort(p, kind="stable")[:TOLD]:
        told |= {f"{columns[j]}: {name}": float(v[j]) for name, v in numbers.items()}
        told[f"{columns[j]}: p"] = float(p[j])
    return told


def _left_out(d: int) -> str:
    return f"the {TOLD} most different of {d} axes are told of" if d > TOLD else ""


def _effect(n: int, value: float, words: str) -> Blind:
    if not np.isfinite(value):
        return Blind(value, f"n = {n}: blind, for no axis varies in a way that it reads")
    return Blind(value, f"n = {n}: blind below {words.format(value)}")
