"""Anything against anything: one document of what was found, made section by section."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from saddle.errors import BadData
from saddle.judge.features import check_features
from saddle.judge.sections import SECTIONS, Options
from saddle.judge.sides import Sides
from saddle.judge.verdict import verdict
from saddle.measure.memory import copies
from saddle.runs import Json
from saddle.threads import alone

SCHEMA = 1
"""Of the document; a change that readers would notice counts it up."""


class Evaluation(dict[str, Any]):
    """What was found; printed, it reads from the top."""

    def __str__(self) -> str:
        """The text of it, for 80 columns."""
        from saddle.judge.telling import text

        return text(self)


Doing = Callable[[str], AbstractContextManager[Any]]


def evaluation(
    sides: Sides, options: Options | None = None, *, doing: Doing = nullcontext
) -> Evaluation:
    """Judge one side by the other.

    Args:
        sides: what is compared.
        options: how.
        doing: entered with what is being done, around each part of the work.
    """
    wanted = options or Options()
    check_features(wanted.features, len(sides.columns))
    with alone(len(sides.columns)):
        return Evaluation(_found(sides, wanted, doing))


def _found(sides: Sides, wanted: Options, doing: Doing) -> Json:
    began = time.monotonic()
    found: Json = {
        "evaluation": SCHEMA,
        "name": f"{sides.fake.name} against {sides.real.name}",
        "sides": {role: side.facts() for role, side in sides.every.items()},
        "columns": list(sides.columns),
        "n": min(sides.fake.n, sides.real.n),
        "seed": wanted.seed,
        "notes": notes(sides),
        "same_rows": same_rows(sides),
    }
    for name in wanted.sections or SECTIONS:
        section = SECTIONS[name]
        try:
            with doing(section.doing):
                found[name] = section.make(sides, wanted, found)
        except BadData as problem:  # too few rows for this part: the others still hold
            found[name] = section.empty
            found["notes"].append(f"no {name}: {problem}")
    found["verdict"] = verdict(found)
    found["seconds"] = round(time.monotonic() - began, 1)
    return found


SMALL = 200
"""Rows below which a side is called small."""


def notes(sides: Sides) -> list[str]:
    """What a reader should know before the numbers."""
    said = []
    for role, side in sides.every.items():
        if side.total is not None and side.n < side.total:
            said.append(f"{role}: {side.n:,} of its {side.total:,} rows are read, drawn at random")
        if side.n < SMALL:
            said.append(f"{role}: {side.n} rows are few; only large differences can be seen")
    same = int(copies(sides.fake.rows, sides.real.rows).sum())
    if same:
        said.append(f"{same} of {sides.fake.n} fake rows stand among the real ones exactly")
    return said


def same_rows(sides: Sides) -> bool:
    """Whether both sides are the same rows, in whatever order."""
    same = copies(sides.fake.rows, sides.real.rows).all()
    return bool(same and copies(sides.real.rows, sides.fake.rows).all())
