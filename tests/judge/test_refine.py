"""Rejection and weights by the held-out ratio carry samples of q to p."""

from __future__ import annotations

import numpy as np
import pytest

from saddle.judge.calibration import calibrated, calibration_error
from saddle.judge.ratio import log_ratio
from saddle.judge.refine import Refiner, effective


def normal(n: int, seed: int, mean: float = 0.0, std: float = 1.0) -> np.ndarray:
    return mean + std * np.random.default_rng(seed).standard_normal((n, 1))


@pytest.fixture(scope="module")
def judge() -> Refiner:
    """P = N(0, 1), Q = N(.5, 1.3^2): p/q is at most e^.4436, 1.558."""
    return Refiner.of(log_ratio(normal(2000, 100), normal(2000, 101, 0.5, 1.3), seed=0))


FRESH = normal(40_000, 102, 0.5, 1.3)


def test_what_passes_is_like_the_real_rows(judge: Refiner) -> None:
    kept = FRESH[judge.kept(FRESH, np.random.default_rng(0).uniform(size=len(FRESH)))]
    assert abs(kept.mean()) < 0.1 and abs(kept.std() - 1) < 0.1  # of 2,000 rows: 4 x 1/sqrt 2000
    # As many pass as 1 / max p/q.
    assert len(kept) / len(FRESH) == pytest.approx(np.exp(-judge.log_cap), rel=0.1)
    assert np.exp(judge.log_cap) == pytest.approx(1.558, rel=0.15)


def test_weights_do_the_same_to_means(judge: Refiner) -> None:
    w = judge.weights(FRESH)
    assert w.mean() == pytest.approx(1)
    mean = np.average(FRESH[:, 0], weights=w)
    assert abs(mean) < 0.1
    assert np.average((FRESH[:, 0] - mean) ** 2, weights=w) == pytest.approx(1, abs=0.15)
    # 1 / E_P p/q = 1 / 1.217 in closed form.
    assert effective(w) / len(FRESH) == pytest.approx(1 / 1.217, rel=0.1)


def test_nothing_is_above_the_cap_and_chances_end_the_matter(judge: Refiner) -> None:
    assert judge.held(FRESH).max() <= judge.log_cap
    assert judge.kept(FRESH, np.zeros(len(FRESH))).all()
    assert not judge.kept(FRESH, np.ones(len(FRESH))).any()
    assert judge.capped(FRESH) == (judge.ratio.predict(FRESH) > judge.log_cap).sum()


def test_one_law_passes_almost_whole() -> None:
    judge = Refiner.of(log_ratio(normal(800, 1), normal(800, 2), seed=0))
    assert judge.kept(FRESH[:, :1], np.full(len(FRESH), 0.5)).mean() > 0.9


def test_scores_that_are_right_have_no_calibration_error() -> None:
    x, y = normal(60_000, 1, 1.0), normal(40_000, 2)
    exact = [side[:, 0] - 0.5 for side in (x, y)]
    assert calibration_error(*exact) < 0.01  # 15 bins of 6,700 rows: about .004
    boasting = [3 * v for v in exact]
    assert calibration_error(*boasting) > 0.05
    line = calibrated(*boasting)
    assert line.slope == pytest.approx(1 / 3, rel=0.05) and abs(line.shift) < 0.05
