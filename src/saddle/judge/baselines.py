"""Do the samples beat what needs no adversary? The same measures for all, with intervals."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from saddle.judge.ratio import log_ratio
from saddle.judge.rows import finite
from saddle.judge.samplers import BASELINES, spread
from saddle.judge.sides import Sides, listed
from saddle.judge.training import Plan
from saddle.measure import MEASURES, Interval
from saddle.measure.base import Floats, subsample
from saddle.measure.floors import wilson
from saddle.measure.memory import closest
from saddle.measure.neighbours import neighbours
from saddle.runs import Json

MOST = 2_000
"""Rows of each sampler that are measured, at most."""


@dataclass(frozen=True)
class Ground:
    """What every sampler is measured on.

    Attributes:
        real: rows that no sampler has seen, (n, d), each column in units of its deviation.
        train: what the baselines were fitted to, in the same units.
        seen: whether the maker of the samples has seen those rows too: else memory is not told.
        seed: of critics.
    """

    real: Floats
    train: Floats
    seen: bool
    seed: int


@dataclass(frozen=True)
class Scale:
    """One of the few measures that samplers are held to.

    Attributes:
        better: lower or higher.
        words: what it is.
        judge: from samples and the ground to the number.
        memory: whether it tells memory rather than closeness.
    """

    better: str
    words: str
    judge: Callable[[Floats, Ground], Interval]
    memory: bool = False


def _by(name: str) -> Scale:
    measure = MEASURES[name]
    return Scale(measure.better, measure.words, lambda x, on: measure.judge(x, on.real))


def _authentic(x: Floats, on: Ground) -> Interval:
    new = closest(x, on.train).authentic
    return wilson(int(new.sum()), len(new))


BRIEF = Plan(most=400)
"""Half a dozen samplers are told from real rows: for a rank among them a short lesson does."""

SCALES: Mapping[str, Scale] = {
    "sliced-w": _by("sliced-w"),
    "energy": _by("energy"),
    "auc": Scale(
        "lower",
        "held-out critics tell samples from real rows; one half: they cannot",
        lambda x, on: log_ratio(on.real, x, seed=on.seed, folds=2, refits=2, plan=BRIEF).auc,
    ),
    "coverage": Scale(
        "higher",
        "share of real rows with a sample in their neighbourhood",
        lambda x, on: neighbours(x, on.real).coverage,
    ),
    "authentic": Scale(
        "higher",
        "share of samples farther from the nearest training row than its own neighbour",
        _authentic,
        memory=True,
    ),
}


class Rival(NamedTuple):
    """A sampler that was measured.

    Attributes:
        name: what it is called.
        found: its number on every scale, by the scale's name.
        by_heart: whether its samples lie closer to training rows than held-out rows do, or None
            where nobody knows the training rows.
    """

    name: str
    found: Mapping[str, Interval]
    by_heart: bool | None


def baselines(sides: Sides, *, seed: int = 0) -> Json:
    """The samples and every baseline on the same scales, and who is closer than whom.

    Baselines are fitted to the training rows; where nobody named any, to one half of the real
    rows. All are measured on real rows that none of them was fitted to, at the same n.
    """
    rng = np.random.default_rng([seed, APART])
    held = sides.held(seed)
    unit = spread(held.real)
    real, train = (subsample(rows, MOST, rng) / unit for rows in held[:2])
    ground = Ground(real, train, held.trained, seed)
    n = min(sides.fake.n, len(real), MOST)
    mine = measured("samples", subsample(sides.fake.rows, n, rng) / unit, ground)
    drawn = {name: row.fit(train, rng)(n, rng) for name, row in BASELINES.items()}
    rivals = [measured(name, rows, ground) for name, rows in drawn.items()]
    return {
        "n": n,
        "fitted": len(train),
        "fitted_to": "the training rows" if held.trained else "half of the real rows",
        "scales": {name: {"better": it.better, "words": it.words} for name, it in scales(ground)},
        "samples": told(mine),
        "rivals": [
            {"about": BASELINES[it.name].about, **told(it), "against": compared(mine, it)}
            for it in rivals
        ],
        "sentences": list(sentences(mine, rivals)),
    }


APART = 0xBA5E
"""A stream of its own beside the seed."""


def scales(ground: Ground) -> list[tuple[str, Scale]]:
    """Those that can be measured: memory only where the maker's training rows are known."""
    return [(name, it) for name, it in SCALES.items() if ground.seen or not it.memory]


def measured(name: str, rows: Floats, ground: Ground) -> Rival:
    """One sampler's rows (n, d) on every scale."""
    found = {key: it.judge(rows, ground) for key, it in scales(ground)}
    new = found.get(MEMORY)
    by_heart = None if new is None else new.high < _authentic(ground.real, ground).low
    return Rival(name, found, by_heart)


MEMORY = "authentic"
"""The scale that tells memory: a share that held-out rows have too is as it should be."""


def told(rival: Rival) -> Json:
    """Its numbers as plain values."""
    return {
        "name": rival.name,
        "by_heart": rival.by_heart,
        "measures": {
            key: {"value": finite(it.value), "interval": [it.low, it.high]}
            for key, it in rival.found.items()
        },
    }


# ----------------------------------------------------------------------------- who is closer


class Difference(NamedTuple):
    """How much better the samples are than a rival: above 0, they are."""

    value: float
    low: float
    high: float

    @property
    def sign(self) -> int:
        """1 where the samples are better beyond doubt, -1 where the rival is, else 0."""
        return int(self.low > 0) - int(self.high < 0)


def difference(mine: Interval, other: Interval, *, better: str) -> Difference:
    """Mine less the other's, turned so that more is better, with its interval.

    From the two intervals, each end moved by its own (Zou and Donner 2008):

        low = a - b - sqrt((a - a_low)^2 + (b_high - b)^2)

    Both are measured on the same real rows, which makes them rise and fall together: the interval
    is too wide rather than too narrow.
    """
    a, b = TURNED[better](mine, other)
    gap = a.value - b.value
    low = gap - math.hypot(a.value - a.low, b.high - b.value)
    return Difference(gap, low, gap + math.hypot(a.high - a.value, b.value - b.low))


TURNED: Mapping[str, Callable[[Interval, Interval], tuple[Interval, Interval]]] = {
    "higher": lambda mine, other: (mine, other),
    "lower": lambda mine, other: (other, mine),
}
"""By which way a measure is better: the one that should be larger comes first."""


def compared(mine: Rival, other: Rival) -> Json:
    """On each scale, how much better the samples are, and what that comes to."""
    gaps = {
        name: difference(mine.found[name], other.found[name], better=SCALES[name].better)
        for name in CLOSE
    }
    return {
        name: {"better_by": gap.value, "interval": [gap.low, gap.high], "says": SIGNS[gap.sign]}
        for name, gap in gaps.items()
    }


SIGNS = {1: "samples are better", 0: "not told apart", -1: "the baseline is better"}


CLOSE = tuple(name for name, it in SCALES.items() if not it.memory)
"""The scales on which samplers are compared."""


def sentences(mine: Rival, rivals: Sequence[Rival]) -> Iterator[str]:
    """What it comes to: beaten, level with, beaten by; then who has learned by heart."""
    honest = [it for it in rivals if not BASELINES[it.name].cheats]
    signs = {it.name: total(mine, it) for it in honest}
    for sign, words in STANDINGS.items():
        names = [name for name, held in signs.items() if held == sign]
        if names:
            yield words.format(names=listed(names))
    for cheat in (it for it in rivals if BASELINES[it.name].cheats and it.by_heart):
        yield (
            f"Copies of the training rows have an AUC of {cheat.found['auc'].value:.2f}, and "
            f"{cheat.found[MEMORY].value:.0%} of them are new: being close is not being new."
        )


def total(mine: Rival, other: Rival) -> int:
    """1 where the samples are better on a scale and worse on none, -1 the other way, else 0."""
    signs = {
        difference(mine.found[name], other.found[name], better=SCALES[name].better).sign
        for name in CLOSE
    }
    return sum(signs) if len(signs - {0}) == 1 else 0


STANDINGS = {
    1: "Closer to the real rows than {names}.",
    0: "Neither closer nor farther than what needs no adversary: {names}.",
    -1: "Farther from the real rows than what needs no adversary: {names}.",
}
"""By whether the samples are closer than a baseline on some scale and farther on none."""
