"""Comparisons that are played, stopped, taken up again, and refused."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import numpy as np
import pytest

import saddle
from saddle.compare.api import played
from saddle.compare.contenders import Asked
from saddle.compare.design import Design, design, read
from saddle.compare.existing import of_runs
from saddle.compare.outcome import outcome
from saddle.compare.playing import play_unit, run_of, units
from saddle.doctor import FAILURE
from saddle.errors import BadValue, Incompatible, UnknownName
from saddle.runs import Run, read_lines, write_json

TINY = ["steps=12", "looks=3", "saves=3", "batch=8", "generator.width=8", "critic.width=8"]


def tiny(*distances: str, together: bool = True, seeds: tuple[int, ...] = (0, 1)) -> Design:
    asked = Asked(distances or ("kl", "js"), settings=TINY)
    contenders = asked.contenders({"data": "ring", "threads": 1})
    return design(contenders, seeds, measure="sliced-w1", together=together)


def test_a_batch_and_one_by_one_come_to_the_same(tmp_path: Path) -> None:
    for name, together in (("batch", True), ("alone", False)):
        played(tiny(together=together), tmp_path / name, jobs=0)
    one, other = (outcome(read(tmp_path / n), tmp_path / n) for n in ("batch", "alone"))
    for name in ("kl", "js"):
        for a, b in zip(one.curves[name], other.curves[name], strict=True):
            assert a.value == pytest.approx(b.value, rel=1e-4) and (a.step == b.step).all()
    assert one.names == ("kl", "js") and len(one.sentences) == 2
    assert json.loads(json.dumps(one.json, allow_nan=False))["smallest_p"] == 0.5


def test_finished_runs_are_not_played_again(tmp_path: Path) -> None:
    made = tiny(together=False)
    made.write(tmp_path)
    first, *rest = units(made, tmp_path)
    assert play_unit(made, tmp_path, first) and units(made, tmp_path) == rest
    run = run_of(made, tmp_path, *first[:1], first[1][0])
    assert run is not None
    before = run.events.stat().st_mtime_ns
    played(made, tmp_path, jobs=0)
    assert run.events.stat().st_mtime_ns == before and units(made, tmp_path) == []


@pytest.mark.parametrize("together", [True, False])
def test_what_was_stopped_goes_on_where_it_was(together: bool, tmp_path: Path) -> None:
    made = tiny(together=together)
    made.write(tmp_path)
    asked = iter([False] * 6)
    unit = units(made, tmp_path)[0]
    assert not play_unit(made, tmp_path, unit, lambda: next(asked, True))
    run = run_of(made, tmp_path, 0, unit[1][0])
    assert run is not None and 0 < (run.latest() or 0) < 12
    played(made, tmp_path, jobs=0)
    assert [line["step"] for line in read_lines(run.events)] == [0, 4, 8, 12]


def test_a_failed_run_is_told_and_not_played_again(tmp_path: Path) -> None:
    made = tiny()
    played(made, tmp_path, jobs=0)
    run = run_of(made, tmp_path, 1, 0)
    assert run is not None
    write_json(run.path / FAILURE, {"step": 3, "error": "step 3: the critic's duel is nan"})
    assert units(made, tmp_path) == []
    assert outcome(made, tmp_path).verdict.failed == [0, 1]


def test_a_folder_of_another_comparison_is_refused(tmp_path: Path) -> None:
    tiny().write(tmp_path)
    tiny().write(tmp_path)
    with pytest.raises(BadValue, match=r"holds another comparison \(kl, js; seeds 0 to 1\)"):
        tiny("kl", "hinge").write(tmp_path)
    (tmp_path / "else").mkdir()
    (tmp_path / "else" / "notes.txt").write_text("mine")
    with pytest.raises(BadValue, match="no comparison and not empty"):
        tiny().write(tmp_path / "else")
    with pytest.raises(UnknownName, match="holds no comparison"):
        read(tmp_path / "else")


def test_runs_that_are_there_are_grouped_by_what_sets_them_apart(tmp_path: Path) -> None:
    made = tiny()
    played(made, tmp_path, jobs=0)
    runs = [Run(path.parent) for path in sorted(tmp_path.glob("*/*/recipe.yaml"))]
    found = of_runs(runs)
    assert found.names == ("js", "kl")
    assert [pair.against.n for pair in found.verdict.at_step[1:] if pair.against] == [2]
    assert saddle.compare([str(run.path) for run in runs]).sentences == found.sentences
    with pytest.raises(BadValue, match="differ in nothing but the seed"):
        of_runs(runs[:2])
    other = saddle.GAN(steps=1, out=tmp_path, settings={"looks": 1, "saves": 1}).fit("grid")
    with pytest.raises(Incompatible, match="different data"):
        of_runs([*runs, other.run_])


def test_runs_on_other_rows_of_one_name_are_refused(tmp_path: Path) -> None:
    rows = np.random.default_rng(0).normal(size=(200, 2))
    how = {"steps": 1, "batch": 16, "settings": {"looks": 1, "saves": 1}, "out": tmp_path}
    kl, js, other = (
        saddle.GAN(distance=name, **how).fit(data).run_  # type: ignore[arg-type]
        for name, data in (("kl", rows), ("js", rows), ("js", rows + 5))
    )
    assert of_runs([kl, js]).notes == of_runs([js, kl]).notes
    with pytest.raises(Incompatible, match="one name, other rows"):
        of_runs([kl, other])
    again = saddle.GAN(distance="kl", **how).fit(rows).run_  # type: ignore[arg-type]
    assert "1 of the runs have recipe and seed of another" in of_runs([kl, js, again]).notes[1]


def test_children_end_saved_on_ctrl_c_and_the_command_goes_on(tmp_path: Path) -> None:
    words = [sys.executable, "-m", "saddle", "compare", "ring", "--distance", "kl,js", "--seeds"]
    more = ["2", "--steps", "4000", "--batch", "8", "--out", str(tmp_path / "c"), "--quiet"]
    heard = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)  # also behind a shell's &
    parent = subprocess.Popen([*words, *more], stderr=subprocess.PIPE, text=True, preexec_fn=heard)
    waited = time.monotonic() + 120
    while not list(tmp_path.glob("c/*/*/events.jsonl")) and time.monotonic() < waited:
        time.sleep(0.1)
    os.kill(parent.pid, signal.SIGINT)
    _, said = parent.communicate(timeout=120)
    assert parent.returncode == 130
    assert f"go on with: saddle compare --out {tmp_path / 'c'}" in said
    made = read(tmp_path / "c")
    begun = [run_of(made, tmp_path / "c", k, s) for k in (0, 1) for s in (0, 1)]
    assert any(run is not None and run.latest() is not None for run in begun)
    assert not list(tmp_path.glob("c/.worker*"))


def test_the_command_compares_and_reads_again(tmp_path: Path) -> None:
    out = tmp_path / "c"
    words = ["ring", "--distance", "kl,js", "--seeds", "2", "--steps", "30", "--out", str(out)]
    settings = ["--set", "looks=3", "--set", "critic.width=8", "--jobs", "1", "--json"]
    first = json.loads(saddle_says("compare", *words, *settings))
    assert [it["name"] for it in first["equal_steps"]["contenders"]] == ["kl", "js"]
    assert first["equal_steps"]["step"] == 30 and first["measure"] == "sliced-w1"
    assert (out / "compare.png").stat().st_size > 10_000
    again = saddle_says("compare", "--out", str(out))
    assert again.splitlines()[0].startswith("contender") and "smallest reachable 0.5" in again
    assert "5 samples of step 30" in saddle_says("sample", str(next(out.glob("kl/*"))), "-n", "5")


def saddle_says(*words: str) -> str:
    done = subprocess.run([sys.executable, "-m", "saddle", *words], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert max(map(len, done.stdout.splitlines())) < 200
    return done.stdout
