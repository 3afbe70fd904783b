"""A run killed with -9 at random moments and taken up again, against one that was left alone.

Each killed run is resumed until it ends. The weights at the end, the events (apart from seconds)
and the arrays of every look must be the same bit for bit.
"""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import load_file

from _common import Bench, Row, Target
from saddle.presets import preset
from saddle.runs import Run, read_lines

SADDLE = Path(sys.executable).with_name("saddle")
STEPS = 8_000

CASES: Mapping[str, Mapping[str, Any]] = {
    "gan": {"data": "grid"},
    "cycle with its pool": {"data": "rotated-mixtures", "game": "cycle", "weights.pool": 3},
    "optimistic": {"data": "ring", "rule": "optimistic"},
    "packing": {"data": "ring", "views": ["packing:2"]},
    "lecam": {"data": "ring", "penalties": {"lecam": 0.3, "r1": 0.1}},
}
"""What is killed: games, rules, views and penalties that carry a memory from step to step."""


def command(out: Path, recipe: Path) -> list[str]:
    """Start a run where there is none, else take it up."""
    runs = sorted(out.glob("*/latest.json"))
    if runs:
        return [str(SADDLE), "resume", str(runs[-1].parent), "--quiet"]
    return [str(SADDLE), "train", "--recipe", str(recipe), "--out", str(out), "--quiet"]


def last_step(out: Path) -> int:
    """The step that is saved, or -1."""
    found = sorted(out.glob("*/latest.json"))
    latest = Run(found[-1].parent).latest() if found else None
    return -1 if latest is None else latest


def killed(out: Path, recipe: Path, *, kills: int, within: float, rng: random.Random) -> int:
    """Kill so many times, each at a random moment, then let it end; how often it went back."""
    done, steps = 0, preset("default").read(recipe).steps
    while done < kills and last_step(out) < steps:
        process = subprocess.Popen(
            command(out, recipe), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        seen = written(out)
        while written(out) == seen and process.poll() is None:
            time.sleep(0.02)
        try:
            process.wait(rng.uniform(0, within))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            done += 1
    while last_step(out) < steps:
        subprocess.run(command(out, recipe), check=True, stdout=subprocess.DEVNULL)
    return done


def written(out: Path) -> list[int]:
    """How long the records are: they change where training goes on."""
    return sorted(path.stat().st_size for path in out.glob("*/events.jsonl"))


def differences(one: Path, other: Path) -> list[str]:
    """What differs between two runs, in words."""
    found = []
    a, b = Run(one), Run(other)
    if a.latest() != b.latest():
        return [f"steps {a.latest()} and {b.latest()}"]
    step = a.latest()
    assert step is not None
    for file in ("generators", "critics", "state"):
        left, right = (load_file(run.checkpoint(step) / f"{file}.safetensors") for run in (a, b))
        found += _unequal(file, left, right)
    if [_timeless(line) for line in read_lines(a.events)] != [
        _timeless(line) for line in read_lines(b.events)
    ]:
        found.append("events")
    for path in sorted(a.looks.glob("*.npz")):
        with opened(path) as x, opened(b.looks / path.name) as y:
            found += _unequal(path.name, dict(x), dict(y))
    return found


def opened(path: Path) -> Any:
    """The arrays of a look."""
    return np.load(path, allow_pickle=False)


def _unequal(name: str, one: Mapping[str, Any], other: Mapping[str, Any]) -> list[str]:
    if one.keys() != other.keys():
        return [f"{name}: other keys"]
    return [
        f"{name}: {key}" for key in one if not np.array_equal(one[key], other[key], equal_nan=True)
    ]


def _timeless(line: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in line.items() if key not in ("seconds", "cpu")}


def only_run(out: Path) -> Path:
    """The folder's run that has a checkpoint; killed before its first save, a run has none."""
    return sorted(out.glob("*/latest.json"))[-1].parent


def tried(bench: Bench, name: str, root: Path, seed: int) -> Row:
    """One case: a run left alone, and one that is killed."""
    changes = {"steps": STEPS, "looks": 160, "saves": 80, **CASES[name]}
    made = bench.recipe(preset("default"), changes, seed=seed)
    folder = root / name.replace(" ", "-")
    recipe = folder / "recipe.yaml"
    folder.mkdir(parents=True)
    made.write(recipe)
    alone, often = folder / "alone", folder / "often"
    subprocess.run(command(alone, recipe), check=True, stdout=subprocess.DEVNULL)
    kills = killed(
        often,
        recipe,
        kills=bench.options.kills,
        within=bench.options.within,
        rng=random.Random(seed),
    )
    found = differences(only_run(alone), only_run(often))
    return {
        "case": name,
        "seed": seed,
        "kills": kills,
        "equal": not found,
        "differs": "; ".join(found[:3]),
    }


def main() -> None:
    bench = Bench("resume", "Killed and resumed", seeds="0", kills=20, within=0.8, only=None)
    rows = []
    with bench.folder() as root:
        for seed in bench.seeds:
            for name in CASES:
                if bench.wanted(name):
                    rows.append(tried(bench, name, root / f"seed-{seed}", seed))
                    bench.tell(" ".join(f"{key}={value}" for key, value in rows[-1].items()))
    often = bench.options.kills
    equal = sum(bool(row["equal"]) and row["kills"] == often for row in rows)
    bench.show(
        rows,
        targets=[
            Target(
                f"bit-equal after {bench.options.kills} kills",
                f"{len(rows)} of {len(rows)}",
                f"{equal} of {len(rows)}",
                equal == len(rows),
            )
        ],
        notes=["weights, averages, optimisers, events apart from seconds, arrays of every look"],
    )


if __name__ == "__main__":
    main()
