"""Regions that one side fills and the other does not: how they are tested, mended and told."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from scipy.stats import fisher_exact

from saddle.judge.gaps.base import Clouds, Gap, Mask, Share, Shares, Told, shown
from saddle.measure.base import Floats, Integers
from saddle.runs import Json

HALF = 0.5
"""A region is missing where its fake share is below half of its real share."""
EXAMPLES = 5
OUTER = 0.05, 0.95
"""Quantiles between which a region's rows are said to lie."""
TELLING = 0.7
"""A column tells where a region is, if the region's rows spread less than this of all rows."""


@dataclass(frozen=True, eq=False)
class Region:
    """A part of the space that was found on some rows and is judged on the others.

    Attributes:
        holds: from rows (n, d) to those inside (n,).
        found_real: numbers of the real rows that it was found on; none of them is counted.
        found_fake: numbers of the fake rows that it was found on.
        box: the bounds of each column, (d, 2), where it is a box.
        parts: of a region in several places, what each of them holds.
    """

    holds: Callable[[Floats], Mask]
    found_real: Integers
    found_fake: Integers
    box: Floats | None = None
    parts: tuple[Callable[[Floats], Mask], ...] = ()

    def fresh(self, clouds: Clouds) -> Clouds:
        """The rows that did not find it."""
        return clouds.kept(
            ~np.isin(clouds.real_rows, self.found_real),
            ~np.isin(clouds.fake_rows, self.found_fake),
        )

    def pooled(self, clouds: Clouds) -> float:
        """Its share of both sides, each side weighing the same."""
        return float(self.holds(clouds.real).mean() + self.holds(clouds.fake).mean()) / 2

    def smaller(self, clouds: Clouds) -> Region:
        """It, or all the rest where it is most of both sides: "all but this" is a hard read."""
        holds = self.holds
        return self if self.pooled(clouds) <= 0.5 else replace(self, holds=lambda x: ~holds(x))

    def shares(self, clouds: Clouds) -> Shares:
        """Its share of each side, on fresh rows."""
        fresh = self.fresh(clouds)
        inside = [self.holds(side) for side in (fresh.real, fresh.fake)]
        real, fake = (Share(int(i.sum()), len(i)) for i in inside)
        return Shares(real, fake)

    def p_value(self, clouds: Clouds) -> float:
        """Fisher's exact test of the two shares."""
        real, fake = self.shares(clouds)
        counts = [[real.hits, real.of - real.hits], [fake.hits, fake.of - fake.hits]]
        return float(fisher_exact(counts)[1])

    def repair(self, clouds: Clouds) -> Clouds:
        """Rows inside are left out at random on the side that has more, until shares agree.

        A side that has no row outside cannot be thinned: the other side loses its rows outside.
        """
        real, fake = self.holds(clouds.real), self.holds(clouds.fake)
        p, q = real.mean(), fake.mean()
        if max(p, q) == 1:
            return clouds.kept(real, fake)
        return clouds.kept(
            _thinned(real, min(p, q), clouds.rng(3)), _thinned(fake, min(p, q), clouds.rng(3))
        )

    def kind(self, clouds: Clouds) -> str:
        """Missing, invented, or a region that is made too rarely or too often."""
        real, fake = self.shares(clouds)
        if fake.value < HALF * real.value:
            return "missing"
        return "invented" if real.value < HALF * fake.value else "region"

    def tell(self, clouds: Clouds, columns: Sequence[str]) -> Told:
        """Its shares, where it lies, and examples of the side that has more."""
        shares = self.shares(clouds)
        real = shares.real.value >= shares.fake.value
        rows, numbers = (
            (clouds.real, clouds.real_rows) if real else (clouds.fake, clouds.fake_rows)
        )
        places = [self._place(rows, holds, clouds.unit) for holds in self.parts or (self.holds,)]
        each = max(1, EXAMPLES // len(places))
        shown = np.concatenate([place.nearest(rows)[:each] for place in places])
        words = f"{shares.real.words('real')}, {shares.fake.words('fake')}"
        facts: Json = {
            "real": shares.real.json(),
            "fake": shares.fake.json(),
            "of": "real" if real else "fake",
            "places": [place.json(columns) for place in places],
            "rows": rows[shown].tolist(),
        }
        examples = [int(i) for i in numbers[shown]]
        return Told(self.kind(clouds), _where(places, columns), words, facts, examples)

    def _place(self, rows: Floats, holds: Callable[[Floats], Mask], unit: Floats) -> Place:
        inside = holds(rows)
        low, high = np.quantile(rows[inside], OUTER, axis=0)
        wide = np.subtract(*np.quantile(rows, OUTER[::-1], axis=0))
        tells = _telling((high - low) / np.where(wide > 0, wide, 1), self.box)
        return Place(np.median(rows[inside], axis=0), low, high, unit, tells, self.box, inside)

    def gap(self, family: str) -> Gap:
        """It as a guess."""
        return Gap(family, self.p_value, self.repair, self.tell, self.holds)


class Place(NamedTuple):
    """Where a region lies.

    Attributes:
        centre: (d,) medians of its rows.
        low: (d,) of 20 rows inside one lies below.
        high: (d,) one lies above.
        unit: (d,) spread of each column.
        tells: the columns that say where it is, the most telling first.
        box: (d, 2) its bounds, where it is a box.
        inside: (n,) the rows that lie there.
    """

    centre: Floats
    low: Floats
    high: Floats
    unit: Floats
    tells: Integers
    box: Floats | None
    inside: Mask

    def nearest(self, rows: Floats) -> Integers:
        """Its rows, the nearest to its centre first."""
        numbers = np.flatnonzero(self.inside)
        far = (((rows[numbers] - self.centre) / self.unit) ** 2).sum(1)
        return numbers[np.argsort(far, kind="stable")]

    def words(self, columns: Sequence[str]) -> str:
        """The most telling columns with the values that rows inside have."""
        said = [self._bounds(j, columns[j]) for j in self.tells[:NAMED]]
        more = len(self.tells) - NAMED
        rest = f" and {more} more" if more > 0 else ""
        return f"{'near' if self.box is None else 'where'} {', '.join(said)}{rest}"

    def _bounds(self, j: int, name: str) -> str:
        unit = float(self.unit[j])
        if self.box is None:
            ends = [shown(float(v[j]), unit) for v in (self.centre, self.low, self.high)]
            return f"{name} {ends[0]} ({ends[1]} to {ends[2]})"
        low, high = (float(end) for end in self.box[j])
        above = f"{shown(low, unit)} < " if np.isfinite(low) else ""
        below = f" <= {shown(high, unit)}" if np.isfinite(high) else ""
        return f"{above}{name}{below}"

    def json(self, columns: Sequence[str]) -> Json:
        """By column: centre, and the interval of nine rows in ten."""
        ends = zip(columns, self.low, self.high, strict=True)
        centres = zip(columns, self.centre, strict=True)
        return {
            "centre": {name: float(centre) for name, centre in centres},
            "tells": [columns[j] for j in self.tells],
            "between": {name: [float(low), float(high)] for name, low, high in ends},
        }


NAMED = 3
"""Columns that are named of a region's place, and places of a region, at most."""


def _where(places: Sequence[Place], columns: Sequence[str]) -> str:
    """Each place, and how many there are where they are several."""
    said = "; ".join(place.words(columns) for place in places[:NAMED])
    more = len(places) - NAMED
    rest = f"; and {more} more" if more > 0 else ""
    return said if len(places) == 1 else f"in {len(places)} places: {said}{rest}"


def _thinned(inside: Mask, share: float, rng: np.random.Generator) -> Mask:
    """Which rows stay, so that those inside make up the share at most."""
    stays = round(int((~inside).sum()) * share / (1 - share))
    found = ~inside
    found[rng.permutation(np.flatnonzero(inside))[:stays]] = True
    return found


def _telling(spread: Floats, box: Floats | None) -> Integers:
    """The columns that say where it is, the most telling first."""
    bounded: Mask = np.ones(len(spread), dtype=bool)
    if box is not None:
        bounded = np.asarray(np.isfinite(box).any(axis=1))
    order = np.argsort(np.where(bounded, spread, np.inf), kind="stable")
    telling = order[bounded[order] & ((spread[order] < TELLING) | (box is not None))]
    return telling if len(telling) else order[:1]


def halves(clouds: Clouds) -> tuple[tuple[Mask, Mask], tuple[Mask, Mask]]:
    """Half of each side and the other half; a side's own size and the seed decide."""
    real, fake = (
        clouds.rng(4).permutation(rows.max() + 1)[rows] % 2 == 0
        for rows in (clouds.real_rows, clouds.fake_rows)
    )
    return (real, fake), (~real, ~fake)
