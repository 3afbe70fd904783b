"""Two-sample tests: agreement with SciPy, size under the null, power, chunks."""

import math
from unittest import mock

import numpy as np
import pytest
import sklearn.neural_network  # noqa: F401  its import draws once from Python's global stream
from scipy import stats

from saddle.errors import BadData, BadValue, UnknownName
from saddle.measure import TESTS, auc_of, energy, mmd, two_sample
from saddle.measure.two_sample import median_width

KERNELS = energy.__module__


def pair(n, m, seed, shift=0.0, d=2):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n, d)), rng.normal(size=(m, d)) + shift


def test_energy_agrees_with_scipy_on_the_line(numpy_rng):
    a, b = numpy_rng.normal(size=40), numpy_rng.exponential(size=61)
    assert energy(a, b) == pytest.approx(stats.energy_distance(a, b) ** 2, abs=1e-12)


def test_mmd_is_the_mean_over_pairs_without_the_diagonal():
    a, b = pair(7, 9, 0, 0.5)

    def k(x, y):
        return math.exp(-np.sum((x - y) ** 2) / (2 * 0.7**2))

    within = [
        np.mean([k(c[i], c[j]) for i in range(len(c)) for j in range(len(c)) if i != j])
        for c in (a, b)
    ]
    across = np.mean([k(x, y) for x in a for y in b])
    assert mmd(a, b, width=0.7) == pytest.approx(sum(within) - 2 * across, abs=1e-12)


def test_mmd_of_gaussians_meets_the_closed_form():
    a, b = pair(3000, 3000, 1, 1.0, d=1)
    w = median_width(a, b)
    # E k(x, y) for x - y ~ N(m, 2) is w / sqrt(w^2 + 2) exp(-m^2 / 2(w^2 + 2))
    scale = w / math.sqrt(w * w + 2)
    truth = 2 * scale * (1 - math.exp(-0.5 / (w * w + 2)))
    assert mmd(a, b) == pytest.approx(truth, rel=0.1)


def test_energy_and_mmd_are_symmetric_and_zero_for_equal_clouds():
    a, b = pair(50, 80, 2, 0.3)
    for distance in (energy, mmd):
        assert distance(a, b) == pytest.approx(distance(b, a), abs=1e-12)
    assert energy(a, a) == pytest.approx(0, abs=1e-12)
    assert abs(mmd(a, a)) < 0.05  # the unbiased form is below zero here, by about 1 / n


@pytest.mark.parametrize("name", ["energy", "mmd"])
def test_the_same_in_chunks(name):
    a, b = pair(60, 45, 3, 0.4)
    whole = two_sample(a, b, tests=[name])[0]
    with mock.patch(f"{KERNELS}.ENTRIES", 300):
        chunked = two_sample(a, b, tests=[name])[0]
    assert chunked.p_value == whole.p_value
    assert chunked.statistic == pytest.approx(whole.statistic, abs=1e-12)
    assert chunked.floor == pytest.approx(whole.floor, abs=1e-12)


@pytest.mark.parametrize("name", list(TESTS))
def test_different_laws_are_told_apart_and_the_answer_is_seeded(name, global_streams_rest):
    a, b = pair(300, 300, 4, 0.8)
    b = 1.5 * b
    first, again = (two_sample(a, b, tests=[name], seed=7)[0] for _ in range(2))
    assert first == again
    assert first.name == name and first.n == 300
    assert first.p_value < 0.01 and first.statistic > first.floor


@pytest.mark.parametrize("name", list(TESTS))
def test_unequal_sizes_are_taken(name):
    a, b = pair(400, 150, 5)
    result = two_sample(a, b, tests=[name])[0]
    assert result.n == 150 and 0 < result.p_value <= 1


@pytest.mark.parametrize(("name", "runs", "n"), [("energy", 150, 25), ("mmd", 150, 25)])
def test_p_values_are_uniform_under_one_law(name, runs, n):
    p = [
        two_sample(*pair(n, n + 5, 100 + s), tests=[name], seed=s, permutations=99)[0].p_value
        for s in range(runs)
    ]
    # p lives on multiples of 1 / 100; jitter makes it continuous. One in a thousand would fail.
    jittered = np.array(p) - np.random.default_rng(0).uniform(0, 0.01, size=runs)
    assert stats.kstest(jittered, "uniform").pvalue > 1e-3


def test_the_classifier_keeps_its_level_under_one_law():
    p = [
        two_sample(*pair(120, 120, 500 + s), tests=["c2st-linear"], seed=s)[0].p_value
        for s in range(150)
    ]
    # at 10 percent: binomial with 150 runs, one in a thousand above 29
    assert sum(value <= 0.1 for value in p) <= 29
    assert 0.3 < np.mean(p) < 0.7


def test_the_network_sees_what_moments_hide():
    # Equal means and covariances: a ring against a Gaussian.
    rng = np.random.default_rng(6)
    angle = rng.uniform(0, 2 * math.pi, 1000)
    ring = math.sqrt(2) * np.stack([np.cos(angle), np.sin(angle)], 1)
    linear, network = two_sample(ring, rng.normal(size=(1000, 2)), tests=["c2st-linear", "c2st"])
    assert linear.p_value > 0.01
    assert network.p_value < 1e-6 and network.detail["auc"] > 0.8


def test_asking_for_more_tests_changes_no_answer():
    a, b = pair(60, 60, 8)
    alone = two_sample(a, b, tests=["mmd"])[0]
    assert alone == two_sample(a, b, tests=["energy", "c2st-linear", "mmd"])[2]


def test_auc_counts_ties_half(numpy_rng):
    r, f = numpy_rng.integers(0, 5, 40), numpy_rng.integers(0, 5, 30)
    truth = np.mean([(x > y) + 0.5 * (x == y) for x in r for y in f])
    assert auc_of(r, f) == pytest.approx(truth)


def test_collapsed_clouds_are_answered():
    point = np.zeros((40, 2))
    for result in two_sample(point, point):
        assert result.p_value > 0.05
    spread = np.random.default_rng(0).normal(size=(40, 2))
    for result in two_sample(point, spread):
        assert result.p_value < 0.05


def test_mistakes_are_named():
    a, b = pair(20, 20, 0)
    with pytest.raises(UnknownName, match="energy"):
        two_sample(a, b, tests=["enrgy"])
    with pytest.raises(BadData, match="at least 10"):
        two_sample(a[:5], b)
    with pytest.raises(BadValue, match="permutations"):
        two_sample(a, b, permutations=5)
