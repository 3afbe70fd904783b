"""How steep a network can be at most: the product of its layers' Lipschitz constants.

    Lip(f after g) <= Lip(f) Lip(g),     Lip(id + f) <= 1 + Lip(f),     Lip(x -> W x) = |W|_2

A critic's gap E v(real) - E v(fake), divided by this bound, is a certified lower bound of the
Wasserstein-1 distance: Kantorovich and Rubinstein's supremum is over 1-Lipschitz v.
"""

from __future__ import annotations

import math
from functools import singledispatch
from typing import Protocol, runtime_checkable

import torch
from torch import Tensor, nn

from saddle.networks import layers


def spectral_norm(weight: Tensor) -> float:
    """Largest singular value of a matrix, in float64."""
    return float(torch.linalg.matrix_norm(weight.detach().double(), ord=2))


@runtime_checkable
class Bounded(Protocol):
    """A network that knows how steep it can be at most."""

    def lipschitz(self) -> float:
        """An upper bound of |f(x) - f(y)| / |x - y|."""
        ...


def lipschitz(module: nn.Module) -> float:
    """An upper bound of |f(x) - f(y)| / |x - y|: the module's own, else what is known."""
    return float(module.lipschitz()) if isinstance(module, Bounded) else known(module)


@singledispatch
def known(module: nn.Module) -> float:
    """The bound that is known of a kind of layer; infinite where none is."""
    return math.inf


STRETCH = 16.0
"""A power of two, so that a weight over its own norm keeps its bits."""


@torch.no_grad()
def steady(module: nn.Module) -> bool:
    """Whether the bound of a network's slope holds whatever its weights.

    The bound is asked for twice, at the weights as they are and with each of them `STRETCH` times
    as large. Orthonormal layers, and weights that are divided by their norm, do not notice; the
    bound of a plain network grows with its weights, and so binds nothing while it learns. The
    weights are put back, bit for bit.
    """
    before = lipschitz(module)
    kept = [parameter.clone() for parameter in module.parameters()]
    try:
        for parameter in module.parameters():
            parameter.mul_(STRETCH)
        after = lipschitz(module)
    finally:
        for parameter, value in zip(module.parameters(), kept, strict=True):
            parameter.copy_(value)
    # The inverse inside an orthonormal layer loses a few digits at such weights.
    return 0 < before < math.inf and after <= 1.01 * before


@known.register
def _(module: nn.Linear) -> float:
    # Reading a spectrally normalised weight while training would move its power iteration.
    training = module.training
    module.eval()
    bound = spectral_norm(module.weight)
    module.train(training)
    return bound


@known.register
def _(module: layers.OrthonormalLinear) -> float:
    return spectral_norm(module.weight)


@known.register
def _(module: nn.Sequential) -> float:
    return math.prod(lipschitz(layer) for layer in module)


@known.register
def _(module: layers.Residual) -> float:
    return 1 + lipschitz(module.block)


@known.register
def _(module: layers.Maxout) -> float:
    """|max_k a_k - max_k b_k| <= |a - b|_2: that of all pieces in one matrix."""
    return lipschitz(module.linear)


@known.register
def _(module: layers.Fourier) -> float:
    """|[x, sin(B x + b)]'|^2 <= 1 + |B|^2, as |cos| <= 1."""
    return math.hypot(1, spectral_norm(module.B))


@known.register
def _(module: layers.Dropout) -> float:
    return 1 / (1 - module.p) if module.training else 1.0


@known.register(nn.Identity)
@known.register(layers.GroupSort)
def _(module: nn.Module) -> float:
    return 1.0


for _activation in layers.ACTIVATIONS.values():
    known.register(type(_activation.make()), lambda module, slope=_activation.slope: float(slope))
