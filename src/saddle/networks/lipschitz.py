"""How steep a network can be at most: the product of its layers' Lipschitz constants.

    Lip(f after g) <= Lip(f) Lip(g),     Lip(id + f) <= 1 + Lip(f),     Lip(x -> W x) = |W|_2

A critic's gap E v(real) - E v(fake), divided by this bound, is a certified lower bound of the
Wasserstein-1 distance: Kantorovich and Rubinstein's supremum is over 1-Lipschitz v.
"""

from __future__ import annotations

import math
from functools import singledispatch

import torch
from torch import Tensor, nn

from saddle.networks import layers


def spectral_norm(weight: Tensor) -> float:
    """Largest singular value of a matrix, in float64."""
    return float(torch.linalg.matrix_norm(weight.detach().double(), ord=2))


@singledispatch
def lipschitz(module: nn.Module) -> float:
    """An upper bound of |f(x) - f(y)| / |x - y|, infinite for a layer that has none known."""
    return math.inf


@lipschitz.register
def _(module: nn.Linear) -> float:
    # Reading a spectrally normalised weight while training would move its power iteration.
    training = module.training
    module.eval()
    bound = spectral_norm(module.weight)
    module.train(training)
    return bound


@lipschitz.register
def _(module: layers.OrthonormalLinear) -> float:
    return spectral_norm(module.weight)


@lipschitz.register
def _(module: nn.Sequential) -> float:
    return math.prod(lipschitz(layer) for layer in module)


@lipschitz.register
def _(module: layers.Residual) -> float:
    return 1 + lipschitz(module.block)


@lipschitz.register
def _(module: layers.Maxout) -> float:
    """|max_k a_k - max_k b_k| <= |a - b|_2: that of all pieces in one matrix."""
    return lipschitz(module.linear)


@lipschitz.register
def _(module: layers.Fourier) -> float:
    """|[x, sin(B x + b)]'|^2 <= 1 + |B|^2, as |cos| <= 1."""
    return math.hypot(1, spectral_norm(module.B))


@lipschitz.register
def _(module: layers.Dropout) -> float:
    return 1 / (1 - module.p) if module.training else 1.0


@lipschitz.register(nn.Identity)
@lipschitz.register(layers.GroupSort)
def _(module: nn.Module) -> float:
    return 1.0


for _activation in layers.ACTIVATIONS.values():
    lipschitz.register(
        type(_activation.make()), lambda module, slope=_activation.slope: float(slope)
    )
