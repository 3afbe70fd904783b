"""`saddle train digits`: does it stop by itself within two minutes, and is every digit there?

The command runs as a user's does, in a process of its own, and its time is the clock's. Coverage
is that of the library's descriptors against the pictures held out for the end, beside what as many
training pictures reach. Times hold for a machine that does nothing else.
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

from _common import Bench, Row, Target, column
from saddle.evaluate import load
from saddle.measure import neighbours
from saddle.runs import read_json
from saddle.sources.named import DATA
from saddle.sources.pictures import Pictures
from saddle.spaces import Images


def played(bench: Bench, seed: int) -> Row:
    """One command, and what it left."""
    with bench.folder() as folder:
        out = Path(folder) / str(seed)
        began = time.monotonic()
        command = [sys.executable, "-m", "saddle", "train", "digits", "--seed", str(seed)]
        subprocess.run([*command, "--out", str(out)], check=True, stdout=sys.stderr)
        seconds = time.monotonic() - began
        (path,) = (path.parent for path in out.glob("*/recipe.yaml"))
        told = load(path)
        planned = read_json(path / "environment.json")["forecast_seconds"]
    data, space = DATA["digits"](seed), told.spaces["x"]
    assert isinstance(data, Pictures)
    assert isinstance(space, Images)
    real, train = (space.rows(data.part(part)["x"]) for part in ("final", "train"))
    made = space.rows(told.sample(len(real), given=None, seed=1)["x"])
    reached, floor = neighbours(made, real), neighbours(train[: len(real)], real)
    return {
        "seed": seed,
        "seconds": round(seconds),
        "turns": told.step,
        "of": told.recipe.steps,
        "forecast": planned,
        "coverage": reached.coverage.value,
        "floor": floor.coverage.value,
        "coverage / floor": reached.coverage.value / floor.coverage.value,
    }


def main() -> None:
    """Run the command, and hold time and coverage against what was asked for."""
    bench = Bench("digits", "saddle train digits", seeds="0-2")
    rows = [played(bench, seed) for seed in bench.seeds]
    longest, least = max(column(rows, "seconds")), min(column(rows, "coverage / floor"))
    bench.show(
        rows,
        targets=[
            Target("seconds, longest", "<= 120", f"{longest:.0f}", longest <= 120),
            Target("coverage / floor, lowest", ">= 0.8", f"{least:.2f}", least >= 0.8),
        ],
    )


if __name__ == "__main__":
    main()
