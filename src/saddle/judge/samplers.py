"""Samplers that need no adversary: what anyone gets from the training rows in a second or two.

A generator that does not beat these was not worth its training; one that looks as close as the
rows themselves may have learned them by heart.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from itertools import product
from typing import Any, Literal

import numpy as np

from saddle.catalogue import Catalogue
from saddle.measure.base import Floats, subsample
from saddle.reference import Reference
from saddle.references import DEMPSTER, PARZEN, SKLAR, SMOTE

Rng = np.random.Generator
Sampler = Callable[[int, Rng], Floats]
"""From a number and a stream to rows (n, d)."""

FITTED = 4_000
"""Rows that a density is fitted to, at most."""

HELD = 0.2
"""Share of the rows that choose a bandwidth, or how many components there are."""


@dataclass(frozen=True)
class Baseline:
    """A sampler that is fitted to rows.

    Attributes:
        about: what it draws, in a few words.
        fit: from rows (n, d) and a stream to what draws.
        reference: where it comes from, or None.
        cheats: whether it hands out the rows themselves.
    """

    about: str
    fit: Callable[[Floats, Rng], Sampler]
    reference: Reference | None = None
    cheats: bool = False


# ---------------------------------------------------------------------------------- the samplers


def kernel_density(rows: Floats, rng: Rng) -> Sampler:
    """A row plus Gaussian noise, as wide as makes held-out rows most likely.

        p(x) = mean over rows of N(x; row, h^2 S),   S the rows' covariance, or its diagonal

    Each width h and either S are judged on rows that the density does not hold.
    """
    fitted, held = parted(subsample(rows, FITTED, rng), rng)
    widths = scott(rows) * np.geomspace(0.1, 2.0, 10)
    roots = (root_of_covariance(rows), np.diag(spread(rows)))
    likely = np.array([likelihoods(fitted, held, root, widths) for root in roots])
    which, width = np.unravel_index(int(np.argmax(likely)), likely.shape)
    noise = float(widths[width]) * roots[which]
    return lambda n, rng: drawn(rows, n, rng) + rng.normal(size=(n, rows.shape[1])) @ noise


def likelihoods(fitted: Floats, held: Floats, root: Floats, widths: Floats) -> Floats:
    """Mean log density of held rows (m, d) for each width, (k,), up to what none of them moves.

    log p(x) = log sum_i exp(-|x - x_i|^2 / 2 h^2) - d log h - log det R,   in units of R
    """
    from scipy.spatial.distance import cdist
    from scipy.special import logsumexp

    turn = np.linalg.pinv(root)
    squares = cdist(held @ turn, fitted @ turn, "sqeuclidean")
    sums = [logsumexp(-squares / (2 * h * h), axis=1).mean() for h in widths]
    found: Floats = np.array(sums) - len(root) * np.log(widths) - log_volume(root)
    return found


def log_volume(root: Floats) -> float:
    """Log |det R| over the directions that R does not flatten."""
    value = np.linalg.svd(root, compute_uv=False)
    return float(np.log(value[value > 1e-12 * value.max(initial=1e-300)]).sum())


def gaussian_mixture(rows: Floats, rng: Rng) -> Sampler:
    """A mixture of Gaussians, with as many as make held-out rows most likely."""
    scale = spread(rows)
    z = subsample((rows - rows.mean(0)) / scale, FITTED, rng)
    fitted, held = parted(z, rng)
    seed = int(rng.integers(2**31))
    shapes = [(k, shape) for k, shape in product(COMPONENTS, SHAPES) if 2 * k < len(fitted)]
    best = max(shapes, key=lambda it: float(mixture(fitted, it, seed).score(held)))
    found = mixture(z, best, seed)
    return lambda n, rng: rows.mean(0) + scale * from_mixture(found, n, rng)


COMPONENTS = (1, 2, 4, 8, 16, 32)
SHAPES = ("full", "diag")


def mixture(rows: Floats, kind: tuple[int, str], seed: int) -> Any:
    """A mixture of so many Gaussians of that shape, by expectation and maximisation."""
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.mixture import GaussianMixture

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        k, shape = kind
        made = GaussianMixture(k, covariance_type=shape, reg_covar=1e-4, random_state=seed)
        return made.fit(rows)


def from_mixture(found: Any, n: int, rng: Rng) -> Floats:
    """Rows of a fitted mixture, (n, d)."""
    which = rng.choice(len(found.weights_), size=n, p=found.weights_)
    noise = rng.normal(size=(n, found.means_.shape[1]))
    tables = {
        "full": lambda: np.einsum(
            "nij,nj->ni", np.linalg.cholesky(found.covariances_)[which], noise
        ),
        "diag": lambda: np.sqrt(found.covariances_)[which] * noise,
    }
    rows: Floats = found.means_[which] + tables[found.covariance_type]()
    return rows


def gaussian_copula(rows: Floats, rng: Rng) -> Sampler:
    """The rows' own marginals, tied together as those of a Gaussian are.

    x_j = F_j^-1(Phi(g_j)),   g ~ N(0, R),   R the correlation of the normal scores
    """
    from scipy.special import ndtr, ndtri
    from scipy.stats import rankdata

    scores = ndtri((rankdata(rows, axis=0) - 0.5) / len(rows))
    varied = scores.std(0) > 0
    R = np.eye(rows.shape[1])
    if varied.sum() > 1:
        R[np.ix_(varied, varied)] = np.corrcoef(scores[:, varied].T)
    value, vector = np.linalg.eigh(R)
    root = vector * np.sqrt(value.clip(0))
    kinds: list[Reading] = [STEPS if len(np.unique(x)) < len(x) / 2 else SMOOTH for x in rows.T]

    def draw(n: int, rng: Rng) -> Floats:
        u = ndtr(rng.normal(size=(n, rows.shape[1])) @ root.T)
        columns = zip(rows.T, u.T, kinds, strict=True)
        return np.column_stack([np.quantile(x, at, method=kind) for x, at, kind in columns])

    return draw


Reading = Literal["inverted_cdf", "linear"]
STEPS: Reading = "inverted_cdf"
SMOOTH: Reading = "linear"
"""How a quantile is read off: as a value of the column where values repeat, else between two."""


def smote(rows: Floats, rng: Rng) -> Sampler:
    """A point between a row and one of its five nearest others, anywhere on the line."""
    from sklearn.neighbors import NearestNeighbors

    scale = spread(rows)
    k = min(NEAREST, len(rows) - 1)
    near = NearestNeighbors(n_neighbors=k + 1).fit(rows / scale).kneighbors(return_distance=False)

    def draw(n: int, rng: Rng) -> Floats:
        at = rng.integers(len(rows), size=n)
        to = near[at, rng.integers(k, size=n)]
        made: Floats = rows[at] + rng.random((n, 1)) * (rows[to] - rows[at])
        return made

    return draw


NEAREST = 5
"""Neighbours that SMOTE draws to."""


def copies(rows: Floats, rng: Rng) -> Sampler:
    """The rows themselves, each once as far as they go: perfect, and learned by heart."""
    return lambda n, rng: drawn(rows, n, rng)


BASELINES: Catalogue[Baseline] = Catalogue(
    "baseline",
    {
        "kernel-density": Baseline("a training row plus noise", kernel_density, PARZEN),
        "gaussian-mixture": Baseline("a mixture of Gaussians", gaussian_mixture, DEMPSTER),
        "gaussian-copula": Baseline(
            "each column's own values, tied as in a Gaussian", gaussian_copula, SKLAR
        ),
        "smote": Baseline("between a training row and a neighbour", smote, SMOTE),
        "copies": Baseline("the training rows themselves: memory", copies, cheats=True),
    },
)
"""For rows of numbers."""


# ------------------------------------------------------------------------------------- their parts


def spread(rows: Floats) -> Floats:
    """The deviation of each column, (d,); one where a column is one number."""
    found = rows.std(0)
    return np.where(found > 0, found, 1.0)


def root_of_covariance(rows: Floats) -> Floats:
    """R with R'R the covariance of the rows (n, d), (d, d)."""
    value, vector = np.linalg.eigh(np.atleast_2d(np.cov(rows.T)))
    root: Floats = np.sqrt(value.clip(0))[:, None] * vector.T
    return root


def scott(rows: Floats) -> float:
    """The width that is best for a Gaussian, n^(-1 / (d + 4)): where the search begins."""
    return float(len(rows) ** (-1 / (rows.shape[1] + 4)))


def parted(rows: Floats, rng: Rng) -> tuple[Floats, Floats]:
    """Rows to fit to, and held-out ones."""
    order = rng.permutation(len(rows))
    held = max(2, int(HELD * len(rows)))
    return rows[order[held:]], rows[order[:held]]


def drawn(rows: Floats, n: int, rng: Rng) -> Floats:
    """N of the rows, none twice before each came once, (n, d)."""
    rounds = [rng.permutation(len(rows)) for _ in range(-(-n // len(rows)))]
    return rows[np.concatenate(rounds)[:n]]
