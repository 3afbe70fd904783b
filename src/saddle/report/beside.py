"""Pages that are about no single run: any two sides, and several runs side by side."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import TYPE_CHECKING, Any

from saddle.report import judged, versus
from saddle.report.page import document
from saddle.report.sheets import Sheet, html
from saddle.report.style import inline, png, svg
from saddle.report.tables import to_html

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FOOT = "<footer>Made by saddle. The page holds everything it shows; nothing is loaded.</footer>"


def evaluation_document(found: Mapping[str, Any]) -> str:
    """The page of an evaluation of any two sides."""
    title = str(found["name"])
    head = f"<h1>{escape(title)}</h1><div class='box'>{judged.verdict(found)}</div>"
    body = f"<main><section>{judged.evaluated(found)}</section></main>"
    return document(title, f"<header>{head}</header>\n{body}{FOOT}")


def comparison_document(runs: versus.Runs) -> str:
    """The page of several runs: verdicts, differences, curves, samples, measures."""
    title = f"{len(runs)} runs side by side"
    care = versus.unequal(runs)
    warned = f"<p class='warn'>{escape(care)}</p>" if care else ""
    same = "<p class='none'>Their recipes are equal.</p>"
    other = versus.differences(runs)
    parts = (
        ("What they come to", to_html(versus.verdicts(runs))),
        ("What they differ in", to_html(other) if other else same),
        ("How they came there", pictured("Distance", CURVES, versus.curves(runs), svg, "svg+xml")),
        ("Samples", drawings(runs)),
        ("Measures", f"<p class='soft'>{MEASURES}</p>{to_html(versus.measures(runs))}"),
    )
    body = "".join(f"<section><h2>{name}</h2>{html}</section>" for name, html in parts)
    return document(title, f"<header><h1>{title}</h1>{warned}</header>\n<main>{body}</main>{FOOT}")


CURVES = (
    "The watched distance over steps and over seconds; dotted, what two sets of real rows differ "
    "by. Seconds are comparable on one machine that did nothing else."
)
SAMPLES = "Purple are the last samples of each run, green its data."
MEASURES = "Value, 95 % interval, and the floor: what other real rows score at the same n."


def drawings(runs: versus.Runs) -> str:
    """The samples, rows and pictures, or that none were recorded."""
    rows = versus.any_samples(runs)
    clouds = (
        pictured("Samples over data", SAMPLES, versus.samples(runs), png, "png") if rows else ""
    )
    seen = "".join(map(sheet, versus.last_sheets(runs)))
    shown = clouds + (f"<div class='figures'>{seen}</div>" if seen else "")
    return shown or "<p class='none'>Samples: not measured</p>"


def sheet(held: Sheet) -> str:
    """One sheet with its caption."""
    caption = versus.captioned(held.title, held.reads)
    return f"<figure class='sheet'>{caption}{html(held, held.title)}</figure>"


def pictured(title: str, reads: str, figure: Figure, save: Any, form: str) -> str:
    """A picture with its caption."""
    image = f"<img src='{inline(save(figure), form)}' alt='{escape(f'{title}: {reads}')}'>"
    return f"<figure class='wide'>{versus.captioned(title, reads)}{image}</figure>"
