"""Mixtures: a perfect sampler scores perfectly, and the published definitions are as published."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from saddle.measure import mode_report
from saddle.measure.mode_laws import perfect_law
from saddle.sources import SOURCES, Mixture, Modes, isotropic, random_components
from saddle.sources.mixtures import separated

WITH_MODES = [n for n in SOURCES if SOURCES[n](0).modes is not None and n != "gaussian:2"]


def inside(x, modes):
    """Mahalanobis distance of each row to each mode, and the mode of the nearest centre."""
    apart = x[:, None] - modes.centres
    square = np.einsum("nki,kij,nkj->nk", apart, np.linalg.inv(modes.covariances), apart)
    return np.sqrt(square), np.linalg.norm(apart, axis=2).argmin(axis=1)


@pytest.mark.parametrize("name", WITH_MODES)
def test_a_perfect_sampler_scores_perfectly(name):
    """Within 3 std of some mode: the chi-square law's share; by nearest mode: the perfect law."""
    source, n = SOURCES[name](1), 20_000
    x, modes = source.batch(np.arange(n), "final")["x"], source.modes
    distance, _ = inside(x, modes)
    share = stats.chi2.cdf(9, x.shape[1])
    assert (distance.min(axis=1) < 3).mean() >= share - 4 * (share * (1 - share) / n) ** 0.5
    report, law = mode_report(x, modes), perfect_law(modes)
    off = [*report.counts, n - sum(report.counts)]
    assert stats.chisquare(off, n * law).pvalue > 1e-3


@pytest.mark.parametrize("name", ["grid", "ring", "labelled-grid"])
def test_high_quality_is_98_89_per_cent(name):
    n = 100_000
    source = SOURCES[name](0)
    x = source.batch(np.arange(n))["x"]
    quality = (inside(x, source.modes)[0].min(axis=1) < 3).mean()
    truth = 1 - np.exp(-4.5)
    assert abs(quality - truth) < 4 * (truth * (1 - truth) / n) ** 0.5
    counts = np.bincount(inside(x[:2500], source.modes)[1], minlength=len(source.modes.weights))
    assert (counts > 0).all()


def test_each_component_is_the_gaussian_it_says():
    modes = random_components(5)
    source = Mixture("m", modes, seed=0)
    x, chosen = source.draw(np.arange(100_000))
    for i, (centre, covariance) in enumerate(zip(modes.centres, modes.covariances, strict=True)):
        z = np.linalg.solve(np.linalg.cholesky(covariance), (x[chosen == i] - centre).T)
        assert stats.kstest(z[0], "norm").pvalue > 1e-4
        assert stats.kstest(z[1], "norm").pvalue > 1e-4
        assert abs(np.corrcoef(z)[0, 1]) < 5 / z.shape[1] ** 0.5


def test_log_prob_is_scipys():
    modes = random_components(2)
    x = np.random.default_rng(0).uniform(-4, 4, size=(200, 2))
    truth = np.log(
        sum(
            w * stats.multivariate_normal(c, s).pdf(x)
            for c, s, w in zip(modes.centres, modes.covariances, modes.weights, strict=True)
        )
        + 1e-300
    )
    told = Mixture("m", modes, seed=0).log_prob(x)
    near = truth > -600  # beyond that SciPy's density underflows and ours does not
    assert near.sum() > 50
    assert np.allclose(told[near], truth[near], rtol=1e-9)
    assert np.isfinite(told).all()


def test_published_definitions():
    """PacGAN's configuration files, BourGAN's and WGAN-GP's scripts, the Unrolled demo."""
    ring, grid = SOURCES["ring"](0).modes, SOURCES["grid"](0).modes
    assert np.allclose(np.linalg.norm(ring.centres, axis=1), 1) and len(ring.weights) == 8
    assert np.allclose(ring.covariances, 1e-4 * np.eye(2))
    assert {tuple(c) for c in grid.centres} == {(x, y) for x in T for y in T}
    assert np.allclose(grid.covariances, 0.0025 * np.eye(2))
    assert np.allclose(SOURCES["grid-bourgan"](0).modes.covariances, 0.01 * np.eye(2))
    assert np.allclose(SOURCES["grid-wgan-gp"](0).modes.centres * 2.828, grid.centres)
    wgan = SOURCES["ring-wgan-gp"](0).modes
    assert np.allclose(np.linalg.norm(wgan.centres, axis=1), 1.41443, atol=1e-5)
    assert np.allclose(np.sqrt(wgan.covariances[:, 0, 0]), 0.0141443, atol=1e-7)
    unrolled = SOURCES["ring-unrolled"](0).modes
    assert len(unrolled.weights) == 7 and unrolled.weights[0] == pytest.approx(0.25)
    assert SOURCES["ring:12"](0).name == "ring:12"


T = (-4, -2, 0, 2, 4)


def test_swiss_roll_is_wgan_gps():
    """Two-sample Kolmogorov-Smirnov against scikit-learn's own draw, axis by axis."""
    from sklearn.datasets import make_moons, make_swiss_roll

    theirs = make_swiss_roll(20_000, noise=0.25, random_state=0)[0][:, [0, 2]] / 7.5
    ours = SOURCES["swiss-roll"](0).batch(np.arange(20_000))["x"]
    moons = make_moons(20_000, noise=0.1, random_state=0)[0]
    for a, b in ((theirs, ours), (moons, SOURCES["moons"](0).batch(np.arange(20_000))["x"])):
        for axis in (a.T[0], b.T[0]), (a.T[1], b.T[1]), (a.sum(1), b.sum(1)):
            assert stats.ks_2samp(*axis).pvalue > 1e-3


def test_the_fgan_target_gives_the_papers_optimum_under_kl():
    """Table 3: the Gaussian nearest in KL has the mean 1.0100 and the std 1.8308."""
    parts = SOURCES["fgan-mixture"](0).components
    mean = parts.weights @ parts.centres[:, 0]
    variance = parts.weights @ (parts.covariances[:, 0, 0] + parts.centres[:, 0] ** 2) - mean**2
    assert mean == pytest.approx(1.0100, abs=1e-3)
    assert variance**0.5 == pytest.approx(1.8308, abs=1e-3)


@pytest.mark.parametrize("law", range(60))
def test_random_mixtures_keep_their_law(law):
    modes = random_components(law)
    k = len(modes.weights)
    assert 3 <= k <= 30 and modes.weights.sum() == pytest.approx(1)
    std = np.sqrt(np.linalg.eigvalsh(modes.covariances))
    assert (std[:, 1] >= 0.08 - 1e-12).all() and (std[:, 1] <= 0.16 + 1e-12).all()
    ratio = std[:, 0] / std[:, 1]
    assert (ratio >= 0.5 - 1e-9).all() and (ratio <= 1 + 1e-9).all()
    assert separated(modes, apart=3.999)
    assert np.abs(modes.centres).max() <= 4


def test_random_mixtures_vary():
    counts = [len(random_components(law).weights) for law in range(200)]
    assert min(counts) == 3 and max(counts) == 30
    assert not np.allclose(random_components(0).centres[:3], random_components(1).centres[:3])
    off = [random_components(law).covariances[:, 0, 1] for law in range(20)]
    assert np.abs(np.concatenate(off)).max() > 1e-3


def test_components_that_overlap_are_no_modes():
    assert not separated(isotropic([[0.0], [1.0]], 0.5))
    assert separated(isotropic([[0.0], [2.0]], 0.5))
    assert not separated(isotropic([[0.0], [0.0]], 0.5))
    assert SOURCES["fgan-mixture"](0).modes is None
    flat = Modes(np.array([[0.0, 0], [0, 1]]), np.array([np.diag([4, 0.01])] * 2), np.ones(2) / 2)
    assert separated(flat)  # wide across, narrow along the line between
