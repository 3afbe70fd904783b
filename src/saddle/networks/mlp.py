"""Generators, encoders and critics for points: a hidden body, and linear heads on it.

A critic is one class with another body; what differs between the rows of the catalogue is the
body alone.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from saddle.networks.base import Scores
from saddle.networks.blueprint import Size
from saddle.networks.layers import (
    ACTIVATIONS,
    Dropout,
    Fourier,
    GroupSort,
    Maxout,
    OrthonormalLinear,
    Residual,
)
from saddle.networks.lipschitz import lipschitz


def join(parts: tuple[Tensor, ...]) -> Tensor:
    """Parts with n rows each, flattened and laid side by side: (n, sum of their sizes)."""
    if len(parts) == 1:
        return parts[0].flatten(1)
    return torch.cat([part.flatten(1) for part in parts], 1)


# ---- bodies: from joined parts (n, inputs) to hidden units (n, width) ---------------------------


def plain_body(inputs: int, width: int, depth: int, activation: str) -> nn.Sequential:
    """`depth` times a linear layer and an activation."""
    return dropout_body(inputs, width, depth, activation, p=0)


def dropout_body(
    inputs: int, width: int, depth: int, activation: str, *, p: float
) -> nn.Sequential:
    """`depth` times a linear layer, an activation and, for p > 0, dropout."""
    make, layers, size = ACTIVATIONS[activation].make, list[nn.Module](), inputs
    for _ in range(depth):
        layers += [nn.Linear(size, width), make(), *([Dropout(p)] if p else [])]
        size = width
    return nn.Sequential(*layers)


def residual_body(inputs: int, width: int, depth: int, activation: str) -> nn.Sequential:
    """A linear layer, depth - 1 blocks h + W act(h), an activation."""
    make = ACTIVATIONS[activation].make
    blocks = [Residual(nn.Sequential(make(), nn.Linear(width, width))) for _ in range(depth - 1)]
    return nn.Sequential(nn.Linear(inputs, width), *blocks, make())


def fourier_body(
    inputs: int, width: int, depth: int, activation: str, *, high: float
) -> nn.Sequential:
    """Fourier features (as many as the width, up to that frequency), then `plain_body`."""
    features = Fourier(inputs, width, high)
    return nn.Sequential(features, *plain_body(features.outputs, width, depth, activation))


def maxout_body(inputs: int, width: int, depth: int, *, pieces: int) -> nn.Sequential:
    """`depth` maxout layers."""
    sizes = [inputs] + [width] * depth
    return nn.Sequential(*(Maxout(a, b, pieces) for a, b in zip(sizes, sizes[1:], strict=False)))


def sorting_body(inputs: int, width: int, depth: int) -> nn.Sequential:
    """`depth` times an orthonormal layer and GroupSort: 1-Lipschitz."""
    layers, size = list[nn.Module](), inputs
    for _ in range(depth):
        layers += [OrthonormalLinear(size, width), GroupSort()]
        size = width
    return nn.Sequential(*layers)


# ---- networks -----------------------------------------------------------------------------------


class Map(nn.Module):
    """y = W h(parts) + b: a generator (z -> x; z, c -> x; a -> b) or an encoder (x -> z)."""

    def __init__(self, body: nn.Module, head: nn.Module, made: Size) -> None:
        super().__init__()
        self.body = body
        self.head = head
        self.made = made

    def forward(self, *parts: Tensor) -> Tensor:
        """From parts with n rows to (n, *made)."""
        out: Tensor = self.head(self.body(join(parts)))
        return out.reshape(-1, *self.made)


class Skipped(nn.Module):
    """y = h(parts) + W parts: what is linear need not go through the layers."""

    def __init__(self, body: nn.Module, skip: nn.Linear) -> None:
        super().__init__()
        self.body = body
        self.skip = skip

    def forward(self, *parts: Tensor) -> Tensor:
        """From parts with n rows to what the body makes of them."""
        out: Tensor = self.body(*parts)
        linear: Tensor = self.skip(join(parts))
        return out + linear.reshape(out.shape)


class MapCritic(nn.Module):
    """v = w h(parts) + b, (n,), with h(parts) as features.

    Attributes:
        pointwise: whether a row's score depends on that row alone.
    """

    def __init__(self, body: nn.Module, head: nn.Module, *, pointwise: bool = True) -> None:
        super().__init__()
        self.body = body
        self.head = head
        self.pointwise = pointwise

    def forward(self, *parts: Tensor) -> Scores:
        """From parts with n rows to `Scores`."""
        h = self.body(join(parts))
        return Scores(self.head(h).squeeze(1), h)

    def lipschitz(self) -> float:
        """An upper bound of the slope of v in the joined parts; infinite where none is known."""
        return lipschitz(self.body) * lipschitz(self.head)


class Affine(nn.Module):
    """x = mu + sigma z, elementwise, with sigma = exp(log_sigma); starts as the identity.

    With z ~ N(0, I) the law of x is N(mu, diag sigma^2): a generator whose density is known.

    References:
        Nowozin, Cseke, Tomioka (2016), f-GAN, Sec. 3 (the Gaussian fitted to a mixture).
    """

    def __init__(self, size: int) -> None:
        super().__init__()
        self.mu = nn.Parameter(torch.zeros(size))
        self.log_sigma = nn.Parameter(torch.zeros(size))

    def draw(self, rng: torch.Generator) -> None:
        """Back to the identity; nothing is random here."""
        self.mu.zero_()
        self.log_sigma.zero_()

    def forward(self, *parts: Tensor) -> Tensor:
        """From z (n, d) to x (n, d)."""
        return self.mu + self.log_sigma.exp() * join(parts)

    def log_prob(self, x: Tensor) -> Tensor:
        """Log density at (n, d) where z is standard normal, (n,)."""
        z = (x - self.mu) * (-self.log_sigma).exp()
        return standard_normal(z) - self.log_sigma.sum()


class Triangular(nn.Module):
    """x = mu + L z, L lower triangular with diagonal exp(log_sigma); starts as the identity.

    With z ~ N(0, I) the law of x is N(mu, L L'): any Gaussian.
    """

    def __init__(self, size: int) -> None:
        super().__init__()
        self.mu = nn.Parameter(torch.zeros(size))
        self.log_sigma = nn.Parameter(torch.zeros(size))
        self.lower = nn.Parameter(torch.zeros(size, size))

    def draw(self, rng: torch.Generator) -> None:
        """Back to the identity; nothing is random here."""
        self.mu.zero_()
        self.log_sigma.zero_()
        self.lower.zero_()

    @property
    def L(self) -> Tensor:
        """The factor of the covariance, (d, d)."""
        return self.lower.tril(-1) + self.log_sigma.exp().diag()

    def forward(self, *parts: Tensor) -> Tensor:
        """From z (n, d) to x (n, d)."""
        return torch.addmm(self.mu, join(parts), self.L.T)

    def log_prob(self, x: Tensor) -> Tensor:
        """Log density at (n, d) where z is standard normal, (n,)."""
        z = torch.linalg.solve_triangular(self.L, (x - self.mu).T, upper=False).T
        return standard_normal(z) - self.log_sigma.sum()


def standard_normal(z: Tensor) -> Tensor:
    """Log density of N(0, I) at (n, d), (n,)."""
    return -0.5 * (z.square().sum(1) + z.shape[1] * math.log(2 * math.pi))
