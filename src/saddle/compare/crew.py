"""Several child processes that share the units of a comparison, and end with it."""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType

from saddle.compare.playing import Unit
from saddle.errors import RunError

PATIENCE = 60.0
"""Seconds that children have to save after Ctrl-C before they are ended."""

PAUSE = 0.2
"""Seconds between two looks at the children."""

ALONE = {
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    # Keep the memory of large arrays: asking the system for it anew costs more than the sums
    "MALLOC_MMAP_THRESHOLD_": "1073741824",
    "MALLOC_TRIM_THRESHOLD_": "2147483647",
}
"""What a child is told: one thread each."""


class Crew:
    """Children, each in a session of its own, so that Ctrl-C reaches them through here alone."""

    def __init__(self, folder: Path, jobs: int) -> None:
        self.folder = folder
        self.threads: list[threading.Thread] = []
        self.logs = [folder / f".worker-{job}.log" for job in range(jobs)]
        self.children = [self._child(log) for log in self.logs]

    def _child(self, log: Path) -> subprocess.Popen[str]:
        with open(log, "w") as told:
            return subprocess.Popen(
                [sys.executable, "-m", "saddle.compare.worker", str(self.folder)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=told,
                text=True,
                env={**os.environ, **ALONE},
                start_new_session=True,
            )

    def __enter__(self) -> Crew:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Ask every child to save and end, wait, then end what is left."""
        for child in self.children:
            if child.stdin is not None and not child.stdin.closed:
                child.stdin.close()
            if problem is not None and child.poll() is None:
                child.send_signal(signal.SIGINT)
        deadline = time.monotonic() + PATIENCE
        for child in self.children:
            try:
                child.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
        for thread in self.threads:  # what they read has ended
            thread.join()
        for child in self.children:
            if child.stdout is not None:
                child.stdout.close()
        for log in self.logs:
            log.unlink(missing_ok=True)

    def play(self, units: Sequence[Unit], tell: Callable[[], None]) -> None:
        """Have all units played; a child that breaks is told of."""
        waiting: queue.SimpleQueue[Unit] = queue.SimpleQueue()
        for unit in units:
            waiting.put(unit)
        self.threads = [
            threading.Thread(target=self._serve, args=(child, waiting), daemon=True)
            for child in self.children
        ]
        for thread in self.threads:
            thread.start()
        while any(thread.is_alive() for thread in self.threads):
            tell()
            self._check()
            time.sleep(PAUSE)
        self._check()

    def _serve(self, child: subprocess.Popen[str], waiting: queue.SimpleQueue[Unit]) -> None:
        """Give one child a unit after the other."""
        assert child.stdin is not None and child.stdout is not None
        try:
            while True:
                child.stdin.write(json.dumps(waiting.get_nowait()) + "\n")
                child.stdin.flush()
                if not child.stdout.readline():
                    child.wait()  # so that its exit code is known when it is looked at
                    return
        except (queue.Empty, BrokenPipeError):
            return
        except ValueError:  # closed on the way out, while an answer was awaited
            if not child.stdin.closed:
                raise

    def _check(self) -> None:
        """Refuse to go on where a child has ended by itself."""
        for child, log in zip(self.children, self.logs, strict=True):
            code = child.poll()
            if code == 130:
                raise KeyboardInterrupt
            if code:
                lines = log.read_text().strip().splitlines()
                why = lines[-1] if lines else f"exit code {code}"
                raise RunError(f"a run of {self.folder} failed: {why}")
