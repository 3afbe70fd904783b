"""What the doctor reads: the looks of a run so far, its recipe as plain values, its failure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from saddle.recipe import Recipe
from saddle.runs import Json, Run, read_json, read_lines

Floats = npt.NDArray[np.float64]

FAILURE = "failure.json"
"""Where a run that broke down keeps the step and the reason."""


class Series(NamedTuple):
    """A recorded number over the looks.

    Attributes:
        steps: of the looks, (n,).
        values: (n,); nan where a look did not record it.
    """

    steps: npt.NDArray[np.int64]
    values: Floats

    @property
    def recorded(self) -> bool:
        """Whether any look holds it."""
        return bool(np.isfinite(self.values).any())


@dataclass(frozen=True)
class Evidence:
    """The record of a run so far; every finding is a pure function of it.

    Attributes:
        events: one object a look, as events.jsonl holds them, early ones left out.
        recipe: its values, with every amendment so far.
        steps: the budget, in turns.
        changed: steps at which values were changed; what came before tells of another run.
        failure: step and reason, where it broke down.
    """

    events: tuple[Json, ...]
    recipe: Mapping[str, Any]
    steps: int
    changed: tuple[int, ...] = ()
    failure: Json | None = None

    @property
    def step(self) -> int:
        """How far the record goes."""
        last = self.events[-1]["step"] if self.events else 0
        return int(max(last, self.failure["step"] if self.failure else 0))

    @property
    def at(self) -> npt.NDArray[np.int64]:
        """The steps of the looks, (n,)."""
        return np.array([event["step"] for event in self.events], dtype=np.int64)

    @property
    def end(self) -> int:
        """Where the run ends: at its budget, or earlier where that was decided."""
        return int(inner(self.recipe, "ending.steps") or self.steps)

    @property
    def began(self) -> int:
        """The step from which the run is what it is now: that of the last change, or 0."""
        return max(self.changed, default=0)

    def present(self, steps: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
        """Which looks, by step (n,), tell of the run as it is now: those after the last change."""
        return (steps > self.began) | (self.began == 0)

    def grown(self, event: Json) -> Evidence:
        """The same with one look more; an early one tells nothing yet."""
        return self if is_early(event) else replace(self, events=(*self.events, event))

    def upto(self, step: int) -> Evidence:
        """What was known after that step; a failure is known when it comes."""
        known = self.failure is not None and self.failure["step"] <= step
        return replace(
            self,
            events=tuple(event for event in self.events if event["step"] <= step),
            changed=tuple(at for at in self.changed if at <= step),
            failure=self.failure if known else None,
        )

    def series(self, path: str) -> Series:
        """A recorded number by its dotted path: `watch.value`."""
        values = np.array([number(event, path) for event in self.events], dtype=float)
        return Series(self.at, values)

    def vectors(self, path: str) -> tuple[npt.NDArray[np.int64], Floats]:
        """A recorded list of numbers: the steps of the looks that hold it, and (looks, k)."""
        found = [(event["step"], inner(event, path)) for event in self.events]
        held = [(step, value) for step, value in found if isinstance(value, list)]
        return (
            np.array([step for step, _ in held], dtype=np.int64),
            np.array([value for _, value in held], dtype=float).reshape(len(held), -1),
        )

    def names(self, path: str) -> list[str]:
        """The keys below a path at the last look: the duels of `critics`."""
        found = inner(self.events[-1], path) if self.events else None
        return list(found) if isinstance(found, dict) else []

    def value(self, key: str) -> Any:
        """A value of the recipe by its dotted path, None where there is none."""
        return inner(self.recipe, key)

    def prefixes(self) -> Iterator[Evidence]:
        """What was known at each look, and at the failure."""
        for event in self.events:
            yield self.upto(event["step"])
        if self.failure is not None:
            yield self


def inner(value: Any, path: str) -> Any:
    """What stands at a dotted path of nested mappings, or None.

    >>> inner({"watch": {"value": 0.5}}, "watch.value")
    0.5
    """
    for name in path.split("."):
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def number(event: Json, path: str) -> float:
    """The number at a path, nan where there is none."""
    found = inner(event, path)
    return float(found) if isinstance(found, int | float) else float("nan")


def evidence_of(run: Run) -> Evidence:
    """The record of a run folder."""
    changes = read_lines(run.amendments)
    recipe = Recipe.read(run.recipe)
    for line in changes:
        recipe = recipe.amended({line["key"]: line["new"]})
    return evidence_from(read_lines(run.events), recipe, changes, run=run)


def evidence_from(
    events: Sequence[Json], recipe: Recipe, changes: Sequence[Json], *, run: Run
) -> Evidence:
    """Evidence from what was read of a run."""
    return Evidence(
        events=tuple(event for event in events if not is_early(event)),
        recipe=recipe.model_dump(mode="json"),
        steps=recipe.steps,
        changed=tuple(int(line["step"]) for line in changes if line["key"] not in NO_CHANGE),
        failure=_there(run, FAILURE),
    )


def is_early(event: Json) -> bool:
    """Whether a look is one of the first of a run of pictures, before anything is learned."""
    return bool(event.get("early"))


NO_CHANGE = ("steps", "stop", "budget", "ending", "looks", "saves", "device", "threads")
"""Keys of a recipe that move nothing that the doctor reads."""


def _there(run: Run, name: str) -> Json | None:
    path = run.path / name
    return read_json(path) if path.exists() else None
