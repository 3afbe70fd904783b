"""Runs that are doomed to collapse, under the stop rule: they must end with the finding.

Cases of the doctor's zoo whose generator makes a part of the data, or nothing like it, beside
sound runs of the same size. Whatever ends a doomed run, it must not be that it has settled, and no
sound run may be given up.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from _common import Bench, Row, Target, attempted
from saddle.build.ending import stopped
from saddle.build.resuming import resume
from saddle.build.session import Session, start
from saddle.runs import Run
from zoo_cases import SOUND, begun, planted, sound

DOOMED = ("one-mode-generator", "generator-rate-x100", "dead-generator", "unbounded-critic")


def played(session: Session) -> Run:
    """A session to its end."""
    for _ in session.play():
        pass
    return session.run


def doomed(name: str, seed: int, folder: Path) -> Run:
    """A case of the zoo, its fault planted at its onset, under the stop rule."""
    plan = planted(name, seed, folder)
    session = begun(replace(plan, recipe=plan.recipe.amended({"stop": "auto"})), folder)
    state = session.state
    if plan.changes:
        session.plan = replace(session.plan, stop=lambda: state.step == plan.onset)
    for moment in session.play():
        if moment.step == plan.onset:
            plan.case.done(state, plan.rng)
    return played(resume(session.run, plan.changes, trusted=True)) if plan.changes else session.run


def told(run: Run) -> Row:
    """Why a run ended, and where."""
    said = stopped(run) or {}
    finding = said.get("finding", {})
    return {
        "why": said.get("reason"),
        "finding": finding.get("key"),
        "since": finding.get("since"),
        "ended": said.get("ended"),
    }


def targets(rows: Sequence[Row]) -> list[Target]:
    """What was asked for."""
    bad = [row for row in rows if row["run"] != "sound"]
    good = [row for row in rows if row["run"] == "sound"]
    found = sum(row.get("why") == "finding" or "note" in row for row in bad)
    wrong = sum(row.get("why") == "plateau" for row in bad)
    given_up = sum(row.get("why") == "finding" for row in good)
    return [
        Target("doomed runs end with a finding", f"{len(bad)} of {len(bad)}", str(found),
               found == len(bad)),
        Target("doomed runs that count as settled", "0", str(wrong), wrong == 0),
        Target("sound runs that are given up", f"0 of {len(good)}", str(given_up), given_up == 0),
    ]  # fmt: skip


def main() -> None:
    bench = Bench("doomed", "Runs that are doomed to collapse, under the stop rule", seeds="10-12")
    rows: list[Row] = []
    for seed in bench.seeds:
        for name in DOOMED:
            with bench.folder() as out:
                label = {"run": name, "seed": seed}
                rows.append(attempted(lambda n=name, s=seed, o=out: told(doomed(n, s, o)), label))
        for data in SOUND:
            recipe = sound("relativistic", data, seed).amended({"stop": "auto"})
            with bench.folder() as out:
                run = played(start(recipe, out, trusted=True))
                rows.append({"run": "sound", "seed": seed, **told(run)})
        bench.tell(f"seed {seed}: {rows[-6:]}")
    bench.show(
        rows,
        targets=targets(rows),
        notes=["a run that broke down with a message counts as found: it is no success"],
    )


if __name__ == "__main__":
    main()
