"""The equivalence test: how often it certifies what is wrong, and what is perfect.

Each law is made wrong in three ways, each by so much that its distance from the true law is the
margin, or twice the margin: moved, made wider, or with mass or dependence between columns shifted.
How much that takes is found on draws of its own. At most 5 % of 200 generators that are wrong by
twice the margin may be certified, and about 5 % of those that are wrong by the margin itself; a
perfect one is certified as often as the power says that is printed beside every verdict.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq

from _common import Bench, Row, Target, column
from saddle.judge.equivalence import (
    DIRECTIONS,
    Slices,
    directions_in,
    equivalence,
    slice_of_unit,
)
from saddle.measure.base import Floats
from saddle.sources.planes import moons_at

Rng = np.random.Generator
Draw = Callable[[Rng, int], Floats]

MARGIN, N, DRAWS, SOLVED = 0.1, 2_000, 200, 40_000
MOST, ERROR = 0.05, 0.0154


@dataclass(frozen=True)
class Law:
    """A true law, and ways in which a generator of it may be wrong by an amount e in [0, 1]."""

    d: int
    true: Draw
    wrong: Mapping[str, Callable[[float], Draw]]


def ring(rng: Rng, n: int, light: float = 0.0) -> Floats:
    """Eight modes on a circle; three of them, side by side, are lighter by a share."""
    weights = np.where(np.arange(8) < 3, 1 - light, 1.0)
    angle = 2 * np.pi * rng.choice(8, n, p=weights / weights.sum()) / 8
    return np.stack([np.cos(angle), np.sin(angle)], 1) + 0.02 * rng.normal(size=(n, 2))


def moons(rng: Rng, n: int, light: float = 0.0) -> Floats:
    """Two half circles; the upper one is lighter by a share."""
    upper = rng.random(n) < 0.5 * (1 - light)
    u = 0.5 * (rng.random(n) + ~upper)
    return moons_at(u) + 0.1 * rng.normal(size=(n, 2))


def normal(rng: Rng, n: int, tied: float = 0.0) -> Floats:
    """Five normal columns; every pair is correlated by an amount."""
    common = rng.normal(size=(n, 1))
    return np.sqrt(1 - tied) * rng.normal(size=(n, 5)) + np.sqrt(tied) * common


def moved(true: Draw) -> Callable[[float], Draw]:
    """Every row moved along every column."""
    return lambda e: lambda rng, n: true(rng, n) + e


def wider(true: Draw) -> Callable[[float], Draw]:
    """Every row farther from the origin by a share."""
    return lambda e: lambda rng, n: true(rng, n) * (1 + e)


def shifted(draw: Callable[[Rng, int, float], Floats]) -> Callable[[float], Draw]:
    """The law's own third way."""
    return lambda e: lambda rng, n: draw(rng, n, e)


LAWS = {
    "ring": Law(2, ring, {"moved": moved(ring), "wider": wider(ring),
                          "lighter modes": shifted(ring)}),
    "moons": Law(2, moons, {"moved": moved(moons), "wider": wider(moons),
                            "a lighter moon": shifted(moons)}),
    "five normal columns": Law(5, normal, {"moved": moved(normal), "wider": wider(normal),
                                           "tied columns": shifted(normal)}),
}  # fmt: skip


def far(law: Law, draw: Draw) -> float:
    """The distance of a law from the true one, on many draws."""
    rng = np.random.default_rng(1_000)
    x, y = draw(rng, SOLVED), law.true(rng, SOLVED)
    centre, unit = y.mean(0), y.std(0)
    lines = directions_in(law.d, DIRECTIONS, rng) / slice_of_unit(law.d)
    return Slices.of((x - centre) / unit, (y - centre) / unit, lines).judged()[0]


def amount(law: Law, way: str, distance: float) -> float:
    """How wrong that is: e at which the distance is reached."""
    return float(brentq(lambda e: far(law, law.wrong[way](e)) - distance, 0.0, 1.0, xtol=1e-3))


def certified(bench: Bench, law: Law, draw: Draw, *, perfect: bool = False) -> Row:
    """How often the test passes a generator, and its mean power."""
    rng = np.random.default_rng(bench.seeds[0])
    n, margin = int(bench.options.n), float(bench.options.margin)
    found = [
        equivalence(
            draw(rng, n), law.true(rng, n), margin=margin, draws=40 if perfect else 1, seed=k
        )
        for k in range(int(bench.options.draws))
    ]
    return {
        "certified %": 100 * float(np.mean([it.passed for it in found])),
        "mean bound": float(np.mean([it.upper for it in found])),
        "power %": 100 * float(np.mean([it.power for it in found])) if perfect else None,
    }


def rows_of(bench: Bench, name: str) -> Iterator[Row]:
    """A law: perfect, and wrong in each way by each of the multiples of the margin."""
    law, margin = LAWS[name], float(bench.options.margin)
    for times in map(int, bench.options.times.split(",")):
        label = {"law": name, "distance": times * margin}
        if times == 0:
            yield {**label, "wrong": "not at all", **certified(bench, law, law.true, perfect=True)}
            continue
        for way in law.wrong:
            e = amount(law, way, times * margin)
            found = certified(bench, law, law.wrong[way](e))
            yield {**label, "wrong": way, "amount": e, **found}


def targets(rows: Sequence[Row], margin: float) -> Iterator[Target]:
    """What was asked for, of what was drawn."""
    twice, once, perfect = (
        [row for row in rows if row["distance"] == times * margin] for times in (2, 1, 0)
    )
    if twice:
        most = max(column(twice, "certified %"))
        yield Target("wrong by twice the margin", f"certified in <= {100 * MOST:g} % of each",
                     f"at most {most:.1f} %", most <= 100 * MOST)  # fmt: skip
    if once:
        most = max(column(once, "certified %"))
        yield Target("wrong by the margin", "certified in <= 5 % + 3 standard errors of each",
                     f"at most {most:.1f} %", most <= 100 * (MOST + 3 * ERROR))  # fmt: skip
    if perfect:
        both = zip(column(perfect, "certified %"), column(perfect, "power %"), strict=True)
        apart = max(abs(a - b) for a, b in both)
        yield Target("perfect: certified as often as the power says", "within 12 points",
                     f"{apart:.1f} points apart", apart <= 12)  # fmt: skip


def main() -> None:
    bench = Bench("equivalence", "The equivalence test", seeds="0", n=N, margin=MARGIN,
                  draws=DRAWS, times="2,1,0")  # fmt: skip
    rows: list[Row] = []
    for name in LAWS:
        rows += rows_of(bench, name)
        bench.tell(f"{name}: done")
    margin = float(bench.options.margin)
    bench.show(
        rows,
        targets=list(targets(rows, margin)),
        notes=[
            f"{bench.options.draws} draws of each, n = {bench.options.n:,} a side, margin "
            f"{margin:g} of the data's spread; 3 standard errors of 5 % are 4.6 points"
        ],
    )


if __name__ == "__main__":
    main()
