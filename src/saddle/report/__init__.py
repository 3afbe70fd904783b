"""What a run looks like: pictures, a film, and one page that holds them all.

Everything is read from the run folder; nothing here needs torch.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy.typing as npt

from saddle.reference import Reference
from saddle.runs import Run, write_bytes, write_text

__all__ = ["film", "picture_of_rows", "save_pictures", "theory_page", "write_report"]


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
    """Write every picture as PNG, and the film where there is one; returns their paths."""
    from saddle.report.gallery import drawings
    from saddle.report.read import read_run
    from saddle.report.reel import shot
    from saddle.report.style import png

    record, written = read_run(run), []
    for drawing in drawings(record):
        written.append(folder / f"{drawing.name}.png")
        write_bytes(written[-1], png(drawing.figure))
    if (made := shot(record)) is not None:
        written.append(folder / "film.gif")
        write_bytes(written[-1], made.gif())
    return written


def picture_of_rows(rows: Mapping[str, npt.NDArray[Any]], path: Path) -> Path:
    """Write rows by key (`x`, `given`, `a`, `b`, `z`) as one PNG."""
    from saddle.errors import BadData
    from saddle.report.partners import rows_alone
    from saddle.report.style import png

    if not any(len(rows[key]) for key in rows.keys() - {"given"}):
        raise BadData(f"{path}: there is no row to draw; keys: {', '.join(rows) or 'none'}")
    write_bytes(path, png(rows_alone(dict(rows))))
    return path


def theory_page(results: Mapping[str, Any], path: Path, *, title: str = "The theory, run") -> Path:
    """Write a self-contained page of tables: a heading and a table for each result."""
    from saddle.report.page import theory_page as written

    write_text(path, written(results, title=title))
    return path


def film(run: Run, path: Path) -> Path:
    """Write the film of a run as an animated GIF.

    Raises:
        BrokenRun: no look of the run holds samples.
    """
    from saddle.errors import BrokenRun
    from saddle.report.read import read_run
    from saddle.report.reel import shot

    made = shot(read_run(run))
    if made is None:
        raise BrokenRun(f"{run.path} has no film: no look in {run.looks} holds samples")
    write_bytes(path, made.gif())
    return path
