"""What a run promises of its folder: amendments that fit, the same data, a certified estimate."""

from pathlib import Path

import numpy as np
import pytest

from saddle.build.session import resume, start
from saddle.errors import BadData, BadValue, Incompatible
from saddle.recipe import Recipe
from saddle.report.read import read_run
from saddle.runs import read_lines

TINY = {
    "steps": 4,
    "batch": 16,
    "looks": 2,
    "saves": 2,
    "generator": {"name": "mlp", "width": 8, "depth": 1},
    "critic": {"name": "mlp", "width": 8, "depth": 1},
}


def played(tmp_path, changes, data=None):
    session = start(Recipe().amended({**TINY, **changes}), tmp_path, data=data)
    for _ in session.play():
        pass
    return session


def test_the_certified_estimate_of_a_one_lipschitz_critic_is_its_gap(tmp_path):
    changes = {"distance": "wasserstein", "critic.name": "groupsort", "penalties": {}}
    session = played(tmp_path, changes)
    found = read_lines(session.run.events)[-1]["critics"]["duel"]
    assert found["estimate"] != 0
    # 1e-4: the layers are orthonormal to float32.
    assert found["certified"] == pytest.approx(found["estimate"], rel=1e-4)


def test_an_amendment_that_is_refused_leaves_the_run_as_it_was(tmp_path):
    session = played(tmp_path, {})
    with pytest.raises(BadValue):
        resume(session.run, {"steps": 8, "schedules.penalty.end": 0.0})
    assert read_lines(session.run.amendments) == []
    resume(session.run, {"steps": 8})
    assert [line["key"] for line in read_lines(session.run.amendments)] == ["steps"]


def test_the_phases_cannot_be_moved_on_the_way(tmp_path):
    session = played(tmp_path, {})
    with pytest.raises(Incompatible, match="schedules.decay"):
        resume(session.run, {"schedules.decay": 0.5})


def test_a_changed_row_is_noticed_wherever_it_stands(tmp_path):
    rows = np.random.default_rng(0).standard_normal((3000, 2))
    path = tmp_path / "points.npy"
    np.save(path, rows)
    session = played(tmp_path / "runs", {"data": str(path)})
    rows[2500, 1] += 100
    np.save(path, rows)
    with pytest.raises(BadData, match="changed"):
        resume(session.run, {"steps": 8})


def test_the_report_shows_the_truth_and_the_amended_recipe(tmp_path: Path):
    session = played(tmp_path, {"data": "grid"})
    resume(session.run, {"steps": 8})
    record = read_run(session.run)
    assert record.truth["centres"].shape == (25, 2)
    assert np.isfinite(record.truth["log_p"]).any()
    assert record.recipe["steps"] == 8


def test_a_wrong_law_of_noise_leaves_no_folder(tmp_path):
    with pytest.raises(ValueError, match="noise"):
        start(Recipe().amended({**TINY, "noise": "gauss"}), tmp_path / "runs")
    assert not (tmp_path / "runs").exists()
