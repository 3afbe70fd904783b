"""Checks for a pipeline: what a bound means by each measure's direction, and what is refused."""

from __future__ import annotations

import pytest

from saddle.errors import BadValue, UnknownName
from saddle.judge.checks import checked, must_know, read_check, stem


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


def test_a_stem_is_a_name_without_n_and_features():
    assert {stem(row["name"]) for row in FOUND["measures"]} >= {"likeness", "sliced-w", "w1"}


def test_a_name_that_no_measure_will_have_is_refused_before_any_work():
    must_know([read_check("coverage=1"), read_check("coverage-2k-raw=1")], ["coverage"])
    with pytest.raises(UnknownName, match="did you mean 'coverage'"):
        must_know([read_check("covrage=1")], ["coverage"])
