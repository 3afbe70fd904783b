"""800 emoji in a folder, `saddle train FOLDER` and no more: against DCGAN with augmentation.

The folder is made of 800 of the 1,898 pictures of 64 x 64; the others are held out of everything.
`saddle train` plays it as a user's command does, in a process of its own, whose processor time is
what counts. DCGAN (width 64, batch 64, differentiable augmentation: colour, shift and cutout, an
average of .999) then has as much time and is judged at the best of its twenty checkpoints; the
default is judged as it ends. What judges are the library's own descriptors of pictures (thumbnails
and edges): kernel distance to the held-out pictures, and the share of authentic samples, whose
floor is that of the held-out pictures. The forecast that the run prints is held against the clock.
"""

from __future__ import annotations

import resource
import subprocess
import sys
from pathlib import Path

import numpy as np

from _classifier import Pictures
from _common import OUT, Bench, Row, Target, column
from _pictures import Rows, budgeted, drawn, opened, raced
from saddle.build.session import Session
from saddle.evaluate import load
from saddle.measure import closest, kernel_distance, neighbours
from saddle.presets import preset
from saddle.runs import Run, read_json, read_lines
from saddle.sources.named import places
from saddle.spaces import Images
from saddle.spaces.base import Space
from saddle.spaces.picture_files import save_pictures

GIVEN, MADE, LOOKS = 800, 2_000, 20


def emoji(style: str = "twemoji64") -> Pictures:
    """All pictures of one style, (1898, 64, 64, 3)."""
    for place in places("emoji"):
        if (place / f"{style}.npz").exists():
            found: Pictures = np.load(place / f"{style}.npz", allow_pickle=False)["x"]
            return found
    raise SystemExit("emoji: SADDLE_DATA names no folder that holds emoji/twemoji64.npz")


def halves_of(pictures: Pictures) -> tuple[Pictures, Pictures]:
    """Those that are given, and those that are held out."""
    order = np.random.default_rng(0).permutation(len(pictures))
    return pictures[order[:GIVEN]], pictures[order[GIVEN:]]


def judged(space: Space, made: Pictures, given: Pictures, held: Pictures) -> Row:
    """What is measured of samples, in descriptors of one unit."""
    real = space.rows(held)
    unit = float(np.sqrt(np.square(real).mean()))
    x, train, real = space.rows(made) / unit, space.rows(given) / unit, real / unit
    near = neighbours(x[: len(real)], real)
    return {
        "kernel": kernel_distance(x, real),
        "precision": near.precision.value,
        "recall": near.recall.value,
        "coverage": near.coverage.value,
        "authentic": float(closest(x, train).authentic.mean()),
        "authentic floor": float(closest(real, train).authentic.mean()),
        "kernel floor": kernel_distance(train, real),
    }


def trained(folder: Path, out: Path, seed: int) -> tuple[Run, float]:
    """The run of the command, taken up where it was broken off, and its processor seconds."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    begun = sorted(path.parent for path in out.glob("*/checkpoints"))
    act = ["resume", str(begun[0])] if begun else ["train", str(folder), "--seed", str(seed)]
    where = [] if begun else ["--out", str(out)]
    saddle = [sys.executable, "-m", "saddle"]
    subprocess.run([*saddle, *act, *where], check=True, stdout=sys.stderr)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    (path,) = (path.parent for path in out.glob("*/recipe.yaml"))
    return Run(path), max(spent, float(read_lines(Run(path).events)[-1]["cpu"]))


def rival(bench: Bench, seed: int, seconds: float, given: Pictures, held: Pictures) -> Row:
    """DCGAN on the same pictures for as long, at its best."""
    out = Path(bench.options.runs) / f"dcgan-{seed}"
    asked = {
        "data": "python",
        "views": ("augment:colour+shift+cutout",),
        "schedules.memory": {"hold": 0.999},
        "looks": LOOKS,
        "saves": LOOKS,
        "stop": "never",
    }
    recipe = bench.recipe(preset("dcgan"), asked, seed=seed)
    recipe = budgeted({"dcgan": recipe}, seconds, out, data=given)["dcgan"]
    run = opened(recipe, out, data=given)

    def measure(session: Session) -> Row:
        return judged(session.materials.spaces["x"], drawn(session, MADE), given, held)

    raced({"dcgan": run}, measure, lambda said: bench.tell(f"{seed} {said}"))
    best = min(run.seen, key=lambda row: float(row["kernel"] or 0))
    return {"seed": seed, "contender": "dcgan", **best, "cpu": round(run.spent)}


def command(bench: Bench, seed: int, given: Pictures, held: Pictures) -> Row:
    """`saddle train FOLDER` from its first line to its last."""
    folder, out = (Path(bench.options.runs) / f"{part}-{seed}" for part in ("folder", "runs"))
    if not folder.exists():
        save_pictures(folder, {"x": given})
    run, cpu = trained(folder, out, seed)
    seconds = float(read_lines(run.events)[-1]["seconds"])
    told = load(run)
    space = told.spaces["x"]
    assert isinstance(space, Images)
    forecast = float(read_json(run.path / "environment.json")["forecast_seconds"])
    return {
        "seed": seed,
        "contender": "default",
        "step": told.step,
        "cpu": round(cpu),
        **judged(space, told.sample(MADE, seed=1)["x"], given, held),
        "seconds": round(seconds),
        "forecast / seconds": forecast / seconds,
    }


def main() -> None:
    """Play what is not there yet, and hold it against what was asked for."""
    bench = Bench(
        "emoji",
        "800 emoji of 64 x 64, `saddle train FOLDER`",
        seeds="0-2",
        rows=str(OUT / "emoji.rows.jsonl"),
        runs=str(OUT / "kept" / "emoji"),
    )
    rows, (given, held) = Rows(bench.options.rows), halves_of(emoji())
    for seed in bench.seeds:
        if not rows.of(seed=seed, contender="default"):
            rows.add(command(bench, seed, given, held))
        if not rows.of(seed=seed, contender="dcgan"):
            (mine,) = rows.of(seed=seed, contender="default")
            rows.add(rival(bench, seed, float(mine["cpu"] or 0), given, held))
    found = [row for row in rows.all if row["seed"] in bench.seeds]
    bench.show(found, targets=targets(found))


def targets(rows: list[Row]) -> list[Target]:
    """Every seed has to meet each."""
    mine = [row for row in rows if row["contender"] == "default"]
    other = [row for row in rows if row["contender"] == "dcgan"]
    ratios = [a / b for a, b in zip(column(mine, "kernel"), column(other, "kernel"), strict=True)]
    floors = column(mine, "authentic floor")
    wide = 1.96 * np.sqrt(np.array(floors) * (1 - np.array(floors)) / GIVEN)
    short = [
        float(floor - share - margin)
        for share, floor, margin in zip(column(mine, "authentic"), floors, wide, strict=True)
    ]
    told = column(mine, "forecast / seconds")
    cpu = max(column(mine, "cpu"))
    return [
        Target("kernel distance over DCGAN's, worst seed", "< 1", f"{max(ratios):.2f}",
               max(ratios) < 1),
        Target("authentic share under its floor's interval, worst seed", "<= 0",
               f"{max(short):.3f}", max(short) <= 0),
        Target("forecast over the time it took, all seeds", "0.7 to 1.3",
               f"{min(told):.2f} to {max(told):.2f}", min(told) >= 0.7 and max(told) <= 1.3),
        Target("processor seconds of the command", "<= 3600", f"{cpu:.0f}", cpu <= 3600),
    ]  # fmt: skip


if __name__ == "__main__":
    main()
