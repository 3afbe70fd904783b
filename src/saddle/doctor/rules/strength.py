"""Signs that one player has outgrown the other, or that numbers leave what can be computed."""

from __future__ import annotations

import numpy as np

from saddle.doctor.evidence import Evidence, Floats
from saddle.doctor.finding import Sign
from saddle.doctor.rule import Flags, coming_nearer, early, lasting, worst
from saddle.doctor.thresholds import (
    BLOWN,
    FAR,
    FLOWN,
    GROWN,
    LOPSIDED,
    RUNAWAY,
    STEEP,
    TELLS,
    VANISHED,
    WON,
)


def critic_wins(evidence: Evidence) -> Sign | None:
    """The critic tells nearly every held-out pair apart, and samples come no nearer."""
    still = ~coming_nearer(evidence)
    distance = evidence.series("watch.value").values

    def sign(duel: str) -> Sign | None:
        auc = evidence.series(f"critics.{duel}.auc").values
        since = lasting((auc >= WON) & still, evidence)
        if since is None:
            return None
        return Sign(since, {"auc": auc[-1], "distance": distance[-1]})

    return worst([sign(duel) for duel in evidence.names("critics")])


def vanishing_gradient(evidence: Evidence) -> Sign | None:
    """Hardly any gradient reaches the generator, though the critic sees what is wrong."""
    pull = evidence.series("gradients.generator").values
    share = pull / early(pull, evidence)
    far = too_far(evidence)

    def sign(duel: str) -> Sign | None:
        auc = evidence.series(f"critics.{duel}.auc").values
        since = lasting((share <= VANISHED) & (auc >= TELLS) & far, evidence)
        return (
            None if since is None else Sign(since, {"gradient_share": share[-1], "auc": auc[-1]})
        )

    return worst([sign(duel) for duel in evidence.names("critics")])


def too_far(evidence: Evidence) -> Flags:
    """Whether the watched distance is plainly above its floor, at each look."""
    value, floor = (evidence.series(f"watch.{name}").values for name in ("value", "floor"))
    return np.asarray(value >= FAR * floor)


def exploding(evidence: Evidence) -> Sign | None:
    """Scores, slopes, gradients, weights or samples grow beyond what the data can ask for."""
    spreads = [
        ("spread", evidence.series(f"made.{key}.diversity").values, float(FLOWN))
        for key in evidence.names("made")
    ]
    watched = [
        *(_scores(evidence, duel) for duel in evidence.names("critics")),
        *(_gradients(evidence, player) for player in evidence.names("gradients")),
        *(_weights(evidence, player) for player in evidence.names("weights")),
        *spreads,
    ]
    signs = [_above(evidence, *one) for one in watched]
    return worst([*signs, *(_lopsided(evidence, duel) for duel in evidence.names("critics"))])


Watched = tuple[str, Floats, float]
"""A name, values (n,) and what they must not exceed."""


def _above(evidence: Evidence, name: str, values: Floats, limit: float) -> Sign | None:
    """Values above a limit for long; a number that overflowed, after one that had not, counts."""
    lost = np.isnan(values) & (np.cumsum(np.isfinite(values)) > 0)
    since = lasting((values >= limit) | lost, evidence)
    return None if since is None else Sign(since, {name: values[-1]})


def _scores(evidence: Evidence, duel: str) -> Watched:
    real, fake, wide_real, wide_fake = (
        evidence.series(f"critics.{duel}.{name}").values
        for name in ("real_mean", "fake_mean", "real_std", "fake_std")
    )
    return "scores", np.abs(real - fake) + np.hypot(wide_real, wide_fake), float(RUNAWAY)


def _gradients(evidence: Evidence, player: str) -> Watched:
    values = evidence.series(f"gradients.{player}").values
    return "gradient_times", values / early(values, evidence), float(BLOWN)


def _weights(evidence: Evidence, player: str) -> Watched:
    values = evidence.series(f"weights.{player}").values
    return "weights_times", values / max(early(values, evidence), 1.0), float(GROWN)


def _lopsided(evidence: Evidence, duel: str) -> Sign | None:
    """The score is far steeper at samples than at real rows, and samples come no nearer."""
    real, fake = (
        evidence.series(f"critics.{duel}.{name}").values for name in ("slope_real", "slope_fake")
    )
    steep = (fake >= STEEP) & (fake >= LOPSIDED * real) & ~coming_nearer(evidence)
    since = lasting(steep, evidence)
    if since is None:
        return None
    return Sign(since, {"slope": fake[-1], "slope_times": fake[-1] / real[-1]})


def non_finite(evidence: Evidence) -> Sign | None:
    """A loss, a weight or samples became nan or infinite."""
    if evidence.failure is not None:
        step = int(evidence.failure["step"])
        return Sign(step, {"step": float(step)})
    for key in evidence.names("made"):
        steps, share = evidence.series(f"made.{key}.finite")
        broken = np.flatnonzero(share < 1)
        if share[-1] < 1:
            return Sign(int(steps[broken[0]]), {"finite": share[-1]})
    return None
