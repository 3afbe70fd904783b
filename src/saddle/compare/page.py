"""The page of a comparison: one HTML file that needs nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from matplotlib.figure import Figure

from saddle.compare.record import MEASURED
from saddle.compare.verdicts import Verdict, rows, sentences
from saddle.report.page import document
from saddle.report.style import inline, svg
from saddle.report.tables import to_html
from saddle.runs import Json


def page(found: Verdict, picture: Figure, notes: Sequence[str], runs: Sequence[Json]) -> str:
    """What it says, the table, the picture, and where the runs are."""
    title = " or ".join(standing.name for standing in found.at_step)
    told = "".join(f"<li>{escape(sentence.strip())}</li>" for sentence in sentences(found))
    width, height = picture.get_size_inches()
    size = f"width='{96 * width:.0f}' height='{96 * height:.0f}'"
    words = MEASURED[found.measure].words
    caption = (
        f"{words}, {MEASURED[found.measure].better} is better: mean over seeds at step "
        f"{found.step:.0f}, and after {found.cpu:.1f} processor seconds a run"
    )
    aside = "".join(f"<p class='soft'>{escape(note)}</p>" for note in notes)
    return document(
        title,
        f"<header><h1>{escape(title)}</h1>\n<p class='lead'>Same data, same seeds: "
        f"{escape(words)}.</p></header>\n<main>"
        f"<section id='says'><h2>What it says</h2><ul>{told}</ul>{aside}</section>\n"
        f"<section id='table'><h2>Numbers</h2>{to_html(rows(found), caption=caption)}</section>\n"
        f"<section id='picture'><h2>Along the way</h2><figure class='wide'>"
        f"<img src='{inline(svg(picture), 'svg+xml')}' alt='{escape(caption)}' {size}></figure>"
        f"</section>\n<section id='runs'><h2>Runs</h2>{to_html(runs)}</section></main>\n"
        "<footer>Made by saddle. The page holds everything it shows; nothing is loaded.</footer>",
    )
