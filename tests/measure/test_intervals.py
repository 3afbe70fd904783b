"""Intervals hold what the number is on average, about as often as they say."""

import numpy as np
import pytest
from known_laws import Mixture, grid

from saddle.measure import MEASURES, auc_judged, auc_of, bound_on, wasserstein
from saddle.measure.divergences import jsd, kl
from saddle.measure.transport import wasserstein_judged

TRUTH = grid()
WIDE = Mixture(TRUTH.centres * 0.97, TRUTH.covariances * 2.25, TRUTH.weights)
RUNS, N = 40, 300


def holding(draw):
    """Share of intervals that hold the mean of the values."""
    found = [draw(seed) for seed in range(RUNS)]
    mean = np.mean([f.value for f in found])
    return np.mean([f.low <= mean <= f.high for f in found])


@pytest.mark.parametrize("name", [n for n in MEASURES if not n.startswith("modes")])
def test_of_every_measure(name):
    row = MEASURES[name]

    def draw(seed):
        fake = WIDE.sample(N, 2 * seed)
        return row.judge(fake, TRUTH if row.needs == "modes" else TRUTH.sample(N, 2 * seed + 1))

    # 95 % less three standard deviations of 40 runs; too wide an interval is no fault here, for a
    # sum over few samples is given the noise of its own witness
    assert holding(draw) >= 0.84


@pytest.mark.parametrize("name", ["modes", "modes-1-percent"])
def test_a_count_of_modes_is_fragile_where_few_samples_reach_them(name):
    many, few = (MEASURES[name].judge(TRUTH.sample(n, 0), TRUTH) for n in (20_000, 60))
    assert (many.low, many.value, many.high) == (25, 25, 25)
    assert few.low < few.value == few.high


@pytest.mark.parametrize("order", [1, 2])
def test_the_line_and_the_plane_have_one_deviation(order, numpy_rng):
    x, y = numpy_rng.normal(size=300), numpy_rng.normal(0.7, 1.5, size=300)
    line = wasserstein(x, y, order=order)
    flat = [np.stack([c, np.zeros_like(c)], 1) for c in (x, y)]
    plane = wasserstein(*flat, order=order)
    # potentials are told up to what the discrete plan leaves open between neighbours
    assert line.deviation == pytest.approx(plane.deviation, rel=0.05)
    assert line.deviation > 0


def test_a_shift_has_the_deviation_of_the_means(numpy_rng):
    # P moved far away: W1 is the difference of the means
    x, y = numpy_rng.normal(size=500), numpy_rng.normal(30, 2.0, size=400)
    assert wasserstein(x, y).deviation == pytest.approx(
        np.sqrt(x.var() / 500 + y.var() / 400), rel=0.01
    )


def test_equal_clouds_are_sure_to_be_equal():
    found = wasserstein_judged([[1.0, 2.0]] * 5, [[1.0, 2.0]] * 5)
    assert (found.value, found.low, found.high) == (0, 0, 0)


def test_one_sample_is_sure_of_nothing():
    found = auc_judged([1.0], [0.0, 0.5])
    assert (found.value, found.low, found.high) == (1, 0, 1)


def test_of_the_auc():
    def draw(seed):
        rng = np.random.default_rng(seed)
        return auc_judged(rng.normal(0.6, 1, size=80), rng.normal(size=120))

    assert holding(draw) >= 0.84
    found = draw(0)
    assert found.low < found.value < found.high and found.n == 80
    assert auc_judged([2.0, 3.0], [1.0, 2.0]).value == auc_of([2.0, 3.0], [1.0, 2.0]) == 0.875
    assert auc_judged([2.0, 3.0], [0.0, 1.0]).high == 1


@pytest.mark.parametrize("f", [kl, jsd])
def test_of_the_bound_on_samples(f):
    # P = N(1, 1), Q = N(0, 1): log p/q = x - 1/2, KL = 1/2
    def draw(seed, slope=1.0):
        rng = np.random.default_rng(seed)
        x, y = rng.normal(1, 1, size=500), rng.normal(size=500)
        return bound_on(slope * (x - 0.5), slope * (y - 0.5), f=f)

    assert holding(draw) >= 0.84
    best, flat = (np.mean([draw(s, k).value for s in range(RUNS)]) for k in (1.0, 0.5))
    assert flat < best
    if f is kl:
        assert best == pytest.approx(0.5, abs=0.03)
