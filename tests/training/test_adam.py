"""The lean Adam against torch's own."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from saddle.training.adam import Adam


def _weights(dtype: torch.dtype) -> list[nn.Parameter]:
    rng = torch.Generator().manual_seed(3)
    return [
        nn.Parameter(torch.randn(*shape, generator=rng, dtype=dtype)) for shape in [(5, 3), (7,)]
    ]


def _grads(weights: list[nn.Parameter], seed: int) -> list[Tensor]:
    rng = torch.Generator().manual_seed(seed)
    return [torch.randn(w.shape, generator=rng, dtype=w.dtype) for w in weights]


def _pair(dtype: torch.dtype, decay: float) -> tuple[Adam, torch.optim.Adam]:
    lean = Adam(_weights(dtype), 1e-2, (0.5, 0.9), weight_decay=decay)
    plain = torch.optim.Adam(_weights(dtype), 1e-2, (0.5, 0.9), weight_decay=decay, fused=True)
    return lean, plain


def _play(optimiser: torch.optim.Optimizer, seeds: range, *, without: int | None = None) -> None:
    for seed in seeds:
        weights = optimiser.param_groups[0]["params"]
        for index, (weight, grad) in enumerate(zip(weights, _grads(weights, seed), strict=True)):
            weight.grad = None if index == without else grad
        optimiser.param_groups[0]["lr"] = 1e-2 / (1 + seed)
        optimiser.step()


def _same(a: torch.optim.Optimizer, b: torch.optim.Optimizer) -> bool:
    pairs = zip(a.param_groups[0]["params"], b.param_groups[0]["params"], strict=True)
    return all(torch.equal(x, y) for x, y in pairs)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("decay", [0.0, 0.1])
def test_it_is_torchs_bit_for_bit(dtype: torch.dtype, decay: float) -> None:
    lean, plain = _pair(dtype, decay)
    for optimiser in (lean, plain):
        _play(optimiser, range(20))
    assert _same(lean, plain)


def test_a_parameter_without_a_gradient_stays() -> None:
    lean, plain = _pair(torch.float32, 0.0)
    for optimiser in (lean, plain):
        _play(optimiser, range(3))
        _play(optimiser, range(3, 6), without=1)
        _play(optimiser, range(6, 9))
    assert _same(lean, plain)


def test_its_state_goes_on_where_it_was_taken() -> None:
    whole, first = _pair(torch.float32, 0.0)[0], _pair(torch.float32, 0.0)[0]
    _play(whole, range(10))
    _play(first, range(4))
    second = Adam([nn.Parameter(w.detach().clone()) for w in _taken(first)], 1.0, (0.0, 0.5))
    second.load_state_dict(first.state_dict())
    _play(second, range(4, 10))
    assert _same(whole, second)


def _taken(optimiser: torch.optim.Optimizer) -> list[nn.Parameter]:
    weights: list[nn.Parameter] = optimiser.param_groups[0]["params"]
    return weights
