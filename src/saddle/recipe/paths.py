"""Dotted paths into nested values: `generator.width`, `penalties.clip:0.01`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from saddle.errors import UnknownName, unknown

OPEN = ("penalties", "weights")
"""Mappings whose keys are names of catalogues: a path may add to them."""


def put(values: dict[str, Any], key: str, value: Any) -> None:
    """Set the value at a dotted path that exists; None takes a penalty or weight away."""
    path, last = split(key)
    inner = values if not path else find(values, path) if path in paths(values) else None
    if not isinstance(inner, dict) or (last not in inner and path not in OPEN):
        raise no_key(key, values)
    if value is None and path in OPEN:
        inner.pop(last, None)
    else:
        inner[last] = value


def split(key: str) -> tuple[str, str]:
    """A dotted path as where and what; names of penalties may hold dots of their own.

    >>> split("generator.width"), split("penalties.clip:0.01"), split("steps")
    (('generator', 'width'), ('penalties', 'clip:0.01'), ('', 'steps'))
    """
    head, _, rest = key.partition(".")
    if head in OPEN and rest:
        return head, rest
    path, _, last = key.rpartition(".")
    return path, last


def find(values: Any, key: str) -> Any:
    """The value at a dotted path; a wrong path is answered with the nearest."""
    inner = values
    path, last = split(key)
    for name in [*(path.split(".") if path else []), last]:
        if not isinstance(inner, dict) or name not in inner:
            raise no_key(key, values)
        inner = inner[name]
    return inner


def paths(values: Mapping[str, Any], prefix: str = "") -> list[str]:
    """Every dotted path of nested mappings."""
    found = []
    for name, value in values.items():
        found.append(f"{prefix}{name}")
        if isinstance(value, dict):
            found += paths(value, f"{prefix}{name}.")
    return found


def no_key(key: str, values: Mapping[str, Any]) -> UnknownName:
    """The error for a path that is not there: the nearest of all, and its neighbours."""
    known = paths(values)
    above = key.rpartition(".")[0]
    beside = [path for path in known if path.rpartition(".")[0] == above]
    shown = beside or [path for path in known if "." not in path]
    return unknown("recipe key", key, known, shown=shown)
