"""Values that change over a run, in three phases: warm, hold, decay.

    warm    from `start` to `hold` along a half cosine, over the first part of the run
    hold    `hold`
    decay   from `hold` to `end` along a half cosine, over the last part of the run

What is scheduled: each player's learning rate (as a factor), the penalties' weight (as a factor),
Adam's beta2, the average's memory, the strength of fading views. A geometric schedule takes the
half cosine of the logarithm.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum

from saddle.errors import bad


class Phase(str, Enum):
    """Where a run is."""

    WARM = "warm"
    HOLD = "hold"
    DECAY = "decay"


@dataclass(frozen=True)
class Clock:
    """The steps at which the phases begin.

    Attributes:
        warm: steps of the warm phase.
        decay: first step of the decay phase.
        steps: where the run ends.
    """

    warm: int
    decay: int
    steps: int

    @classmethod
    def of(cls, steps: int, *, warm: float = 0.0, decay: float = 0.3) -> Clock:
        """Phases as shares of the run.

        >>> Clock.of(1000, warm=0.05)
        Clock(warm=50, decay=700, steps=1000)
        """
        return cls(round(warm * steps), round((1 - decay) * steps), steps)

    def phase(self, step: int) -> Phase:
        """The phase of a step."""
        if step < self.warm:
            return Phase.WARM
        return Phase.HOLD if step < self.decay else Phase.DECAY

    def share(self, step: int) -> float:
        """How much of the present phase is over, in [0, 1]."""
        if step < self.warm:
            return step / self.warm
        if step < self.decay:
            return (step - self.warm) / (self.decay - self.warm)
        return (step - self.decay) / max(1, self.steps - self.decay)


@dataclass(frozen=True)
class Schedule:
    """A value in three phases; `start` and `end` default to `hold`.

    Attributes:
        hold: while it holds.
        start: at the first step of the warm phase.
        end: when the decay phase is over, or the share `over` of it.
        geometric: whether it moves by factors, which suits values that change by decades.
        over: share of the decay phase after which `end` is reached.
    """

    hold: float
    start: float | None = None
    end: float | None = None
    geometric: bool = False
    over: float = 1.0

    def __post_init__(self) -> None:
        if not 0 < self.over <= 1:
            raise bad("over of a schedule", self.over, "above 0 and at most 1")
        values = [v for v in (self.hold, self.start, self.end) if v is not None]
        if self.geometric and min(values) <= 0:
            raise bad("a geometric schedule's values", values, "above 0")

    def at(self, clock: Clock, step: int) -> float:
        """The value at a step.

        >>> Schedule(1.0, end=0.0).at(Clock.of(100, decay=0.5), 75)
        0.5
        """
        ends = {
            Phase.WARM: (self.start, self.hold, 1.0),
            Phase.HOLD: (self.hold, self.hold, 1.0),
            Phase.DECAY: (self.hold, self.end, self.over),
        }
        begin, close, over = ends[clock.phase(step)]
        first, last = (self.hold if v is None else v for v in (begin, close))
        share = min(1.0, clock.share(step) / over)
        turn = 0.5 - 0.5 * math.cos(math.pi * share)
        if self.geometric:
            return float(first * (last / first) ** turn)
        return first + (last - first) * turn


@dataclass(frozen=True)
class YoungMemory:
    """b = min(memory, (1 + t) / (15 + t)): what an average of the weights keeps at step t.

    The second bound makes the half-life about a twentieth of the run so far.

    Attributes:
        memory: the first bound.
    """

    memory: Schedule

    def at(self, clock: Clock, step: int) -> float:
        """The memory at a step.

        >>> YoungMemory(Schedule(0.9999)).at(Clock.of(100), 13)
        0.5
        """
        return min(self.memory.at(clock, step), (1 + step) / (15 + step))


@dataclass(frozen=True)
class HalfLife:
    """b = 2^(-1/h): what an average keeps where a step's share in it halves every h steps.

    Attributes:
        share: h over the steps of the run; 0 keeps nothing.
    """

    share: Schedule

    def at(self, clock: Clock, step: int) -> float:
        """The memory at a step.

        >>> HalfLife(Schedule(0.01)).at(Clock.of(100), 13)
        0.5
        """
        h = self.share.at(clock, step) * clock.steps
        return float(0.5 ** (1 / h)) if h > 0 else 0.0
