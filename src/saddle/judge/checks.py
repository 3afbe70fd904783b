"""Checks for a pipeline: measures that must not be worse than a bound, by name.

coverage=0.8        the measure of that name, whatever n and features its full name tells
sliced-w-2k-raw=0.1 that one alone; of what is better when lower, the most that is allowed
energy.p=0.01       the p-value of a test must not be below
0.8                 short for likeness=0.8
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from saddle.errors import BadValue, unknown
from saddle.runs import Json

Found = Mapping[str, Any]


@dataclass(frozen=True)
class Check:
    """One bound.

    Attributes:
        name: of a measure, with or without its n and features, or of a test's p-value.
        bound: what it must not be worse than.
        asked: as it was written.
    """

    name: str
    bound: float
    asked: str


DEFAULT = "likeness"
"""What a number alone is a bound of."""


def read_check(text: str) -> Check:
    """A check as it is written: NAME=BOUND, or a number.

    >>> read_check("coverage=.8").bound, read_check(".9").name
    (0.8, 'likeness')
    """
    name, equals, bound = text.rpartition("=")
    try:
        value = float(bound)
    except ValueError:
        value = math.nan
    if not math.isfinite(value) or (equals and not name.strip()):
        raise BadValue(
            f"--fail-under must be NAME=NUMBER, such as coverage=0.8, or a number alone, which "
            f"is a bound of {DEFAULT}, got {text!r}"
        )
    return Check(name.strip() or DEFAULT, value, text)


def must_know(checks: Sequence[Check], known: Iterable[str]) -> None:
    """Refuse a name that no measure will have, before any work is done."""
    names = frozenset(known)
    for it in checks:
        if not {it.name, stem(it.name)} & names:
            raise unknown("measure", it.name, names)


def checked(found: Found, checks: Sequence[Check]) -> list[Json]:
    """Each check with what was found: a line a measure that it names.

    Raises:
        UnknownName: no measure has that name.
    """
    known = checkable(found)
    meant = [(it, name) for it in checks for name in named(it.name, known)]
    return [_line(it, row) for it, name in meant for row in known[name]]


def gathered(run: Found) -> Json:
    """Every number of a run's evaluation as one document: its own, and those of its samples.

    Where a run makes samples of two kinds, both have numbers of one name: each says of which.
    """
    judged = run.get("judged", {})
    parts = [(f" of {key}" * (len(judged) > 1), checkable(it)) for key, it in judged.items()]
    rows = [{**row, "of": of} for of, held in parts for same in held.values() for row in same]
    return {"measures": [*run["measures"], *rows]}


def named(name: str, known: Collection[str]) -> list[str]:
    """The full names that a name means: itself, those of that stem, or all that begin with it."""
    if name in known:
        return [name]
    begun = [full for full in known if full.startswith((f"{name}-", f"{name}("))]
    if not begun:
        short = {stem(full) for full in known}
        raise unknown("measure", name, {*short, *known}, shown=short)
    return [full for full in begun if stem(full) == name] or begun


def stem(full: str) -> str:
    """A measure's name without n and features.

    >>> stem("sliced-w-2k-raw"), stem("coverage-400-trained"), stem("energy.p"), stem("w1(x)")
    ('sliced-w', 'coverage', 'energy.p', 'w1')
    """
    words = full.partition("(")[0].split("-")
    count = next((i for i, word in enumerate(words) if i and word in ENDS), len(words))
    numbered = next((i for i, word in enumerate(words) if i and _COUNT.match(word)), len(words))
    return "-".join(words[: min(count, numbered)])


ENDS = ("raw", "trained", "onnx", "critics")
"""What may follow a measure's name."""

_COUNT = re.compile(r"\d\d+$|\d[\d.]*k$")
"""A number of samples as it stands in a name: never below ten, as in modes-1-percent."""


def checkable(found: Found) -> dict[str, list[Found]]:
    """Every number with a direction that the document holds, by name."""
    rows = [*found.get("measures", ()), *(found.get("memory") or {}).get("rows", ())]
    tests = [
        {"name": f"{test['name']}.p", "value": test["p_value"], "better": "higher"}
        for test in found.get("tests", ())
    ]
    every: dict[str, list[Found]] = {}
    for row in (*rows, *tests):
        every.setdefault(row["name"], []).append(row)
    return every


def _line(check: Check, row: Found) -> Json:
    value = row["value"]
    side = SIDES[row["better"]]
    passed = value is not None and side.holds(value, check.bound, row.get("floor"))
    got = "was not measured" if value is None else f"is {in_words(value)}"
    said = f"{row['name']}{row.get('of', '')} {got}, {side.words} {check.bound:.4g} was asked"
    return {"check": check.asked, "name": row["name"], "value": value, "bound": check.bound,
            "passed": bool(passed), "words": said}  # fmt: skip


@dataclass(frozen=True)
class Side:
    """What a bound means.

    Attributes:
        words: before the bound.
        holds: from value, bound and floor to whether it is kept.
    """

    words: str
    holds: Any


SIDES: Mapping[str, Side] = {
    "higher": Side("at least", lambda value, bound, floor: value >= bound),
    "lower": Side("at most", lambda value, bound, floor: value <= bound),
    "closer": Side(
        "within its floor plus or minus",
        lambda value, bound, floor: floor is not None and abs(value - floor) <= bound,
    ),
}
"""By which way a measure is better."""


def in_words(value: float) -> str:
    """A number with the digits that count.

    >>> in_words(0.123456), in_words(1.2e-9), in_words(0.0), in_words(1.0)
    ('0.123', '< 1e-06', '0', '1')
    """
    return "< 1e-06" if 0 < value < 1e-6 else f"{value:.3g}"
