"""Raw samples in a file: told by its ending, written whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import numpy as np

from saddle.errors import BadData, BadValue, MissingExtra
from saddle.spaces.base import Raw


def save(path: Path, arrays: Mapping[str, Raw], columns: Mapping[str, Raw]) -> None:
    """Write a file told by its ending; the file appears whole or not at all.

    Args:
        path: where; its ending says how.
        arrays: what .npz holds; .npy holds the first, so give it no more than one.
        columns: what .csv and .parquet hold, (n,) each.
    """
    writer = WRITERS.get(path.suffix.lower())
    if writer is None:
        raise BadValue(f"the output must end in {', '.join(WRITERS)}, got {str(path)!r}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with writing_whole(path) as file:
            writer(file, arrays, columns)
    except OSError as problem:
        why = problem.strerror or str(problem)
        raise BadData(f"{path} cannot be written: {why}") from problem


Writer = Callable[[BinaryIO, Mapping[str, Raw], Mapping[str, Raw]], None]


@contextmanager
def writing_whole(path: Path) -> Iterator[BinaryIO]:
    """A file beside the path that takes its place when all is written, and is gone otherwise."""
    part = path.with_name(f".{path.name}.part")
    try:
        with part.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _write_npy(file: BinaryIO, arrays: Mapping[str, Raw], _: Mapping[str, Raw]) -> None:
    np.save(file, next(iter(arrays.values())), allow_pickle=False)


def _write_npz(file: BinaryIO, arrays: Mapping[str, Raw], _: Mapping[str, Raw]) -> None:
    np.savez(file, allow_pickle=False, **arrays)


def _write_csv(file: BinaryIO, _: Mapping[str, Raw], columns: Mapping[str, Raw]) -> None:
    import csv
    import io

    text = io.TextIOWrapper(file, encoding="utf-8", newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(zip(*(column.tolist() for column in columns.values()), strict=True))
    text.flush()
    text.detach()


def _write_parquet(file: BinaryIO, _: Mapping[str, Raw], columns: Mapping[str, Raw]) -> None:
    try:
        import pandas

        pandas.DataFrame(dict(columns)).to_parquet(file, index=False)
    except ImportError:
        raise MissingExtra(
            ".parquet needs pandas and pyarrow: pip install 'saddle-gan[tables]'"
        ) from None


WRITERS: Mapping[str, Writer] = {
    ".npy": _write_npy,
    ".npz": _write_npz,
    ".csv": _write_csv,
    ".parquet": _write_parquet,
}
