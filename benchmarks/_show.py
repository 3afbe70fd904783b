"""What the theory benchmarks share: options, one table on the screen, one JSON file."""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence

import torch
from rich.console import Console

from _common import OUT, WIDE, Row, Target, Value, judge, record, table

__all__ = ["Bench", "Row", "Target", "Value"]


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
        self.began = time.process_time()

    def show(self, rows: Sequence[Row], *notes: str, targets: Sequence[Target] = ()) -> None:
        """Print the rows as one table, and what was asked for; write it all as JSON."""
        screen = Console(highlight=False)
        screen = screen if screen.is_terminal else Console(highlight=False, width=WIDE)
        screen.print(table(self.title, rows, notes))
        judge(screen, targets)
        found = {"notes": list(notes), "targets": [*map(vars, targets)], "rows": list(rows)}
        record(OUT / f"{self.name}.json", self, found)
