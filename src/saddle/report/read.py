"""A run folder as typed values: absent things are empty, damaged things are named."""

from __future__ import annotations

import warnings
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import yaml

from saddle.errors import BrokenRun
from saddle.recipe import put
from saddle.records import Quantity
from saddle.runs import Json, Run, read_json, read_lines

Array = npt.NDArray[Any]
Floats = npt.NDArray[np.float64]
Arrays = dict[str, Array]


@dataclass(frozen=True)
class Look:
    """One look: its step and, when they are asked for, its arrays."""

    step: int
    path: Path

    @cached_property
    def arrays(self) -> Arrays:
        """What the look holds, by name."""
        return read_arrays(self.path)

    def surfaces(self) -> dict[str, Array]:
        """The critic over the box, (g,) or (g, g) with y first, by `DUEL` or `DUEL@CONDITION`."""
        found = {k[8:]: v for k, v in self.arrays.items() if k.startswith("surface.")}
        for duel, grid in found.items():
            if grid.ndim not in (1, 2):
                shape = grid.shape
                raise BrokenRun(
                    f"{self.path}: surface.{duel} has shape {shape}, not (g,) or (g, g)"
                )
        return found


@dataclass(frozen=True)
class Record:
    """Everything that a run folder says about its run.

    Attributes:
        run: the folder.
        recipe: what decides the run.
        amendments: later changes, oldest first.
        events: one object a look, in the order of the steps.
        looks: the looks of which arrays were kept.
        environment: versions, platform, data; empty where absent.
        evaluation: what the last measuring found; empty where absent.
        theory: what the theory says of the run's choices; empty where absent.
        findings: what the doctor found; empty where it did not look.
    """

    run: Run
    recipe: Json
    amendments: list[Json]
    events: list[Json]
    looks: list[Look]
    environment: Json
    evaluation: Json
    theory: Json
    findings: Json = field(default_factory=dict)

    @cached_property
    def real(self) -> Arrays:
        """Real watch rows, by their key in the batch; empty where absent."""
        return optional_arrays(self.run.path / "real.npz")

    @cached_property
    def truth(self) -> Arrays:
        """The true density and modes, where the source knows them."""
        return optional_arrays(self.run.path / "truth.npz")

    @property
    def last(self) -> Look | None:
        """The last look, or None."""
        return self.looks[-1] if self.looks else None

    @property
    def step(self) -> int | None:
        """The last step that was looked at, or None."""
        steps = [event["step"] for event in self.events] + [look.step for look in self.looks]
        return max(steps, default=None)

    def box(self, key: str) -> tuple[float, ...] | None:
        """The box over which critics of a key were asked: (xmin, xmax) and (ymin, ymax) in one."""
        box = self.real.get(f"box.{key}")
        return None if box is None else tuple(float(edge) for edge in np.ravel(box))

    def columns(self, key: str) -> tuple[str, ...]:
        """What the data calls the axes of a key; empty where it does not."""
        return tuple(map(str, optional_json(self.run.space(key)).get("columns") or ()))

    def series(self, *keys: str) -> tuple[Floats, Floats]:
        """Steps and values of one number of the events, where it was recorded."""
        found = [(e["step"], dig(e, keys)) for e in self.events]
        rows = [(step, self._number(value, keys)) for step, value in found if value is not None]
        table = np.asarray(rows, dtype=np.float64).reshape(-1, 2)
        return table[:, 0], table[:, 1]

    def latest(self, *keys: str) -> Any:
        """The value of the last event that has it, or None: not measured."""
        found = [v for event in self.events if (v := dig(event, keys)) is not None]
        return found[-1] if found else None

    def names(self, *keys: str) -> list[str]:
        """The names that stand under a key in any event, in the order of their first showing."""
        held = [dig(event, keys) for event in self.events]
        return list(dict.fromkeys(name for d in held if isinstance(d, dict) for name in d))

    def times(self, quantity: Quantity) -> int:
        """At how many looks (or files) a quantity of the table of records was written."""
        file, _, path = quantity.place.partition(" ")
        if file.startswith("looks/"):
            return sum(holds(look.arrays, path) for look in self.looks)
        keys = path.split(".")
        if file.startswith("events"):
            return sum(any(True for _ in walk(event, keys)) for event in self.events)
        return int(any(True for _ in walk(optional_json(self.run.path / file), keys)))

    def _number(self, value: Any, keys: tuple[str, ...]) -> float:
        if isinstance(value, (int, float)):
            return float(value)
        raise BrokenRun(f"{self.run.events}: {'.'.join(keys)} is {value!r}, not a number")


def read_run(run: Run) -> Record:
    """Read a run folder; its recipe must be there, everything else may be absent."""
    events = read_lines(run.events)
    for number, event in enumerate(events, 1):
        if not isinstance(event, dict) or not isinstance(event.get("step"), int):
            raise BrokenRun(f"{run.events} line {number} has no whole number as its step")
    return Record(
        run=run,
        recipe=amended_values(read_recipe(run.recipe), read_lines(run.amendments)),
        amendments=read_lines(run.amendments),
        events=sorted(events, key=lambda event: int(event["step"])),
        looks=[
            Look(int(path.stem), path)
            for path in sorted(run.looks.glob("[0-9]*.npz"))
            if there(path)
        ],
        environment=optional_json(run.path / "environment.json"),
        evaluation=optional_json(run.path / "evaluation.json"),
        theory=optional_json(run.path / "theory.json"),
        findings=optional_json(run.path / "findings.json"),
    )


def there(path: Path) -> bool:
    """Whether a look can be opened; one that was cut short is left out, and that is said."""
    whole = zipfile.is_zipfile(path)
    if not whole:
        warnings.warn(f"{path} cannot be read and is left out", stacklevel=3)
    return whole


def amended_values(recipe: Json, lines: list[Json]) -> Json:
    """The recipe's values with every amendment."""
    for line in lines:
        put(recipe, str(line["key"]), line["new"])
    return recipe


def read_recipe(path: Path) -> Json:
    """The recipe as plain values, read by YAML's safe loader."""
    try:
        recipe = yaml.safe_load(path.read_text())
    except FileNotFoundError:
        raise BrokenRun(f"{path} is missing: is {path.parent} the folder of a run?") from None
    except (yaml.YAMLError, OSError, UnicodeDecodeError) as problem:
        raise BrokenRun(f"{path} cannot be read: {problem}") from problem
    if not isinstance(recipe, dict):
        raise BrokenRun(f"{path} holds {type(recipe).__name__}, not keys and values")
    return recipe


def optional_json(path: Path) -> Json:
    """A JSON object, or an empty one where the file is absent."""
    return read_json(path) if path.exists() else {}


def optional_arrays(path: Path) -> Arrays:
    """Arrays of an npz, or none where the file is absent."""
    return read_arrays(path) if path.exists() else {}


def read_arrays(path: Path) -> Arrays:
    """Arrays of an npz, never anything that runs; a damaged file is named."""
    try:
        with np.load(path, allow_pickle=False) as held:
            return {name: held[name] for name in held.files}
    except (
        ValueError,
        OSError,
        EOFError,
        KeyError,
        AttributeError,
        zipfile.BadZipFile,
    ) as problem:
        raise BrokenRun(f"{path} cannot be read: {problem}") from problem


def dig(value: Any, keys: tuple[str, ...]) -> Any:
    """The value under nested keys, or None where one is absent.

    >>> dig({"critics": {"duel": {"auc": 0.6}}}, ("critics", "duel", "auc"))
    0.6
    """
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def walk(value: Any, keys: list[str]) -> Iterator[Any]:
    """Every value under nested keys; a key in capitals stands for any name.

    >>> list(walk({"critics": {"duel": {"auc": 0.6}}}, ["critics", "DUEL", "auc"]))
    [0.6]
    """
    if not keys:
        if value not in (None, {}):
            yield value
    elif isinstance(value, dict):
        head, *rest = keys
        inner = value.values() if head.isupper() else [value[head]] if head in value else []
        for part in inner:
            yield from walk(part, rest)


def holds(arrays: Arrays, name: str) -> bool:
    """Whether an array, or one of a family `name.PART`, is there."""
    return any(key == name or key.startswith(f"{name}.") for key in arrays)
