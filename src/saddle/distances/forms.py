"""What a convex f gives a critic: output, conjugate and weight as functions of the log ratio v."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

Map = Callable[[Tensor], Tensor]
"""Elementwise, from (n,) to (n,)."""


@dataclass(frozen=True)
class Form:
    """The three functions of v = log u that a divergence is played with.

    Attributes:
        output: T = f'(u), the critic's output in the bound.
        conjugate: f*(T) = u f'(u) - f(u).
        weight: u^2 f''(u), what the exact generator gradient is weighted by; None where the
            output is a link that was named because f is kinked.
    """

    output: Map
    conjugate: Map
    weight: Map | None = None


def wide(v: Tensor) -> Tensor:
    """V in float64 where the device has it: second derivatives of f cancel in float32."""
    return v if v.device.type == "mps" else v.double()


def hold(v: Tensor, reach: float) -> Tensor:
    """V held within |v| <= reach: the value of the edge, with the slope of the edge.

    A plain clamp has slope zero outside, and a sample that the critic is sure of would never
    come back.
    """
    return v + (v.clamp(-reach, reach) - v).detach()


def slope(f: Map, u: Tensor) -> Tensor:
    """f'(u) for an elementwise f, differentiable again where u is.

    >>> slope(lambda u: u**3, torch.tensor([2.0]))
    tensor([12.])
    """
    if u.requires_grad:
        return _slope(f, u)
    with torch.inference_mode(False), torch.enable_grad():
        return _slope(f, u.clone().requires_grad_()).detach()


def _slope(f: Map, u: Tensor) -> Tensor:
    y = f(u)
    if not y.requires_grad:
        return torch.zeros_like(u)
    (d,) = torch.autograd.grad(y.sum(), u, create_graph=True, allow_unused=True)
    # A zero that autograd makes up has no memory, and touching it imports torch's compiler.
    return torch.zeros_like(u) if d is None or d._is_zerotensor() else d


def curvature(f: Map, u: Tensor) -> Tensor:
    """f''(u) for an elementwise f, from f alone."""
    return slope(lambda x: slope(f, x), u)


def derived(f: Map) -> Form:
    """The form of f from f alone: derivatives by autograd, in float64, given back in v's type."""

    def output(v: Tensor) -> Tensor:
        return slope(f, wide(v).exp()).to(v.dtype)

    def conjugate(v: Tensor) -> Tensor:
        u = wide(v).exp()
        return (u * slope(f, u) - f(u)).to(v.dtype)

    def weight(v: Tensor) -> Tensor:
        u = wide(v).exp()
        return (u.square() * curvature(f, u)).to(v.dtype)

    return Form(output, conjugate, weight)
