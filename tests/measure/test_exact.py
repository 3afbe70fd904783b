"""Quadrature against closed forms, published optima and the theorems about the game."""

import math

import numpy as np
import pytest
from known_laws import FGAN_TARGET, grid, normal
from scipy import integrate as scipy_integrate

from saddle.errors import BadData, BadValue, UnknownName
from saddle.measure import (
    GENERATORS,
    best_gaussian,
    entropy,
    f_divergence,
    integrate,
    optimal_discriminator,
    value_of_game,
)
from saddle.measure.divergences import (
    alpha,
    gaussian_kl,
    gaussian_neyman,
    gaussian_pearson,
    gaussian_squared_hellinger,
    js_weighted,
    jsd,
    kl,
    pearson,
    reverse_kl,
    softened_reverse_kl,
    squared_hellinger,
    total_variation,
)

CLOSED = {
    "kl": gaussian_kl,
    "reverse-kl": lambda mp, Sp, mq, Sq: gaussian_kl(mq, Sq, mp, Sp),
    "jeffrey": lambda mp, Sp, mq, Sq: gaussian_kl(mp, Sp, mq, Sq) + gaussian_kl(mq, Sq, mp, Sp),
    "squared-hellinger": gaussian_squared_hellinger,
    "pearson": gaussian_pearson,
    "neyman": gaussian_neyman,
}
PAIRS = {
    "near": (([0.0], [1.0]), ([0.3], [1.1])),
    "wide q": (([0.0], [1.0]), ([1.0], [2.0])),
    "far": (([0.0], [1.0]), ([6.0], [0.9])),
    "narrow": (([0.0], [0.01]), ([0.02], [0.012])),
    "narrow and far": (([0.0], [0.01]), ([1.0], [0.02])),
    "plane": (([0.0, 1.0], [1.0, 0.5]), ([1.0, 0.0], [1.2, 0.6])),
    "narrow in the plane": (([0.0, 1.0], [0.05, 0.05]), ([0.05, 1.0], [0.04, 0.06])),
}
NAMES = list(GENERATORS)


def both(pair):
    p, q = (normal(*side) for side in PAIRS[pair])
    return p, q, (p.centres[0], p.covariances[0], q.centres[0], q.covariances[0])


@pytest.mark.parametrize("pair", PAIRS)
@pytest.mark.parametrize("name", CLOSED)
def test_quadrature_meets_the_closed_form_between_gaussians(name, pair):
    p, q, numbers = both(pair)
    truth = CLOSED[name](*numbers)
    d = len(numbers[0])
    found = f_divergence(p.log_density, q.log_density, f=GENERATORS[name], dimension=d)
    # 1e-10 and 1e-6 absolute are the aims; large values are limited by rounding instead.
    tolerance = (1e-10 if d == 1 else 1e-6) + 1e-9 * abs(truth) if math.isfinite(truth) else 0
    assert found.value == pytest.approx(truth, abs=tolerance, rel=0)


@pytest.mark.parametrize("name", NAMES)
def test_a_law_is_at_distance_zero_from_itself(name):
    p = FGAN_TARGET.log_density
    assert abs(f_divergence(p, p, f=GENERATORS[name]).value) < 1e-12


@pytest.mark.parametrize("name", NAMES)
def test_f_is_convex_and_zero_at_one(name):
    f, u = GENERATORS[name], np.geomspace(1e-3, 1e3, 4001)
    assert abs(f(np.ones(1))[0]) < 1e-15
    slopes = np.diff(f(u)) / np.diff(u)
    # rounding of f over the shortest step, about 1e-13 / 1e-6
    assert (np.diff(slopes) >= -1e-6 * np.abs(slopes[1:]) - 1e-9).all()


@pytest.mark.parametrize("name", NAMES)
def test_adding_a_line_through_one_changes_nothing(name):
    p, q = FGAN_TARGET.log_density, normal(1.0, 1.8).log_density
    f = GENERATORS[name]
    bent = f_divergence(p, q, f=lambda u: f(u) + 3 * (u - 1) + 5)
    assert bent.value == pytest.approx(f_divergence(p, q, f=f).value, abs=1e-10)


@pytest.mark.parametrize("name", ["js", "jsd", "squared-hellinger", "total-variation", "jeffrey"])
def test_symmetric_rows_are_symmetric(name):
    p, q = FGAN_TARGET.log_density, normal(1.0, 1.8).log_density
    there = f_divergence(p, q, f=GENERATORS[name]).value
    assert there == pytest.approx(f_divergence(q, p, f=GENERATORS[name]).value, abs=1e-10)


def test_kl_is_not_symmetric():
    p, q = normal(0.0, 1.0).log_density, normal(0.0, 2.0).log_density
    assert f_divergence(p, q, f=kl).value < f_divergence(q, p, f=kl).value - 0.3


@pytest.mark.parametrize("name", ["kl", "js", "pearson", "squared-hellinger"])
def test_an_independent_quadrature_agrees_on_the_mixture(name):
    f = GENERATORS[name]
    p, q = FGAN_TARGET.log_density, normal(1.3, 1.9).log_density

    def point(x):
        at = np.array([[x]])
        return float((np.exp(q(at)) * f(np.exp(p(at) - q(at))))[0])

    truth, _ = scipy_integrate.quad(point, -12, 14, points=[-1, 2], limit=400, epsabs=1e-12)
    assert f_divergence(p, q, f=f).value == pytest.approx(truth, abs=1e-10)


def test_the_error_estimate_holds():
    p, q, numbers = both("plane")
    found = f_divergence(p.log_density, q.log_density, f=kl, dimension=2, tolerance=1e-4)
    assert abs(found.value - gaussian_kl(*numbers)) <= found.error + 1e-12
    assert found.error < 1e-4


def test_disjoint_supports_give_the_limits_of_f():
    def segment(a):
        return lambda x: np.where((x[:, 0] > a) & (x[:, 0] < a + 1), 0.0, -np.inf)

    def between(f):
        return f_divergence(segment(0.0), segment(2.0), f=f).value

    assert between(jsd) == pytest.approx(math.log(2), abs=1e-9)
    assert between(squared_hellinger) == pytest.approx(2.0, abs=1e-9)
    assert between(total_variation) == pytest.approx(1.0, abs=1e-9)
    assert between(alpha(0.5)) == pytest.approx(4.0, abs=1e-9)
    assert between(js_weighted(0.3)) == pytest.approx(
        -0.3 * math.log(0.3) - 0.7 * math.log(0.7), abs=1e-9
    )
    assert between(kl) == between(reverse_kl) == between(pearson) == math.inf


def test_a_heavier_tail_makes_pearson_infinite_but_not_kl():
    p, q = normal(0.0, 1.0).log_density, normal(0.0, 0.5).log_density
    assert f_divergence(p, q, f=pearson).value == math.inf
    assert f_divergence(p, q, f=kl).value == pytest.approx(
        gaussian_kl(np.zeros(1), np.eye(1), np.zeros(1), np.eye(1) / 4), abs=1e-10
    )


def test_a_law_without_variance_is_infinitely_far_from_a_gaussian():
    def cauchy(x):
        return -np.log(np.pi) - np.log1p(x[:, 0] ** 2)

    q = normal(0.0, 1.0).log_density
    assert f_divergence(cauchy, q, f=kl).value == math.inf
    # 1e-4 of the mass of such a tail lies outside of +-10,000
    assert f_divergence(q, cauchy, f=kl).value == pytest.approx(0.2592, abs=1e-3)


@pytest.mark.parametrize("a", [-3.0, -0.5, 0.99, 3.0, 6.0])
def test_alpha_between_gaussians_meets_its_closed_form(a):
    # int p^a q^(1-a) = exp(-a (1-a) m^2 / 2) for N(0, 1) and N(m, 1)
    p, q = normal(0.0, 1.0).log_density, normal(0.7, 1.0).log_density
    truth = (math.exp(-a * (1 - a) * 0.49 / 2) - 1) / (a * (a - 1))
    assert f_divergence(p, q, f=alpha(a)).value == pytest.approx(truth, abs=1e-10, rel=1e-9)


def test_the_paired_relativistic_optimum_is_a_jsd_of_product_laws():
    # E log sigmoid(v(x) - v(y)) at v = log p/q over P x Q is JSD(P x Q, Q x P) - log 2.
    p, q = normal(0.0, 1.0), normal(1.0, 1.0)

    def pair(first, second):
        return lambda z: first.log_density(z[:, :1]) + second.log_density(z[:, 1:])

    found = f_divergence(pair(p, q), pair(q, p), f=jsd, dimension=2).value - math.log(2)
    # v(x) - v(y) = y - x is N(1, 2): one integral over the line
    t, w = np.polynomial.hermite_e.hermegauss(120)
    direct = -(w @ np.logaddexp(0.0, -(1 + math.sqrt(2) * t))) / math.sqrt(2 * math.pi)
    assert found == pytest.approx(direct, abs=1e-6)


def test_softened_reverse_kl_is_reverse_kl_less_two_jsd():
    p, q = normal(0.0, 1.0).log_density, normal(0.7, 1.4).log_density
    apart = f_divergence(p, q, f=reverse_kl).value - 2 * f_divergence(p, q, f=jsd).value
    assert f_divergence(p, q, f=softened_reverse_kl).value == pytest.approx(apart, abs=1e-10)


def test_root_jsd_is_a_metric_on_random_triples():
    rng = np.random.default_rng(0)
    for _ in range(10):
        laws = [normal(rng.normal(), rng.uniform(0.3, 2)).log_density for _ in range(3)]
        ab, bc, ac = (
            math.sqrt(f_divergence(laws[i], laws[j], f=jsd).value)
            for i, j in ((0, 1), (1, 2), (0, 2))
        )
        assert ac <= ab + bc + 1e-9


# Nowozin et al. 2016, Tables 3 and 4, direct optimum: (D, mu, sigma), printed to four digits.
PUBLISHED = {
    "kl": (0.2831, 1.0100, 1.8308),
    "reverse-kl": (0.2480, 1.5782, 1.6319),
    "js": (0.1280, 1.3070, 1.7542),
    "jeffrey": (0.5705, 1.3218, 1.7034),
    "pearson": (0.6457, 0.5737, 1.9274),
}


@pytest.mark.parametrize("name", PUBLISHED)
def test_the_best_gaussian_is_the_published_one(name):
    best = best_gaussian(FGAN_TARGET.log_density, f=GENERATORS[name])
    assert (best.divergence, best.mu, best.sigma) == pytest.approx(PUBLISHED[name], abs=1e-3)


def test_under_kl_the_best_gaussian_has_the_moments_of_the_law():
    best = best_gaussian(FGAN_TARGET.log_density, f=kl)
    mean = 0.33 * -1 + 0.67 * 2
    variance = 0.33 * (0.065 + 1) + 0.67 * (2 + 4) - mean**2
    assert (best.mu, best.sigma) == pytest.approx((mean, math.sqrt(variance)), abs=1e-6)


@pytest.mark.parametrize("name", ["squared-hellinger", "neyman", "total-variation"])
def test_no_gaussian_nearby_is_better(name):
    f = GENERATORS[name]
    best = best_gaussian(FGAN_TARGET.log_density, f=f)
    for shift in ((0.01, 1.0), (-0.01, 1.0), (0.0, 1.01), (0.0, 0.99)):
        other = normal(best.mu + shift[0], best.sigma * shift[1]).log_density
        assert f_divergence(FGAN_TARGET.log_density, other, f=f).value > best.divergence


def test_reverse_kl_keeps_one_of_two_far_modes_and_kl_covers_both():
    two = normal(0.0, 1.0)
    two = type(two)(np.array([[-4.0], [4.0]]), np.ones((2, 1, 1)), np.array([0.4, 0.6]))
    dropped = best_gaussian(two.log_density, f=reverse_kl)
    assert (dropped.mu, dropped.sigma) == pytest.approx((4.0, 1.0), abs=0.02)
    covered = best_gaussian(two.log_density, f=kl)
    assert abs(covered.mu) < 1 and covered.sigma > 3.5


def test_the_value_of_the_game():
    p, q = normal(0.0, 1.0).log_density, normal(1.0, 1.0).log_density
    assert value_of_game(p, p) == pytest.approx(-math.log(4), abs=1e-10)
    D = optimal_discriminator

    def g(x):
        star = D(p(x), q(x))
        return np.exp(p(x)) * np.log(star) + np.exp(q(x)) * np.log1p(-star)

    # q's share of a point underflows beyond ten standard deviations, where log(1 - D) is lost.
    direct = integrate(g, ((-9.0, 10.0),)).value[0]
    assert value_of_game(p, q) == pytest.approx(direct, abs=1e-10)


def test_the_optimal_discriminator_does_not_overflow():
    log_p = np.array([0.0, -5000.0, 0.0, -np.inf, -np.inf])
    log_q = np.array([0.0, 0.0, -5000.0, 0.0, -np.inf])
    assert optimal_discriminator(log_p, log_q).tolist() == [0.5, 0.0, 1.0, 0.0, 0.5]


def test_entropy_of_a_gaussian_and_of_separated_modes():
    one = 0.5 * math.log(2 * math.pi * math.e)
    assert entropy(normal(0.0, 2.0).log_density) == pytest.approx(one + math.log(2), abs=1e-10)
    # 25 modes that do not overlap: log 25 more than one mode, up to overlaps of e^-200.
    truth = math.log(25) + 2 * (one + math.log(0.05))
    assert entropy(grid().log_density, dimension=2) == pytest.approx(truth, abs=1e-6)


def test_dropping_modes_of_the_grid_costs_the_log_of_the_share():
    full, part = grid(), grid(keep=20)
    found = f_divergence(part.log_density, full.log_density, f=kl, dimension=2).value
    assert found == pytest.approx(math.log(25 / 20), abs=1e-6)


def test_a_box_that_misses_mass_is_refused():
    p = normal(0.0, 1.0).log_density
    with pytest.raises(BadValue, match="bounds must hold all of it"):
        f_divergence(p, p, f=kl, bounds=((-1.0, 1.0),))
    with pytest.raises(BadValue, match="normalised"):
        f_divergence(lambda x: p(x) + 1, p, f=kl)


@pytest.mark.parametrize("bounds", [((1.0, 0.0),), ((0.0, math.inf),), ((0.0, 1.0),) * 3])
def test_bad_bounds_are_refused(bounds):
    with pytest.raises(BadValue, match="bounds"):
        integrate(lambda x: x[:, 0], bounds)


def test_other_mistakes_are_named():
    p = normal(0.0, 1.0).log_density
    box = ((-9.0, 9.0),)
    with pytest.raises(BadData, match="nan"):
        f_divergence(lambda x: np.full(len(x), np.nan), p, f=kl, bounds=box)
    with pytest.raises(BadData, match="must map"):
        f_divergence(lambda x: x, p, f=kl, bounds=box)
    with pytest.raises(BadValue, match="no density is visible"):
        f_divergence(lambda x: np.full(len(x), np.nan), lambda x: -np.inf * x[:, 0] ** 2, f=kl)
    with pytest.raises(BadValue, match="f must be finite"):
        f_divergence(p, p, f=lambda u: np.exp(u))
    with pytest.raises(BadValue, match="dimension"):
        f_divergence(p, p, f=kl, dimension=3)
    with pytest.raises(UnknownName, match="pearson"):
        GENERATORS["pearsn"]
    with pytest.raises(BadValue, match="number"):
        GENERATORS["alpha:x"]
    with pytest.raises(BadValue, match="neither 0"):
        GENERATORS["alpha:1"]
