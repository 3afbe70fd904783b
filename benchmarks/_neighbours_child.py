"""One measurement of `neighbours.py`, in a process that holds nothing else: WAY FEATURES SEED."""

from __future__ import annotations

import contextlib
import io
import json
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np

ROWS = 10_000
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
    """MiB that this process has held at most, what its parent held before not counted."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(float(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM"))


def child(way: str, d: int, seed: int) -> None:
    """One measurement in this process, as JSON."""
    small = np.random.default_rng(0).standard_normal((60, 4), dtype=np.float32)
    WAYS[way](small, small[::-1] + 1)  # what is imported on the way is there
    real, fake = clouds(d, seed)
    before, began = peak(), time.process_time()
    found = WAYS[way](real, fake)
    spent = time.process_time() - began
    sys.stdout.write(json.dumps({**found, "s": spent, "before": before, "peak": peak()}))


if __name__ == "__main__":
    child(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
