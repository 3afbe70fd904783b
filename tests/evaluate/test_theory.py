"""What the theory says of a run's choices: every distance, penalty and rule gives an answer."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from saddle.build.stakes import distance_of
from saddle.distances import DISTANCES, PENALTIES, RATIOS, Direct, FDivergence
from saddle.evaluate import theory
from saddle.evaluate.theory import SCORES, _slope, bins_of, pulls, rest, smallest_game
from saddle.recipe import Recipe
from saddle.training.rules import RULES

LEARNED = [name for name, row in DISTANCES.items() if not isinstance(row, Direct)]
LOG2, LOG4 = math.log(2), math.log(4)


def recipe(**values):
    return Recipe(**{"penalties": {}, **values})


@pytest.mark.parametrize("name", LEARNED)
def test_every_learned_distance_has_a_loss_at_rest_and_pulls(name):
    distance = DISTANCES[name]
    assert math.isfinite(rest(distance))
    held = pulls(distance)
    assert all(len(line) == len(held["v"]) for line in held.values())
    assert np.isfinite([line for line in held.values()]).all()


@pytest.mark.parametrize(
    ("name", "at_rest"),
    [
        ("minimax", LOG4),  # -V(G, D*) at p = q
        ("kl", LOG4),  # its critic is the logistic one
        ("logistic", LOG4),
        ("relativistic:logistic", LOG2),
        ("relativistic-average:logistic", LOG4),
        ("least-squares", 1.0),
        ("hinge", 2.0),
        ("wasserstein", 0.0),
    ],
)
def test_the_loss_at_rest_is_the_one_of_the_books(name, at_rest):
    assert rest(DISTANCES[name]) == pytest.approx(at_rest, abs=1e-12)


def test_the_weights_of_an_f_are_its_second_derivative():
    held = pulls(DISTANCES["pearson"])
    u = np.exp(held["v"])
    np.testing.assert_allclose(held["u^2 f''(u)"], 2 * u**2, rtol=1e-12)
    np.testing.assert_allclose(held["u f''(u)"], 2 * u, rtol=1e-12)
    np.testing.assert_allclose(held["critic at fake"], u / (1 + u), rtol=1e-9)
    np.testing.assert_allclose(held["critic at real"], 1 / (1 + u), rtol=1e-9)


ROWS = {n: row for n, row in DISTANCES.items() if isinstance(row, FDivergence)}
LEARNT = [(n, ratio) for n, row in ROWS.items() for ratio in RATIOS if row.link or ratio != "link"]


@pytest.mark.parametrize(("name", "ratio"), LEARNT)
def test_the_generators_pull_is_the_slope_of_its_loss(name, ratio):
    """Zero-sum, the loss of one score is no average: its slope is the weight itself."""
    row = distance_of(Recipe(distance=name, ratio=ratio, objective="zero-sum"))
    slopes = [-_slope(row.generator_loss, v, side=1) for v in SCORES]
    np.testing.assert_allclose(pulls(row)["generator"], slopes, rtol=1e-6, atol=1e-12)


@pytest.fixture
def short(monkeypatch):
    monkeypatch.setattr(theory, "TURNS", 4)
    monkeypatch.setattr(theory, "SIDE", 3)


@pytest.mark.parametrize("name", LEARNED)
def test_every_distance_plays_the_smallest_game(name, short):
    found = smallest_game(DISTANCES[name], recipe())
    assert len(found["path"]) == 5 and len(found["field"]) == len(found["at"]) == 9
    assert found["path"][0] == [1.0, 1.0] and found["path"][-1] != [1.0, 1.0]


@pytest.mark.parametrize("name", PENALTIES)
def test_every_penalty_plays_the_smallest_game(name, short):
    found = smallest_game(DISTANCES["wasserstein"], recipe(penalties={name: 0.5}))
    assert np.isfinite(np.array(found["path"], dtype=float)).all()


@pytest.mark.parametrize("name", RULES)
def test_every_rule_plays_the_smallest_game(name, short):
    found = smallest_game(DISTANCES["relativistic:logistic"], recipe(rule=name))
    assert found["rule"] == name and np.isfinite(np.array(found["path"], dtype=float)).all()


def radius(name, **values):
    path = np.array(smallest_game(DISTANCES[name], recipe(**values))["path"], dtype=float)
    return np.hypot(*path.T) / math.sqrt(2)


def test_it_leads_where_the_theory_says():
    assert radius("minimax", rule="simultaneous")[-1] > 1.2
    assert 0.9 < radius("minimax", rule="generator-first")[-40:].max() < 1.1
    assert radius("minimax", penalties={"r1": 0.3})[-1] < 0.01
    assert radius("wasserstein", penalties={"gp": 1.0})[-40:].max() > 0.3


def test_the_field_of_the_unpenalised_game_turns_by_one_half():
    """Eigenvalues +- i/2 at (0, 0): near it the field is (psi, -theta) / 2."""
    found = smallest_game(DISTANCES["minimax"], recipe())
    at, field = (np.array(found[key], dtype=float) for key in ("at", "field"))
    near = np.hypot(*at.T) < 0.4
    assert near.sum() > 3
    turned = np.stack([at[near, 1], -at[near, 0]], -1) / 2
    np.testing.assert_allclose(field[near], turned, atol=0.01)  # sigmoid(.07) - 1/2, times .3


def test_bins_of_a_critic_that_knows_the_truth_lie_on_the_diagonal():
    """p = N(0, 1), q = N(1, 1): D = sigmoid(1/2 - x)."""
    rng = torch.Generator().manual_seed(0)
    n = 40_000
    x = torch.randn(2 * n, generator=rng, dtype=torch.float64)
    x[n:] += 1
    rows = bins_of(torch.sigmoid(0.5 - x).numpy(), n)
    assert sum(row["n"] for row in rows) == 2 * n
    gaps = [abs(row["D"] - row["real"]) for row in rows]
    assert max(gaps) < 4 * 0.5 / math.sqrt(rows[0]["n"])  # four standard errors at most


def test_bins_of_a_critic_that_cannot_tell_are_half_real():
    assert {row["real"] for row in bins_of(np.full(240, 0.5), 120)} == {0.5}
