"""What a terminal shows: tables, the card of a run, and the progress of training."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import TracebackType
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn
from rich.table import Table

PLAIN_EVERY = 60.0
"""Seconds between lines where the output is not a terminal."""

Row = Mapping[str, Any]


def console() -> Console:
    """Standard output, as wide as the terminal."""
    return Console(highlight=False, soft_wrap=False)


def show_table(rows: Sequence[Row], *, title: str = "", as_json: bool = False) -> None:
    """Rows as a table, or as JSON."""
    if as_json:
        sys.stdout.write(json.dumps([dict(row) for row in rows], indent=2) + "\n")
        return
    table = Table(title=title or None, title_justify="left", box=None, pad_edge=False)
    for name in rows[0] if rows else []:
        table.add_column(name, overflow="fold")
    for row in rows:
        table.add_row(*(cell(value) for value in row.values()))
    console().print(table)


def cell(value: Any) -> str:
    """A value as text: numbers with four digits.

    >>> cell(0.123456), cell(None), cell(12)
    ('0.1235', '-', '12')
    """
    if value is None:
        return "-"
    if isinstance(value, float):
        return f"{value:.4g}"
    return str(value)


def show_json(value: Any) -> None:
    """Anything as JSON."""
    sys.stdout.write(json.dumps(value, indent=2) + "\n")


def show_facts(facts: Iterable[tuple[str, str]], *, warnings: Sequence[str] = ()) -> None:
    """Label and text, one a line; warnings below."""
    table = Table.grid(padding=(0, 2))
    for label, text in facts:
        table.add_row(f"[dim]{label}[/dim]", escape(text))
    out = console()
    out.print(table)
    for warning in warnings:
        out.print(f"[yellow]note[/yellow] {escape(warning)}")


def escape(text: str) -> str:
    """Text that rich prints as it stands."""
    from rich.markup import escape as quoted

    return quoted(str(text))


def say(text: str) -> None:
    """One line of plain text."""
    console().print(escape(text))


class Meter:
    """The progress of a run: a bar on a terminal, a line a minute elsewhere."""

    def __init__(self, first: int, steps: int, *, quiet: bool = False) -> None:
        self.first, self.steps = first, steps
        self.began = self.told = time.monotonic()
        self.quiet = quiet
        self.seen = ""
        self.out = Console(stderr=True, highlight=False)
        self.bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=None),
            TextColumn("{task.fields[pace]}"),
            console=self.out,
            disable=quiet or not self.out.is_terminal,
            transient=True,
        )
        self.task: TaskID = self.bar.add_task("", total=steps, completed=first, pace="")

    def __enter__(self) -> Meter:
        self.bar.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.bar.stop()

    def follow(self, moments: Iterable[Any]) -> Iterator[Any]:
        """Show each moment on its way."""
        for moment in moments:
            if moment.event is not None:
                self.seen = summary(moment.event)
            now = time.monotonic()
            if now - self.told > (0.1 if self.out.is_terminal else PLAIN_EVERY):
                self.told = now
                self.tell(moment.step, moment.phase.value)
            yield moment

    def tell(self, step: int, phase: str) -> None:
        """Show where the run is."""
        pace = (step - self.first) / max(time.monotonic() - self.began, 1e-9)
        left = (self.steps - step) / max(pace, 1e-9)
        text = f"{step}/{self.steps}  {pace:.0f}/s  {clock(left)} left"
        self.bar.update(
            self.task, completed=step, description=f"{phase:<5} {self.seen}", pace=text
        )
        if not self.out.is_terminal and not self.quiet:
            self.out.print(f"{phase}  step {text}  {self.seen}", soft_wrap=True)


def summary(event: Mapping[str, Any]) -> str:
    """What a look measured, in a few words.

    >>> summary({"watch": {"value": 0.1, "floor": 0.02}, "modes": {"captured": 3, "of": 8,
    ...     "high_quality": 0.5}})
    'distance 0.100 (floor 0.020)  modes 3/8  on mode 50.0 %'
    """
    found = []
    if "watch" in event:
        found.append(f"distance {event['watch']['value']:.3f} (floor {event['watch']['floor']:.3f})")
    if "modes" in event:
        modes = event["modes"]
        found.append(f"modes {modes['captured']}/{modes['of']}")
        found.append(f"on mode {100 * modes['high_quality']:.1f} %")
    return "  ".join(found)


def clock(seconds: float) -> str:
    """Seconds as h:mm:ss.

    >>> clock(3725)
    '1:02:05'
    """
    whole = int(min(seconds, 359_999))
    return f"{whole // 3600}:{whole // 60 % 60:02d}:{whole % 60:02d}"
