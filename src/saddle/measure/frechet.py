"""The Frechet distance: how far apart two clouds are if all one knows are their two moments.

    F = |a - b|^2 + tr A + tr B - 2 tr (A B)^(1/2)

is the squared W2 between the normal laws of means a, b and covariances A, B. With A = L L' the
matrices A B and L' B L have the same eigenvalues, so that tr (A B)^(1/2) is the sum of the roots
of those of a symmetric matrix, and no root of a matrix is computed. Where rows are fewer than
columns, A = X' X and B = Y' Y with X and Y the centred rows over sqrt(n - 1) and sqrt(m - 1), and
the trace is the sum of the singular values of X Y', an n x m matrix.

F is biased upwards, by about d^2 / n in units of the variance: below 10 rows a column it says more
of n than of the samples (`few_rows`).

References:
    Dowson, Landau (1982), The Frechet distance between multivariate normal distributions.
    Heusel et al. (2017), GANs Trained by a Two Time-Scale Update Rule Converge to a Local Nash
    Equilibrium.
"""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from saddle.errors import BadData
from saddle.measure.base import Floats, Integers, Interval, Rows, pair_of_rows, spread_out
from saddle.measure.moments import Moments, moments

ENOUGH = 10
"""Rows a column that a Frechet distance needs."""


def few_rows(n: int, d: int) -> str | None:
    """The mark of a Frechet distance from too few rows, or None.

    >>> few_rows(500, 64)
    'n = 500 < 10 x 64: biased upwards'
    """
    return f"n = {n} < {ENOUGH} x {d}: biased upwards" if n < ENOUGH * d else None


def frechet_of_moments(a: Moments, b: Moments) -> float:
    """The distance of two pairs of moments; covariances may be singular."""
    if len(a.mean) != len(b.mean):
        raise BadData(
            f"both moments must have the same columns, got {len(a.mean)} and {len(b.mean)}"
        )
    gap = a.mean - b.mean
    A, B = a.covariance, b.covariance
    return _summed(gap, float(np.trace(A) + np.trace(B)), _trace_of_root(A, B))


def frechet(a: npt.ArrayLike, b: npt.ArrayLike) -> float:
    """The distance of two clouds (n, d) and (m, d).

    >>> frechet([[0.0], [2.0]], [[3.0], [5.0]])
    9.0
    """
    x, y = pair_of_rows(a, b, ("a", "b"))
    if min(len(x), len(y)) < 2:
        raise BadData(f"a and b must have at least 2 rows each, got {len(x)} and {len(y)}")
    if min(len(x), len(y)) < x.shape[1]:
        X, Y, gap = _centred(x, y)
        return _summed(gap, _traces(X, Y), _root_by_rows(X, Y).trace)
    return frechet_of_moments(moments(x), moments(y))


def frechet_judged(fake: npt.ArrayLike, real: npt.ArrayLike) -> Interval:
    """`frechet` with its interval, by the influence of each row (the delta method).

    F moves with a row x of mean a and covariance A by

        |x - a|^2 - (x - a)' T (x - a) + 2 (a - b).(x - a) - (its mean),

    T the matrix that carries the one normal law to the other. Under one law T is near I, and the
    interval wider than F varies.
    """
    x, y = pair_of_rows(fake, real, ("fake", "real"))
    if min(len(x), len(y)) < 2:
        raise BadData(f"fake and real must have at least 2 rows each, got {len(x)}, {len(y)}")
    X, Y, gap = _centred(x, y)
    root = (_root_by_rows if min(len(x), len(y)) < x.shape[1] else _root_by_columns)(X, Y)
    variance = _variance(X, root.of_a, gap) + _variance(Y, root.of_b, -gap)
    value = _summed(gap, _traces(X, Y), root.trace)
    found = spread_out(value, variance**0.5, n=min(len(x), len(y)))
    return replace(found, low=max(found.low, 0.0))


def _variance(X: Floats, carried: Floats, gap: Floats) -> float:
    """The share of one cloud's rows in the variance of F; X as `_centred` gives it."""
    n = len(X)
    rows = X[:: _step(n)] * np.sqrt(n - 1)
    influence = np.square(rows).sum(1) - (n - 1) * carried + 2 * rows @ gap
    return float(influence.var()) / n


def _summed(gap: Floats, traces: float, root: float) -> float:
    return max(float(gap @ gap) + traces - 2 * root, 0.0)


# ---- the trace of the root ----------------------------------------------------------------------


class _Root(NamedTuple):
    """tr (A B)^(1/2), and the terms (x - a)' T (x - a) / (n - 1) of some rows of both clouds."""

    trace: float
    of_a: Floats
    of_b: Floats


_JUDGED = 2000  # rows whose influence is computed: enough for a variance


def _step(n: int) -> int:
    return -(-n // _JUDGED)


def _centred(x: Rows, y: Rows) -> tuple[Floats, Floats, Floats]:
    """X (n, d) and Y (m, d) with X'X = A and Y'Y = B, and the gap between the means, (d,)."""
    a, b = (side.mean(0, dtype=np.float64) for side in (x, y))
    return (x - a) / np.sqrt(len(x) - 1), (y - b) / np.sqrt(len(y) - 1), a - b


def _traces(X: Floats, Y: Floats) -> float:
    return float(np.square(X).sum() + np.square(Y).sum())


def _trace_of_root(A: Floats, B: Floats) -> float:
    """The sum of the roots of the eigenvalues of L' B L, A = L L'."""
    from scipy.linalg import eigvalsh
    from scipy.linalg.lapack import dpotrf, dsygst

    L, singular = dpotrf(A, lower=1)
    if singular:  # its rank is told by pivots, at some more cost
        L, _ = _factor(A)
        product = L.T @ B @ L
    else:
        product, _ = dsygst(B, L, itype=3, lower=1)  # L' B L, its lower half
    return _sum_of_roots(eigvalsh(product, lower=True, overwrite_a=True, check_finite=False))


def _sum_of_roots(eigenvalues: Floats) -> float:
    return float(np.sqrt(np.maximum(eigenvalues, 0.0)).sum())


def _factor(A: Floats) -> tuple[Floats, Integers]:
    """L (d, r) with A = L L', by Cholesky with pivots; r, the rank, pivot rows form a triangle."""
    from scipy.linalg.lapack import dpstrf

    factor, pivots, rank, _ = dpstrf(A, lower=1)
    order = pivots.astype(np.int64) - 1
    L = np.zeros((len(A), rank))
    L[order] = np.tril(factor)[:, :rank]
    return L, order[:rank]


def _root_by_columns(X: Floats, Y: Floats) -> _Root:
    """By the d x d matrix M = L' B L = V w V': T = L'^-1 M^(1/2) L^-1, back L M^(-1/2) L'."""
    from scipy.linalg import eigh, solve_triangular

    L, pivots = _factor(X.T @ X)
    w, V = eigh(L.T @ (Y.T @ Y) @ L, overwrite_a=True, check_finite=False)
    w, V = _kept(w, V)
    rows = X[:: _step(len(X))][:, pivots].T
    there = V.T @ solve_triangular(L[pivots], rows, lower=True, check_finite=False)
    back = V.T @ (L.T @ Y[:: _step(len(Y))].T)
    return _Root(float(np.sqrt(w).sum()), np.sqrt(w) @ there**2, (1 / np.sqrt(w)) @ back**2)


def _root_by_rows(X: Floats, Y: Floats) -> _Root:
    """By the n x m matrix X Y' = U s V', the smaller side's square: no d x d matrix is made."""
    from scipy.linalg import eigh

    if len(X) > len(Y):
        turned = _root_by_rows(Y, X)
        return _Root(turned.trace, turned.of_b, turned.of_a)
    product = X @ Y.T
    w, U = _kept(*eigh(product @ product.T, overwrite_a=True, check_finite=False))
    s = np.sqrt(w)
    V = product[:, :: _step(len(Y))].T @ U
    return _Root(float(s.sum()), np.square(U[:: _step(len(X))]) @ s, np.square(V) @ (1 / s))


def _kept(w: Floats, V: Floats) -> tuple[Floats, Floats]:
    """Eigenvalues above their rounding, and their vectors."""
    sure = w > len(w) * np.finfo(float).eps * max(float(w.max(initial=0.0)), 1e-300)
    return w[sure], V[:, sure]
