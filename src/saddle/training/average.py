"""The average of the generator's weights over its last steps (EMA): what a user samples from."""

from __future__ import annotations

import copy

import torch
from torch import Tensor, nn

from saddle.reference import Reference

REFERENCE = Reference(
    "yazici2019",
    "The Unusual Effectiveness of Averaging in GAN Training",
    "Yazici, Yasin and Foo, Chuan-Sheng and Winkler, Stefan and others",
    2019,
    "ICLR, arXiv 1806.04498",
)


class Average:
    """w_avg <- b w_avg + (1 - b) w, with b = min(memory, (1 + t) / (15 + t)).

    The second bound makes the half-life about a twentieth of the run so far. Buffers are copied
    as they are.
    """

    def __init__(self, live: nn.ModuleDict) -> None:
        self.module = copy.deepcopy(live).requires_grad_(False).eval()
        self._live: list[Tensor] = list(live.parameters())
        self._mean: list[Tensor] = list(self.module.parameters())
        self._buffers = list(zip(self.module.buffers(), live.buffers(), strict=True))

    @torch.no_grad()
    def follow(self, step: int, memory: float) -> None:
        """Take one step's weights in."""
        keep = min(memory, (1 + step) / (15 + step))
        torch._foreach_lerp_(self._mean, self._live, 1 - keep)
        for mean, live in self._buffers:
            mean.copy_(live)
