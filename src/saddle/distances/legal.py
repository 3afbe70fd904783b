"""Which choices go together: a table of what does not, and why."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from saddle.distances.base import Direct, Distance, Penalty
from saddle.errors import Incompatible


@dataclass(frozen=True)
class Choice:
    """What was chosen for one duel.

    Attributes:
        distance: the distance.
        penalties: its penalties.
        steady: whether the critic's slope is bounded by construction, whatever its weights.
    """

    distance: Distance | Direct
    penalties: tuple[Penalty, ...]
    steady: bool = False

    @property
    def kinds(self) -> list[str]:
        """The penalties' names without parameters."""
        return [penalty.name.partition(":")[0] for penalty in self.penalties]

    def has(self, *kinds: str) -> bool:
        """Whether penalties of all these kinds were chosen."""
        return set(kinds) <= set(self.kinds)


@dataclass(frozen=True)
class Rule:
    """A combination that is refused.

    Attributes:
        broken: whether a choice is such a combination.
        reason: what is said then.
    """

    broken: Callable[[Choice], bool]
    reason: str


def _learned(choice: Choice) -> bool:
    return isinstance(choice.distance, Distance)


def _unbounded(choice: Choice) -> bool:
    distance = choice.distance
    bounded = choice.steady or any(penalty.bounds for penalty in choice.penalties)
    return isinstance(distance, Distance) and not distance.bounded_critic and not bounded


RULES: tuple[Rule, ...] = (
    Rule(
        lambda c: not _learned(c) and bool(c.penalties),
        "it reads the samples, there is no critic that a penalty could keep honest",
    ),
    Rule(
        _unbounded,
        "nothing bounds the critic, whose gap can grow without end; add a penalty that does, such "
        "as gp, r1 or spectral-norm (`saddle list penalties` marks them), or take a critic whose "
        "slope is bounded by construction: groupsort, or your own with a method lipschitz() that "
        "says so",
    ),
    Rule(
        lambda c: len({penalty.name for penalty in c.penalties}) < len(c.penalties),
        "the same penalty is named twice; give it the summed weight instead",
    ),
    Rule(lambda c: c.has("r1", "r1-fd"), "r1 and r1-fd are one penalty in two ways of computing"),
    Rule(lambda c: c.has("r2", "r2-fd"), "r2 and r2-fd are one penalty in two ways of computing"),
    Rule(
        lambda c: c.has("clip", "spectral-norm"),
        "spectral-norm divides the weights by their norm, so that clipping them bounds nothing",
    ),
    Rule(
        lambda c: c.has("clip", "gp"),
        "clipped weights keep slopes far below the one that gp pulls them to",
    ),
    Rule(
        lambda c: c.steady and c.has("clip"),
        "the critic's slope is bounded by construction, and not by the weights that are clipped",
    ),
    Rule(
        lambda c: c.steady and c.has("spectral-norm"),
        "the critic's slope is bounded by construction, dividing its weights bounds nothing more",
    ),
)
"""Every combination that is refused."""


def check(
    distance: Distance | Direct, penalties: Sequence[Penalty], *, steady: bool = False
) -> None:
    """Refuses a combination that cannot work.

    Args:
        distance: the distance of a duel.
        penalties: its critic's penalties.
        steady: whether the critic's slope is bounded by construction, whatever its weights.

    Raises:
        Incompatible: with the reason.
    """
    choice = Choice(distance, tuple(penalties), steady)
    for rule in RULES:
        if rule.broken(choice):
            names = ", ".join(penalty.name for penalty in penalties) or "no penalty"
            raise Incompatible(f"{distance.name} with {names}: {rule.reason}")
