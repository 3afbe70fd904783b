"""The critic against the truth, and the density of a generator pushed forward."""

import json
import math

import numpy as np
import pytest
from known_laws import FGAN_TARGET, Mixture, normal
from scipy import stats

from saddle.errors import BadData
from saddle.measure import (
    GENERATORS,
    bound_on,
    critic_against_truth,
    f_divergence,
    paired_value,
    pushforward_log_density,
    value_of_critic,
    value_of_game,
)

X = np.linspace(-12, 16, 20_001)[:, None]
STEP = float(X[1, 0] - X[0, 0])
P, Q = FGAN_TARGET, normal(1.0, 1.5)
LP, LQ = P.log_density(X), Q.log_density(X)
NAMES = list(GENERATORS)


def compare(v, name="kl"):
    return critic_against_truth(v, log_p=LP, log_q=LQ, volumes=STEP, f=GENERATORS[name])


@pytest.mark.parametrize("name", NAMES)
def test_the_optimal_critic_reaches_the_divergence(name):
    found = compare(LP - LQ, name)
    assert found.mean_error < 1e-12 and found.score_bias == pytest.approx(0, abs=1e-12)
    exact = f_divergence(P.log_density, Q.log_density, f=GENERATORS[name]).value
    # a kink of f costs the trapezoidal rule about a step squared
    assert found.exact == pytest.approx(exact, abs=1e-6)
    assert found.bound == pytest.approx(found.exact, abs=1e-6)
    assert found.mass_p == pytest.approx(1, abs=1e-9)


@pytest.mark.parametrize("name", NAMES)
def test_no_other_critic_exceeds_it(name):
    rng = np.random.default_rng(0)
    for _ in range(5):
        wave = rng.normal() * np.sin(rng.uniform(0.2, 2) * X[:, 0] + rng.normal())
        other = compare(LP - LQ + wave, name)
        assert other.gap > -1e-9
        assert 0 < other.mean_error <= other.root_mean_square <= other.largest_error < 1


@pytest.mark.parametrize("name", ["js", "jsd", "minimax"])
def test_a_critic_that_is_sure_and_wrong_pays_for_it(name):
    """JS: T = log 2u/(1 + u) at real, f*(T) = -log(2 - e^T) at fake, both held at |v| = 20."""
    scale = 0.5 if name == "jsd" else 1.0
    for v in (15.0, 20.0, 35.0, 60.0):
        truth = -2 * scale * (min(v, 20.0) - math.log(2))
        found = bound_on([-v], [v], f=GENERATORS[name])
        assert found.value == pytest.approx(truth, rel=1e-5)  # rounding of f(0), e^20 times larger


def test_a_constant_critic_errs_by_what_it_should():
    found = compare(np.zeros(len(X)))
    star = 1 / (1 + np.exp(LQ - LP))
    m = (np.exp(LP) + np.exp(LQ)) / 2 * STEP
    assert found.mean_error == pytest.approx(float(m @ np.abs(star - 0.5)), abs=1e-9)
    assert found.bound == pytest.approx(0, abs=1e-9)


def test_the_correlation_is_one_for_what_rises_with_the_truth():
    assert compare(LP - LQ).correlation == pytest.approx(1)
    assert compare(LQ - LP).correlation == pytest.approx(-1)
    assert math.isnan(compare(np.zeros(len(X))).correlation)


def test_the_paired_value_is_a_mean_over_pairs(numpy_rng):
    v, w = numpy_rng.normal(size=40), numpy_rng.normal(size=30)
    truth = -np.logaddexp(0, -(v[:, None] - w[None])).mean()
    sides = np.repeat([1.0, 0.0], [40, 30])
    assert paired_value(np.concatenate([v, w]), sides, 1 - sides) == pytest.approx(truth)


def test_the_paired_optimum_is_the_divergence_of_pairs():
    p, q = normal(0.0, 1.0), normal(1.0, 1.5)

    def pairs(first, second):
        return lambda x: first.log_density(x[:, :1]) + second.log_density(x[:, 1:])

    exact = f_divergence(pairs(p, q), pairs(q, p), f=GENERATORS["jsd"], dimension=2).value
    lp, lq = p.log_density(X), q.log_density(X)
    at = lp - lq + 3.0  # a constant changes nothing
    value = paired_value(at, np.exp(lp) * STEP, np.exp(lq) * STEP)
    # 2,000 groups of scores
    assert value == pytest.approx(exact - math.log(2), abs=1e-5)
    worse = paired_value(1.3 * at, np.exp(lp) * STEP, np.exp(lq) * STEP)
    assert worse < value


def test_a_shifted_critic_is_called_biased():
    assert compare(LP - LQ + 0.5).score_bias == pytest.approx(0.5)
    assert set(json.loads(json.dumps(compare(LP - LQ).as_dict()))) >= {"bound", "exact", "gap"}


def test_the_value_of_a_critic_is_that_of_the_game_at_its_optimum():
    p, q = np.exp(LP) * STEP, np.exp(LQ) * STEP
    truth = value_of_game(P.log_density, Q.log_density)
    assert value_of_critic(LP - LQ, p, q) == pytest.approx(truth, abs=1e-9)
    assert value_of_critic(np.zeros(len(X)), p, q) == pytest.approx(-math.log(4), abs=1e-9)


def test_supports_that_part_are_handled():
    lp = np.where(X[:, 0] < 0, -math.log(12), -np.inf)
    lq = np.where(X[:, 0] >= 0, -math.log(16), -np.inf)
    v = np.where(X[:, 0] < 0, 5.0, -5.0)
    found = critic_against_truth(v, log_p=lp, log_q=lq, volumes=STEP, f=GENERATORS["js"])
    assert found.exact == pytest.approx(2 * math.log(2), abs=1e-3)
    assert 0 < found.gap < 0.05
    assert found.mean_error == pytest.approx(1 / (1 + math.exp(5)), rel=1e-9)


def noise_line(n=4001):
    z = np.linspace(-8, 8, n)
    return z, stats.norm.logpdf(z)


def noise_plane(n=301):
    axis = np.linspace(-6, 6, n)
    z = np.stack(np.meshgrid(axis, axis, indexing="ij"), -1)
    return z, stats.norm.logpdf(z).sum(-1)


def test_a_line_pushed_forward_monotonely_and_folded():
    z, log_pz = noise_line()
    at = np.linspace(0.2, 8, 60)
    folded = pushforward_log_density(at, z=z, x=z**2, log_pz=log_pz)
    # the slope of G changes by a share h / 2z over half a piece, h = 0.004
    assert folded == pytest.approx(stats.chi2(1).logpdf(at), abs=5e-3)
    falling = pushforward_log_density(at, z=z[:, None], x=-np.exp(z[:, None]), log_pz=log_pz)
    assert (falling == -np.inf).all()
    rising = pushforward_log_density(at, z=z[:, None], x=np.exp(z[:, None]), log_pz=log_pz)
    assert rising == pytest.approx(stats.lognorm(1).logpdf(at), abs=5e-3)


def test_a_linear_map_of_the_plane_is_exact():
    z, log_pz = noise_plane()
    A, b = np.array([[1.0, 0.5], [-0.3, 0.7]]), np.array([1.0, -2.0])
    truth = Mixture(b[None], (A @ A.T)[None], np.ones(1))
    at = truth.sample(1000, 0)
    found = pushforward_log_density(at, z=z, x=z @ A.T + b, log_pz=log_pz)
    # only log p_z is taken as linear within a triangle: h^2 / 8, h = 0.04
    assert found == pytest.approx(truth.log_density(at), abs=5e-4)


def test_a_curved_map_of_the_plane_meets_the_change_of_variables():
    z, log_pz = noise_plane()

    def G(u):
        return np.stack([u[..., 0] + 0.5 * np.sin(u[..., 1]), u[..., 1] + np.tanh(u[..., 0])], -1)

    u = np.random.default_rng(0).normal(size=(1000, 2))
    jacobian = 1 - 0.5 * np.cos(u[:, 1]) / np.cosh(u[:, 0]) ** 2
    truth = stats.norm.logpdf(u).sum(1) - np.log(np.abs(jacobian))
    found = pushforward_log_density(G(u), z=z, x=G(z), log_pz=log_pz)
    # the Jacobian is constant on a triangle: off by its change over half of h = 0.04
    assert np.abs(found - truth).max() < 0.04 and np.abs(found - truth).mean() < 0.01


def test_a_folded_plane_keeps_its_mass():
    z, log_pz = noise_plane(201)
    x = np.stack([np.abs(z[..., 0]), z[..., 1] + 0.2 * z[..., 0]], -1)
    axis = np.linspace(-7, 7, 141) + 1e-3
    at = np.stack(np.meshgrid(axis, axis, indexing="ij"), -1).reshape(-1, 2)
    q = np.exp(pushforward_log_density(at, z=z, x=x, log_pz=log_pz))
    # the edge at zero is met to within half a cell of 0.1, of density 0.8
    assert q.sum() * 0.01 == pytest.approx(1, abs=0.05)
    flat = np.stack([z[..., 0], np.zeros_like(z[..., 0])], -1)
    assert (pushforward_log_density(at, z=z, x=flat, log_pz=log_pz) == -np.inf).all()


def test_mistakes_are_named():
    z, log_pz = noise_line(11)
    with pytest.raises(BadData, match="one shape"):
        pushforward_log_density([0.0], z=z, x=z[:5], log_pz=log_pz)
    with pytest.raises(BadData, match="to match"):
        pushforward_log_density([[0.0, 0.0]], z=z, x=z, log_pz=log_pz)
    with pytest.raises(BadData, match="finite"):
        pushforward_log_density([0.0], z=z, x=np.full(11, np.inf), log_pz=log_pz)
    with pytest.raises(BadData, match="one shape"):
        compare(np.zeros(3))
    with pytest.raises(BadData, match="v must be finite"):
        compare(np.full(len(X), np.nan))
