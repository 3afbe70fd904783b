"""How often each two-sample test sees a stated shift, beside the test that knows both densities.

The oracle adds up log q/p over the second cloud; its threshold is the 95 % point of that sum under
p, from 20,000 clouds. No test at that level has more power.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from _common import Bench, Row, Target
from _tests import SHIFTS, Shift, joined, p_values
from saddle.measure import TESTS
from saddle.measure.two_sample import PERMUTATIONS

LEVEL = 0.05
NULLS = 20_000
ASKED = ("c2st", "mmd")
ENOUGH, LARGE, SHARED = 0.9, 2000, (250, 500, 1000)


def threshold(shift: Shift, n: int) -> float:
    """What the sum of log q/p over n rows of p stays at or below in 95 of 100 cases."""
    rng = np.random.default_rng([n, 0xB])
    sums = [shift.log_ratio(shift.p(n, rng)).sum() for _ in range(NULLS)]
    return float(np.quantile(sums, 1 - LEVEL, method="higher"))


def powers(shift: Shift, n: int, seeds: list[int], tests: Sequence[str]) -> dict[str, float]:
    """Share of draws in which each test sees the shift, the oracle first."""
    above, seen, found = threshold(shift, n), [], []
    for seed in seeds:
        rng = np.random.default_rng([seed, n, 0xC])
        x, y = shift.p(n, rng), shift.q(n, rng)
        seen.append(shift.log_ratio(y).sum() > above)
        found.append(p_values(x, y, seed, tests))
    by_test = {name: float(np.mean([p[name] <= LEVEL for p in found])) for name in tests}
    return {"oracle": float(np.mean(seen)), **by_test}


def shares(row: Row) -> Row:
    """Each test's power over the oracle's."""
    best = float(row["oracle"])  # type: ignore[arg-type]
    of = {name: float(row[name]) / best for name in TESTS if name in row}  # type: ignore[arg-type]
    return {"shift": f"{row['shift']}, share of oracle", "n": row["n"], "oracle": 1.0, **of}


def main() -> None:
    bench = Bench(
        "two_sample_power", "Power at 5 %", seeds="0-199", sizes="250,500,1000,2000",
        shifts=",".join(SHIFTS), tests=",".join(TESTS), known=None,
    )  # fmt: skip
    rows: list[Row] = []
    tests = bench.options.tests.split(",")
    for name in bench.options.shifts.split(","):
        for n in map(int, filter(None, bench.options.sizes.split(","))):
            row = {"shift": name, "n": n, **powers(SHIFTS[name], n, bench.seeds, tests)}
            bench.tell(" ".join(f"{key}={value}" for key, value in row.items()))
            rows.append(row)
    rows = joined(rows, bench.options.known, ("shift", "n"))
    asked = [row for row in rows if row["shift"] == "mode" and row["n"] == LARGE]
    bench.show(
        rows,
        summary=[shares(row) for row in rows if row["n"] in SHARED],
        targets=[
            Target(f"{name}: one of eight modes dropped, n = {LARGE}", f">= {ENOUGH}",
                   f"{row[name]:.3f}", float(row[name]) >= ENOUGH)  # type: ignore[arg-type]
            for row in asked for name in ASKED if name in row
        ],
        notes=[
            *(f"{name}: {shift.words}" for name, shift in SHIFTS.items()),
            f"{len(bench.seeds)} draws, {PERMUTATIONS} permutations; a power's standard error "
            f"is at most {0.5 / len(bench.seeds) ** 0.5:.3f}",
        ],
    )  # fmt: skip


if __name__ == "__main__":
    main()
