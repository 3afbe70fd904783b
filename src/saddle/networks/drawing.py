"""How parameters are drawn: from a generator that the caller seeds, never from the global one."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol, TypeVar, runtime_checkable

import torch
from torch import Tensor, nn

M = TypeVar("M", bound=nn.Module)


@runtime_checkable
class Drawn(Protocol):
    """A layer that draws its own parameters and buffers."""

    def draw(self, rng: torch.Generator) -> None:
        """Draw them anew, in place."""


def _uniform(like: Tensor, fan_in: int, rng: torch.Generator) -> Tensor:
    """U(-b, b) with b = 1 / sqrt(fan-in)."""
    bound = 1 / math.sqrt(fan_in)
    return torch.empty_like(like, device=rng.device).uniform_(-bound, bound, generator=rng)


def _draw_layer(layer: nn.Module, rng: torch.Generator) -> None:
    own = list(layer.parameters(recurse=False))
    weights = [p for p in own if p.dim() >= 2]
    if not weights:
        return
    for p in own:
        fan_in = (p if p.dim() >= 2 else weights[0])[0].numel()
        p.copy_(_uniform(p, fan_in, rng))


@torch.no_grad()
def initialise(module: M, rng: torch.Generator) -> M:
    """Draws every weight and bias of `module` from `rng`, in place, and gives the module back.

    Both are uniform on [-b, b] with b = 1 / sqrt(fan-in). Layers are visited in the order of
    `module.modules()`. A layer that is `Drawn` draws itself; in any other a parameter of two axes
    or more is a weight, and one of one axis beside a weight its bias. A layer without weights (a
    norm's gain and shift) stays as it was made.
    """
    for layer in module.modules():
        if isinstance(layer, Drawn):
            layer.draw(rng)
        else:
            _draw_layer(layer, rng)
    return module


@contextmanager
def global_stream_kept() -> Iterator[None]:
    """What is drawn inside leaves no trace in the global stream of the CPU."""
    before = torch.get_rng_state()
    try:
        yield
    finally:
        torch.set_rng_state(before)
