"""Rows that were passed in from Python, kept in the run so that it can be resumed without them."""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from saddle.errors import BadData
from saddle.sources.arrays import Rows, TwoDomains
from saddle.sources.base import Source
from saddle.sources.opening import APART
from saddle.sources.pictures import array_pictures
from saddle.sources.reading import Table

Arrays = Mapping[str, npt.NDArray[Any]]


@runtime_checkable
class Keeps(Protocol):
    """A source whose rows can be kept."""

    def kept(self) -> Arrays | None:
        """All rows in the order in which they came, or None where they cannot be kept."""
        ...


def pack(source: Source) -> bytes | None:
    """The rows of a source as the bytes of an npz, or None where it has none to keep."""
    arrays = source.kept() if isinstance(source, Keeps) else None
    if arrays is None:
        return None
    file = io.BytesIO()
    np.savez_compressed(file, allow_pickle=False, **arrays)
    return file.getvalue()


def unpack(path: Path, *, seed: int) -> Source:
    """The source that `pack` kept."""
    try:
        with np.load(path, allow_pickle=False) as arrays:
            kept = {key: arrays[key] for key in arrays.files}
    except (OSError, ValueError) as problem:
        raise BadData(f"{path} cannot be read: {problem}") from problem
    if "x" in kept:
        return _rows(kept, seed)
    a, b = ({k[2:]: v for k, v in kept.items() if k.startswith(f"{side}.")} for side in "ab")
    return TwoDomains(_rows(a, seed), _rows(b, seed + APART))


def _rows(kept: Arrays, seed: int) -> Source:
    """One source's rows: a table where there are columns, else pictures."""
    name, given = str(kept["name"]), kept.get("given")
    if "columns" in kept:
        names = tuple(str(name) for name in kept["columns"])
        return Rows(name, Table(kept["x"], names, given), seed=seed)
    watched, tested = (int(kept.get(own, 0)) for own in ("watched", "tested"))
    return array_pictures(
        kept["x"], seed=seed, labels=given, name=name, watched=watched, tested=tested
    )
