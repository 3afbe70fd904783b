"""The verdict in words: no more than was found, whatever the features, and nothing untested."""

from __future__ import annotations

from typing import Any

import pytest

from saddle.judge.verdict import MEMORY, remembered, verdict


def line(name: str, value: float, half: float, floor: float) -> dict[str, Any]:
    return {"name": name, "value": value, "interval": [value - half, value + half], "floor": floor}


def document(**more: Any) -> dict[str, Any]:
    return {"n": 400, "same_rows": False, **more}


def made(name: str, p: float) -> dict[str, Any]:
    blind = {"value": 0.1, "words": "n = 400: blind below 10 % of the samples elsewhere, ever"}
    return {"name": name, "p_value": p, "blind": blind, "detail": {"auc": 0.75}}


CLOSE = {"passed": True, "upper": 0.03, "margin": 0.05, "words": "close"}
FAR = {"passed": False, "upper": 0.3, "margin": 0.05, "words": "not shown to be close: why"}


def first(**more: Any) -> str:
    return str(verdict(document(**more))["sentences"][0])


def test_what_was_found_leads() -> None:
    small, large = [made("c2st-logit", 0.002)], [made("c2st-logit", 0.4)]
    assert first(tests=small, equivalence=FAR) == (
        "Told apart from real at n = 400, AUC 0.75 on held-out rows (c2st-logit, p = 0.002)."
    )
    assert ", yet close: 0.03 of the data's spread" in first(tests=small, equivalence=CLOSE)
    assert "and is close: 0.03" in first(tests=large, equivalence=CLOSE)
    assert first(tests=large, equivalence=FAR) == (
        "Cannot be told from real at n = 400; less than 10 % of the samples elsewhere would not "
        "have been seen."
    )


def test_a_test_that_sees_nothing_is_told_of_in_words() -> None:
    blind = {"value": 1.0, "words": "n = 12: blind even to all of the samples elsewhere"}
    said = first(tests=[made("c2st", 0.5) | {"blind": blind}])
    assert said.endswith("at n = 400; even a large difference would not have been seen.")


def test_p_is_corrected_for_every_test_that_was_made() -> None:
    tests = [made("means", 0.02), made("ks", 0.5), made("energy", 0.9)]
    assert not verdict(document(tests=tests))["apart"]
    assert verdict(document(tests=tests[:2]))["apart"]
    assert "p = 0.04" in first(tests=tests[:2])


@pytest.mark.parametrize("tests", [{}, {"tests": []}])
def test_what_was_not_tested_is_not_said_to_be_untellable(tests: dict[str, Any]) -> None:
    assert first(**tests) == "Whether it can be told from real was not tested (n = 400)."
    assert first(**tests, equivalence=CLOSE).startswith("Close at n = 400: 0.03 of the data's")


def test_the_same_rows_are_no_evidence() -> None:
    told = verdict(document(same_rows=True, tests=[made("ks", 1.0)], equivalence=CLOSE))
    (said,) = told["sentences"]
    assert said.startswith("Both sides are the same 400 rows")


@pytest.mark.parametrize("features", ["raw", "trained", "resnet50"])
@pytest.mark.parametrize(("measure", "side"), MEMORY.items())
def test_memory_is_seen_on_whatever_features(measure: str, side: int, features: str) -> None:
    name = f"{measure}-{features}"
    assert remembered(line(name, 0.5 + 0.3 * side, 0.05, 0.5))
    assert not remembered(line(name, 0.5 - 0.3 * side, 0.05, 0.5))
    assert not remembered(line(name, 0.5 + 0.06 * side, 0.05, 0.5)), "chance"
    beside = line(f"near-copies-{features}", 0.1, 0.05, 0.1)
    assert "No sign" not in said_of([beside, line(name, 0.5 + 0.3 * side, 0.05, 0.5)])


def test_copies_are_told_number_for_number_and_nothing_where_there_are_none() -> None:
    rows = [line("copies", 0.4, 0.05, 0.0), line("near-copies-raw", 0.4, 0.05, 0.0)]
    assert "40 % of the samples are training rows" in said_of(rows)
    rows = [line("copies", 0.0, 0.01, 0.0), line("near-copies-raw", 0.0, 0.01, 0.0)]
    assert said_of(rows) == "No sign of copied training rows."
    absent = {"name": "near-copies", "value": None, "interval": None, "floor": None}
    assert "is not known" in said_of([absent, line("repeats", 0.0, 0.1, 0.0)])


def said_of(rows: list[dict[str, Any]]) -> str:
    return str(verdict(document(memory={"rows": rows}))["sentences"][1])
