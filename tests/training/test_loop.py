"""When something breaks, the loop says where, and nothing that was saved is lost."""

import errno
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace

import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from torch import nn

from saddle import runs
from saddle.build.resuming import amended, resume, unfinished
from saddle.errors import BadValue, BrokenRun, Incompatible, NonFinite, RunError, UserError
from saddle.presets import started_from
from saddle.runs import Run, read_json, read_lines
from saddle.training.watchers import Watcher
from training.small import abandon, begun, differences, played, recipe


class Breaks(nn.Module):
    """A generator whose hidden layer gives nan from the moment that it is told to."""

    def __init__(self):
        super().__init__()
        self.first, self.second = Poisoned(), nn.Linear(8, 2)

    def forward(self, z):
        return self.second(self.first(z))


class Poisoned(nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(2, 8))
        self.broken = False

    def forward(self, z):
        h = z @ self.weight
        return h * float("nan") if self.broken else h


# ---------------------------------------------------------------- numbers that are not finite


def test_nan_in_a_layer_is_told_with_step_layer_and_last_good_checkpoint(tmp_path):
    session = begun(tmp_path, recipe(), own={"generator": Breaks()})
    layer = session.state.game.generators["generator"].first
    with pytest.raises(NonFinite) as told:
        for moment in session.play():
            layer.broken = moment.step == 5
    assert "step 5:" in str(told.value)
    assert "output of generators.generator.first" in str(told.value)
    assert "step 4 is saved and good" in str(told.value)
    assert session.run.latest() == 4
    session.run.verify(4)


def test_a_weight_that_explodes_is_named(tmp_path):
    session = begun(tmp_path, recipe())
    weights = session.state.game.critics
    name, weight = next(iter(weights.named_parameters()))
    with pytest.raises(NonFinite, match=re.escape(f"the weights of critics.{name}")) as told:
        for moment in session.play():
            if moment.step == 6:
                weight.data[0] = float("inf")
    assert "step 4 is saved and good" in str(told.value)
    assert "saddle resume" in str(told.value)


def test_a_rate_far_too_large_stops_the_run_and_says_what_to_do(tmp_path):
    huge = {"name": "sgd", "rate": 1e30}
    made = recipe(optimise_generator=huge, optimise_critic=huge, penalties={})
    session = begun(tmp_path, made)
    with pytest.raises(NonFinite, match="smaller learning rate"):
        played(session)


@pytest.mark.parametrize("step", [3, 4, 6])
def test_what_is_not_finite_is_never_saved(step, tmp_path):
    """A weight may turn nan on the very last move before a look, a save, or Ctrl-C."""
    session = begun(tmp_path, recipe())
    weight = next(session.state.game.generators.parameters())
    turn = session.state.rule.turn

    def spoilt(teams, loss):
        turn(teams, loss)
        if session.state.step + 1 == step:
            weight.data[0] = float("nan")

    session.state.rule.turn = spoilt
    session.plan = replace(session.plan, stop=lambda: session.state.step == step)
    with pytest.raises(NonFinite, match=f"step {step}: the weights of generators"):
        played(session)
    assert session.run.latest() == step // 4 * 4 - 4 * (step % 4 == 0)
    for saved in session.run.saved():
        for path in session.run.checkpoint(saved).glob("*.safetensors"):
            assert all(torch.isfinite(v).all() for v in load_file(path).values())
    assert [line["step"] for line in read_lines(session.run.events)][-1] < step


def test_a_quantity_that_is_not_finite_is_written_as_not_measured(tmp_path):
    session = begun(tmp_path, recipe())
    seen = session.plan.look

    def look(*arguments):
        found = seen(*arguments)
        found.numbers["watch"]["value"] = float("nan")
        return found

    session.plan = replace(session.plan, look=look)
    run = played(session)
    assert all(line["watch"]["value"] is None for line in read_lines(run.events))
    assert run.best() is None


# ---------------------------------------------------------------- checkpoints


def test_a_flipped_bit_is_found_and_its_file_named(tmp_path):
    run = played(begun(tmp_path, recipe()))
    for path in sorted(run.checkpoint(12).glob("*.*")):
        good = path.read_bytes()
        path.write_bytes(good[:-1] + bytes([good[-1] ^ 1]))
        with pytest.raises(BrokenRun, match=f"damaged: {path.name}"):
            run.verify(12)
        path.write_bytes(good)
    run.verify(12)


def test_a_damaged_checkpoint_gives_way_to_the_one_before_and_that_is_said(tmp_path):
    run = played(begun(tmp_path, recipe()))
    (run.checkpoint(12) / "SHA256SUMS").unlink()
    with pytest.warns(UserWarning, match="SHA256SUMS is missing.*going on from step 8"):
        again = resume(run)
    assert again.state.step == 8
    played(again)
    run.verify(12)


def test_nothing_is_changed_of_a_run_whose_last_checkpoint_is_damaged(tmp_path):
    run = played(begun(tmp_path, recipe()))
    (run.checkpoint(12) / "SHA256SUMS").unlink()
    with pytest.raises(BrokenRun, match="SHA256SUMS is missing.*again from step 8"):
        resume(run, {"penalties.r1": 2.0})
    assert not run.amendments.exists()


@pytest.mark.parametrize("sums", [b"", b"\xff\xfe", b"00  generators.safetensors\n"])
def test_sums_that_are_damaged_themselves_are_damage(tmp_path, sums):
    run = played(begun(tmp_path, recipe()))
    (run.checkpoint(12) / "SHA256SUMS").write_bytes(sums)
    at, wrong = run.newest_whole()
    assert at == 8 and "damaged" in str(wrong)


def test_a_checkpoint_that_the_pointer_names_and_is_gone_is_told_of(tmp_path):
    run = played(begun(tmp_path, recipe()))
    shutil.rmtree(run.checkpoint(12))
    with pytest.warns(UserWarning, match="00000012 is incomplete.*going on from step 8"):
        resume(run)


def test_no_going_back_behind_an_amendment(tmp_path):
    run = played(begun(tmp_path, recipe()))
    abandon(resume(run, {"steps": 16, "penalties.r1": 2.0}), 1)
    shutil.rmtree(run.checkpoint(12))
    with pytest.raises(BrokenRun, match="step 8 is whole, but values were changed after it"):
        resume(run)


def test_a_finished_run_whose_last_checkpoint_is_damaged_can_be_taken_up(tmp_path):
    run = played(begun(tmp_path, recipe()))
    assert run.latest() == recipe().steps
    with pytest.raises(BadValue, match="is finished"):
        unfinished(run, {})
    (run.checkpoint(12) / "SHA256SUMS").unlink()
    assert unfinished(run, {}) == {}


def test_the_last_two_checkpoints_and_the_best_are_kept(tmp_path):
    run = played(begun(tmp_path, recipe(steps=48, saves=6, looks=12)))
    assert set(run.saved()) == {40, 48, run.best()}
    watched = {line["step"]: line["watch"]["value"] for line in read_lines(run.events)}
    assert watched[run.best()] == min(watched[step] for step in (0, 8, 16, 24, 32, 40, 48))


# ---------------------------------------------------------------- amendments, other runs


def test_amendments_are_recorded_and_hold_after_every_later_resume(tmp_path):
    run = played(begun(tmp_path, recipe()), until=5)
    played(resume(run, {"penalties.r1": 2.0, "optimise_critic.rate": 1e-4}), until=7)
    lines = read_lines(run.amendments)
    assert [(line["step"], line["key"], line["new"]) for line in lines] == [
        (5, "penalties.r1", 2.0),
        (5, "optimise_critic.rate", 1e-4),
    ]
    session = resume(run)
    assert session.recipe.penalties["r1"] == 2.0
    assert session.recipe.optimise_critic.rate == 1e-4
    played(session)
    assert read_lines(run.amendments) == lines


def test_an_amended_run_resumes_to_the_same_bits(tmp_path):
    change = {"penalties.r1": 2.0}
    alone = played(begun(tmp_path / "alone", recipe()), until=5)
    played(resume(alone, change))
    often = played(begun(tmp_path / "often", recipe()), until=5)
    abandon(resume(often, change), 7)
    played(resume(often))
    assert differences(alone, often) == []


def test_an_amendment_changes_the_weights(tmp_path):
    plain = played(begun(tmp_path / "plain", recipe()))
    other = played(begun(tmp_path / "other", recipe()), until=5)
    played(resume(other, {"penalties.r1": 2.0}))
    assert any(name.startswith("critics") for name in differences(plain, other))


def test_added_steps_hold_and_decay_again(tmp_path):
    run = played(begun(tmp_path, recipe(**{"schedules.decay": 0.5, "schedules.warm": 0.0})))
    session = resume(run, {"steps": 24})
    assert session.plan.clock.decay == 18
    assert played(session).latest() == 24
    assert amended(run)[1] == session.plan.clock


REFUSED = {"penalties.nonsense": 1.0, "schedules.warm": 0.99, "rule": "sideways"}


@pytest.mark.parametrize("key", REFUSED)
def test_a_change_that_is_refused_is_not_recorded(key, tmp_path):
    """Else the run could never be taken up again."""
    run = played(begun(tmp_path, recipe()), until=5)
    with pytest.raises(UserError):
        resume(run, {key: REFUSED[key]})
    assert read_lines(run.amendments) == []
    assert played(resume(run)).latest() == 12


@pytest.mark.parametrize("key", ["seed", "generator.width", "batch", "data"])
def test_what_would_be_another_run_is_refused(key, tmp_path):
    run = played(begun(tmp_path, recipe()), until=5)
    with pytest.raises(Incompatible, match="saddle train --from"):
        resume(run, {key: 16})
    assert read_lines(run.amendments) == []


def test_fewer_steps_than_are_played_are_refused(tmp_path):
    run = played(begun(tmp_path, recipe()))
    with pytest.raises(BadValue, match="at least 12"):
        resume(run, {"steps": 4})


def test_from_a_run_starts_at_its_weights_and_nothing_else(tmp_path):
    first = played(begun(tmp_path, recipe()))
    session = begun(tmp_path, started_from(first))
    assert session.state.step == 0
    kept = load_file(first.checkpoint(12) / "generators.safetensors")
    now = session.state.game.generators.state_dict()
    assert all(torch.equal(kept[f"live.{key}"], value) for key, value in now.items())
    mean = session.state.average.module.state_dict()
    assert all(torch.equal(kept[f"average.{key}"], value) for key, value in mean.items())
    critics = load_file(first.checkpoint(12) / "critics.safetensors")
    assert all(
        torch.equal(critics[key], value)
        for key, value in session.state.game.critics.state_dict().items()
    )
    assert all(not team.optimiser.state for team in session.state.teams.values())
    assert played(session).latest() == 12


# ---------------------------------------------------------------- the disk


class FullDisk:
    """Refuses what is written from the moment that it is full."""

    def __init__(self, monkeypatch, where):
        self.full = False
        real = {"open": open, "replace": os.replace, "fsync": os.fsync}[where]

        def act(*arguments, **kinds):
            writes = where != "open" or set("wa") & set(str(arguments[1:]) + str(kinds))
            if self.full and writes:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            return real(*arguments, **kinds)

        if where == "open":
            monkeypatch.setattr(runs, "open", act, raising=False)
        else:
            monkeypatch.setattr(os, where, act)


@pytest.mark.parametrize("where", ["open", "replace", "fsync"])
@pytest.mark.parametrize("step", [5, 7])
def test_a_full_disk_leaves_the_last_checkpoint_good(where, step, monkeypatch, tmp_path):
    """It fills before a look (5) or before a save without one (7)."""
    made = recipe(looks=6, saves=3)
    alone = played(begun(tmp_path / "alone", made))
    disk = FullDisk(monkeypatch, where)
    session = begun(tmp_path / "full", made)
    session.plan = replace(session.plan, stop=lambda: session.state.step == 7)
    with pytest.raises(RunError, match="cannot be written .No space left") as told:
        for moment in session.play():
            disk.full = moment.step >= step - 1
    assert "still good" in str(told.value)
    assert session.run.latest() == 4
    session.run.verify(4)
    disk.full = False
    played(resume(session.run))
    assert differences(alone, session.run) == []


# ---------------------------------------------------------------- Ctrl-C


def test_ctrl_c_saves_and_says_how_to_go_on(tmp_path):
    file = tmp_path / "recipe.yaml"
    recipe(steps=100_000, looks=10_000, saves=10).write(file)
    program = "from saddle.cli import main; main()"
    arguments = ["train", "--recipe", str(file), "--out", str(tmp_path / "runs"), "--quiet"]
    process = subprocess.Popen(
        [sys.executable, "-c", program, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    while process.poll() is None and not _looked(tmp_path / "runs"):
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    said, complained = process.communicate(timeout=120)
    assert process.returncode == 130, complained
    run = Run.last(tmp_path / "runs")
    step = run.latest()
    assert 0 < step < 100_000
    run.verify(step)
    told = re.sub(r"\s+", "", said + complained)
    assert re.sub(r"\s+", "", f"saddle resume {run.path}") in told
    assert resume(run).state.step == step


def _looked(out):
    return any(path.read_text().count("\n") > 2 for path in out.glob("*/events.jsonl"))


# ---------------------------------------------------------------- watchers


def test_a_watcher_that_blocks_forever_stalls_nothing(tmp_path):
    never = threading.Event()
    watcher = Watcher(lambda event: never.wait(), room=2)
    for moment in begun(tmp_path, recipe(steps=24, looks=24)).play():
        if moment.event is not None:
            watcher.tell(moment.event)
    assert moment.step == 24
    assert watcher.left_out >= 20
    watcher.close(patience=0.05)
    never.set()


def test_a_watcher_that_raises_is_dropped_with_one_warning(tmp_path):
    def write(event):
        raise ValueError("no such board")

    with pytest.warns(UserWarning, match="no such board") as told:
        watcher = Watcher(write)
        for moment in begun(tmp_path, recipe()).play():
            if moment.event is not None:
                watcher.tell(moment.event)
        watcher.close()
    assert len(told) == 1
    assert isinstance(watcher.failed, ValueError)


def test_a_watcher_is_told_every_event_in_order(tmp_path):
    seen = []
    watcher = Watcher(seen.append)
    session = begun(tmp_path, recipe())
    for moment in session.play():
        if moment.event is not None:
            watcher.tell(moment.event)
    watcher.close()
    assert [event["step"] for event in seen] == [0, 2, 4, 6, 8, 10, 12]
    live = [(event.pop("findings"), event.pop("faults")) for event in seen]
    assert seen == read_lines(session.run.events)
    assert live[0] == ([], [])
    assert all(isinstance(held, list) for pair in live for held in pair)


# ---------------------------------------------------------------- the record


def test_every_look_leaves_a_line_and_its_arrays(tmp_path):
    run = played(begun(tmp_path, recipe()))
    lines = read_lines(run.events)
    assert [line["step"] for line in lines] == [0, 2, 4, 6, 8, 10, 12]
    assert {int(path.stem) for path in run.looks.glob("*.npz")} == {0, 2, 4, 6, 8, 10, 12}
    for line in lines:
        json.dumps(line, allow_nan=False)
        with np.load(run.look(line["step"])) as arrays:
            assert all(np.isfinite(arrays[key]).all() for key in arrays.files)
    assert read_json(run.path / "latest.json") == {"step": 12}


def test_looking_changes_nothing(tmp_path):
    """However often a run is looked at and saved, its weights are the same bits."""
    rare = played(begun(tmp_path / "rare", recipe(looks=1, saves=1)))
    often = played(begun(tmp_path / "often", recipe(looks=12, saves=12)))
    for file in ("generators", "critics", "state"):
        a, b = (load_file(run.checkpoint(12) / f"{file}.safetensors") for run in (rare, often))
        assert a.keys() == b.keys()
        assert all(torch.equal(a[key], b[key]) for key in a)


def test_nothing_draws_from_a_global_stream(global_streams_rest, tmp_path):
    played(begun(tmp_path, recipe(views=["noise:0.1", "replay:2"])))
