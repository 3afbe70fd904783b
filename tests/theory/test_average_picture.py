"""The averaged squared distance: what it is least at is a mean, never a sample."""

from __future__ import annotations

import pytest
import torch

from _lines import Gaussians
from saddle.distances import DISTANCES
from saddle.networks import GENERATORS, Shape

ROW = DISTANCES["mean-square"]
DATA = Gaussians((0.3, 0.7), (-2.0, 3.0), (0.2, 0.4))


def clouds(rng, n=40):
    x = DATA.draw(n, rng, torch.float64)
    z = torch.randn(n, 1, generator=rng, dtype=torch.float64)
    return x, z


def descended(x, z, *, steps=600, h=0.1):
    """The affine generator a + b z that gradient descent ends at."""
    w = torch.tensor([0.5, 2.0], dtype=torch.float64, requires_grad=True)
    for _ in range(steps):
        (down,) = torch.autograd.grad(ROW.between(x, w[0] + w[1] * z), w)
        w = (w - h * down).detach().requires_grad_()
    return w.detach()


def test_with_fixed_pairs_it_is_the_least_squares_solution(rng):
    x, z = clouds(rng)
    closed = torch.linalg.lstsq(torch.cat((torch.ones_like(z), z), 1), x).solution[:, 0]
    torch.testing.assert_close(descended(x, z), closed, rtol=0, atol=1e-10)
    assert abs(closed[1]) > 0.01


def test_with_fresh_pairs_it_is_the_mean_and_nothing_else(rng):
    """Every x meets every z, which is the expectation over fresh pairs exactly."""
    x, z = clouds(rng, n=30)
    every = x.repeat_interleave(30, 0), z.repeat(30, 1)
    closed = torch.linalg.lstsq(
        torch.cat((torch.ones_like(every[1]), every[1]), 1), every[0]
    ).solution[:, 0]
    assert closed.tolist() == pytest.approx([float(x.mean()), 0], abs=1e-12)
    torch.testing.assert_close(descended(*every), closed, rtol=0, atol=1e-10)


def test_the_least_value_is_the_variance(rng):
    x, _ = clouds(rng, n=500)
    assert float(ROW.between(x, x.mean(0).expand_as(x))) == pytest.approx(
        float(x.var(correction=0)), rel=1e-12
    )


def test_a_network_learns_the_mean_too_which_lies_between_the_modes(rng):
    G = GENERATORS["mlp"](Shape((2,), 1, width=32), rng)
    adam = torch.optim.Adam(G.parameters(), 1e-2)
    for step in range(400):
        adam.param_groups[0]["lr"] = 1e-2 * (1 - step / 400)
        loss = ROW.between(DATA.draw(512, rng), G(torch.randn(512, 2, generator=rng)))
        adam.zero_grad()
        loss.backward()
        adam.step()
    with torch.no_grad():
        y = G(torch.randn(2000, 2, generator=rng))
    # The mean is 1.5; within 1.5 of it there is no datum (the modes lie at -2 and 3).
    assert float(y.mean()) == pytest.approx(1.5, abs=0.1)
    assert float(y.std()) < 0.25
    assert float((y - 1.5).abs().quantile(0.99)) < 0.8


def test_what_is_given_makes_it_the_conditional_mean(rng):
    """x given c is c or -c + 1 with equal chance: the answer is 1/2 for every c."""
    c = torch.linspace(-1, 1, 41, dtype=torch.float64)[:, None]
    x = torch.cat((c, 1 - c))
    design = torch.cat((torch.ones_like(x), torch.cat((c, c))), 1)
    solution = torch.linalg.lstsq(design, x).solution[:, 0]
    assert solution.tolist() == pytest.approx([0.5, 0], abs=1e-12)
