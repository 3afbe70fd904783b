"""Wasserstein distances against SciPy, brute force and closed forms."""

import itertools
import math

import numpy as np
import ot
import pytest
from scipy import stats
from scipy.spatial.distance import cdist
from scipy.special import xlogy

from saddle.errors import BadData, BadValue
from saddle.measure import MEASURES, parallel_lines, sliced_wasserstein, wasserstein
from saddle.measure.divergences import gaussian_w2
from saddle.measure.sinkhorn import EPS, sinkhorn_judged


@pytest.mark.parametrize(("n", "m"), [(50, 50), (37, 50), (1, 9), (400, 3)])
def test_w1_on_the_line_agrees_with_scipy(n, m, numpy_rng):
    a, b = numpy_rng.normal(size=n), numpy_rng.exponential(size=m)
    w, v = numpy_rng.uniform(size=n), numpy_rng.uniform(size=m)
    assert wasserstein(a, b).value == pytest.approx(stats.wasserstein_distance(a, b), abs=1e-12)
    assert wasserstein(a, b, weights=(w, v)).value == pytest.approx(
        stats.wasserstein_distance(a, b, w, v), abs=1e-12
    )


@pytest.mark.parametrize("order", [1, 2, 3.5])
@pytest.mark.parametrize("d", [1, 2, 3])
def test_the_plan_is_the_best_of_all_pairings(order, d, numpy_rng):
    a, b = numpy_rng.normal(size=(6, d)), numpy_rng.normal(size=(6, d)) + 1
    cost = np.linalg.norm(a[:, None] - b[None], axis=-1) ** order
    best = min(cost[range(6), list(p)].mean() for p in itertools.permutations(range(6)))
    assert wasserstein(a, b, order=order).value == pytest.approx(best ** (1 / order), abs=1e-12)


def test_line_and_plan_agree_for_unequal_weighted_clouds(numpy_rng):
    a, b = numpy_rng.normal(size=30), numpy_rng.normal(size=45) + 1
    w, v = numpy_rng.uniform(size=30), numpy_rng.uniform(size=45)
    flat_a, flat_b = (np.stack([t, np.zeros_like(t)], 1) for t in (a, b))
    for order in (1, 2):
        on_line = wasserstein(a, b, order=order, weights=(w, v)).value
        by_plan = wasserstein(flat_a, flat_b, order=order, weights=(w, v)).value
        assert on_line == pytest.approx(by_plan, abs=1e-9)


@pytest.mark.parametrize("d", [1, 2, 5])
def test_shift_scale_and_symmetry(d, numpy_rng):
    a, b = numpy_rng.normal(size=(200, d)), numpy_rng.normal(size=(150, d)) * 2
    shift = np.arange(1.0, d + 1)
    assert wasserstein(a, a + shift, order=2).value == pytest.approx(np.linalg.norm(shift))
    assert wasserstein(a, a).value == pytest.approx(0, abs=1e-12)
    there = wasserstein(a, b).value
    assert wasserstein(b, a).value == pytest.approx(there, rel=1e-9)
    assert wasserstein(1000 * a, 1000 * b).value == pytest.approx(1000 * there, rel=1e-9)
    assert wasserstein(1e-9 * a, 1e-9 * b).value == pytest.approx(1e-9 * there, rel=1e-9)


def test_w2_of_gaussian_samples_nears_the_closed_form():
    # Quantiles instead of draws: no sampling error, only that of 20,000 steps.
    t = (np.arange(20_000) + 0.5) / 20_000
    a, b = stats.norm(0, 1).ppf(t), stats.norm(1, 2).ppf(t)
    truth = gaussian_w2(np.zeros(1), np.eye(1), np.ones(1), 4 * np.eye(1))
    assert truth == pytest.approx(math.sqrt(2))
    assert wasserstein(a, b, order=2).value == pytest.approx(truth, abs=1e-3)


def test_w2_closed_form_of_commuting_and_turned_covariances():
    S, T = np.diag([1.0, 4.0]), np.diag([9.0, 0.25])
    truth = math.sqrt((1 - 3) ** 2 + (2 - 0.5) ** 2)
    turn = np.array([[0.6, -0.8], [0.8, 0.6]])
    zero = np.zeros(2)
    assert gaussian_w2(zero, S, zero, T) == pytest.approx(truth)
    turned = gaussian_w2(zero, turn @ S @ turn.T, zero, turn @ T @ turn.T)
    assert turned == pytest.approx(truth)


def test_subsampling_is_stated_and_seeded(numpy_rng):
    a, b = numpy_rng.normal(size=(300, 2)), numpy_rng.normal(size=(80, 2))
    found = wasserstein(a, b, limit=100)
    assert (found.n_a, found.n_b, found.subsampled) == (100, 80, True)
    assert found == wasserstein(a, b, limit=100)
    assert not wasserstein(a, b).subsampled
    assert not wasserstein(a[:, 0], b[:, 0], limit=10).subsampled


def test_sliced_is_exact_on_the_line_and_known_for_a_shift(numpy_rng):
    a, b = numpy_rng.normal(size=500), numpy_rng.normal(size=333) + 2
    # float32 sorting: seven digits
    assert sliced_wasserstein(a, b) == pytest.approx(wasserstein(a, b, order=2).value, rel=1e-5)
    x = numpy_rng.normal(size=(400, 2))
    shifted = sliced_wasserstein(x, x + np.array([3.0, 0.0]), directions=4096)
    # E cos^2 over the circle is 1/2; 4,096 directions leave about one percent
    assert shifted == pytest.approx(3 / math.sqrt(2), rel=0.02)


def test_sliced_keeps_its_digits_far_from_zero(numpy_rng):
    x = numpy_rng.normal(size=(400, 2))
    near = sliced_wasserstein(x, x * 1.1, directions=40)
    far = sliced_wasserstein(x + 1e6, x * 1.1 + 1e6, directions=40)
    assert far == pytest.approx(near, rel=1e-4)
    assert sliced_wasserstein(x, x) == 0


def test_a_segment_against_its_parallel():
    t = np.linspace(0, 1, 50)
    a = np.stack([np.zeros(50), t], 1)
    for theta in (-0.5, 0.0, 0.125):
        b = np.stack([np.full(50, theta), t], 1)
        assert wasserstein(a, b).value == pytest.approx(parallel_lines(theta).w1, abs=1e-12)
    assert parallel_lines(1e-9).jsd == math.log(2) and parallel_lines(1e-9).kl == math.inf
    assert parallel_lines(0.0).jsd == parallel_lines(0.0).kl == 0


def test_mistakes_are_named():
    with pytest.raises(BadValue, match="order"):
        wasserstein([1.0], [2.0], order=0.5)
    with pytest.raises(BadData, match=r"weights\[1\]"):
        wasserstein([1.0], [2.0], weights=(None, [-1.0]))
    with pytest.raises(BadData, match="same number of columns"):
        wasserstein(np.zeros((3, 2)), np.zeros((3, 3)))
    with pytest.raises(BadData, match="row 1"):
        wasserstein([0.0, np.nan], [1.0])
    with pytest.raises(BadData, match="shape"):
        wasserstein(np.zeros((0, 2)), np.zeros((3, 2)))
    with pytest.raises(BadValue, match="directions"):
        sliced_wasserstein([1.0], [2.0], directions=0)


def test_sinkhorn_is_the_divergence_of_its_plans(numpy_rng):
    x, y = numpy_rng.standard_normal((80, 2)), numpy_rng.standard_normal((70, 2)) * 1.5 + 1
    scale = np.mean([cdist(*pair, "sqeuclidean").mean() for pair in ((x, y), (x, x), (y, y))])

    def cost(a, b):
        C, eps = cdist(a, b, "sqeuclidean"), EPS * scale
        mass = np.full(len(a), 1 / len(a)), np.full(len(b), 1 / len(b))
        T = ot.sinkhorn(*mass, C, eps, stopThr=1e-8, numItermax=200_000, warn=False)
        return (T * C).sum() + eps * xlogy(T, T * len(a) * len(b)).sum()

    slow = cost(x, y) - cost(x, x) / 2 - cost(y, y) / 2
    assert sinkhorn_judged(x, y).value == pytest.approx(slow, rel=1e-4)
    assert sinkhorn_judged(x, x).value == pytest.approx(0, abs=1e-4 * scale)
    far = np.concatenate([x, [[1e4, 0]]])
    assert np.isfinite(sinkhorn_judged(far, y).value)


def test_sinkhorns_interval_holds_the_spread_of_fresh_draws():
    values = []
    for seed in range(40):
        rng = np.random.default_rng(seed)
        x, y = rng.standard_normal((150, 2)), rng.standard_normal((150, 2)) + 1
        values.append(sinkhorn_judged(x, y))
    deviation = np.std([each.value for each in values], ddof=1)
    told = np.mean([each.high - each.low for each in values]) / (2 * 1.96)
    assert told == pytest.approx(deviation, rel=0.3)  # of 40 draws a deviation is good to 11 %


def test_sliced_w1_is_that_of_pot(numpy_rng):
    x, y = numpy_rng.standard_normal((300, 3)), numpy_rng.standard_normal((300, 3)) + 0.5
    theta = np.random.default_rng(0).standard_normal((3, 128))
    theta /= np.linalg.norm(theta, axis=0)
    slow = ot.sliced_wasserstein_distance(x, y, projections=theta, p=1)
    assert MEASURES["sliced-w1"].judge(x, y).value == pytest.approx(slow, rel=1e-5)
