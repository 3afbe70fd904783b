"""Few pictures, plain and augmented: what the critic knows by heart, and what that costs.

The default is played without augmentation until its critic passes the mark of knowing pictures by
heart: E v(train) - E v(held out) over a fifth of E v(train) - E v(made), held-out pictures being
those of the final part. Then it is played with adaptive augmentation for as many turns. At that
step the averages of both draw 2,000 pictures, and their kernel distances to the held-out ones, by
the library's descriptors, are compared pair by pair over the seeds. Shares of authentic samples
and of near copies say whether either copies.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch

from _common import OUT, Bench, Row, Target, column
from _pictures import Rows, drawn
from emoji import emoji
from saddle.build.session import Session, start
from saddle.measure import closest, kernel_distance
from saddle.recipe import Recipe
from saddle.sources import Source
from saddle.sources.named import DATA
from saddle.sources.pictures import Pictures, array_pictures

MADE, LOOK, MARK, SHOWN = 2_000, 250, 0.2, 500
"""Samples that are judged; turns between two looks at the gap; the mark; pictures of each side."""

SIDES: Mapping[str, Any] = {"plain": (), "augmented": ("ada:0.4",)}


def opened(name: str, seed: int) -> Pictures:
    """The pictures of a set, in their parts."""
    if name == "emoji":
        return array_pictures(emoji(), seed=seed, name="emoji")
    found: Source = DATA[name](seed)
    assert isinstance(found, Pictures)
    return found


@torch.no_grad()
def gap(session: Session, data: Pictures) -> float:
    """(E v(train) - E v(held out)) / (E v(train) - E v(made)), views aside."""
    game, space = session.state.game, session.materials.spaces["x"]
    game.eval()
    rng = np.random.default_rng(0)
    means = []
    for part in ("train", "final"):
        rows = data.part(part)["x"]  # type: ignore[arg-type]
        some = rows[rng.permutation(len(rows))[:SHOWN]]
        means.append(_mean(session, space.encode(some)))
    made = space.encode(drawn(session, SHOWN))
    train, held, fake = *means, _mean(session, made)
    game.train()
    return (train - held) / max(train - fake, 1e-9)


def _mean(session: Session, x: torch.Tensor) -> float:
    (critic,) = session.state.game.critics.values()
    return float(torch.cat([critic(part).values for part in x.split(100)]).mean())


def played(
    bench: Bench, name: str, seed: int, side: str, turns: int | None
) -> tuple[Session, float]:
    """A run to the mark, or to so many turns, and the gap there."""
    data = opened(name, seed)
    asked = {"data": "python", "game": "gan", "views": SIDES[side], "stop": "never", "looks": 20}
    recipe = bench.recipe(Recipe(), {**asked, "steps": bench.options.most}, seed=seed)
    found = 0.0
    session = start(recipe, Path(bench.options.runs), data=data)
    for moment in session.play():
        if moment.step == turns:
            break
        if moment.step and moment.step % LOOK == 0 and turns is None:
            found = gap(session, data)
            bench.tell(f"{name} {seed} {side} {moment.step}: gap {found:.3f}")
            if found > MARK:
                break
    return session, found if turns is None else gap(session, data)


def judged(session: Session, data: Pictures) -> Row:
    """Distance to the held-out pictures, and memory."""
    space = session.materials.spaces["x"]
    held = space.rows(data.part("final")["x"])
    unit = float(np.sqrt(np.square(held).mean()))
    made, train = space.rows(drawn(session, MADE)) / unit, space.rows(data.part("train")["x"])
    near, floor = closest(made, train / unit), closest(held / unit, train / unit)
    return {
        "kernel": kernel_distance(made, held / unit),
        "authentic": float(near.authentic.mean()),
        "authentic floor": float(floor.authentic.mean()),
        "near copies": float(near.near_copy.mean()),
        "near copies floor": float(floor.near_copy.mean()),
    }


def pair(bench: Bench, name: str, seed: int) -> list[Row]:
    """Both sides of one set and seed, a row each."""
    rows: list[Row] = []
    turns: int | None = None
    for side in SIDES:
        session, found = played(bench, name, seed, side, turns)
        turns = session.state.step
        rows.append(
            {
                "set": name,
                "seed": seed,
                "side": side,
                "turns": turns,
                "gap": found,
                **judged(session, opened(name, seed)),
            }
        )
    return rows


def main() -> None:
    """Play what is not there yet; the intervals of the differences should lie below 0."""
    bench = Bench(
        "augmented",
        "Kernel distance to held-out pictures, plain and augmented, at one step",
        seeds="0-4",
        sets="emoji,cifar10",
        most=6_000,
        rows=str(OUT / "augmented.rows.jsonl"),
        runs=str(OUT / "kept" / "augmented"),
    )
    rows, names = Rows(bench.options.rows), bench.options.sets.split(",")
    for seed in bench.seeds:
        for name in names:
            if not rows.of(set=name, seed=seed):
                rows.add(*pair(bench, name, seed))
    found = [row for row in rows.all if row["set"] in names and row["seed"] in bench.seeds]
    bench.show(found, targets=[target(found, name) for name in names])


def target(rows: list[Row], name: str) -> Target:
    """The mean difference and its interval by Student's t over the seeds."""
    from scipy.stats import t

    plain, other = (
        np.array(column([r for r in rows if (r["set"], r["side"]) == (name, side)], "kernel"))
        for side in SIDES
    )
    far = other - plain
    wide = float(t.ppf(0.975, len(far) - 1) * far.std(ddof=1) / np.sqrt(len(far)))
    low, high = float(far.mean()) - wide, float(far.mean()) + wide
    return Target(
        f"{name}: augmented less plain, {len(far)} seeds",
        "interval below 0",
        f"{far.mean():.4f} ({low:.4f} to {high:.4f})",
        high < 0,
    )


if __name__ == "__main__":
    main()
