"""Flows: exact inverses, exact volumes, densities that integrate to one."""

import math

import pytest
import torch
from torch.nn import functional

from saddle.networks import FLOWS, Shape
from saddle.networks.splines import AFFINE, Spline, spline

BIJECTORS = {"affine": AFFINE, "spline": spline(12), "few-bins": spline(3)}


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def build(name, size, depth=2):
    flow = FLOWS[name](Shape((size,), size, width=32, depth=depth, activation="tanh"), seeded())
    with torch.no_grad():
        for parameter in flow.parameters():
            parameter.mul_(1.5)
    return flow


@pytest.mark.parametrize("name", BIJECTORS)
def test_bijectors_increase_invert_and_know_their_slope(name, float64):
    bijector = BIJECTORS[name]
    raw = torch.randn(500, 3, bijector.numbers, generator=seeded())
    x = (3 * torch.randn(500, 3, generator=seeded(1))).requires_grad_()
    y, log_slope = bijector.forward(x, raw)
    (slope,) = torch.autograd.grad(y.sum(), x, retain_graph=True)
    back, log_back = bijector.inverse(y, raw)
    assert (slope > 0).all()
    # Rounding alone, times the largest slope (about 1e3).
    assert torch.allclose(log_slope, slope.log(), atol=1e-9)
    assert torch.allclose(back, x, atol=1e-10)
    assert torch.allclose(log_back, -log_slope, atol=1e-8)


def test_spline_is_the_identity_at_raw_zero_and_outside(float64):
    bijector = spline(12)
    x = torch.linspace(-9, 9, 301)[:, None]
    zero = torch.zeros(301, 1, bijector.numbers)
    assert torch.allclose(bijector.forward(x, zero)[0], x, atol=1e-12)
    raw = torch.randn(301, 1, bijector.numbers, generator=seeded())
    outside = x.abs() >= Spline().bound
    assert torch.equal(bijector.forward(x, raw)[0][outside], x[outside])


def test_spline_passes_its_knots_with_their_derivatives(float64):
    shape = Spline(5)
    raw = torch.randn(1, 1, 14, generator=seeded())
    xs, ys, slopes = (knots[0, 0] for knots in shape.knots(raw))
    y, log_slope = shape.forward(xs[:, None], raw.expand(6, 1, 14))
    assert torch.allclose(y[:, 0], ys)
    assert torch.allclose(log_slope[:, 0].exp(), slopes)
    assert functional.relu(xs.diff()).min() > 0


@pytest.mark.parametrize("size", [1, 2, 3, 6])
@pytest.mark.parametrize("name", FLOWS)
def test_log_det_equals_the_jacobian_of_autograd(name, size, float64):
    flow = build(name, size)
    z = torch.randn(20, size, generator=seeded(1))
    x, log_det = flow.push(z)
    rows = torch.func.vmap(torch.func.jacrev(lambda row: flow(row[None])[0]))(z)
    back, log_back = flow.pull(x)
    assert torch.allclose(log_det, torch.linalg.slogdet(rows).logabsdet, rtol=0, atol=1e-6)
    assert torch.allclose(log_back, -log_det, rtol=0, atol=1e-6)
    assert torch.allclose(back, z, rtol=0, atol=1e-9)


@pytest.mark.parametrize("size", [1, 2, 5])
@pytest.mark.parametrize("name", FLOWS)
def test_cycle_in_float32(name, size):
    flow = FLOWS[name](Shape((size,), size, width=64, depth=3, activation="silu"), seeded())
    z = torch.randn(5000, size, generator=seeded(1))
    with torch.no_grad():
        assert (flow.inverse(flow(z)) - z).abs().max() <= 1e-5
        assert (flow(flow.inverse(z)) - z).abs().max() <= 1e-5


@pytest.mark.parametrize("name", FLOWS)
def test_every_coordinate_is_moved(name, float64):
    flow = FLOWS[name](Shape((5,), 5, width=8, depth=1), seeded())
    z = torch.randn(3, 5, generator=seeded(1))
    assert (flow(z) != z).all()


@pytest.mark.parametrize("name", FLOWS)
def test_density_integrates_to_one(name, float64):
    flow = build(name, 2, depth=1)
    step = 0.06
    line = torch.arange(-9, 9, step)
    grid = torch.cartesian_prod(line, line)
    with torch.no_grad():
        total = flow.log_prob(grid).exp().sum() * step**2
    # A Riemann sum: exact for smooth densities, 1e-3 for the spline's kinks in its slope.
    assert total == pytest.approx(1, abs=1e-3)


@pytest.mark.parametrize("name", FLOWS)
def test_samples_come_from_the_generator_that_is_handed_in(name):
    flow = build(name, 2)
    before = torch.get_rng_state()
    assert torch.equal(flow.sample(10, seeded(5)), flow.sample(10, seeded(5)))
    assert torch.equal(before, torch.get_rng_state())


@pytest.mark.slow
def test_likelihood_on_two_moons_comes_within_a_tenth_of_a_nat_of_the_entropy():
    noise, steps = 0.05, 1000
    rng = seeded(1)
    arc = torch.linspace(0, math.pi, 801)[:-1] + math.pi / 1600
    upper = torch.stack((arc.cos(), arc.sin()), 1)
    centres = torch.cat((upper, torch.tensor([1.0, 0.5]) - upper))

    def draw(n):
        pick = torch.randint(len(centres), (n,), generator=rng)
        return centres[pick] + noise * torch.randn(n, 2, generator=rng)

    def scaled(x):
        return (x - torch.tensor([0.5, 0.25])) / 0.75

    test = draw(10_000)
    kernel = -torch.cdist(test, centres).square() / (2 * noise**2)
    log_p = kernel.logsumexp(1) - math.log(len(centres) * 2 * math.pi * noise**2)
    flow = FLOWS["spline-coupling"](Shape((2,), 2, width=64, depth=2, activation="silu"), rng)
    adam = torch.optim.Adam(flow.parameters(), lr=3e-3)
    decay = torch.optim.lr_scheduler.CosineAnnealingLR(adam, steps)
    for _ in range(steps):
        adam.zero_grad()
        (-flow.log_prob(scaled(draw(256))).mean()).backward()
        adam.step()
        decay.step()
    with torch.no_grad():
        log_q = flow.log_prob(scaled(test)) - 2 * math.log(0.75)
    gap = (log_p - log_q).mean()
    # The gap is a KL divergence up to sampling: its standard error is about 0.005.
    assert -0.02 <= gap <= 0.1
