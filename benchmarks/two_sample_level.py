"""P-values of every two-sample test where both clouds come from one law.

A p-value is right where P(p <= a) <= a. Where the statistic is continuous and nothing is corrected
for, a permutation test meets a exactly; a count or a correction stays below.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from _common import Bench, Row, Target
from _tests import Draw, heavy, joined, lumps, p_values
from saddle.measure import TESTS
from saddle.measure.base import Floats
from saddle.measure.two_sample import PERMUTATIONS

LEVELS = (0.01, 0.05, 0.1, 0.5)
NARROW = (0.038, 0.062)
"""Where the share of p <= .05 has to lie where the test is continuous."""
LAWS: dict[str, tuple[Draw, int, int, float]] = {
    "lumps": (lumps, 150, 120, 1.0),
    "heavy": (heavy, 100, 100, 0.25),
}
"""Law, rows of a and of b, share of the seeds that are drawn."""


def drawn(law: str, seeds: list[int], tests: Sequence[str]) -> dict[str, Floats]:
    """P-values of each test, (draws,)."""
    draw, n, m, _ = LAWS[law]
    found = []
    for seed in seeds:
        rng = np.random.default_rng([seed, 0xA])
        found.append(p_values(draw(n, rng), draw(m, rng), seed, tests))
    return {name: np.array([p[name] for p in found]) for name in tests}


def told(law: str, name: str, p: Floats) -> Row:
    """Shares of p-values at or below each level."""
    shares = {f"P(p <= {a:g})": float((p <= a).mean()) for a in LEVELS}
    return {"law": law, "test": name, "level": TESTS[name].level, "draws": len(p), **shares}


def bound(a: float, draws: int) -> float:
    """The level and three standard errors."""
    return a + 3 * float(np.sqrt(a * (1 - a) / draws))


def targets(rows: list[Row]) -> list[Target]:
    """What was asked for."""
    met = []
    for row in rows:
        draws = int(row["draws"])  # type: ignore[arg-type]
        got = [float(row[f"P(p <= {a:g})"]) for a in LEVELS]  # type: ignore[arg-type]
        what = f"{row['test']} on {row['law']}, {draws} draws"
        limits = [bound(a, draws) for a in LEVELS]
        met.append(
            Target(
                f"{what}: P(p <= a)",
                "<= " + ", ".join(f"{b:.3f}" for b in limits),
                ", ".join(f"{g:.4f}" for g in got),
                all(g <= b for g, b in zip(got, limits, strict=True)),
            )
        )
        if row["level"] == "continuous" and draws >= 2000:
            low, high = NARROW
            met.append(
                Target(f"{what}: P(p <= .05)", f"{low} to {high}", f"{got[1]:.4f}",
                       low <= got[1] <= high)
            )  # fmt: skip
    return met


def main() -> None:
    bench = Bench("two_sample_level", "P-values under one law", seeds="0-1999",
                  tests=",".join(TESTS), known=None)  # fmt: skip
    rows: list[Row] = []
    tests = bench.options.tests.split(",")
    for law, (_, n, m, share) in LAWS.items():
        seeds = bench.seeds[: max(1, round(share * len(bench.seeds)))]
        rows += [told(law, name, p) for name, p in drawn(law, seeds, tests).items()]
        bench.tell(f"{law}: {n} and {m} rows, {len(seeds)} draws")
    rows = joined(rows, bench.options.known, ("law", "test"))
    bench.show(
        rows,
        targets=targets(rows),
        notes=[
            "lumps: three unequal Gaussians in the plane, 150 against 120 rows; "
            "heavy: log-normal, Student of 3 degrees, a tied and a counted column, 100 a side",
            f"{PERMUTATIONS} permutations; discrete: the statistic is a count; "
            "corrected: Holm over axes",
        ],
    )


if __name__ == "__main__":
    main()
