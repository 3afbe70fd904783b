"""`saddle doctor --apply` on the doctor's zoo: does the first remedy make a run end well?

Each planted fault is played to its end, the first remedy is applied as the command does, and the
run it makes is played to its end. Healed is a run that ends well by its samples (`well` in
zoo_cases) and of which no fault is said at its end. With --keep, planted runs that are there are
not played again.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

import zoo_cases
from _common import Bench, Row, Target
from saddle.build.heal import first_cure, heal
from saddle.doctor import evidence_of, examine
from saddle.errors import SaddleError
from saddle.runs import Run

LEAST = 8


def healed(name: str, seed: int, folder: Path) -> Row:
    """One case, before and after its remedy."""
    planted = zoo_cases.played(name, seed, folder / str(seed) / name)
    run = Run(folder / "healed" / str(seed) / name / planted.name)
    shutil.copytree(planted.path, run.path)  # a remedy may go on in place
    before = examine(evidence_of(run))
    row: Row = {"case": name, "seed": seed, "before": keys(before)}
    try:
        finding = first_cure(before)
        assert finding.cure is not None
        row |= {
            "for": finding.key,
            "cause": " ".join(finding.cure.causes),
            "way": finding.cure.way,
        }
        session = heal(run, finding.cure, trusted=True)
        for _ in session.play():
            pass
    except SaddleError as problem:
        return {**row, "healed": False, "note": str(problem)[:80]}
    after = [f for f in examine(evidence_of(session.run)) if f.severity == "fault"]
    well = zoo_cases.ended_well(session.run)
    return {**row, "after": keys(after), "well": well, "healed": well and not after}


def keys(findings: Sequence[object]) -> str:
    """Keys of findings on one line."""
    return " ".join(vars(finding)["key"] for finding in findings)


def main() -> None:
    bench = Bench("remedies", "Remedies on the doctor's zoo", seeds="10-12", only=None)
    rows: list[Row] = []
    with bench.folder() as folder:
        for name in filter(bench.wanted, zoo_cases.CASES):
            for seed in bench.seeds:
                rows.append(healed(name, seed, folder))
                bench.tell(str(rows[-1]))
    names = {str(row["case"]) for row in rows}
    good = [
        name for name in sorted(names) if all(row["healed"] for row in rows if row["case"] == name)
    ]
    bench.show(
        rows,
        targets=[
            Target(f"cases healed in {len(bench.seeds)} of {len(bench.seeds)} seeds",
                   f">= {LEAST} of 12", f"{len(good)}: {', '.join(good)}", len(good) >= LEAST),
        ],
    )  # fmt: skip


if __name__ == "__main__":
    main()
