"""What the benchmarks share: options, a run with its time taken, one table and one JSON file."""

from __future__ import annotations

import argparse
import json
import math
import platform
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import torch
from rich.console import Console
from rich.table import Table

from saddle.build.environment import versions
from saddle.build.session import Session, start
from saddle.errors import NonFinite
from saddle.evaluate import Trained, load
from saddle.recipe import Recipe, parse_setting

OUT = Path(__file__).parent / "out"
WIDE = 180
"""Columns of a table that goes to a file."""
Value = float | int | str | bool | None
Row = Mapping[str, Value]


@dataclass(frozen=True)
class Target:
    """What was asked for, and what came.

    Attributes:
        what: the figure.
        wanted: what was asked for.
        got: what came.
        met: whether that is enough.
    """

    what: str
    wanted: str
    got: str
    met: bool


@dataclass(frozen=True)
class Trial:
    """A trained run and what it cost.

    Attributes:
        session: as it ended.
        trained: its averaged generator at the last step.
        cpu: processor seconds of everything that a user gets: data, looks, saves, records.
        covered: processor seconds to the first look in which no mode was missing, or None.
        covered_step: the step of that look.
    """

    session: Session
    trained: Trained
    cpu: float
    covered: float | None
    covered_step: int | None


class Bench:
    """A benchmark from its options to its table; figures in the JSON keep all their digits.

    Attributes:
        options: the command line: seeds, steps, out, keep, set, and the script's own.
        seeds: what is trained from; the default ones were never used to choose a setting.
    """

    def __init__(self, name: str, title: str, *, seeds: str, **more: Value) -> None:
        self.name, self.title = name, title
        parser = argparse.ArgumentParser(description=title)
        parser.add_argument("--seeds", default=seeds, help=f"such as 0-9 or 3,5 ({seeds})")
        parser.add_argument("--steps", type=int, help="instead of the recipe's own")
        parser.add_argument("--out", type=Path, default=OUT / f"{name}.json", help="JSON file")
        parser.add_argument("--keep", type=Path, help="folder to leave the runs in")
        parser.add_argument("--set", action="append", default=[], help="key=value of the recipe")
        for key, value in more.items():
            flag = f"--{key.replace('_', '-')}"
            kind = str if value is None else type(value)
            parser.add_argument(flag, type=kind, default=value, help=f"default: {value}")
        self.options = parser.parse_args()
        self.seeds = numbers(self.options.seeds)
        torch.set_num_threads(1)
        self.began = time.process_time()

    def recipe(self, base: Recipe, changes: Mapping[str, Any], *, seed: int) -> Recipe:
        """The recipe of one run: the base, its changes, then what the command line says."""
        asked = dict(parse_setting(text) for text in self.options.set)
        steps = {} if self.options.steps is None else {"steps": self.options.steps}
        return base.amended({**changes, "threads": 1, "seed": seed, **steps, **asked})

    @contextmanager
    def folder(self) -> Iterator[Path]:
        """Where runs are left: `--keep`, or a folder that goes away."""
        if self.options.keep is not None:
            yield self.options.keep
            return
        with tempfile.TemporaryDirectory(prefix="saddle-benchmark-") as name:
            yield Path(name)

    @contextmanager
    def trial(self, recipe: Recipe, data: object = None) -> Iterator[Trial]:
        """Train a recipe; the run is there as long as the block lasts."""
        with self.folder() as out:
            yield train(recipe, out, data=data)

    def wanted(self, name: str) -> bool:
        """Whether `--only` names it, or names nothing."""
        only: str | None = self.options.only
        return only is None or name in only.split(",")

    def tell(self, text: str) -> None:
        """One line of progress, on the error stream."""
        Console(stderr=True, highlight=False).print(text, markup=False)

    def show(
        self,
        rows: Sequence[Row],
        *,
        shown: Sequence[Row] | None = None,
        summary: Sequence[Row] = (),
        targets: Sequence[Target] = (),
        notes: Sequence[str] = (),
    ) -> None:
        """Print one table (`shown`, or the rows) and what was asked for; write it all as JSON."""
        screen = Console(highlight=False)
        screen = screen if screen.is_terminal else Console(highlight=False, width=WIDE)
        screen.print(table(self.title, [*(shown or rows), *summary], notes))
        judge(screen, targets)
        path: Path = self.options.out
        record(
            path,
            self,
            {
                "seeds": self.seeds,
                "notes": list(notes),
                "targets": [vars(target) for target in targets],
                "summary": list(summary),
                "rows": list(rows),
            },
        )
        self.tell(f"written to {path}")


def judge(screen: Console, targets: Iterable[Target]) -> None:
    """Print what was asked for and what came, a line each."""
    for target in targets:
        verdict = "met" if target.met else "MISSED"
        screen.print(f"{verdict:6} {target.what}: {target.got} (wanted {target.wanted})")


class Told(Protocol):
    """A benchmark that can be written down."""

    name: str
    title: str
    options: argparse.Namespace
    began: float


def record(path: Path, bench: Told, found: Mapping[str, Any]) -> None:
    """Write what a benchmark found as JSON, with where and when."""
    told = {
        "name": bench.name,
        "script": Path(sys.argv[0]).name,
        "title": bench.title,
        "date": datetime.now(timezone.utc).isoformat(timespec="seconds"),
        "machine": machine(),
        "versions": versions(),
        "options": vars(bench.options),
        "cpu_seconds": round(time.process_time() - bench.began, 1),
        **found,
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(plain(told), indent=1) + "\n", encoding="utf-8")


def train(recipe: Recipe, out: Path, *, data: object = None) -> Trial:
    """Train a recipe to its end, one thread, and load its average."""
    began = time.process_time()
    session = start(recipe, out, data=data)
    covered: tuple[float | None, int | None] = (None, None)
    for moment in session.play():
        if covered[0] is None and moment.event is not None and _complete(moment.event):
            covered = (time.process_time() - began, moment.step)
    cpu = time.process_time() - began
    return Trial(session, load(session.run), cpu, *covered)


def _complete(event: Mapping[str, Any]) -> bool:
    modes = event.get("modes")
    return modes is not None and modes["captured"] == modes["of"]


def attempted(work: Callable[[], Row], label: Row) -> Row:
    """A row, or a row that says that training broke down."""
    try:
        return {**label, **work()}
    except NonFinite as problem:
        return {**label, "note": str(problem).split(";")[0]}


def numbers(text: str) -> list[int]:
    """Numbers as typed.

    >>> numbers("0-2,7")
    [0, 1, 2, 7]
    """
    found: list[int] = []
    for part in text.split(","):
        first, _, last = part.partition("-")
        found += range(int(first), int(last or first) + 1)
    return found


def table(title: str, rows: Sequence[Row], notes: Iterable[str]) -> Table:
    """Rows as a table; its columns are all that occur, in their first order."""
    columns = list(dict.fromkeys(key for row in rows for key in row))
    made = Table(title=title, title_justify="left", box=None, pad_edge=False)
    made.caption, made.caption_justify = "\n".join(notes) or None, "left"
    for column in columns:
        made.add_column(column, justify="left" if column == columns[0] else "right")
    for row in rows:
        made.add_row(*(text_of(row.get(column)) for column in columns))
    return made


def text_of(value: Value) -> str:
    """A value as a cell: numbers with four digits."""
    if isinstance(value, float):
        return f"{value:.4g}"
    return "" if value is None else str(value)


def plain(value: Any) -> Any:
    """A value as JSON holds it; no infinity and no nan: they are written as words."""
    if isinstance(value, Mapping):
        return {key: plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain(inner) for inner in value]
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return value


def machine() -> dict[str, Value]:
    """Where the figures were made."""
    names = [
        line.partition(":")[2].strip()
        for line in _lines(Path("/proc/cpuinfo"))
        if line.startswith("model name")
    ]
    return {
        "platform": platform.platform(),
        "processor": names[0] if names else platform.processor() or platform.machine(),
        "cores": len(names) or None,
        "python": platform.python_version(),
        "threads": torch.get_num_threads(),
    }


def _lines(path: Path) -> list[str]:
    return path.read_text().splitlines() if path.exists() else []


def column(rows: Iterable[Row], key: str) -> list[float]:
    """The numbers of a column, where there are any."""
    return [float(row[key]) for row in rows if isinstance(row.get(key), int | float)]  # type: ignore[arg-type]


def medians(label: Row, rows: Sequence[Row], keys: Sequence[str]) -> Row:
    """A row of medians under a label."""
    found = {key: column(rows, key) for key in keys}
    return {**label, **{k: float(np.median(v)) if v else None for k, v in found.items()}}
