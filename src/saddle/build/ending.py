"""How long a run goes on: the stop rule, the budget and the doctor, asked turn by turn.

What is decided is written into the run before it takes effect, as an amendment that says by what:
`{"step": 3600, "key": "ending", "old": null, "new": {"decay": 3600, "steps": 7200}, "by":
"plateau"}`. A run that is taken up before that step decides anew, from the same record; one that
is taken up after it finds the line. `stop.json` says the same in words, with the numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from saddle.doctor import evidence_of, examine
from saddle.recipe import Recipe
from saddle.runs import Json, Run, read_json, read_lines, write_json, write_lines
from saddle.training.schedules import Clock
from saddle.training.stopping import PATIENCE, Trend, ending_from, in_time, trend

STOP = "stop.json"
"""Where a run keeps why it stopped."""


class Known(NamedTuple):
    """What a decision is made from.

    Attributes:
        run: the folder.
        recipe: with every amendment.
        clock: the phases as they are now.
        step: turns played.
        seconds: wall time trained.
        trend: of the watched distance, where it is known.
    """

    run: Run
    recipe: Recipe
    clock: Clock
    step: int
    seconds: float
    trend: Trend | None


class Decision(NamedTuple):
    """Where the run decays and ends from now on, and why."""

    clock: Clock
    words: str
    detail: Json


# ----------------------------------------------------------------------------------- the rules


def of_finding(known: Known) -> Decision | None:
    """A fault of which no run recovers by itself, that has lasted, ends the run here."""
    lasting = PATIENCE.lasting * known.clock.steps
    for finding in examine(evidence_of(known.run)):
        if finding.key in FATAL and known.step - finding.since >= lasting:
            here = Clock(known.clock.warm, min(known.clock.decay, known.step), known.step)
            return Decision(here, str(finding), {"finding": finding.json(str(known.run.path))})
    return None


FATAL = (
    "mode-collapse",
    "mode-hopping",
    "exploding",
    "stuck",
    "vanishing-gradient",
    "critic-wins",
)
"""Findings with which a run ends: more steps of the same do not help."""


def of_plateau(known: Known) -> Decision | None:
    """The watched distance has settled: the decay begins."""
    if known.trend is None or not known.trend.settled or known.step >= known.clock.decay:
        return None
    detail = {"trend": known.trend.json()}
    return Decision(ending_from(known.step, known.clock), known.trend.words, detail)


def of_budget(known: Known) -> Decision | None:
    """The decay must begin now, or the run end, to be over within the budget."""
    budget = known.recipe.budget
    clock = None if budget is None else in_time(known.step, known.seconds, budget, known.clock)
    if clock is None:
        return None
    words = f"the budget of {budget:,.0f} s has room for {clock.steps:,} steps"
    return Decision(clock, words, {"budget": budget, "seconds": round(known.seconds, 3)})


Rule = Callable[[Known], Decision | None]

AT_LOOKS: Mapping[str, Mapping[str, Rule]] = {
    "auto": {"finding": of_finding, "plateau": of_plateau},
    "never": {},
}
"""What is asked at a look, by the recipe's `stop`; the first that decides."""

AT_TURNS: Mapping[str, Rule] = {"budget": of_budget}
"""What is asked at every turn."""


# -------------------------------------------------------------------------------- the governor


@dataclass
class Governor:
    """Asks the rules, and writes down what they decide.

    Attributes:
        run: the folder.
        recipe: with every amendment.
        after: looks up to this step tell of another run: the warm phase, what came before a
            change.
        words: why the run goes on, or why it ends.
        trend: at the last look.
    """

    run: Run
    recipe: Recipe
    after: int
    words: str = ""
    trend: Trend | None = field(default=None)

    @property
    def decides(self) -> bool:
        """Whether it may end the run before its last step."""
        return bool(AT_LOOKS[self.recipe.stop]) or self.recipe.budget is not None

    def __call__(self, clock: Clock, step: int, seconds: float, *, looked: bool) -> Clock:
        """The clock from this step on."""
        if looked and AT_LOOKS[self.recipe.stop]:
            self.trend = trend(read_lines(self.run.events), after=self.after)
            self.words = "" if self.trend is None or step >= clock.decay else self.trend.words
        known = Known(self.run, self.recipe, clock, step, seconds, self.trend)
        rules = {**(AT_LOOKS[self.recipe.stop] if looked else {}), **AT_TURNS}
        for reason, rule in rules.items():
            decision = rule(known)
            if decision is not None:
                self.words = decision.words
                note(self.run, reason, decision, step)
                return decision.clock
        return clock

    def close(self, clock: Clock, seconds: float) -> Json | None:
        """Say why the run ended, once it has; nothing is said of a run that was never asked."""
        if not self.decides:
            return None
        told = stopped(self.run)
        last = read_lines(self.run.events)[-1]
        if told is None:
            now = trend([*read_lines(self.run.events)], after=self.after)
            told = {"reason": "horizon", "step": clock.decay, **_phases(clock)}
            told |= {"words": HORIZON if now is None else f"{HORIZON}: {now.words}"}
        watch = last.get("watch", {})
        told |= {"ended": clock.steps, "seconds": round(seconds, 3), "watch": watch}
        told["sentence"] = sentence(told)
        write_json(self.run.path / STOP, told)
        return told


HORIZON = "every step that was asked for is played"


def _phases(clock: Clock) -> Json:
    return {"decay": clock.decay, "steps": clock.steps}


def note(run: Run, reason: str, decision: Decision, step: int) -> None:
    """Write a decision into the run, before anything follows from it."""
    lines = read_lines(run.amendments)
    old = next((line["new"] for line in reversed(lines) if line["key"] == "ending"), None)
    new = _phases(decision.clock)
    lines.append({"step": step, "key": "ending", "old": old, "new": new, "by": reason})
    write_lines(run.amendments, lines)
    told = {"reason": reason, "step": step, **new, "words": decision.words, **decision.detail}
    write_json(run.path / STOP, told)


def sentence(told: Json) -> str:
    """Why a run stopped, as one sentence.

    >>> sentence({"reason": "budget", "ended": 5000, "decay": 2500, "words": "no time is left",
    ...     "watch": {"name": "sliced-w1", "value": 0.0213, "floor": 0.019}})
    'stopped at 5,000 (decay from 2,500): no time is left; now sliced-w1 0.0213, floor 0.019'
    """
    watch = told["watch"]
    decayed = f" (decay from {told['decay']:,})" if told["decay"] < told["ended"] else ""
    words = f"stopped at {told['ended']:,}{decayed}: {told['words']}"
    if watch.get("value") is None:
        return words
    return f"{words}; now {watch['name']} {watch['value']:.3g}, floor {watch['floor']:.3g}"


def stopped(run: Run) -> Json | None:
    """Why a run stopped, or is about to; None where nothing was decided."""
    path = run.path / STOP
    return read_json(path) if path.exists() else None


def undo_after(run: Run, step: int) -> None:
    """Take back what was decided beyond a step that a run is taken up at: it decides anew."""
    lines = read_lines(run.amendments)
    kept = [line for line in lines if "by" not in line or line["step"] <= step]
    if len(kept) < len(lines):
        write_lines(run.amendments, kept)
    told = stopped(run)
    if told is not None and told["step"] > step:
        forget_stop(run)


def forget_stop(run: Run) -> None:
    """Forget why a run stopped: it goes on."""
    (run.path / STOP).unlink(missing_ok=True)


def changed_at(run: Run) -> int:
    """The last step at which a person changed a value of the run, or 0."""
    return max(
        (line["step"] for line in read_lines(run.amendments) if "by" not in line), default=0
    )
