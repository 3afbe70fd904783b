"""Refined samples of a run: reproducible, told of, nearer to the data; refused where they must."""

from __future__ import annotations

import numpy as np
import pytest

from saddle.build.session import start
from saddle.errors import BadData
from saddle.evaluate import Trained, load, refining
from saddle.evaluate.refining import refine, refiner, weighted
from saddle.presets import preset


class Wide(Trained):
    """A run that draws N(.5, 1.3^2) where the data is N(0, 1)."""

    def sample(self, n, *, given=None, seed=0):
        return {"x": np.random.default_rng(seed).standard_normal((n, 2)) * 1.3 + 0.5}


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    small = {"steps": 3, "batch": 16, "threads": 1, "data": "gaussian:2"}
    session = start(preset("default").amended(small), tmp_path_factory.mktemp("runs"))
    for _ in session.play():
        pass
    found = load(session.run)
    return Wide(found.run, found.step, found.recipe, found.game, found.spaces)


@pytest.fixture(scope="module")
def judge(run):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(refining, "HELD", 600)
        return refiner(run, seed=0)


@pytest.fixture(autouse=True)
def few(monkeypatch):
    monkeypatch.setattr(refining, "FIRST", 500)


def test_a_sample_is_the_same_however_many_are_asked_for(run, judge):
    some, more = refine(run, 40, judge, seed=3), refine(run, 200, judge, seed=3)
    assert (some.rows["x"] == more.rows["x"][:40]).all() and len(more.rows["x"]) == 200
    assert (refine(run, 40, judge, seed=4).rows["x"] != some.rows["x"]).any()


def test_refined_samples_are_nearer_and_told_of(run, judge):
    made = refine(run, 3000, judge, seed=9)
    x = made.rows["x"]
    assert np.abs(x.mean(0)).max() < 0.2 and np.abs(x.std(0) - 1).max() < 0.15  # .5 and .3 before
    told = made.facts
    assert 0 < told["acceptance"] < 1 and told["cap"] > 1 and 0 <= told["capped_share"] < 0.05
    assert told["real_rows"] == told["held_draws"] == 600
    assert told["auc"] > 0.5 and told["calibration_error"] < 0.1


def test_weights_stand_beside_the_plain_samples(run, judge):
    made = weighted(run, 300, judge, seed=9)
    assert (made.rows["x"] == run.sample(300, seed=9)["x"]).all()
    assert made.rows["weight"].shape == (300,) and made.rows["weight"].mean() == pytest.approx(1)
    assert 1 <= made.facts["effective"] <= 300


def test_too_few_rows_are_refused(run, monkeypatch):
    monkeypatch.setattr(refining, "HELD", 7)
    with pytest.raises(BadData, match="at least 20 real rows that training never saw.* has 7"):
        refiner(run)
