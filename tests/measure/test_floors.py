"""Floors and intervals: equal n, the right coverage."""

import numpy as np
import pytest
from scipy import stats

from saddle.errors import BadData, BadValue
from saddle.measure import MEASURES, bootstrap, wilson, with_floor


def test_both_sides_of_a_floor_have_the_same_n(numpy_rng):
    sizes = []

    def judge(x, y):
        sizes.append((len(x), len(y)))
        return MEASURES["energy"].judge(x, y)

    real, other, fake = (numpy_rng.normal(size=(n, 2)) for n in (100, 80, 60))
    found = with_floor(judge, fake, real, other)
    assert sizes == [(60, 100), (60, 100)] and (found.found.n, found.n_real) == (60, 100)
    assert found.excess == found.found.value - found.floor


def test_a_perfect_sampler_is_at_the_floor_and_a_shifted_one_above(numpy_rng):
    real, other, fake = (numpy_rng.normal(size=(500, 2)) for _ in range(3))
    w1 = MEASURES["w1"].judge
    perfect, shifted = (with_floor(w1, x, real, other) for x in (fake, fake + 1))
    assert perfect.floor == shifted.floor > 0.1
    assert abs(perfect.excess) < 0.1 < 0.5 < shifted.excess


def test_the_bootstrap_interval_holds_the_mean_as_often_as_it_says():
    held = 0
    for seed in range(150):
        x = np.random.default_rng(seed).exponential(size=60)
        found = bootstrap(lambda y: float(y.mean()), x, level=0.9, seed=seed)
        held += found.low <= 1.0 <= found.high
    # 90 percent less a few for the skew of 60 draws; binomial spread of 150 runs is 2.5 percent
    assert 0.80 <= held / 150 <= 0.97


def test_wilson_agrees_with_scipy():
    for k, n in ((0, 20), (3, 20), (99, 100), (50, 50)):
        truth = stats.binomtest(k, n).proportion_ci(0.95, method="wilson")
        found = wilson(k, n)
        assert (found.low, found.high) == pytest.approx((truth.low, truth.high), abs=1e-12)


def test_mistakes_are_named():
    with pytest.raises(BadData, match="2 rows"):
        bootstrap(lambda y: 0.0, [1.0])
    with pytest.raises(BadValue, match="level"):
        bootstrap(lambda y: 0.0, [1.0, 2.0], level=1.0)
    with pytest.raises(BadValue, match="successes"):
        wilson(5, 4)
    with pytest.raises(BadData, match="other_real"):
        with_floor(MEASURES["energy"].judge, [1.0], [1.0], [[1.0, 2.0]])
