"""Residual networks of pictures without norms: the modern form, re-made from the paper.

    generator   basis (h, w) times a linear map of z -> blocks -> larger -> blocks -> ... -> x
    critic      x -> blocks -> smaller -> blocks -> ... -> a filter a channel -> v

Each level has `depth` blocks h + f(h); where the channels change, a 1 x 1 convolution stands
beside the resampling, on the smaller picture. Nothing is normalised, and nothing bounds x.

References:
    Huang, Gokaslan, Kuleshov, Tompkin (2024), The GAN is dead; long live the GAN!, Sec. 3.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from saddle.networks.blueprint import Shape
from saddle.networks.heads import Judging, PictureCritic, Pool, Projected
from saddle.networks.layers import ACTIVATIONS, Residual
from saddle.networks.pictures import (
    HE,
    Dense,
    Enlarge,
    Filters,
    Grid,
    Latent,
    Painter,
    Shrink,
    drawn,
    grids,
    laid,
    seen,
    widths,
)

EXPANSION = 2
GROUP = 16


class Basis(nn.Module):
    """h = B (W z + b), B a learnt picture a channel: (n, C, h, w)."""

    def __init__(self, inputs: int, channels: int, grid: Grid) -> None:
        super().__init__()
        self.B = nn.Parameter(torch.empty(channels, *grid))
        self.linear = Dense(inputs, channels, std=inputs**-0.5)

    def draw(self, rng: torch.Generator) -> None:
        """A basis of N(0, 1)."""
        self.B.copy_(torch.empty(self.B.shape).normal_(generator=rng))

    def forward(self, z: Tensor) -> Tensor:
        """From (n, inputs) to (n, channels, *grid)."""
        a: Tensor = self.linear(z)
        return (a[:, None, None] * self.B.to(a.dtype).permute(1, 2, 0)).permute(0, 3, 1, 2)


def group_of(channels: int) -> int:
    """Channels of a group: the largest divisor up to sixteen."""
    return max(size for size in range(1, GROUP + 1) if channels % size == 0)


def block(channels: int, shape: Shape, blocks: int) -> Residual:
    """H <- h + W3 act(W2 * act(W1 h)): widened twofold, 3 x 3 filters in groups of sixteen.

    At first the block is the identity (W3 = 0), and the others are scaled by L^(-1/4), L blocks
    in all, so that a step of the optimiser changes the output by as much at any depth.

    References:
        Zhang, Dauphin, Ma (2019), Fixup initialization, Sec. 3 (three layers a branch).
    """
    act, wide = ACTIVATIONS[shape.activation].make, EXPANSION * channels
    size = group_of(wide)
    gain = HE * blocks**-0.25
    return Residual(
        nn.Sequential(
            Filters(channels, wide, 1, std=gain * channels**-0.5),
            act(),
            Filters(wide, wide, 3, std=gain * (9 * size) ** -0.5, groups=wide // size),
            act(),
            Filters(wide, channels, 1, std=0.0, bias=False),
        )
    )


def mixing(inputs: int, outputs: int) -> list[nn.Module]:
    """A 1 x 1 convolution where the channels change, that keeps the variance."""
    if inputs == outputs:
        return []
    return [Filters(inputs, outputs, 1, std=inputs**-0.5, bias=False)]


def residual_generator(row: str, shape: Shape) -> Painter:
    """From flat parts to pictures."""
    picture = drawn(row, shape)
    sizes, latent = grids(picture), Latent(shape)
    channels = widths(shape.width, len(sizes))
    blocks = shape.depth * len(sizes)
    layers: list[nn.Module] = [Basis(latent.size, channels[-1], sizes[-1])]
    for level in reversed(range(len(sizes))):
        layers += [block(channels[level], shape, blocks) for _ in range(shape.depth)]
        if level:
            layers += [*mixing(channels[level], channels[level - 1]), Enlarge(sizes[level - 1])]
    layers += [Filters(channels[0], picture[0], 1, std=channels[0] ** -0.5)]
    return laid(Painter(latent, nn.Sequential(*layers)))


def residual_critic(row: str, shape: Shape, judging: Judging = Projected) -> PictureCritic:
    """The same, mirrored."""
    at, picture, given = seen(row, shape)
    sizes = grids(picture)
    channels = widths(shape.width, len(sizes))
    blocks = shape.depth * len(sizes)
    first = Filters(picture[0], channels[0], 1, std=math.sqrt(1 / picture[0]))
    layers: list[nn.Module] = [first]
    for level, width in enumerate(channels):
        layers += [block(width, shape, blocks) for _ in range(shape.depth)]
        if level + 1 < len(sizes):
            layers += [Shrink(sizes[level], sizes[level + 1]), *mixing(width, channels[level + 1])]
    head = judging(channels[-1], given, std=channels[-1] ** -0.5)
    pool = Pool(channels[-1], sizes[-1])
    return laid(PictureCritic(nn.Sequential(*layers), pool, head, at=at))
