"""A rule: what it reads of the record, and when it speaks. What was not recorded is not judged."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from saddle.doctor.evidence import Evidence, Floats
from saddle.doctor.finding import Severity, Sign
from saddle.doctor.thresholds import LASTING, LOOKS, NEARER, PATIENCE

Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Rule:
    """One thing that can be wrong.

    Attributes:
        about: what it means, on one line.
        reads: dotted paths of the record, `*` for each duel or each key.
        sign: what the record shows of it, None where nothing.
        severity: of its finding.
    """

    about: str
    reads: tuple[str, ...]
    sign: Callable[[Evidence], Sign | None]
    severity: Severity = "fault"

    def measured(self, evidence: Evidence) -> bool:
        """Whether all that it reads was recorded."""
        return all(
            any(evidence.series(path).recorded for path in expanded(evidence, star))
            for star in self.reads
        )


def expanded(evidence: Evidence, path: str) -> list[str]:
    """A path with `*` as the paths that it stands for.

    >>> expanded(Evidence(({"critics": {"duel": {"auc": 1.0}}},), {}, 10), "critics.*.auc")
    ['critics.duel.auc']
    """
    head, star, rest = path.partition(".*")
    if not star:
        return [path]
    return [f"{head}.{name}{rest}" for name in evidence.names(head)]


def lasting(bad: Flags, evidence: Evidence, *, share: float = LASTING) -> int | None:
    """The step since which every look was bad, None where that is not long enough.

    Long enough is LOOKS looks, and this share of the budget; what was before a change of the run
    does not count.
    """
    steps = evidence.at
    well = np.flatnonzero(~bad | ~evidence.present(steps))
    first = int(well[-1]) + 1 if len(well) else 0
    run = steps[first:]
    if len(run) < LOOKS or run[-1] - run[0] < share * evidence.steps:
        return None
    return int(run[0])


def coming_nearer(evidence: Evidence, *, patience: float = PATIENCE) -> Flags:
    """For each look whether the watched distance lately reached a new low, by a tenth, (n,).

    Also before the run, or what it was changed to, is as old as the patience: warm-up is no
    fault. Where the distance was not recorded, nothing came nearer.
    """
    distance = np.nan_to_num(evidence.series("watch.value").values, nan=np.inf)
    steps, span = evidence.at, patience * evidence.steps
    best = np.minimum.accumulate(distance)
    before = np.searchsorted(steps, steps - span, side="right") - 1
    young = steps - evidence.began < span
    return np.asarray(young | (best < NEARER * best[np.maximum(before, 0)]) | (before < 0))


def early(values: Floats, evidence: Evidence, share: float = 0.05) -> float:
    """The largest value of the first looks, nan where none was recorded: what a run begins with.

    The first look alone sees a critic that knows nothing, so there are two at least.
    """
    first = max(2, int(np.sum(evidence.at <= share * evidence.steps)))
    held = values[:first][np.isfinite(values[:first])]
    return float(held.max()) if len(held) else float("nan")


def worst(signs: list[Sign | None]) -> Sign | None:
    """The sign that holds longest, of several."""
    return min((sign for sign in signs if sign is not None), key=lambda s: s.since, default=None)
