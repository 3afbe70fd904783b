"""Samplers that need no adversary: each draws what its definition says, and keeps units."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial import cKDTree
from scipy.stats import kstest, multivariate_normal, spearmanr
from sklearn.neighbors import KernelDensity

from saddle.judge.samplers import BASELINES, likelihoods, parted, smote

SEED = 7


@pytest.fixture
def rows():
    """Skewed, tied together, in units far apart, the last column in whole numbers."""
    rng = np.random.default_rng(2)
    z = rng.multivariate_normal([0, 0], [[1, 0.8], [0.8, 1]], 1000)
    return np.column_stack([np.exp(z[:, 0]), 1000 * z[:, 1], rng.poisson(2, 1000)])


def draw(name, rows, n=1000, seed=SEED):
    rng = np.random.default_rng(seed)
    return BASELINES[name].fit(rows, rng)(n, rng)


@pytest.mark.parametrize("name", BASELINES)
def test_rows_are_finite_reproducible_and_of_the_same_shape(name, rows):
    made = draw(name, rows, 700)
    assert made.shape == (700, 3) and np.isfinite(made).all()
    assert np.array_equal(made, draw(name, rows, 700))
    assert not np.array_equal(made, draw(name, rows, 700, seed=SEED + 1))


@pytest.mark.parametrize("name", BASELINES)
def test_every_baseline_has_the_datas_place_and_spread(name, rows):
    made = draw(name, rows)
    deviation = rows.std(0)
    assert np.abs((made.mean(0) - rows.mean(0)) / deviation).max() < 0.15  # 4 standard errors
    ratio = made.std(0) / deviation
    assert ((ratio > 0.75) & (ratio < 1.35)).all(), name


@pytest.mark.parametrize("name", BASELINES)
def test_units_change_nothing_but_units(name, rows):
    scale = np.array([1e-3, 1e3, 1.0])
    np.testing.assert_allclose(draw(name, rows * scale), draw(name, rows) * scale, rtol=1e-5)


@pytest.mark.parametrize("name", BASELINES)
def test_a_constant_column_stays_constant(name, rows):
    made = draw(name, np.column_stack([rows[:200, 0], np.full(200, 3.0)]), 100)
    np.testing.assert_allclose(made[:, 1], 3.0, atol=0.05)


@pytest.mark.parametrize("name", BASELINES)
def test_few_rows_of_many_columns_will_do(name):
    rows = np.random.default_rng(0).normal(size=(12, 20))
    assert np.isfinite(draw(name, rows, 30)).all()


def test_the_copula_keeps_marginals_and_rank_correlation(rows):
    made = draw("gaussian-copula", rows)
    for j in range(2):
        assert kstest(made[:, j], rows[:, j]).pvalue > 0.01
    assert np.isin(made[:, 2], rows[:, 2]).all()  # whole numbers stay whole
    wanted, got = (spearmanr(x[:, 0], x[:, 1]).statistic for x in (rows, made))
    assert abs(wanted - got) < 0.05


def test_smote_lies_between_a_row_and_one_of_its_five_nearest(rows):
    x = rows[:60, :2] / rows[:60, :2].std(0)
    rng = np.random.default_rng(1)
    made = smote(x, rng)(200, rng)
    _, near = cKDTree(x).query(x, k=6)
    a = np.repeat(np.arange(60), 5)
    start, end = x[a], x[near[:, 1:].ravel()]
    for point in made:
        along = ((point - start) * (end - start)).sum(1) / np.square(end - start).sum(1)
        gap = np.linalg.norm(start + along[:, None] * (end - start) - point, axis=1)
        assert ((gap < 1e-9) & (along > -1e-9) & (along < 1 + 1e-9)).any()


def test_copies_are_the_rows_each_before_any_twice(rows):
    made = draw("copies", rows[:100], 250)
    _, counts = np.unique(made, axis=0, return_counts=True)
    assert len(counts) == 100 and set(counts) == {2, 3}


def test_the_likelihood_of_a_width_is_scikit_learns(rows):
    x = rows[:, :2] / rows[:, :2].std(0)
    fitted, held = parted(x, np.random.default_rng(0))
    widths = np.array([0.1, 0.3, 1.0])
    ours = likelihoods(fitted, held, np.eye(2), widths)
    theirs = [KernelDensity(bandwidth=h).fit(fitted).score(held) / len(held) for h in widths]
    shift = np.log(len(fitted)) + np.log(2 * np.pi)  # the same for every width
    np.testing.assert_allclose(ours - shift, theirs, rtol=1e-7)


def test_the_mixture_finds_a_mixture():
    rng = np.random.default_rng(4)
    rows = np.concatenate([rng.normal(at, 0.1, (400, 2)) for at in (-1.0, 0.0, 1.0)])
    made = draw("gaussian-mixture", rows, 3000)
    near = [multivariate_normal([at] * 2, 0.01).logpdf(made) for at in (-1.0, 0.0, 1.0)]
    share = np.bincount(np.argmax(near, axis=0), minlength=3) / 3000
    assert np.abs(share - 1 / 3).max() < 0.05
    assert (
        np.max(near, axis=0) > multivariate_normal([0, 0], 0.01).logpdf([0.35, 0])
    ).mean() > 0.97
