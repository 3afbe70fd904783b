"""Precision, recall, density and coverage beside the package `prdc`: values, time, memory.

Each side runs in a fresh process of one thread; times are processor seconds, medians of runs that
take turns; memory is the highest of the process, and what it held before the call.
"""

from __future__ import annotations

import contextlib
import io
import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Mapping

import numpy as np

from _common import Bench, Row, Target, Value

ROWS = 10_000
CASES = {2048: 1.8, 64: 2.5}
"""Features, and how many times as fast it should be."""
NAMES = ("precision", "recall", "density", "coverage")


def clouds(d: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Reals of a few clusters and fakes that are a little wider, in single precision."""
    rng = np.random.default_rng(seed)
    centres = rng.standard_normal((20, d), dtype=np.float32)

    def drawn(scale: float) -> np.ndarray:
        x = np.empty((ROWS, d), np.float32)  # filled in parts: making rows takes no memory
        for part in np.array_split(x, 50):
            noise = rng.standard_normal(part.shape, dtype=np.float32)
            part[:] = centres[rng.integers(0, 20, len(part))] + np.float32(scale) * noise
        return x

    return drawn(1.0), drawn(1.02)


def ours(real: np.ndarray, fake: np.ndarray) -> Mapping[str, float]:
    from saddle.measure import neighbours

    return {name: found.value for name, found in neighbours(fake, real)._asdict().items()}


def theirs(real: np.ndarray, fake: np.ndarray) -> Mapping[str, float]:
    from prdc import compute_prdc

    with contextlib.redirect_stdout(io.StringIO()):
        found: Mapping[str, float] = compute_prdc(real, fake, nearest_k=5)
    return {name: float(found[name]) for name in NAMES}


WAYS: Mapping[str, Callable[[np.ndarray, np.ndarray], Mapping[str, float]]] = {
    "saddle": ours,
    "prdc": theirs,
}


def peak() -> float:
    """MiB that this process has held at most."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def child(way: str, d: int, seed: int) -> None:
    """One measurement in this process, as JSON."""
    small = np.random.default_rng(0).standard_normal((60, 4), dtype=np.float32)
    WAYS[way](small, small[::-1] + 1)  # what is imported on the way is there
    real, fake = clouds(d, seed)
    before, began = peak(), time.process_time()
    found = WAYS[way](real, fake)
    spent = time.process_time() - began
    sys.stdout.write(json.dumps({**found, "s": spent, "before": before, "peak": peak()}))


def measured(way: str, d: int, seed: int) -> Mapping[str, float]:
    told = subprocess.run(
        [sys.executable, __file__, "--child", way, str(d), str(seed)],
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
    if sys.argv[1:2] == ["--child"]:
        child(sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
    else:
        main()
