"""Pairs of columns whose dependence differs, whatever each column's own law.

Each side's columns are replaced by their own ranks u = F(x), w = G(y); what is left is the copula.
Its moments E phi_a(u) phi_b(w), a, b = 1..3, phi Legendre polynomials, are compared between sides.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from itertools import combinations

import numpy as np
from scipy.stats import chi2, rankdata, spearmanr

from saddle.judge.gaps.base import Clouds, Gap, Told
from saddle.judge.gaps.columns import legendre
from saddle.measure.base import Floats, Integers

DEGREES = 3
MOST = 40
"""Columns of which all pairs are looked at; of more, none."""
WINDOW = 0.05
"""Share of a side's rows that count as neighbours along a column."""


def pairs(clouds: Clouds) -> list[Gap]:
    """Every pair of columns."""
    every = combinations(range(clouds.d), 2) if clouds.d <= MOST else ()
    return [
        Gap(
            "pair",
            partial(_p_value, i, j),
            partial(_repair, i, j),
            partial(_tell, i, j),
            columns=(i, j),
        )
        for i, j in every
    ]


def _p_value(i: int, j: int, clouds: Clouds) -> float:
    """Chi-square test that all moments of the two copulas agree."""
    sides = [_moments(side[:, i], side[:, j]) for side in (clouds.real, clouds.fake)]
    delta = sides[0][0] - sides[1][0]
    covariance = sides[0][1] + sides[1][1]
    return float(chi2.sf(delta @ np.linalg.pinv(covariance) @ delta, len(delta)))


def _moments(x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """The copula's moments (9,) and their covariance (9, 9), ranks being estimated too.

    The influence of row i on E phi_a(u) phi_b(w) is, besides its own term, what its place does
    to the ranks of others: E phi_a'(u) phi_b(w) (1[u_i <= u] - u), and the same in w.
    """
    u, w = (rankdata(side) - 0.5 for side in (x, y))
    n = len(x)
    u, w = u / n, w / n
    f, g = legendre(u, DEGREES), legendre(w, DEGREES)
    df, dg = _slopes(u), _slopes(w)
    own = np.einsum("na,nb->nab", f, g)
    by_u = _above(u, np.einsum("na,nb->nab", df, g))
    by_w = _above(w, np.einsum("na,nb->nab", f, dg))
    influence = (own + by_u + by_w).reshape(n, -1)
    return own.reshape(n, -1).mean(0), np.cov(influence.T) / n


def _slopes(u: Floats) -> Floats:
    """Derivatives of the orthonormal Legendre polynomials: (n,) to (n, 3)."""
    each = [
        2 * np.sqrt(2 * k + 1) * np.polynomial.legendre.Legendre.basis(k).deriv()(2 * u - 1)
        for k in range(1, DEGREES + 1)
    ]
    return np.stack(each, axis=1)


def _above(u: Floats, terms: Floats) -> Floats:
    """For each row the mean of the terms (n, ...) over rows at or above it, up to a constant."""
    order = np.argsort(u, kind="stable")
    sums = np.cumsum(terms[order][::-1], axis=0)[::-1] / len(u)
    found = np.empty_like(terms)
    found[order] = sums
    return found


def _repair(i: int, j: int, clouds: Clouds) -> Clouds:
    """One of the columns rearranged so that it hangs on the other one as it does in real rows.

    Each column keeps its own law. That column is rearranged which hangs less on the rest.
    """
    moved, fixed = (j, i) if _tied(clouds, j, i) <= _tied(clouds, i, j) else (i, j)
    values = rearranged(clouds, fixed, moved)
    return clouds.with_fake_column(moved, values)


def _tied(clouds: Clouds, j: int, but: int) -> float:
    """How much column j hangs on the other fake columns, the largest rank correlation."""
    others = [k for k in range(clouds.d) if k not in (j, but)]
    found = [abs(spearman(clouds.fake[:, j], clouds.fake[:, k])) for k in others]
    return max(found, default=0.0)


def spearman(x: Floats, y: Floats) -> float:
    """Rank correlation; 0 where a column is constant."""
    return float(spearmanr(x, y).statistic) if np.ptp(x) > 0 and np.ptp(y) > 0 else 0.0


def rearranged(clouds: Clouds, i: int, j: int) -> Floats:
    """The values of fake column j, dealt out so that they hang on column i as real ones do.

    A fake row stands at some rank among the rows near it along column i. It is given the value
    at that rank among the real rows near it, in ranks; these are then turned into values of the
    fake column.
    """
    rng = clouds.rng(7, i, j)
    fake_u, fake_w = (_ranks(clouds.fake[:, k], rng) for k in (i, j))
    real_u, real_w = (_ranks(clouds.real[:, k], rng) for k in (i, j))
    local = _local_rank(fake_u, fake_w)
    near = _window(real_u, fake_u)
    goal = np.sort(real_w[near], axis=1)
    at = (local * goal.shape[1]).astype(np.int64)
    wanted = goal[np.arange(len(at)), at] + 1e-9 * rng.random(len(at))
    values = np.empty(len(at))
    values[np.argsort(wanted, kind="stable")] = np.sort(clouds.fake[:, j])
    return values


def _ranks(x: Floats, rng: np.random.Generator) -> Floats:
    """Ranks in (0, 1); ties in random order."""
    found = np.empty(len(x))
    found[np.lexsort((rng.random(len(x)), x))] = (np.arange(len(x)) + 0.5) / len(x)
    return found


def _window(u: Floats, at: Floats) -> Integers:
    """For each place (m,) the numbers of the nearest rows along u, (m, k)."""
    order = np.argsort(u, kind="stable")
    k = min(len(u), max(10, int(WINDOW * len(u))))
    first = np.clip(np.searchsorted(u[order], at) - k // 2, 0, len(u) - k)
    near: Integers = order[first[:, None] + np.arange(k)]
    return near


def _local_rank(u: Floats, w: Floats) -> Floats:
    """Each row's rank in w among the rows near it along u, in [0, 1)."""
    near = _window(u, u)
    ranks: Floats = (w[near] < w[:, None]).sum(1) / (near.shape[1] + 1)
    return ranks


def _tell(i: int, j: int, clouds: Clouds, columns: Sequence[str]) -> Told:
    """Rank correlations of both sides."""
    found = {
        side: spearman(rows[:, i], rows[:, j])
        for side, rows in (("real", clouds.real), ("fake", clouds.fake))
    }
    near = abs(found["real"] - found["fake"]) < ALIKE
    words = "rank correlation {fake:.2f} in fake rows, {real:.2f} in real ones" + SHAPE * near
    what = f"{columns[i]} with {columns[j]}"
    return Told("pair", what, words.format_map(found), {"rank_correlation": found})


ALIKE, SHAPE = 0.05, ": alike, but the dependence has another shape"
