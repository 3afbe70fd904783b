"""Digits and clothing in an hour of one process: the default against DCGAN, on equal terms.

Both play in one process, twenty turns each in turn, until each has spent the budget in processor
seconds: looks, saves and records included, this benchmark's own measuring not. DCGAN is the
published one with binary cross entropy and an average of the generator (.999); it plays by the
same engine (bfloat16, one pass of the generator a turn) and is judged at the best of its twenty
checkpoints. The default is judged as it ends. What judges is a classifier (`_classifier.py`) on
5,000 samples and 5,000 test pictures: the kernel distance less its floor, which is that between
the two halves of the test file drawn at random.

What is played is written as it goes to --rows; what is there is not played again, and a run that
was broken off is taken up where it was saved.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch

from _classifier import Classifier, Pictures, classifier
from _common import OUT, Bench, Row, Target
from saddle.build.resuming import resume
from saddle.build.session import Session, start
from saddle.measure import kernel_distance, neighbours
from saddle.recipe import Recipe
from saddle.runs import Run, read_json, write_json
from saddle.sources.named import DATA

TURN, LOOKS, DRAWN, COMPARED = 20, 20, 5_000, 2_000
WANTED = 0.7

DCGAN: Mapping[str, Any] = {
    "distance": "non-saturating",
    "penalties": {},
    "rule": "shared",
    "generator": {"name": "dcgan", "width": 64, "depth": 1},
    "critic": {"name": "dcgan", "width": 64, "depth": 1},
    "latent": 100,
    "noise": "normal",
    "batch": 64,
    "optimise_generator": {"name": "adam", "rate": 2e-4, "beta1": 0.5},
    "optimise_critic": {"name": "adam", "rate": 2e-4, "beta1": 0.5},
    "schedules": {
        "warm": 0.0,
        "decay": 0.0,
        "rate": {"hold": 1.0},
        "critic_rate": {"hold": 1.0},
        "penalty": {"hold": 1.0},
        "beta2": {"hold": 0.999},
        "memory": {"hold": 0.999},
    },
}
"""Radford, Metz, Chintala (2016) in the common form, with an average."""

CONTENDERS: Mapping[str, Mapping[str, Any]] = {"default": {}, "dcgan": DCGAN}

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

    def note(self, judge: Judge) -> None:
        """Measure the average as it is, and keep what was found beside the run."""
        row = {"step": self.session.state.step, "cpu": round(self.spent, 1)}
        self.seen.append({**row, **judge(drawn(self.session))})
        write_json(self.session.run.path / NOTES, {"spent": self.spent, "seen": self.seen})


NOTES = "benchmark.json"


@torch.no_grad()
def drawn(session: Session) -> Pictures:
    """Samples of the average."""
    game, rng = session.state.game, torch.Generator().manual_seed(1)
    game.eval()
    parts = [
        game.sample(250, rng=rng, generators=session.state.average.module)["x"]
        for _ in range(DRAWN // 250)
    ]
    game.train()
    found: Pictures = session.materials.spaces["x"].decode(torch.cat(parts))
    return found


def opened(recipe: Recipe, out: Path) -> Contender:
    """The run in that folder, taken up where it was saved; a new one where there is none."""
    for path in sorted(out.glob("*/recipe.yaml")):
        run = Run(path.parent)
        if run.latest() is None:
            continue
        made = Contender(resume(run))
        kept = read_json(run.path / NOTES) if (run.path / NOTES).exists() else {}
        step = made.session.state.step
        made.seen = [row for row in kept.get("seen", []) if row["step"] <= step]
        made.spent = float(made.seen[-1]["cpu"]) if made.seen else 0.0
        return made
    return Contender(start(recipe, out))


def turn_of(recipes: Mapping[str, Recipe], out: Path) -> dict[str, float]:
    """Processor seconds of a turn of each, taken side by side."""
    walks = {name: start(recipe, out / "timed").play() for name, recipe in recipes.items()}
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


def recipes_of(bench: Bench, name: str, seed: int, out: Path) -> dict[str, Recipe]:
    """Each contender's recipe, as many turns as its part of the time allows."""
    base = {"data": name, "game": "gan", "looks": LOOKS, "saves": LOOKS, "stop": "never"}
    found = {
        who: bench.recipe(Recipe(), {**base, **changes}, seed=seed)
        for who, changes in CONTENDERS.items()
    }
    kept = out / "steps.json"
    if not kept.exists():
        seconds = turn_of(found, out)
        steps = {who: int(0.98 * bench.options.seconds / each) for who, each in seconds.items()}
        write_json(kept, steps)
    told = read_json(kept)
    return {who: recipe.amended({"steps": told[who]}) for who, recipe in found.items()}


def raced(bench: Bench, name: str, seed: int, judge: Judge) -> list[Row]:
    """Both contenders on one set and seed, a row each."""
    out = Path(bench.options.runs) / f"{name}-{seed}"
    recipes = recipes_of(bench, name, seed, out)
    runs = {who: opened(recipe, out / who) for who, recipe in recipes.items()}
    while any(not run.over for run in runs.values()):
        for who, run in runs.items():
            if not run.over and run.play(TURN):
                run.note(judge)
                bench.tell(f"{name} {seed} {who}: {run.seen[-1]}")
    return [rated(name, seed, who, run, judge) for who, run in runs.items()]


def rated(name: str, seed: int, who: str, run: Contender, judge: Judge) -> Row:
    """What counts of a run: the default as it ends, DCGAN at its best."""
    floor = float(judge.floors["kernel"] or 0)
    best = min(run.seen, key=lambda row: float(row["kernel"] or 0))
    counts = best if who == "dcgan" else run.seen[-1]
    return {
        "set": name,
        "seed": seed,
        "contender": who,
        "turns": run.session.state.step,
        "cpu s": round(run.spent),
        "at": counts["step"],
        "beyond floor": float(counts["kernel"] or 0) - floor,
        "recall": counts["recall"],
        "coverage": counts["coverage"],
        "recall floor": judge.floors["recall"],
        "coverage floor": judge.floors["coverage"],
        "classifier": judge.told.accuracy,
    }


def main() -> None:
    """Play what is not there yet, and hold the ratios against what was asked for."""
    bench = Bench(
        "pictures",
        "Kernel distance beyond its floor, after an hour of processor time each",
        seeds="0-2",
        sets="mnist,fashion-mnist",
        seconds=3_600,
        rows=str(OUT / "pictures.rows.jsonl"),
        runs=str(OUT / "kept" / "pictures"),
    )
    path = Path(bench.options.rows)
    rows: list[Row] = []
    if path.exists():
        rows = [json.loads(line) for line in path.read_text().splitlines()]
    names = bench.options.sets.split(",")
    for seed in bench.seeds:
        for name in names:
            if any(row["set"] == name and row["seed"] == seed for row in rows):
                continue
            made = raced(bench, name, seed, Judge.of(name, OUT))
            rows += made
            with path.open("a") as file:
                file.writelines(json.dumps(row) + "\n" for row in made)
    asked = [row for row in rows if row["set"] in names and row["seed"] in bench.seeds]
    bench.show(asked, targets=[*(target(asked, name) for name in names)])


def target(rows: list[Row], name: str) -> Target:
    """The ratio of the means over seeds, and the worst seed's."""
    of = {
        who: {
            r["seed"]: float(r["beyond floor"] or 0)
            for r in rows
            if (r["set"], r["contender"]) == (name, who)
        }
        for who in CONTENDERS
    }
    each = [of["default"][seed] / of["dcgan"][seed] for seed in of["default"]]
    got = float(np.mean(list(of["default"].values())) / np.mean(list(of["dcgan"].values())))
    told = f"{got:.2f} (each seed: {', '.join(f'{ratio:.2f}' for ratio in each)})"
    return Target(
        f"{name}: of DCGAN's distance beyond the floor", f"<= {WANTED}", told, got <= WANTED
    )


if __name__ == "__main__":
    main()
