"""What benchmarks measured, as `scripts/theory` collected it: rows by the benchmark's name."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np

from saddle.report.read import Floats


@cache
def measured() -> dict[str, list[dict[str, Any]]]:
    """Every table, by the name of its benchmark."""
    text = (files("saddle.report") / "lessons" / "measured.json").read_text(encoding="utf-8")
    found: dict[str, list[dict[str, Any]]] = json.loads(text)
    return found


def rows(name: str, **where: object) -> list[dict[str, Any]]:
    """The rows of a table in which these columns have these values."""
    return [row for row in measured()[name] if all(row[k] == v for k, v in where.items())]


def column(name: str, key: str, **where: object) -> Floats:
    """One column of them as numbers."""
    return np.array([float(row[key]) for row in rows(name, **where)])
