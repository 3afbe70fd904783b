"""What the theory benchmarks share: options, one table on the screen, one JSON file."""

from __future__ import annotations

import argparse
import json
import math
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import torch
from rich.console import Console
from rich.table import Table

OUT = Path(__file__).parent / "out"
Value = float | int | str | bool | None
Row = Mapping[str, Value]


class Bench:
    """A benchmark from its options to its table; numbers in the JSON keep all their digits.

    Attributes:
        options: what was asked for on the command line.
    """

    def __init__(self, name: str, title: str, **defaults: Value) -> None:
        self.name, self.title = name, title
        parser = argparse.ArgumentParser(description=title)
        for key, value in defaults.items():
            flag = f"--{key.replace('_', '-')}"
            parser.add_argument(flag, type=type(value), default=value, help=f"default: {value}")
        self.options = parser.parse_args()
        torch.set_num_threads(1)
        self.started = time.process_time()

    def show(self, rows: Sequence[Row], *notes: str) -> None:
        """Print the rows as one table and write them with the options as JSON."""
        table = Table(title=self.title, caption="\n".join(notes) or None)
        for column in rows[0]:
            table.add_column(column, justify="left" if column == next(iter(rows[0])) else "right")
        for row in rows:
            table.add_row(*(_text(value) for value in row.values()))
        console = Console()
        console.width = console.width if console.is_terminal else 200
        console.print(table)
        OUT.mkdir(exist_ok=True)
        told = {
            "name": self.name,
            "title": self.title,
            "options": vars(self.options),
            "cpu_seconds": round(time.process_time() - self.started, 1),
            "notes": notes,
            "rows": [{key: _plain(value) for key, value in row.items()} for row in rows],
        }
        path = OUT / f"{self.name}.json"
        path.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")


def _text(value: Value) -> str:
    if isinstance(value, float):
        return f"{value:.4g}"
    return "" if value is None else str(value)


def _plain(value: Value) -> Value:
    """JSON knows no infinity and no nan: they are written as words."""
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return value
