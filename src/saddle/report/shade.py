"""What the colours of a critic's surface mean: the score, from where it is undecided."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from saddle.report.read import Array, Floats, Look, Record

LOG_RATIO = "log-ratio"
UNDECIDED_AT_ZERO = (LOG_RATIO, "margin")
"""Meanings of which 0 is the middle; the others are known up to a constant."""

LABELS = {
    LOG_RATIO: "log p/q, as the critic has it",
    "log-ratio up to a constant": "score v less the midpoint of real and fake",
    "margin": "score v, a margin",
    "potential": "score v less the midpoint of real and fake",
}


@dataclass(frozen=True)
class Shade:
    """A scale of colours with its middle where the critic is undecided.

    Attributes:
        label: what is shown, for the colour bar.
        shift: taken from the raw score first: the score at which the critic is undecided.
        limit: how far from the middle the colours reach.
        probability: whether D = sigmoid(v) is shown in the score's place.
    """

    label: str
    shift: float = 0.0
    limit: float = 1.0
    probability: bool = False

    @property
    def middle(self) -> float:
        """The value at which the critic is undecided."""
        return 0.5 if self.probability else 0.0

    @property
    def low(self) -> float:
        """The value of the deepest purple."""
        return 0.0 if self.probability else -self.limit

    @property
    def high(self) -> float:
        """The value of the deepest green."""
        return 1.0 if self.probability else self.limit

    def seen(self, grid: Array) -> Floats:
        """What is drawn for raw scores: v - shift, or D = 1 / (1 + e^-v)."""
        v = np.nan_to_num(np.asarray(grid, dtype=np.float64) - self.shift)
        return 1 / (1 + np.exp(-np.clip(v, -60, 60))) if self.probability else v


def meaning(record: Record, duel: str) -> str:
    """What a duel's surface shows, or nothing where it was not recorded."""
    said = (record.latest("critics", base(duel), key) for key in ("shown", "meaning"))
    return str(next((text for text in said if text), ""))


def base(surface: str) -> str:
    """The duel of a surface that may be named `DUEL@CONDITION`.

    >>> base("duel@3")
    'duel'
    """
    return surface.partition("@")[0]


def probability() -> Shade:
    """The scale of D = sigmoid(v), from 0 to 1."""
    return Shade("D = p / (p + q)", probability=True)


def score(record: Record, duel: str, looks: Iterable[Look]) -> Shade:
    """One scale of the raw score for several looks of a duel.

    The colours reach as far as nine in ten of the scores on the grid.
    """
    held = [look for look in looks if duel in look.surfaces()]
    shifts = [undecided(record, duel, look.step) for look in held]
    far = [
        np.quantile(np.abs(np.nan_to_num(look.surfaces()[duel]) - shift), 0.9)
        for look, shift in zip(held, shifts, strict=True)
    ]
    limit = float(max(far, default=1.0)) or 1.0
    label = LABELS.get(meaning(record, duel), "score v")
    return Shade(label, shifts[-1] if shifts else 0.0, limit)


def undecided(record: Record, duel: str, step: int) -> float:
    """The score at which a critic is undecided: 0, or the midpoint of its two mean scores."""
    if meaning(record, duel) in UNDECIDED_AT_ZERO:
        return 0.0
    means = [record.series("critics", base(duel), f"{side}_mean") for side in ("real", "fake")]
    at = [value[steps <= step] for steps, value in means]
    return float(np.nan_to_num(np.mean([v[-1] for v in at]))) if all(map(len, at)) else 0.0
