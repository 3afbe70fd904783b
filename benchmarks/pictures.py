"""Digits and clothing in an hour of one process: the default against DCGAN, on equal terms.

Both play in one process, twenty turns each in turn, until each has spent the budget in processor
seconds: looks, saves and records included, this benchmark's own measuring not. DCGAN is the
published one with binary cross entropy and an average of the generator (.999); it plays by the
same engine (bfloat16, one pass of the generator a turn) and is judged at the best of its twenty
checkpoints. The default is judged as it ends. What judges is a classifier (`_classifier.py`) on
5,000 samples and 5,000 test pictures: the kernel distance less its floor, which is that between
the two halves of the test file drawn at random.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from _common import OUT, Bench, Row, Target
from _pictures import Contender, Judge, Rows, budgeted, drawn, opened, raced
from saddle.presets import preset
from saddle.recipe import Recipe

LOOKS, WANTED = 20, 0.7

CONTENDERS: Mapping[str, Recipe] = {
    "default": Recipe(),
    "dcgan": preset("dcgan").amended({"schedules.memory": {"hold": 0.999}}),
}
# ---- playing ------------------------------------------------------------------------------------


def played(bench: Bench, name: str, seed: int, judge: Judge) -> list[Row]:
    """Both contenders on one set and seed, a row each."""
    out = Path(bench.options.runs) / f"{name}-{seed}"
    base = {"data": name, "game": "gan", "looks": LOOKS, "saves": LOOKS, "stop": "never"}
    recipes = {who: bench.recipe(recipe, base, seed=seed) for who, recipe in CONTENDERS.items()}
    recipes = budgeted(recipes, bench.options.seconds, out)
    runs = {who: opened(recipe, out / who) for who, recipe in recipes.items()}
    raced(
        runs,
        lambda session: judge(drawn(session)),
        lambda said: bench.tell(f"{name} {seed} {said}"),
    )
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
    rows = Rows(bench.options.rows)
    names = bench.options.sets.split(",")
    for seed in bench.seeds:
        for name in names:
            if not rows.of(set=name, seed=seed):
                rows.add(*played(bench, name, seed, Judge.of(name, OUT)))
    asked = [row for row in rows.all if row["set"] in names and row["seed"] in bench.seeds]
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
