"""Pages of two sides and of several runs: whole, self-contained, and saying what is unequal."""

from __future__ import annotations

import re
from html import unescape

import fake_runs
import numpy as np
import pytest
import yaml

from saddle.judge.evaluation import evaluation
from saddle.judge.sections import QUICK, Options
from saddle.judge.sides import read_sides
from saddle.report import comparison, comparison_page, evaluation_page, versus, write_report
from saddle.report.findings import in_words, timeline
from saddle.report.read import read_run
from saddle.runs import read_json, write_json, write_text


@pytest.fixture(scope="module")
def found():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(360, 2))
    sides = read_sides(x[:120] + [2.0, 0.0], x[120:240], x[240:])
    return evaluation(sides, Options(sections=(*QUICK, "baselines")))


def text_of(path):
    html = path.read_text()
    assert not re.search(r"(src|href)='(?!data:|#)", html), "something would be loaded"
    return unescape(re.sub(r"<[^>]+>", " ", html))


def test_the_page_of_two_sides_holds_every_measure_and_every_sentence(found, tmp_path):
    text = text_of(evaluation_page(found, tmp_path / "page.html"))
    rows = [*found["tests"], *found["measures"], *found["memory"]["rows"]]
    assert all(row["name"] in text for row in rows)
    assert all(sentence in text for sentence in found["verdict"]["sentences"])
    assert all(it["name"] in text for it in found["baselines"]["rivals"])


def test_text_of_the_user_cannot_become_markup(found, tmp_path):
    evil = {**found, "name": "<script>x</script>"}
    assert "<script>x" not in evaluation_page(evil, tmp_path / "page.html").read_text()


def test_the_page_of_a_run_begins_with_the_verdict(found, run):
    held = read_json(run.path / "evaluation.json")
    write_json(run.path / "evaluation.json", {**held, "judged": {"x": found}})
    html = write_report(run).read_text()
    first = found["verdict"]["sentences"][0]
    assert first in unescape(html)
    assert unescape(html).index(first) < html.index("<main>")


def test_both_kinds_of_samples_of_a_run_are_told(run, found):
    write_json(run.path / "evaluation.json", {"measures": [], "judged": {"b": found, "a": found}})
    names = [row["measure"] for row in versus.measures({"run": read_run(run)})]
    for key in "ab":
        own = [name for name in names if name.startswith(f"{key}: ")]
        assert len(own) == len(found["measures"]) == len(names) / 2


def test_a_run_that_was_not_judged_or_examined_says_so(run):
    text = text_of(write_report(run))
    assert "Not judged: `saddle evaluate RUN` does." in text
    assert "Not examined: `saddle doctor RUN` does." in text


STUCK = {
    "key": "stuck",
    "since": 2000,
    "until": None,
    "severity": "fault",
    "evidence": {"gradient": 0.0},
    "remedies": [{"command": "saddle resume RUN --set a=1"}],
}


def test_findings_are_told_with_their_step_and_drawn_over_the_curve(run):
    write_json(run.path / "findings.json", {"now": [STUCK], "earlier": [], "well": []})
    record = read_run(run)
    told = unescape(in_words(record))
    assert "since step 2,000" in told and "saddle resume RUN --set a=1" in told
    above, below = timeline(record).axes
    assert [line.get_xdata()[0] for line in below.lines] == [2000, 2000]
    assert above.lines[0].get_xdata().tolist() == list(fake_runs.STEPS)


def test_nothing_found_is_told_with_how_much_was_looked_for(run):
    write_json(run.path / "findings.json", {"now": [], "earlier": [], "well": ["stuck"]})
    assert "Nothing was found" in in_words(read_run(run))


@pytest.fixture
def two(tmp_path):
    runs = [fake_runs.make(tmp_path / name) for name in ("first", "second")]
    recipe = runs[1].recipe
    held = yaml.safe_load(recipe.read_text())
    write_text(recipe, yaml.safe_dump({**held, "another": 7}))
    return runs


def test_several_runs_stand_side_by_side(two, tmp_path):
    text = text_of(comparison_page(two, tmp_path / "runs.html"))
    held = comparison(two)
    assert held["differences"] and {row["value"] for row in held["differences"]} == {"another"}
    measured = {row["name"] for row in read_json(two[0].path / "evaluation.json")["measures"]}
    assert measured <= {row["measure"] for row in held["measures"]}
    assert all(name in text for name in measured)
    assert held["care"] == ""


def test_other_data_is_warned_of(two, tmp_path):
    held = read_json(two[1].path / "environment.json")
    write_json(two[1].path / "environment.json", {**held, "data": {"name": "another"}})
    assert "their data is not the same" in comparison(two)["care"]
    assert "their data is not the same" in text_of(comparison_page(two, tmp_path / "runs.html"))
