"""Laws on the line by quadrature in torch: what tests and benchmarks of the theory share."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

X = torch.linspace(-16, 16, 8001, dtype=torch.float64)
"""Nodes of the trapezoid rule, which is exact to rounding where densities vanish at both ends."""

DX = float(X[1] - X[0])
LOG4 = math.log(4)


def integral(values: Tensor) -> Tensor:
    """Over the line, of values at `X`."""
    return values.sum(-1) * DX


@dataclass(frozen=True)
class Gaussians:
    """A mixture of Gaussians on the line: weights, means, standard deviations."""

    weights: tuple[float, ...]
    means: tuple[float, ...]
    stds: tuple[float, ...]

    def log(self, x: Tensor = X) -> Tensor:
        """Log density."""
        parts = [
            math.log(w) + log_normal(x, x.new_tensor(m), x.new_tensor(s))
            for w, m, s in zip(self.weights, self.means, self.stds, strict=True)
            if w > 0
        ]
        return torch.logsumexp(torch.stack(parts), 0)

    def draw(self, n: int, rng: torch.Generator, dtype: torch.dtype = torch.float32) -> Tensor:
        """Draws, (n, 1)."""
        which = torch.multinomial(
            torch.tensor(self.weights, dtype=torch.float64), n, replacement=True, generator=rng
        )
        z = torch.randn(n, generator=rng, dtype=torch.float64)
        x = torch.tensor(self.means, dtype=torch.float64)[which]
        return (x + torch.tensor(self.stds, dtype=torch.float64)[which] * z)[:, None].to(dtype)


def log_normal(x: Tensor, mu: Tensor, sigma: Tensor) -> Tensor:
    """Log density of N(mu, sigma^2), differentiable in all three."""
    return -0.5 * ((x - mu) / sigma).square() - torch.log(sigma) - 0.5 * math.log(2 * math.pi)


def normal(mu: float, sigma: float) -> Gaussians:
    """One Gaussian."""
    return Gaussians((1.0,), (mu,), (sigma,))


def kl(log_p: Tensor, log_q: Tensor) -> Tensor:
    """KL(p || q) of log densities at `X`."""
    return integral(log_p.exp() * (log_p - log_q))


def middle(log_p: Tensor, log_q: Tensor) -> Tensor:
    """Log density of (p + q)/2."""
    return torch.logaddexp(log_p, log_q) - math.log(2)


def jsd(log_p: Tensor, log_q: Tensor) -> Tensor:
    """The Jensen-Shannon divergence."""
    m = middle(log_p, log_q)
    return (kl(log_p, m) + kl(log_q, m)) / 2
