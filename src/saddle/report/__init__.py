"""What a run looks like: pictures, a film, and one page that holds them all.

Everything is read from the run folder; nothing here needs torch.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from saddle.reference import Reference
from saddle.runs import Run, write_bytes, write_text

__all__ = ["film", "save_pictures", "write_report"]


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
