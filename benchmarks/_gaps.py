"""Pairs of clouds with a gap planted in one of them, of a size that an analyst would call a gap.

Mixtures: 2 to 8 columns, 4 to 8 clusters of at least 8 % each, at least 3.5 apart, whose own
spread is .3 to .9 in each direction. Tables: 3 to 8 columns tied by one or two factors, each
skewed or heavy-tailed in its own way, and a segment of 8 to 20 % that lies 2.5 to 3.5 deviations
away in 2 to 4 columns. Columns have units between about 1/20 and 20; each side has 1,000 to 3,000
rows, drawn apart. The gaps:

- a cluster or the segment is never made;
- a column is shifted by half its deviation;
- a column that hangs on one other with a correlation of .65 to .75, and on the rest only through
  it, is shuffled within the sample.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import stats

Floats = npt.NDArray[np.float64]
Labels = npt.NDArray[np.int64]
Shape = Callable[[Floats], Floats]
SIZES = 1000, 3001
APART, LEAST = 3.5, 0.08

SHAPES: tuple[Shape, ...] = (
    stats.lognorm(0.8).ppf,
    stats.gamma(1.5).ppf,
    stats.t(4).ppf,
    stats.norm.ppf,
    stats.expon.ppf,
    np.square,
)
"""From ranks to values: the laws of a table's columns."""


class Drawn(NamedTuple):
    """Rows (n, d) and which cluster each is of, (n,)."""

    rows: Floats
    label: Labels


@dataclass(frozen=True)
class World:
    """Where rows come from.

    Attributes:
        draw: from a number, a stream and the cluster that is left out, or None, to rows.
        clusters: the clusters that may be left out.
        d: columns.
    """

    draw: Callable[[int, np.random.Generator, int | None], Drawn]
    clusters: tuple[int, ...]
    d: int


@dataclass(frozen=True)
class Planted:
    """Two clouds and what was planted.

    Attributes:
        fake: (m, d).
        real: (n, d).
        kind: missing, column, pair, or nothing.
        columns: the columns that the gap is about.
        lost: (n,) the real rows that are never made.
    """

    fake: Floats
    real: Floats
    kind: str
    columns: tuple[int, ...] = ()
    lost: npt.NDArray[np.bool_] | None = None


def mixture(rng: np.random.Generator) -> World:
    """Clusters apart from one another, each turned and stretched in its own way."""
    d, k = int(rng.integers(2, 9)), int(rng.integers(4, 9))
    weights = LEAST + (1 - LEAST * k) * rng.dirichlet(np.full(k, 5.0))
    centres = _apart(k, d, rng)
    turns = [np.linalg.qr(rng.normal(size=(d, d)))[0] * rng.uniform(0.3, 0.9, d) for _ in range(k)]
    shapes = np.array(turns)
    unit, offset = np.exp(1.5 * rng.normal(size=d)), 10 * rng.normal(size=d)

    def draw(n: int, rng: np.random.Generator, without: int | None) -> Drawn:
        left = np.where(np.arange(k) == without, 0, weights)
        label = rng.choice(k, n, p=left / left.sum())
        noise = np.einsum("nij,nj->ni", shapes[label], rng.normal(size=(n, d)))
        return Drawn((centres[label] + noise) * unit + offset, label)

    return World(draw, tuple(range(k)), d)


def _apart(k: int, d: int, rng: np.random.Generator) -> Floats:
    """Centres (k, d) in a cube of side 8, begun anew where no further one fits."""
    found: list[Floats] = []
    while len(found) < k:
        centre = rng.uniform(-4, 4, d)
        if all(np.linalg.norm(centre - other) > APART for other in found):
            found.append(centre)
        elif rng.random() < 0.01:
            found = []
    return np.array(found)


def table(rng: np.random.Generator) -> World:
    """Tied columns with a law each, and a segment that lies elsewhere."""
    d = int(rng.integers(3, 9))
    tied = np.linalg.cholesky(_factors(d, rng))
    laws = [SHAPES[rng.integers(len(SHAPES))] for _ in range(d)]
    spread = np.array([law(np.linspace(0.001, 0.999, 999)).std() for law in laws])
    share, unit = rng.uniform(LEAST, 0.2), np.exp(1.5 * rng.normal(size=d))
    where = rng.permutation(d)[: int(rng.integers(2, min(d, 4) + 1))]
    offset = np.zeros(d)
    offset[where] = rng.choice([-1, 1], len(where)) * rng.uniform(2.5, 3.5, len(where))

    def draw(n: int, rng: np.random.Generator, without: int | None) -> Drawn:
        ranks = stats.norm.cdf(rng.normal(size=(n, d)) @ tied.T)
        label = (rng.random(n) < (0 if without else share)).astype(np.int64)
        values = np.stack([law(column) for law, column in zip(laws, ranks.T, strict=True)], axis=1)
        return Drawn((values + label[:, None] * offset * spread) * unit, label)

    return World(draw, (1,), d)


def _factors(d: int, rng: np.random.Generator) -> Floats:
    """A correlation matrix of one or two factors."""
    loads = 0.6 * rng.normal(size=(d, int(rng.integers(1, 3))))
    covariance = loads @ loads.T + np.diag(rng.uniform(0.5, 1.5, d))
    scale = np.sqrt(np.diag(covariance))
    correlation: Floats = covariance / np.outer(scale, scale)
    return correlation


WORLDS: dict[str, Callable[[np.random.Generator], World]] = {"mixture": mixture, "table": table}


def nothing(world: World, sizes: tuple[int, int], rng: np.random.Generator) -> Planted:
    """Two draws of one law."""
    real, fake = (world.draw(n, rng, None).rows for n in sizes)
    return Planted(fake, real, "nothing")


def dropped(world: World, sizes: tuple[int, int], rng: np.random.Generator) -> Planted:
    """A cluster is never made."""
    lost = int(rng.choice(world.clusters))
    real = world.draw(sizes[0], rng, None)
    fake = world.draw(sizes[1], rng, lost).rows
    return Planted(fake, real.rows, "missing", lost=real.label == lost)


def shifted(world: World, sizes: tuple[int, int], rng: np.random.Generator) -> Planted:
    """A column is shifted by half of its deviation."""
    both = nothing(world, sizes, rng)
    j = int(rng.integers(world.d))
    both.fake[:, j] += rng.choice([-1, 1]) * 0.5 * both.real[:, j].std()
    return Planted(both.fake, both.real, "column", (j,))


def broken(world: World, sizes: tuple[int, int], rng: np.random.Generator) -> Planted:
    """A column that hangs on one other is shuffled."""
    i, j = (int(k) for k in rng.permutation(world.d)[:2])
    r = rng.choice([-1, 1]) * rng.uniform(0.65, 0.75)
    law = SHAPES[rng.integers(len(SHAPES))]
    sides = [world.draw(n, rng, None).rows for n in sizes]
    middle, spread = sides[0][:, i].mean(), sides[0][:, i].std()
    for rows in sides:
        own = law(rng.random(len(rows)))
        own = (own - own.mean()) / own.std()
        rows[:, j] = r * (rows[:, i] - middle) / spread + np.sqrt(1 - r**2) * own
    real, fake = sides
    fake[:, j] = rng.permutation(fake[:, j])
    return Planted(fake, real, "pair", (min(i, j), max(i, j)))


GAPS: dict[str, Callable[[World, tuple[int, int], np.random.Generator], Planted]] = {
    "dropped cluster": dropped,
    "shifted column": shifted,
    "broken pair": broken,
    "nothing": nothing,
}


def plant(gap: str, world: str, seed: int) -> Planted:
    """The pair of clouds of a gap, a world and a seed."""
    places = list(GAPS).index(gap), list(WORLDS).index(world)
    rng = np.random.default_rng([seed, *places])
    real, fake = (int(n) for n in rng.integers(*SIZES, 2))
    return GAPS[gap](WORLDS[world](rng), (real, fake), rng)
