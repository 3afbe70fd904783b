"""Trained on mean and variance, it passes those tests while a learned test still rejects."""

from __future__ import annotations

from theory_moments import table


def test_it_trains_until_its_own_tests_pass_and_a_learned_test_rejects():
    rows = table(steps=600, seed=0)
    last = rows[-1]
    assert rows[0]["variance p"] < 0.001
    assert last["mean p"] > 0.2 and last["variance p"] > 0.2
    assert last["c2st"] > 0.6 and last["c2st p"] < 1e-6
    assert last["energy p"] < 0.01
