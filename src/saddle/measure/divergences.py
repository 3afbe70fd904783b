"""The generators f of the usual f-divergences in numpy, and closed forms between Gaussians.

D_f(P || Q) = E_Q f(p/q), with the naming of the learned distances: `js` is the f-GAN row, twice
the usual Jensen-Shannon divergence, which is `jsd`; `pearson` is the integral of (p - q)^2 / q.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from saddle.catalogue import Catalogue, Family
from saddle.errors import BadValue, bad
from saddle.expression import ARITY, evaluate, parse
from saddle.measure.base import Floats

Generator = Callable[[Floats], Floats]
"""A convex f of u = p/q, on arrays of u > 0 (u = 0 where the limit exists)."""


def _xlogx(u: Floats) -> Floats:
    return u * np.log(np.where(u > 0, u, 1.0))


def kl(u: Floats) -> Floats:
    """KL(P || Q): u log u."""
    return _xlogx(u)


def reverse_kl(u: Floats) -> Floats:
    """KL(Q || P): -log u."""
    return -np.log(u)


def js(u: Floats) -> Floats:
    """Twice the Jensen-Shannon divergence, f-GAN's row: u log u - (u + 1) log((u + 1)/2)."""
    return _xlogx(u) - (u + 1) * np.log((u + 1) / 2)


def jsd(u: Floats) -> Floats:
    """The usual Jensen-Shannon divergence, KL(P || M)/2 + KL(Q || M)/2 with M = (P + Q)/2."""
    return js(u) / 2


def pearson(u: Floats) -> Floats:
    """Pearson's chi-square, the integral of (p - q)^2 / q: (u - 1)^2."""
    return (u - 1) ** 2


def neyman(u: Floats) -> Floats:
    """Neyman's chi-square, the integral of (p - q)^2 / p: (1 - u)^2 / u."""
    return (1 - u) ** 2 / u


def squared_hellinger(u: Floats) -> Floats:
    """The integral of (sqrt p - sqrt q)^2, at most 2: (sqrt u - 1)^2."""
    return (np.sqrt(u) - 1) ** 2


def jeffrey(u: Floats) -> Floats:
    """KL(P || Q) + KL(Q || P): (u - 1) log u."""
    return (u - 1) * np.log(u)


def total_variation(u: Floats) -> Floats:
    """Half the integral of |p - q|, at most 1: |u - 1| / 2."""
    return np.abs(u - 1) / 2


def softened_reverse_kl(u: Floats) -> Floats:
    """2 KL((P + Q)/2 || P) = KL(Q || P) - 2 JSD: (u + 1) log((u + 1) / 2u)."""
    return (u + 1) * np.log((u + 1) / (2 * u))


def alpha(a: float) -> Generator:
    """The alpha divergence (u^a - 1 - a (u - 1)) / (a (a - 1)); 1/2 is 2 squared Hellinger."""
    if a in (0.0, 1.0) or not math.isfinite(a):
        raise bad("alpha", a, "finite, and neither 0 (reverse-kl) nor 1 (kl)")
    return lambda u: (u**a - 1 - a * (u - 1)) / (a * (a - 1))


def js_weighted(pi: float) -> Generator:
    """The sum pi KL(P || M) + (1 - pi) KL(Q || M) with M = pi P + (1 - pi) Q."""
    if not 0 < pi < 1:
        raise bad("js-weighted", pi, "strictly between 0 and 1")

    def f(u: Floats) -> Floats:
        m = 1 - pi + pi * u
        return pi * _xlogx(u) - m * np.log(m)

    return f


def expression(text: str) -> Generator:
    """An f that is written down, `u*log(u)`, and never run as a program; it must be convex."""
    node = parse(text, {"u"})

    def f(u: Floats) -> Floats:
        return np.broadcast_to(evaluate(node, {"u": u}, FUNCTIONS), np.shape(u)).astype(np.float64)

    u = np.geomspace(1e-3, 1e3, 2001)
    with np.errstate(all="ignore"):
        y = f(u)
    if not np.isfinite(y).all():
        raise bad("f", text, f"finite for u > 0; at u = {u[~np.isfinite(y)][0]:.3g} it is not")
    slope = np.diff(y) / np.diff(u)
    falls = np.diff(slope) < -1e-9 * (np.abs(slope[1:]) + np.abs(y[1:-1]) / u[1:-1])
    if falls.any():
        raise bad("f", text, f"convex in u; near u = {u[1:-1][falls][0]:.3g} it is not")
    return f


FUNCTIONS: dict[str, Callable[..., Any]] = {
    **{name: vars(np)[name] for name in ARITY if name in vars(np)},
    "atan": np.arctan,
    "max": np.maximum,
    "min": np.minimum,
}
"""What the functions of an expression do to arrays."""


def _parameter(name: str, text: str) -> float:
    try:
        return float(text)
    except ValueError as problem:
        raise BadValue(f"{name}: the parameter must be a number, got {text!r}") from problem


GENERATORS: Catalogue[Generator] = Catalogue(
    "f",
    {
        "kl": kl,
        "reverse-kl": reverse_kl,
        "js": js,
        "jsd": jsd,
        "minimax": js,
        "pearson": pearson,
        "neyman": neyman,
        "squared-hellinger": squared_hellinger,
        "jeffrey": jeffrey,
        "total-variation": total_variation,
        "softened-reverse-kl": softened_reverse_kl,
        "alpha": Family(lambda t: alpha(_parameter("alpha", t)), "0.5", "A"),
        "js-weighted": Family(lambda t: js_weighted(_parameter("js-weighted", t)), "0.3", "PI"),
        "f": Family(expression, "u*log(u)", "EXPRESSION"),
    },
)


# ---- closed forms between Gaussians N(m, s^2) in one dimension, N(m, S) in several -------------


def gaussian_kl(m_p: Floats, cov_p: Floats, m_q: Floats, cov_q: Floats) -> float:
    """KL(N(m_p, S_p) || N(m_q, S_q)), (tr S_q^-1 S_p + dm' S_q^-1 dm - d + log det ratio) / 2."""
    gap = m_q - m_p
    solved = np.linalg.solve(cov_q, np.column_stack([cov_p, gap]))
    logdet = np.linalg.slogdet(cov_q)[1] - np.linalg.slogdet(cov_p)[1]
    trace = np.trace(solved[:, :-1])
    return float((trace + gap @ solved[:, -1] - len(gap) + logdet) / 2)


def gaussian_squared_hellinger(m_p: Floats, cov_p: Floats, m_q: Floats, cov_q: Floats) -> float:
    """2 - 2 BC, BC = (det S_p det S_q)^(1/4) / det(S)^(1/2) exp(-dm' S^-1 dm / 8), S the mean."""
    cov, gap = (cov_p + cov_q) / 2, m_p - m_q
    logdets = [np.linalg.slogdet(c)[1] for c in (cov_p, cov_q, cov)]
    log_bc = (logdets[0] + logdets[1]) / 4 - logdets[2] / 2
    return float(2 - 2 * np.exp(log_bc - gap @ np.linalg.solve(cov, gap) / 8))


def gaussian_pearson(m_p: Floats, cov_p: Floats, m_q: Floats, cov_q: Floats) -> float:
    """The integral of (p - q)^2 / q; infinite unless 2 S_p^-1 - S_q^-1 is positive definite.

    With A = 2 S_p^-1 - S_q^-1 and b = 2 S_p^-1 m_p - S_q^-1 m_q the integral of p^2 / q is
    det(S_q)^(1/2) / (det S_p det(A)^(1/2)) exp(c / 2) with
    c = b' A^-1 b - 2 m_p' S_p^-1 m_p + m_q' S_q^-1 m_q.
    """
    inv_p, inv_q = np.linalg.inv(cov_p), np.linalg.inv(cov_q)
    A, b = 2 * inv_p - inv_q, 2 * inv_p @ m_p - inv_q @ m_q
    if np.linalg.eigvalsh(A).min() <= 0:
        return math.inf
    logdets = [np.linalg.slogdet(c)[1] for c in (cov_q, cov_p, A)]
    power = b @ np.linalg.solve(A, b) - 2 * m_p @ inv_p @ m_p + m_q @ inv_q @ m_q
    exponent = float(logdets[0] / 2 - logdets[1] - logdets[2] / 2 + power / 2)
    return math.expm1(exponent) if exponent < 700 else math.inf


def gaussian_neyman(m_p: Floats, cov_p: Floats, m_q: Floats, cov_q: Floats) -> float:
    """The integral of (p - q)^2 / p, which is Pearson's with P and Q exchanged."""
    return gaussian_pearson(m_q, cov_q, m_p, cov_p)


def gaussian_w2(m_p: Floats, cov_p: Floats, m_q: Floats, cov_q: Floats) -> float:
    """W2: root of |dm|^2 + tr(S_p + S_q - 2 (S_p^(1/2) S_q S_p^(1/2))^(1/2))."""
    root = _root(cov_p)
    cross = np.trace(_root(root @ cov_q @ root))
    square = np.sum((m_p - m_q) ** 2) + np.trace(cov_p) + np.trace(cov_q) - 2 * cross
    return float(np.sqrt(max(square, 0.0)))


def _root(matrix: Floats) -> Floats:
    """The symmetric root of a positive semidefinite matrix."""
    values, vectors = np.linalg.eigh((matrix + matrix.T) / 2)
    root: Floats = (vectors * np.sqrt(np.maximum(values, 0.0))) @ vectors.T
    return root
