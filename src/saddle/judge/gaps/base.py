"""What an explanation of a difference is: a test that can be wrong, and a repair that undoes it.

A gap is a guess at what tells fake rows from real ones: a cluster that is never made, a column
that runs higher, a dependence that is lost. Its test says whether the guess holds on rows that it
was not made from. Its repair changes the clouds so that this one thing no longer differs. What a
held-out critic can then no longer tell is what the gap accounts for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.stats import beta

from saddle.measure.base import Floats, Integers

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Clouds:
    """Real rows, fake rows, and which rows of the given ones they are.

    Attributes:
        real: (n, d).
        fake: (m, d).
        real_rows: (n,) numbers of the real rows as they were given.
        fake_rows: (m,) numbers of the fake rows.
        unit: (d,) standard deviation of each column over both sides.
        seed: of every draw that an explanation makes.
    """

    real: Floats
    fake: Floats
    real_rows: Integers
    fake_rows: Integers
    unit: Floats
    seed: int

    @classmethod
    def of(cls, real: Floats, fake: Floats, seed: int) -> Clouds:
        """Both clouds as they are given."""
        pooled = np.concatenate([real, fake])
        rows = np.arange(len(real)), np.arange(len(fake))
        return cls(real, fake, *rows, unit=pooled.std(0), seed=seed)

    @property
    def d(self) -> int:
        """Columns."""
        return self.real.shape[1]

    def rng(self, *purpose: int) -> np.random.Generator:
        """The stream of a purpose."""
        return np.random.default_rng([self.seed, *purpose])

    def kept(self, real: Mask, fake: Mask) -> Clouds:
        """Only some rows of each side."""
        return replace(
            self,
            real=self.real[real],
            real_rows=self.real_rows[real],
            fake=self.fake[fake],
            fake_rows=self.fake_rows[fake],
        )

    def with_fake_column(self, j: int, values: Floats) -> Clouds:
        """The fake rows with column j replaced by values (m,)."""
        fake = self.fake.copy()
        fake[:, j] = values
        return replace(self, fake=fake)


class Share(NamedTuple):
    """A share of rows.

    Attributes:
        count: rows that are meant.
        of: rows there are.
    """

    count: int
    of: int

    @property
    def value(self) -> float:
        """The share."""
        return self.count / max(self.of, 1)

    def interval(self, level: float = 0.95) -> tuple[float, float]:
        """The exact interval (Clopper & Pearson 1934)."""
        a, k, n = (1 - level) / 2, self.count, self.of
        low = beta.ppf(a, k, n - k + 1) if k > 0 else 0.0
        high = beta.ppf(1 - a, k + 1, n - k) if k < n else 1.0
        return float(low), float(high)


class Shares(NamedTuple):
    """Shares of both sides, on rows that did not find the gap."""

    real: Share
    fake: Share


@dataclass(frozen=True, eq=False)
class Gap:
    """A guess at a difference.

    Attributes:
        family: the finder it comes from.
        columns: the columns that it is about.
        p_value: from clouds to the chance of a difference this large where there is none; it
            reads only rows that did not find the gap.
        repair: from clouds to clouds in which this one thing is mended.
        tell: from clouds to what is said about it: numbers and text by name.
        kind: from clouds to what it is called: missing, invented, region, column or pair.
        holds: from rows (n, d) to those that it is about (n,), or None where it is about all.
    """

    family: str
    columns: tuple[int, ...]
    p_value: Callable[[Clouds], float]
    repair: Callable[[Clouds], Clouds]
    tell: Callable[[Clouds], Mapping[str, Any]]
    kind: Callable[[Clouds], str]
    holds: Callable[[Floats], Mask] | None = None
