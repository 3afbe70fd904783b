"""How a crowd of samples stands among real rows: numbers free of scale, cheap at every look.

What each of them is of other real rows is told beside it, so that no number needs a threshold of
the data's own.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.cluster.vq import kmeans2
from scipy.optimize import linear_sum_assignment
from scipy.spatial import cKDTree
from scipy.spatial.distance import cdist, pdist

from saddle.measure.base import Floats

K = 5
"""Neighbours that make the ball of a real row (Naeem et al., Sec. 3)."""

CELLS = 10
"""Clusters of the real rows, at most."""

SAME, COPY = 1e-3, 1e-2
"""Closer than this share of the spacing of real rows, two samples are one; closer than that share
of the way from a held-out row to its nearest training row, a sample is a training row."""

TINY = 1e-300
"""The radius of a ball of twins."""

RARE = 0.1
"""A cluster that gets less than this share of what it has in the data is missing."""


@dataclass(frozen=True, eq=False)
class Crowd:
    """Real rows to stand among.

    Attributes:
        watch: held-out rows, (n, d).
        train: training rows, (m, d).
        seed: of the clusters' first centres.
    """

    watch: Floats
    train: Floats
    seed: int = 0

    def of(self, samples: Floats) -> dict[str, float]:
        """All numbers of samples (n, d), those that are not finite left out and counted."""
        whole = np.isfinite(samples).all(1)
        kept = samples[whole]
        if len(kept) < 2:
            return {"finite": float(whole.mean())}
        near = nearest_of(kept)
        return {
            "finite": float(whole.mean()),
            "coverage": self.coverage(kept),
            "coverage_floor": self.coverage_floor,
            "diversity": over(mean_distance(kept), self.wide),
            "spacing": over(float(np.median(near)), self.spacing),
            "duplicates": float(np.mean(near <= SAME * self.spacing)),
            "duplicates_floor": self.duplicates,
            "missing": self.missing(self.shares(kept)),
            **self.memory(kept),
        }

    # ---- among held-out rows

    @cached_property
    def radii(self) -> Floats:
        """How far each held-out row is from its K-th neighbour, (n,)."""
        k = min(K, len(self.watch) - 1)
        return np.asarray(cKDTree(self.watch).query(self.watch, k + 1)[0])[:, k]

    def coverage(self, samples: Floats) -> float:
        """Share of held-out rows that have a sample within their K-th neighbour's distance."""
        return float(np.mean(self.way(samples) <= 1))

    def way(self, samples: Floats) -> Floats:
        """How far each held-out row is from the nearest sample, over its ball's radius, (n,)."""
        far = np.asarray(cKDTree(samples).query(self.watch)[0])
        return np.asarray(far / np.maximum(self.radii, TINY))

    @cached_property
    def coverage_floor(self) -> float:
        """The coverage by as many training rows."""
        return self.coverage(self.train[: len(self.watch)])

    @cached_property
    def wide(self) -> float:
        """Mean distance of two held-out rows."""
        return mean_distance(self.watch)

    @cached_property
    def near(self) -> Floats:
        """How far each held-out row is from the nearest other one, (n,)."""
        return nearest_of(self.watch)

    @cached_property
    def spacing(self) -> float:
        """The median of these."""
        return float(np.median(self.near))

    @cached_property
    def duplicates(self) -> float:
        """Share of held-out rows that have a twin."""
        return float(np.mean(self.near <= SAME * self.spacing))

    # ---- among clusters

    @cached_property
    def centres(self) -> Floats:
        """Centres of the training rows' clusters, (k, d)."""
        rng = np.random.default_rng(self.seed)
        k = max(1, min(CELLS, len(self.train) // 5))
        spread = self.train + 1e-9 * rng.normal(size=self.train.shape)  # twins are no empty cells
        centres, labels = kmeans2(spread, k, iter=20, minit="++", rng=rng)
        return np.asarray(centres[np.unique(labels)])

    def shares(self, rows: Floats) -> Floats:
        """The share of rows in each cluster, (k,)."""
        cells = cKDTree(self.centres).query(rows[np.isfinite(rows).all(1)])[1]
        counts = np.bincount(cells, minlength=len(self.centres))
        return np.asarray(counts / max(1, len(rows)))

    @cached_property
    def real_shares(self) -> Floats:
        """Those of the training rows."""
        return self.shares(self.train)

    def missing(self, shares: Floats) -> float:
        """Share of the data in clusters that are hardly made."""
        return float(self.real_shares[shares < RARE * self.real_shares].sum())

    # ---- among training rows

    @cached_property
    def tree(self) -> cKDTree:
        """Of the training rows, to find the nearest in."""
        return cKDTree(self.train)

    @cached_property
    def _spaces(self) -> Floats:
        """How far each training row is from the nearest other one, (m,)."""
        return nearest_of(self.train)

    @cached_property
    def held_out(self) -> Floats:
        """How far held-out rows are from their nearest training rows, (n,)."""
        return np.asarray(self.tree.query(self.watch)[0])

    def authentic(self, rows: Floats) -> float:
        """Share of rows farther from the nearest training row than that is from its own nearest.

        Alaa et al., 2022: about a half where rows and training rows have one law.
        """
        far, which = self.tree.query(rows)
        return float(np.mean(far > self._spaces[which]))

    def memory(self, samples: Floats) -> dict[str, float]:
        """How near samples are to training rows, against held-out rows."""
        far, which = self.tree.query(samples)
        way = float(np.median(self.held_out))
        return {
            "authentic": float(np.mean(far > self._spaces[which])),
            "authentic_floor": self._authentic_floor,
            "nearest": over(float(np.median(far)), way),
            "copies": float(np.mean(far <= COPY * way)),
            "copies_floor": float(np.mean(self.held_out <= COPY * way)),
        }

    @cached_property
    def _authentic_floor(self) -> float:
        return self.authentic(self.watch)


def assignment(a: Floats, b: Floats) -> float:
    """W1 of equally many rows (n, d) and (n, d): the mean way of the best one-to-one matching."""
    ways = cdist(a, b)
    return float(ways[linear_sum_assignment(ways)].mean())


def nearest_of(rows: Floats) -> Floats:
    """How far each row is from the nearest other one, (n,)."""
    return np.asarray(cKDTree(rows).query(rows, 2)[0])[:, 1]


def mean_distance(rows: Floats) -> float:
    """Mean distance of two rows."""
    return float(pdist(rows).mean())


def over(value: float, unit: float) -> float:
    """Value / unit, nan where the unit is nought."""
    return value / unit if unit > 0 else float("nan")
