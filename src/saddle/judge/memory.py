"""Memory as rows: are samples new, or the training rows again?

What held-out rows score against the training rows is the floor: a sampler without memory scores
the same. So real rows that training never saw are needed beside those that it saw. Without the
training rows nothing can be said of memory: a sample that equals some other real row was not
copied from it. What can be said is whether the samples repeat themselves.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from saddle.catalogue import Catalogue
from saddle.errors import BadData
from saddle.judge.features import Features, features_of
from saddle.judge.rows import row, unmeasured
from saddle.measure.base import Floats, Interval, pair_of_rows, rows_of, spread_out, subsample
from saddle.measure.floors import wilson
from saddle.measure.memory import (
    FEWEST,
    Flags,
    closer_to_train,
    closest,
    copies,
    copying,
    repeats,
)
from saddle.measure.near import nearest
from saddle.reference import Reference
from saddle.references import AUTHENTIC, DATA_COPYING
from saddle.runs import Json

MOST = 10_000
"""Rows of each side, at most: the cost grows as n^2."""

TRAIN, HELD = "train", "held"


@dataclass(frozen=True, eq=False)
class Clouds:
    """What memory is judged on; what is not there is empty.

    Attributes:
        fake: samples (n, d).
        train: training rows (m, d).
        held: real rows that training did not see (k, d).
        phi: the features of the three, in the same order.
        seed: of what is drawn at random.
    """

    fake: Floats
    train: Floats
    held: Floats
    phi: tuple[Floats, Floats, Floats]
    seed: int

    @property
    def there(self) -> set[str]:
        """Which of the training and the held-out rows there are."""
        return {name for name, x in ((TRAIN, self.train), (HELD, self.held)) if len(x)}

    @property
    def rng(self) -> np.random.Generator:
        """A stream for each measure: one draw more moves no other number."""
        return np.random.default_rng(self.seed)

    def turned(self) -> Clouds:
        """The held-out rows in the place of the samples: what they score is the floor."""
        return replace(self, fake=self.held, phi=(self.phi[2], self.phi[1], self.phi[2]))


@dataclass(frozen=True)
class Memory:
    """A measure of memory.

    Attributes:
        name: the row's name.
        words: what the number is, what it means, and what is ideal.
        judge: the number with its interval.
        better: lower, or closer (to the floor, from either side).
        needs: which rows it cannot do without.
        ideal: what a sampler without memory scores; where None, the held-out rows' own score.
        learned: whether it reads features, and says so in its name.
        reference: where it comes from.
    """

    name: str
    words: str
    judge: Callable[[Clouds], Interval]
    better: str = "lower"
    needs: frozenset[str] = frozenset({TRAIN})
    ideal: float | None = None
    learned: bool = True
    reference: Reference | None = None

    def floor(self, clouds: Clouds) -> float | None:
        """What a sampler without memory scores, where it is known or can be measured."""
        if self.ideal is not None or HELD not in clouds.there:
            return self.ideal
        return self.judge(clouds.turned()).value


def _share(flags: Flags) -> Interval:
    return wilson(int(flags.sum()), len(flags))


def _repeated(clouds: Clouds) -> Interval:
    """Among as many samples as there are held-out rows: more rows repeat more often."""
    n = len(clouds.held) or len(clouds.fake)
    return _share(repeats(subsample(clouds.fake, n, clouds.rng)))


CROWDED = 0.05
"""Of held-out rows, those with the nearest neighbours tell what crowded is."""


def _crowded(clouds: Clouds) -> Interval:
    """Samples nearer to another than 95 % of as many held-out rows are; rows come in pairs."""
    n = min(len(clouds.fake), len(clouds.held))
    some = (subsample(phi, n, clouds.rng) for phi in (clouds.phi[0], clouds.phi[2]))
    apart, real = (nearest(phi).distance[:, 0] for phi in some)
    s = float((apart < np.quantile(real, CROWDED)).mean())
    variance = 2 * (s * (1 - s) + CROWDED * (1 - CROWDED)) / n
    found = spread_out(s, variance**0.5, n=n)
    return replace(found, low=max(found.low, 0.0), high=min(found.high, 1.0))


def _copying(clouds: Clouds) -> Interval:
    fake, train, held = clouds.phi
    found = copying(fake, train, held, rng=clouds.rng).overall
    return replace(found, n=min(len(fake), len(held)))


_ROWS = (
    Memory(
        "copies",
        "share of samples that equal a training row; as many as of held-out rows is ideal",
        lambda c: _share(copies(c.fake, c.train)),
        learned=False,
    ),
    Memory(
        "near-copies",
        "share of samples ten times nearer to a training row than its own neighbour is",
        lambda c: _share(closest(c.phi[0], c.phi[1]).near_copy),
    ),
    Memory(
        "authentic",
        "share of samples farther from the nearest training row than its own neighbour is: "
        "below the floor they hug the training rows, above it they lie off the data",
        lambda c: _share(closest(c.phi[0], c.phi[1]).authentic),
        better="closer",
        reference=AUTHENTIC,
    ),
    Memory(
        "c-t",
        "C_T, a z-score: below -3 samples lie nearer to training rows than held-out rows do "
        "(copies), above 3 farther (off the data); 0 is ideal",
        _copying,
        better="closer",
        needs=frozenset({TRAIN, HELD}),
        ideal=0.0,
        reference=DATA_COPYING,
    ),
    Memory(
        "closer-to-train",
        "share of samples nearer to a training row than to one of as many held-out rows; "
        "one half is ideal, more is memory",
        lambda c: closer_to_train(*c.phi, rng=c.rng),
        needs=frozenset({TRAIN, HELD}),
        ideal=0.5,
    ),
    Memory(
        "repeats",
        "share of samples that occur more than once",
        _repeated,
        needs=frozenset(),
        learned=False,
    ),
    Memory(
        "crowded",
        "share of samples nearer to another than 95 % of held-out rows are; 5 % is ideal, "
        "more is too little variety",
        _crowded,
        needs=frozenset({HELD}),
        ideal=CROWDED,
    ),
)

MEMORY: Catalogue[Memory] = Catalogue("measure of memory", {m.name: m for m in _ROWS})

ABSENT = {
    TRAIN: "memory needs the rows that were trained on (--train); real rows alone cannot tell a "
    "copy from a good sample",
    HELD: "needs real rows that were not trained on",
}


def memory_rows(
    fake: npt.ArrayLike,
    train: npt.ArrayLike | None,
    held: npt.ArrayLike | None,
    *,
    features: str | Features = "raw",
    seed: int = 0,
) -> list[Json]:
    """The rows of `MEMORY`.

    Args:
        fake: samples (n, d).
        train: the rows that were trained on, or None where nobody has them.
        held: real rows that training did not see, or None.
        features: where nearness is measured: a name, fitted to the training rows (else to the
            held-out ones), or features that are there. Copies are copies of rows, not of features.
        seed: of what is drawn at random.
    """
    clouds, name = _clouds(fake, train, held, features, seed)
    return [_told(measure, clouds, name) for measure in MEMORY.values()]


def _told(measure: Memory, clouds: Clouds, features: str) -> Json:
    missing = [why for what, why in ABSENT.items() if what in measure.needs - clouds.there]
    if missing:
        return unmeasured(measure.name, missing[0], better=measure.better)
    try:
        found = measure.judge(clouds)
        floor = measure.floor(clouds)
    except BadData as problem:  # too few rows for this one
        return unmeasured(measure.name, str(problem), better=measure.better)
    seen = min([found.n, *([len(clouds.held)] if HELD in measure.needs else [])])
    return row(
        "-".join([measure.name, *([features] if measure.learned else [])]),
        found,
        floor=floor,
        better=measure.better,
        note=measure.words,
        mark=f"n = {seen}: too few to be sure" if seen < FEWEST else None,
    )


def _clouds(
    fake: npt.ArrayLike,
    train: npt.ArrayLike | None,
    held: npt.ArrayLike | None,
    features: str | Features,
    seed: int,
) -> tuple[Clouds, str]:
    rng = np.random.default_rng(seed)
    x = rows_of(fake, "fake")
    sides = [
        x[:0] if side is None else pair_of_rows(side, x, (name, "fake"))[0]
        for side, name in ((train, TRAIN), (held, HELD))
    ]
    x, seen, new = (
        np.asarray(side[np.sort(rng.permutation(len(side))[:MOST])], np.float64)
        for side in (x, *sides)
    )
    known = next((side for side in (seen, new, x) if len(side)), x)
    made = features_of(features, known)
    phi = [made.of(side) if len(side) else np.zeros((0, made.dim)) for side in (x, seen, new)]
    return Clouds(x, seen, new, (phi[0], phi[1], phi[2]), seed), made.name


# ---- neighbours to look at ----------------------------------------------------------------------


def neighbour_table(
    fake: npt.ArrayLike,
    train: npt.ArrayLike,
    *,
    features: str | Features = "raw",
    most: int = 6,
    seed: int = 0,
) -> dict[str, list[Json]]:
    """Samples beside their nearest training rows: those that lie nearest, and some at random.

    Each is a sample and its number, the training row nearest to it and its number (`index`), their
    distance, and its ratio
    to the distance from that row to its own neighbour: near 0 is a copy, about 1 is new.
    """
    x, seen = pair_of_rows(fake, train, ("fake", TRAIN))
    made = features_of(features, np.asarray(seen, np.float64))
    found = closest(made.of(x), made.of(seen))
    ratio = found.distance / np.where(found.own > 0, found.own, np.inf)
    ratio = np.where((found.own == 0) & (found.distance > 0), np.inf, ratio)
    nearest_first = np.lexsort((found.distance, ratio))[:most]
    some = np.random.default_rng(seed).permutation(len(x))[:most]

    def told(i: int) -> Json:
        return {
            "number": i,
            "sample": x[i].tolist(),
            "train": seen[found.index[i]].tolist(),
            "index": int(found.index[i]),
            "distance": float(found.distance[i]),
            "ratio": float(ratio[i]) if np.isfinite(ratio[i]) else None,
        }

    return {
        "closest": [told(int(i)) for i in nearest_first],
        "typical": [told(int(i)) for i in some],
    }
