"""Eight seeds of 2 x 128 networks as one batch, against the same runs one after the other.

Both play the grid with paired relativistic logistic loss, R1 and R2, Adam, one thread, in one
process; they take short turns, so that a busy machine slows both. Speed is steps a second of
processor time, times seeds; the figure is the median over turns at the usual 256 rows, other sizes
beside it. The batch plays as `saddle compare` plays it: memory of large arrays is kept
(`saddle.compare.crew.ALONE`), which serial runs get here too. Then both play the same steps from
the same seeds, and the weights are compared.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch

from _common import Bench, Row, Target
from saddle.build.session import Session, start
from saddle.build.together import play_ensemble, product_error, together
from saddle.compare.crew import ALONE
from saddle.recipe import Recipe
from speed import ADAM, PLAYED

SEEDS = 8
WANTED, POSSIBLE = 2.0, 2.8
FLOAT_ERROR = 1e-4
CHECKED = (1, 10, 100)
SIZES = (256, 128, 64, 32)


SGD = {"name": "sgd", "rate": 0.01}
"""Moves by the gradient itself. Adam divides it by its size, also where it is rounding alone."""


def sessions(
    bench: Bench, out: Path, batch: int, optimiser: dict[str, Any] = ADAM
) -> list[Session]:
    """A session a seed."""
    moved = {"optimise_generator": optimiser, "optimise_critic": optimiser}
    changes = {**PLAYED, **moved, "batch": batch, "looks": 1, "saves": 1, "steps": 20_000}
    recipes = [bench.recipe(Recipe(), changes, seed=s) for s in range(SEEDS)]
    return [start(recipe, out) for recipe in recipes]


def advance(walk: Iterator[object], steps: int) -> float:
    """Processor seconds of so many steps."""
    began = time.process_time()
    for _ in range(steps):
        next(walk)
    return time.process_time() - began


def raced(bench: Bench, batch: int) -> list[Row]:
    """Short turns of one run alone and of eight as a batch."""
    with bench.folder() as out:
        alone = start(sessions(bench, out, batch)[0].recipe, out)
        members = sessions(bench, out, batch)
        one, all_ = alone.play(), play_ensemble(together(members))
        advance(one, 20), advance(all_, 5)
        rows: list[Row] = []
        for turn in range(bench.options.turns):
            usual = torch.get_float32_matmul_precision()
            torch.set_float32_matmul_precision("highest")  # what a single run has
            serial = advance(one, 16) / 16
            torch.set_float32_matmul_precision(usual)
            batched = advance(all_, 4) / 4
            rows.append(
                {
                    "batch": batch,
                    "turn": turn,
                    "serial ms": 1e3 * serial,
                    "batch ms a seed": 1e3 * batched / SEEDS,
                    "ratio": SEEDS * serial / batched,
                }
            )
        one.close(), all_.close()  # type: ignore[attr-defined]
    return rows


def weights(session: Session) -> torch.Tensor:
    """All weights of a run, and of its average."""
    kept = [*session.state.game.parameters(), *session.state.average.module.parameters()]
    return torch.cat([weight.detach().flatten().double() for weight in kept])


def traced(walks: list[Iterator[object]], played: list[Session]) -> list[list[torch.Tensor]]:
    """The weights of every session after 0 and after each of the checked steps."""
    found = []
    for before, step in zip((-1, 0, *CHECKED), (0, *CHECKED), strict=False):
        for walk in walks:
            advance(walk, step - before)
        found.append([weights(session) for session in played])
    return found


def compared(bench: Bench, optimiser: dict[str, Any]) -> list[Row]:
    """The largest difference of weights, over the largest change of one, after some steps."""
    with bench.folder() as out:
        alone, members = (sessions(bench, out / name, 256, optimiser) for name in ("one", "all"))
        one = traced([session.play() for session in alone], alone)
        all_ = traced([play_ensemble(together(members))], members)
    rows: list[Row] = []
    for step, a, b in zip(CHECKED, one[1:], all_[1:], strict=True):
        gaps = [
            float((x - y).abs().max() / (x - start).abs().max())
            for x, y, start in zip(a, b, one[0], strict=True)
        ]
        rows.append(
            {"steps": step, "largest gap": max(gaps), "median gap": float(np.median(gaps))}
        )
    return rows


def main() -> None:
    if any(os.environ.get(key) != value for key, value in ALONE.items()):
        os.execve(sys.executable, [sys.executable, *sys.argv], {**os.environ, **ALONE})
    bench = Bench("compare_batch", "Eight seeds as one batch", seeds="0-7", turns=41)
    rows = [row for batch in SIZES for row in raced(bench, batch)]
    summary = [_middle([row for row in rows if row["batch"] == batch]) for batch in SIZES]
    gaps = [row for optimiser in (SGD, ADAM) for row in compared(bench, optimiser)]
    ratio, first = float(summary[0]["ratio"]), float(gaps[0]["largest gap"])  # type: ignore[arg-type]
    bench.show(
        [*rows, *gaps],
        shown=[*summary, *gaps],
        targets=[
            Target(f"speed over serial, {SIZES[0]} rows", f">= {WANTED}", f"{ratio:.2f}",
                   ratio >= WANTED),
            Target("gap of weights after an SGD step, of what they moved", f"<= {FLOAT_ERROR}",
                   f"{first:.1e}", first <= FLOAT_ERROR),
        ],
        notes=[
            "medians over interleaved turns, processor time, one thread",
            f"error of a batched product: {product_error():.1e} of its largest value",
            "gap: largest difference of weights over the largest change since the start; float32",
        ],
    )  # fmt: skip


def _middle(rows: list[Row]) -> Row:
    keys = ("serial ms", "batch ms a seed", "ratio")
    middle = {key: float(np.median([row[key] for row in rows])) for key in keys}  # type: ignore[arg-type]
    return {"batch": rows[0]["batch"], "turn": "median", **middle}


if __name__ == "__main__":
    main()
