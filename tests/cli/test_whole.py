"""Commands that train, from the terminal to the folder: stop, budget, doctor, compare, report."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

import saddle as package
from saddle.runs import Run, held, read_json, write_json

TINY = "--batch 16 --quiet --set looks=4 --set saves=2"
SMALL = "--set generator.width=8 --set critic.width=8"


def only(folder) -> Run:
    (path,) = folder.glob("*/recipe.yaml")
    return Run(path.parent)


def test_a_budget_ends_a_run_and_says_so(saddle, place):
    said = saddle(f"train good.csv {TINY} {SMALL} --budget 2s --out budget")
    told = read_json(only(place / "budget").path / "stop.json")
    assert said.code == 0 and told["reason"] == "budget" and told["ended"] < 15_000
    assert "the budget of 2 s has room for" in said.out
    assert told["sentence"] in said.out


def test_steps_and_never_play_every_step(saddle, place):
    told = json.loads(saddle(f"train good.csv {TINY} {SMALL} --steps 5 --json --out never").out)
    assert told["step"] == 5 and told["stop"] is None
    assert not (only(place / "never").path / "stop.json").exists()
    recipe = json.loads(saddle("train good.csv --dry-run --json").out)
    asked = json.loads(saddle("train good.csv --stop never --dry-run --json").out)
    assert (recipe["stop"], asked["stop"]) == ("auto", "never")


@pytest.mark.parametrize(
    ("words", "named"),
    [("--stop maybe", "auto, never"), ("--budget 0s", "above 0"), ("--budget soon", "30m")],
)
def test_a_wrong_end_is_refused(saddle, place, words, named):
    said = saddle(f"train good.csv {words} --out refused")
    assert said.code == 2 and named in said.err and not (place / "refused").exists()


def test_the_doctor_finds_a_frozen_run_and_mends_it(saddle, place):
    saddle(f"train gaussian:2 {SMALL} --batch 16 --quiet --steps 40 --set looks=20"
           " --set saves=4 --set schedules.rate.hold=0 --out frozen")  # fmt: skip
    run = only(place / "frozen")
    told = json.loads(saddle("doctor --runs frozen --json").out)
    assert "stuck" in {one["key"] for one in told["now"]}
    failing = saddle("doctor --runs frozen --fail")
    assert failing.code == 1 and "a learning rate is nought" in failing.out
    mended = json.loads(saddle("doctor --runs frozen --apply --quiet --json").out)
    assert mended["played"] == mended["run"] == "frozen/" + run.name
    assert mended["applied"]["key"] in {"stuck", "vanishing-gradient"}
    assert isinstance(mended["helped"], bool) and mended["words"].startswith("it ")
    assert run.latest() == 80


def test_nothing_is_applied_where_nothing_is_wrong(saddle):
    said = saddle("doctor 1 --apply")
    assert said.code == 0 and "nothing to apply" in said.out
    told = json.loads(saddle("doctor 1 --apply --json").out)
    assert told["applied"] is None and told["before"] == []


def test_a_run_that_another_process_plays_is_left_alone(saddle, place):
    saddle(f"train good.csv {TINY} {SMALL} --steps 4 --out busy")
    run = only(place / "busy")
    before = run.events.read_bytes()
    code = "import sys; from pathlib import Path; from saddle.runs import held\n"
    code += "with held(Path(sys.argv[1])): print(1, flush=True); input()"
    child = subprocess.Popen(
        [sys.executable, "-c", code, str(run.path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdout is not None and child.stdout.readline() == "1\n"
    said = saddle("resume --runs busy --steps 2 --quiet")
    assert said.code == 2 and "is being played by another process" in said.err
    assert saddle("doctor --runs busy").code == 0
    assert run.events.read_bytes() == before
    child.communicate("\n", timeout=60)
    assert saddle("resume --runs busy --steps 2 --quiet").code == 0 and run.latest() == 6
    with held(run.path), held(run.path):  # as often as one process likes
        pass


def test_a_report_keeps_what_an_evaluation_of_the_same_weights_found(saddle, place):
    saddle(f"train good.csv {TINY} {SMALL} --steps 4 --out kept")
    path = only(place / "kept").path / "evaluation.json"
    before = path.read_bytes()
    said = saddle(f"evaluate {path.parent} --fail-under covrage=.8")
    assert said.code == 2 and "did you mean 'coverage'?" in said.err
    assert path.read_bytes() == before and said.err.startswith("saddle: "), "before any work"
    one = {"evaluation": 1, "tests": [], "equivalence": None, "measures": [], "memory": None}
    one |= {"notes": [], "sides": {}, "name": "samples", "n": 9, "columns": ["u", "v"]}
    more = {"why": {"text": ["a", "b"]}, "verdict": {"sentences": ["Kept."]}, "baselines": None}
    duality = {"gap": 0.5}
    write_json(path, {**read_json(path), "judged": {"x": {**one, **more}}, "duality": duality})
    assert "Kept." in saddle("report kept/00001-good-csv-gan-relativistic").out
    assert read_json(path)["judged"]["x"]["why"] == more["why"]
    assert read_json(path)["duality"] == duality
    saddle("resume --runs kept --steps 1 --quiet")
    assert read_json(path).keys() & {"duality"} == set() and read_json(path)["judged"] == {}
    path.write_text("{")
    assert saddle("report kept/00001-good-csv-gan-relativistic").code == 0
    assert read_json(path)["step"] == 5


def test_a_comparison_is_played_once_and_told_again(saddle, place):
    words = f"compare good.csv --distance kl,hinge --seeds 2 --steps 4 {SMALL} --out pair --quiet"
    said = saddle(f"{words} --batch 16 --set looks=2 --set saves=1 --jobs 1")
    assert said.code == 0 and said.out.splitlines()[0].split()[:2] == ["contender", "value"]
    assert (place / "pair" / "compare.html").stat().st_size > 1_000
    events = {p: p.read_bytes() for p in place.glob("pair/*/*/events.jsonl")}
    told = json.loads(saddle("compare --out pair --json").out)
    assert len(events) == 4 and told["failed"] == [0, 0] and set(told["runs"]) == {"kl", "hinge"}
    assert {p: p.read_bytes() for p in events} == events
    for seeds in ("3,3", "5-3"):
        assert saddle(f"compare ring --distance kl,js --seeds {seeds} --dry-run").code == 2
    alone = saddle("compare good.csv --distance kl --dry-run")
    assert alone.code == 2 and "two contenders" in alone.err
    assert package.compare([*place.glob("pair/*/0*")]).names
