"""Anything against anything: one document of what was found, made section by section."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any

import numpy as np

from saddle.catalogue import Catalogue
from saddle.judge.clouds import clouds, scale_of_rows
from saddle.judge.equivalence import MARGIN, equivalence
from saddle.judge.sides import Sides, shared
from saddle.judge.verdict import verdict
from saddle.measure import Result, two_sample
from saddle.measure.base import Floats, subsample
from saddle.runs import Json

PERMUTATIONS = 499
"""Of each test: the least p-value, 1 / 500, is still below 5 % where seven are corrected for."""

MEASURED = 3_000
"""Rows a side of the distances between clouds, at most: exact transport costs n^2."""


@dataclass(frozen=True)
class Options:
    """How an evaluation is made.

    Attributes:
        seed: of every split, permutation and critic.
        features: what fidelity is measured on: raw, trained, or onnx:FILE.
        margin: the difference below which two laws count as equal, or None for the default.
        tests: the two-sample tests that are run.
    """

    seed: int = 0
    features: str = "raw"
    margin: float | None = None
    tests: tuple[str, ...] = (
        "c2st",
        "mmd-multi",
        "energy",
        "means",
        "variances",
        "ks",
        "neighbours",
    )


@dataclass(frozen=True)
class Section:
    """A part of the document.

    Attributes:
        doing: what is done, in a few words: progress shows it.
        make: from the sides to what was found.
    """

    doing: str
    make: Callable[[Sides, Options], Any]


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
    wanted, began = options or Options(), time.monotonic()
    found: Json = {
        "evaluation": 1,
        "name": f"{sides.fake.name} against {sides.real.name}",
        "sides": {role: side.facts() for role, side in sides.every.items()},
        "columns": list(sides.columns),
        "n": min(sides.fake.n, sides.real.n),
        "seed": wanted.seed,
        "notes": notes(sides),
    }
    for name, section in SECTIONS.items():
        with doing(section.doing):
            found[name] = section.make(sides, wanted)
    found["verdict"] = verdict(found)
    found["seconds"] = round(time.monotonic() - began, 1)
    return Evaluation(found)


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
    same = int(shared(sides.fake.rows, sides.real.rows).sum())
    if same:
        said.append(f"{same} of {sides.fake.n} fake rows stand among the real ones exactly")
    return said


# --------------------------------------------------------------------------------- the sections


def some(rows: Floats, limit: int, seed: int) -> Floats:
    """At most `limit` rows, drawn at random: files are often sorted."""
    return subsample(rows, limit, np.random.default_rng(seed))


def _tests(sides: Sides, options: Options) -> list[Json]:
    found = two_sample(
        sides.fake.rows,
        sides.real.rows,
        tests=options.tests,
        seed=options.seed,
        permutations=PERMUTATIONS,
        columns=sides.columns,
    )
    return [_of_test(test) for test in found]


def _of_test(test: Result) -> Json:
    """What one test says, as plain values."""
    blind = {"value": float(test.blind.value), "words": test.blind.words}
    detail = {key: float(value) for key, value in test.detail.items()}
    numbers = {
        "statistic": float(test.statistic),
        "floor": float(test.floor),
        "p_value": float(test.p_value),
    }
    return {"name": test.name, **numbers, "n": test.n, "blind": blind, "detail": detail,
            "note": test.note}  # fmt: skip


def _equivalence(sides: Sides, options: Options) -> Json:
    margin = MARGIN if options.margin is None else options.margin
    fake, real = sides.fake.rows, sides.real.rows
    return equivalence(fake, real, margin=margin, seed=options.seed).json()


def _measures(sides: Sides, options: Options) -> list[Json]:
    held = (sides.fake.rows, *sides.held(options.seed))
    made, reference, other = (some(rows, MEASURED, options.seed) for rows in held)
    return clouds("x", made, reference, other, unit=scale_of_rows(reference))


SECTIONS: Catalogue[Section] = Catalogue(
    "section",
    {
        "tests": Section("testing whether both are one law", _tests),
        "equivalence": Section("testing whether they are close enough", _equivalence),
        "measures": Section("measuring how far they are apart", _measures),
    },
)
"""In the order in which a reader meets them."""
