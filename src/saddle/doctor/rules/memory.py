"""Signs that a player knows the training rows by heart, or that an estimate is no bound."""

from __future__ import annotations

import numpy as np

from saddle.doctor.evidence import Evidence
from saddle.doctor.finding import Sign
from saddle.doctor.rule import lasting, worst
from saddle.doctor.thresholds import ABOVE, COPIED, COPIES, ERRORS, OVERFIT


def critic_overfits(evidence: Evidence) -> Sign | None:
    """The critic knows training rows from samples better than it knows held-out ones.

    The AUC of n held-out rows against many samples has a standard error of at most about
    1 / sqrt(12 n).
    """
    error = 1 / np.sqrt(12 * evidence.series("watch.n").values)

    def sign(duel: str) -> Sign | None:
        known, held = (
            evidence.series(f"critics.{duel}.{name}").values for name in ("train_auc", "auc")
        )
        since = lasting(known - held >= OVERFIT + ERRORS * error, evidence)
        return None if since is None else Sign(since, {"train_auc": known[-1], "auc": held[-1]})

    return worst([sign(duel) for duel in evidence.names("critics")])


def memorisation(evidence: Evidence) -> Sign | None:
    """Samples are training rows, or lie much nearer to them than held-out rows do."""

    def sign(key: str) -> Sign | None:
        nearest, copies, floor = (
            evidence.series(f"made.{key}.{name}").values
            for name in ("nearest", "copies", "copies_floor")
        )
        since = lasting((nearest <= COPIED) | (copies - floor >= COPIES), evidence)
        if since is None:
            return None
        return Sign(since, {"nearest": nearest[-1], "copies": copies[-1]})

    return worst([sign(key) for key in evidence.names("made")])


def bound_above_truth(evidence: Evidence) -> Sign | None:
    """What a critic of bounded slope claims is more than the exact distance of the same rows."""

    def sign(duel: str) -> Sign | None:
        claimed, exact = (
            evidence.series(f"critics.{duel}.{name}").values for name in ("estimate", "exact")
        )
        since = lasting(claimed >= ABOVE * exact, evidence)
        return (
            None if since is None else Sign(since, {"estimate": claimed[-1], "exact": exact[-1]})
        )

    return worst([sign(duel) for duel in evidence.names("critics")])
