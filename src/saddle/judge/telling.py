"""An evaluation as text for 80 columns: the answer first, then the tables that it comes from."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

WIDTH = 80
Cells = Mapping[str, Callable[[Any], Any]]


def text(found: Mapping[str, Any]) -> str:
    """The whole text."""
    return "\n".join(lines(found))


def lines(found: Mapping[str, Any]) -> Iterator[str]:
    """Line by line."""
    for sentence in found["verdict"]["sentences"]:
        yield from textwrap.wrap(sentence, WIDTH)
    for note in found["notes"]:
        yield from textwrap.wrap(f"note: {note}", WIDTH, subsequent_indent="      ")
    for title, key, cells in TABLES:
        if found.get(key):
            yield ""
            yield from table(title, found[key], cells)


def table(title: str, rows: Sequence[Mapping[str, Any]], cells: Cells) -> Iterator[str]:
    """A table with a title above its first column."""
    texts = [[cell(show(row)) for show in cells.values()] for row in rows]
    heads = [title, *list(cells)[1:]]
    widths = [max(map(len, column)) for column in zip(heads, *texts, strict=True)]
    for line in (heads, *texts):
        first, *rest = zip(line, widths, strict=True)
        padded = [first[0].ljust(first[1]), *(word.rjust(width) for word, width in rest)]
        yield "  ".join(padded).rstrip()


def cell(value: Any) -> str:
    """A value as text: numbers with three digits that count.

    >>> cell(0.123456), cell(None), cell([0.1, 0.25]), cell(400)
    ('0.123', '-', '0.1 to 0.25', '400')
    """
    if value is None:
        return "-"
    if isinstance(value, float):
        return f"{value:.3g}"
    return f"{value[0]:.3g} to {value[1]:.3g}" if isinstance(value, list) else str(value)


def of(key: str) -> Callable[[Mapping[str, Any]], Any]:
    """What stands under a key."""
    return lambda row: row.get(key)


TABLES: Sequence[tuple[str, str, Cells]] = (
    (
        "tests",
        "tests",
        {
            "test": of("name"),
            "statistic": of("statistic"),
            "floor": of("floor"),
            "p": of("p_value"),
        },
    ),
    (
        "measures",
        "measures",
        {
            "measure": of("name"),
            "value": of("value"),
            "floor": of("floor"),
            "interval": of("interval"),
            "n": of("n"),
        },
    ),
)
"""Title, the part of the document, and its columns."""
