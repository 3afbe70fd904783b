"""Several networks of one shape as one: weights stacked, rows grouped by network.

Rows (S n, d) hold n rows of the first network, then n of the second, and so on. The networks keep
their own weights, which are slices of the stack's memory: each is at any time what the stack has
become.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

import torch
from torch import Tensor, nn

from saddle.networks.layers import (
    ACTIVATIONS,
    Dropout,
    Fourier,
    GroupSort,
    Maxout,
    Quadratic,
    Residual,
)
from saddle.networks.mlp import Map, MapCritic, Skipped

Networks = Sequence[nn.Module]
M = TypeVar("M", bound=nn.Module)


class StackedLinear(nn.Module):
    """x -> W_s x + b_s for the rows x of network s, as one batched product."""

    def __init__(self, layers: Networks) -> None:
        super().__init__()
        self.weight = _shared([layer.get_parameter("weight") for layer in layers])
        self.bias = _shared([layer.get_parameter("bias") for layer in layers])

    def forward(self, x: Tensor) -> Tensor:
        """From (S n, inputs) to (S n, outputs)."""
        rows = x.reshape(len(self.weight), -1, x.shape[1])
        return torch.baddbmm(self.bias[:, None], rows, self.weight.mT).flatten(0, 1)


class StackedFourier(nn.Module):
    """x -> [x, sin(B_s x + b_s)] for the rows x of network s."""

    B: Tensor
    b: Tensor

    def __init__(self, layers: Networks) -> None:
        super().__init__()
        self.register_buffer("B", torch.stack([layer.get_buffer("B") for layer in layers]))
        self.register_buffer("b", torch.stack([layer.get_buffer("b") for layer in layers]))

    def forward(self, x: Tensor) -> Tensor:
        """From (S n, inputs) to (S n, inputs + frequencies)."""
        rows = x.reshape(len(self.B), -1, x.shape[1])
        waves = torch.baddbmm(self.b[:, None], rows, self.B.mT).sin()
        return torch.cat((x, waves.flatten(0, 1)), 1)


class OneByOne(nn.Module):
    """Each network's own layer on its own rows: for layers that draw from a stream of their own.

    Attributes:
        layers: the layers, which stay parts of their networks.
    """

    def __init__(self, layers: Networks) -> None:
        super().__init__()
        self.layers = tuple(layers)

    def forward(self, x: Tensor) -> Tensor:
        """From (S n, d) to (S n, e)."""
        pairs = zip(self.layers, x.chunk(len(self.layers)), strict=True)
        return torch.cat([layer(rows) for layer, rows in pairs])


def stack(networks: Networks) -> nn.Module:
    """One network for the rows of all; they must be of one shape and `stackable`."""
    first = networks[0]
    kind = type(first)
    if kind in LAYERS:
        return LAYERS[kind](networks)
    children = {
        name: stack([network.get_submodule(name) for network in networks])
        for name, _ in first.named_children()
    }
    return with_children(first, children)


def with_children(module: M, children: Mapping[str, nn.Module]) -> M:
    """The same module around other children."""
    twin = copy.copy(module)
    twin._modules = {**module._modules, **children}
    return twin


def unstackable(network: nn.Module) -> str | None:
    """The first layer that cannot be stacked, or None where all can be.

    >>> unstackable(nn.Sequential(nn.Linear(2, 3), nn.ReLU())) is None
    True
    >>> unstackable(nn.Sequential(nn.BatchNorm1d(2)))
    'BatchNorm1d'
    """
    known = LAYERS.keys() | ROWWISE | AROUND
    return next((type(m).__name__ for m in network.modules() if type(m) not in known), None)


LAYERS: Mapping[type[nn.Module], Callable[[Networks], nn.Module]] = {
    nn.Linear: StackedLinear,
    Fourier: StackedFourier,
    Dropout: OneByOne,
}
"""Layers that differ between networks, and what stands for all of them."""

AROUND: frozenset[type[nn.Module]] = frozenset(
    {nn.Sequential, nn.ModuleDict, Map, Skipped, MapCritic, Residual, Maxout}
)
"""Modules without weights of their own around others, each of whose rows passes alone."""

ROWWISE: frozenset[type[nn.Module]] = frozenset(
    {type(entry.make()) for entry in ACTIVATIONS.values()} | {GroupSort, Quadratic, nn.Identity}
)
"""Layers without weights, each of whose rows passes alone: one serves all networks."""


def _shared(weights: Sequence[nn.Parameter]) -> nn.Parameter:
    """The weights stacked, (S, ...); each is a slice of the stack's memory from now on."""
    whole = torch.stack([weight.detach() for weight in weights])
    for weight, part in zip(weights, whole, strict=True):
        weight.data = part
    return nn.Parameter(whole, requires_grad=weights[0].requires_grad)
