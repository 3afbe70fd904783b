"""Adam, one fused call a step."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor, nn


class Adam(torch.optim.Adam):
    """Torch's fused Adam for one group of parameters, with nothing around the kernel.

        m <- b1 m + (1 - b1) g        v <- b2 v + (1 - b2) g^2
        w <- w - h (m / (1 - b1^t)) / (sqrt(v / (1 - b2^t)) + eps)

    The kernel takes about 20 microseconds for small networks; sorting the parameters by device
    and type at every step costs more. The numbers are torch's, bit for bit.

    References:
        Kingma, Ba (2015), Adam: a method for stochastic optimization, Alg. 1.
    """

    def __init__(
        self,
        parameters: Iterable[nn.Parameter],
        rate: float,
        betas: tuple[float, float],
        *,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(parameters, rate, betas, weight_decay=weight_decay, fused=True)
        self._held: tuple[list[Tensor], ...] | None = None

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Take back what `state_dict` gave."""
        super().load_state_dict(state_dict)
        for weight, kept in self.state.items():
            for name in MOMENTS & kept.keys():
                kept[name] = laid_out(kept[name], weight)
        self._held = None

    @torch.no_grad()
    def step(self) -> None:  # type: ignore[override]
        """One step; torch's own where a parameter has no gradient."""
        (group,) = self.param_groups
        grads = [parameter.grad for parameter in group["params"]]
        if any(grad is None for grad in grads):
            super().step()
            self._held = None
            return
        weights, means, squares, steps = self._tensors()
        torch._foreach_add_(steps, 1)
        torch._fused_adam_(
            weights,
            grads,
            means,
            squares,
            [],
            steps,
            lr=group["lr"],
            beta1=group["betas"][0],
            beta2=group["betas"][1],
            weight_decay=group["weight_decay"],
            eps=group["eps"],
            amsgrad=False,
            maximize=False,
        )

    # Called as it is, without the profiler's wrapper that torch puts around every step
    step.hooked = True  # type: ignore[attr-defined]

    def _tensors(self) -> tuple[list[Tensor], ...]:
        """Weights, m, v and t, in order; m, v and t are zero where there was no step yet."""
        if self._held is None:
            weights = self.param_groups[0]["params"]
            for weight in weights:
                self.state[weight] = self.state[weight] or _zeros(weight)
            names = ("exp_avg", "exp_avg_sq", "step")
            self._held = (weights, *([self.state[w][name] for w in weights] for name in names))
        return self._held


MOMENTS = {"exp_avg", "exp_avg_sq"}
"""Torch's names of m and v."""


def laid_out(numbers: Tensor, weight: Tensor) -> Tensor:
    """The numbers in memory where the weight has its own: fused kernels go by memory."""
    same = numbers.stride() == weight.stride()
    return numbers if same else torch.empty_like(weight).copy_(numbers)


def _zeros(weight: Tensor) -> dict[str, Tensor]:
    """Torch's names of t, m and v before the first step."""
    return {
        "step": torch.zeros((), dtype=torch.float32, device=weight.device),
        "exp_avg": torch.zeros_like(weight),
        "exp_avg_sq": torch.zeros_like(weight),
    }
