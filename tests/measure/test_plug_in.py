"""Plug-in estimates against exact divergences, and the defect of a histogram that loses mass."""

import math

import numpy as np
import pytest
from known_laws import FGAN_TARGET, normal

from saddle.errors import BadData, BadValue
from saddle.measure import (
    GENERATORS,
    f_divergence,
    grid_divergence,
    kde_divergence,
    knn_kl,
)
from saddle.measure.divergences import gaussian_kl, jsd, kl
from saddle.measure.plug_in import grid_law

P, Q = normal([0.0, 0.0], [1.0, 1.0]), normal([0.5, 0.5], [1.5, 1.5])
SMOOTH = ["kl", "reverse-kl", "js", "squared-hellinger", "jeffrey", "total-variation"]


def test_shares_sum_to_one_whatever_lies_outside():
    edges = [np.linspace(0, 1, 4)] * 2
    law = grid_law([[0.1, 0.1], [0.9, 0.9], [5.0, 0.5], [-3.0, 2.0]], edges)
    assert law.tolist() == [0.25, 0, 0, 0, 0, 0, 0, 0, 0.25, 0.5]
    assert grid_law([[5.0, 5.0]], edges, floor=0.1).sum() == pytest.approx(1)


@pytest.mark.parametrize("name", SMOOTH)
def test_a_grid_on_the_line_meets_quadrature(name):
    f = GENERATORS[name]
    fit = normal(1.0, 1.8)
    truth = f_divergence(FGAN_TARGET.log_density, fit.log_density, f=f).value
    x, y = FGAN_TARGET.sample(200_000, 0), fit.sample(200_000, 1)
    # cells of 0.13 lose a little, empty cells at the ends add some for the heavy rows
    assert grid_divergence(x, y, f=f, bins=80, floor=1e-7) == pytest.approx(truth, rel=0.08)


@pytest.mark.parametrize("name", ["js", "squared-hellinger", "total-variation", "kl"])
def test_kernel_densities_meet_quadrature(name):
    f = GENERATORS[name]
    truth = f_divergence(P.log_density, Q.log_density, f=f, dimension=2).value
    found = kde_divergence(P.sample(4000, 0), Q.sample(4000, 1), f=f)
    assert found == pytest.approx(truth, rel=0.15)


@pytest.mark.parametrize("d", [1, 2, 4])
def test_neighbours_meet_the_closed_form(d):
    p, q = normal(np.zeros(d), np.ones(d)), normal(np.full(d, 0.5), np.full(d, 1.5))
    truth = gaussian_kl(np.zeros(d), np.eye(d), np.full(d, 0.5), 2.25 * np.eye(d))
    # spread of about 1 / sqrt(n), and a bias that grows with the dimension
    assert knn_kl(p.sample(10_000, 0), q.sample(12_000, 1)) == pytest.approx(truth, abs=0.06)


def test_neighbours_find_zero_for_one_law():
    assert knn_kl(P.sample(5000, 0), P.sample(7000, 1)) == pytest.approx(0, abs=0.05)


def test_estimates_grow_as_the_laws_part():
    x = P.sample(2000, 0)
    for estimate in (
        lambda y: grid_divergence(x, y, f=jsd),
        lambda y: kde_divergence(x, y, f=jsd),
        lambda y: knn_kl(x, y),
    ):
        values = [estimate(P.sample(2000, 1) + shift) for shift in (0.0, 0.5, 1.0, 2.0)]
        assert values == sorted(values)


def test_few_samples_on_a_fine_grid_need_their_floor():
    # 450 real and 150 fake points of one law on 30 x 30 cells look far apart; the floor says so.
    real, fake, other = P.sample(450, 0), P.sample(150, 1), P.sample(150, 2)
    value, floor = (grid_divergence(real, cloud, f=kl) for cloud in (fake, other))
    assert value > 1.5
    assert abs(value - floor) < 0.25 * value
    many = grid_divergence(P.sample(100_000, 3), P.sample(100_000, 4), f=kl)
    assert many < 0.05


def test_a_collapsed_generator_scores_badly_and_not_nan():
    real, point = P.sample(2000, 0), np.zeros((2000, 2))
    assert grid_divergence(real, point, f=kl) > 3
    assert grid_divergence(real, point + 100, f=jsd) == pytest.approx(math.log(2), abs=0.1)
    with pytest.raises(BadData, match="no spread"):
        kde_divergence(real, point, f=kl)
    assert knn_kl(point, real) == math.inf
    assert knn_kl(real, point) > 3


def test_mistakes_are_named():
    x = P.sample(50, 0)
    with pytest.raises(BadValue, match="bins"):
        grid_divergence(x, x, f=kl, bins=0)
    with pytest.raises(BadValue, match="bounds"):
        grid_divergence(x, x, f=kl, bounds=((0.0, 1.0),))
    with pytest.raises(BadData, match="knn_kl"):
        grid_divergence(np.zeros((5, 4)), np.zeros((5, 4)), f=kl)
    with pytest.raises(BadValue, match="k must be"):
        knn_kl(x, x, k=50)
    with pytest.raises(BadData, match="needs more"):
        kde_divergence(x[:10], x, f=kl)
