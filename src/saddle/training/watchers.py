"""Optional watchers of a run, which can never stall it.

A watcher works in a thread of its own behind a short queue. Where it is slow, events are left
out; where it fails, it is dropped with one warning; the run goes on.
"""

from __future__ import annotations

import queue
import threading
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

from saddle.errors import MissingExtra
from saddle.runs import Json

Write = Callable[[Json], None]


class Watcher:
    """Hands events to `write` in a thread; `tell` returns at once, whatever `write` does."""

    def __init__(self, write: Write, *, room: int = 64) -> None:
        self._queue: queue.Queue[Json | None] = queue.Queue(room)
        self._write = write
        self.left_out = 0
        self.failed: Exception | None = None
        self._thread = threading.Thread(target=self._work, daemon=True)
        self._thread.start()

    def tell(self, event: Json) -> None:
        """Offer an event; it is left out where the queue is full or the watcher failed."""
        if self.failed is None:
            try:
                self._queue.put_nowait(event)
                return
            except queue.Full:
                pass
        self.left_out += 1

    def close(self, patience: float = 2.0) -> None:
        """Wait a little for the rest, then leave it."""
        try:
            self._queue.put(None, timeout=patience)
        except queue.Full:
            return
        self._thread.join(patience)

    def _work(self) -> None:
        while (event := self._queue.get()) is not None:
            try:
                self._write(event)
            except Exception as problem:  # a foreign writer may raise anything: it is dropped
                self.failed = problem
                warnings.warn(f"a watcher failed and was dropped: {problem!r}", stacklevel=1)
                return


def tensorboard(folder: Path) -> Watcher:
    """A watcher that writes every number of an event as a TensorBoard scalar."""
    try:
        from torch.utils.tensorboard import SummaryWriter
    except ImportError as problem:
        raise MissingExtra(
            "TensorBoard is not installed: pip install 'saddle-gan[tensorboard]'"
        ) from problem
    writer = SummaryWriter(str(folder))

    def write(event: Json) -> None:
        for name, value in numbers(event):
            writer.add_scalar(name, value, event["step"])
        writer.flush()

    return Watcher(write)


def numbers(event: Json, prefix: str = "") -> list[tuple[str, float]]:
    """Every number of a nested event with its path.

    >>> numbers({"step": 3, "losses": {"duel": 0.5}})
    [('step', 3.0), ('losses/duel', 0.5)]
    """
    found: list[tuple[str, float]] = []
    for key, value in event.items():
        found += _leaf(f"{prefix}{key}", value)
    return found


def _leaf(name: str, value: Any) -> list[tuple[str, float]]:
    if isinstance(value, dict):
        return numbers(value, f"{name}/")
    return [(name, float(value))] if isinstance(value, (int, float)) else []
