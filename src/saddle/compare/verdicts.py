"""What a comparison says: means, paired differences to the first, and sentences."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from saddle.compare.record import MEASURED, Curve, Curves
from saddle.measure.base import Floats
from saddle.measure.paired import Paired, paired, t_interval
from saddle.measure.two_sample.axes import holm
from saddle.runs import Json

LEVEL = 0.05
"""Below this p-value, after Holm's correction, a difference is told."""


@dataclass(frozen=True)
class Standing:
    """One contender at one place: equal steps, or equal processor time.

    Attributes:
        name: the contender.
        values: one a seed; nan where the run has none.
        mean: of the runs that have one.
        interval: of that mean, or None below two.
        against: the paired difference to the first; None for the first, and without pairs.
        p_value: of that, after Holm's correction over contenders.
    """

    name: str
    values: Floats
    mean: float
    interval: tuple[float, float] | None
    against: Paired | None = None
    p_value: float | None = None


@dataclass(frozen=True)
class Verdict:
    """A comparison's outcome.

    Attributes:
        measure: a name of `MEASURED`.
        step: where all are compared at equal steps.
        cpu: where all are compared at equal processor seconds.
        at_step, at_cpu: every contender there.
        spent: each contender's mean processor seconds to that step.
        failed: each contender's runs that were given up.
        floor: what real rows score, on average.
    """

    measure: str
    step: float
    cpu: float
    at_step: list[Standing]
    at_cpu: list[Standing]
    spent: list[float]
    failed: list[int]
    floor: float | None

    @property
    def smallest(self) -> float | None:
        """The least p-value that so many pairs can reach, after Holm's correction."""
        found = [it.against.smallest for it in self.at_step if it.against is not None]
        return min(1.0, len(found) * max(found)) if found else None


def verdict(names: Sequence[str], curves: Mapping[str, Curves], measure: str) -> Verdict:
    """Compare the contenders' records, the seeds of each in the same order."""
    every = [curve for name in names for curve in curves[name] if curve.ended]
    step = min((curve.end[0] for curve in every), default=0.0)
    cpu = min((curve.end[1] for curve in every), default=0.0)
    floors = [curve.floor for curve in every if curve.floor is not None]
    return Verdict(
        measure=measure,
        step=step,
        cpu=cpu,
        at_step=standings(names, curves, lambda curve: curve.at_step(step)),
        at_cpu=standings(names, curves, lambda curve: curve.at_cpu(cpu)),
        spent=[
            _mean(np.array([c.spent(step) for c in curves[name] if c.ended])) for name in names
        ],
        failed=[sum(curve.failed is not None for curve in curves[name]) for name in names],
        floor=float(np.mean(floors)) if floors else None,
    )


def standings(
    names: Sequence[str], curves: Mapping[str, Curves], value: Callable[[Curve], float]
) -> list[Standing]:
    """Every contender, and its difference to the first over the seeds that both have."""
    values = [np.array([value(curve) for curve in curves[name]]) for name in names]
    first = values[0]
    pairs: list[Paired | None] = [None]
    for own in values[1:]:
        both = np.isfinite(own) & np.isfinite(first) if len(own) == len(first) else np.zeros(0)
        pairs.append(paired(first[both], own[both]) if both.any() else None)
    told = [k for k, pair in enumerate(pairs) if pair is not None]
    corrected = holm(np.array([pair.p_value for pair in pairs if pair is not None]))
    p = dict(zip(told, corrected.tolist(), strict=True))
    return [
        Standing(name, own, _mean(own), t_interval(own[np.isfinite(own)]), pair, p.get(k))
        for k, (name, own, pair) in enumerate(zip(names, values, pairs, strict=True))
    ]


def _mean(values: Floats) -> float:
    there = values[np.isfinite(values)]
    return float(there.mean()) if len(there) else float("nan")


# ---- words --------------------------------------------------------------------------------------


def sentences(found: Verdict) -> list[str]:
    """Each contender against the first, at equal steps and at equal processor time."""
    first, words = found.at_step[0].name, MEASURED[found.measure].words
    least = f" (smallest reachable {found.smallest:.2g})" if found.smallest is not None else ""
    lines = []
    for k, here in enumerate(found.at_step[1:], 1):
        lost = (found.failed[0], found.failed[k])
        text = told(here, first, found.measure, lost)
        lines.append(f"{text}, {words}, at equal steps{least if k == 1 else ''}")
        there = told(found.at_cpu[k], first, found.measure, lost)
        lines.append(f"  at equal processor time: {there}")
    return lines


def told(standing: Standing, first: str, measure: str, lost: tuple[int, int]) -> str:
    """One contender against the first."""
    pair, name = standing.against, standing.name
    if pair is None:
        return f"{name} and {first} share no seed at which both have a value: nothing is told"
    if pair.interval is None:
        return f"{name} and {first} have one pair of runs, {pair.difference:+.3g}: no more is told"
    low, high = pair.interval
    p = 1.0 if standing.p_value is None else standing.p_value
    numbers = f"{pair.difference:+.3g} [{low:+.3g}, {high:+.3g}], p = {p:.2g}"
    better = (pair.difference < 0) == (MEASURED[measure].better == "lower")
    winner, loser = (name, first) if better else (first, name)
    failed = lost[1 if better else 0]
    if p > LEVEL or low <= 0 <= high:
        return f"{name} cannot be told from {first}: {numbers}"
    if failed:
        return f"{winner} scores better than {loser}, but {failed} of its runs failed: {numbers}"
    return f"{winner} beats {loser}: {name} - {first} = {numbers}"


def rows(found: Verdict) -> list[Json]:
    """The table: a row a contender."""
    made = []
    for k, (here, there) in enumerate(zip(found.at_step, found.at_cpu, strict=True)):
        made.append(
            {
                "contender": here.name,
                "value": _or_none(here.mean),
                "minus first": _difference(here),
                "p": here.p_value,
                "CPU s": _or_none(found.spent[k]),
                "equal CPU": _or_none(there.mean),
                **({"failed": found.failed[k]} if any(found.failed) else {}),
            }
        )
    return made


def _difference(standing: Standing) -> str | None:
    pair = standing.against
    if pair is None:
        return None
    ends = "" if pair.interval is None else " [{:+.2g}, {:+.2g}]".format(*pair.interval)
    return f"{pair.difference:+.2g}{ends}"


def _or_none(value: float) -> float | None:
    return value if np.isfinite(value) else None


def as_json(found: Verdict) -> Json:
    """All of it, with every value."""
    return {
        "measure": found.measure,
        "words": MEASURED[found.measure].words,
        "better": MEASURED[found.measure].better,
        "floor": found.floor,
        "smallest_p": found.smallest,
        "equal_steps": {"step": found.step, "contenders": [_json(it) for it in found.at_step]},
        "equal_cpu": {"seconds": found.cpu, "contenders": [_json(it) for it in found.at_cpu]},
        "cpu_seconds": [_or_none(it) for it in found.spent],
        "failed": found.failed,
        "sentences": sentences(found),
    }


def _json(standing: Standing) -> Json:
    pair = standing.against
    return {
        "name": standing.name,
        "values": [_or_none(value) for value in standing.values.tolist()],
        "mean": _or_none(standing.mean),
        "interval": None if standing.interval is None else list(standing.interval),
        "difference": None if pair is None else pair.difference,
        "difference_interval": None if pair is None else pair.interval,
        "p": None if pair is None else pair.p_value,
        "p_holm": standing.p_value,
        "pairs": 0 if pair is None else pair.n,
    }
