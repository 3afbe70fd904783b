"""Convolutions with few channels on one side: the same numbers, gradients and second gradients."""

from __future__ import annotations

import pytest
import torch
from torch.nn import functional

from saddle.networks import initialise
from saddle.networks.few import (
    FewFilters,
    FewTransposedFilters,
    Halved,
    doubled,
    doubling_filters,
    halving_filters,
)
from saddle.networks.pictures import Filters, TransposedFilters


def drawn(*shape, seed=0):
    rng = torch.Generator().manual_seed(seed)
    return torch.randn(*shape, generator=rng, dtype=torch.float64).requires_grad_()


@pytest.mark.parametrize("few", [1, 3])
@pytest.mark.parametrize("grid", [(3, 3), (4, 6)])
def test_doubling_is_the_transposed_convolution(few, grid):
    x, W = drawn(2, 5, *grid), drawn(5, few, 4, 4, seed=1)
    wanted = functional.conv_transpose2d(x, W, stride=2, padding=1)
    torch.testing.assert_close(doubled(x, W), wanted, rtol=0, atol=1e-12)


def test_halving_is_the_convolution_and_can_be_differentiated_twice():
    x, W, b = drawn(2, 3, 6, 4), drawn(5, 3, 4, 4, seed=1), drawn(5, seed=2)
    wanted = functional.conv2d(x, W, b, stride=2, padding=1)
    torch.testing.assert_close(Halved.apply(x, W, b), wanted, rtol=0, atol=1e-12)
    assert torch.autograd.gradcheck(Halved.apply, (x, W, b))
    assert torch.autograd.gradgradcheck(Halved.apply, (x, W, b))


def test_the_kind_follows_the_channels():
    assert type(halving_filters(3, 8, std=0.1)) is FewFilters
    assert type(halving_filters(8, 8, std=0.1)) is Filters
    assert type(doubling_filters(8, 3, std=0.1)) is FewTransposedFilters
    assert type(doubling_filters(8, 8, std=0.1)) is TransposedFilters


@pytest.mark.parametrize("make", [lambda: halving_filters(3, 8, std=0.1),
                                  lambda: doubling_filters(8, 3, std=0.1)])  # fmt: skip
def test_under_autocast_they_give_what_others_give(make):
    layer = make()
    initialise(layer, torch.Generator().manual_seed(0))
    x = torch.randn(2, layer.in_channels, 8, 8, generator=torch.Generator().manual_seed(1))
    plain = type(layer).__mro__[2]  # torch's own
    with torch.autocast("cpu", torch.bfloat16):
        found, wanted = layer(x), plain.forward(layer, x)
    assert found.dtype == wanted.dtype == torch.bfloat16
    torch.testing.assert_close(found, wanted, rtol=2e-2, atol=2e-2)
    torch.testing.assert_close(layer(x), plain.forward(layer, x), rtol=1e-5, atol=1e-6)
