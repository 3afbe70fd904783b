"""Is it close enough? An equivalence test: small by proof, never "not shown to differ".

    H0: D(fake, real) >= margin          passed only where the upper bound of D lies below it

    D = (1 / c_d) mean over directions w of int |F_w(t) - G_w(t)| dt,   c_d = E|w_1| sqrt(d)

is the sliced W1 distance of rows whose columns were divided by the real ones' deviation, in units
in which moving every row by a share of the data's spread is a distance of that share. Means over
samples overstate a distance (Jensen), so the number plus 1.64 of its own deviations holds the
distance of the laws in about 95 of 100 draws, mostly in more (benchmarks/equivalence.py). Real
against real, drawn again from the real rows, says what a perfect generator would have scored, and
how often it would have passed: the power.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import gammaln, ndtri

from saddle.errors import BadData, bad
from saddle.measure.base import Floats, Integers, subsample, two_clouds
from saddle.runs import Json

MARGIN = 0.05
"""A twentieth of the data's spread."""

LEAST = 10
"""Rows a side below which no bound is told."""

LIMIT = 10_000
"""Rows a side that are read, at most."""

DIRECTIONS, DRAWS, SURE = 32, 100, 0.8
"""Directions of the slices; perfect generators drawn; how sure one is of the margin it needs."""


@dataclass(frozen=True)
class Equivalence:
    """What the test says.

    Attributes:
        name: of the distance.
        value: the distance of the samples.
        upper: what the distance of the laws stays below, at the level.
        margin: what it had to stay below.
        floor: what real rows score against real rows, at these sizes, on average.
        power: how often a generator without any error would have passed.
        reach: the least margin at which it would have passed in 80 of 100 draws.
        level: how sure the upper bound is.
        n_fake: rows of the fake side.
        n_real: rows of the real side.
        passed: whether the upper bound lies below the margin.
    """

    name: str
    value: float
    upper: float
    margin: float
    floor: float
    power: float
    reach: float
    level: float
    n_fake: int
    n_real: int
    passed: bool

    @property
    def words(self) -> str:
        """The verdict in a sentence or two."""
        return next(say for holds, say in SENTENCES if holds(self))(self)

    def json(self) -> Json:
        """Everything, as JSON holds it."""
        return {**asdict(self), "words": self.words}


def equivalence(
    fake: npt.ArrayLike,
    real: npt.ArrayLike,
    *,
    margin: float = MARGIN,
    level: float = 0.95,
    directions: int = DIRECTIONS,
    draws: int = DRAWS,
    seed: int = 0,
) -> Equivalence:
    """Test whether fake rows (n, d) come from a law within `margin` of that of real ones (m, d).

    Args:
        fake: rows of the generator.
        real: rows that it never saw, opened once: the best of many looks would be too good.
        margin: the distance that is still close, as a share of the data's spread.
        level: how sure the upper bound is.
        directions: along how many lines rows are compared, where they have two columns or more.
        draws: how many perfect generators the power is the share of.
        seed: of directions and draws.
    """
    y, x = two_clouds(real, fake, ("real", "fake"))
    if min(len(x), len(y)) < LEAST:
        raise BadData(f"fake and real must have at least {LEAST} rows each, got {len(x)} "
                      f"and {len(y)}: nothing can be told from fewer")  # fmt: skip
    if not 0 < margin < np.inf:
        raise bad("margin", margin, "above 0: a share of the data's spread, such as 0.05")
    if not 0.5 <= level < 1:
        raise bad("level", level, "at least 0.5 and below 1")
    for name, count in (("directions", directions), ("draws", draws)):
        if count < 1:
            raise bad(name, count, "at least 1")
    rng = np.random.default_rng(seed)
    x, y = subsample(x, LIMIT, rng), subsample(y, LIMIT, rng)
    unit = np.where(y.std(0) > 0, y.std(0), 1.0)
    lines = directions_in(x.shape[1], directions, rng) / slice_of_unit(x.shape[1])
    z = float(ndtri(level))

    value, deviation = Slices.of((x - y.mean(0)) / unit, (y - y.mean(0)) / unit, lines).judged()
    perfect = perfect_bounds((y - y.mean(0)) / unit @ lines.T, len(x), draws, z, rng)
    return Equivalence(
        name="sliced-w1",
        value=value,
        upper=value + z * deviation,
        margin=margin,
        floor=float(perfect[:, 0].mean()),
        power=float((perfect[:, 1] < margin).mean()),
        reach=float(np.quantile(perfect[:, 1], SURE)),
        level=level,
        n_fake=len(x),
        n_real=len(y),
        passed=value + z * deviation < margin,
    )


# ------------------------------------------------------------------------------ the distance


def directions_in(d: int, count: int, rng: np.random.Generator) -> Floats:
    """Unit vectors, (count, d): one on the line, evenly spaced in the plane, else drawn."""
    if d == 1:
        return np.ones((1, 1))
    if d == 2:
        angle = np.pi * (np.arange(count) + 0.5) / count
        return np.stack([np.cos(angle), np.sin(angle)], axis=1)
    drawn = rng.normal(size=(count, d))
    lines: Floats = drawn / np.linalg.norm(drawn, axis=1, keepdims=True)
    return lines


def slice_of_unit(d: int) -> float:
    """c_d = E|w_1| sqrt(d), of w uniform on the sphere: what rows moved by a spread would score.

    E|w_1| = Gamma(d / 2) / (sqrt(pi) Gamma((d + 1) / 2)); columns of deviation one have a spread,
    the root mean square distance to their mean, of sqrt(d).

    >>> round(slice_of_unit(1), 6), round(slice_of_unit(2), 6)
    (1.0, 0.900316)
    """
    mean = np.exp(gammaln(d / 2) - gammaln((d + 1) / 2)) / np.sqrt(np.pi)
    return float(mean * np.sqrt(d))


@dataclass(frozen=True)
class Slices:
    """Rows of both sides seen along lines, sorted; weights say whose they are and how often.

    Attributes:
        order: rows by their place on each line, (k, n).
        gaps: from each place to the next, (k, n); the last is 0.
        fake: each row's share of the fake law, (n,).
        real: each row's share of the real law, (n,).
        sizes: draws behind the shares of either side.
    """

    order: Integers
    gaps: Floats
    fake: Floats
    real: Floats
    sizes: tuple[int, int]

    @classmethod
    def of(cls, fake: Floats, real: Floats, lines: Floats) -> Slices:
        """Two clouds (n, d), (m, d) along lines (k, d)."""
        n, m = len(fake), len(real)
        order, gaps = sorted_along(np.concatenate([fake, real]) @ lines.T)
        mine = np.repeat([1 / n, 0.0], [n, m])
        return cls(order, gaps, mine, np.repeat([0.0, 1 / m], [n, m]), (n, m))

    def judged(self) -> tuple[float, float]:
        """The distance, and its deviation from the influence of each row.

        With s = sign(F - G), row x adds h(x) = mean over lines of int_{t >= x} s dt to F's side
        and takes as much from G's:   Var D = Var_F h / n + Var_G h / m.
        """
        ahead = np.cumsum((self.fake - self.real)[self.order], axis=1)
        value = float((np.abs(ahead) * self.gaps).sum(1).mean())
        signed = np.sign(ahead) * self.gaps
        influence = np.empty_like(signed)
        np.put_along_axis(influence, self.order, signed[:, ::-1].cumsum(1)[:, ::-1], axis=1)
        h = influence.mean(0)
        sides = zip((self.fake, self.real), self.sizes, strict=True)
        variance = sum((share @ h**2 - (share @ h) ** 2) / size for share, size in sides)
        return value, float(np.sqrt(max(variance, 0.0)))


def sorted_along(places: Floats) -> tuple[Integers, Floats]:
    """The order of rows on each line and the gaps between neighbours, from places (n, k)."""
    columns = np.ascontiguousarray(places.T)
    order = np.argsort(columns, axis=1, kind="stable")
    placed = np.take_along_axis(columns, order, axis=1)
    return order, np.diff(placed, axis=1, append=placed[:, -1:])


def perfect_bounds(
    places: Floats, n_fake: int, draws: int, z: float, rng: np.random.Generator
) -> Floats:
    """Value and upper bound of perfect generators, (draws, 2): both sides drawn from real rows.

    Both clouds are drawn with replacement from the real rows, whose places (m, k) are sorted
    once. That is right here: the distance reads distribution functions, whose fluctuations the
    bootstrap has right, and never the gap between two neighbours alone.
    """
    order, gaps = sorted_along(places)
    m = len(places)
    even = np.full(m, 1 / m)
    found = np.empty((draws, 2))
    for draw in range(draws):
        fake, real = (rng.multinomial(size, even) / size for size in (n_fake, m))
        value, deviation = Slices(order, gaps, fake, real, (n_fake, m)).judged()
        found[draw] = value, value + z * deviation
    return found


# --------------------------------------------------------------------------------- the words

Sentence = Callable[[Equivalence], str]

SENTENCES: tuple[tuple[Callable[[Equivalence], bool], Sentence], ...] = (
    (
        lambda it: it.passed,
        lambda it: (
            f"close: within {it.upper:.2g} of the data's spread with {it.level:.0%} "
            f"confidence, margin {it.margin:.2g} (n = {it.n_real}; a perfect generator passes in "
            f"{it.power:.0%})"
        ),
    ),
    (
        lambda it: it.power < SURE,
        lambda it: (
            f"not shown to be close: {it.n_real:,} rows are too few to show {it.margin:.2g} "
            f"of the data's spread (a perfect generator would pass in {it.power:.0%}, at "
            f"{it.reach:.2g} in {SURE:.0%}); this one is within {it.upper:.2g} with "
            f"{it.level:.0%} confidence"
        ),
    ),
    (
        lambda it: True,
        lambda it: (
            f"not shown to be close: as far as {it.upper:.2g} of the data's spread, margin "
            f"{it.margin:.2g} (n = {it.n_real}; a perfect generator would pass in {it.power:.0%})"
        ),
    ),
)
"""What is said, by the first that holds."""
