"""The average of the generator's weights over its last steps (EMA): what a user samples from."""

from __future__ import annotations

import copy

import torch
from torch import Tensor, nn


class Average:
    """w_avg <- b w_avg + (1 - b) w, b the memory; buffers are copied as they are.

    Attributes:
        module: holds the averages: a copy of the live networks, or what has followed them so far.
    """

    def __init__(self, live: nn.ModuleDict, module: nn.ModuleDict | None = None) -> None:
        self.module = module or copy.deepcopy(live).requires_grad_(False).eval()
        self._live: list[Tensor] = list(live.parameters())
        self._mean: list[Tensor] = list(self.module.parameters())
        self._buffers = list(zip(self.module.buffers(), live.buffers(), strict=True))

    @torch.no_grad()
    def follow(self, memory: float) -> None:
        """Take one step's weights in."""
        torch._foreach_lerp_(self._mean, self._live, 1 - memory)
        for mean, live in self._buffers:
            mean.copy_(live)
