"""What commands say where nothing is wrong: short help, tables of 80 columns, JSON, files."""

from __future__ import annotations

import json
import re
import signal

import numpy as np
import pytest
from rich.console import Console

import saddle as package
from saddle import terminal
from saddle.cli import app
from saddle.errors import UnknownName
from saddle.training.schedules import Clock

COMMANDS = sorted(command.name or command.callback.__name__ for command in app.registered_commands)
LISTED = [
    "activations", "baselines", "critics", "data", "distances", "encoders", "flows", "games",
    "generators", "labels", "measures", "noises", "objectives", "penalties", "presets",
    "ratios", "recorded", "rules", "sources", "tests", "views", "weights",
]  # fmt: skip


def wide(text: str) -> list[str]:
    return [line for line in text.splitlines() if len(line) > 80]


def test_alone_it_gives_three_things_to_try(saddle):
    said = saddle("")
    assert said.code == 0
    assert re.findall(r"^  saddle (\S+)", said.out, re.M) == ["train", "train", "data"]


def test_it_tells_its_version(saddle):
    assert saddle("--version").out == f"saddle {package.__version__}\n"


@pytest.mark.parametrize("command", ["", *COMMANDS], ids=str)
def test_help_is_short_and_plain(saddle, command):
    said = saddle(f"{command} --help")
    assert said.code == 0 and not wide(said.out)
    assert len(said.out.splitlines()) < 45
    noise = re.findall(r"<\w+>|\{\w+\}|\[required\]|\bTEXT\b|\bINTEGER\b|\bPATH\b", said.out)
    assert not noise
    if command:
        first = said.out.splitlines()[2].strip()
        assert first[0].isupper() and first.endswith(".")
    else:
        assert "..." not in said.out.partition("Commands:")[2]


@pytest.mark.parametrize("kind", ["", *LISTED], ids=str)
def test_lists_fit_and_say_the_same_as_json(saddle, kind):
    table = saddle(f"list {kind}").out
    rows = json.loads(saddle(f"list {kind} --json").out)
    assert not wide(table) and rows
    flat = re.sub(r"\s+", "", table)
    for row in rows:
        first = next(iter(row.values()))
        assert first in table or re.sub(r"\s+", "", first) in flat


def test_the_list_of_kinds_is_the_list_of_kinds(saddle):
    assert sorted(row["kind"] for row in json.loads(saddle("list --json").out)) == LISTED


def test_distances_say_what_a_score_means_and_what_is_minimised(saddle):
    rows = {row["name"]: row for row in json.loads(saddle("list distances --json").out)}
    assert rows["kl"]["score"] == "log-ratio"
    assert rows["mmd"]["score"] == "no critic"
    assert all(row["minimises"] for row in rows.values())


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (
            "inspect good.csv",
            ["rows", "60", "parts", "train 48, watch 6, final 6", "gan (the default), bigan"],
        ),
        ("inspect named.csv --columns u,v --given kind", ["2 labels: left", "conditional"]),
        ("inspect good.csv moons", ["a (points), b (points)", "cycle (the default), align"]),
        ("inspect ring", ["endless", "8, std 0.01", "exact"]),
    ],
    ids=str,
)
def test_inspect_shows_a_card(saddle, line, words):
    said = saddle(line)
    assert said.code == 0 and not wide(said.out)
    for word in words:
        assert word in said.out
    told = json.loads(saddle(f"{line} --json").out)
    assert told["facts"]["plays"] and isinstance(told["warnings"], list)


def test_a_dry_run_prints_a_recipe_that_is_read_back(saddle, place):
    text = saddle("train good.csv --steps 7 --dry-run --json").out
    assert json.loads(text)["game"] == "gan" and json.loads(text)["steps"] == 7
    (place / "again.yaml").write_text(text)
    assert saddle("train --recipe again.yaml --dry-run --json").out == text
    told = saddle("train --recipe again.yaml --dry-run").out
    assert re.search(r"^source +\S*good.csv", told, re.M) and "7 turns" in told


def test_train_prints_one_json_object(saddle):
    line = "train good.csv --steps 2 --batch 16 --quiet --json --out elsewhere"
    told = json.loads(saddle(f"{line} --set looks=1 --set saves=1").out)
    assert told["step"] == 2 and told["measures"][0].keys() >= {"name", "value", "floor", "n"}


def test_resume_adds_turns_to_the_latest_run(saddle, place):
    saddle("train good.csv --steps 2 --batch 16 --quiet --out again")
    said = saddle("resume --runs again --steps 1 --quiet")
    assert "at step 2 of 3" in said.out and "report  again/00001-" in said.out


@pytest.mark.parametrize(
    ("run", "ending"),
    [("1", ".npy"), *(("2 --given right", e) for e in (".csv", ".npz", ".png"))],
)
def test_samples_go_to_every_kind_of_file(saddle, place, run, ending):
    said = saddle(f"sample {run} -n 7 --out drawn{ending}")
    assert said.code == 0 and f"7 samples of step 2 in drawn{ending}" in said.out
    assert (place / f"drawn{ending}").stat().st_size > 0


@pytest.mark.parametrize(("run", "keys"), [("2", "x and given"), ("3", "a and b")])
def test_a_file_of_one_array_is_refused_where_it_would_lose_keys(saddle, place, run, keys):
    said = saddle(f"sample {run} -n 7 --out lost.npy")
    told = " ".join(said.err.split())
    assert said.code == 2 and ".npz or .csv" in told and keys in told
    assert not (place / "lost.npy").exists()


def test_samples_carry_the_names_of_the_columns(saddle, place):
    saddle("sample 2 -n 3 --given right --out named-samples.csv")
    lines = (place / "named-samples.csv").read_text().splitlines()
    assert lines[0] == "u,v,given" and len(lines) == 4 and lines[1].endswith(",right")


def test_there_and_back_again(saddle, place):
    assert "60 rows in there.csv" in saddle("translate 3 good.csv --out there.csv").out
    saddle("translate 3 there.csv --back --out back.npy")
    start = np.loadtxt(place / "good.csv", delimiter=",", skiprows=1)
    np.testing.assert_allclose(np.load(place / "back.npy"), start, atol=1e-4)  # float32 inside
    assert "60 rows in good-encoded.csv" in saddle("encode 3 good.csv").out


def test_latents_of_both_domains_lead_to_the_same_place(saddle, place):
    saddle("translate 3 good.csv --out there.csv")
    saddle("encode 3 good.csv --out here.npy")
    saddle("encode 3 there.csv --back --out there.npy")
    here, there = np.load(place / "here.npy"), np.load(place / "there.npy")
    np.testing.assert_allclose(here, there, atol=1e-4)  # float32 inside
    assert not np.allclose(np.loadtxt(place / "good.csv", delimiter=",", skiprows=1), here)


def test_log_likelihoods_have_a_door(saddle, place):
    told = json.loads(saddle("encode 3 good.csv --log-prob --json --out lp.npy").out)
    kept = np.load(place / "lp.npy")
    assert kept.shape == (60,) and told["rows"] == 60
    assert told["mean_log_prob"] == pytest.approx(kept.mean())
    assert (
        "60 rows in good-log_prob.csv, mean log prob" in saddle("encode 3 good.csv --log-prob").out
    )
    assert (place / "good-log_prob.csv").read_text().startswith("log_prob\n")


@pytest.mark.parametrize(
    "line",
    ["sample 1 -n 5 --out j.npy", "translate 3 good.csv --out j.npy", "encode 3 good.csv --back",
     "train ring --dry-run", "list distances alpha:0.3", "inspect ring", "cite 1", "runs"],
)  # fmt: skip
def test_every_command_speaks_json(saddle, line):
    assert json.loads(saddle(f"{line} --json").out)


def test_one_entry_is_told_in_full(saddle):
    said = saddle("list distances alpha:0.3").out
    assert "alpha:0.3" in said and "the alpha-divergence of A = 0.3" in said


def test_inspect_says_how_to_go_on(saddle):
    said = saddle("inspect named.csv --columns u,v --given kind").out
    assert "next  saddle train named.csv --columns u,v --given kind" in said


def test_runs_are_listed_the_damaged_ones_too(saddle, place):
    damaged = place / "odd" / "00001-odd"
    damaged.mkdir(parents=True, exist_ok=True)
    (damaged / "recipe.yaml").write_text("steps: many")
    assert "00001-odd (damaged)" in re.sub(r"\s+\n", "\n", saddle("runs odd").out)
    rows = json.loads(saddle("runs --json").out)
    assert [row["game"] for row in rows[:3]] == ["gan", "conditional", "align"]
    assert not wide(saddle("runs").out)


def test_cite_prints_what_the_run_used_and_nothing_else(saddle):
    keys = {row["key"] for row in json.loads(saddle("cite 3 --json").out)}
    assert {"grover2020", "durkan2019"} <= keys
    text = saddle("cite 1").out
    assert text.count("@") >= 3 and "grover2020" not in text


def test_report_measures_again(saddle, place):
    told = json.loads(saddle("report 1 --json").out)
    assert told["report"].endswith("report.html") and told["critic"]["measured"] is False
    said = saddle("report 1")
    assert not wide(said.out.partition("report  ")[0])
    lines = said.out.splitlines()
    assert lines[-3].startswith("found   sliced-w(x) ") and "real rows" in lines[-3]
    assert lines[-1].startswith("next    saddle sample runs/00001-")


# ------------------------------------------------------------------------------------- terminal


@pytest.mark.parametrize("width", [20, 40, 60, 80, 200])
def test_progress_never_wraps(width):
    parts = [
        "decay 12000/14000",
        "310/s",
        "0:06 left",
        "distance 0.100 (floor 0.020)",
        "modes 25/25",
    ]
    line = terminal.fitted(parts, width)
    assert len(line) < width and line.startswith("decay")
    assert (width >= 80) == line.endswith("modes 25/25")


def lines_of(seconds, steps, monkeypatch, capsys):
    from types import SimpleNamespace

    now = {"time": 0.0}
    monkeypatch.setattr(terminal.time, "monotonic", lambda: now["time"])

    held = {"phase": SimpleNamespace(value="hold"), "clock": Clock(0, steps, steps), "words": ""}

    def moments():
        for step in range(1, steps + 1):
            now["time"] += seconds / steps
            yield SimpleNamespace(step=step, event=None, **held)

    with terminal.Meter(0, steps) as meter:
        assert len(list(meter.follow(moments()))) == steps
    return capsys.readouterr().err.splitlines()


def test_a_pipe_gets_plain_lines_at_first_and_at_the_end(monkeypatch, capsys):
    lines = lines_of(30, 6, monkeypatch, capsys)
    assert lines == ["step 3 of 6, 15 s left", "step 6 of 6"]


def test_an_end_that_was_moved_is_told_with_the_reason(monkeypatch, capsys):
    from types import SimpleNamespace

    event = {"watch": {"value": 0.1, "floor": 0.02}}
    moments = [
        (300, Clock(0, 500, 1000), "still falling: -4% a 1,000 steps"),
        (400, Clock(0, 400, 800), "sliced-w1 0.1 has not improved"),
        (800, Clock(0, 400, 800), "sliced-w1 0.1 has not improved"),
    ]
    with terminal.Meter(0, 1000) as meter:
        told = (
            SimpleNamespace(
                step=step, clock=clock, words=words, event=event, phase=clock.phase(step)
            )
            for step, clock, words in moments
        )
        assert len(list(meter.follow(told))) == 3
        assert meter.steps == 800
    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == "step 400: decay from 400 to 800: sliced-w1 0.1 has not improved"
    assert lines[-1] == "step 800 of 800: distance 0.100 (floor 0.020)"
    terminal.Meter(0, 1000, quiet=True).turn(
        SimpleNamespace(step=4, clock=Clock(0, 4, 8), words="")
    )
    assert capsys.readouterr().err == ""


def test_a_pipe_gets_a_line_a_minute_and_fewer_of_a_day(monkeypatch, capsys):
    assert len(lines_of(2_400, 2_400, monkeypatch, capsys)) == 41
    assert 200 < len(lines_of(86_400, 86_400, monkeypatch, capsys)) < 400


def test_what_takes_a_while_is_said_on_a_pipe_once_and_not_where_it_is_quiet(capsys):
    for quiet in (False, True):
        with terminal.doing("measuring", quiet=quiet):
            pass
    written = capsys.readouterr()
    assert written.err == "measuring\n" and written.out == ""


def test_a_column_that_would_be_squeezed_stands_below_its_row(monkeypatch, capsys):
    monkeypatch.setattr(terminal, "console", lambda: Console(width=60))
    rows = [{"name": "n" * 20, "score": "s" * 12, "about": "word " * 20, "key": "k" * 10}]
    terminal.show_table(rows)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["name", "score", "key"] and lines[1] == "    about"
    assert lines[3].startswith("    word word") and not [x for x in lines if len(x) > 60]


def test_cells_are_printed_as_they_stand(monkeypatch, capsys):
    monkeypatch.setattr(terminal, "console", lambda: Console(width=40, markup=False, emoji=False))
    terminal.show_table([{"name": "[bold]x[/bold]", "value": None, "yes": True}])
    terminal.say(":smile: [red] " + "long " * 20)
    out = capsys.readouterr().out
    assert "[bold]x[/bold]" in out and ":smile: [red]" in out and len(out.splitlines()) == 3


def test_json_has_no_numbers_that_json_has_not(capsys):
    terminal.show_json({"a": [float("nan"), float("inf"), 1.5]})
    assert json.loads(capsys.readouterr().out) == {"a": [None, None, 1.5]}


def test_a_run_is_found_by_its_number(place):
    assert terminal.find("2", place / "runs").name.startswith("00002-")
    with pytest.raises(UnknownName):
        terminal.find("77", place / "runs")


def test_ctrl_c_saves_and_says_how_to_go_on(saddle, place, monkeypatch):
    follow = terminal.Meter.follow

    def pressed(meter, moments):
        for moment in follow(meter, moments):
            if moment.step == 3:
                signal.raise_signal(signal.SIGINT)
            yield moment

    monkeypatch.setattr(terminal.Meter, "follow", pressed)
    said = saddle("train good.csv --steps 900 --batch 16 --quiet --out pressed")
    assert said.code == 130
    step = json.loads(next(place.glob("pressed/*/latest.json")).read_text())["step"]
    assert f"stopped at step {step} of 900, saved" in said.err and step < 9
    assert re.search(r"go on with: saddle resume pressed/\d{5}-good", said.err)
