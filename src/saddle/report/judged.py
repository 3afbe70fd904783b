"""An evaluation as HTML: the verdict in words, then the tables that it comes from."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from html import escape
from typing import Any

from saddle.report.sheets import Sheet, html
from saddle.report.tables import Rows, number, to_html

Found = Mapping[str, Any]


def verdict(found: Found) -> str:
    """The answer, and what else is said."""
    first, *rest = found["verdict"]["sentences"]
    more = f"<ul>{''.join(f'<li>{escape(it)}</li>' for it in rest)}</ul>" if rest else ""
    return f"<p class='verdict'>{escape(first)}</p>{more}"


def evaluated(found: Found) -> str:
    """Everything below the verdict: notes, then a part for each section of the document."""
    noted = "".join(f"<p class='warn'>{escape(note)}</p>" for note in found["notes"])
    parts = [
        f"<h3>{title}</h3>{note(how)}{body}"
        for title, how, show in PARTS
        for body in [show(found)]
        if body
    ]
    return f"{noted}{sides(found)}{''.join(parts)}"


def note(text: str) -> str:
    """A line on how to read what follows."""
    return f"<p class='soft'>{escape(text)}</p>" if text else ""


def sides(found: Found) -> str:
    """What was compared."""
    rows = [
        {"side": role, "name": it["name"], "is a": it["kind"], "rows read": it["n"],
         "of": it["total"]}
        for role, it in found["sides"].items()
    ]  # fmt: skip
    return to_html(filled(rows))


def filled(rows: Rows) -> Rows:
    """Rows without the columns in which nothing stands."""
    empty = {key for row in rows for key in row if all(it.get(key) is None for it in rows)}
    return [{key: value for key, value in row.items() if key not in empty} for row in rows]


# ---------------------------------------------------------------------------------- the parts


def tests(found: Found) -> str:
    """Every two-sample test, and what it is blind to."""
    return table(
        {
            "test": it["name"],
            "statistic": it["statistic"],
            "floor": it["floor"],
            "p": it["p_value"],
            "n": it["n"],
            "blind below": it["blind"]["words"].partition("blind below ")[2],
        }
        for it in found.get("tests") or ()
    )


def measures(found: Found) -> str:
    """Distances and fidelity."""
    return lines(found.get("measures") or ())


def memory(found: Found) -> str:
    """Measures of memory, then samples beside their nearest training rows."""
    held = found.get("memory") or {}
    near = held.get("neighbours", {})
    told = seen(found[SEEN], near) if found.get(SEEN) else neighbours(found, near)
    return f"{lines(held.get('rows', ()))}{told}"


SEEN = "pictures of neighbours"
"""Where sheets of samples above their nearest training pictures are, by which were chosen."""


def seen(pictures: Mapping[str, Sheet], held: Mapping[str, Sequence[Found]]) -> str:
    """Samples above the training pictures nearest to them, and their ratios."""
    shown = [
        f"<figure class='sheet'><figcaption><h3>{WHICH.get(which, which)}</h3>"
        f"{escape(ratios(held.get(which, ())))}</figcaption>{html(sheet, NEAR)}</figure>"
        for which, sheet in pictures.items()
    ]
    return f"{note(NEAR)}<div class='figures'>{''.join(shown)}</div>"


def ratios(rows: Sequence[Found]) -> str:
    """The ratios of some samples, from left to right."""
    told = (number(it["ratio"]) if it["ratio"] is not None else "∞" for it in rows)
    return f"Ratios, from left to right: {', '.join(told)}."


def lines(rows: Sequence[Found]) -> str:
    """Rows of measures, each with its mark where it has one."""
    return table(
        {
            "measure": it["name"],
            "value": it["value"],
            "floor": it["floor"],
            "interval": between(it["interval"]),
            "n": it["n"],
            "better": it["better"],
            "mark": it.get("mark"),
            "note": it["note"],
        }
        for it in rows
    )


def between(ends: Sequence[float] | None) -> str | None:
    """An interval in words."""
    return None if ends is None else " to ".join(number(rounded(end)) for end in ends)


def rounded(value: float) -> float:
    """Zero in the place of what rounding leaves of it.

    >>> rounded(4e-19), rounded(0.25)
    (0.0, 0.25)
    """
    return value if abs(value) > TINY else 0.0


TINY = 1e-12


def neighbours(found: Found, held: Mapping[str, Sequence[Found]]) -> str:
    """Samples and the training rows nearest to them, column by column."""
    names = found["columns"][:WIDE]
    shown = [
        {
            "which": WHICH.get(which, which),
            "sample": pointed(it["sample"], names),
            "nearest training row": pointed(it["train"], names),
            "its number": str(it["index"]),
            "distance": it["distance"],
            "ratio": it["ratio"],
        }
        for which, rows in held.items()
        for it in rows[:FEW]
    ]
    if not shown:
        return ""
    return f"{note(NEAR)}{table(shown)}"


WIDE, FEW = 6, 4
"""Columns and rows of the neighbours that are shown, at most."""

WHICH = {"closest": "closest of all", "typical": "at random"}
NEAR = (
    "Samples beside the training rows nearest to them. The ratio is to that row's distance from "
    "its own neighbour: near 0 is a copy, about 1 is new."
)


def pointed(row: Sequence[float], names: Sequence[str]) -> str:
    """A row's first numbers by their names."""
    told = ", ".join(f"{n} {x:.3g}" for n, x in zip(names, row, strict=False))
    return told if len(row) <= len(names) else f"{told}, …"


def why(found: Found) -> str:
    """What is missing, invented or different, ranked."""
    held = found.get("why")
    if held is None:
        return ""
    head, *findings, tail = held["text"]
    listed = "".join(f"<li>{escape(words)}</li>" for words in findings)
    return f"<p>{escape(head)}</p>{f'<ol>{listed}</ol>' if listed else ''}{note(tail)}"


def baselines(found: Found) -> str:
    """The samples beside what needs no adversary."""
    held = found.get("baselines")
    if held is None:
        return ""
    rows = [
        {
            "sampler": it["name"],
            **{scale: standing(it, scale) for scale in held["scales"]},
            "by heart": HEART[it["by_heart"]],
            "what it is": it.get("about", "what is judged"),
        }
        for it in (held["samples"], *held["rivals"])
    ]
    said = " ".join(held["sentences"])
    fitted = (
        f"Fitted to {held['fitted']:,} rows, {held['fitted_to']}; {held['n']:,} drawn of each."
    )
    return f"<p>{escape(said)}</p>{note(fitted)}{to_html(filled(rows))}"


HEART = {True: "yes", False: "no", None: None}


def standing(row: Found, scale: str) -> str:
    """A sampler's number, with a sign where it differs from that of the samples."""
    sign = SIGNS.get(row.get("against", {}).get(scale, {}).get("says", ""), "")
    return f"{number(row['measures'][scale]['value'])}{sign}"


SIGNS = {"samples are better": "\u00a0+", "the baseline is better": "\u00a0−"}


def table(rows: Iterator[Found] | Sequence[Found]) -> str:
    """Rows as a table; nothing where there are none."""
    held = filled(list(rows))
    return to_html(held) if held else ""


Show = Callable[[Found], str]

PARTS: Sequence[tuple[str, str, Show]] = (
    ("Why", "Named only where Holm's correction over everything that was looked for allows.", why),
    (
        "Memory",
        "The floor is what real rows score that training never saw: a sampler without memory.",
        memory,
    ),
    (
        "Beside samplers that need no adversary",
        "+: the samples are better, −: the baseline is, beyond the 95 % interval of the "
        "difference.",
        baselines,
    ),
    (
        "Closeness",
        "The floor is what other real rows score at the same n; the closer to it the better.",
        measures,
    ),
    (
        "Two-sample tests",
        "Could both sides have been drawn from one law? The floor is what two draws of one law "
        "stay below in 95 of 100.",
        tests,
    ),
)
"""Heading, how it is read, and what is shown."""
