"""Nearest training pictures: copies are found, and a report shows the very pictures."""

from __future__ import annotations

import sys

import numpy as np
import pytest

import saddle
from saddle.build.resuming import take_up
from saddle.evaluate import Judging, assess, load
from saddle.evaluate.nearest import neighbours_of
from saddle.judge.sections import QUICK, Options
from saddle.report.read import read_run
from saddle.report.sheets import NEIGHBOURS, neighbours


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pictures")
    x = np.random.default_rng(0).integers(0, 256, (400, 8, 8, 1), np.uint8)
    np.savez(folder / "x.npz", x=x)
    small = {"looks": 1, "saves": 1, "generator.width": 8, "critic.width": 8}
    gan = saddle.GAN(steps=2, batch=8, settings=small, out=folder / "runs")
    return gan.fit(str(folder / "x.npz")).run_


class Copies:
    """A run whose samples are training pictures."""

    def __init__(self, trained, materials, numbers):
        self.spaces, self.recipe = trained.spaces, trained.recipe
        self.pictures = materials.rows("train", 300)["x"][numbers]

    def sample_seeds(self, seeds, given=None):
        return {"x": self.pictures[: len(seeds)]}


def test_copies_are_found_at_distance_zero(run):
    trained = load(run)
    materials = take_up(trained.recipe, run, None, trusted=False)
    found = neighbours_of(Copies(trained, materials, [7, 2, 200]), materials, [0, 1, 2], k=2)
    assert found.index[:, 0].tolist() == [7, 2, 200]
    assert np.allclose(found.distance[:, 0], 0) and (found.held > 0).all()
    assert np.array_equal(found.train[:, 0], found.samples)
    assert [it["held-out rows that are nearer"] for it in found.told()] == [0, 0, 0]


def test_reading_in_parts_changes_nothing(run, monkeypatch):
    trained = load(run)
    materials = take_up(trained.recipe, run, None, trusted=False)
    whole = neighbours_of(trained, materials, [0, 1, 2], k=3)
    monkeypatch.setattr(sys.modules[neighbours_of.__module__], "AT_ONCE", 37)
    parts = neighbours_of(trained, materials, [0, 1, 2], k=3)
    assert np.array_equal(parts.index, whole.index)
    assert np.allclose(parts.distance, whole.distance)
    assert np.allclose(parts.held, whole.held)


def test_an_evaluation_keeps_the_pictures_that_it_names(run):
    found = assess(run, judging=Judging(Options(sections=QUICK)))
    near = found["judged"]["x"]["memory"]["neighbours"]
    seen = take_up(load(run).recipe, run, None, trusted=False).rows("train", 400)["x"]
    with np.load(run.path / NEIGHBOURS, allow_pickle=False) as kept:
        for which, rows in near.items():
            assert np.array_equal(kept[f"x.{which}.train"], seen[[it["index"] for it in rows]])
            assert kept[f"x.{which}.sample"].shape == (len(rows), 8, 8, 1)
            assert all(it["sample"] == it["train"] == [] for it in rows)
    assert set(neighbours(read_run(run), "x")) == {"closest", "typical"}
