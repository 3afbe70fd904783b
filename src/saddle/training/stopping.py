"""When to stop: whether the watched distance still falls, read off the record so far.

A line is fitted to the looks of the later half of the run,

    value(step) = a + b step,      fall = -b (last step - first step),

and the run has settled where the fall, with 95 % confidence, is less than the noise of one look:
what real rows scatter by, drawn anew, against the same held-out ones. So noise alone keeps a run
going, and what ends it is shown, not merely not refuted. A run that has not begun to learn looks
settled too: it must have come half way from its start to the floor, or be near the floor. Every
decision is a pure function of the record, so that a run that was killed decides the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np
import numpy.typing as npt

from saddle.runs import Json
from saddle.training.schedules import Clock

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Patience:
    """The constants of the rule.

    Attributes:
        window: share of the steps so far that is looked back on. A run learns ever more slowly,
            about with the logarithm of its steps, so that patience must grow with it.
        looks: that a line is fitted to, at least: with fewer, chance settles it too early.
        way: share of the way from the first look to the floor that must be behind.
        near: noises above the floor that count as near it: chance alone rarely goes that far.
        level: how sure the bound on the fall is. There are many looks and the first to pass ends
            the hold; a chance pass costs little, since the decay still learns.
        decay: most of a run that its decay takes. Tried on seeds of their own: what decides the
            quality is the length of the whole, not where in it the decay begins.
        lasting: share of the run for which a fault must have stood before it ends it.
        slack: share of the budget that is left for looks and saves that take longer than before.
        spare: share of the budget that the last turn and its look are left, at least.
    """

    window: float = 0.5
    looks: int = 8
    way: float = 0.5
    near: float = 3.0
    level: float = 0.95
    decay: float = 0.5
    lasting: float = 0.05
    slack: float = 0.03
    spare: float = 0.01


PATIENCE = Patience()


@dataclass(frozen=True)
class Trend:
    """How the watched distance moves.

    Attributes:
        name: of the distance.
        since: the first step that was looked back on.
        step: the last.
        value: of the line at the last step.
        fall: of the line from the first step to the last.
        fall_at_most: its upper bound.
        noise: deviation of one look.
        floor: what real rows score.
        first: of the first look of all.
    """

    name: str
    since: int
    step: int
    value: float
    first: float
    fall: float
    fall_at_most: float
    noise: float
    floor: float

    @property
    def near(self) -> bool:
        """Whether it is about what real rows score."""
        return self.value < self.floor + PATIENCE.near * self.noise

    @property
    def learned(self) -> bool:
        """Whether the run has come a good part of its way."""
        return self.near or self.first - self.value > PATIENCE.way * (self.first - self.floor)

    @property
    def settled(self) -> bool:
        """Whether the distance has, with confidence, not improved by more than its noise."""
        return self.learned and self.fall_at_most < self.noise

    @property
    def words(self) -> str:
        """Why the run goes on, or why it need not."""
        if self.settled:
            return (
                f"{self.name} {self.value:.3g} has not improved by more than its noise "
                f"({self.noise:.2g}) since {self.since:,}; "
                f"{'' if self.near else 'far above the '}floor {self.floor:.3g}"
            )
        if not self.learned:
            return f"{self.name} {self.value:.3g}, at its start {self.first:.3g}"
        pace = -self.fall / (self.step - self.since) * 1000 / max(self.value, 1e-12)
        if self.fall > self.noise:
            return f"still falling: {pace:+.0%} a 1,000 steps"
        return f"{pace:+.0%} a 1,000 steps, not settled yet"

    def json(self) -> Json:
        """Everything, as JSON holds it."""
        return asdict(self)


def trend(
    events: Sequence[Json], *, after: int = 0, patience: Patience = PATIENCE
) -> Trend | None:
    """The trend over the later part of a record; None where it has too few looks, or no measure.

    Args:
        events: the looks so far, in order.
        after: looks up to this step are left out: the warm phase, what was before a change.
        patience: the constants.
    """
    seen = [(event["step"], event.get("watch", {})) for event in events]
    last = seen[-1][0] if seen else 0
    first = max((1 - patience.window) * last, after + 1)
    kept = [(step, watch) for step, watch in seen if step >= first and watch.get("value")]
    if len(kept) < patience.looks or kept[-1][1].get("noise") is None:
        return None
    steps = np.array([step for step, _ in kept], float)
    value, fall, error = fitted(steps, np.array([watch["value"] for _, watch in kept], float))
    watch = kept[-1][1]
    return Trend(
        name=watch["name"],
        since=kept[0][0],
        step=kept[-1][0],
        value=value,
        first=next(w["value"] for _, w in seen if w.get("value")),
        fall=fall,
        fall_at_most=fall + quantile(patience.level, len(kept) - 2) * error,
        noise=watch["noise"],
        floor=watch["floor"],
    )


def fitted(steps: Floats, values: Floats) -> tuple[float, float, float]:
    """The least-squares line: its last value, its fall, and the fall's standard error."""
    x = steps - steps.mean()
    slope = float(x @ values / (x @ x))
    rest = values - values.mean() - slope * x
    error = float(np.sqrt(rest @ rest / (len(x) - 2) / (x @ x)))
    width = float(steps[-1] - steps[0])
    return float(values.mean() + slope * x[-1]), -slope * width, error * width


def quantile(level: float, freedom: int) -> float:
    """Student's t."""
    from scipy.special import stdtrit

    return float(stdtrit(freedom, level))


# ------------------------------------------------------------------------------- where it ends


def ending_from(step: int, clock: Clock) -> Clock:
    """The clock of a run whose decay begins now: its share of the whole stays what it was.

    >>> ending_from(2000, Clock(100, 6000, 12000))
    Clock(warm=100, decay=2000, steps=4000)
    """
    last = round(step / (1 - decay_share(clock))) if clock.decay else clock.steps
    return Clock(min(clock.warm, step), step, min(last, clock.steps))


def in_time(step: int, seconds: float, budget: float, clock: Clock) -> Clock | None:
    """The clock with which a run ends within its budget; None while it need not be changed.

    At the pace so far the budget is spent at some step: the decay begins where its share of that
    many steps does. In the decay itself only an end that has come counts: one turn is left, and
    the last look.
    """
    if step >= clock.decay:
        over = seconds >= budget * (1 - PATIENCE.spare) and step + 1 < clock.steps
        return Clock(clock.warm, clock.decay, step + 1) if over else None
    fits = int(budget * (1 - PATIENCE.slack) * max(step, 1) / max(seconds, 1e-9))
    if fits >= clock.steps or step < (1 - decay_share(clock)) * fits:
        return None
    return Clock(min(clock.warm, step), step, max(fits, step + 1))


def decay_share(clock: Clock) -> float:
    """The decay's share of the run."""
    return (clock.steps - clock.decay) / clock.steps
