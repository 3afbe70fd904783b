"""A line of a table of measures: a value, its interval, its floor, how many samples, a mark."""

from __future__ import annotations

import numpy as np

from saddle.measure import Interval
from saddle.runs import Json


def row(
    name: str,
    found: Interval,
    *,
    better: str,
    note: str,
    floor: float | None = None,
    mark: str | None = None,
) -> Json:
    """One line of the table; what is not finite is told as None.

    Args:
        name: of the measure, with what it was taken on: `sliced-w(x)`, `coverage-2k-raw`.
        found: the number with its interval and n.
        better: lower, higher, or closer (to the floor, from either side).
        note: what the number is, in a few words.
        floor: what other real rows score at the same n.
        mark: why it should not be trusted as it stands, in a few words.
    """
    ends = [found.low, found.high]
    line: Json = {
        "name": name,
        "value": finite(found.value),
        "floor": None if floor is None else finite(floor),
        "interval": ends if np.isfinite(ends).all() else None,
        "n": found.n or None,
        "better": better,
        "note": note,
    }
    return line if mark is None else {**line, "mark": mark}


def unmeasured(name: str, why: str, *, better: str) -> Json:
    """The line of what could not be measured, with the reason."""
    note = f"not measured: {why}"
    absent = {key: None for key in ("value", "floor", "interval", "n")}
    return {"name": name, **absent, "better": better, "note": note}


def finite(value: float) -> float | None:
    """The value, or None where it is infinite or not a number."""
    return float(value) if np.isfinite(value) else None
