"""The generator's density: by formula, by mesh and by samples, one law whichever way."""

from __future__ import annotations

import numpy as np
import pytest

import saddle
from saddle.build.resuming import take_up
from saddle.evaluate import densities
from saddle.evaluate.critic import live_generators
from saddle.evaluate.densities import density_rows, law_of, scale_of, truth_of
from saddle.measure import f_divergence
from saddle.measure.divergences import jsd, kl

QUICK = {"looks": 1, "saves": 1}


def trained(out, data, steps=3, **settings):
    """A run of a few turns, its materials and its truth."""
    gan = saddle.GAN(steps=steps, batch=16, settings={**QUICK, **settings}, out=out).fit(data)
    found = gan.trained_
    materials = take_up(found.recipe, gan.run_, None, trusted=False)
    return found, materials, truth_of(found, materials)


@pytest.fixture
def few(monkeypatch):
    monkeypatch.setattr(densities, "MANY", 60_000)


@pytest.mark.usefixtures("few")
@pytest.mark.parametrize("data", ["mixture-1d:uneven", "mixture:3"])
def test_a_faultless_generator_is_at_the_floor(tmp_path, monkeypatch, data):
    run, materials, truth = trained(tmp_path, data)
    true = materials.rows("watch", densities.MANY)["x"]
    monkeypatch.setattr(densities, "draw", lambda *_: true)
    (row,) = density_rows(run, truth)
    assert row["value"] == pytest.approx(row["floor"], rel=0.3) and row["value"] < 0.02
    assert row["n"] == densities.MANY


@pytest.mark.usefixtures("few")
@pytest.mark.parametrize("data", ["mixture-1d:uneven", "gaussian:2"])
def test_a_mesh_and_samples_agree(tmp_path, data):
    d = 1 if "1d" in data else 2
    run, _, truth = trained(tmp_path, data, steps=30, latent=d)
    laws = {
        way: law_of(run, truth, run.game.generators, ways=(way,))
        for way in ("noise mesh", "samples on a grid")
    }
    by_mesh, by_samples = (law.divergence(jsd) for law in laws.values())
    floor = laws["samples on a grid"].divergence_floor(jsd)
    assert by_samples == pytest.approx(by_mesh, abs=2 * floor + 0.02)


@pytest.mark.usefixtures("few")
def test_a_formula_is_taken_where_it_holds(tmp_path):
    chosen = {"generator.name": "affine", "latent": 1}
    run, _, truth = trained(tmp_path, "mixture-1d:uneven", 30, noise="normal", **chosen)
    law = law_of(run, truth, run.game.generators)
    assert law.how == "formula" and law.floor is None
    own, scale = run.game.generators["generator"], scale_of(run.spaces["x"])
    mu = float(run.spaces["x"].decode(own.mu[None])[0, 0])
    sigma = float(own.log_sigma.exp()) * float(scale[0])

    def log_q(x):
        return -0.5 * ((x[:, 0] - mu) / sigma) ** 2 - np.log(sigma * np.sqrt(2 * np.pi))

    # mu and sigma are float32
    for f in (kl, jsd):
        exact = f_divergence(truth.log_prob, log_q, f=f).value
        assert law.divergence(f) == pytest.approx(exact, rel=1e-5)
    other, _, truth = trained(tmp_path, "mixture-1d:uneven", noise="uniform", **chosen)
    assert law_of(other, truth, other.game.generators).how == "noise mesh", "no normal noise"


@pytest.mark.usefixtures("few")
def test_what_lies_outside_of_the_box_counts(tmp_path, monkeypatch):
    run, materials, truth = trained(tmp_path, "mixture-1d:uneven")
    true = materials.rows("watch", densities.MANY)["x"]
    moved = np.where(np.arange(len(true))[:, None] % 2 == 0, true, 1e6)
    monkeypatch.setattr(densities, "draw", lambda *_: moved)
    (row,) = density_rows(run, truth)
    # inside q = p/2 and m = 3p/4, outside m = q/2
    inside = np.log(1 / 0.75) / 2 + np.log(0.5 / 0.75) / 4
    assert row["value"] == pytest.approx(inside + np.log(2) / 4, abs=0.01)


def test_the_first_reason_is_told(tmp_path, numpy_rng):
    assert "dimensions" in trained(tmp_path, numpy_rng.normal(size=(40, 3)))[2]
    assert "not known" in trained(tmp_path, numpy_rng.normal(size=(40, 2)))[2]
    assert "no x" in trained(tmp_path, "rotated-mixtures")[2]


def test_the_live_generators_have_a_law_of_their_own(tmp_path, monkeypatch):
    monkeypatch.setattr(densities, "MANY", 20_000)
    run, _, truth = trained(tmp_path, "mixture-1d:uneven", 30)
    laws = [law_of(run, truth, g) for g in (run.game.generators, live_generators(run))]
    assert laws[0].divergence(jsd) != laws[1].divergence(jsd)
