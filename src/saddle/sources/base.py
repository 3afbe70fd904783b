"""Where real samples come from: a pure function of (seed, position).

Row number `position` is the same sample whenever it is asked for, alone or in a batch, in any
order: a resumed run sees the rows that the interrupted one would have seen. An endless source
computes row `position` from a counter; a finite one reads row `permutation(epoch)[position % n]`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Positions = npt.NDArray[np.int64]
RawBatch = dict[str, npt.NDArray[Any]]
"""Keys are among `x`, `given`, `a`, `b`, `mask`, `index`, no others; raw units, n rows each."""

Split = Literal["train", "watch", "final"]


@dataclass(frozen=True)
class Modes:
    """The known modes of a mixture.

    Attributes:
        centres: (k, d).
        covariances: (k, d, d).
        weights: (k,), summing to one.
    """

    centres: Floats
    covariances: Floats
    weights: Floats


class Source(Protocol):
    """Where real samples come from.

    Attributes:
        name: what it is called in a recipe.
        gives: the keys of a batch, such as `{"x"}`, `{"x", "given"}`, `{"a", "b"}`.
        spaces: for each key the name of its space (`points`, `label`).
        aligned: whether the keys of one row belong together (a pair), or are independent draws.
        size: number of rows of the training part, or None where it is endless.
        modes: the known modes of `x`, or None.
    """

    name: str
    gives: frozenset[str]
    spaces: dict[str, str]
    aligned: bool
    size: int | None
    modes: Modes | None

    def batch(self, positions: Positions, split: Split = "train") -> RawBatch:
        """The rows at those positions of that part. The parts never share a row."""
        ...

    def log_prob(self, x: Floats) -> Floats | None:
        """Exact log density of `x` (n, d) -> (n,), or None where it is not known."""
        ...


@dataclass(frozen=True)
class Described:
    """What a source tells about itself before training: `saddle inspect`.

    Attributes:
        rows: rows of each part, or None where endless.
        facts: label and text of each line to print.
        warnings: what a user should know before training.
    """

    rows: dict[str, int] | None
    facts: list[tuple[str, str]]
    warnings: list[str] = field(default_factory=list)
