"""The run folder: its paths, its readers, and writers that never leave half a file.

    runs/00007-grid-relativistic-logistic/
      recipe.yaml  amendments.jsonl    what decides it, and what was changed later
      environment.json  spaces/*.json  versions and the data's fingerprint; how rows are encoded
      real.npz  truth.npz              real watch rows; the density on the grid, where it is known
      data.npz                         rows that were passed from Python, so that it can resume
      events.jsonl  looks/00002000.npz what each look recorded: numbers, arrays
      checkpoints/00002000/            generators.safetensors critics.safetensors
                                       state.safetensors state.json SHA256SUMS
      latest.json  best.json           pointers to checkpoints
      evaluation.json  theory.json     what the end measured; what the theory says of it
      failure.json  findings.json      where it broke down; what the doctor says
      stop.json                        why it stopped, where something but its last step ended it
      report.html                      needs no other file
      samples/  tensorboard/           what `saddle sample` drew; events, where they were asked for

Standard library only: everything after training reads the folder, never a live object.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import re
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from saddle.errors import BadValue, BrokenRun, Incompatible, RunError, UnknownName, nearest

try:
    import fcntl
except ImportError:  # not on Windows: nothing is held there
    fcntl = None  # type: ignore[assignment]

Json = dict[str, Any]
_NAME = re.compile(r"^(\d{5})-")


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Say what could not be written, and that nothing is lost, where the disk refuses."""
    try:
        yield
    except OSError as problem:
        raise RunError(
            f"{path} cannot be written ({problem.strerror or problem}): what was saved before is "
            "still good; make room or give the right to write, then `saddle resume` goes on"
        ) from problem


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Keep other processes from playing in a folder: two that write in it spoil the record.

    A process may hold it more than once; one that dies lets go of it. Where the disk or the system
    knows no locks nothing is held.
    """
    path = folder.resolve()
    if fcntl is None or path in _HELD:
        yield
        return
    handle = os.open(path, os.O_RDONLY)
    try:
        _lock(handle, folder)
        _HELD.add(path)
        yield
    finally:
        _HELD.discard(path)
        os.close(handle)


_HELD: set[Path] = set()
"""Folders that this process holds."""


def _lock(handle: int, folder: Path) -> None:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise Incompatible(
            f"{folder} is being played by another process: wait until it ends, or stop that one"
        ) from None
    except OSError as problem:  # a disk without locks
        if problem.errno not in NO_LOCKS:
            raise


NO_LOCKS = (errno.ENOLCK, errno.ENOTSUP, errno.ENOSYS, errno.EINVAL)


def write_text(path: Path, text: str) -> None:
    """Write a file under another name, sync it, then move it into place."""
    write_bytes(path, text.encode())


def write_bytes(path: Path, data: bytes) -> None:
    """Write a file under another name, sync it, then move it into place."""
    part = path.with_name(f".{path.name}.part")
    with writing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(part, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, path)


def write_json(path: Path, value: Any) -> None:
    """Write JSON, in place at once."""
    write_text(path, json.dumps(value, indent=2, sort_keys=True) + "\n")


def read_json(path: Path) -> Json:
    """Read a JSON object; a damaged file is named."""
    try:
        value = json.loads(path.read_text())
    except FileNotFoundError:
        raise BrokenRun(f"{path} is missing: is {path.parent} the folder of a run?") from None
    except (ValueError, OSError) as problem:
        raise BrokenRun(f"{path} cannot be read: {problem}") from problem
    if not isinstance(value, dict):
        raise BrokenRun(f"{path} holds {type(value).__name__}, not an object")
    return value


def read_lines(path: Path) -> list[Json]:
    """Objects of a JSON-lines file; a last line cut short by a crash is left out."""
    if not path.exists():
        return []
    found: list[Json] = []
    lines = path.read_text().splitlines()
    for number, line in enumerate(lines, 1):
        try:
            found.append(json.loads(line))
        except ValueError as problem:
            if number < len(lines):
                raise BrokenRun(f"{path} line {number} is not JSON: {problem}") from problem
    return found


def write_lines(path: Path, lines: Iterable[Json]) -> None:
    """Write a JSON-lines file anew, in place at once."""
    write_text(path, "".join(json.dumps(line, allow_nan=False) + "\n" for line in lines))


@dataclass(frozen=True)
class Run:
    """A run folder."""

    path: Path

    @classmethod
    def create(cls, root: Path, name: str) -> Run:
        """A new folder, numbered after the last one; an existing folder is never taken."""
        try:
            root.mkdir(parents=True, exist_ok=True)
            return cls(_numbered(root, name))
        except OSError as problem:
            why = problem.strerror or str(problem)
            raise BadValue(
                f"out must be a folder that runs can be written in, got {str(root)!r}: {why}"
            ) from problem

    @classmethod
    def open(cls, path: Path) -> Run:
        """An existing run; a wrong path is answered with the nearest one."""
        if (path / "recipe.yaml").is_file():
            return cls(path)
        if path.is_dir():
            runs = sorted(p.parent.name for p in path.glob("*/recipe.yaml"))
            held = ", ".join(runs or sorted(p.name for p in path.iterdir())[:8]) or "nothing"
            kind = "a folder of runs, name one of them:" if runs else "not a run: it holds"
            raise UnknownName(f"{path} is {kind} {held}")
        if path.exists():
            raise UnknownName(f"{path} is a file; a run is a folder that training leaves")
        root = path.parent if path.parent.is_dir() else Path("runs")
        known = [p.name for p in root.iterdir()] if root.is_dir() else []
        begun = [name for name in sorted(known) if path.name and name.startswith(path.name)]
        close = begun[0] if begun else nearest(path.name, known)
        hint = f": did you mean {root / close}?" if close else ""
        raise UnknownName(f"there is no run at {path}{hint or '; `saddle runs` lists them'}")

    @classmethod
    def last(cls, root: Path) -> Run:
        """The run of the highest number."""
        found = sorted(p for p in root.glob("*/recipe.yaml") if _NAME.match(p.parent.name))
        if not found:
            raise UnknownName(f"there is no run in {root}: `saddle train` makes one")
        return cls(found[-1].parent)

    @property
    def name(self) -> str:
        """The folder's name."""
        return self.path.name

    @property
    def recipe(self) -> Path:
        """What decides the run."""
        return self.path / "recipe.yaml"

    @property
    def events(self) -> Path:
        """One JSON object a look."""
        return self.path / "events.jsonl"

    @property
    def looks(self) -> Path:
        """One npz a look."""
        return self.path / "looks"

    @property
    def amendments(self) -> Path:
        """Later changes: step, key, old, new."""
        return self.path / "amendments.jsonl"

    @property
    def report(self) -> Path:
        """The page."""
        return self.path / "report.html"

    def space(self, key: str) -> Path:
        """The fitted space of a key of the batch."""
        return self.path / "spaces" / f"{key}.json"

    def sample(self, step: int, ending: str) -> Path:
        """A file of what was drawn at a step."""
        return self.path / "samples" / f"{step:08d}{ending}"

    def look(self, step: int) -> Path:
        """The arrays of one look."""
        return self.looks / f"{step:08d}.npz"

    def checkpoint(self, step: int) -> Path:
        """The checkpoint of one step."""
        return self.path / "checkpoints" / f"{step:08d}"

    def append(self, path: Path, value: Json) -> None:
        """Append one line, on the disk when this returns."""
        line = json.dumps(value, allow_nan=False) + "\n"
        with writing(path), open(path, "a") as file:
            file.write(line)
            file.flush()
            os.fsync(file.fileno())

    def latest(self) -> int | None:
        """The step of the last checkpoint that was completed, or None.

        What the pointer names, where it is there; else the highest that is.
        """
        named, saved = self._named(), self.saved()
        return named if named in saved else max(saved, default=None)

    def _named(self) -> int | None:
        """The step that the pointer names, or None where there is no pointer."""
        pointer = self.path / "latest.json"
        return int(read_json(pointer)["step"]) if pointer.exists() else None

    def newest_whole(self) -> tuple[int | None, BrokenRun | None]:
        """The latest checkpoint that is as it was saved, and what is wrong with a later one."""
        wrong: BrokenRun | None = None
        named = self._named()
        steps = self.saved() if named is None else [s for s in self.saved() if s < named] + [named]
        for step in reversed(steps):
            try:
                self.verify(step)
            except BrokenRun as problem:
                wrong = wrong or problem
            else:
                return step, wrong
        return None, wrong

    def best(self) -> int | None:
        """The step of the best checkpoint, or None where none was chosen."""
        pointer = self.path / "best.json"
        return int(read_json(pointer)["step"]) if pointer.exists() else None

    def forget_after(self, step: int) -> None:
        """Drop events, looks and checkpoints beyond a step: what a resumed run will do again."""
        kept = [line for line in read_lines(self.events) if line["step"] <= step]
        write_text(self.events, "".join(json.dumps(line) + "\n" for line in kept))
        for path in [*self.looks.glob("*"), *(self.path / "checkpoints").glob("*")]:
            if path.name.startswith(".") or int(path.stem) > step:
                shutil.rmtree(path) if path.is_dir() else path.unlink()

    def saved(self) -> list[int]:
        """Steps of the complete checkpoints, in order."""
        return sorted(int(path.name) for path in (self.path / "checkpoints").glob("[0-9]*"))

    @contextmanager
    def saving(self, step: int) -> Iterator[Path]:
        """A folder to write a checkpoint in; it gets its name when everything is on the disk."""
        final = self.checkpoint(step)
        part = final.with_name(f".{final.name}.part")
        with writing(final):
            shutil.rmtree(part, ignore_errors=True)
            part.mkdir(parents=True)
            try:
                yield part
                _seal(part)
            except BaseException:
                shutil.rmtree(part, ignore_errors=True)
                raise
            shutil.rmtree(final, ignore_errors=True)
            os.replace(part, final)
            _sync(final.parent)
        write_json(self.path / "latest.json", {"step": step})

    def keep_only(self, steps: Iterable[int]) -> None:
        """Remove every checkpoint but these."""
        wanted = {self.checkpoint(step).name for step in steps}
        for path in (self.path / "checkpoints").glob("[0-9]*"):
            if path.name not in wanted:
                shutil.rmtree(path)

    def verify(self, step: int) -> Path:
        """The checkpoint's folder, after its sums were compared."""
        folder = self.checkpoint(step)
        sums = folder / "SHA256SUMS"
        if not sums.exists():
            raise BrokenRun(f"checkpoint {folder} is incomplete: SHA256SUMS is missing")
        text = sums.read_text(encoding="utf-8", errors="replace")
        told = {
            name: digest for digest, _, name in (it.partition("  ") for it in text.splitlines())
        }
        there = {path.name for path in folder.iterdir()} - {sums.name}
        for name in sorted(there | set(told)):
            if name not in there or sha256(folder / name) != told.get(name):
                raise BrokenRun(f"checkpoint {folder} is damaged: {name} is not what was saved")
        return folder


def _numbered(root: Path, name: str) -> Path:
    """A new folder of the next free number."""
    while True:
        taken = [int(m[1]) for p in root.iterdir() if (m := _NAME.match(p.name))]
        path = root / f"{max(taken, default=0) + 1:05d}-{name}"
        try:
            path.mkdir()
            return path
        except FileExistsError:
            continue


def _seal(folder: Path) -> None:
    names = sorted(p.name for p in folder.iterdir())
    for name in names:
        _sync(folder / name)
    write_text(
        folder / "SHA256SUMS", "".join(f"{sha256(folder / name)}  {name}\n" for name in names)
    )
    _sync(folder)


def sha256(path: Path) -> str:
    """The sum of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
