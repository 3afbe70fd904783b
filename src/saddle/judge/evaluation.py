"""Anything against anything: one document of what was found, made section by section."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any

import numpy as np

from saddle.catalogue import Catalogue
from saddle.judge.clouds import clouds, short
from saddle.judge.equivalence import MARGIN, equivalence
from saddle.judge.rows import row
from saddle.judge.samplers import spread
from saddle.judge.sides import Sides, shared
from saddle.judge.verdict import verdict
from saddle.measure import Interval, Result, two_sample, wilson
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
        make: from the sides, the options and the document so far to what was found.
    """

    doing: str
    make: Callable[[Sides, Options, Json], Any]


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
        "same_rows": same_rows(sides),
    }
    for name, section in SECTIONS.items():
        with doing(section.doing):
            found[name] = section.make(sides, wanted, found)
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


def same_rows(sides: Sides) -> bool:
    """Whether both sides are the same rows, in whatever order."""
    same = shared(sides.fake.rows, sides.real.rows).all()
    return bool(same and shared(sides.real.rows, sides.fake.rows).all())


# --------------------------------------------------------------------------------- the sections


def some(rows: Floats, limit: int, seed: int) -> Floats:
    """At most `limit` rows, drawn at random: files are often sorted."""
    return subsample(rows, limit, np.random.default_rng(seed))


def _tests(sides: Sides, options: Options, found: Json) -> list[Json]:
    tests = two_sample(
        sides.fake.rows,
        sides.real.rows,
        tests=options.tests,
        seed=options.seed,
        permutations=PERMUTATIONS,
        columns=sides.columns,
    )
    return [_of_test(test) for test in tests]


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


def _equivalence(sides: Sides, options: Options, found: Json) -> Json:
    margin = MARGIN if options.margin is None else options.margin
    fake, real = sides.fake.rows, sides.real.rows
    return equivalence(fake, real, margin=margin, seed=options.seed).json()


def _measures(sides: Sides, options: Options, found: Json) -> list[Json]:
    unit, held = spread(sides.real.rows), sides.held(options.seed)
    made, reference, other = (
        some(rows, MEASURED, options.seed) / unit
        for rows in (sides.fake.rows, held.real, held.other)
    )
    away = clouds("{name}-{n}-raw", made, reference, other, unit=1.0, units=UNITS)
    return [likeness(found["tests"]), *away]


UNITS = "each column in units of its deviation"


def likeness(tests: list[Json]) -> Json:
    """What a held-out critic leaves alike: 1 - (2 accuracy - 1), one less the total variation.

    A classifier's accuracy is at most 1/2 + TV/2, so that this is more than what is really alike.
    """
    test = next(test for test in tests if test["name"] in CRITICS)
    n = int(test["detail"]["n_test"])
    right = wilson(round(test["statistic"] * n), n)
    alike, least, most = (
        min(1.0, 2 * (1 - accuracy)) for accuracy in (right.value, right.high, right.low)
    )
    return row(
        f"likeness-{short(test['n'])}-raw",
        Interval(alike, least, most, right.level, test["n"]),
        floor=1.0,
        better="higher",
        note="1 less the total variation that a held-out network finds; at 1 it finds none",
    )


CRITICS = ("c2st",)
"""The tests whose statistic is a held-out accuracy."""


SECTIONS: Catalogue[Section] = Catalogue(
    "section",
    {
        "tests": Section("testing whether both are one law", _tests),
        "equivalence": Section("testing whether they are close enough", _equivalence),
        "measures": Section("measuring how far they are apart", _measures),
    },
)
"""In the order in which a reader meets them."""
