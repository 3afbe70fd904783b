"""Every number that the doctor compares with, each with its reason. Set on runs of their own."""

from __future__ import annotations

from typing import NamedTuple


class Patience(NamedTuple):
    """How long a sign must last: looks, and share of the budget."""

    looks: int
    share: float


PATIENCE = Patience(4, 0.06)
"""Three looks in a row may be chance, a twentieth of a run is warm-up; longer is neither."""


class CriticWins(NamedTuple):
    """When a critic has won."""

    auc: float
    nearer: float
    looks: int


CRITIC_WINS = CriticWins(0.97, 0.9, 6)
"""At an AUC of 0.97 one pair in 33 is misjudged: hardly any sample is near a real row. It is also
what every run begins with, so samples must have stopped coming nearer, by a tenth in six looks."""


class Stuck(NamedTuple):
    """When a generator does not move."""

    gradient: float


STUCK = Stuck(1e-12)
"""No rounding error is that small and no gradient that moves anything either."""
