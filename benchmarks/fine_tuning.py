"""Fine-tuning: how many turns a run on other emoji takes that starts from a run on the first.

A run learns the emoji of one style (Twemoji); then the same emoji of another (Noto) are learned
from nothing and from that run, as `--from` does. What counts is the turn at which the kernel
distance to held-out pictures, in the library's descriptors, is first as low as the run from
nothing has it at its end; both are looked at forty times. The run that is started from is trained
on other pictures alone, but the two styles draw the same things.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from _common import OUT, Bench, Row, Target, column
from _pictures import Contender, Rows, drawn, opened
from emoji import emoji
from saddle.build.session import Session
from saddle.measure import kernel_distance
from saddle.recipe import Recipe
from saddle.runs import Run
from saddle.sources.pictures import Pictures, array_pictures

FIRST, SECOND, LOOKS, MADE = "twemoji64", "noto64", 40, 1_000


def pictures(style: str, seed: int) -> Pictures:
    """The emoji of a style, in their parts."""
    return array_pictures(emoji(style), seed=seed, name=style)


def distance(session: Session, held: np.ndarray[Any, Any]) -> Row:
    """Kernel distance of the average to held-out pictures."""
    space = session.materials.spaces["x"]
    real = space.rows(held)
    unit = float(np.sqrt(np.square(real).mean()))
    return {"kernel": kernel_distance(space.rows(drawn(session, MADE)) / unit, real / unit)}


def played(bench: Bench, style: str, seed: int, more: Mapping[str, Any], out: Path) -> Contender:
    """A run to its end, looked at forty times."""
    data = pictures(style, seed)
    asked = {"data": "python", "steps": bench.options.turns, "looks": LOOKS, "stop": "never"}
    run = opened(bench.recipe(Recipe(), {**asked, **more}, seed=seed), out, data=data)
    held = data.part("final")["x"]
    while not run.over:
        if run.play(1):
            run.note(lambda session: distance(session, held))
            bench.tell(f"{style} {seed} {dict(more)}: {run.seen[-1]}")
    return run


def compared(bench: Bench, seed: int) -> Row:
    """The turns that both runs on the second style take to the same distance."""
    out = Path(bench.options.runs) / str(seed)
    first = played(bench, FIRST, seed, {}, out / "first")
    start = _last(first.session.run)
    alone = played(bench, SECOND, seed, {}, out / "alone")
    tuned = played(bench, SECOND, seed, {"start": str(start)}, out / "tuned")
    goal = float(alone.seen[-1]["kernel"] or 0)
    turns = {"alone": _reached(alone.seen, goal), "tuned": _reached(tuned.seen, goal)}
    return {
        "seed": seed,
        "distance from nothing": goal,
        "turns from nothing": turns["alone"],
        "turns from the other": turns["tuned"],
        "ratio": turns["tuned"] / turns["alone"],
        "distance from the other": tuned.seen[-1]["kernel"],
    }


def _last(run: Run) -> Path:
    step = run.latest()
    assert step is not None
    return run.checkpoint(step)


def _reached(seen: list[Row], goal: float) -> float:
    return next((float(row["step"] or 0) for row in seen if float(row["kernel"] or 0) <= goal),
                float("inf"))  # fmt: skip


def main() -> None:
    """Play what is not there yet, and hold the ratio against what was asked for."""
    bench = Bench(
        "fine_tuning",
        "Turns to the distance of a run from nothing",
        seeds="0-2",
        turns=3_000,
        rows=str(OUT / "fine_tuning.rows.jsonl"),
        runs=str(OUT / "kept" / "fine_tuning"),
    )
    rows = Rows(bench.options.rows)
    for seed in bench.seeds:
        if not rows.of(seed=seed):
            rows.add(compared(bench, seed))
    found = [row for row in rows.all if row["seed"] in bench.seeds]
    worst = max(column(found, "ratio"))
    bench.show(
        found, targets=[Target("ratio, worst seed", "<= 0.5", f"{worst:.2f}", worst <= 0.5)]
    )


if __name__ == "__main__":
    main()
