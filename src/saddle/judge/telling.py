"""An evaluation as text for 80 columns: the answer first, then the tables that it comes from."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

WIDTH = 80
Found = Mapping[str, Any]
Line = Mapping[str, Any]


def text(found: Found) -> str:
    """The whole text."""
    return "\n".join(lines(found))


def lines(found: Found) -> Iterator[str]:
    """Line by line."""
    for sentence in found["verdict"]["sentences"]:
        yield from wrapped(sentence)
    for note in found["notes"]:
        yield from textwrap.wrap(f"note: {note}", WIDTH, subsequent_indent=INDENT)
    for table in TABLES:
        rows = table.rows(found)
        if rows:
            yield ""
            yield from drawn(table.columns(found), rows)
            for legend in table.legends(rows):
                yield from textwrap.wrap(legend, WIDTH, subsequent_indent=INDENT)
    yield from _why(found)


def _why(found: Found) -> Iterator[str]:
    """All that tells the sides apart, ranked; the verdict names the first few."""
    held = found.get("why")
    if held is None:
        return
    head, *findings, tail = held["text"]
    yield from ("", *wrapped(head))
    for number, words in enumerate(findings, 1):
        yield from wrapped(f"{number}. {words}")
    yield from wrapped(tail)


def wrapped(words: str) -> list[str]:
    """Words in lines of the width; no word is broken."""
    return textwrap.wrap(words, WIDTH, break_long_words=False, break_on_hyphens=False)


INDENT = "      "


@dataclass(frozen=True)
class Table:
    """A table of the text.

    Attributes:
        rows: from the document to what a row is of each.
        columns: from the document to what stands in each column, by its title.
        legends: what is said below it.
    """

    rows: Callable[[Found], Sequence[Line]]
    columns: Callable[[Found], Mapping[str, Callable[[Line], Any]]]
    legends: Callable[[Sequence[Line]], Iterator[str]]


def drawn(columns: Mapping[str, Callable[[Line], Any]], rows: Sequence[Line]) -> Iterator[str]:
    """A table: the first column to the left, all others to the right."""
    texts = [list(columns), *([cell(show(row)) for show in columns.values()] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*texts, strict=True)]
    for first, *rest in texts:
        padded = [word.rjust(width) for word, width in zip(rest, widths[1:], strict=True)]
        yield "  ".join([first.ljust(widths[0]), *padded]).rstrip()


def cell(value: Any) -> str:
    """A value as text: numbers with three digits that count.

    >>> cell(0.123456), cell(None), cell([0.1, 0.25]), cell(400), cell("a")
    ('0.123', '-', '0.1 to 0.25', '400', 'a')
    """
    if value is None:
        return "-"
    if isinstance(value, float):
        return f"{value if abs(value) > TINY else 0:.3g}"
    return " to ".join(map(cell, value)) if isinstance(value, list) else str(value)


TINY = 1e-12
"""What rounding leaves of nothing."""


# ------------------------------------------------------------------------------------- the tables


def of(key: str) -> Callable[[Line], Any]:
    """What stands under a key."""
    return lambda row: row.get(key)


def marked(row: Line) -> str:
    """A measure's name, with a star where it has a mark."""
    return f"{row['name']}{' *' * ('mark' in row)}"


def marks(rows: Sequence[Line]) -> Iterator[str]:
    """What the stars mean, each mark once; then why something was not measured."""
    said = dict.fromkeys(row["mark"] for row in rows if "mark" in row)
    yield from (f"* {mark}" for mark in said)
    yield from dict.fromkeys(row["note"] for row in rows if row["value"] is None)


def nothing(rows: Sequence[Line]) -> Iterator[str]:
    """No legend."""
    yield from ()


def blindness(rows: Sequence[Line]) -> Iterator[str]:
    """What each test could not have seen, in short."""
    yield "floor: what two draws of one law stay below in 95 of 100"


def measure_columns(found: Found) -> Mapping[str, Callable[[Line], Any]]:
    """Of every table of measures."""
    return {"": marked, "value": of("value"), "floor": of("floor"),
            "interval": of("interval"), "n": of("n")}  # fmt: skip


def titled(title: str) -> Callable[[Found], Mapping[str, Callable[[Line], Any]]]:
    """The columns of measures under a title."""
    return lambda found: {title if not k else k: v for k, v in measure_columns(found).items()}


def contenders(found: Found) -> Sequence[Line]:
    """The samples, then the baselines."""
    held = found.get("baselines")
    return () if held is None else [held["samples"], *held["rivals"]]


def by_scale(found: Found) -> Mapping[str, Callable[[Line], Any]]:
    """A column a scale."""
    names = found["baselines"]["scales"]
    return {"baselines": of("name"), **{name: standing(name) for name in names}}


def standing(scale: str) -> Callable[[Line], str]:
    """A contender's number, with a sign where it differs from that of the samples."""

    def show(row: Line) -> str:
        against = row.get("against", {}).get(scale, {}).get("says", "")
        return f"{cell(row['measures'][scale]['value'])} {SIGNS.get(against, ' ')}"

    return show


SIGNS = {"samples are better": "+", "the baseline is better": "-"}


def signs(rows: Sequence[Line]) -> Iterator[str]:
    """What the signs mean."""
    yield "+ the samples are better, - the baseline is, beyond the 95 % interval"


TABLES: Sequence[Table] = (
    Table(
        lambda found: found.get("tests", ()),
        lambda found: {
            "tests": of("name"),
            "statistic": of("statistic"),
            "floor": of("floor"),
            "p": of("p_value"),
            "n": of("n"),
        },
        blindness,
    ),
    Table(lambda found: found.get("measures", ()), titled("measures"), marks),
    Table(lambda found: (found.get("memory") or {}).get("rows", ()), titled("memory"), marks),
    Table(contenders, by_scale, signs),
)
"""In the order in which they are read."""
