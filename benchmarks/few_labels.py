"""A hundred labels: the K + 1 class critic on 60,000 digits of which 100 have a name.

Ten digits of each class, drawn by the seed, keep their label; all others are `?`. The critic sorts
what it is shown while it plays (game `semi-supervised`), and its classes are read on the test
file. Beside it stands a classifier of the evaluators' form that has seen the hundred alone.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch

from _classifier import Labels, Pictures, classifier
from _common import OUT, Bench, Row, Target, column
from _pictures import Contender, Rows, budgeted, halves, opened, raced
from saddle.build.session import Session
from saddle.recipe import Recipe
from saddle.sources.pictures import Pictures as Source
from saddle.sources.pictures import array_pictures

EACH, LOOKS, LESSONS = 10, 20, 600
"""Labels a class; looks of a run; steps of the classifier of a hundred."""


def chosen(labels: Labels, seed: int) -> npt.NDArray[np.intp]:
    """Ten of each class."""
    rng = np.random.default_rng(seed)
    of = [rng.choice(np.flatnonzero(labels == k), EACH, replace=False) for k in range(10)]
    return np.concatenate(of)


def hidden(x: Pictures, y: Labels, known: npt.NDArray[np.intp], seed: int) -> Source:
    """The digits, all but those without their label."""
    told = np.full(len(y), "?")
    told[known] = y[known].astype(str)
    return array_pictures(x, seed=seed, labels=told, name="mnist")


@torch.no_grad()
def error(session: Session, x: Pictures, y: Labels) -> float:
    """Share of test digits that the critic sorts wrongly."""
    game, spaces = session.state.game, session.materials.spaces
    game.eval()
    parts = [spaces["x"].encode(x[i : i + 500]) for i in range(0, len(x), 500)]
    found = torch.cat([game.classify(part) for part in parts])  # type: ignore[operator]
    game.train()
    return float((spaces["given"].decode(found).astype(np.int64) != y).mean())


def played(bench: Bench, seed: int) -> Row:
    """One run."""
    x, y, test = halves("mnist")
    known = chosen(y[~test], seed)
    data = hidden(x[~test], y[~test], known, seed)
    out = Path(bench.options.runs) / f"{seed}"
    base = {"game": "semi-supervised", "data": "python"}
    base |= {"looks": LOOKS, "saves": LOOKS, "stop": "never"}
    recipe = bench.recipe(Recipe(), base, seed=seed)
    recipe = budgeted({"run": recipe}, bench.options.seconds, out, data=data)["run"]
    run: Contender = opened(recipe, out, data=data)
    raced(
        {"run": run},
        lambda session: {"error": error(session, x[test], y[test])},
        lambda said: bench.tell(f"{seed} {said}"),
    )
    alone = classifier(
        (x[~test][known], y[~test][known]),
        (x[test], y[test]),
        out / "alone.safetensors",
        steps=LESSONS,
    )
    return {
        "seed": seed,
        "turns": run.session.state.step,
        "cpu s": round(run.spent),
        "error": error(run.session, x[test], y[test]),
        "error of the hundred alone": 1 - alone.accuracy,
    }


def main() -> None:
    """Play what is not there yet, and hold the error against what was asked for."""
    bench = Bench(
        "few_labels",
        "K + 1 classes with 100 labels",
        seeds="0-2",
        seconds=1_800,
        rows=str(OUT / "few_labels.rows.jsonl"),
        runs=str(OUT / "kept" / "few_labels"),
    )
    rows = Rows(bench.options.rows)
    for seed in bench.seeds:
        if not rows.of(seed=seed):
            rows.add(played(bench, seed))
    found = [row for row in rows.all if row["seed"] in bench.seeds]
    worst = max(column(found, "error"))
    bench.show(
        found, targets=[Target("error, worst seed", "<= 0.03", f"{worst:.4f}", worst <= 0.03)]
    )


if __name__ == "__main__":
    main()
