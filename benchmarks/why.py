"""Does `why` name a planted gap first, and nothing where nothing differs?

Thirty pairs of clouds with a gap (`_gaps.py`: ten each of a dropped cluster, a shifted column, a
broken pair of columns; half of them mixtures, half tables) and thirty with none. A dropped cluster
counts where the first finding is `missing` and its region and the lost real rows share at least
half of their union; a column or a pair where it is that one. Seeds from 100 on set the method.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

import numpy as np

from _common import Bench, Row, Target
from _gaps import GAPS, WORLDS, Planted, plant
from saddle.judge.findings import Finding, Why
from saddle.judge.why import why

OVERLAP = 0.5


def region(first: Finding, planted: Planted) -> bool:
    """Whether the region and the lost rows share half of their union."""
    return overlap(first, planted) >= OVERLAP


def overlap(first: Finding, planted: Planted) -> float:
    """Rows in both over rows in either."""
    if first.holds is None or planted.lost is None:
        return 0.0
    inside = first.holds(planted.real)
    return float((inside & planted.lost).sum() / (inside | planted.lost).sum())


def same_columns(first: Finding, planted: Planted) -> bool:
    """Whether it is the column or the pair that was planted."""
    return first.what == " with ".join(f"x{j}" for j in planted.columns)


FITS: dict[str, Callable[[Finding, Planted], bool]] = {
    "missing": region,
    "column": same_columns,
    "pair": same_columns,
}


def named_first(found: Why, planted: Planted) -> bool:
    """Whether the first finding is what was planted; nothing, where nothing was."""
    if planted.kind not in FITS:
        return not found.findings
    first = found.findings[0] if found.findings else None
    return first is not None and first.kind == planted.kind and FITS[first.kind](first, planted)


def tried(gap: str, world: str, seed: int) -> Row:
    """One pair of clouds."""
    planted = plant(gap, world, seed)
    began = time.process_time()
    found = why(planted.fake, planted.real, seed=seed)
    cpu = time.process_time() - began
    first = found.findings[0] if found.findings else None
    return {
        "gap": gap,
        "world": world,
        "seed": seed,
        "real": len(planted.real),
        "fake": len(planted.fake),
        "columns": planted.real.shape[1],
        "planted": ", ".join(f"x{j}" for j in planted.columns) or planted.kind,
        "AUC": found.auc,
        "named": len(found.findings),
        "first": "" if first is None else f"{first.kind} {first.what}"[:48],
        "share": None if first is None else first.share,
        "overlap": None if first is None or planted.lost is None else overlap(first, planted),
        "right": named_first(found, planted),
        "CPU s": cpu,
    }


def counted(rows: Sequence[Row], gaps: Sequence[str]) -> tuple[int, int]:
    """How many are right, and of how many."""
    mine = [bool(row["right"]) for row in rows if row["gap"] in gaps]
    return sum(mine), len(mine)


def main() -> None:
    bench = Bench("why", "Planted gaps, named first", seeds="0-4", nulls=3, only=None)
    rows: list[Row] = []
    for gap in filter(bench.wanted, GAPS):
        repeats = bench.options.nulls if gap == "nothing" else 1
        first, count = min(bench.seeds), len(bench.seeds) * repeats
        for world in WORLDS:
            for seed in range(first, first + count):
                rows.append(tried(gap, world, seed))
                bench.tell(" ".join(f"{key}={value}" for key, value in rows[-1].items()))
    planted = [gap for gap in GAPS if gap != "nothing"]
    (hits, of), (silent, nulls) = counted(rows, planted), counted(rows, ["nothing"])
    each = "; ".join(f"{gap} {counted(rows, [gap])[0]}" for gap in planted)
    bench.show(
        rows,
        targets=[
            Target("a planted gap is named first", ">= 27 of 30", f"{hits} of {of} ({each})",
                   of > 0 and hits >= 0.9 * of),
            Target("nothing is named where nothing differs", ">= 28 of 30", f"{silent} of {nulls}",
                   nulls > 0 and silent >= 28 / 30 * nulls),
        ],
        notes=[f"median of CPU seconds {np.median([float(r['CPU s'] or 0) for r in rows]):.1f}"],
    )  # fmt: skip


if __name__ == "__main__":
    main()
