"""Modes, high quality and laws over modes on samples whose score is known."""

import json
import math
from unittest import mock

import numpy as np
import pytest
from known_laws import Mixture, grid
from scipy import stats

from saddle.errors import BadData
from saddle.measure import high_quality_of_perfect, kl_floor, mode_laws, mode_report, nearest_mode
from saddle.measure.mode_laws import drawn_law, perfect_law, separated_law

PERFECT = 1 - math.exp(-4.5)


def test_a_perfect_sampler_scores_perfectly():
    truth = grid()
    report = mode_report(truth.sample(100_000, 0), truth)
    assert report.captured == report.captured_share == 25
    # four standard errors of a share at n = 100,000
    assert report.high_quality == pytest.approx(PERFECT, abs=4 * math.sqrt(0.011 * 0.989 / 1e5))
    assert report.high_quality_perfect == pytest.approx(PERFECT, abs=1e-12)
    # 2n KL is chi-square with bins - 1 degrees of freedom
    assert report.kl < stats.chi2(24).isf(1e-4) / 2e5
    assert report.kl_off < stats.chi2(25).isf(1e-4) / 2e5
    assert report.kl == report.kl_uniform
    # the std by a median of 4,000 distances is known to about 1.4 percent
    assert np.abs(np.array(report.widths) - 1).max() < 0.06


def test_the_floor_is_the_mean_score_of_perfect_samplers():
    truth = grid()
    reports = [mode_report(truth.sample(2500, s), truth) for s in range(60)]
    for name in ("kl", "kl_off"):
        seen = np.array([getattr(r, name) for r in reports])
        floor = getattr(reports[0], f"{name}_floor")
        # four standard errors, and ten percent for the terms of order 1 / n^2
        assert abs(seen.mean() - floor) < 4 * seen.std() / math.sqrt(60) + 0.1 * floor
    assert kl_floor(25, 100_000) == 0.00012


def test_measures_grow_as_modes_are_dropped():
    truth = grid()
    reports = [mode_report(grid(keep=k).sample(20_000, 1), truth) for k in (25, 20, 12, 5, 1)]
    assert [r.captured for r in reports] == [25, 20, 12, 5, 1]
    for name in ("kl", "kl_uniform", "kl_off"):
        values = [getattr(r, name) for r in reports]
        assert values == sorted(values)
    # dropping to k of 25 equal modes costs log(25 / k), and a floor of noise
    assert reports[-1].kl == pytest.approx(math.log(25), abs=1e-12)
    assert math.isnan(reports[-1].widths[-1]) and reports[-1].smallest == 0


@pytest.mark.parametrize("factor", [0.5, 1.0, 1.4])
def test_widths_see_modes_that_are_drawn_too_narrow_or_too_wide(factor):
    truth = grid()
    report = mode_report(grid(std=0.05 * factor).sample(50_000, 2), truth)
    assert np.median(report.widths) == pytest.approx(factor, rel=0.03)
    # more than the perfect share where modes are narrow, less where they are wide
    assert np.sign(report.high_quality - PERFECT + 1e-3) == (1 if factor <= 1 else -1)


def test_the_width_of_a_round_mode_is_the_published_one():
    x = np.random.default_rng(0).normal(size=(4001, 2)) * 0.3
    truth = Mixture(np.zeros((1, 2)), 0.01 * np.eye(2)[None], np.ones(1))
    by_hand = np.median(np.linalg.norm(x, axis=1)) / 1.1774 / 0.1
    assert mode_report(x, truth).widths[0] == pytest.approx(by_hand, rel=1e-4)


@pytest.mark.parametrize("d", [1, 2, 3, 10])
def test_high_quality_and_width_in_any_dimension(d):
    assert high_quality_of_perfect(d) == pytest.approx(stats.chi2(d).cdf(9), abs=1e-12)
    rng = np.random.default_rng(d)
    A = rng.normal(size=(d, d))
    truth = Mixture(rng.normal(size=(1, d)), (A @ A.T + np.eye(d))[None], np.ones(1))
    report = mode_report(truth.sample(20_000, 3), truth)
    assert report.high_quality == pytest.approx(report.high_quality_perfect, abs=0.01)
    assert report.widths[0] == pytest.approx(1, abs=0.03)


def test_nearest_is_by_mahalanobis_distance():
    truth = Mixture(
        np.array([[0.0, 0.0], [4.0, 0.0]]),
        np.array([np.diag([9.0, 1.0]), np.diag([0.01, 0.01])]),
        np.array([0.5, 0.5]),
    )
    label, distance = nearest_mode([[3.0, 0.0], [4.0, 0.05]], truth)
    assert label.tolist() == [0, 1]
    assert distance.tolist() == pytest.approx([1.0, 0.5])


def test_unequal_weights_and_full_covariances():
    truth = Mixture(
        np.array([[0.0, 0.0], [20.0, 0.0], [0.0, 20.0]]),
        np.array([[[1, 0.6], [0.6, 0.8]], [[0.2, 0], [0, 3]], [[2, -1], [-1, 1]]], dtype=float),
        np.array([0.9, 0.08, 0.02]),
    )
    report = mode_report(truth.sample(50_000, 4), truth)
    assert report.kl < 10 * report.kl_floor
    assert report.kl_uniform > 0.5


def test_overlapping_modes_are_judged_by_a_drawn_law():
    truth = Mixture(
        np.array([[0.0, 0.0], [1.0, 0.0]]), np.tile(np.eye(2), (2, 1, 1)), np.array([0.8, 0.2])
    )
    x = truth.sample(100_000, 5)
    assert mode_report(x, truth, law=separated_law(truth)).kl > 0.01
    fair = mode_report(x, truth)
    assert fair.kl < 20 * fair.kl_floor and fair.kl_off < 20 * fair.kl_off_floor
    assert fair.high_quality == pytest.approx(fair.high_quality_perfect, abs=0.002)


def test_the_law_is_by_formula_where_modes_stand_apart_and_both_agree():
    truth = grid()
    assert (perfect_law(truth) == separated_law(truth)).all()
    assert perfect_law(truth) == pytest.approx(drawn_law(truth, draws=400_000), abs=1e-3)


def test_modes_about_one_centre_overlap():
    eye = np.eye(2)
    truth = Mixture(np.zeros((2, 2)), np.array([eye, 9 * eye]), np.array([0.5, 0.5]))
    assert perfect_law(truth)[0] < 0.01  # the wider one is the nearer to everything


def test_noise_has_modes_but_no_quality():
    truth = grid()
    noise = np.random.default_rng(0).uniform(-5, 5, size=(10_000, 2))
    report = mode_report(noise, truth)
    assert report.captured == 25 and report.captured_share == 0
    # 25 discs of radius 0.15 in a square of 100
    assert report.high_quality == pytest.approx(25 * math.pi * 0.15**2 / 100, abs=0.006)
    assert report.kl_off > 3 > 0.1 > report.kl
    assert min(report.widths) > 10


def test_samples_far_from_every_mode():
    report = mode_report(np.full((50, 2), 100.0), grid())
    assert report.captured == 0 and report.high_quality == 0 and report.kl == math.inf
    assert report.kl_off == pytest.approx(4.5)


def test_the_same_in_chunks_and_json_ready():
    truth = grid()
    x = truth.sample(3000, 6)
    whole = mode_report(x, truth)
    with mock.patch.object(mode_laws, "_CHUNK", 500):
        assert mode_report(x, truth) == whole
    assert json.loads(json.dumps(whole.as_dict()))["counts"] == list(whole.counts)


def test_mistakes_are_named():
    truth = grid()
    with pytest.raises(BadData, match="columns"):
        mode_report(np.zeros((5, 3)), truth)
    with pytest.raises(BadData, match="sum to 1"):
        mode_report(np.zeros((5, 2)), Mixture(truth.centres, truth.covariances, truth.weights * 2))
    with pytest.raises(BadData, match="positive definite"):
        mode_report(np.zeros((5, 2)), Mixture(truth.centres, -truth.covariances, truth.weights))
    with pytest.raises(BadData, match="covariances"):
        mode_report(np.zeros((5, 2)), Mixture(truth.centres, np.eye(2), truth.weights))
    with pytest.raises(BadData, match="26 shares"):
        mode_report(np.zeros((5, 2)), truth, law=np.ones(25))
