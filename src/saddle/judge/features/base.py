"""What features are: from rows to the vectors that fidelity is measured on, and what made them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from saddle.measure.base import Floats
from saddle.runs import Json

Labels = npt.NDArray[Any]
"""A class for each row, (n,); whatever can be told apart by `==`."""


@dataclass(frozen=True, eq=False)
class Features:
    """From rows to features.

    Attributes:
        name: as it stands in the names of measures: `raw`, `trained`, a file's stem.
        dim: numbers a row becomes.
        of: from rows (n, d) to features (n, dim), row by row.
        record: what made them, for the report: checksum, sizes, what they were trained on.
    """

    name: str
    dim: int
    of: Callable[[Floats], npt.NDArray[Any]]
    record: Json = field(default_factory=dict)

    def facts(self) -> Json:
        """Name, size and record, for the document of an evaluation."""
        return {"name": self.name, "dim": self.dim, **self.record}


@dataclass(frozen=True)
class Maker:
    """A row of the catalogue of features.

    Attributes:
        name: the row's name.
        words: what the features are, in a few words.
        make: from real rows (n, d) and their labels, where there are any, to the features.
        ready: refuses what cannot be made for rows of so many columns, before any work is done.
    """

    name: str
    words: str
    make: Callable[[Floats, Labels | None], Features]
    ready: Callable[[int], None] = lambda columns: None


def fingerprint(arrays: Mapping[str, npt.NDArray[Any]]) -> str:
    """A short hash of arrays: of their names, shapes, types and every number.

    >>> fingerprint({"x": np.zeros(2)}) == fingerprint({"x": np.zeros((2, 1))})
    False
    """
    digest = hashlib.blake2b(digest_size=16)
    for name, array in sorted(arrays.items()):
        digest.update(f"{name} {array.shape} {array.dtype.str};".encode())
        digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()


def standard(real: Floats) -> tuple[Floats, Floats]:
    """Centre and scale of each column, (d,); a column that never changes is left in its units.

    >>> standard(np.array([[0.0, 7.0], [2.0, 7.0]]))[1].tolist()
    [1.0, 1.0]
    """
    scale = real.std(0)
    # A constant column's deviation is rounding: some units of its size.
    still = scale <= 1e-12 * np.abs(real).max(0)
    return real.mean(0), np.where(still, 1.0, scale)
