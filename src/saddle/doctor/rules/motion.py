"""Signs of how a run moves: not at all, in circles, or no longer."""

from __future__ import annotations

from saddle.doctor.evidence import Evidence
from saddle.doctor.finding import Sign
from saddle.doctor.rule import lasting
from saddle.doctor.thresholds import STUCK


def stuck(evidence: Evidence) -> Sign | None:
    """Nothing moves the generator: no gradient reaches it, or no step is taken."""
    steps, pull = evidence.series("gradients.generator")
    since = lasting(pull <= STUCK.gradient, steps, evidence)
    return None if since is None else Sign(since, {"gradient": pull[-1]})
