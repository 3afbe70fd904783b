"""Values as typed on a command line: `key=value`, the value read as YAML."""

from __future__ import annotations

from typing import Any

import yaml

from saddle.errors import BadValue


def parse_setting(text: str) -> tuple[str, Any]:
    """One `key=value` of the command line; the value is read as YAML.

    >>> parse_setting("penalties.r1=0.5")
    ('penalties.r1', 0.5)
    """
    key, equals, value = text.partition("=")
    if not equals or not key.strip():
        raise BadValue(f"--set takes key=value, got {text!r}")
    try:
        return key.strip(), _number(yaml.safe_load(value))
    except yaml.YAMLError as problem:
        raise BadValue(
            f"--set {key.strip()}: {value!r} is not a value: {first_words(problem)}"
        ) from problem


def first_words(problem: yaml.YAMLError) -> str:
    """What YAML found wrong and where, on one line."""
    if isinstance(problem, yaml.MarkedYAMLError) and problem.problem_mark is not None:
        mark = problem.problem_mark
        return f"{problem.problem} (line {mark.line + 1}, column {mark.column + 1})"
    return str(problem).partition("\n")[0]


def _number(value: Any) -> Any:
    """YAML reads 1e-3 as text; here it is a number."""
    if isinstance(value, str):
        try:
            return float(value)
        except ValueError:
            return value
    return value
