"""What the runs of a comparison recorded: a measure against steps and processor time."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from saddle.catalogue import Catalogue
from saddle.measure.base import Floats
from saddle.runs import Json, Run, read_lines


@dataclass(frozen=True)
class Measured:
    """A number that looks record.

    Attributes:
        words: what it is.
        better: lower or higher.
        of: the number of an event; a KeyError where it is not there.
        floor: what real rows score, where that is recorded.
        of_modes: whether the data must know its modes.
    """

    words: str
    better: str
    of: Callable[[Json], Any]
    floor: Callable[[Json], Any] = lambda event: None
    of_modes: bool = False


MEASURED: Catalogue[Measured] = Catalogue(
    "measure",
    {
        "sliced-w1": Measured(
            "sliced W1 to held-out rows",
            "lower",
            lambda event: event["watch"]["value"],
            lambda event: event["watch"]["floor"],
        ),
        "high-quality": Measured(
            "share of samples within 3 std of a mode",
            "higher",
            lambda event: event["modes"]["high_quality"],
            lambda event: event["modes"].get("perfect"),
            of_modes=True,
        ),
        "modes": Measured(
            "modes with a high-quality sample",
            "higher",
            lambda event: event["modes"]["captured"],
            lambda event: event["modes"]["of"],
            of_modes=True,
        ),
    },
)
"""What a comparison may go by."""


@dataclass(frozen=True)
class Curve:
    """One run's record, (looks,) each.

    Attributes:
        step: turns.
        cpu: processor seconds trained, without looks and saves.
        value: the measure; nan where it was not recorded.
        floor: what real rows score, or None.
        failed: why the run was given up, or None.
        run: its folder.
    """

    step: Floats
    cpu: Floats
    value: Floats
    floor: float | None
    failed: str | None
    run: str

    def at_step(self, step: float) -> float:
        """The measure at a step; nan beyond the record."""
        return self._at(self.step, step)

    def at_cpu(self, seconds: float) -> float:
        """The measure at a processor time, on straight lines between looks."""
        return self._at(self.cpu, seconds)

    def spent(self, step: float) -> float:
        """Processor seconds up to a step."""
        return float(np.interp(step, self.step, self.cpu))

    def _at(self, along: Floats, x: float) -> float:
        if not self.ended or x > along[-1] * (1 + 1e-9):
            return float("nan")
        return float(np.interp(x, along, self.value))

    @property
    def ended(self) -> bool:
        """Whether there is a record of a run that was not given up."""
        return self.failed is None and len(self.step) > 0

    @property
    def end(self) -> tuple[float, float]:
        """Its last step and its processor seconds."""
        return (float(self.step[-1]), float(self.cpu[-1])) if len(self.step) else (0.0, 0.0)


def curve(run: Run, measure: str, failed: str | None = None) -> Curve:
    """The record of a run, as far as it goes."""
    asked, events = MEASURED[measure], read_lines(run.events)
    floors = [_number(asked.floor, event) for event in events[-1:]]
    return Curve(
        step=np.array([event["step"] for event in events], dtype=np.float64),
        cpu=np.array([event.get("cpu", np.nan) for event in events], dtype=np.float64),
        value=np.array([_number(asked.of, event) for event in events], dtype=np.float64),
        floor=next((floor for floor in floors if np.isfinite(floor)), None),
        failed=failed,
        run=str(run.path),
    )


def absent(run: str = "") -> Curve:
    """The record of a run that was never played."""
    nothing = np.zeros(0)
    return Curve(nothing, nothing, nothing, None, None, run)


def _number(of: Callable[[Json], Any], event: Mapping[str, Any]) -> float:
    """The number, or nan where it was not measured."""
    try:
        value = of(dict(event))
    except KeyError:
        return float("nan")
    return float("nan") if value is None else float(value)


Curves = Sequence[Curve]
"""Of one contender, a seed each."""
