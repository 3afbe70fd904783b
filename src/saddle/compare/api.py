"""Compare from Python: `saddle.compare("grid", distances=["kl", "js"], seeds=8)`."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from saddle.compare.contenders import Asked
from saddle.compare.crew import Crew
from saddle.compare.design import Design, design
from saddle.compare.existing import of_runs
from saddle.compare.outcome import Comparison, outcome
from saddle.compare.playing import Unit, play_unit, units
from saddle.compare.record import MEASURED
from saddle.errors import bad
from saddle.runs import Run, held, write_bytes

Names = Sequence[str]


def compare(
    data: object = "grid",
    *,
    distances: Names = (),
    penalties: Names = (),
    presets: Names = (),
    settings: Mapping[str, Any] | None = None,
    seeds: int | Sequence[int] = 8,
    out: str | Path | None = None,
) -> Comparison:
    """Train several ways on the same data from the same seeds, and compare them.

    A comparison that was stopped goes on where it was; one that is finished is only read.

    Args:
        data: a source's name, a file, rows (n, d); or a list of runs that are there already.
        distances: what close means, a contender each.
        penalties: sets of penalties, a contender each: `r1+r2`, `gp:between=10`, `none`.
        presets: recipes to start from, a contender each.
        settings: values of the recipe by dotted path; a list of values is varied.
        seeds: how many, or which.
        out: folder that it is kept in; below comparisons/ where None.
    """
    if isinstance(data, list | tuple) and all(isinstance(it, str | Path | Run) for it in data):
        return of_runs([it if isinstance(it, Run) else Run.open(Path(it)) for it in data])
    for argument, names in (("distances", distances), ("penalties", penalties)):
        wrong = next((name for name in names if not isinstance(name, str)), None)
        if wrong is not None:
            raise bad(argument, type(wrong).__name__, "names: children play the runs")
    asked = Asked(distances, penalties, presets, [*_settings(settings or {})])
    chosen = tuple(range(seeds)) if isinstance(seeds, int) else tuple(seeds)
    common = {"data": kept(data, None if out is None else Path(out)), "threads": 1}
    made = design(asked.contenders(common), chosen, measure="sliced-w1", together=True)
    folder = made.folder if out is None else Path(out)
    played(made, folder)
    found = outcome(made, folder)
    found.write(folder)
    return found


def _settings(settings: Mapping[str, Any]) -> list[str]:
    """As on the command line: a list of values stands with commas between."""
    return [
        f"{key}={','.join(map(str, value)) if isinstance(value, list) else value}"
        for key, value in settings.items()
    ]


def kept(data: object, out: Path | None) -> str:
    """What a child can open: a name or a path as it is, rows in a file of their own."""
    if isinstance(data, str | Path):
        return str(data)
    if out is None:
        raise bad("out", None, "a folder, where data are rows: they are kept in it")
    rows = np.asarray(data, dtype=np.float64)
    path = out.with_name(f"{out.name}-data.npy")
    write_bytes(path, _npy(rows))
    return str(path)


def _npy(rows: Any) -> bytes:
    import io

    file = io.BytesIO()
    np.save(file, rows)
    return file.getvalue()


def played(
    made: Design,
    folder: Path,
    *,
    jobs: int | None = None,
    tell: Callable[[], None] = lambda: None,
) -> None:
    """Play what is left to play: in so many children, or here where jobs is 0."""
    _ = MEASURED[made.measure]
    made.write(folder)
    with held(folder):
        _play(made, folder, units(made, folder), jobs, tell)


def _play(
    made: Design, folder: Path, left: list[Unit], jobs: int | None, tell: Callable[[], None]
) -> None:
    if jobs == 0:
        for unit in left:
            if not play_unit(made, folder, unit):
                raise KeyboardInterrupt
            tell()
    elif left:
        with Crew(folder, min(jobs or cores(), len(left))) as crew:
            crew.play(left, tell)


def cores() -> int:
    """Processors that this process may use; all there are where the system does not say which."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:
        return os.cpu_count() or 1
