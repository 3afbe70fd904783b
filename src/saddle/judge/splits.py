"""Which rows each critic learns from: no critic ever sees a row that it will judge."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from saddle.errors import BadData, bad
from saddle.measure.base import Integers

LEAST = 20
"""Rows a side that a log ratio needs."""


@dataclass(frozen=True, eq=False)
class Split:
    """The folds of one side, and what each critic learns from.

    Critic number fold * refits + refit never sees the rows of its fold. The critics of one fold
    share out the other rows: none of them has a row in common, so that their disagreement says
    how far each is from what more data would teach.

    Attributes:
        fold: of each row, (n,).
        train: row numbers that each critic learns from, (folds * refits, r).
        check: row numbers that tell it when to stop, those of its neighbour, same shape.
    """

    fold: Integers
    train: Integers
    check: Integers

    @classmethod
    def of(cls, n: int, *, folds: int, refits: int, rng: np.random.Generator) -> Split:
        """A random split of n rows."""
        fold = rng.permutation(n) % folds
        shares = [
            share
            for k in range(folds)
            for share in _shared_out(rng.permutation(np.flatnonzero(fold != k)), refits)
        ]
        size = min(map(len, shares))
        train = np.stack([share[:size] for share in shares]).astype(np.int64)
        by_fold = train.reshape(folds, refits, size)
        return cls(fold.astype(np.int64), train, np.roll(by_fold, 1, axis=1).reshape(train.shape))

    def members(self, fold: int) -> list[int]:
        """The critics that never saw the rows of a fold."""
        refits = len(self.train) // (int(self.fold.max()) + 1)
        return [fold * refits + refit for refit in range(refits)]


def _shared_out(rows: npt.NDArray[np.intp], refits: int) -> list[npt.NDArray[np.intp]]:
    return [rows[refit::refits] for refit in range(refits)]


def must_split(n: int, m: int, folds: int, refits: int) -> None:
    """Refuse sides that cannot be split so."""
    least = min(n, m)
    if least < LEAST:
        raise BadData(f"a log ratio needs at least {LEAST} rows a side, got {n} and {m}")
    for name, value, most in (("folds", folds, least // 4), ("refits", refits, least // 8)):
        if not 2 <= value <= most:
            raise bad(name, value, f"between 2 and {most} where a side has {least} rows")
