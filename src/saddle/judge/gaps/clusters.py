"""Clusters of one side, found on half of its rows without a look at the other side.

A Gaussian mixture, as large as its BIC allows. Parts that overlap are merged step by step (Hennig
2010), and each part on the way is a guess: a cluster that is no ellipse is found as a union. All
parts that the other side hardly fills are one more guess: where three modes are lost, their loss
is one thing, of which each of them is a third.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.decomposition import PCA
from sklearn.exceptions import ConvergenceWarning
from sklearn.mixture import GaussianMixture

from saddle.judge.gaps.base import Clouds, Gap, Mask
from saddle.judge.gaps.regions import HALF, Region, halves
from saddle.measure.base import Floats, Integers

SIZES = (1, 2, 3, 4, 6, 8, 11, 15)
FITTED = 2500
"""Rows that a mixture is fitted to, at most."""
FLAT = 10
"""Columns of a mixture, at most; of more, the directions of largest variance."""
LEAST = 20
"""Rows a part of a mixture that are needed at least."""


def clusters(clouds: Clouds) -> list[Gap]:
    """Clusters of each half of each side, judged on all rows but that half."""
    none = np.array([], dtype=np.int64)
    found: list[Region] = []
    several: list[Region] = []
    for halved in halves(clouds):
        half = clouds.kept(*halved)
        numbers = half.real_rows, half.fake_rows
        for own, other, seen in (
            (half.real, half.fake, (numbers[0], none)),
            (half.fake, half.real, (none, numbers[1])),
        ):
            mixture = Mixture.of(own, clouds)
            found += [Region(mixture.union(k), *seen) for k in mixture.merged(own)]
            sparse = mixture.sparse(own, other)
            parts = tuple(mixture.union((k,)) for k in sparse)
            several += [Region(mixture.union(sparse), *numbers, parts=parts)] * (len(parts) > 1)
    found = [region.smaller(clouds) for region in found]
    found += [region for region in several if region.pooled(clouds) <= 0.5]
    return [region.gap("cluster") for region in found]


@dataclass(frozen=True, eq=False)
class Mixture:
    """A Gaussian mixture of one side.

    Attributes:
        label: from rows (n, d) to the part that each belongs to, (n,).
        posterior: from rows to the probability of each part, (n, k).
    """

    label: Callable[[Floats], Integers]
    posterior: Callable[[Floats], Floats]

    @classmethod
    def of(cls, rows: Floats, clouds: Clouds) -> Mixture:
        """Fitted to some of these rows, in the clouds' units."""
        rng = clouds.rng(5)
        rows = rows[rng.permutation(len(rows))[:FITTED]] / clouds.unit
        flat = PCA(FLAT, random_state=0).fit(rows) if rows.shape[1] > FLAT else None

        def seen(x: Floats) -> Floats:
            return x / clouds.unit if flat is None else flat.transform(x / clouds.unit)

        best = _best(rows if flat is None else flat.transform(rows), int(rng.integers(2**31)))
        return cls(lambda x: best.predict(seen(x)), lambda x: best.predict_proba(seen(x)))

    def union(self, parts: Sequence[int]) -> Callable[[Floats], Mask]:
        """Which rows belong to any of some parts."""
        return lambda x: np.isin(self.label(x), np.array(parts))

    def merged(self, rows: Floats) -> list[tuple[int, ...]]:
        """Each part, and each union on the way of merging."""
        return merged(self.posterior(rows))

    def sparse(self, own: Floats, other: Floats) -> tuple[int, ...]:
        """The parts in which the other side has less than half of the rows that it should."""
        due, there = (self._counts(rows) / len(rows) for rows in (own, other))
        enough = due * min(len(own), len(other)) >= LEAST
        return tuple(np.flatnonzero(enough & (there < HALF * due)).tolist())

    def _counts(self, rows: Floats) -> Integers:
        return np.bincount(self.label(rows), minlength=self.posterior(rows[:1]).shape[1])


def _best(z: Floats, seed: int) -> Any:
    """The mixture of least BIC; sizes are tried until twice the best one's fares worse."""
    best = _fitted(z, SIZES[0], seed)
    score = best.bic(z)
    for k in SIZES[1:]:
        if len(z) < LEAST * k or k > 2 * best.n_components + 1:
            break
        mixture = _fitted(z, k, seed)
        bic = mixture.bic(z)
        if bic < score:
            best, score = mixture, bic
    return best


def _fitted(z: Floats, k: int, seed: int) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # a guess need not be converged
        return GaussianMixture(k, reg_covar=1e-3, random_state=seed, max_iter=60, tol=1e-3).fit(z)


def merged(posterior: Floats) -> list[tuple[int, ...]]:
    """Every part and every union, from posteriors (n, k), the two most confused joined first.

    >>> merged(np.array([[0.6, 0.4, 0.0], [0.4, 0.6, 0.0], [0.0, 0.0, 1.0]]))
    [(0,), (1,), (2,), (0, 1)]
    """
    label = posterior.argmax(1)
    groups: list[tuple[int, ...]] = [(k,) for k in range(posterior.shape[1]) if (label == k).any()]
    found = list(groups)
    while len(groups) > 2:
        a, b = _most_confused(posterior, label, groups)
        groups = [g for g in groups if g not in (a, b)] + [a + b]
        found.append(a + b)
    return found if len(found) > 1 else []


def _most_confused(
    posterior: Floats, label: Integers, groups: list[tuple[int, ...]]
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The pair of which one's rows are most probably the other's."""
    mass = np.stack([posterior[:, list(g)].sum(1) for g in groups], axis=1)
    belongs = np.stack([np.isin(label, g) for g in groups])
    confusion = belongs @ mass / np.maximum(mass.sum(0), 1e-9)
    both = np.maximum(confusion, confusion.T)
    np.fill_diagonal(both, -1)
    a, b = np.unravel_index(both.argmax(), both.shape)
    return groups[a], groups[b]
