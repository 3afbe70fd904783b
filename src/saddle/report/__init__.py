"""What a run looks like: pictures, a film, and one page that holds them all.

Everything is read from the run folder; nothing here needs torch.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy.typing as npt

from saddle.reference import Reference
from saddle.runs import Run, write_bytes, write_text

if TYPE_CHECKING:
    from saddle.report.read import Record

__all__ = [
    "comparison",
    "comparison_page",
    "evaluation_page",
    "film",
    "picture_of_rows",
    "save_pictures",
    "theory_page",
    "write_report",
]


def write_report(run: Run, *, references: Sequence[Reference | str] = ()) -> Path:
    """Write `report.html` into the run folder, and return its path.

    Args:
        run: the run.
        references: what to cite; entries of BibTeX are made of those that are references.
    """
    from saddle.report.page import page
    from saddle.report.read import read_run

    write_text(run.report, page(read_run(run), references=references))
    return run.report


def save_pictures(run: Run, folder: Path) -> list[Path]:
    """Write every picture of a run as PNG; returns their paths.

    Raises:
        BrokenRun: nothing was recorded that can be drawn.
    """
    from saddle.errors import BrokenRun
    from saddle.report.gallery import drawings
    from saddle.report.read import read_run

    written = []
    for drawing in drawings(read_run(run)):
        written.append(folder / f"{drawing.name}.png")
        write_bytes(written[-1], drawing.png)
    if not written:
        raise BrokenRun(f"{run.path} has no pictures: no look was recorded yet")
    return written


def picture_of_rows(
    rows: Mapping[str, npt.NDArray[Any]],
    path: Path,
    *,
    names: Mapping[str, Sequence[str]] | None = None,
) -> Path:
    """Write rows by key (`x`, `given`, `a`, `b`, `z`) as one PNG; names are those of its axes."""
    from saddle.errors import BadData
    from saddle.report.partners import rows_alone
    from saddle.report.style import png

    if not any(len(rows[key]) for key in rows.keys() - {"given"}):
        raise BadData(f"{path}: there is no row to draw; keys: {', '.join(rows) or 'none'}")
    write_bytes(path, png(rows_alone(dict(rows), names or {})))
    return path


def film(run: Run, path: Path) -> Path:
    """Write the film of a run; its ending tells the format: .gif, .webp, or .png (animated).

    Raises:
        UnknownName: the ending is none of these.
        BrokenRun: no look of the run holds samples.
    """
    from saddle.errors import BrokenRun
    from saddle.report.read import read_run
    from saddle.report.reel import ALONE, format_of, shot

    form = format_of(path)
    made = shot(read_run(run), ALONE, form)
    if made is None:
        raise BrokenRun(f"{run.path} has no film: no look in {run.looks} holds samples")
    write_bytes(path, made.moving(form))
    return path


def evaluation_page(found: Mapping[str, Any], path: Path) -> Path:
    """Write what `saddle.evaluate` found of two sides as one self-contained page."""
    from saddle.report.beside import evaluation_document

    write_text(path, evaluation_document(found))
    return path


def comparison_page(runs: Sequence[Run], path: Path) -> Path:
    """Write several runs side by side as one self-contained page; nothing is measured anew."""
    from saddle.report.beside import comparison_document

    write_text(path, comparison_document(read_runs(runs)))
    return path


def comparison(runs: Sequence[Run], *, brief: bool = False) -> dict[str, Any]:
    """The same as rows: what the runs come to, what they differ in, their measures.

    Args:
        runs: whose.
        brief: whether a measure is a short text rather than its numbers.
    """
    from saddle.report import versus

    held = read_runs(runs)
    return {
        "care": versus.unequal(held),
        "runs": versus.verdicts(held),
        "differences": versus.differences(held),
        "measures": versus.measures(held, versus.brief if brief else versus.numbers),
    }


def read_runs(runs: Sequence[Run]) -> dict[str, Record]:
    """Records by what the runs are called: their numbers, where these tell them apart."""
    from saddle.report.read import read_run
    from saddle.report.versus import short_names

    names = short_names([run.path.resolve().name for run in runs])
    if len(set(names)) < len(names):
        names = [str(run.path) for run in runs]
    return {name: read_run(run) for name, run in zip(names, runs, strict=True)}


def theory_page(path: Path) -> Path:
    """Write the theory as one self-contained page: statements, pictures, commands."""
    from saddle.report.page import lessons_page

    write_text(path, lessons_page())
    return path
