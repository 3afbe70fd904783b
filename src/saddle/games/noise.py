"""The law of the latent z."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field

import torch
from torch import Tensor

from saddle.catalogue import Catalogue


@dataclass(frozen=True)
class Noise:
    """The law of the latent z, of mean 0 and variance 1 in each direction.

    Attributes:
        size: dimension of z.
        law: a name of `NOISES`.
        scale: what is drawn is multiplied by it: below 1, truncated, nearer to the middle.
    """

    size: int
    law: str = "normal"
    scale: float = field(default=1.0, kw_only=True)

    def __post_init__(self) -> None:
        _ = NOISES[self.law]

    def draw(self, n: int, rng: torch.Generator) -> Tensor:
        """Latents, (n, size)."""
        z = NOISES[self.law].draw(n, self.size, rng)
        return z if self.scale == 1 else z * self.scale

    def below(self, z: Tensor) -> Tensor:
        """The share of the law that lies below each value, in [0, 1]: uniform where z is drawn."""
        return NOISES[self.law].below(z if self.scale == 1 else z / self.scale)

    def between(self, start: Tensor, end: Tensor, t: float) -> Tensor:
        """The latent at t in [0, 1] on the way from one to the other that suits the law."""
        return NOISES[self.law].between(start, end, t)


@dataclass(frozen=True, eq=False)
class Held(Noise):
    """Latents that are there already, (n, size): nothing is drawn."""

    latents: Tensor = field(default_factory=lambda: torch.empty(0, 0))

    def draw(self, n: int, rng: torch.Generator) -> Tensor:
        """The latents, as many as are asked for."""
        return self.latents[:n]


@dataclass(frozen=True)
class Drawing:
    """One law of mean 0 and variance 1.

    Attributes:
        draw: from n, size and a generator to latents.
        below: its distribution function.
        between: from two latents and t in [0, 1] to the one at t on the way between them.
    """

    draw: Callable[[int, int, torch.Generator], Tensor]
    below: Callable[[Tensor], Tensor]
    between: Callable[[Tensor, Tensor, float], Tensor]


def _normal(n: int, size: int, rng: torch.Generator) -> Tensor:
    return torch.randn(n, size, generator=rng, device=rng.device)


def _uniform(n: int, size: int, rng: torch.Generator) -> Tensor:
    return _spread(torch.rand(n, size, generator=rng, device=rng.device))


def _spread(u: Tensor) -> Tensor:
    """Uniform on [0, 1] to uniform on [-sqrt 3, sqrt 3], whose variance is one."""
    return u.sub_(0.5).mul_(2 * math.sqrt(3))


def _below_uniform(z: Tensor) -> Tensor:
    return (z / (2 * math.sqrt(3)) + 0.5).clamp(0, 1)


def straight(start: Tensor, end: Tensor, t: float) -> Tensor:
    """(1 - t) z0 + t z1, which stays in the cube that uniform noise fills."""
    return (1 - t) * start + t * end


def great_circle(start: Tensor, end: Tensor, t: float) -> Tensor:
    """Along the great circle, the length going evenly from |z0| to |z1|.

        z(t) = r(t) [sin((1 - t) w) u0 + sin(t w) u1] / sin w,      cos w = u0 . u1

    Normal noise of many dimensions lies near a sphere, which a straight line would leave.

    References:
        Shoemake (1985), Animating rotation with quaternion curves.
    """
    u, v = (z / z.norm().clamp_min(1e-12) for z in (start, end))
    w = torch.arccos((u * v).sum().clamp(-1, 1))
    if w.sin() < 1e-4:  # the same direction, or the opposite one: no great circle is the one
        return straight(start, end, t)
    length = (1 - t) * start.norm() + t * end.norm()
    way: Tensor = ((1 - t) * w).sin() * u + (t * w).sin() * v
    found: Tensor = length * way / w.sin()
    return found


NOISES: Catalogue[Drawing] = Catalogue(
    "noise",
    {
        "normal": Drawing(_normal, torch.special.ndtr, great_circle),
        "uniform": Drawing(_uniform, _below_uniform, straight),
    },
)
