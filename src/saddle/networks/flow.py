"""Normalising flows: generators with an exact inverse and an exact likelihood."""

from __future__ import annotations

from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional

from saddle.networks.layers import ACTIVATIONS
from saddle.networks.mlp import standard_normal
from saddle.networks.splines import Bijector


class WideLinear(nn.Linear):
    """A linear layer that works in the precision of what it is given, whatever its weights'."""

    def forward(self, x: Tensor) -> Tensor:
        """From (n, inputs) to (n, outputs), in x's dtype."""
        return functional.linear(x, self.weight.to(x.dtype), self.bias.to(x.dtype))


def conditioner(inputs: int, outputs: int, *, width: int, activation: str) -> nn.Module:
    """From held coordinates to the raw numbers of the maps: two hidden layers."""
    if not inputs:
        return Constant(outputs)
    make = ACTIVATIONS[activation].make
    first, second, last = (
        WideLinear(inputs, width),
        WideLinear(width, width),
        WideLinear(width, outputs),
    )
    return nn.Sequential(first, make(), second, make(), last)


class Constant(nn.Module):
    """The same learned numbers for every row: what conditions a layer where nothing is held."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self.values = nn.Parameter(torch.zeros(size))

    def draw(self, rng: torch.Generator) -> None:
        """Small normal numbers: a map near the identity."""
        self.values.copy_(torch.empty(self.values.shape).normal_(0, 0.1, generator=rng))

    def forward(self, held: Tensor) -> Tensor:
        """From (n, 0) to (n, size)."""
        return self.values.to(held.dtype).expand(len(held), -1)


class Coupling(nn.Module):
    """Holds one half of the coordinates and moves the other, each by a map that the first chooses.

        y_held = x_held,    y_moved = g(x_moved; raw(x_held)),    log|det J| = sum log g'

    Of d coordinates, floor(d / 2) are held. A single coordinate has no partner: its map is the
    same for every row. The order is the flow's choice (`arrange`).

    References:
        Dinh, Sohl-Dickstein, Bengio (2017), Density estimation using Real NVP, Eq. 4 to 8.
    """

    order: Tensor
    back: Tensor

    def __init__(self, size: int, bijector: Bijector, *, width: int, activation: str) -> None:
        super().__init__()
        self.held = size // 2
        self.bijector = bijector
        self.register_buffer("order", torch.arange(size))
        self.register_buffer("back", torch.arange(size))
        numbers = (size - self.held) * bijector.numbers
        self.conditioner = conditioner(self.held, numbers, width=width, activation=activation)

    def arrange(self, order: Tensor) -> None:
        """Puts the coordinates in that order; the first floor(d / 2) of it are held."""
        self.order.copy_(order)
        self.back.copy_(order.argsort())

    def _move(self, x: Tensor, *, inverse: bool) -> tuple[Tensor, Tensor]:
        """Mapped rows (n, d), and the log of the volume's change, (n,)."""
        held, moved = x.index_select(1, self.order).tensor_split((self.held,), 1)
        raw = self.conditioner(held).unflatten(1, (-1, self.bijector.numbers))
        apply = self.bijector.inverse if inverse else self.bijector.forward
        moved, log_slope = apply(moved, raw)
        y = torch.cat((held, moved), 1).index_select(1, self.back)
        return y, log_slope.sum(1)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Y (n, d) and log|det dy/dx| (n,)."""
        return self._move(x, inverse=False)

    def inverse(self, y: Tensor) -> tuple[Tensor, Tensor]:
        """X (n, d) and log|det dx/dy| (n,)."""
        return self._move(y, inverse=True)


NARROW = {"mps": torch.float32}
"""Devices that have no float64, and the best that they have."""


def wide(x: Tensor) -> torch.dtype:
    """The precision that a flow works in: float64 where the device has it."""
    return NARROW.get(x.device.type, torch.float64)


class Flow(nn.Module):
    """x = T(z) = T_K after ... after T_1, z ~ N(0, I): a density of which nothing is approximated.

        log p(x) = log N(T^-1 x; 0, I) + log|det dT^-1/dx|

    Layers are passed in float64, whatever the dtype of samples and parameters: between modes a
    trained flow stretches by a factor of hundreds, which in float32 would leave 5e-5 where
    T^-1 T z - z should be zero.

    Attributes:
        size: d, the number of coordinates of z and of x.

    References:
        Dinh, Sohl-Dickstein, Bengio (2017), Density estimation using Real NVP, Eq. 1 to 3.
    """

    def __init__(self, layers: list[Coupling]) -> None:
        super().__init__()
        self.size = len(layers[0].order)
        self.couplings = nn.ModuleList(layers)

    def _layers(self) -> list[Coupling]:
        return cast("list[Coupling]", list(self.couplings))

    def draw(self, rng: torch.Generator) -> None:
        """Draws an order of the coordinates for each two layers; the second takes its reverse."""
        order = torch.arange(self.size)
        for k, layer in enumerate(self._layers()):
            # With two coordinates a new order could leave one of them held twice in a row.
            fresh = k % 2 == 0 and self.size > 2
            order = (
                torch.randperm(self.size, generator=rng, device=rng.device).cpu()
                if fresh
                else order.flip(0)
            )
            layer.arrange(order)

    def push(self, z: Tensor) -> tuple[Tensor, Tensor]:
        """X (n, d) and log|det dx/dz| (n,)."""
        x = z.flatten(1).to(wide(z))
        log_det = x.new_zeros(len(z))
        for layer in self._layers():
            x, more = layer(x)
            log_det = log_det + more
        return x.to(z.dtype), log_det.to(z.dtype)

    def pull(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Z (n, d) and log|det dz/dx| (n,)."""
        z = x.flatten(1).to(wide(x))
        log_det = z.new_zeros(len(x))
        for layer in reversed(self._layers()):
            z, more = layer.inverse(z)
            log_det = log_det + more
        return z.to(x.dtype), log_det.to(x.dtype)

    def forward(self, z: Tensor) -> Tensor:
        """T(z), (n, d)."""
        return self.push(z)[0]

    def inverse(self, x: Tensor) -> Tensor:
        """T^-1(x), (n, d)."""
        return self.pull(x)[0]

    def log_prob(self, x: Tensor) -> Tensor:
        """Exact log density at (n, d), (n,)."""
        z, log_det = self.pull(x)
        return standard_normal(z) + log_det

    def sample(self, n: int, rng: torch.Generator) -> Tensor:
        """N draws, (n, d)."""
        like = self._layers()[0].order
        z = torch.randn(n, self.size, generator=rng, device=rng.device)
        return self.forward(z.to(like.device))
