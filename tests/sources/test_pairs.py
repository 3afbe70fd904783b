"""Pairs with a known map, labelled points, points given a point, an embedded moon."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import integrate, stats

from saddle.errors import BadValue
from saddle.sources import SOURCES

N = 5000
PAIRS = ["rotated-mixtures", "rotated-moons", "spiral-pair", "parallel-lines:0.5"]


@pytest.mark.parametrize("name", PAIRS)
def test_truth_carries_one_domain_into_the_other(name):
    """Truth of `a` follows the law of `b`: two-sample tests of projections; and it inverts."""
    pair = SOURCES[name](0)
    batch = pair.batch(np.arange(N))
    moved, b = pair.truth(batch["a"]), batch["b"]
    for direction in ([1, 0], [0, 1], [0.6, 0.8]):
        left, right = moved @ direction, b @ direction
        if not (np.ptp(left) < 1e-12 and np.ptp(right) < 1e-12):  # the lines have no width
            assert stats.ks_2samp(left, right).pvalue > 1e-3
    assert np.allclose(pair.truth_back(moved), batch["a"], atol=1e-12)


@pytest.mark.parametrize("name", PAIRS)
def test_domains_are_drawn_apart(name):
    pair = SOURCES[name](0)
    assert not pair.aligned
    batch = pair.batch(np.arange(N))
    a, b = pair.truth(batch["a"]), batch["b"]
    correlation = np.corrcoef(a[:, 1], b[:, 1])[0, 1]
    assert abs(correlation) < 5 / N**0.5


@pytest.mark.parametrize("name", PAIRS[:3])
def test_densities_of_both_domains_agree_under_the_map(name):
    """The maps keep areas, so p_b(truth(a)) = p_a(a)."""
    pair = SOURCES[name](0)
    a = pair.batch(np.arange(200))["a"]
    left, right = pair.domains["b"].log_prob(pair.truth(a)), pair.domains["a"].log_prob(a)
    assert np.allclose(left, right, atol=1e-9)


def test_parallel_lines_are_where_they_say():
    batch = SOURCES["parallel-lines:0.25"](0).batch(np.arange(N))
    assert (batch["a"][:, 0] == 0).all() and (batch["b"][:, 0] == 0.25).all()
    for key in ("a", "b"):
        assert stats.kstest(batch[key][:, 1], "uniform").pvalue > 1e-3
    assert SOURCES["line-at:2"](0).log_prob(np.zeros((1, 2))) is None


@pytest.mark.parametrize("name", ["labelled-ring", "labelled-grid"])
def test_labels_name_the_mode(name):
    source = SOURCES[name](0)
    batch = source.batch(np.arange(N))
    apart = np.linalg.norm(batch["x"][:, None] - source.modes.centres, axis=2)
    assert (apart.argmin(axis=1) == batch["given"]).all()
    given = source.log_prob_given(batch["x"], batch["given"])
    k = len(source.modes.weights)
    assert np.allclose(given - np.log(k), source.log_prob(batch["x"]), atol=1e-9)


def test_points_given_a_point():
    source = SOURCES["point-given"](0)
    batch = source.batch(np.arange(N))
    offset = batch["x"] - batch["given"]
    assert np.abs(np.linalg.norm(offset, axis=1) - 2).max() < 0.5
    assert stats.kstest(batch["given"][:, 0], "norm").pvalue > 1e-3
    # p(x) = int p(x | c) N(c) dc, by adaptive quadrature at one point
    x = np.array([[1.2, -0.7]])

    def joint(c1, c0):
        c = np.array([[c0, c1]])
        return np.exp(source.log_prob_given(x, c)[0] - (c @ c.T).item() / 2) / (2 * np.pi)

    total = 0.0
    for centre in source.offset.components.centres:
        (u, v), r = x[0] - centre, 0.6
        total += integrate.dblquad(joint, u - r, u + r, v - r, v + r, epsabs=1e-9, epsrel=1e-5)[0]
    assert source.log_prob(x)[0] == pytest.approx(np.log(total), abs=2e-5)


def test_the_moon_lies_about_a_plane_in_ten_dimensions():
    source = SOURCES["moon-10d"](0)
    x = source.batch(np.arange(N))["x"]
    assert x.shape == (N, 10)
    assert np.allclose(source.basis.T @ source.basis, np.eye(2), atol=1e-14)
    y = x @ source.basis
    rest = (x - y @ source.basis.T) / 0.01
    assert stats.kstest((rest**2).sum(axis=1), stats.chi2(8).cdf).pvalue > 1e-3
    radius = np.linalg.norm(y, axis=1)
    assert radius.mean() == pytest.approx(1, abs=0.01) and radius.std() < 0.06
    assert np.array_equal(SOURCES["moon-10d"](5).basis, source.basis)


def test_the_embedded_density_is_the_planes_times_the_rest():
    """Entropy check: E[-log p] = entropy in the plane + 8 log(.01 sqrt(2 pi e))."""
    source = SOURCES["moon-10d"](0)
    x = source.batch(np.arange(4000))["x"]
    plane = source.curve.log_prob_blurred(x @ source.basis, noise=np.hypot(0.05, 0.01))
    told = source.log_prob(x) - plane
    truth = -8 * np.log(0.01 * np.sqrt(2 * np.pi * np.e))
    assert told.mean() == pytest.approx(truth, abs=4 * told.std() / 4000**0.5)


def test_a_wrong_parameter_is_refused():
    with pytest.raises(BadValue, match="rotated-mixtures:DEGREES must be a number from -360"):
        SOURCES["rotated-mixtures:much"]
