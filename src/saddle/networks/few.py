"""Halving and doubling where the picture's side has few channels, three or one.

A transposed 4 x 4 convolution of stride 2 to three channels leaves a processor idle, which is
built for many. The same numbers come of 2 x 2 filters to twelve channels, four pixels of the large
picture at a time, which are then put in their places:

    y[2 i + r - 1] = sum_u W[2 u + r] x[i - u],    r and u in {0, 1}, along each axis

in less time. The gradient of a halving convolution by its picture is such a transposed one, so
that a penalty on slopes costs less there too.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.nn import functional
from torch.nn.grad import conv2d_weight

from saddle.networks.pictures import LAST, Filters, TransposedFilters

FEW = 4
"""Channels, at most."""


def doubled(x: Tensor, W: Tensor) -> Tensor:
    """`conv_transpose2d(x, W, stride=2, padding=1)` of 4 x 4 filters W (inputs, few, 4, 4)."""
    inputs, outputs = W.shape[:2]
    parts = W.reshape(inputs, outputs, 2, 2, 2, 2)  # ..., u, r, u', r'
    K = parts.permute(1, 3, 5, 0, 2, 4).reshape(4 * outputs, inputs, 2, 2).flip(2, 3)
    four = functional.conv2d(x, K.contiguous(memory_format=LAST), padding=1)
    return functional.pixel_shuffle(four, 2)[..., 1:-1, 1:-1]


class Halved(torch.autograd.Function):
    """`conv2d(x, W, b, stride=2, padding=1)` of 4 x 4 filters W (outputs, few, 4, 4)."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, W: Tensor, b: Tensor | None) -> Tensor:
        """From (n, few, 2H, 2W) to (n, outputs, H, W)."""
        ctx.save_for_backward(x, W)
        return functional.conv2d(x, W, b, stride=2, padding=1)

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor | None, ...]:
        """By x, W and b, of operations that can be differentiated again."""
        (g,), (x, W) = grads, ctx.saved_tensors
        by_x, by_W, by_b = ctx.needs_input_grad
        return (
            doubled(g, W) if by_x else None,
            _by_filters(x, W, g) if by_W else None,
            g.sum((0, 2, 3)) if by_b else None,
        )


def _by_filters(x: Tensor, W: Tensor, g: Tensor) -> Tensor:
    """The gradient of a halving convolution by its filters."""
    found: Tensor = conv2d_weight(x, W.shape, g, stride=2, padding=1)  # type: ignore[no-untyped-call]
    return found


class FewFilters(Filters):
    """Filters that halve a picture of few channels."""

    def forward(self, input: Tensor) -> Tensor:
        """From (n, few, 2H, 2W) to (n, outputs, H, W), in the precision that autocast asks for."""
        halved: Tensor = Halved.apply(*_cast(input, self.weight, self.bias))  # type: ignore[no-untyped-call]
        return halved


class FewTransposedFilters(TransposedFilters):
    """Transposed filters that double to a picture of few channels."""

    def forward(self, input: Tensor, output_size: list[int] | None = None) -> Tensor:
        """From (n, inputs, H, W) to (n, few, 2H, 2W)."""
        x, W, b = _cast(input, self.weight, self.bias)
        assert x is not None and W is not None
        y = doubled(x, W)
        return y if b is None else y + b[:, None, None]


def _cast(x: Tensor, *more: Tensor | None) -> tuple[Tensor | None, ...]:
    """What takes part in a product, as autocast would hand it over."""
    kind = x.device.type
    if not torch.is_autocast_enabled(kind):
        return (x, *more)
    dtype = torch.get_autocast_dtype(kind)
    return tuple(None if part is None else part.to(dtype) for part in (x, *more))


def halving_filters(inputs: int, outputs: int, *, std: float, bias: bool = True) -> Filters:
    """4 x 4 filters that halve a picture, of the kind that fits its channels."""
    kind = FewFilters if inputs <= FEW else Filters
    return kind(inputs, outputs, 4, std=std, bias=bias)


def doubling_filters(
    inputs: int, outputs: int, *, std: float, bias: bool = True
) -> TransposedFilters:
    """4 x 4 transposed filters that double a picture, of the kind that fits its channels."""
    kind = FewTransposedFilters if outputs <= FEW else TransposedFilters
    return kind(inputs, outputs, std=std, bias=bias)
