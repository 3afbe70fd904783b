"""`saddle --help` against `import torch`, in fresh processes that take turns."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import numpy as np

from _common import Bench, Row, Target

SADDLE = Path(sys.executable).with_name("saddle")
WANTED = 0.25


def seconds(command: list[str]) -> float:
    """Wall time of a command that must succeed."""
    began = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - began


def main() -> None:
    bench = Bench("help_time", "saddle --help against import torch", seeds="0", times=11)
    commands = {
        "saddle --help": [str(SADDLE), "--help"],
        "import torch": [sys.executable, "-c", "import torch"],
        "python alone": [sys.executable, "-c", "pass"],
    }
    taken: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(bench.options.times + 1):
        for name, command in commands.items():
            taken[name].append(seconds(command))
    rows: list[Row] = [
        {
            "command": name,
            "median s": float(np.median(times[1:])),
            "fastest s": min(times[1:]),
            "slowest s": max(times[1:]),
            "times": len(times) - 1,
        }
        for name, times in taken.items()
    ]
    ratio = float(np.median(taken["saddle --help"][1:]) / np.median(taken["import torch"][1:]))
    bench.show(
        rows,
        targets=[Target("help over import torch", f"< {WANTED}", f"{ratio:.3f}", ratio < WANTED)],
        notes=["the first round warms the disk and is left out"],
    )


if __name__ == "__main__":
    main()
