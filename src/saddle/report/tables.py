"""Tables of rows as HTML or Markdown, numbers aligned.

A table is a list of mappings; its columns are the keys in the order of their first showing.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from html import escape
from numbers import Real
from typing import Any

Rows = Sequence[Mapping[str, Any]]
ABSENT = "–"
FIGURE_SPACE, POINT_SPACE = "\u2007", "\u2008"
"""Blanks as wide as a digit and as a point: they keep the points of a column in line."""


def number(value: float) -> str:
    """A number as it is read: whole ones with commas, others with four digits that count.

    >>> number(12000), number(0.012345), number(98.76543), number(1.2e-9), number(0.0)
    ('12,000', '0.01235', '98.77', '1.2e-09', '0')
    """
    if not math.isfinite(value):
        return str(value)
    if float(value).is_integer() and abs(value) < 1e15:
        return f"{int(value):,}"
    if not 1e-4 <= abs(value) < 1e6:
        return f"{value:.3g}"
    decimals = max(0, 3 - math.floor(math.log10(abs(value))))
    text = f"{value:,.{decimals}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def cell(value: Any) -> str:
    """A value as text: nothing as a dash, numbers as `number`, lists with commas.

    >>> cell(None), cell(True), cell([0.5, 1]), cell("a")
    ('–', 'yes', '0.5, 1', 'a')
    """
    if value is None or value == "":
        return ABSENT
    if isinstance(value, bool):
        return "yes" if value else "no"
    if is_number(value):
        return number(value)
    if isinstance(value, (list, tuple)):
        return ", ".join(cell(part) for part in value) or ABSENT
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {cell(part)}" for key, part in value.items()) or ABSENT
    return str(value)


def is_number(value: Any) -> bool:
    """Whether a value is a number that is drawn as one (numpy's too; not yes and no)."""
    return isinstance(value, Real) and not isinstance(value, bool)


def columns(rows: Rows) -> list[str]:
    """The keys of all rows, in the order of their first showing.

    >>> columns([{"a": 1}, {"b": 2, "a": 3}])
    ['a', 'b']
    """
    return list(dict.fromkeys(key for row in rows for key in row))


def numeric(rows: Rows, key: str) -> bool:
    """Whether a column holds numbers, or nothing, and at least one number."""
    values = [row[key] for row in rows if row.get(key) not in (None, "")]
    return bool(values) and all(is_number(value) for value in values)


def aligned(texts: Sequence[str], *, digit: str = " ", point: str = " ") -> list[str]:
    """Numbers padded on the right, so that their points stand in one line at the right margin.

    >>> aligned(["1.25", "30", "–"])
    ['1.25', '30   ', '–   ']
    """
    tails = [len(text.partition(".")[2]) if "e" not in text else 0 for text in texts]
    longest = max(tails, default=0)
    pads = [
        "" if tail == longest or "e" in text else digit * (longest - tail) + point * (tail == 0)
        for tail, text in zip(tails, texts, strict=True)
    ]
    return [text + pad for text, pad in zip(texts, pads, strict=True)]


def to_cells(rows: Rows, *, digit: str = " ", point: str = " ") -> dict[str, list[str]]:
    """The text of every cell, a column at a time; numbers padded to stand in line."""
    table = {key: [cell(row.get(key)) for row in rows] for key in columns(rows)}
    return {
        key: aligned(texts, digit=digit, point=point) if numeric(rows, key) else texts
        for key, texts in table.items()
    }


def to_html(rows: Rows, *, caption: str = "") -> str:
    """A table of HTML; every text is escaped."""
    if not rows:
        return f"<p class='none'>{escape(caption or 'nothing')}: not measured</p>"
    cells = to_cells(rows, digit=FIGURE_SPACE, point=POINT_SPACE)
    kind = {key: " class='n'" if numeric(rows, key) else "" for key in cells}
    head = "".join(f"<th scope='col'{kind[key]}>{escape(str(key))}</th>" for key in cells)
    body = "\n".join(
        "<tr>" + "".join(f"<td{kind[k]}>{escape(cells[k][i])}</td>" for k in cells) + "</tr>"
        for i in range(len(rows))
    )
    title = f"<caption>{escape(caption)}</caption>" if caption else ""
    table = f"<table>{title}<thead><tr>{head}</tr></thead>\n<tbody>{body}</tbody></table>"
    return f"<div class='table'>{table}</div>"


def to_markdown(rows: Rows) -> str:
    r"""A table of Markdown, padded so that it reads as text too.

    >>> print(to_markdown([{"f": "kl", "modes": 25}, {"f": "js|2", "modes": 9}]))
    | f     | modes |
    |:------|------:|
    | kl    |    25 |
    | js\|2 |     9 |
    """
    cells = {
        plain(key): [plain(text.rstrip()) for text in texts]
        for key, texts in to_cells(rows).items()
    }
    right = [numeric(rows, key) for key in columns(rows)]
    widths = [max(3, len(key), *map(len, texts)) for key, texts in cells.items()]
    rule = "|".join(
        f"{'-' * (w + 1)}:" if r else f":{'-' * (w + 1)}"
        for w, r in zip(widths, right, strict=True)
    )
    lines = [list(cells), *(list(row) for row in zip(*cells.values(), strict=True))]
    texts = [
        " | ".join(
            text.rjust(w) if r else text.ljust(w)
            for text, w, r in zip(line, widths, right, strict=True)
        )
        for line in lines
    ]
    head, *body = [f"| {text} |" for text in texts]
    return "\n".join([head, f"|{rule}|", *body])


def as_rows(value: Any) -> list[dict[str, Any]]:
    """Any plain value as rows: a list of objects as it is, an object as name and value.

    >>> as_rows({"a": {"b": 1}, "c": 2})
    [{'name': 'a.b', 'value': 1}, {'name': 'c', 'value': 2}]
    """
    if isinstance(value, Mapping):
        return [{"name": name, "value": leaf} for name, leaf in leaves(value)]
    if isinstance(value, (list, tuple)):
        return [dict(row) if isinstance(row, Mapping) else {"value": row} for row in value]
    return [{"value": value}]


def leaves(value: Mapping[str, Any], prefix: str = "") -> list[tuple[str, Any]]:
    """Every value of nested objects, with its path."""
    found: list[tuple[str, Any]] = []
    for key, inner in value.items():
        path = f"{prefix}{key}"
        found += leaves(inner, f"{path}.") if isinstance(inner, Mapping) else [(path, inner)]
    return found


def plain(text: object) -> str:
    """A text for a cell of Markdown: one line, with its bars escaped."""
    return " ".join(str(text).split()).replace("|", "\\|")
