"""What a terminal shows: tables, the card of a run, and the progress of training."""

from __future__ import annotations

import json
import math
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol

from rich.console import Console
from rich.padding import Padding
from rich.progress import Progress, TaskID, TextColumn
from rich.table import Column, Table
from rich.text import Text

from saddle.errors import SaddleError, UnknownName
from saddle.presets import amended_recipe
from saddle.progress import Story, clock, fitted, summary
from saddle.runs import Run, read_lines

FIRST, NEXT, GROWTH = 10.0, 60.0, 0.01
"""A plain line is due after ten seconds, then every minute; from two hours on after a hundredth of
the time so far: a day gives some four hundred."""

FRESH = 0.2
"""Seconds between two states of the line that a terminal shows."""

NAME, SHORT = 36, 22
"""Cells of the first and of the other columns that are not folded where they are this short."""

Row = Mapping[str, Any]


def console() -> Console:
    """Standard output, as wide as the terminal; 80 columns where there is none."""
    return Console(highlight=False, soft_wrap=False, markup=False, emoji=False)


def show_table(rows: Sequence[Row], *, as_json: bool = False) -> None:
    """Rows as a table, or as JSON; a column that would be squeezed stands below its row."""
    if as_json:
        show_json([dict(row) for row in rows])
        return
    names = list(rows[0] if rows else [])
    out = console()
    below = squeezed(rows, names, out.width)
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for name in names:
        if name != below:
            values = [row[name] for row in rows]
            right = all(isinstance(value, int | float | None) for value in values)
            longest = max(len(cell(value)) for value in values)
            table.add_column(
                name,
                overflow="fold",
                no_wrap=longest <= (SHORT if len(table.columns) else NAME),
                justify="right" if right else "left",
            )
    for row in rows:
        table.add_row(*(Text(cell(row[name])) for name in names if name != below))
    if below is None:
        out.print(table)
        return
    with out.capture() as kept:
        out.print(table)
    lines = kept.get().splitlines()
    for line, note in zip(lines, [below, *(cell(row[below]) for row in rows)], strict=False):
        out.print(Text(line.rstrip()))
        out.print(Padding(Text(note, "dim"), (0, 0, 0, INDENT), expand=False))


INDENT, EASY = 4, 40
"""Cells before what stands below a row; cells in which a long text can be read."""


def squeezed(rows: Sequence[Row], names: Sequence[str], width: int) -> str | None:
    """The name of the longest column where the others leave it too few cells to be read in."""
    lengths = {name: max(len(name), *(len(cell(row[name])) for row in rows)) for name in names}
    longest = max(lengths, key=lambda name: lengths[name], default=None)
    others = sum(length + 2 for name, length in lengths.items() if name != longest)
    left = width - others
    too_few = longest is not None and left < min(lengths[longest], EASY)
    return longest if too_few and others <= width else None


def cell(value: Any) -> str:
    """A value as text: numbers with four digits.

    >>> cell(0.123456), cell(None), cell(12), cell(True)
    ('0.1235', '-', '12', 'yes')
    """
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def show_json(value: Any) -> None:
    """Anything as JSON; numbers that are not finite as null."""
    sys.stdout.write(json.dumps(_finite(value), indent=2) + "\n")


def _finite(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _finite(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(inner) for inner in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def show_facts(facts: Iterable[tuple[str, str]], *, warnings: Sequence[str] = ()) -> None:
    """Label and text, one a line; warnings below."""
    table = Table.grid(padding=(0, 2))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for label, text in facts:
        table.add_row(Text(label, "dim"), Text(str(text)))
    for warning in warnings:
        table.add_row(Text("note", "yellow"), Text(warning))
    console().print(table)


def show_entry(row: Row, *, as_json: bool = False) -> None:
    """One row of a table, a line a column, or as JSON."""
    if as_json:
        show_json(row)
        return
    show_facts([(name, cell(value)) for name, value in row.items()])


def say(text: str) -> None:
    """One line of plain text, never broken: paths and commands can be copied."""
    console().print(text, soft_wrap=True)


def note(text: str) -> None:
    """One line on standard error, never broken."""
    Console(stderr=True, highlight=False, markup=False, emoji=False).print(text, soft_wrap=True)


# ------------------------------------------------------------------------------------ progress


class Told(Protocol):
    """What a moment of training tells."""

    @property
    def step(self) -> int:
        """Turns played."""
        ...

    @property
    def phase(self) -> Any:
        """Warm, hold or decay."""
        ...

    @property
    def event(self) -> dict[str, Any] | None:
        """What a look measured, where there was one."""
        ...

    @property
    def clock(self) -> Any:
        """Where the decay begins and the run ends, as far as that is known."""
        ...

    @property
    def words(self) -> str:
        """Why it goes on, or why it ends."""
        ...


class Meter:
    """The progress of a run: one line that is kept fresh, or now and then a line on a pipe."""

    def __init__(
        self, first: int, steps: int, *, quiet: bool = False, plain: bool = False
    ) -> None:
        self.first, self.steps = first, steps
        self.began = self.told = self.said = time.monotonic()
        self.quiet = quiet
        self.seen: list[str] = []
        self.story = Story()
        self.out = Console(stderr=True, highlight=False, markup=False, emoji=False)
        self.bar = Progress(
            TextColumn("{task.description}", markup=False, table_column=Column(no_wrap=True)),
            console=self.out,
            disable=quiet or not self.out.is_terminal,
            transient=True,
        )
        self.plain = plain or not self.out.is_terminal
        self.task: TaskID = self.bar.add_task("", total=steps, completed=first)

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

    def follow(self, moments: Iterable[Told]) -> Iterator[Told]:
        """Show each moment on its way."""
        for moment in moments:
            if moment.event is not None:
                self.hear(moment)
                self.warn(moment.event.get("findings", []))
            if moment.clock.steps != self.steps:
                self.turn(moment)
            now = time.monotonic()
            if now - self.told > FRESH or moment.step == self.steps:
                self.told = now
                self.tell(moment.step, moment.phase.value)
            if now - self.said > self.pause(now) or moment.step == self.steps:
                self.said = now
                self.say(moment.step)
            yield moment

    def hear(self, moment: Told) -> None:
        """Keep what a look says, for the lines to come."""
        from saddle.doctor import message

        event = moment.event or {}
        seen = summary(event)
        self.seen = [*seen, *filter(None, [self.why(moment)])]
        faults = event.get("faults")
        wrong = None if faults is None else [message(key).title for key in faults]
        self.story.hear(event, wrong, seen)

    def why(self, moment: Told) -> str:
        """Why a run that may stop goes on."""
        return moment.words if moment.step < moment.clock.decay else ""

    def turn(self, moment: Told) -> None:
        """Say that the end was moved, and why, in a line that stays."""
        self.steps = moment.clock.steps
        self.bar.update(self.task, total=self.steps)
        if not self.quiet:
            ends = f"decay from {moment.clock.decay:,} to {self.steps:,}"
            ends = ends if moment.step < self.steps else "stop"
            self.out.print(f"step {moment.step:,}: {ends}: {moment.words}", soft_wrap=True)

    def warn(self, findings: Iterable[Row]) -> None:
        """A line for each fault that was found just now; it stays, whatever follows."""
        from saddle.doctor import message, told

        for finding in findings:
            if finding["severity"] in LOUD and not self.quiet:
                words = message(finding["key"]).title
                numbers = told(finding["key"], finding["evidence"])
                self.out.print(
                    f"{words} since step {finding['since']}: {numbers}",
                    style="yellow",
                    soft_wrap=True,
                )

    def pause(self, now: float) -> float:
        """Seconds from one plain line to the next."""
        first = self.said == self.began
        return FIRST if first else max(NEXT, GROWTH * (now - self.began))

    def pace(self, step: int) -> float:
        """Turns a second."""
        return (step - self.first) / max(time.monotonic() - self.began, 1e-9)

    def say(self, step: int) -> None:
        """Say where the run is in a line that stays: on a pipe, and of pictures."""
        if self.plain and not self.quiet:
            pace = self.pace(step)
            left = (self.steps - step) / pace if pace else None
            self.out.print(self.story.line(step, self.steps, left), soft_wrap=True)

    def tell(self, step: int, phase: str) -> None:
        """Show where the run is, in the line that is kept fresh."""
        if not self.out.is_terminal:
            return
        pace = self.pace(step)
        left = f"{clock((self.steps - step) / pace)} left" if pace else "starting"
        parts = [f"{phase} {step}/{self.steps}", f"{pace:.0f}/s", left, *self.seen]
        self.bar.update(self.task, description=fitted(parts, self.out.width), completed=step)


LOUD = ("fault",)
"""What is said while a run plays; notes can wait."""


class Loading:
    """The bytes of files that come from elsewhere: one line a file, kept fresh on a terminal."""

    def __init__(self, *, quiet: bool = False) -> None:
        self.out = Console(stderr=True, highlight=False, markup=False, emoji=False, quiet=quiet)
        self.status = self.out.status("asking for files")
        self.name = ""

    def __enter__(self) -> Loading:
        if self.out.is_terminal:
            self.status.start()
        return self

    def __exit__(self, *problem: object) -> None:
        self.status.stop()

    def see(self, name: str, have: int, whole: int | None) -> None:
        """So many bytes of a file are here."""
        of = "" if whole is None else f" of {whole / 1e6:.1f}"
        if self.out.is_terminal:
            self.status.update(f"{name}: {have / 1e6:.1f}{of} MB")
        elif name != self.name:
            self.out.print(f"{name}{of} MB" if of else name, soft_wrap=True)
        self.name = name


@contextmanager
def doing(words: str, *, quiet: bool = False) -> Iterator[None]:
    """Say on standard error what takes a while: a moving line, or a plain one on a pipe."""
    out = Console(stderr=True, highlight=False, markup=False, emoji=False, quiet=quiet)
    if not out.is_terminal:
        out.print(words, soft_wrap=True)
        yield
        return
    with out.status(words):
        yield


# ---------------------------------------------------------------------------------------- runs


def find(named: str | None, root: Path) -> Run:
    """The run that is meant: a folder, a run's number below `root`, or the latest for None."""
    if named is None:
        return Run.last(root)
    numbered = sorted(root.glob(f"{int(named):05d}-*/recipe.yaml")) if named.isdecimal() else []
    return Run.open(numbered[0].parent if numbered else Path(named))


def rows_of_runs(folder: Path) -> list[dict[str, Any]]:
    """A row a run: where it is and how far it came; a damaged one says so."""
    if not folder.is_dir():
        raise UnknownName(f"there is no folder {str(folder)!r}; `saddle train` makes runs/")
    return [row_of_run(Run(path.parent)) for path in sorted(folder.glob("*/recipe.yaml"))]


def row_of_run(run: Run) -> dict[str, Any]:
    """One run: its choices, how far it came, and the watched distance beside its floor."""
    try:
        recipe, events = amended_recipe(run), read_lines(run.events)
    except SaddleError:
        nothing = dict.fromkeys(("data", "game", "step", "of", "distance", "floor"))
        return {"run": f"{run.name} (damaged)", **nothing}
    last = events[-1] if events else {}
    return {
        "run": run.name,
        "data": recipe.data,
        "game": recipe.game,
        "step": last.get("step", 0),
        "of": recipe.end,
        "distance": last.get("watch", {}).get("value"),
        "floor": last.get("watch", {}).get("floor"),
    }
