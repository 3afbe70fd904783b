"""Drawings: uniform by length, the exact density, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import integrate, stats

from saddle.errors import BadData
from saddle.sources import describe, drawing

HOOK = [[[0, 0], [2, 0], [2, 1]], [[-1, 1], [-1, 1], [-1, 2.5]]]


def test_rows_are_uniform_by_length():
    source = drawing(HOOK, seed=0, noise=0.0, name="hook")
    x = source.batch(np.arange(20_000))["x"]
    first, second = x[:, 1] == 0, (x[:, 0] == 2) & (x[:, 1] != 0)
    counts = [first.sum(), second.sum(), (x[:, 0] == -1).sum()]
    assert stats.chisquare(counts, 20_000 * np.array([2, 1, 1.5]) / 4.5).pvalue > 1e-3
    assert stats.kstest(x[first, 0] / 2, "uniform").pvalue > 1e-3


def test_the_density_integrates_to_one_and_is_the_integral_along_the_strokes():
    source = drawing(HOOK, seed=0, noise=0.1, name="hook")
    axes = np.linspace(-2, 3, 251), np.linspace(-1, 3.5, 226)
    mesh = np.stack([m.ravel() for m in np.meshgrid(*axes)], axis=1)
    assert np.exp(source.log_prob(mesh)).sum() * 4e-4 == pytest.approx(1, abs=1e-9)
    for x in np.array([[1.9, 0.1], [-1.2, 2.6], [0.5, 0.3]]):

        def along(t, x=x):
            corner = (2 * (t - 2) >= 0) and t < 3
            c = [t, 0] if t < 2 else [2, t - 2] if corner else [-1, 1 + t - 3]
            return np.exp(-((x - c) ** 2).sum() / 0.02) / (2 * np.pi * 0.01) / 4.5

        truth, _ = integrate.quad(along, 0, 4.5, points=[0.5, 1.9, 2, 3, 4.4], epsabs=1e-12)
        assert np.exp(source.log_prob(x[None])[0]) == pytest.approx(truth, rel=1e-8)


def test_the_density_is_exact_far_away():
    """On the axis beyond the end, x = s + D t: Mills' ratio gives the tail of Phi."""
    source = drawing([[[0, 0], [1, 0]]], seed=0, noise=0.01, name="bar")
    far = source.log_prob(np.array([[1.5, 0.0], [-0.5, 0.0], [0.5, 0.4]]))
    tail = stats.norm.logsf(50) - np.log(0.01 * np.sqrt(2 * np.pi))
    assert far[:2] == pytest.approx([tail, tail], rel=1e-12)
    assert far[2] == pytest.approx(-(40**2) / 2 - np.log(0.01 * np.sqrt(2 * np.pi)), rel=1e-12)


def test_a_dot_counts_as_one_width():
    source = drawing([[[0, 0], [1, 0]], [[5, 5]]], seed=0, noise=0.25, name="dotted")
    x = source.batch(np.arange(20_000))["x"]
    assert (x[:, 1] > 2.5).mean() == pytest.approx(0.2, abs=0.012)
    alone = drawing([[[3, 4]]], seed=0, name="dot")
    assert np.abs(alone.batch(np.arange(100))["x"] - [3, 4]).max() < 0.1
    truth = stats.multivariate_normal([3, 4], 0.02**2 * np.eye(2)).logpdf([3.01, 4.0])
    assert alone.log_prob(np.array([[3.01, 4.0]]))[0] == pytest.approx(truth)


def test_noise_is_two_per_cent_of_the_longer_side_unless_told():
    assert drawing(HOOK, seed=0, name="hook").noise == pytest.approx(0.06)
    assert dict(describe(drawing(HOOK, seed=0, name="hook")).facts)["noise"] == "0.06"


@pytest.mark.parametrize(
    ("strokes", "message"),
    [
        ([], "needs at least one stroke"),
        ([[]], r"stroke 1 must be a list of \[x, y\]"),
        ([[[0, 0], [1]]], "stroke 1 must be a list"),
        ([[[0, 0, 0]]], r"got shape \(1, 3\)"),
        ([[[0, 0]], [["a", "b"]]], "stroke 2 must be a list"),
        ([[[0, float("nan")]]], "not finite"),
    ],
)
def test_what_is_no_drawing_is_refused(strokes, message):
    with pytest.raises(BadData, match=message):
        drawing(strokes, seed=0, name="sketch")
