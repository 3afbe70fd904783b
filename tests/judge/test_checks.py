"""Checks for a pipeline: what a bound means by each measure's direction, and what is refused."""

from __future__ import annotations

import pytest

from saddle.errors import BadValue, UnknownName
from saddle.judge.checks import checked, gathered, must_know, read_check, stem


def line(name, value, better, floor=0.5):
    return {"name": name, "value": value, "better": better, "floor": floor}


FOUND = {
    "tests": [{"name": "c2st", "p_value": 0.03}],
    "measures": [
        line("likeness-400-raw", 0.9, "higher"),
        line("sliced-w-400-raw", 0.2, "lower"),
        line("sliced-w-400-trained", 0.4, "lower"),
        line("c-t-raw", 0.7, "closer"),
        line("w1-400-raw", None, "lower"),
    ],
}


@pytest.mark.parametrize(
    ("text", "passed"),
    [
        ("likeness=0.9", [True]),
        ("likeness=0.91", [False]),
        (".8", [True]),
        ("0.95", [False]),
        ("sliced-w=0.3", [True, False]),
        ("sliced-w-400-raw=0.2", [True]),
        ("c-t=0.2", [True]),
        ("c-t=0.1", [False]),
        ("c2st.p=0.01", [True]),
        ("c2st.p=0.05", [False]),
        ("w1=100", [False]),
    ],
)
def test_a_bound_is_kept_in_the_measures_own_direction(text, passed):
    found = checked(FOUND, [read_check(text)])
    assert [it["passed"] for it in found] == passed
    assert all(it["name"] in it["words"] for it in found)


@pytest.mark.parametrize("text", ["", "=", "coverage", "coverage=", "=0.5", "a=nan", "a=b", "inf"])
def test_what_is_no_bound_is_refused_with_the_grammar(text):
    with pytest.raises(BadValue, match=r"NAME=NUMBER, such as coverage=0\.8"):
        read_check(text)


def test_an_unknown_measure_is_answered_with_the_nearest():
    with pytest.raises(UnknownName, match="did you mean 'sliced-w'"):
        checked(FOUND, [read_check("slicedw=0.1")])


def test_a_name_means_its_own_measure_and_none_that_only_begins_alike():
    rows = [line("kl-400-critics", 0.1, "lower"), line("kl-neighbours-400-raw", 0.3, "lower")]
    named = {"measures": rows, "memory": {"rows": [line("near-copies-resnet50", 0.4, "lower")]}}
    assert [it["name"] for it in checked(named, [read_check("kl=0.2")])] == ["kl-400-critics"]
    assert not checked(named, [read_check("near-copies=0.2")])[0]["passed"]


def test_both_kinds_of_samples_of_a_run_are_held_to_a_bound():
    def judged(value):
        test = {"name": "ks", "p_value": value}
        rows = [line("coverage-400-raw", value, "higher")]
        return {"measures": rows, "memory": None, "tests": [test]}

    run = {"measures": [], "judged": {"b": judged(0.1), "a": judged(0.9)}}
    for asked in ("coverage=0.8", "ks.p=0.8"):
        found = checked(gathered(run), [read_check(asked)])
        assert [it["passed"] for it in found] == [False, True]
        assert " of b is 0.1" in found[0]["words"] and " of a is 0.9" in found[1]["words"]
    (alone,) = checked(gathered({**run, "judged": {"x": judged(0.9)}}), [read_check("ks.p=0.8")])
    assert alone["words"].startswith("ks.p is 0.9")


def test_a_stem_is_a_name_without_n_and_features():
    assert {stem(row["name"]) for row in FOUND["measures"]} >= {"likeness", "sliced-w", "w1"}


def test_a_name_that_no_measure_will_have_is_refused_before_any_work():
    must_know([read_check("coverage=1"), read_check("coverage-2k-raw=1")], ["coverage"])
    with pytest.raises(UnknownName, match="did you mean 'coverage'"):
        must_know([read_check("covrage=1")], ["coverage"])
