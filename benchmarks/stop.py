"""The stop rule on the grid and on the moons: what it stops at, and what it would have missed.

Three runs a seed, all of the default recipe with a horizon of 15,000 steps:

    auto          ends by the rule
    played on     the same run, had the rule not spoken: it holds to the horizon; its average is
                  measured at every look, and the best look is what the rule is held against
    cosine        a run of as many steps as `auto` played, with the recipe's own long decay

Quality, fixed before any run: on the grid the share of samples within three deviations of a mode;
on the moons, which have no modes, the overlap sum min(p, q) of the sampled with the true law over
61 cells, twenty pieces of the curves by three rings of one deviation of the noise, and the rest.
Rows are kept as they come, so that a benchmark that was cut short goes on.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import torch
from scipy.spatial import cKDTree

from _common import OUT, Bench, Row, Target, column, medians
from saddle.build.ending import stopped
from saddle.build.session import Session, start
from saddle.measure import mode_report
from saddle.presets import preset
from saddle.runs import read_lines
from saddle.sources.planes import moons_at

HORIZON, DRAWN = 15_000, 20_000
PIECES, RINGS = 20, 3
CLOSE, NEAR, LATE, EQUAL = 2.0, 1.0, 1.5, 1.0
"""Points of the best at the stop; points of the best that count as near it; how much later than
the first such look the stop may be; points of the cosine run."""

Quality = Callable[[npt.NDArray[Any]], float]


def on_modes(session: Session) -> Quality:
    """Percent of samples within three deviations of a mode."""
    modes = session.materials.source.modes
    assert modes is not None
    return lambda x: 100 * mode_report(x, modes).high_quality


def on_curves(session: Session) -> Quality:
    """Percent of overlap with the true law, over cells along the two half circles."""
    fine = 1000 * PIECES
    tree = cKDTree(moons_at((np.arange(fine) + 0.5) / fine))

    def law(x: npt.NDArray[Any]) -> npt.NDArray[Any]:
        away, at = tree.query(x)
        ring = (away / 0.1).astype(int)
        cell = np.where(ring < RINGS, at // 1000 * RINGS + ring, PIECES * RINGS)
        return np.bincount(cell, minlength=PIECES * RINGS + 1) / len(x)

    truth = law(session.materials.rows("final", 200_000)["x"])
    return lambda x: 100 * float(np.minimum(law(x), truth).sum())


QUALITY: Mapping[str, Callable[[Session], Quality]] = {"grid": on_modes, "moons": on_curves}


def drawn(session: Session) -> npt.NDArray[Any]:
    """Samples of the average as it is, from noise of their own."""
    rng = torch.Generator().manual_seed(30_000 + session.recipe.seed)
    state = session.state
    made = state.game.sample(DRAWN, None, rng=rng, generators=state.average.module)
    return session.materials.spaces["x"].decode(made["x"])


class Played(NamedTuple):
    """A run that was played to its end: its quality at looks, its record, why it stopped."""

    steps: list[int]
    quality: list[float]
    events: list[dict[str, Any]]
    told: Mapping[str, Any]


def played(bench: Bench, source: str, seed: int, *, every: bool = False, **changes: Any) -> Played:
    """A run to its end; its quality there, or at `every` look."""
    recipe = bench.recipe(preset("default"), {"data": source, **changes}, seed=seed)
    with bench.folder() as out:
        session = start(recipe, out)
        quality = QUALITY[source](session)
        looks: list[tuple[int, float]] = []
        for moment in session.play():
            if moment.event is not None and (every or moment.step == moment.clock.steps):
                looks.append((moment.step, quality(drawn(session))))
        events, told = read_lines(session.run.events), stopped(session.run) or {}
    steps, found = zip(*looks, strict=True)
    return Played(list(steps), list(found), events, told)


def measured(bench: Bench, source: str, seed: int) -> Row:
    """The figures of one seed."""
    auto = played(bench, source, seed, stop="auto", steps=HORIZON)
    decay, end = auto.told["decay"], auto.told["ended"]
    hold = {"decay": HORIZON, "steps": HORIZON}
    on = played(bench, source, seed, steps=HORIZON, ending=hold, every=True)
    cosine = played(bench, source, seed, steps=end)
    best = max(on.quality)
    first = next(s for s, q in zip(on.steps, on.quality, strict=True) if q >= best - NEAR)
    until = [[event["watch"] for event in run.events if event["step"] <= decay]
             for run in (auto, on)]  # fmt: skip
    return {
        "why": auto.told["reason"],
        "decay from": decay,
        "stop": end,
        "quality %": auto.quality[-1],
        "best %": best,
        "near best at": first,
        "stop / near": end / first,
        "cosine %": cosine.quality[-1],
        "same until the decay": until[0] == until[1],
    }


def targets(source: str, rows: Sequence[Row]) -> list[Target]:
    """What was asked for on one source."""
    at_stop, best, cosine = (column(rows, f"{key} %") for key in ("quality", "best", "cosine"))
    behind = [b - q for b, q in zip(best, at_stop, strict=True)]
    apart = [c - q for c, q in zip(cosine, at_stop, strict=True)]
    late = column(rows, "stop / near")
    return [
        Target(f"{source}: quality at the stop", f"within {CLOSE:g} points of the best in all",
               f"at most {max(behind):.2f} behind, {within(behind, CLOSE)}", max(behind) <= CLOSE),
        Target(f"{source}: the stop", f"<= {LATE:g} x the first step within {NEAR:g} of the best",
               f"at most {max(late):.2f} x, {within(late, LATE)}", max(late) <= LATE),
        Target(f"{source}: a cosine run of equal length", f"within {EQUAL:g} point in all",
               f"at most {max(apart):.2f} behind it, {within(apart, EQUAL)}", max(apart) <= EQUAL),
    ]  # fmt: skip


def within(values: Sequence[float], bound: float) -> str:
    """How many seeds keep a bound.

    >>> within([0.2, 1.4], 1.0)
    '1 of 2 seeds within'
    """
    return f"{sum(value <= bound for value in values)} of {len(values)} seeds within"


def kept(path: Path) -> list[dict[str, Any]]:
    """Rows of earlier calls."""
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def main() -> None:
    bench = Bench("stop", "The stop rule", seeds="0-9", sources="grid,moons", only=None,
                  rows=str(OUT / "stop.rows.jsonl"))  # fmt: skip
    path = Path(bench.options.rows)
    path.parent.mkdir(parents=True, exist_ok=True)
    wanted = [(source, seed) for source in bench.options.sources.split(",")
              for seed in bench.seeds]  # fmt: skip
    for source, seed in wanted:
        if not any((row["source"], row["seed"]) == (source, seed) for row in kept(path)):
            row = {"source": source, "seed": seed, **measured(bench, source, seed)}
            bench.tell(" ".join(f"{key}={value}" for key, value in row.items()))
            with path.open("a") as file:
                file.write(json.dumps(row) + "\n")
    rows = [row for row in kept(path) if (row["source"], row["seed"]) in wanted]
    of = {source: [row for row in rows if row["source"] == source] for source in QUALITY}
    of = {source: found for source, found in of.items() if found}
    keys = ("stop", "quality %", "best %", "stop / near", "cosine %")
    bench.show(
        rows,
        summary=[medians({"source": s, "seed": "median"}, found, keys) for s, found in of.items()],
        targets=[target for source, found in of.items() for target in targets(source, found)],
        notes=[
            f"horizon {HORIZON:,} steps, quality at {DRAWN:,} samples; `best` is the best of 51 "
            "looks at the run that holds to the horizon",
            "a perfect sampler: 98.9 % on the grid, 98.5 % on the moons at this many samples",
        ],
    )


if __name__ == "__main__":
    main()
