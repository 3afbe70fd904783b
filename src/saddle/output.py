"""Samples and rows to and from the files that a command line names."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from saddle.errors import BadData
from saddle.sources.reading import choose, read
from saddle.spaces.points import save

Array = npt.NDArray[Any]


def write_rows(rows: Mapping[str, Array], path: Path) -> None:
    """Write rows by key to a file told by its ending; a picture for .png."""
    drawn = {key: np.asarray(value) for key, value in rows.items()}
    if path.suffix.lower() == ".png":
        from saddle.report import picture_of_rows

        picture_of_rows(drawn, path)
        return
    save(path, drawn, columns(drawn))


def columns(rows: Mapping[str, Array]) -> dict[str, Array]:
    """One name a column: `x0`, `x1`; a label is a column of its own name."""
    found: dict[str, Array] = {}
    for key, value in rows.items():
        if value.ndim == 1:
            found[key] = value
        else:
            flat = value.reshape(len(value), -1)
            found |= {f"{key}{i}": flat[:, i] for i in range(flat.shape[1])}
    return found


def read_rows(path: Path) -> Array:
    """The numbers of a file, (n, d)."""
    if not path.is_file():
        raise BadData(f"there is no file {path}")
    return choose(read(path)).x
