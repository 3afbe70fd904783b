"""The law of the latent z."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from saddle.catalogue import Catalogue


@dataclass(frozen=True)
class Noise:
    """The law of the latent z, of mean 0 and variance 1 in each direction.

    Attributes:
        size: dimension of z.
        law: a name of `NOISES`.
    """

    size: int
    law: str = "normal"

    def __post_init__(self) -> None:
        _ = NOISES[self.law]

    def draw(self, n: int, rng: torch.Generator) -> Tensor:
        """Latents, (n, size)."""
        return NOISES[self.law].draw(n, self.size, rng)

    def below(self, z: Tensor) -> Tensor:
        """The share of the law that lies below each value, in [0, 1]: uniform where z is drawn."""
        return NOISES[self.law].below(z)


@dataclass(frozen=True)
class Drawing:
    """One law of mean 0 and variance 1.

    Attributes:
        draw: from n, size and a generator to latents.
        below: its distribution function.
    """

    draw: Callable[[int, int, torch.Generator], Tensor]
    below: Callable[[Tensor], Tensor]


def _normal(n: int, size: int, rng: torch.Generator) -> Tensor:
    return torch.randn(n, size, generator=rng, device=rng.device)


def _uniform(n: int, size: int, rng: torch.Generator) -> Tensor:
    return _spread(torch.rand(n, size, generator=rng, device=rng.device))


def _spread(u: Tensor) -> Tensor:
    """Uniform on [0, 1] to uniform on [-sqrt 3, sqrt 3], whose variance is one."""
    return u.sub_(0.5).mul_(2 * math.sqrt(3))


def _below_uniform(z: Tensor) -> Tensor:
    return (z / (2 * math.sqrt(3)) + 0.5).clamp(0, 1)


NOISES: Catalogue[Drawing] = Catalogue(
    "noise",
    {
        "normal": Drawing(_normal, torch.special.ndtr),
        "uniform": Drawing(_uniform, _below_uniform),
    },
)
