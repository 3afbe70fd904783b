"""Laws with a known truth that the tests of this folder share."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Mixture:
    """Modes with a density and a sampler."""

    centres: Floats
    covariances: Floats
    weights: Floats

    def log_density(self, x: Floats) -> Floats:
        parts = []
        for m, S, w in zip(self.centres, self.covariances, self.weights, strict=True):
            z = (x - m) @ np.linalg.inv(np.linalg.cholesky(S)).T
            square = np.square(z).sum(1)
            logdet = np.linalg.slogdet(2 * np.pi * S)[1]
            parts.append(np.log(w) - (square + logdet) / 2)
        stacked = np.stack(parts)
        top = stacked.max(0)
        return top + np.log(np.exp(stacked - top).sum(0))

    def sample(self, n: int, seed: int) -> Floats:
        rng = np.random.default_rng(seed)
        label = rng.choice(len(self.weights), size=n, p=self.weights)
        roots = np.linalg.cholesky(self.covariances)
        noise = rng.standard_normal((n, self.centres.shape[1]))
        return self.centres[label] + np.einsum("nij,nj->ni", roots[label], noise)


def grid(std: float = 0.05, keep: int = 25) -> Mixture:
    """PacGAN's grid of 25, or its first modes."""
    axis = np.array([-4.0, -2.0, 0.0, 2.0, 4.0])
    centres = np.stack(np.meshgrid(axis, axis, indexing="ij"), -1).reshape(-1, 2)[:keep]
    covariances = np.tile(std**2 * np.eye(2), (keep, 1, 1))
    return Mixture(centres, covariances, np.full(keep, 1 / keep))


def normal(mean, std) -> Mixture:
    """One Gaussian with independent columns."""
    m, s = np.atleast_1d(np.asarray(mean, float)), np.atleast_1d(np.asarray(std, float))
    return Mixture(m[None], np.diag(s**2)[None], np.ones(1))


FGAN_TARGET = Mixture(
    np.array([[-1.0], [2.0]]), np.array([[[0.065]], [[2.0]]]), np.array([0.33, 0.67])
)
