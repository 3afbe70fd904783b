"""Regions that one side fills and the other does not: how they are tested, mended and told."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.stats import fisher_exact

from saddle.judge.gaps.base import Clouds, Gap, Mask, Share, Shares
from saddle.measure.base import Floats, Integers

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
    """

    holds: Callable[[Floats], Mask]
    found_real: Integers
    found_fake: Integers
    box: Floats | None = None

    def fresh(self, clouds: Clouds) -> Clouds:
        """The rows that did not find it."""
        return clouds.kept(
            ~np.isin(clouds.real_rows, self.found_real), ~np.isin(clouds.fake_rows, self.found_fake)
        )

    def shares(self, clouds: Clouds) -> Shares:
        """Its share of each side, on fresh rows."""
        fresh = self.fresh(clouds)
        inside = [self.holds(side) for side in (fresh.real, fresh.fake)]
        real, fake = (Share(int(i.sum()), len(i)) for i in inside)
        return Shares(real, fake)

    def p_value(self, clouds: Clouds) -> float:
        """Fisher's exact test of the two shares."""
        real, fake = self.shares(clouds)
        counts = [[real.count, real.of - real.count], [fake.count, fake.of - fake.count]]
        return float(fisher_exact(counts)[1])

    def repair(self, clouds: Clouds) -> Clouds:
        """Rows inside are left out at random on the side that has more, until shares agree.

        A side that has no row outside cannot be thinned: the other side loses its rows outside.
        """
        real, fake = self.holds(clouds.real), self.holds(clouds.fake)
        p, q = real.mean(), fake.mean()
        if max(p, q) == 1:
            return clouds.kept(real, fake)
        return clouds.kept(_thinned(real, min(p, q), clouds.rng(3)),
                           _thinned(fake, min(p, q), clouds.rng(3)))

    def kind(self, clouds: Clouds) -> str:
        """Missing, invented, or a region that is made too rarely or too often."""
        real, fake = self.shares(clouds)
        if fake.value < HALF * real.value:
            return "missing"
        return "invented" if real.value < HALF * fake.value else "region"

    def tell(self, clouds: Clouds) -> Mapping[str, Any]:
        """Its shares, where it lies, and examples of the side that has more."""
        real, fake = self.shares(clouds)
        of_real = real.value >= fake.value
        rows = clouds.real if of_real else clouds.fake
        numbers = clouds.real_rows if of_real else clouds.fake_rows
        inside = self.holds(rows)
        held = rows[inside]
        centre = np.median(held, axis=0)
        near = np.argsort((((held - centre) / clouds.unit) ** 2).sum(1), kind="stable")[:EXAMPLES]
        low, high = np.quantile(held, OUTER, axis=0)
        wide = np.subtract(*np.quantile(rows, OUTER[::-1], axis=0))
        return {
            "shares": Shares(real, fake),
            "centre": centre,
            "low": low,
            "high": high,
            "box": self.box,
            "tells": _telling((high - low) / np.where(wide > 0, wide, 1), self.box),
            "examples": numbers[inside][near],
            "rows": held[near],
        }

    def gap(self, family: str) -> Gap:
        """It as a guess."""
        return Gap(family, (), self.p_value, self.repair, self.tell, self.kind, self.holds)


def _thinned(inside: Mask, share: float, rng: np.random.Generator) -> Mask:
    """Which rows stay, so that those inside make up the share."""
    outside = int((~inside).sum())
    stays = round(outside * share / (1 - share))
    found = ~inside
    found[rng.permutation(np.flatnonzero(inside))[:stays]] = True
    return found


def _telling(spread: Floats, box: Floats | None) -> Integers:
    """The columns that say where it is, the most telling first."""
    if box is not None:
        spread = np.where(np.isfinite(box).any(1), spread, np.inf)
    order = np.argsort(spread, kind="stable")
    telling = order[spread[order] < (np.inf if box is not None else TELLING)]
    return telling if len(telling) else order[:1]


def halves(clouds: Clouds) -> tuple[tuple[Mask, Mask], tuple[Mask, Mask]]:
    """Half of each side and the other half; a side's own size and the seed decide."""
    first = [
        clouds.rng(4).permutation(rows.max() + 1)[rows] % 2 == 0
        for rows in (clouds.real_rows, clouds.fake_rows)
    ]
    return (first[0], first[1]), (~first[0], ~first[1])
