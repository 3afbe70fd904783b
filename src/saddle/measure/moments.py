"""Mean and covariance of rows that come in chunks, in constant memory and double precision."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from saddle.errors import BadData
from saddle.measure.base import Floats, Rows, rows_of
from saddle.measure.near import blocks


@dataclass
class Moments:
    """What n rows leave: their number, mean and scatter; more rows may come.

    Of two sets of rows with means a, b and scatters A, B (Chan, Golub, LeVeque 1983):

        mean = a + m/(n + m) (b - a),    scatter = A + B + n m/(n + m) (b - a)(b - a)'

    so that no large square is ever subtracted from another.

    Attributes:
        n: rows so far.
        mean: (d,).
        scatter: sum over rows of (x - mean)(x - mean)', (d, d).
    """

    n: int
    mean: Floats
    scatter: Floats

    @property
    def covariance(self) -> Floats:
        """The unbiased covariance, (d, d)."""
        if self.n < 2:
            raise BadData(f"a covariance needs at least 2 rows, got {self.n}")
        found: Floats = self.scatter / (self.n - 1)
        return found

    def add(self, rows: Rows) -> None:
        """Take in further rows (m, d)."""
        if rows.shape[1] != len(self.mean):
            raise BadData(
                f"all chunks must have {len(self.mean)} columns like the first, "
                f"got {rows.shape[1]}"
            )
        x, m = np.asarray(rows, np.float64), len(rows)
        b = x.mean(0)
        gap, total = b - self.mean, self.n + m
        centred = x - b
        self.scatter += centred.T @ centred
        self.scatter += (self.n * m / total) * np.outer(gap, gap)
        self.mean += (m / total) * gap
        self.n = total


CHUNK = 2048
"""Rows that are turned into double precision at once."""


def moments(chunks: npt.ArrayLike | Iterator[npt.ArrayLike]) -> Moments:
    """The moments of rows (n, d), or of an iterator over chunks of rows, read once.

    >>> moments(iter([[[0.0], [2.0]], [[4.0]]])).covariance.tolist()
    [[4.0]]
    """
    found: Moments | None = None
    for rows in _parts(chunks):
        found = found or Moments(0, np.zeros(rows.shape[1]), np.zeros((rows.shape[1],) * 2))
        found.add(rows)
    if found is None:
        raise BadData("there are no rows: an iterator over chunks gave nothing")
    return found


def _parts(chunks: npt.ArrayLike | Iterator[npt.ArrayLike]) -> Iterable[Rows]:
    whole = chunks if isinstance(chunks, Iterator) else iter([chunks])
    for rows in (rows_of(chunk, "rows") for chunk in whole):
        yield from (rows[part] for part in blocks(len(rows), CHUNK))
