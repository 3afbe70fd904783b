"""Nearest rows, and precision, recall, density, coverage, against scikit-learn and prdc."""

import numpy as np
import prdc
import pytest
from sklearn.neighbors import NearestNeighbors

from saddle.errors import BadData, BadValue
from saddle.measure import coverage_of_perfect, nearest, neighbours
from saddle.measure.near import BLOCK

NAMES = ("precision", "recall", "density", "coverage")


def normal(n, d, seed, scale=1.0):
    return scale * np.random.default_rng(seed).normal(size=(n, d))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(("n", "d", "k"), [(7, 2, 3), (BLOCK + 200, 3, 6), (2 * BLOCK + 1, 40, 1)])
def test_nearest_rows_are_those_of_scikit_learn(n, d, k, dtype):
    x, y = normal(n, d, 0).astype(dtype), normal(n + 300, d, 1).astype(dtype)
    exact = NearestNeighbors(n_neighbors=k, algorithm="brute").fit(y.astype(float))
    distance, index = exact.kneighbors(x.astype(float))
    found = nearest(x, y, k=k)
    np.testing.assert_allclose(found.distance, distance, rtol=1e-5)
    assert (found.index == index).mean() > 0.999  # rows at equal distance may change places
    own = nearest(x, k=k)
    distance, _ = NearestNeighbors(n_neighbors=k, algorithm="brute").fit(x).kneighbors()
    np.testing.assert_allclose(own.distance, distance, rtol=1e-4)
    assert (own.index != np.arange(n)[:, None]).all()


def test_tight_clusters_far_apart_are_found_in_double_precision():
    rng = np.random.default_rng(2)
    centres = 1e4 * rng.normal(size=(20, 3))
    x = np.repeat(centres, 50, axis=0) + 1e-4 * rng.normal(size=(1000, 3))
    distance, _ = NearestNeighbors(n_neighbors=2, algorithm="kd_tree").fit(x).kneighbors()
    np.testing.assert_allclose(nearest(x, k=2).distance, distance, rtol=1e-6)


def test_rows_that_repeat_are_found_among_their_ties():
    x = np.random.default_rng(10).integers(0, 3, size=(2 * BLOCK + 100, 2)).astype(float)
    found = nearest(x, k=4)
    assert (found.distance == 0).all()
    assert (x[found.index] == x[:, None]).all()
    assert (found.index != np.arange(len(x))[:, None]).all()
    assert all(len(set(row)) == 4 for row in found.index.tolist())


@pytest.mark.parametrize("unit", [1e-60, 1e-25, 1e25, 1e120])
def test_units_change_no_neighbour(unit):
    x = normal(300, 3, 9)
    here, there = nearest(x, k=3), nearest(x * unit, k=3)
    assert (here.index == there.index).all()
    np.testing.assert_allclose(there.distance / unit, here.distance, rtol=1e-9)


def test_a_copy_is_at_distance_zero():
    x = normal(500, 30, 3) + 100
    found = nearest(x[::5], x)
    assert (found.distance == 0).all() and (found.index[:, 0] == np.arange(0, 500, 5)).all()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(
    ("n", "m", "d", "scale", "k"),
    [(1500, 1300, 2, 1.3, 5), (700, 1500, 24, 0.9, 5), (400, 300, 200, 1.1, 3), (50, 9, 3, 1, 1)],
)
def test_the_four_shares_equal_prdc(n, m, d, scale, k, dtype, capsys):
    real, fake = normal(n, d, 4).astype(dtype), normal(m, d, 5, scale).astype(dtype)
    theirs = prdc.compute_prdc(real, fake, nearest_k=k)
    ours = neighbours(fake, real, k=k)._asdict()
    for name in NAMES:
        assert ours[name].value == pytest.approx(theirs[name], abs=1e-3), name
        assert ours[name].low <= ours[name].value <= ours[name].high


def test_coverage_and_density_of_a_perfect_sampler_are_known():
    n, m, draws = 60, 90, 400
    found = [neighbours(normal(m, 3, s), normal(n, 3, 10_000 + s)) for s in range(draws)]
    for name, truth in (("coverage", coverage_of_perfect(n, m)), ("density", 1.0)):
        values = np.array([f._asdict()[name].value for f in found])
        assert abs(values.mean() - truth) <= 4 * values.std() / draws**0.5, name
    assert coverage_of_perfect(10_000, 10_000) == pytest.approx(1 - 2**-5, abs=1e-3)


@pytest.mark.parametrize("scale", [1.0, 1.4, 0.6])
def test_intervals_hold_what_is_found_on_average(scale):
    found = [neighbours(normal(150, 2, s, scale), normal(200, 2, 9000 + s)) for s in range(100)]
    for name in NAMES:
        told = [f._asdict()[name] for f in found]
        mean = np.mean([t.value for t in told])
        # 95 % less three standard errors of 100 draws
        assert np.mean([t.low <= mean <= t.high for t in told]) >= 0.88, name


def test_copies_of_one_row_hold_one_another():
    real = np.repeat([[0.0, 0.0], [1.0, 1.0]], 50, axis=0)
    found = neighbours(real[::2], real)
    assert (found.precision.value, found.recall.value, found.coverage.value) == (1, 1, 1)
    gone = neighbours(real[::2] + 5, real)
    assert (gone.precision.value, gone.coverage.value, gone.density.value) == (0, 0, 0)


def test_a_dropped_cluster_is_seen_by_recall_and_coverage_alone():
    real = np.concatenate([normal(400, 2, 6), normal(400, 2, 7) + 20])
    found = neighbours(normal(800, 2, 8), real)
    assert found.precision.value > 0.95
    assert found.coverage.value == pytest.approx(0.5, abs=0.03)
    assert found.recall.value == pytest.approx(0.5, abs=0.03)


def test_mistakes_are_named():
    with pytest.raises(BadData, match="more than k = 5"):
        neighbours(np.zeros((5, 2)), np.zeros((20, 2)))
    with pytest.raises(BadValue, match="k must be"):
        neighbours(np.zeros((9, 2)), np.zeros((9, 2)), k=0)
    with pytest.raises(BadValue, match="from 1 to 3"):
        nearest(np.zeros((4, 1)), k=4)
    with pytest.raises(BadData, match="x must be an array .* of numbers"):
        nearest([["a"], ["b"]])
    with pytest.raises(BadData, match="row 1"):
        nearest([[0.0], [np.nan]], [[1.0]])
