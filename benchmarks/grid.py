"""The default recipe on the 25-Gaussian grid and the ring of 8, in PacGAN's definitions.

At 2,500 samples: modes, share of high quality. At 100,000: KL of the high-quality counts against
uniform, KL over the modes and one bin for the rest, each mode's width. The averaged generator at
the last step is measured; nothing is chosen by looking. Time is processor time.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from _common import Bench, Row, Target, Trial, attempted, column, medians
from saddle.measure import high_quality_of_perfect, kl_floor, mode_report
from saddle.presets import preset

FEW, MANY = 2_500, 100_000
MOST_SECONDS = 60.0
MEDIANS = ("modes", "HQ %", "KL", "KL+off", "narrowest", "widest", "CPU s", "all modes s")


def measured(trial: Trial, *, seed: int) -> Row:
    """The figures of one run."""
    modes = trial.session.materials.source.modes
    assert modes is not None
    few = mode_report(trial.trained.sample(FEW, seed=10_000 + seed)["x"], modes)
    many = mode_report(trial.trained.sample(MANY, seed=20_000 + seed)["x"], modes)
    return {
        "modes": few.captured,
        "of": few.k,
        "HQ %": 100 * few.high_quality,
        "HQ % at 1e5": 100 * many.high_quality,
        "KL": many.kl_uniform,
        "KL+off": many.kl_off,
        "narrowest": float(np.nanmin(many.widths)),
        "widest": float(np.nanmax(many.widths)),
        "CPU s": trial.cpu,
        "all modes s": trial.covered,
        "all modes step": trial.covered_step,
    }


def targets(source: str, rows: Sequence[Row]) -> list[Target]:
    """What was asked for on one source."""
    full = sum(row.get("modes") is not None and row["modes"] == row["of"] for row in rows)
    quality, kl = column(rows, "HQ %"), column(rows, "KL")
    off = [abs(w - 1) for key in ("narrowest", "widest") for w in column(rows, key)]
    cpu = column(rows, "CPU s")
    done = len(quality) == len(rows)
    return [
        Target(f"{source}: every mode", f"{len(rows)} of {len(rows)} seeds", f"{full}",
               full == len(rows)),
        Target(f"{source}: high quality", ">= 97 % in all",
               f"{min(quality, default=0):.2f} to {max(quality, default=0):.2f} %",
               done and min(quality) >= 97),
        Target(f"{source}: KL against uniform", "<= 0.002 in all",
               f"at most {max(kl, default=np.inf):.2g}", done and max(kl) <= 0.002),
        Target(f"{source}: width of every mode", "within 15 %",
               f"off by at most {100 * max(off, default=np.inf):.1f} %",
               done and max(off) <= 0.15),
        Target(f"{source}: processor seconds", f"<= {MOST_SECONDS:g}",
               f"at most {max(cpu, default=np.inf):.1f}", done and max(cpu) <= MOST_SECONDS),
    ]  # fmt: skip


def main() -> None:
    bench = Bench("grid", "The default recipe on known modes", seeds="0-9", sources="grid,ring")
    rows: list[Row] = []
    summary: list[Row] = []
    met: list[Target] = []
    for source in bench.options.sources.split(","):
        found: list[Row] = []
        for seed in bench.seeds:

            def work(source: str = source, seed: int = seed) -> Row:
                recipe = bench.recipe(preset("default"), {"data": source}, seed=seed)
                with bench.trial(recipe) as trial:
                    return measured(trial, seed=seed)

            found.append(attempted(work, {"source": source, "seed": seed}))
            bench.tell(" ".join(f"{key}={value}" for key, value in found[-1].items()))
        rows += found
        summary.append(medians({"source": source, "seed": "median"}, found, MEDIANS))
        met += targets(source, found)
    bench.show(
        rows,
        summary=summary,
        targets=met,
        notes=[
            f"a perfect sampler: HQ {100 * high_quality_of_perfect(2):.2f} %, "
            f"KL {kl_floor(25, MANY):.2g} (25 modes), {kl_floor(8, MANY):.2g} (8 modes), width 1",
            "best published on the grid: 24.8 modes, 93.6 % HQ, KL 0.04 (PacGAN)",
        ],
    )


if __name__ == "__main__":
    main()
