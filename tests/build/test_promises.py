"""What a run promises of its folder: amendments that fit, the same data, a certified estimate."""

from pathlib import Path

import numpy as np
import pytest
import torch

from saddle.build.looks import gradient_norms
from saddle.build.materials import gather
from saddle.build.resuming import resume
from saddle.build.session import start
from saddle.distances import DISTANCES
from saddle.errors import BadData, BadValue, BrokenRun, Incompatible
from saddle.recipe import Recipe
from saddle.report.read import read_run
from saddle.runs import Run, read_lines
from saddle.sources import SOURCES, open_source
from saddle.spaces import Points

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


# ---------------------------------------------------------------- what cannot be changed


ADDED = {
    "penalties.lecam": 0.3,
    "penalties.spectral-norm": 1.0,
    "views": ["packing:2"],
    "penalties": {},
}
"""Changes under which a checkpoint no longer fits, the last with a distance without a critic."""


@pytest.mark.parametrize("key", ADDED)
def test_what_remembers_or_rewrites_cannot_be_added_on_the_way(key, tmp_path):
    session = played(tmp_path, {})
    beside = {} if ADDED[key] else {"distance": "energy"}
    with pytest.raises(Incompatible, match="cannot be changed in a run that has begun") as told:
        resume(session.run, {"steps": 8, key: ADDED[key], **beside})
    assert f"saddle train --from {session.run.path} --set start=null" in str(told.value)
    assert f"--set {key}=..." in str(told.value)
    assert read_lines(session.run.amendments) == []
    assert resume(session.run).state.step == 4


def test_what_a_run_remembers_cannot_be_taken_away(tmp_path):
    session = played(tmp_path, {"views": ["replay:2"]})
    with pytest.raises(Incompatible, match="views cannot be changed"):
        resume(session.run, {"views": []})


def test_a_view_without_a_memory_may_be_added(tmp_path):
    session = played(tmp_path, {})
    assert resume(session.run, {"steps": 8, "views": ["noise:0.1"]}).recipe.views == ("noise:0.1",)


def test_a_damaged_checkpoint_is_not_blamed_on_the_change(tmp_path):
    session = played(tmp_path, {})
    (session.run.checkpoint(4) / "critics.safetensors").write_bytes(b"half")
    with pytest.raises(BrokenRun, match="damaged"):
        resume(session.run, {"steps": 8, "penalties.lecam": 0.3})


def test_after_a_damaged_checkpoint_the_one_before_is_taken_up(tmp_path):
    """What is played again is bit-equal to what was lost."""
    session = played(tmp_path, {})
    lost = session.run.checkpoint(4) / "generators.safetensors"
    whole = lost.read_bytes()
    lost.write_bytes(whole[: len(whole) // 2])
    with pytest.warns(UserWarning, match="damaged.*going on from step 2"):
        again = resume(session.run)
    for _ in again.play():
        pass
    assert lost.read_bytes() == whole


def test_without_its_pointer_a_run_is_taken_up_at_its_last_checkpoint(tmp_path):
    session = played(tmp_path, {})
    (session.run.path / "latest.json").unlink()
    assert resume(session.run).state.step == 4


def test_a_recipe_that_was_edited_by_hand_is_refused(tmp_path):
    session = played(tmp_path, {})
    text = session.run.recipe.read_text()
    session.run.recipe.write_text(text.replace("seed: 0", "seed: 3"))
    with pytest.raises(BrokenRun, match="is not what the run began with"):
        resume(session.run)


def test_a_rare_label_is_known_wherever_it_stands(tmp_path):
    x = np.random.default_rng(0).normal(size=(30_000, 2))
    for row in (0, 20_000, 29_999):
        labels = np.array(["a", "b"])[np.arange(len(x)) % 2].astype("<U4")
        labels[row] = "rare"
        materials = gather(Recipe(), open_source(x, given=labels))
        assert "rare" in materials.spaces["given"].classes


def test_two_domains_that_are_objects_of_one_seed_are_drawn_apart():
    rows = open_source(SOURCES["ring"](0), second=SOURCES["ring"](0)).batch(np.arange(500))
    assert not np.isclose(rows["a"], rows["b"]).all(axis=1).any()


# ---------------------------------------------------------------- where the data lies


@pytest.fixture
def points(tmp_path, monkeypatch):
    """A file of points with labels, in the present folder."""
    monkeypatch.chdir(tmp_path)
    rows = np.random.default_rng(0).standard_normal((300, 2))
    np.save("points.npy", rows)
    np.savez("labelled.npz", x=rows, y=np.arange(300) % 3)
    np.save("beside.npy", np.arange(300) % 2)
    return tmp_path / "points.npy"


RELATIVE = {
    "points": {"data": "points.npy"},
    "two domains": {"data": "points.npy", "second": "points.npy", "game": "cycle"},
    "what is given": {"data": "points.npy", "given": "beside.npy"},
    "what is given within": {"data": "labelled.npz", "given": "y"},
}


@pytest.mark.parametrize("what", RELATIVE)
def test_a_run_resumes_from_another_folder(what, points, monkeypatch):
    session = played(Path("runs"), RELATIVE[what])
    elsewhere = points.parent / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    run = Run(points.parent / session.run.path)
    assert Recipe.read(run.recipe).data == str(points.parent / RELATIVE[what]["data"])
    assert resume(run, {"steps": 8}).state.step == 4


def test_names_that_are_no_files_stay_as_they_were(points, monkeypatch):
    Path("grid").write_text("a file of the name of a source")
    Path("python").write_text("a file of the name of what is passed in")
    assert played(Path("runs"), {"data": "grid"}).recipe.data == "grid"
    rows = np.random.default_rng(1).standard_normal((60, 2))
    assert played(Path("runs"), {"data": "python"}, data=rows).recipe.data == "python"


def test_a_column_goes_before_a_file_of_its_name(points):
    Path("table.csv").write_text("u,kind\n" + "".join(f"{i / 7},{i % 2}\n" for i in range(60)))
    Path("kind").write_text("no table")
    made = played(Path("runs"), {"data": "table.csv", "given": "kind"})
    assert made.recipe.given == "kind"
    assert resume(made.run, {"steps": 8}).state.step == 4


def test_a_file_that_is_gone_is_named(points):
    session = played(Path("runs"), {"data": "points.npy"})
    points.rename("moved.npy")
    with pytest.raises(BadData, match="where there is no file now: put it back") as told:
        resume(session.run)
    assert str(points) in str(told.value)
    assert resume(session.run, {"steps": 8}, data=Path("moved.npy")).state.step == 4


# ---------------------------------------------------------------- the spaces that are kept


def test_the_spaces_of_a_run_are_read_and_never_fitted_again(points, monkeypatch):
    session = played(Path("runs"), {"data": "points.npy"})

    def refuse(space, raw):
        raise AssertionError("a space was fitted again")

    monkeypatch.setattr(Points, "fit", refuse)
    again = resume(session.run, {"steps": 8}).materials.spaces["x"]
    assert again.state() == session.materials.spaces["x"].state()


def test_changed_data_cannot_shift_the_space(points):
    session = played(Path("runs"), {"data": "points.npy"})
    before = session.run.space("x").read_bytes()
    np.save(points, np.load(points, allow_pickle=False) + 5)
    with pytest.raises(BadData, match="fingerprint"):
        resume(session.run, {"steps": 8})
    assert session.run.space("x").read_bytes() == before


def test_a_space_that_is_missing_is_named(tmp_path):
    session = played(tmp_path, {})
    session.run.space("x").unlink()
    with pytest.raises(BrokenRun, match=r"x\.json is missing"):
        resume(session.run)


# ---------------------------------------------------------------- penalties without a critic


def test_penalties_without_a_critic_are_told_how_to_go(tmp_path):
    with pytest.raises(Incompatible, match=r"no critic.*--set penalties=\{\} takes them away"):
        start(Recipe().amended({**TINY, "distance": "mmd"}), tmp_path / "runs")


# ---------------------------------------------------------------- what a surface shows


SHOWN = {
    "through a link": {"distance": "kl", "ratio": "link"},
    "one-sided labels": {"distance": "non-saturating", "labels": ["one-sided:0.9"]},
    "noisy labels": {"distance": "non-saturating", "labels": ["noisy:0.2"]},
    "up to a constant": {"distance": "relativistic"},
    "as it is": {"distance": "non-saturating"},
}
"""Choices under which the score, the log ratio, and what stands between them, differ."""


@pytest.mark.parametrize("what", SHOWN)
def test_a_surface_is_log_p_over_q(what, tmp_path):
    session = played(tmp_path, {"data": "grid", **SHOWN[what]})
    shown, v, fake = surface_and_scores(session)
    wanted = session.state.game.duels[0].distance.log_ratio(v, fake)
    np.testing.assert_allclose(shown, wanted.reshape(shown.shape).numpy(), rtol=1e-6, atol=1e-6)
    assert np.allclose(shown, v.reshape(shown.shape)) == (what == "as it is")
    told = read_lines(session.run.events)[-1]["critics"]["duel"]
    assert told["shown"] == "log-ratio"


@pytest.mark.parametrize("name", ["hinge", "relativistic:hinge"])
def test_a_score_that_is_no_ratio_is_shown_as_it_is(name, tmp_path):
    session = played(tmp_path, {"data": "grid", "distance": name})
    shown, v, _ = surface_and_scores(session)
    np.testing.assert_allclose(shown, v.reshape(shown.shape), rtol=1e-6)
    told = read_lines(session.run.events)[-1]["critics"]["duel"]
    assert told["shown"] == DISTANCES[name].score.value


def surface_and_scores(session):
    """The last surface, the critic's scores of its grid, and those of the fakes of that look."""
    watch, game = session.plan.look, session.state.game.eval()
    streams = watch.streams.at(0, -2)
    gradient_norms(game, watch.some, streams)  # as a look does, which draws first
    with np.load(session.run.look(4), allow_pickle=False) as arrays:
        shown = arrays["surface.duel"]
    with torch.no_grad():
        v = game.duels[0].judge((watch.grid.batch["x"],))
        fake = game.duels[0].judge((game.stage(watch.encoded, streams)["fake"],))
    return shown, v, fake
