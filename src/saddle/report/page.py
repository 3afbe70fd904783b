"""The page of a run: one HTML file that needs nothing else, and works without scripts."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from importlib.resources import files
from typing import Any

from saddle.reference import Reference
from saddle.report import findings, judged, sheets, summary, verdicts
from saddle.report.gallery import PICTURES, Drawing, drawings, missing
from saddle.report.lessons import LESSONS, Lesson
from saddle.report.read import Record
from saddle.report.reel import Film, shot, spread
from saddle.report.style import inline, svg
from saddle.report.tables import Rows, as_rows, cell, to_html

Source = Reference | str
MOST_STILLS = 16

SECTIONS = (
    ("samples", "Samples"),
    ("film", "The run, look by look"),
    ("judged", "Can the samples be told from real rows?"),
    ("findings", "What the doctor found"),
    ("curves", "Curves"),
    ("critic", "The critic"),
    ("field", "The pull on the samples"),
    ("measures", "Measures"),
    ("theory", "What the theory says of this run"),
    ("record", "What was recorded"),
    ("recipe", "Recipe"),
    ("environment", "Data and environment"),
    ("references", "References"),
    ("next", "What to do next"),
)


def page(record: Record, *, references: Sequence[Source] = ()) -> str:
    """The whole page."""
    bodies = {
        **{section: pictured(record, section) for section in ("samples", "curves", "critic")},
        "film": filmed(record),
        "field": pictured(record, "field"),
        "judged": judgement(record),
        "findings": f"{pictured(record, 'findings')}{findings.in_words(record)}",
        "measures": measured(record),
        "theory": told(record),
        "record": kept(record),
        "recipe": decided(record),
        "environment": surroundings(record),
        "references": cited(references),
        "next": onward(record),
    }
    body = "\n".join(
        f"<section id='{key}'><h2>{title}</h2>\n{bodies[key]}</section>"
        for key, title in SECTIONS
        if bodies[key]
    )
    title = f"{summary.data_name(record)}, {summary.distance_name(record)}"
    return document(title, f"{top(record, bodies)}\n<main>{body}</main>\n{foot(record)}")


def lessons_page() -> str:
    """The theory on one page: each statement, its picture, and what measures it."""
    links = "".join(f"<li><a href='#{k}'>{escape(l.title)}</a></li>" for k, l in LESSONS.items())
    body = "\n".join(section(key, lesson) for key, lesson in LESSONS.items())
    lead = (
        "What is known of generative adversarial networks, each statement with its picture and "
        "the tests that hold it. Pictures are closed forms, or what a benchmark measured."
    )
    return document(
        "The theory, as pictures",
        f"<header><h1>The theory, as pictures</h1>\n<p class='lead'>{lead}</p>\n"
        f"<nav aria-label='Contents'><ul>{links}</ul></nav></header>\n<main>{body}</main>\n"
        "<footer>Made by saddle. The page holds everything it shows; nothing is loaded.</footer>",
    )


def section(key: str, lesson: Lesson) -> str:
    """One lesson: heading, statement, picture, commands."""
    drawing = lesson.draw()
    width, height = drawing.get_size_inches()
    size = f"width='{96 * width:.0f}' height='{96 * height:.0f}'"
    alt = escape(f"{lesson.title}: {lesson.says}")
    source = "from what the benchmark measured" if lesson.tables else "in closed form"
    commands = "\n".join(lesson.commands())
    return (
        f"<section id='{key}'><h2>{escape(lesson.title)}</h2>\n<p>{escape(lesson.says)}</p>"
        f"<figure class='wide'><img src='{inline(svg(drawing), 'svg+xml')}' alt='{alt}' {size}>"
        f"</figure>\n<p class='soft'>Drawn {source}. In a copy of the repository:</p>"
        f"<pre>{escape(commands)}</pre></section>"
    )


def document(title: str, body: str) -> str:
    """A self-contained document; a script that is not ours does not run, nothing is fetched."""
    style, script = resource("page.css"), resource("page.js")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    policy = (
        "default-src 'none'; img-src data:; style-src 'unsafe-inline'; "
        f"script-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    )
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="generator" content="saddle">
<title>{escape(title)}</title>
<style>{style}</style>
</head>
<body>
{body}
<script>{script}</script>
</body>
</html>
"""


# ------------------------------------------------------------------------------------- the head


def top(record: Record, bodies: Mapping[str, str]) -> str:
    """Title, summary in words, numbers, contents."""
    name = f"{summary.data_name(record)} · {summary.distance_name(record)}"
    lead = " ".join(summary.sentences(record))
    links = "".join(
        f"<li><a href='#{key}'>{title}</a></li>" for key, title in SECTIONS if bodies[key]
    )
    return (
        f"<header><h1>{escape(name)}</h1>\n<p class='lead'>{escape(lead)}</p>\n"
        f"{headed(record)}{notices(record)}"
        f"<dl class='tiles'>{''.join(map(tile, summary.tiles(record)))}</dl>\n"
        f"<nav aria-label='Contents'><ul>{links}</ul></nav></header>"
    )


def headed(record: Record) -> str:
    """The verdict in plain words; of each domain where there are two."""
    held = record.evaluation.get("judged") or {}
    of = {key: f"{escape(key)}: " * (len(held) > 1) for key in held}
    return "".join(
        f"<div class='box'>{of[key]}{judged.verdict(it)}</div>" for key, it in held.items()
    )


def judgement(record: Record) -> str:
    """What the verdict comes from, for each set of samples."""
    held = record.evaluation.get("judged") or {}
    if not held:
        return "<p class='none'>Not judged: `saddle evaluate RUN` does.</p>"
    titles = {key: f"<h3>{escape(key)}</h3>" * (len(held) > 1) for key in held}
    near = {key: sheets.neighbours(record, key) for key in held}
    return "".join(
        f"{titles[key]}{judged.evaluated({**it, judged.SEEN: near[key]})}"
        for key, it in held.items()
    )


def tile(held: tuple[str, str, str]) -> str:
    """One number of the head."""
    label, value, note = map(escape, held)
    none = " none" if value == summary.NOT_MEASURED else ""
    told = f"<dd class='value{none}'>{value}</dd><dd class='note'>{note}</dd>"
    return f"<div><dt>{label}</dt>{told}</div>"


def notices(record: Record) -> str:
    """What the data's reader warned of."""
    data = record.environment.get("data")
    warned = data.get("warnings") if isinstance(data, dict) else None
    return "".join(f"<p class='warn'>{escape(str(text))}</p>\n" for text in warned or ())


def foot(record: Record) -> str:
    """From what the page was made."""
    return (
        f"<footer>Made by saddle from the run folder <code>{escape(record.run.name)}</code>. "
        "The page holds everything it shows; nothing is loaded.</footer>"
    )


# -------------------------------------------------------------------------------------- pictures


def pictured(record: Record, section: str) -> str:
    """Every picture of a section, and what could not be drawn."""
    shown = "\n".join(figure(drawing, record) for drawing in drawings(record, section=section))
    absent = [title for key, title in missing(record) if PICTURES[key].section == section]
    told = f"<p class='none'>{', '.join(absent)}: not measured</p>" if absent else ""
    return f"<div class='figures'>{shown}</div>\n{told}" if shown else told


def figure(drawing: Drawing, record: Record) -> str:
    """One picture with its heading and how it is read."""
    way = drawing.picture.way
    width, height = way.size(drawing.figure)
    name, reads = drawing.told
    part = f" ({drawing.part})" if drawing.part and len(record.names("critics")) > 1 else ""
    alt = f"{name}{part} of {summary.data_name(record)}: {reads}"
    image = (
        f"<img{way.pixels} src='{inline(way.save(drawing.figure), way.form)}' "
        f"alt='{escape(alt)}' width='{width:.0f}' height='{height:.0f}'>"
    )
    return (
        f"<figure class='{way.look(width)}'><figcaption><h3>{escape(f'{name}{part}')}</h3>"
        f"{escape(reads)}</figcaption>{image}</figure>"
    )


def filmed(record: Record) -> str:
    """The film; with scripts a slider over its frames takes its place."""
    film = shot(record)
    if film is None:
        return "<p class='none'>Film: not measured, since no look holds samples</p>"
    first, last = film.steps[0], film.steps[-1]
    alt = escape(f"{film.kind.frame} from step {first:,} to step {last:,}.")
    wide = film.kind.look
    wide += " double" if film.frames[0].width > 1.3 * film.frames[0].height else ""
    still = inline(film.still(len(film.frames) - 1), film.kind.still.lower())
    moving = inline(film.moving(film.kind.moving), film.kind.moving.lower())
    return (
        f"<figure class='wide'><figcaption>{film.kind.reads}</figcaption>"
        f"<div class='reel{wide}' data-reel><picture data-film>"
        f"<source media='print, (prefers-reduced-motion: reduce)' srcset='{still}'>"
        f"<img src='{moving}' alt='{alt}'></picture>"
        f"{stills(film)}</div></figure>"
    )


def stills(film: Film) -> str:
    """Some of the frames, under a slider; hidden until a script shows them."""
    chosen = spread(list(range(len(film.frames))), MOST_STILLS)
    form = film.kind.still.lower()
    images = "".join(
        f"<img data-step='{film.steps[i]}' src='{inline(film.still(i), form)}' "
        f"alt='{film.kind.frame} at step {film.steps[i]:,}'{' hidden' * (i != chosen[-1])}>"
        for i in chosen
    )
    end = len(chosen) - 1
    return (
        f"<div data-frames hidden>{images}<div class='bar'><button type='button'>Play</button>"
        f"<input type='range' min='0' max='{end}' value='{end}' aria-label='Look'>"
        f"<output>step {film.steps[-1]:,}</output></div></div>"
    )


# ---------------------------------------------------------------------------------------- tables


def measured(record: Record) -> str:
    """The evaluation's tables."""
    rows = summary.measures(record)
    if not rows and not record.evaluation:
        return "<p class='none'>Not measured: the run was not evaluated.</p>"
    step = record.evaluation.get("step")
    at = f"Measured at step {cell(step)}. " if step is not None else ""
    floor = "A floor is what other real rows, or a perfect sampler, score at the same n."
    intro = f"<p class='soft'>{at}{floor}</p>"
    return f"{intro}{to_html(rows, caption='Measures')}"


def told(record: Record) -> str:
    """The theory's pictures, then the numbers that they are held against."""
    truth = record.evaluation.get("critic")
    beside = f"<h3>The critic against the truth</h3>{found(truth)}" if truth else ""
    numbers = verdicts.table(record)
    why = verdicts.unsaid(record)
    absent = f"<p class='none'>Not measured: {escape(why)}.</p>" if why else ""
    table = to_html(numbers, caption="By the theory") if numbers else ""
    return f"{pictured(record, 'theory')}{absent}{table}{beside}"


def found(value: Any) -> str:
    """What was found, or why nothing was."""
    if isinstance(value, Mapping) and value.get("measured") is False:
        return f"<p class='none'>Not measured: {escape(str(value.get('why', 'not said')))}.</p>"
    return to_html(as_rows(value))


def kept(record: Record) -> str:
    """The table of records, and what the run did not write."""
    absent = summary.not_measured(record)
    told = ", ".join(absent) if absent else "nothing: every quantity was written"
    return (
        f"<p>Not measured: {escape(told)}.</p>"
        f"<details><summary>Every quantity, and how often it was written</summary>"
        f"{to_html(summary.recorded(record))}</details>"
    )


def decided(record: Record) -> str:
    """The recipe, then what was changed later."""
    changed: Rows = record.amendments
    later = to_html(changed) if changed else "<p class='none'>No value was changed later.</p>"
    return f"{to_html(summary.recipe(record))}<h3>Amendments</h3>{later}"


def surroundings(record: Record) -> str:
    """The data's facts, then versions and platform."""
    if not record.environment:
        return "<p class='none'>Not recorded</p>"
    data = record.environment.get("data")
    known = data if isinstance(data, dict) else {}
    facts = [{"fact": label, "value": value} for label, value in pairs(known.get("facts"))]
    facts += [{"fact": k, "value": known[k]} for k in ("name", "fingerprint") if known.get(k)]
    rest = {key: value for key, value in record.environment.items() if key != "data"}
    return (
        f"{to_html(facts, caption='Data')}{to_html(as_rows(rest), caption='Where it was trained')}"
    )


def pairs(held: Any) -> list[tuple[Any, Any]]:
    """Label and value of each fact that has both."""
    listed = held if isinstance(held, list) else []
    return [(fact[0], fact[1]) for fact in listed if isinstance(fact, list) and len(fact) == 2]


def cited(references: Iterable[Source]) -> str:
    """What the run is built on: a line each, and all as BibTeX."""
    held = list(dict.fromkeys(references))
    if not held:
        return "<p class='none'>None were named.</p>"
    lines = "".join(f"<li>{escape(line(source))}</li>" for source in held)
    entries = "\n\n".join(source.bibtex() for source in held if isinstance(source, Reference))
    bibtex = f"<details><summary>BibTeX</summary><pre>{escape(entries)}</pre></details>"
    return f"<ul>{lines}</ul>{bibtex if entries else ''}"


def line(source: Source) -> str:
    """A source as one line."""
    return source.line() if isinstance(source, Reference) else str(source)


def onward(record: Record) -> str:
    """Commands to go on with."""
    return "".join(
        f"<p>{escape(what)}</p><pre>{escape(command)}</pre>"
        for what, command in summary.commands(record)
    )


def resource(name: str) -> str:
    """A file that stands beside this one."""
    return (files("saddle.report") / name).read_text(encoding="utf-8")
