"""Large generator steps break the monotone fall of JSD, small ones keep it."""

from __future__ import annotations

import math

import pytest

from theory_step_size import descend, rises


@pytest.mark.parametrize("h", [0.1, 1.0])
def test_small_steps_on_a_renewed_critic_never_raise_jsd(h):
    path = descend(h, refresh=1, steps=round(60 / h) if h < 1 else 40)
    assert rises(path) == 0
    assert path[-1] < 1e-3


def test_large_steps_raise_it_and_do_not_arrive():
    path = descend(6.0, refresh=1, steps=50)
    assert rises(path) >= 10
    assert path[-1] > 0.1


def test_one_fixed_critic_leads_there_and_past_it():
    """D* of the first q falls for ever: q passes p, and JSD rises again towards log 2."""
    path = descend(0.1, refresh=0, steps=50)
    assert min(path) < 1e-3
    assert path[-1] > 0.98 * math.log(2)


def test_the_first_step_on_a_fresh_critic_always_falls():
    for h in (0.01, 0.1, 0.5):
        first, second = descend(h, refresh=1, steps=1)
        assert second < first
