"""The Frechet distance of 2,048 features: beside SciPy's square root, in time and in memory.

Times are processor seconds of one thread, medians of runs that take turns; the moments are there.
"""

from __future__ import annotations

import subprocess
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from scipy.linalg import LinAlgWarning, sqrtm

from _common import Bench, Row, Target
from saddle.measure import Moments, frechet, frechet_of_moments, moments
from saddle.measure.base import Floats

COLUMNS = 2048
EQUAL, FASTER = 1e-4, 8.0
CHUNK = 1000


def rows(n: int, d: int, rng: np.random.Generator, mixing: Floats) -> Floats:
    """Correlated, skewed rows in single precision, as features are."""
    z = rng.standard_normal((n, d), dtype=np.float32)
    found: Floats = np.maximum(z @ mixing + 0.3, 0)
    return found


def mixing(d: int, seed: int) -> Floats:
    """A matrix whose spectrum falls by three orders of magnitude."""
    rng = np.random.default_rng(seed)
    turned = rng.standard_normal((d, d)) / d**0.5
    found: Floats = (np.geomspace(1, 1e-3, d)[:, None] * turned).astype(np.float32)
    return found


def by_square_root(a: Moments, b: Moments) -> float:
    """The formula of the paper, with SciPy's root of A B."""
    A, B, gap = a.covariance, b.covariance, a.mean - b.mean
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", LinAlgWarning)  # singular: the root may be inexact
        root = sqrtm(A @ B).real
    return float(gap @ gap + np.trace(A) + np.trace(B) - 2 * np.trace(root))


def seconds(work: Callable[[], float]) -> tuple[float, float]:
    """What it gives, and the processor seconds it took."""
    began = time.process_time()
    return work(), time.process_time() - began


def beside(label: str, ways: dict[str, Callable[[], float]], times: int) -> Row:
    """Ours and the formula in turns: values, medians of time, their ratio, the error."""
    taken: dict[str, list[float]] = {name: [] for name in ways}
    value: dict[str, float] = {}
    for _ in range(times):
        for name, work in ways.items():
            value[name], spent = seconds(work)
            taken[name].append(spent)
    ours, root = (float(np.median(taken[name])) for name in ("ours", "sqrtm"))
    return {
        "case": label,
        "ours": value["ours"],
        "sqrtm": value["sqrtm"],
        "relative error": abs(value["ours"] / value["sqrtm"] - 1),
        "ours CPU s": ours,
        "sqrtm CPU s": root,
        "times as fast": root / ours,
        "turns": times,
    }


def cases(seed: int, times: int) -> Iterator[Row]:
    rng = np.random.default_rng(seed)
    one, two = mixing(COLUMNS, seed), mixing(COLUMNS, seed + 1000)
    a, b = (moments(rows(10_000, COLUMNS, rng, m)) for m in (one, two))
    ways = {"ours": lambda: frechet_of_moments(a, b), "sqrtm": lambda: by_square_root(a, b)}
    yield beside("10k x 2,048", ways, times)
    x, y = (rows(1000, COLUMNS, rng, m) for m in (one, two))
    a1, b1 = moments(x), moments(y)
    ways = {"ours": lambda: frechet(x, y), "sqrtm": lambda: by_square_root(a1, b1)}
    yield beside("1k x 2,048, rows alone", ways, 1)
    still = one.copy()
    still[:, :200] = still[:, 200:400]  # 200 columns twice
    still[:, 400:500] = 0  # 100 that never change
    c = moments(rows(10_000, COLUMNS, rng, still))
    ways = {"ours": lambda: frechet_of_moments(c, b), "sqrtm": lambda: by_square_root(c, b)}
    yield beside("10k x 2,048, singular", ways, 1)


def chunks(n: int) -> Iterator[Floats]:
    """Rows that come in chunks and are gone: nothing else is held."""
    rng, mixed = np.random.default_rng(0), mixing(COLUMNS, 0)
    return (rows(CHUNK, COLUMNS, rng, mixed) for _ in range(n // CHUNK))


def streamed(n: int) -> Row:
    """The highest memory of a fresh process that streams n rows."""
    done = subprocess.run(
        [sys.executable, __file__, "--stream", str(n)], check=True, capture_output=True, text=True
    )
    before, after, trace = (float(word) for word in done.stdout.split())
    return {
        "case": f"{n // 1000}k x 2,048 streamed",
        "MiB at most": after,
        "MiB before": before,
        "trace": trace,
    }


def peak() -> float:
    """MiB that this process has held at most, what its parent held before not counted."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(float(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM"))


def stream(n: int) -> None:
    """In a process of its own: memory before, memory at most, and a number of the result."""
    sum(float(chunk.sum()) for chunk in chunks(2 * CHUNK))
    before = peak()
    found = moments(chunks(n))
    sys.stdout.write(f"{before} {peak()} {np.trace(found.covariance)}\n")


def main() -> None:
    bench = Bench("frechet", "Frechet distance of 2,048 features", seeds="0", times=3)
    found: list[Row] = []
    for row in cases(bench.seeds[0], bench.options.times):
        found.append(row)
        bench.tell(" ".join(f"{key}={value}" for key, value in row.items()))
    found += [streamed(n) for n in (10_000, 50_000)]
    bench.show(found, targets=targets(found), notes=["one thread, processor seconds"])


def targets(found: list[Row]) -> list[Target]:
    compared = [row for row in found if "relative error" in row]
    worst = max(float(row["relative error"] or 0) for row in compared)
    speed = float(compared[0]["times as fast"] or 0)
    short, long = (float(row["MiB at most"] or 0) for row in found[-2:])
    error, ratio, held = f"{worst:.1e}", f"{speed:.1f} x", f"{long:.0f} of {short:.0f} MiB"
    return [
        Target("equal to the sqrtm formula, all cases", "1e-4 relative", error, worst <= EQUAL),
        Target("faster than it, 10k x 2,048", ">= 8 x", ratio, speed >= FASTER),
        Target("50k streamed in the memory of 10k", "<= 1.05 x", held, long <= 1.05 * short),
    ]


if __name__ == "__main__":
    if sys.argv[1:2] == ["--stream"]:
        stream(int(sys.argv[2]))
    else:
        main()
