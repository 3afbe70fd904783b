"""Where encoded pictures lie: files of a folder, members of a zip, cells of a table."""

from __future__ import annotations

import json
import os
import stat
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any, Protocol, get_args

import numpy as np
import numpy.typing as npt

from saddle.errors import BadData
from saddle.sources.base import Split
from saddle.sources.pictures.options import LeftOut, Told, shown

HEAVIEST = 1 << 29
"""Bytes of the heaviest file that is opened."""

IGNORED = set(
    """.txt .json .jsonl .csv .tsv .md .html .xml .yaml .yml .py .log .db .ini .ds_store .zip .gz
    .tar .npy .npz .pdf .pt .safetensors""".split()
)
"""Endings of what is no picture and often lies beside some."""

LISTED = "dataset.json"
"""Where StyleGAN's tools keep labels."""


class Piece(Protocol):
    """One encoded picture."""

    @property
    def name(self) -> str:
        """What it is called inside of its folder, with slashes."""
        ...

    def read(self) -> bytes:
        """The encoded bytes; OSError where they cannot be read."""
        ...


@dataclass(frozen=True)
class File:
    """A file of a folder."""

    name: str
    path: Path

    def read(self) -> bytes:
        """The file's bytes; a pipe or a device is not waited for."""
        about = self.path.stat()
        if not stat.S_ISREG(about.st_mode):
            raise OSError("not a plain file")
        _refuse_heavy(about.st_size)
        return self.path.read_bytes()


@dataclass(frozen=True)
class Member:
    """A member of a zip."""

    name: str
    archive: zipfile.ZipFile

    def read(self) -> bytes:
        """The member's bytes."""
        _refuse_heavy(self.archive.getinfo(self.name).file_size)
        try:
            return self.archive.read(self.name)
        except RuntimeError as problem:  # it is encrypted
            raise OSError(str(problem)) from problem


@dataclass(frozen=True)
class Cell:
    """A picture's bytes that are in memory already."""

    name: str
    data: bytes

    def read(self) -> bytes:
        """The bytes."""
        return self.data


def _refuse_heavy(count: int) -> None:
    if count > HEAVIEST:
        raise OSError(f"{count} bytes, more than {HEAVIEST}")
    if count == 0:
        raise OSError("an empty file")


@dataclass(frozen=True, eq=False)
class Pieces:
    """Encoded pictures in sorted order, with their labels where there are classes.

    Attributes:
        items: the pictures; those of a part to watch and of a test part come last.
        labels: of each, or None.
        told: what was met on the way.
        watched: how many are a part to watch of their own.
        tested: how many are a test part of their own.
    """

    items: Sequence[Piece]
    labels: npt.NDArray[Any] | None
    told: Told = field(default_factory=lambda: Told("files"))
    watched: int = 0
    tested: int = 0


# ---------------------------------------------------------------- folders


def of_folder(folder: Path) -> Pieces:
    """The pictures below a folder; each of its folders with pictures is a class."""
    told = Told("a folder")
    files = sorted(_walk(folder, told), key=lambda file: file.name)
    beside = folder / LISTED
    labels = beside.read_bytes() if beside.is_file() else None
    return _labelled(str(folder), files, labels, told)


def _walk(folder: Path, told: Told) -> Iterator[File]:
    """Every file below, each folder once: a link to one that was seen leads nowhere."""
    waiting, seen = [folder], set[tuple[int, int]]()
    while waiting:
        here = waiting.pop()
        name = here.relative_to(folder).as_posix()
        try:
            about = here.stat()
            if (about.st_dev, about.st_ino) in seen:
                told.left_out.append(LeftOut(shown(name), "a folder that was met before"))
                continue
            seen.add((about.st_dev, about.st_ino))
            entries = sorted(os.scandir(here), key=lambda entry: entry.name)
        except OSError as problem:
            told.left_out.append(LeftOut(shown(name), _reason(problem)))
            continue
        folders = [Path(entry) for entry in entries if _is_folder(entry)]
        waiting.extend(reversed([f for f in folders if not f.name.startswith(".")]))
        for entry in entries:
            path = Path(entry)
            if path not in folders:
                yield File(path.relative_to(folder).as_posix(), path)


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False


def _reason(problem: OSError) -> str:
    return (problem.strerror or str(problem)).lower()


# ---------------------------------------------------------------- zips


def of_zip(path: Path) -> Pieces:
    """The pictures in a zip, read as if they were a folder's."""
    try:
        archive = zipfile.ZipFile(path)
    except (OSError, zipfile.BadZipFile) as problem:
        raise BadData(f"{path} cannot be read: {problem}") from problem
    told = Told("a zip")
    names = sorted({info.filename for info in archive.infolist() if not info.is_dir()})
    labels = None
    if LISTED in names:
        try:
            labels = Member(LISTED, archive).read()
        except (OSError, zipfile.BadZipFile) as problem:
            raise BadData(f"{path}: {LISTED} cannot be read: {problem}") from problem
    kept = [name for name in names if not name.startswith("__MACOSX/")]
    return _labelled(str(path), [Member(name, archive) for name in kept], labels, told)


# ---------------------------------------------------------------- labels


def _labelled(where: str, found: Sequence[Piece], listed: bytes | None, told: Told) -> Pieces:
    """The pieces that may be pictures, with labels from a list or from their folders."""
    items = [piece for piece in found if not is_ignored(piece.name)]
    told.ignored = len(found) - len(items)
    known = None if listed is None else read_labels(listed, where)
    if known is not None:
        missing = [piece for piece in items if piece.name not in known]
        told.left_out += [LeftOut(shown(p.name), f"no label in {LISTED}") for p in missing]
        items = [piece for piece in items if piece.name in known]
    items, names, own = _in_parts(items, told)
    if known is not None:
        return Pieces(items, np.array([known[piece.name] for piece in items]), told, *own)
    return Pieces(items, _classes(names, told), told, *own)


# ---------------------------------------------------------------- parts of their own

PARTS: Mapping[str, Split] = {
    "train": "train",
    "training": "train",
    "val": "watch",
    "valid": "watch",
    "validation": "watch",
    "test": "final",
    "testing": "final",
}
"""Folders that say which part their pictures are of, and no class; whatever their case."""

ORDER: tuple[Split, ...] = get_args(Split)


def _in_parts(
    items: Sequence[Piece], told: Told
) -> tuple[list[Piece], list[str], tuple[int, int]]:
    """The pieces by part, their names inside of it, and how many are to watch and to test.

    Folders are parts where one is to train on, another is not, and nothing lies outside of them.
    """
    firsts = [piece.name.partition("/") for piece in items]
    folders = sorted({first if slash else "" for first, slash, _ in firsts})
    parts = {folder: PARTS[folder.lower()] for folder in folders if folder.lower() in PARTS}
    several = TRAIN in parts.values() and len(set(parts.values())) > 1
    if not several or len(parts) < len(folders):
        if several:
            others = [shown(folder) or "files" for folder in folders if folder not in parts]
            told.done.append(
                f"{' and '.join(map(shown, parts))} are no parts: {', '.join(others[:3])} beside "
                "them would be of none"
            )
        return [*items], [piece.name for piece in items], (0, 0)
    ranks = [ORDER.index(parts[first]) for first, _, _ in firsts]
    order = sorted(range(len(items)), key=ranks.__getitem__)
    told.done.append("; ".join(f"{shown(f)}/ is the part {part}" for f, part in parts.items()))
    counts = [ranks.count(ORDER.index(split)) for split in HELD_OUT]
    return [items[i] for i in order], [firsts[i][2] for i in order], (counts[0], counts[1])


TRAIN: Split = "train"
HELD_OUT: tuple[Split, Split] = ("watch", "final")


def is_ignored(name: str) -> bool:
    """Whether a name says that the file is no picture: by its ending, or hidden.

    >>> [is_ignored(n) for n in ("a/b.png", "a/.DS_Store", "Thumbs.db", "b", "readme.TXT")]
    [False, True, True, False, True]
    """
    last = PurePosixPath(name)
    return last.name.startswith(".") or last.suffix.lower() in IGNORED


def _classes(items: Sequence[str], told: Told) -> npt.NDArray[Any] | None:
    """The first folder of each name, where there are two and no picture lies outside of them."""
    firsts = [name.partition("/") for name in items]
    names = [shown(first) for first, slash, _ in firsts if slash]
    if len(set(names)) < 2:
        return None
    if len(names) < len(items):
        loose = len(items) - len(names)
        told.done.append(f"no classes: {loose} of the files lie outside of the class folders")
        return None
    return np.array(names)


def read_labels(data: bytes, where: str) -> Mapping[str, int | str] | None:
    """Labels by name from {"labels": [[name, label], ...]}, or None where there are none."""
    try:
        listed = json.loads(data)["labels"]
        if not listed:
            return None
        pairs = {str(name): label for name, label in listed}
        kinds = {type(label) for label in pairs.values()}
    except (ValueError, KeyError, TypeError, RecursionError) as problem:
        raise BadData(
            f'{where}: {LISTED} must be {{"labels": [[name, label], ...]}}: {problem!r}'
        ) from problem
    if not (kinds <= {int} or kinds <= {str}):
        told = ", ".join(sorted(kind.__name__ for kind in kinds))
        raise BadData(f"{where}: labels in {LISTED} are all whole numbers or all text, got {told}")
    return pairs
