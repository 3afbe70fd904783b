"""Parallel lines at distance theta: JSD jumps, KL is infinite, W1 = |theta| and is learned."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from saddle.distances import DISTANCES, certified_gap
from saddle.measure import parallel_lines, wasserstein
from theory_parallel_lines import learn, table


@pytest.mark.parametrize("theta", [-2.0, -0.1, 0.0, 0.3, 5.0])
def test_w1_is_the_distance_by_transport_and_the_others_jump(theta):
    z = np.linspace(0, 1, 300)[:, None]
    here, there = np.hstack((0 * z, z)), np.hstack((0 * z + theta, z))
    assert wasserstein(here, there).value == pytest.approx(abs(theta), abs=1e-12)
    truth = parallel_lines(theta)
    assert truth.w1 == abs(theta)
    assert truth.jsd == (math.log(2) if theta else 0)
    assert truth.kl == (math.inf if theta else 0)


@pytest.mark.parametrize("theta", [-1.0, 0.25, 2.0])
def test_the_learned_distance_follows_theta(theta):
    """A 1-Lipschitz critic: never above |theta| (float32), and near it."""
    critic, gap = learn("wasserstein", "groupsort", theta, steps=150)
    learned = certified_gap(gap, critic.lipschitz())
    assert 0.98 * abs(theta) < learned <= abs(theta) * (1 + 1e-5)


def test_it_gives_the_generator_a_slope_everywhere_that_jsd_has_not():
    """d W1 / d theta = sign(theta); the learned JSD is log 2 on both sides of any step."""
    critic, _ = learn("wasserstein", "groupsort", 1.0, steps=150)
    x = torch.tensor([[1.0, 0.5], [0.6, 0.2], [0.3, 0.9]], requires_grad=True)
    loss = DISTANCES["wasserstein"].generator_loss(torch.zeros(3), critic(x).values)
    (down,) = torch.autograd.grad(loss, x)
    torch.testing.assert_close(down[:, 0], torch.full((3,), 1 / 3), rtol=0.02, atol=0)
    values = [learn("logistic", "mlp", theta, steps=150)[1] for theta in (0.5, 1.0)]
    assert values == pytest.approx([math.log(2)] * 2, abs=0.01)


@pytest.mark.slow
def test_the_whole_table():
    for row in table((-2.0, -0.5, 0.0, 0.1, 1.0), steps=400):
        assert row["W1 learned"] == pytest.approx(row["W1"], abs=0.01)
        assert row["JSD learned"] == pytest.approx(row["JSD"], abs=0.02)
