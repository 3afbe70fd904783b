"""A rule: what it reads of the record, and when it speaks. What was not recorded is not judged."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from saddle.doctor.evidence import Evidence, Floats
from saddle.doctor.finding import Severity, Sign
from saddle.doctor.thresholds import PATIENCE

Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Rule:
    """One thing that can be wrong.

    Attributes:
        about: what it means, on one line.
        reads: dotted paths of the record, `*` for each duel or each part.
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


def lasting(bad: Flags, steps: npt.NDArray[np.int64], evidence: Evidence) -> int | None:
    """The step since which every look was bad, None where that is not long enough.

    Long enough is PATIENCE looks, and PATIENCE of the budget.
    """
    well = np.flatnonzero(~bad)
    first = int(well[-1]) + 1 if len(well) else 0
    run = steps[first:]
    if len(run) < PATIENCE.looks or run[-1] - run[0] < PATIENCE.share * evidence.steps:
        return None
    return int(run[0])


def recent(values: Floats, looks: int) -> Floats:
    """The last values of a series."""
    return values[-looks:]
