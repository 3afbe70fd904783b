"""What an explanation of a difference is: a test that can be wrong, and a repair that undoes it.

A gap is a guess at what tells fake rows from real ones: a cluster that is never made, a column
that runs higher, a dependence that is lost. Its test says whether the guess holds on rows that it
was not made from. Its repair changes the clouds so that this one thing no longer differs. What a
held-out critic can then no longer tell is what the gap accounts for.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.stats import beta

from saddle.measure.base import Floats, Integers
from saddle.runs import Json

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
        return int(self.real.shape[1])

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
        hits: rows that are meant.
        of: rows there are.
    """

    hits: int
    of: int

    @property
    def value(self) -> float:
        """The share."""
        return self.hits / max(self.of, 1)

    def interval(self, level: float = 0.95) -> tuple[float, float]:
        """The exact interval (Clopper & Pearson 1934)."""
        a, k, n = (1 - level) / 2, self.hits, self.of
        low = beta.ppf(a, k, n - k + 1) if k > 0 else 0.0
        high = beta.ppf(1 - a, k + 1, n - k) if k < n else 1.0
        return float(low), float(high)

    def json(self) -> Json:
        """As plain values."""
        return {"share": self.value, "interval": list(self.interval()), "count": self.hits,
                "of": self.of}  # fmt: skip

    def words(self, side: str) -> str:
        """The share and what it was counted from.

        >>> Share(24, 1000).words("real"), Share(0, 2888).words("fake")
        ('2.4 % of real rows (24 of 1,000)', 'none of 2,888 fake rows')
        """
        if self.hits == 0:
            return f"none of {self.of:,} {side} rows"
        return f"{100 * self.value:.3g} % of {side} rows ({self.hits:,} of {self.of:,})"


class Shares(NamedTuple):
    """Shares of both sides, on rows that did not find the gap."""

    real: Share
    fake: Share


class Told(NamedTuple):
    """What is said of a gap.

    Attributes:
        kind: missing, invented, region, column or pair.
        what: the column, the pair, or where the region lies.
        words: what differs, in a sentence or two.
        facts: the numbers behind the words.
        examples: numbers of rows of one side that show it.
    """

    kind: str
    what: str
    words: str
    facts: Json
    examples: Sequence[int] = ()


@dataclass(frozen=True, eq=False)
class Gap:
    """A guess at a difference.

    Attributes:
        family: the finder that it comes from.
        p_value: from clouds to the chance of a difference this large where there is none; it
            reads only rows that did not find the gap.
        repair: from clouds to clouds in which this one thing is mended.
        tell: from clouds and the names of their columns to what is said.
        holds: from rows (n, d) to those that it is about (n,), or None where it is about all.
        columns: the numbers of the columns that it is about; none where it is about all.
    """

    family: str
    p_value: Callable[[Clouds], float]
    repair: Callable[[Clouds], Clouds]
    tell: Callable[[Clouds, Sequence[str]], Told]
    holds: Callable[[Floats], Mask] | None = None
    columns: tuple[int, ...] = ()


def shown(value: float, unit: float) -> str:
    """A value of a column with digits that its spread makes worth reading.

    >>> shown(2.12345, 1.3), shown(153421.7, 20000.0), shown(0.00123, 0.004), shown(3.0, 0.0)
    ('2.12', '153,400', '0.00123', '3')
    """
    if not 1e-5 < unit < 1e9:
        return f"{value:.4g}"
    digits = 2 - math.floor(math.log10(unit))
    rounded = round(value, digits) + 0.0
    return f"{rounded:,.{max(0, digits)}f}"
