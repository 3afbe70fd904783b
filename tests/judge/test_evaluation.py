"""Anything against anything: what an evaluation holds, what it needs, and what it says."""

from __future__ import annotations

import json
import subprocess
import sys

import numpy as np
import pytest

from saddle.judge.checks import checkable, stem
from saddle.judge.evaluation import Evaluation, evaluation
from saddle.judge.memory import memory_rows
from saddle.judge.naming import names_of
from saddle.judge.sections import SECTIONS, Options
from saddle.judge.sides import read_sides
from saddle.judge.verdict import verdict


@pytest.fixture(scope="module")
def rows():
    return np.random.default_rng(1).normal(size=(600, 2))


@pytest.fixture(scope="module")
def shifted(rows):
    return evaluation(read_sides(rows[:300] + [1.0, 0.0], rows[300:]))


def test_every_section_is_in_the_document_and_the_document_is_json(shifted):
    assert set(SECTIONS) <= shifted.keys()
    assert json.loads(json.dumps(shifted)) == shifted


def test_it_is_reproducible_from_its_seed(rows, shifted):
    again = evaluation(read_sides(rows[:300] + [1.0, 0.0], rows[300:]), Options(seed=0))
    for section in SECTIONS:
        assert again[section] == shifted[section], section


def test_a_shift_is_told_and_the_text_keeps_to_80_columns(shifted):
    assert shifted["verdict"]["apart"]
    assert str(shifted).startswith("Told apart")
    assert max(map(len, str(shifted).splitlines())) <= 80


def test_two_files_are_judged_without_any_code_for_training(tmp_path, rows):
    for name, part in (("fake", rows[:60]), ("real", rows[60:120])):
        np.save(tmp_path / f"{name}.npy", part)
    script = (
        "import sys; from saddle import cli\n"
        "sys.argv = ['saddle', 'evaluate', 'fake.npy', '--against', 'real.npy', '--json']\n"
        "try: cli.main()\n"
        "except SystemExit as left: assert not left.code, left.code\n"
        "bad = [m for m in sys.modules if m.split('.')[:2] in "
        "(['saddle', 'training'], ['saddle', 'games'], ['saddle', 'build'])]\n"
        "sys.stderr.write(f'imported: {bad}')"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stderr.endswith("imported: []")
    assert isinstance(Evaluation(json.loads(done.stdout)), dict)


def test_the_names_that_a_check_may_use_are_those_of_the_document(shifted):
    made = {stem(name) for name in checkable(shifted)}
    assert made <= names_of(Options())


@pytest.mark.parametrize("tests", [("means",), ()])
def test_any_parts_and_tests_may_be_asked_for(rows, tests):
    wanted = Options(tests=tests, sections=("tests", "measures"))
    found = evaluation(read_sides(rows[:60], rows[60:120]), wanted)
    absent = [row["name"] for row in found["measures"] if row["value"] is None]
    assert absent == ["likeness"] and "c2st-logit" in found["measures"][0]["note"]


@pytest.mark.parametrize("role", ["fake", "train"])
def test_a_sorted_file_is_as_near_as_it_would_be_in_any_order(role):
    """Where one side has more rows than another some are left out: not the last of the file."""
    rng = np.random.default_rng(7)
    sizes = {"fake": 600, "real": 200, "train": 900}
    parts = {name: rng.normal(size=(n, 2)) for name, n in sizes.items()}
    parts[role] = parts[role][np.argsort(parts[role][:, 0])]
    train = parts["train"] if role == "train" else None
    found = evaluation(
        read_sides(parts["fake"], parts["real"], train),
        Options(tests=("c2st-logit",), sections=("tests", "measures", "memory")),
    )
    rows = {stem(row["name"]): row for row in found["measures"]}
    assert rows["w1"]["value"] < 0.5 and rows["w1"]["floor"] < 0.5  # half of a law is 0.8 away
    assert rows["jsd"]["value"] < 0.1 and rows["jsd"]["floor"] < 0.1
    repeated = np.repeat(np.arange(300.0), 2)[:, None]  # in order, every row beside its twin
    some = memory_rows(repeated, None, np.arange(1000.0, 1200.0)[:, None])
    assert next(it for it in some if it["name"] == "repeats")["value"] < 0.6


@pytest.mark.parametrize(("p", "told"), [(0.002, True), (0.4, False)])
def test_the_auc_stands_in_the_verdict_only_where_that_test_tells_the_sides_apart(p, told):
    blind = {"words": "n = 9: blind below 1 %, however good the classifier"}
    learned = {"name": "c2st-logit", "p_value": p, "blind": blind, "detail": {"auc": 0.5}}
    other = {"name": "neighbours", "p_value": 0.001, "blind": blind, "detail": {}}
    found = verdict({"n": 9, "same_rows": False, "tests": [learned, other]})
    assert found["apart"] and ("AUC" in found["sentences"][0]) == told
    assert "neighbours" in found["sentences"][0]
