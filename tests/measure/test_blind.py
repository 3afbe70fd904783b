"""The smallest difference that a test says it would have seen is one that it sees."""

import numpy as np
import pytest
from scipy import stats

from saddle.measure import TESTS, two_sample
from saddle.measure.two_sample import blind, classifiers
from saddle.measure.two_sample.blind import Quadratic, smallest_effect, smallest_share
from saddle.measure.two_sample.result import Setting

N, REPEATS = 100, 60


def shifted(y, e, rng):
    return y + np.array([e, 0.0])


def stretched(y, e, rng):
    return y * np.array([1 + e, 1.0])


def moved_over(y, e, rng):
    """Of the rows below the median twice a share e changes sides: a gap e at the median."""
    flips = (y[:, 0] < 0) & (rng.random(len(y)) < 2 * e)
    return np.where(flips[:, None], y * np.array([-1.0, 1.0]), y)


def collapsed(y, e, rng):
    """A share e falls onto a place as far out as the median row."""
    place = np.sqrt(stats.chi2.median(2) / 2) * np.ones(2)
    return np.where((rng.random(len(y)) < e)[:, None], place, y)


def elsewhere(y, e, rng):
    return y + 50.0 * (rng.random(len(y)) < e)[:, None]


PLANTED = {
    "means": shifted,
    "variances": stretched,
    "ks": moved_over,
    "energy": collapsed,
    "mmd": collapsed,
    "mmd-multi": collapsed,
    "neighbours": elsewhere,
}


def share_seen(name, e):
    seen = 0
    for seed in range(REPEATS):
        rng = np.random.default_rng([seed, 7])
        x, y = rng.normal(size=(N, 2)), PLANTED[name](rng.normal(size=(N, 2)), e, rng)
        (found,) = two_sample(x, y, tests=[name], seed=seed, permutations=99)
        seen += found.p_value <= 0.05
    return seen / REPEATS


@pytest.mark.parametrize("name", list(PLANTED))
def test_what_it_says_is_what_it_sees(name):
    rng = np.random.default_rng(1)
    told = [
        two_sample(*rng.normal(size=(2, N, 2)), tests=[name], seed=s)[0].blind.value
        for s in range(9)
    ]
    e = float(np.median(told)) - (1 if name == "variances" else 0)  # a factor becomes an excess
    # 80 of 100 at e itself; a binomial of 60 lies within +- 0.2 of it in all but one of 10,000
    assert share_seen(name, 0.5 * e) < 0.5
    assert 0.6 <= share_seen(name, e)
    assert share_seen(name, 1.5 * e) > 0.8


class Knowing:
    """A classifier that knows which place only b has."""

    def fit(self, rows, sides):
        return self

    def predict_proba(self, rows):
        p = np.where(rows[:, 0] > 5, 0.01, 0.51)
        return np.stack([1 - p, p], axis=1)


BEST = {"accuracy": classifiers.by_accuracy, "logit": classifiers.by_logit}


@pytest.mark.parametrize("n", [80, 400])
@pytest.mark.parametrize("kind", BEST)
def test_a_perfect_classifier_sees_that_share_in_80_of_100(kind, n):
    rng = np.random.default_rng(2)
    test = BEST[kind](lambda seed, rows: Knowing())
    setting = Setting(rng, 199, ["x", "y"])
    e = test(*rng.normal(size=(2, n, 2)), setting).blind.value
    seen = [
        test(rng.normal(size=(n, 2)), elsewhere(rng.normal(size=(n, 2)), e, rng), setting).p_value
        <= 0.05
        for _ in range(300)
    ]
    # 0.8, less where the least number of rows is a permutation's luck; 300 are off by 0.09 once
    # in 10,000
    assert 0.68 <= np.mean(seen) <= 0.89


@pytest.mark.parametrize("name", ["c2st", "c2st-linear", "c2st-knn"])
def test_no_classifier_sees_half_of_it(name):
    e = two_sample(*np.random.default_rng(3).normal(size=(2, N, 2)), tests=[name])[0].blind.value
    runs = 25
    seen = 0
    for seed in range(runs):
        rng = np.random.default_rng([seed, 8])
        x, y = rng.normal(size=(N, 2)), elsewhere(rng.normal(size=(N, 2)), e / 2, rng)
        seen += two_sample(x, y, tests=[name], seed=seed)[0].p_value <= 0.05
    assert seen <= stats.binom.isf(1e-4, runs, 0.5)


@pytest.mark.parametrize("n", [30, 1000])
def test_one_number_has_its_textbook_power(n):
    """On one axis the distance of means is Student's t: 80 % power at 2.8 standard errors."""
    rng = np.random.default_rng(4)
    told = [
        two_sample(*rng.normal(size=(2, n)), tests=["means"], permutations=999)[0].blind.value
        for _ in range(9)
    ]
    textbook = (stats.norm.isf(0.025) + stats.norm.isf(0.2)) * np.sqrt(2 / n)
    assert np.median(told) == pytest.approx(textbook, rel=0.1)


@pytest.mark.parametrize("gain", [0.3, 2.0])
def test_effect_and_share_solve_the_same_equation(gain):
    null = Quadratic(mean=0.01, variance=0.0004, floor=0.05)
    e = smallest_effect(null, gain, 0.02)
    seen = gain * e**2 + null.mean - blind.Z80 * np.sqrt(null.variance + 0.02 * e**2)
    assert seen == pytest.approx(null.floor, rel=1e-9)
    share = smallest_share(null, gain, lambda s: 0.02 * s**2)
    assert share == pytest.approx(e, abs=1e-3)


@pytest.mark.parametrize("name", list(TESTS))
def test_more_rows_see_more(name):
    rng = np.random.default_rng(5)
    few, many = (
        two_sample(*rng.normal(size=(2, n, 2)), tests=[name])[0].blind.value for n in (40, 400)
    )
    assert many < few
