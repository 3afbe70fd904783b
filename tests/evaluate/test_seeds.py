"""Latents of seeds: the way between them, what truncation does, and games that draw none."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

import saddle
from saddle.errors import BadValue, Incompatible
from saddle.evaluate.seeds import latents_of, path_of
from saddle.games.noise import NOISES, Noise, great_circle, straight


@pytest.fixture(scope="module")
def rows():
    return np.random.default_rng(0).normal(size=(90, 2))


def fitted(rows, tmp_path_factory, **how):
    settings = {"looks": 1, "saves": 1} | how.pop("settings", {})
    second = how.pop("second", None)
    out = tmp_path_factory.mktemp("runs")
    gan = saddle.GAN(steps=2, batch=8, settings=settings, out=out, **how)
    return gan.fit(rows, second)


@pytest.fixture(scope="module")
def gan(rows, tmp_path_factory):
    return fitted(rows, tmp_path_factory)


def test_a_truncated_law_is_still_uniform_below(rng):
    noise = Noise(1, scale=0.5)
    below = noise.below(noise.draw(4000, rng))
    assert abs(float(below.mean()) - 0.5) < 0.02 and abs(float(below.var()) - 1 / 12) < 0.005


def test_a_great_circle_turns_evenly_and_keeps_its_length(rng):
    a, b = torch.randn(2, 40, generator=rng, dtype=torch.float64)
    b = b * a.norm() / b.norm()
    at = [great_circle(a, b, t) for t in (0.0, 0.25, 0.5, 0.75, 1.0)]
    assert torch.allclose(at[0], a) and torch.allclose(at[-1], b)
    assert all(math.isclose(float(z.norm()), float(a.norm()), rel_tol=1e-9) for z in at)
    steps = [float((z - y).norm()) for z, y in zip(at[1:], at, strict=False)]
    assert max(steps) - min(steps) < 1e-9


def test_where_no_great_circle_is_the_one_the_way_is_straight():
    a = torch.tensor([1.0, 0.0])
    for b in (a, -a, 2 * a):
        assert torch.equal(great_circle(a, b, 0.5), straight(a, b, 0.5))


@pytest.mark.parametrize("law", NOISES)
def test_a_path_goes_over_every_node_and_back(law, rng):
    noise = Noise(8, law)
    nodes = noise.draw(3, rng)
    path = path_of(noise, nodes, 12)
    assert path.shape == (12, 8)
    assert torch.allclose(path[[0, 4, 8]], nodes, atol=1e-6)
    assert float((path[-1] - path[0]).norm()) < float((nodes[2] - nodes[0]).norm())


def test_frames_at_the_seeds_are_the_samples_of_the_seeds(gan):
    film = gan.walk([4, 9, 2], 9)
    assert np.allclose(film[[0, 3, 6]], gan.trained_.sample_seeds([4, 9, 2])["x"], atol=1e-5)


def test_a_seed_is_the_same_bits_in_any_company(gan):
    many = gan.trained_.sample_seeds(range(12))["x"]
    assert np.array_equal(gan.trained_.sample_seeds([7])["x"][0], many[7])


def test_truncation_multiplies_latents_and_leaves_no_trace(gan):
    trained = gan.trained_
    whole, half = latents_of(trained, [1, 2]), latents_of(trained, [1, 2], 0.5)
    assert torch.equal(half, whole * 0.5)
    before = trained.sample(5, seed=3)["x"]
    cut = trained.sample(5, seed=3, truncation=0.5)["x"]
    assert not np.array_equal(cut, before)
    assert np.array_equal(trained.sample(5, seed=3)["x"], before)
    assert np.array_equal(trained.sample(5, seed=3, truncation=1.0)["x"], before)


@pytest.mark.parametrize("psi", [0, -1, 1.01, float("nan"), "0.5"])
def test_a_truncation_that_is_none_is_refused(gan, psi):
    with pytest.raises(BadValue, match="truncation"):
        gan.trained_.sample(2, truncation=psi)


@pytest.mark.parametrize("seeds", [[], [-1], [0.5], ["a"]])
def test_seeds_that_are_none_are_refused(gan, seeds):
    with pytest.raises(BadValue, match="seeds"):
        gan.trained_.sample_seeds(seeds)


def test_a_game_without_noise_refuses_seeds_truncation_and_walks(rows, tmp_path_factory):
    trained = fitted(rows, tmp_path_factory, game="cycle", second=rows + 1).trained_
    for act in (
        lambda: trained.sample(2, truncation=0.5),
        lambda: trained.sample_seeds([1]),
        lambda: trained.walk([1, 2]),
    ):
        with pytest.raises(Incompatible, match="draws none|cannot sample"):
            act()
