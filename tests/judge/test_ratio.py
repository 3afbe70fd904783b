"""The log ratio against known ratios, and that nobody judges a row that it learned from."""

from __future__ import annotations

import numpy as np
import pytest

from saddle.errors import BadData, BadValue
from saddle.judge.ratio import LogRatio, log_ratio
from saddle.judge.splits import Split

N = 1500


def clouds(n: int = N, seed: int = 100) -> tuple[np.ndarray, np.ndarray]:
    """N((1, 0), I) and N(0, I)."""
    rng = np.random.default_rng(seed)
    return rng.standard_normal((n, 2)) + np.array([1.0, 0.0]), rng.standard_normal((n, 2))


def truth(x: np.ndarray) -> np.ndarray:
    return x[:, 0] - 0.5


@pytest.fixture(scope="module")
def found() -> LogRatio:
    return log_ratio(*clouds(), seed=3)


def test_is_near_the_true_log_ratio(found: LogRatio) -> None:
    x, y = clouds()
    # The error of a fit with about 10 parameters in use is sqrt(10 / 3000), 0.06.
    assert np.sqrt(np.mean((found.real - truth(x)) ** 2)) < 0.2
    assert np.sqrt(np.mean((found.fake - truth(y)) ** 2)) < 0.2
    rows = np.random.default_rng(0).standard_normal((500, 2))
    assert np.sqrt(np.mean((found.predict(rows) - truth(rows)) ** 2)) < 0.2
    assert found.auc.low < 0.7602 < found.auc.high  # Phi(1 / sqrt 2)


def test_the_same_seed_gives_the_same_numbers(found: LogRatio) -> None:
    again, other = log_ratio(*clouds(), seed=3), log_ratio(*clouds(), seed=4)
    assert (again.real == found.real).all() and (again.fake == found.fake).all()
    assert (other.real != found.real).any()


def test_refits_average_to_the_ratio(found: LogRatio) -> None:
    np.testing.assert_allclose(found.refits_real.mean(0), found.real, atol=1e-12)
    np.testing.assert_allclose(found.refits_fake.mean(0), found.fake, atol=1e-12)


def test_nobody_judges_what_it_learned_from() -> None:
    split = Split.of(103, folds=5, refits=3, rng=np.random.default_rng(0))
    for fold in range(5):
        own = np.flatnonzero(split.fold == fold)
        seen = [set(split.train[member]) for member in split.members(fold)]
        assert len(own) and not set.union(*seen) & set(own)
        assert sum(map(len, seen)) == len(set.union(*seen))
        for member in split.members(fold):
            assert not set(split.check[member]) & (set(split.train[member]) | set(own))


def test_critics_that_memorise_are_not_believed() -> None:
    rng = np.random.default_rng(100)
    x = rng.standard_normal((150, 40))
    found = log_ratio(x, rng.standard_normal((150, 40)), seed=0)
    assert found.auc.low < 0.5 < found.auc.high
    assert np.abs(np.concatenate([found.real, found.fake])).mean() < 0.5


def test_units_shift_and_order_of_columns_change_little(found: LogRatio) -> None:
    x, y = clouds()
    units = np.array([1e-3, 1e4])
    moved = log_ratio(5 + x * units, 5 + y * units, seed=3)
    np.testing.assert_allclose(moved.real, found.real, atol=0.02)


def test_sides_of_unequal_size_need_no_prior() -> None:
    x, y = clouds()
    found = log_ratio(x[:300], y, seed=0)
    assert np.sqrt(np.mean((found.fake - truth(y)) ** 2)) < 0.35
    assert np.exp(found.fake).mean() == pytest.approx(1, abs=0.15)  # E_Q p/q = 1


@pytest.mark.parametrize("n", [20, 37])
def test_few_rows_ties_and_constant_columns(n: int) -> None:
    rng = np.random.default_rng(100)
    x = np.stack([rng.integers(0, 2, n), np.full(n, 7.0)], 1)
    y = np.stack([rng.integers(0, 2, n + 3), np.full(n + 3, 7.0)], 1)
    found = log_ratio(x, y)
    assert np.isfinite(found.real).all() and len(found.fake) == n + 3
    assert np.isfinite(found.predict([[100.0, -7.0]])).all()


def test_too_few_rows_and_folds_are_refused() -> None:
    x, y = clouds(40)
    with pytest.raises(BadData, match="at least 20 rows a side, got 19 and 40"):
        log_ratio(x[:19], y)
    with pytest.raises(BadValue, match="folds must be between 2 and 10"):
        log_ratio(x, y, folds=11)
    with pytest.raises(BadValue, match="refits must be between 2 and 5"):
        log_ratio(x, y, refits=1)
    with pytest.raises(BadData, match="same number of columns"):
        log_ratio(x, y[:, :1])
