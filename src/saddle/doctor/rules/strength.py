"""Signs that one player has outgrown the other, or that numbers leave what can be computed."""

from __future__ import annotations

import numpy as np

from saddle.doctor.evidence import Evidence
from saddle.doctor.finding import Sign
from saddle.doctor.rule import lasting
from saddle.doctor.thresholds import CRITIC_WINS


def critic_wins(evidence: Evidence) -> Sign | None:
    """The critic tells nearly every held-out pair apart, and samples come no nearer."""
    steps, distance = evidence.series("watch.value")
    best = np.minimum.accumulate(np.nan_to_num(distance, nan=np.inf))
    for duel in evidence.names("critics"):
        _, auc = evidence.series(f"critics.{duel}.auc")
        nearer = best < CRITIC_WINS.nearer * np.roll(best, CRITIC_WINS.looks)
        nearer[: CRITIC_WINS.looks] = True
        since = lasting((auc >= CRITIC_WINS.auc) & ~nearer, steps, evidence)
        if since is not None:
            return Sign(since, {"auc": auc[-1], "distance": distance[-1]})
    return None


def non_finite(evidence: Evidence) -> Sign | None:
    """A loss or a weight became nan or infinite and ended the run."""
    if evidence.failure is None:
        return None
    step = int(evidence.failure["step"])
    return Sign(step, {"step": float(step)})
