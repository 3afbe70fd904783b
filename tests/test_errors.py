"""The exception tree: its exit codes, its sentences, and that its picture is true."""

from __future__ import annotations

import inspect

import pytest

from saddle import errors
from saddle.errors import RunError, SaddleError, UserError, bad, nearest, unknown

KINDS = [
    kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, Exception)
]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_every_error_stands_in_the_picture_and_on_one_side(kind):
    assert kind.__name__ in errors.__doc__
    assert issubclass(kind, SaddleError)
    assert kind is SaddleError or issubclass(kind, UserError) != issubclass(kind, RunError)


def test_users_errors_are_value_errors_and_failed_runs_are_runtime_errors():
    assert issubclass(UserError, ValueError) and issubclass(RunError, RuntimeError)


@pytest.mark.parametrize(
    ("name", "known", "found"),
    [
        ("wasserstien", ["wasserstein", "js"], "wasserstein"),
        ("PEARSON", ["pearson", "neyman"], "pearson"),
        ("zebra", ["f", "flows"], None),
        ("anything", [], None),
    ],
    ids=str,
)
def test_the_nearest_name_is_one_that_was_meant(name, known, found):
    assert nearest(name, known) == found


def test_an_unknown_name_lists_what_is_known_or_what_is_shown():
    assert str(unknown("rule", "x", ["b", "a"])) == "unknown rule 'x'. Known: a, b"
    said = str(unknown("key", "ab.d", ["ab.c", "e"], shown=["e"]))
    assert said == "unknown key 'ab.d': did you mean 'ab.c'? Known: e"


def test_a_bad_value_says_what_is_allowed_and_what_came():
    assert (
        str(bad("steps", "many", "a whole number")) == "steps must be a whole number, got 'many'"
    )
