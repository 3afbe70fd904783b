"""min over x, max over y of xy is convex-concave, and descent does not find its equilibrium."""

from __future__ import annotations

import pytest
import torch

from saddle.training.rules import RULES
from training.plays import Play

LAST = {
    # the norm after 400 turns at h = .2 from (1, 1), relative to the start's
    "simultaneous": lambda ratio: ratio > 1e3,
    "alternating": lambda ratio: 0.85 < ratio < 1.15,
    "shared": lambda ratio: 0.85 < ratio < 1.15,
    "generator-first": lambda ratio: 0.85 < ratio < 1.15,
    "extragradient": lambda ratio: ratio < 1e-3,
    "optimistic": lambda ratio: ratio < 1e-3,
    "consensus": lambda ratio: ratio < 1e-30,
    "unrolled": lambda ratio: ratio < 1e-12,
}


@pytest.mark.parametrize("name", LAST)
def test_where_each_rule_ends(name):
    norms = Play(RULES[name]()).walk(400).norm(dim=1)
    assert LAST[name](float(norms[-1] / norms[0]))


def test_the_table_knows_every_rule():
    assert set(LAST) == {name.partition(":")[0] for name in RULES}


def test_averages_of_alternating_steps_converge_while_the_steps_do_not():
    path = Play(RULES["alternating"]()).walk(4000)
    averages = path.cumsum(0) / torch.arange(1, len(path) + 1)[:, None]
    assert path[-1000:].norm(dim=1).min() > 1
    # The path is bounded and its field sums to a bounded number: the average falls like 1/t.
    for t in (100, 1000, 4000):
        assert averages[t].norm() * t < 20


@pytest.mark.parametrize("turns", [100, 400, 1600])
def test_averages_of_simultaneous_steps_converge_where_the_step_falls_with_the_length(turns):
    """With h = T^-1/2 the last norm is (1 + 1/T)^(T/2), about sqrt(e), whatever the length T."""
    path = Play(RULES["simultaneous"](), h=turns**-0.5).walk(turns)
    assert path[-1].norm() / path[0].norm() == pytest.approx((1 + 1 / turns) ** (turns / 2))
    # |average| = |w_T - w_0| / (h T) <= (1 + sqrt e) |w_0| / sqrt T
    assert path[:-1].mean(0).norm() <= (1 + 2.72**0.5) * path[0].norm() / turns**0.5


def test_averages_of_simultaneous_steps_at_a_constant_rate_diverge_too():
    path = Play(RULES["simultaneous"]()).walk(1000)
    assert path.mean(0).norm() > 1e3


def test_extragradient_averages_faster_than_it_converges_and_both_reach_zero():
    path = Play(RULES["extragradient"]()).walk(400)
    assert path.mean(0).norm() < 0.05 and path[-1].norm() < 2e-3
