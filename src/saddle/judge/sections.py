"""The parts of an evaluation: tests, closeness, distances and fidelity, memory, baselines."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from saddle.catalogue import Catalogue
from saddle.errors import bad, unknown
from saddle.judge.baselines import baselines
from saddle.judge.clouds import MORE, clouds, short
from saddle.judge.divergence_rows import divergence_rows
from saddle.judge.equivalence import MARGIN, equivalence
from saddle.judge.features import Features, features_of
from saddle.judge.fidelity import fidelity_rows
from saddle.judge.memory import memory_rows, neighbour_table
from saddle.judge.rows import row, unmeasured
from saddle.judge.samplers import spread
from saddle.judge.sides import Sides
from saddle.judge.verdict import CRITICS
from saddle.judge.why import why_of
from saddle.measure import TESTS, Interval, Result, two_sample, wilson
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
        features: what fidelity and memory are measured on: a name, or features that are there.
        margin: the distance that is still close, or None for the default.
        tests: the two-sample tests that are run.
        sections: the parts of the document that are made; every one where None.
    """

    seed: int = 0
    features: str | Features = "raw"
    margin: float | None = None
    tests: tuple[str, ...] = (
        "c2st-logit",
        "mmd-multi",
        "energy",
        "means",
        "variances",
        "ks",
        "neighbours",
    )
    sections: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        """Refuse what no part can be made with, before any work is done."""
        if self.margin is not None and not 0 < self.margin < np.inf:
            raise bad("margin", self.margin, "above 0: a share of the data's spread, such as 0.05")
        from saddle.judge.features import FEATURES

        if isinstance(self.features, str) and self.features not in FEATURES:
            raise unknown("features", self.features, FEATURES)
        for names, known in ((self.tests, TESTS), (self.sections or (), SECTIONS)):
            for name in names:
                known[name]


QUICK = ("tests", "equivalence", "measures", "memory")
"""The parts that take seconds: what a verdict needs."""


@dataclass(frozen=True)
class Section:
    """A part of the document.

    Attributes:
        doing: what is done, in a few words: progress shows it.
        make: from the sides, the options and the document so far to what was found.
        empty: what stands there where there were too few rows.
    """

    doing: str
    make: Callable[[Sides, Options, Json], Any]
    empty: Any


# -------------------------------------------------------------------------- told apart, and close


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


# ----------------------------------------------------------------------------------- how far apart


def some(rows: Floats, limit: int, seed: int) -> Floats:
    """At most `limit` rows, drawn at random: files are often sorted."""
    return subsample(rows, limit, np.random.default_rng(seed))


def _measures(sides: Sides, options: Options, found: Json) -> list[Json]:
    held = sides.held(options.seed)
    fidelity = fidelity_rows(
        sides.fake.rows, held.real, other=held.other, features=options.features, seed=options.seed
    )
    unit = spread(sides.real.rows)
    made, reference, other = (
        some(rows, MEASURED, options.seed) / unit for rows in (sides.fake.rows, *held[:2])
    )
    away = clouds("{name}-{n}-raw", made, reference, other, unit=1.0, units=UNITS, names=MORE)
    learned = divergence_rows(
        sides.fake.rows, held.real, other=held.other, names=LEARNED, seed=options.seed
    )
    return [likeness(found.get("tests", ())), *fidelity, *learned, *away]


LEARNED = ("kl", "jsd", "squared-hellinger")
"""Divergences by held-out critics."""


UNITS = "each column in units of its deviation"


def likeness(tests: Sequence[Json]) -> Json:
    """What a held-out critic leaves alike: 1 - (2 accuracy - 1), one less the total variation.

    A classifier's accuracy is at most 1/2 + TV/2, so that this is more than what is really alike.
    """
    test = next((test for test in tests if test["name"] in CRITICS), None)
    if test is None:
        why = f"it is read off the test {' or '.join(CRITICS)}, which was not made"
        return unmeasured("likeness", why, better="higher")
    n = int(test["detail"]["n_test"])
    right = wilson(int(test["detail"]["right"]), n)
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


# ------------------------------------------------------------------------ learned by heart, beaten


def _memory(sides: Sides, options: Options, found: Json) -> Json:
    train = None if sides.train is None else sides.train.rows
    how: Json = {"features": options.features, "seed": options.seed}
    rows = memory_rows(sides.fake.rows, train, sides.real.rows, **how)
    near = {} if train is None else neighbour_table(sides.fake.rows, train, **how)
    return {"rows": rows, "neighbours": near}


def _features(sides: Sides, options: Options, found: Json) -> Json:
    """What fidelity and memory were measured on; each fits features to its own rows."""
    fitted = {"measures": sides.held(options.seed).real}
    if sides.train is not None:
        fitted["memory"] = sides.train.rows
    return {what: features_of(options.features, rows).facts() for what, rows in fitted.items()}


def _why(sides: Sides, options: Options, found: Json) -> Json:
    return why_of(sides, seed=options.seed).json()


def _baselines(sides: Sides, options: Options, found: Json) -> Json:
    return baselines(sides, seed=options.seed)


SECTIONS: Catalogue[Section] = Catalogue(
    "section",
    {
        "tests": Section("testing whether both are one law", _tests, []),
        "equivalence": Section("testing whether they are close enough", _equivalence, None),
        "measures": Section("measuring how far they are apart", _measures, []),
        "why": Section("looking for what tells them apart", _why, None),
        "memory": Section("looking for copies", _memory, None),
        "features": Section("saying what it was measured on", _features, None),
        "baselines": Section("trying what needs no adversary", _baselines, None),
    },
)
"""In the order in which they are made."""
