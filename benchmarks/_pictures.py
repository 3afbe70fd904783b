"""What the benchmarks of pictures share: an evaluator, runs that are taken up, rows that are kept.

What judges is a classifier (`_classifier.py`); the kernel distance, precision, recall and coverage
are of its features, and the floor of each is what one half of the test file scores against the
other. What is played is written as it goes to --rows; what is there is not played again, and a
run that was broken off is taken up where it was saved.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from _classifier import Classifier, Pictures, classifier
from _common import Row, Value, plain
from saddle.build.resuming import resume
from saddle.build.session import Session, start
from saddle.measure import kernel_distance, neighbours
from saddle.recipe import Recipe
from saddle.runs import Run, read_json, write_json
from saddle.sources.finite import Finite
from saddle.sources.named import DATA

DRAWN, COMPARED, CHUNK = 5_000, 2_000, 250

# ---- what judges --------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Judge:
    """The evaluator of a set.

    Attributes:
        told: the classifier.
        unit: root mean square of its features on the test file.
        real: features of half of the test file, (5000, 128), in that unit.
        floors: kernel distance, precision, recall and coverage of the other half.
    """

    told: Classifier
    unit: float
    real: np.ndarray[Any, Any]
    floors: Row

    @classmethod
    def of(cls, name: str, out: Path) -> Judge:
        """The evaluator, trained where it is not kept."""
        x, y, test = halves(name)
        told = classifier(
            (x[~test], y[~test]), (x[test], y[test]), out / f"judge-{name}.safetensors"
        )
        order = np.random.default_rng(0).permutation(int(test.sum()))
        features = told.features(x[test][order])
        unit = float(np.sqrt(np.square(features).mean()))
        real, other = features[:DRAWN] / unit, features[DRAWN:] / unit
        return cls(told, unit, real, measured(other, real))

    def __call__(self, pictures: Pictures) -> Row:
        """What is measured of samples."""
        return measured(self.told.features(pictures) / self.unit, self.real)


def measured(fake: np.ndarray[Any, Any], real: np.ndarray[Any, Any]) -> Row:
    """Kernel distance on all rows; precision, recall and coverage on the first 2,000."""
    near = neighbours(fake[:COMPARED], real[:COMPARED])
    return {
        "kernel": kernel_distance(fake, real),
        "precision": near.precision.value,
        "recall": near.recall.value,
        "coverage": near.coverage.value,
    }


def halves(name: str) -> tuple[Pictures, np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Every picture and label of a set, and which of them are of its test file."""
    source = DATA[name](0)
    assert isinstance(source, Finite), f"{name} has no files of its own"
    numbers = np.arange(sum(source.sizes.values()))
    rows = source.rows(numbers)
    test = np.zeros(len(numbers), dtype=bool)
    test[source.parts["final"]] = True
    return rows["x"], rows["given"].astype(np.int64), test


# ---- playing ------------------------------------------------------------------------------------


@dataclass(eq=False)
class Contender:
    """A run that is played for its part of the time.

    Attributes:
        session: the run.
        walk: its turns.
        spent: processor seconds, looks and saves included.
        seen: what was measured along the way.
    """

    session: Session
    spent: float = 0.0
    seen: list[Row] = field(default_factory=list)
    walk: Iterator[Any] = field(init=False)

    def __post_init__(self) -> None:
        self.walk = self.session.play()

    @property
    def over(self) -> bool:
        """Whether it has played all its turns."""
        return self.session.over

    def play(self, turns: int) -> bool:
        """Play turns; whether a look was among them."""
        before, looked = time.process_time(), False
        for _ in range(turns):
            moment = next(self.walk, None)
            if moment is None:
                break
            looked = looked or moment.event is not None
        self.spent += time.process_time() - before
        return looked

    def note(self, measure: Measure) -> None:
        """Measure the average as it is, and keep what was found beside the run."""
        row = {"step": self.session.state.step, "cpu": round(self.spent, 1)}
        self.seen.append({**row, **measure(self.session)})
        write_json(self.session.run.path / NOTES, {"spent": self.spent, "seen": self.seen})


NOTES = "benchmark.json"
Measure = Callable[[Session], Row]
"""What is measured of a run as it stands."""


@torch.no_grad()
def drawn(session: Session, n: int = DRAWN, given: Tensor | None = None) -> Pictures:
    """Samples of the average, of the encoded conditions where they are given."""
    game, rng = session.state.game, torch.Generator().manual_seed(1)
    game.eval()
    parts = [
        game.sample(
            min(CHUNK, n - i),
            None if given is None else given[i : i + CHUNK],
            rng=rng,
            generators=session.state.average.module,
        )["x"]
        for i in range(0, n, CHUNK)
    ]
    game.train()
    found: Pictures = session.materials.spaces["x"].decode(torch.cat(parts))
    return found


def opened(recipe: Recipe, out: Path, *, data: object = None) -> Contender:
    """The run in that folder, taken up where it was saved; a new one where there is none."""
    for path in sorted(out.glob("*/recipe.yaml")):
        run = Run(path.parent)
        if run.latest() is None:
            continue
        made = Contender(resume(run, data=data))
        kept = read_json(run.path / NOTES) if (run.path / NOTES).exists() else {}
        step = made.session.state.step
        made.seen = [row for row in kept.get("seen", []) if row["step"] <= step]
        made.spent = float(made.seen[-1]["cpu"] or 0) if made.seen else 0.0
        return made
    return Contender(start(recipe, out, data=data))


def turn_of(recipes: Mapping[str, Recipe], out: Path, *, data: object = None) -> dict[str, float]:
    """Processor seconds of a turn of each, taken side by side."""
    walks = {name: start(each, out / "timed", data=data).play() for name, each in recipes.items()}
    spent: dict[str, list[float]] = {name: [] for name in walks}
    for walk in walks.values():
        for _ in range(4):
            next(walk)
    for _ in range(12):
        for name, walk in walks.items():
            before = time.process_time()
            for _ in range(5):
                next(walk)
            spent[name].append((time.process_time() - before) / 5)
    return {name: float(np.median(each)) for name, each in spent.items()}


def budgeted(
    recipes: Mapping[str, Recipe], seconds: float, out: Path, *, data: object = None
) -> dict[str, Recipe]:
    """Each recipe with as many turns as that time allows; counted once, and kept."""
    kept = out / "steps.json"
    if not kept.exists():
        turns = turn_of(recipes, out, data=data)
        write_json(kept, {name: int(SURE * seconds / each) for name, each in turns.items()})
    steps = read_json(kept)
    return {name: recipe.amended({"steps": steps[name]}) for name, recipe in recipes.items()}


SURE = 0.98
"""Share of the time that turns are counted for; the rest is left to looks and saves."""


def raced(runs: Mapping[str, Contender], measure: Measure, tell: Callable[[str], None]) -> None:
    """Play all to their ends, some turns each in turn; measure each at its looks."""
    while any(not run.over for run in runs.values()):
        for who, run in runs.items():
            if not run.over and run.play(TURN):
                run.note(measure)
                tell(f"{who}: {run.seen[-1]}")


TURN = 20
"""Turns of one before the others have theirs."""

# ---- rows ---------------------------------------------------------------------------------------


class Rows:
    """Rows that were measured, a line of JSON each, in one file."""

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        lines = self.path.read_text().splitlines() if self.path.exists() else []
        self.all: list[Row] = [json.loads(line) for line in lines]

    def of(self, **asked: Value) -> list[Row]:
        """The rows that say this."""
        return [row for row in self.all if asked.items() <= row.items()]

    def add(self, *rows: Row) -> None:
        """Write rows behind the others."""
        self.all += rows
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("a") as file:
            file.writelines(json.dumps(plain(row)) + "\n" for row in rows)
