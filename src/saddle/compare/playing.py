"""The runs of a comparison: which are there, which are still to be played, and playing them."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import groupby
from pathlib import Path

from saddle.build.resuming import resume
from saddle.build.session import Session, start
from saddle.build.together import play_ensemble, together
from saddle.compare.design import Design
from saddle.doctor import FAILURE, evidence_of, keep_findings
from saddle.errors import NonFinite
from saddle.presets import amended_recipe
from saddle.recipe import Recipe
from saddle.runs import Run, read_json, read_lines, write_json

Unit = tuple[int, tuple[int, ...]]
"""A contender's number and the seeds that one process plays."""

Stop = Callable[[], bool]


def units(design: Design, folder: Path) -> list[Unit]:
    """What is still to be played: a contender's seeds at once where they are one batch."""
    found: list[Unit] = []
    for number in range(len(design.contenders)):
        left = tuple(s for s in design.seeds if not is_done(design, folder, number, s))
        found += [(number, left)] if design.apart is None and left else []
        found += [(number, (seed,)) for seed in left] if design.apart is not None else []
    return sorted(found, key=lambda unit: design.seeds.index(unit[1][0]))


def run_of(design: Design, folder: Path, number: int, seed: int) -> Run | None:
    """The run of a contender and a seed, where it was begun."""
    for path in sorted((folder / design.place(number)).glob("*/recipe.yaml")):
        if Recipe.read(path).seed == seed:
            return Run(path.parent)
    return None


def is_done(design: Design, folder: Path, number: int, seed: int) -> bool:
    """Whether a run has nothing left to play."""
    run = run_of(design, folder, number, seed)
    return run is not None and (
        why_failed(run) is not None or run.latest() == amended_recipe(run).end
    )


def why_failed(run: Run) -> str | None:
    """Why a run was given up, or None."""
    path = run.path / FAILURE
    return str(read_json(path)["error"]) if path.exists() else None


def played_steps(run: Run | None) -> int:
    """Turns of a run that were recorded; all of one that failed."""
    events = read_lines(run.events) if run is not None else []
    return int(events[-1]["step"]) if events else 0


def play_unit(design: Design, folder: Path, unit: Unit, stop: Stop = lambda: False) -> bool:
    """Play what is left of a unit; whether it came to its end."""
    number, seeds = unit
    sessions = [_session(design, folder, number, seed) for seed in seeds]
    if design.apart is None:
        sessions.sort(key=_step)
        for _, members in groupby(sessions, key=_step):
            _as_one(list(members), stop)
    else:
        _one_by_one(sessions, stop)
    return all(is_done(design, folder, number, seed) for seed in seeds)


def _step(session: Session) -> int:
    return session.state.step


def _session(design: Design, folder: Path, number: int, seed: int) -> Session:
    """A run taken up, or begun; one that was left before its first checkpoint is begun again."""
    run = run_of(design, folder, number, seed)
    if run is not None and run.newest_whole()[0] is not None:
        return resume(run)
    if run is not None:
        shutil.rmtree(run.path)
    return start(design.recipe(number, seed), folder / design.place(number))


def _as_one(sessions: Sequence[Session], stop: Stop) -> None:
    """Play a batch; what is left behind is marked."""
    ensemble = together(sessions)
    for _ in play_ensemble(ensemble, stop, threads=sessions[0].recipe.threads):
        pass
    for member in ensemble.members:
        if member.failed is not None:
            failure = {"step": member.state.step, "error": str(member.failed)}
            write_json(member.run.path / FAILURE, failure)
        keep_findings(member.run, evidence_of(member.run))


def _one_by_one(sessions: Sequence[Session], stop: Stop) -> None:
    """Play one after the other; a run that fails says so in its folder, and the next plays."""
    for session in sessions:
        session.plan = replace(session.plan, stop=stop)
        with suppress(NonFinite):
            for _ in session.play():
                pass
