"""Paired differences against SciPy, and the sign-flip test against what it is by definition."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from scipy import stats

from saddle.measure.paired import DRAWS, paired, sign_flip, smallest_p, t_interval


@pytest.mark.parametrize("n", [1, 2, 5, 8, 11])
def test_sign_flip_is_the_exact_share_of_signs(n: int, numpy_rng: np.random.Generator) -> None:
    d = numpy_rng.normal(0.5, 1, n)
    means = [abs(np.mean(np.multiply(s, d))) for s in itertools.product((-1, 1), repeat=n)]
    assert sign_flip(d) == pytest.approx(np.mean(np.array(means) >= abs(d.mean()) - 1e-12))


@pytest.mark.parametrize("n", [6, 12])
def test_sign_flip_agrees_with_scipy(n: int, numpy_rng: np.random.Generator) -> None:
    d = numpy_rng.normal(0.4, 1, n)
    theirs = stats.permutation_test(
        (d,), np.mean, permutation_type="samples", n_resamples=np.inf, alternative="two-sided"
    )
    assert sign_flip(d) == pytest.approx(theirs.pvalue, abs=1e-12)


def test_many_pairs_draw_their_signs(numpy_rng: np.random.Generator) -> None:
    d = numpy_rng.normal(0.3, 1, 30)
    assert sign_flip(d) == pytest.approx(stats.ttest_1samp(d, 0).pvalue, abs=0.02)
    assert sign_flip(np.ones(30)) == 1 / (1 + DRAWS) == smallest_p(30)


@pytest.mark.parametrize("n", [1, 2, 3, 8, 16])
def test_the_smallest_p_is_reached_by_differences_of_one_sign(n: int) -> None:
    assert sign_flip(np.arange(1.0, n + 1)) == smallest_p(n) == 2.0 ** (1 - n)


def test_sign_flip_is_uniform_where_there_is_no_difference() -> None:
    p = [sign_flip(np.random.default_rng(seed).normal(size=8)) for seed in range(1000)]
    for level in (0.05, 0.1, 0.5):
        share, spread = np.mean(np.array(p) <= level), np.sqrt(level * (1 - level) / 1000)
        assert abs(share - np.floor(level * 128) / 128) <= 4 * spread


def test_the_interval_is_students(numpy_rng: np.random.Generator) -> None:
    a, b = numpy_rng.normal(size=(2, 8))
    theirs = stats.ttest_rel(b, a).confidence_interval(0.95)
    ours = paired(a, b)
    assert ours.difference == pytest.approx(np.mean(b - a))
    assert ours.interval == pytest.approx((theirs.low, theirs.high))
    assert t_interval([1.0]) is None and paired([0.0], [1.0]).interval is None
