"""Two-sample tests of whatever has rows: files, arrays, sources and runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from saddle.errors import bad
from saddle.judge.sides import REAL, Draw, Side, Sides, joined, read_side
from saddle.measure import Result, two_sample
from saddle.sources.opening import Names


@dataclass(frozen=True)
class Reading:
    """How both sides are read.

    Attributes:
        n: rows a side: at most, of rows that are there; exactly, of what is drawn.
        seed: of every draw.
        columns: which columns of a table; all where None.
        draw: what draws from a run.
    """

    n: int | None = None
    seed: int = 0
    columns: Names | None = None
    draw: Draw | None = None

    def __post_init__(self) -> None:
        if self.seed < 0:
            raise bad("seed", self.seed, "a whole number of at least 0")

    def side(self, what: Any, part: str, *, n: int | None) -> Side:
        """One side; the part keeps two draws of one source apart, the seed two of one run."""
        seed = self.seed + REAL * (part == FINAL)
        return read_side(what, n=n, seed=seed, columns=self.columns, draw=self.draw, part=part)


WATCH, FINAL = "watch", "final"


def both(a: Any, b: Any, reading: Reading) -> Sides:
    """Both sides, all rows that are there; of what is drawn, as many as the other side has."""
    first, second = (reading.side(it, part, n=reading.n) for it, part in ((a, WATCH), (b, FINAL)))
    if reading.n is None and first.total is None and second.total is not None:
        first = reading.side(a, WATCH, n=second.n)
    if reading.n is None and second.total is None and first.total is not None:
        second = reading.side(b, FINAL, n=first.n)
    return joined(first, second)


def told_apart(
    sides: Sides, *, tests: str | Sequence[str], seed: int, permutations: int
) -> list[Result]:
    """One result a test; each tells of rows that were not read."""
    found = two_sample(
        sides.fake.rows,
        sides.real.rows,
        tests=tests,
        seed=seed,
        permutations=permutations,
        columns=sides.columns if sides.fake.named else None,
    )
    unread = [
        f"{side.n} of {side.total} rows of {name} were read"
        for name, side in (("a", sides.fake), ("b", sides.real))
        if side.total is not None and side.n < side.total
    ]
    return [it._replace(note="; ".join([*unread, *filter(None, [it.note])])) for it in found]
