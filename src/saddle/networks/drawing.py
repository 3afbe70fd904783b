"""How parameters are drawn: from a generator that the caller seeds, never from the global one."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol, TypeVar, runtime_checkable

import torch
from torch import Tensor, nn

from saddle.catalogue import Catalogue, Family
from saddle.errors import bad
from saddle.reference import Reference

M = TypeVar("M", bound=nn.Module)

LECUN = Reference(
    "lecun1998",
    "Efficient BackProp",
    "LeCun, Yann and Bottou, Leon and Orr, Genevieve B. and Müller, Klaus-Robert",
    1998,
    "Neural Networks: Tricks of the Trade, Springer",
)
HE = Reference(
    "he2015",
    "Delving Deep into Rectifiers: Surpassing Human-Level Performance on ImageNet Classification",
    "He, Kaiming and Zhang, Xiangyu and Ren, Shaoqing and Sun, Jian",
    2015,
    "ICCV 2015, arXiv 1502.01852",
)
SAXE = Reference(
    "saxe2014",
    "Exact solutions to the nonlinear dynamics of learning in deep linear neural networks",
    "Saxe, Andrew M. and McClelland, James L. and Ganguli, Surya",
    2014,
    "ICLR 2014, arXiv 1312.6120",
)
RADFORD = Reference(
    "radford2016",
    "Unsupervised Representation Learning with Deep Convolutional Generative Adversarial Networks",
    "Radford, Alec and Metz, Luke and Chintala, Soumith",
    2016,
    "ICLR 2016, arXiv 1511.06434",
)


@runtime_checkable
class Drawn(Protocol):
    """A layer that draws its own parameters and buffers, whatever the scheme."""

    def draw(self, rng: torch.Generator) -> None:
        """Draw them anew, in place."""


Fill = Callable[[Tensor, int, torch.Generator], Tensor]
"""From a tensor (for its shape), its fan-in and a generator to values of that shape."""


@dataclass(frozen=True)
class Scheme:
    """How weights and biases are drawn.

    Attributes:
        weight: values of a weight, from its shape and fan-in.
        bias: values of the bias beside it.
        reference: where it comes from.
    """

    weight: Fill
    bias: Fill
    reference: Reference


def _uniform(like: Tensor, fan_in: int, rng: torch.Generator) -> Tensor:
    """U(-b, b) with b = 1 / sqrt(fan-in)."""
    bound = 1 / math.sqrt(fan_in)
    return torch.empty_like(like, device=rng.device).uniform_(-bound, bound, generator=rng)


def _zero(like: Tensor, fan_in: int, rng: torch.Generator) -> Tensor:
    return torch.zeros_like(like)


def _he(like: Tensor, fan_in: int, rng: torch.Generator) -> Tensor:
    """N(0, 2 / fan-in)."""
    std = math.sqrt(2 / fan_in)
    return torch.empty_like(like, device=rng.device).normal_(0, std, generator=rng)


def _positive(name: str, text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        raise bad(name, text, "a positive number") from None
    if not 0 < value < math.inf:
        raise bad(name, text, "a positive number")
    return value


def _orthogonal(text: str) -> Scheme:
    gain = _positive("gain of scheme orthogonal", text)

    def weight(like: Tensor, fan_in: int, rng: torch.Generator) -> Tensor:
        """Gain times a matrix with orthonormal rows or columns, uniform among them."""
        flat = torch.empty(len(like), fan_in, dtype=like.dtype, device=rng.device)
        normal = flat.normal_(generator=rng)
        tall = normal if len(like) >= fan_in else normal.T
        Q, R = torch.linalg.qr(tall)
        # The sign makes the law uniform: the decomposition alone prefers some matrices.
        Q = gain * Q * R.diagonal().sign()
        drawn: Tensor = Q if len(like) >= fan_in else Q.T
        return drawn.reshape(like.shape)

    return Scheme(weight, _zero, SAXE)


def _normal(text: str) -> Scheme:
    std = _positive("std of scheme normal", text)

    def weight(like: Tensor, fan_in: int, rng: torch.Generator) -> Tensor:
        """N(0, std^2)."""
        return torch.empty_like(like, device=rng.device).normal_(0, std, generator=rng)

    return Scheme(weight, _zero, RADFORD)


SCHEMES: Catalogue[Scheme] = Catalogue(
    "scheme",
    {
        "torch": Scheme(_uniform, _uniform, LECUN),
        "he": Scheme(_he, _zero, HE),
        "orthogonal": Family(_orthogonal, "1.4", "GAIN", "1"),
        "normal": Family(_normal, "0.02", "STD", "0.02"),
    },
)


def _draw_layer(layer: nn.Module, scheme: Scheme, rng: torch.Generator) -> None:
    own = list(layer.parameters(recurse=False))
    weights = [p for p in own if p.dim() >= 2]
    if not weights:
        return
    for p in own:
        fan_in = (p if p.dim() >= 2 else weights[0])[0].numel()
        fill = scheme.weight if p.dim() >= 2 else scheme.bias
        p.copy_(fill(p, fan_in, rng))


@torch.no_grad()
def initialise(module: M, rng: torch.Generator, *, scheme: str = "torch") -> M:
    """Draws every weight and bias of `module` from `rng`, in place, and gives the module back.

    Layers are visited in the order of `module.modules()`. A layer that is `Drawn` draws itself;
    in any other a parameter of two axes or more is a weight, and one of one axis beside a weight
    its bias. A layer without weights (a norm's gain and shift) stays as it was made.
    """
    chosen = SCHEMES[scheme]
    for layer in module.modules():
        if isinstance(layer, Drawn):
            layer.draw(rng)
        else:
            _draw_layer(layer, chosen, rng)
    return module


@contextmanager
def global_stream_kept() -> Iterator[None]:
    """What is drawn inside leaves no trace in the global stream of the CPU."""
    before = torch.get_rng_state()
    try:
        yield
    finally:
        torch.set_rng_state(before)
