"""Precision, recall, density and coverage beside the package `prdc`: values, time, memory.

Each side runs in a fresh process of one thread; times are processor seconds, medians of runs that
take turns; memory is the highest of the process, and what it held before the call.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from _common import Bench, Row, Target, Value

CASES = {2048: 1.8, 64: 2.5}
"""Features, and how many times as fast it should be."""
WAYS = ("saddle", "prdc")
NAMES = ("precision", "recall", "density", "coverage")
CHILD = Path(__file__).with_name("_neighbours_child.py")


def measured(way: str, d: int, seed: int) -> Mapping[str, float]:
    told = subprocess.run(
        [sys.executable, str(CHILD), way, str(d), str(seed)],
        check=True,
        capture_output=True,
        text=True,
    )
    found: Mapping[str, float] = json.loads(told.stdout)
    return found


def main() -> None:
    bench = Bench("neighbours", "Neighbours beside prdc, 10k rows a side", seeds="0", times=3)
    rows: list[Row] = []
    for d in CASES:
        runs: dict[str, list[Mapping[str, float]]] = {way: [] for way in WAYS}
        for _ in range(bench.options.times):
            for way in WAYS:
                runs[way].append(measured(way, d, bench.seeds[0]))
                bench.tell(f"{d} features, {way}: {runs[way][-1]}")
        rows += [summary(way, d, found) for way, found in runs.items()]
    bench.show(rows, targets=targets(rows), notes=["one thread, processor seconds, k = 5"])


def summary(way: str, d: int, found: list[Mapping[str, float]]) -> Row:
    shares: dict[str, Value] = {name: found[0][name] for name in NAMES}
    return {
        "features": d,
        "way": way,
        **shares,
        "CPU s": float(np.median([run["s"] for run in found])),
        "MiB at most": float(np.median([run["peak"] for run in found])),
        "MiB beyond the rows": float(np.median([run["peak"] - run["before"] for run in found])),
        "turns": len(found),
    }


def targets(rows: list[Row]) -> list[Target]:
    made: list[Target] = []
    for us, them in zip(rows[::2], rows[1::2], strict=True):
        d = int(us["features"] or 0)
        off = max(abs(float(us[name] or 0) - float(them[name] or 0)) for name in NAMES)
        speed, share, beyond = (
            float(a or 0) / float(b or 0)
            for a, b in (
                (them["CPU s"], us["CPU s"]),
                (us["MiB at most"], them["MiB at most"]),
                (us["MiB beyond the rows"], them["MiB beyond the rows"]),
            )
        )
        made += [
            Target(f"{d} features: equal to prdc", "1e-3", f"{off:.1e}", off <= 1e-3),
            Target(
                f"{d} features: faster", f">= {CASES[d]} x", f"{speed:.2f} x", speed >= CASES[d]
            ),
            Target(f"{d} features: memory of the process", "< 1/4", f"{share:.3f}", share < 0.25),
            Target(
                f"{d} features: memory beyond the rows", "< 1/4", f"{beyond:.3f}", beyond < 0.25
            ),
        ]
    return made


if __name__ == "__main__":
    main()
