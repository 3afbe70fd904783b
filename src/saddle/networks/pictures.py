"""What networks of pictures share: their sizes, their layers, and how generators begin.

A picture is (n, C, H, W) and flows channels-last. Under autocast the layers may run in bfloat16;
what a network gives back is of the precision of its parameters.
"""

from __future__ import annotations

import math
from typing import TypeVar

import torch
from torch import Tensor, nn
from torch.nn import functional

from saddle.errors import Incompatible
from saddle.networks.blueprint import Shape, Size
from saddle.networks.mlp import join

M = TypeVar("M", bound=nn.Module)
Grid = tuple[int, int]
"""Height and width."""

LAST = torch.channels_last
SLOPE = 0.2
HE = math.sqrt(2 / (1 + SLOPE**2))
"""Gain that keeps the variance through a leaky rectifier of slope .2 (He et al. 2015, Eq. 15)."""

# ---- sizes --------------------------------------------------------------------------------------


def grids(picture: Size) -> list[Grid]:
    """Height and width of each level, the finest first.

    Halved until the short side is at most 7, and twice at least: filters of one level alone tell
    little apart.

    >>> grids((1, 28, 28)), grids((3, 25, 40))
    ([(28, 28), (14, 14), (7, 7)], [(25, 40), (13, 20), (7, 10)])
    >>> grids((1, 8, 8))
    [(8, 8), (4, 4), (2, 2)]
    """
    levels = [(picture[1], picture[2])]
    while len(levels) < 3 or min(levels[-1]) > 7:
        h, w = levels[-1]
        levels.append(((h + 1) // 2, (w + 1) // 2))
    return levels


def widths(width: int, levels: int) -> list[int]:
    """Channels of each level: doubled from level to level, eight times the first at most."""
    return [min(2**level, 8) * width for level in range(levels)]


def drawn(row: str, shape: Shape) -> Size:
    """The picture that a generator makes of flat parts; refused where it is none."""
    if len(shape.made) != 3 or any(len(part) != 1 for part in shape.parts):
        raise Incompatible(
            f"generator {row!r} makes one picture (C, H, W) of flat parts, "
            f"got {_said(shape.parts)} in and {_said((shape.made,))} out"
        )
    return _large_enough(row, shape.made)


def seen(row: str, shape: Shape) -> tuple[int, Size, int]:
    """Which part of a critic's call is the picture, its shape, and the numbers in the others."""
    at = [i for i, part in enumerate(shape.parts) if len(part) == 3]
    flat = [part[0] for part in shape.parts if len(part) == 1]
    if len(at) != 1 or len(flat) != len(shape.parts) - 1:
        raise Incompatible(
            f"critic {row!r} needs one picture (C, H, W) among its parts, the others flat, "
            f"got {_said(shape.parts)}"
        )
    return at[0], _large_enough(row, shape.parts[at[0]]), sum(flat)


def encoded(row: str, shape: Shape) -> Size:
    """The picture that an encoder finds numbers of; refused where it is none."""
    if len(shape.parts) != 1 or len(shape.parts[0]) != 3 or len(shape.made) != 1:
        raise Incompatible(
            f"encoder {row!r} finds a row of numbers in one picture (C, H, W), "
            f"got {_said(shape.parts)} in and {_said((shape.made,))} out"
        )
    return _large_enough(row, shape.parts[0])


def _large_enough(row: str, picture: Size) -> Size:
    if min(picture[1:]) < 4:
        raise Incompatible(f"network {row!r} needs pictures of at least 4 x 4, got {picture}")
    return picture


def _said(sizes: tuple[Size, ...]) -> str:
    return " and ".join(map(str, sizes))


def laid(module: M) -> M:
    """The same module, its filters channels-last in memory, as pictures are."""
    for weight in module.parameters():
        if weight.dim() == 4:
            weight.data = weight.data.contiguous(memory_format=LAST)
    return module


# ---- layers that draw their weights from N(0, std^2) --------------------------------------------


@torch.no_grad()
def normal(weight: Tensor, std: float, rng: torch.Generator, mean: float = 0.0) -> None:
    """Draws a weight from N(mean, std^2), in place."""
    values = torch.empty(weight.shape, device=rng.device).normal_(mean, std, generator=rng)
    weight.copy_(values)


class Filters(nn.Conv2d):
    """A convolution that keeps H and W, or halves them (kernel 4), weights from N(0, std^2)."""

    def __init__(
        self, inputs: int, outputs: int, kernel: int, *, std: float, groups: int = 1,
        bias: bool = True,
    ) -> None:  # fmt: skip
        stride = 2 if kernel == 4 else 1
        super().__init__(
            inputs, outputs, kernel, stride, (kernel - 1) // 2, groups=groups, bias=bias
        )
        self.std = std

    def draw(self, rng: torch.Generator) -> None:
        """New weights; no bias at first."""
        normal(self.weight, self.std, rng)
        if self.bias is not None:
            self.bias.zero_()


class DoublingFilters(Filters):
    """Each pixel repeated to 2 x 2, then 3 x 3 filters: one transposed convolution.

    Every pixel of the large picture sees 2 x 2 pixels of the small one, with weights that are
    sums of the nine: four products in place of nine, and no large picture in between.
    """

    def forward(self, input: Tensor) -> Tensor:
        """From (n, inputs, H, W) to (n, outputs, 2H, 2W)."""
        W = self.weight.transpose(0, 1).flip(2, 3)
        shifts = ((0, 1, 0, 1), (1, 0, 0, 1), (0, 1, 1, 0), (1, 0, 1, 0))
        K = sum((functional.pad(W, shift) for shift in shifts), W.new_zeros(()))
        return functional.conv_transpose2d(input, K, self.bias, 2, 1)


class TransposedFilters(nn.ConvTranspose2d):
    """A transposed 4 x 4 convolution that doubles H and W, weights from N(0, std^2)."""

    def __init__(self, inputs: int, outputs: int, *, std: float, bias: bool = True) -> None:
        super().__init__(inputs, outputs, 4, 2, 1, bias=bias)
        self.std = std

    def draw(self, rng: torch.Generator) -> None:
        """New weights; no bias at first."""
        normal(self.weight, self.std, rng)
        if self.bias is not None:
            self.bias.zero_()


class Dense(nn.Linear):
    """A linear layer, weights from N(0, std^2)."""

    def __init__(self, inputs: int, outputs: int, *, std: float, bias: bool = True) -> None:
        super().__init__(inputs, outputs, bias)
        self.std = std

    def draw(self, rng: torch.Generator) -> None:
        """New weights; no bias at first."""
        normal(self.weight, self.std, rng)
        if self.bias is not None:
            self.bias.zero_()


class Norm(nn.BatchNorm2d):
    """Batch normalisation, gains from N(1, .02^2) as DCGAN publishes it."""

    def draw(self, rng: torch.Generator) -> None:
        """New gains; no shift at first."""
        normal(self.weight, 0.02, rng, mean=1)
        self.bias.zero_()


# ---- layers without weights ---------------------------------------------------------------------


class Crop(nn.Module):
    """The upper left of a picture, of this height and width: what doubling made too much."""

    def __init__(self, grid: Grid) -> None:
        super().__init__()
        self.grid = grid

    def forward(self, x: Tensor) -> Tensor:
        """From (n, C, H, W) to (n, C, *grid)."""
        return x[..., : self.grid[0], : self.grid[1]].contiguous(memory_format=LAST)

    def extra_repr(self) -> str:
        """The size, for printing."""
        return f"{self.grid}"


class Even(nn.Module):
    """A row or column of zeros below and right where H or W is odd, so that halving keeps all."""

    def forward(self, x: Tensor) -> Tensor:
        """From (n, C, H, W) to (n, C, H or H + 1, W or W + 1)."""
        return functional.pad(x, (0, x.shape[3] % 2, 0, x.shape[2] % 2))


def halving(grid: Grid) -> list[nn.Module]:
    """What stands before a layer that halves this size."""
    return [Even()] if grid[0] % 2 or grid[1] % 2 else []


def cropping(coarse: Grid, fine: Grid) -> list[nn.Module]:
    """What stands behind a layer that doubled the coarse size, to give the fine one."""
    return [] if fine == (2 * coarse[0], 2 * coarse[1]) else [Crop(fine)]


class Enlarge(nn.Module):
    """Resampling to a larger size: `nearest` or `bilinear`."""

    def __init__(self, grid: Grid, mode: str = "bilinear") -> None:
        super().__init__()
        self.grid, self.mode = grid, mode

    def forward(self, x: Tensor) -> Tensor:
        """From (n, C, H, W) to (n, C, *grid)."""
        return functional.interpolate(x, self.grid, mode=self.mode)

    def extra_repr(self) -> str:
        """The size, for printing."""
        return f"{self.grid}, {self.mode}"


def triangles(fine: int, coarse: int) -> Tensor:
    """The matrix (coarse, fine) that halves a line: [1, 3, 3, 1] / 8, cut off at the ends.

    That is [1, 2, 1] on the means of neighbours, and what bilinear doubling is the adjoint of.
    """
    step = fine / coarse
    centre = (torch.arange(coarse) + 0.5) * step
    far = (torch.arange(fine) + 0.5 - centre[:, None]).abs()
    weights = (1 - far / step).clamp_min(0)
    return weights / weights.sum(1, keepdim=True)


class Shrink(nn.Module):
    """Bilinear resampling to half the size, low frequencies alone: y = A x B'.

    Two products with small matrices: several times as fast on a CPU as a filter a channel, and
    any size is halved exactly.
    """

    A: Tensor
    B: Tensor

    def __init__(self, fine: Grid, coarse: Grid) -> None:
        super().__init__()
        self.register_buffer("A", triangles(fine[0], coarse[0]), persistent=False)
        self.register_buffer("B", triangles(fine[1], coarse[1]), persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        """From (n, C, *fine) to (n, C, *coarse)."""
        n, C, _, W = x.shape
        h, w = len(self.A), len(self.B)
        rows = self.A.to(x.dtype) @ x.permute(0, 2, 3, 1).reshape(n, -1, W * C)
        both = self.B.to(x.dtype) @ rows.reshape(n * h, W, C)
        return both.reshape(n, h, w, C).permute(0, 3, 1, 2)

    def extra_repr(self) -> str:
        """The sizes, for printing."""
        return f"{tuple(self.A.shape)}, {tuple(self.B.shape)}"


# ---- generators ---------------------------------------------------------------------------------


class Latent(nn.Module):
    """z, or [z, E c]: the flat parts after the first are embedded linearly, as many as z has."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.size = z = shape.joined
        self.embed: nn.Module | None = None
        if len(shape.parts) > 1:
            (z,) = shape.parts[0]
            self.embed = Dense(shape.joined - z, z, std=1.0, bias=False)
            self.size = 2 * z

    def forward(self, *parts: Tensor) -> Tensor:
        """From parts with n rows to (n, size)."""
        if self.embed is None:
            return join(parts)
        return torch.cat((parts[0], self.embed(join(parts[1:])).to(parts[0])), 1)


class Seedling(nn.Module):
    """A linear map of z to the coarsest level, (n, C, h, w)."""

    def __init__(self, inputs: int, channels: int, grid: Grid, *, std: float, bias: bool) -> None:
        super().__init__()
        self.linear = Dense(inputs, channels * math.prod(grid), std=std, bias=bias)
        self.channels, self.grid = channels, grid

    def forward(self, z: Tensor) -> Tensor:
        """From (n, inputs) to (n, channels, *grid), channels-last without a copy."""
        h: Tensor = self.linear(z)
        return h.reshape(-1, *self.grid, self.channels).permute(0, 3, 1, 2)


class Painter(nn.Module):
    """x = body([z, E c]), in the precision of the parameters."""

    def __init__(self, latent: Latent, body: nn.Module) -> None:
        super().__init__()
        self.latent, self.body = latent, body

    def forward(self, *parts: Tensor) -> Tensor:
        """From flat parts with n rows to pictures (n, C, H, W)."""
        out: Tensor = self.body(self.latent(*parts))
        return out.to(next(self.parameters()).dtype, memory_format=LAST)
