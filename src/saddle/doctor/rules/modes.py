"""Signs that samples are less than the data: modes that are lost, or visited in turn."""

from __future__ import annotations

import numpy as np

from saddle.doctor.evidence import Evidence
from saddle.doctor.finding import Sign
from saddle.doctor.rule import coming_nearer, lasting, worst
from saddle.doctor.thresholds import (
    CROWDED,
    DOUBLES,
    HOPS,
    MISSING,
    NARROW,
    PATIENCE,
    UNCOVERED,
)

READ = ("coverage", "coverage_floor", "missing", "diversity", "duplicates", "duplicates_floor")
"""What is read of each key."""


def mode_collapse(evidence: Evidence) -> Sign | None:
    """Samples leave out much of the data, and come no nearer to it."""
    still = ~coming_nearer(evidence)

    def sign(key: str) -> Sign | None:
        coverage, floor, missing, diversity, twins, real_twins = (
            evidence.series(f"made.{key}.{name}").values for name in READ
        )
        poor = (missing >= MISSING) | (diversity <= NARROW) | (twins - real_twins >= DOUBLES)
        since = lasting((coverage <= UNCOVERED * floor) & poor & still, evidence)
        if since is None:
            return None
        numbers = {"coverage": coverage[-1], "missing": missing[-1], "diversity": diversity[-1]}
        return Sign(since, {**numbers, "duplicates": twins[-1]})

    return worst([sign(key) for key in evidence.names("made")])


def mode_hopping(evidence: Evidence) -> Sign | None:
    """Most samples lie in one cluster, and it is now this one, now another."""
    return worst([_hops(evidence, key) for key in evidence.names("made")])


def _hops(evidence: Evidence, key: str) -> Sign | None:
    steps, cells = evidence.vectors(f"made.{key}.cells")
    if len(steps) < 2 or len(steps) != len(evidence.at):
        return None
    crowded = cells.max(1) >= CROWDED
    moved = np.r_[False, cells.argmax(1)[1:] != cells.argmax(1)[:-1]]
    since = lasting(crowded, evidence, share=PATIENCE)
    if since is None or moved[steps > since].mean() < HOPS:
        return None
    return Sign(since, {"crowded": cells[-1].max(), "hops": moved[steps > since].mean()})
