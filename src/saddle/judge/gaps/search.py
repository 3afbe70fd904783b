"""Which gaps are named, in which order: those that hold, by what their repair takes away."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from saddle.judge.gaps.account import JUDGED, Account, Carried, Judge, carried
from saddle.judge.gaps.base import Clouds, Gap, Mask
from saddle.judge.gaps.finders import FINDERS
from saddle.measure.two_sample.axes import holm

TRIED = 2
"""Gaps of a finder whose repair is judged by critics of its own, at most, for each one named."""
TIE, SURE = 0.9, 2.0
"""A gap accounts for nearly as much as the best if it does for this share, and for less by at most
so many standard errors."""
STILL = 0.01
"""p-value up to which a gap still holds once another one is repaired."""
LITTLE = 0.01
"""Part of the whole divergence that every finding after the first must account for."""
TOLD = 0.5
"""A region most of whose rows lie in those that are named already is not named again."""
LEAST, PART = 50, 0.1
"""Rows, and part of a side's rows, that repairs must leave: fewer could not be told apart."""


@dataclass(frozen=True, eq=False)
class Candidate:
    """A gap that holds.

    Attributes:
        gap: the guess.
        p: its p-value after Holm's correction over all guesses.
    """

    gap: Gap
    p: float


@dataclass(frozen=True, eq=False)
class Found:
    """A gap that is named.

    Attributes:
        gap: what.
        p: as of the candidate.
        carries: what its repair takes away of what the ones before it have left.
        left: the account after its repair.
    """

    gap: Gap
    p: float
    carries: Carried
    left: Account


@dataclass(frozen=True, eq=False)
class Search:
    """Names gaps one after another.

    Attributes:
        clouds: what is explained.
        judge: critics of a part of it.
        parts: which rows of each side the critics see, (n,) and (m,).
        limit: a candidate whose p-value rises above it is explained by what was named.
    """

    clouds: Clouds
    judge: Judge
    parts: tuple[Mask, Mask]
    limit: float

    @classmethod
    def of(cls, clouds: Clouds, limit: float) -> Search:
        """With critics of at most JUDGED rows a side."""
        rng = clouds.rng(8)
        sizes = len(clouds.real), len(clouds.fake)
        first, second = (rng.permutation(n) < JUDGED for n in sizes)
        return cls(clouds, Judge(clouds.kept(first, second)), (first, second), limit)

    def named(self, candidates: Sequence[Candidate], most: int) -> Iterator[Found]:
        """The gaps in order, each judged on what the ones before it have left."""
        state, alive, first = self.clouds, list(candidates), self.judge.first
        before = first
        for _ in range(most):
            alive = [c for c in alive if c.gap.p_value(state) <= self.limit]
            mended = [c for c in alive if self._leaves_enough(c.gap.repair(state))]
            if not mended:
                return
            best, after = self._best(state, before, mended)
            if before is not first and before.nats - after.nats < LITTLE * first.nats:
                return
            yield Found(best.gap, best.p, carried(first, before, after), after)
            state, before = best.gap.repair(state), after
            alive = [c for c in alive if c is not best and not self._told(c.gap, best.gap)]

    def _told(self, gap: Gap, named: Gap) -> bool:
        """Whether a region lies mostly in another one."""
        if gap.holds is None or named.holds is None:
            return False
        rows = np.concatenate([self.clouds.real, self.clouds.fake])
        inside = gap.holds(rows)
        return float((inside & named.holds(rows)).sum()) >= TOLD * float(inside.sum())

    def _leaves_enough(self, repaired: Clouds) -> bool:
        """Whether critics of what a repair leaves would still see a difference."""
        sides = (repaired.real, self.clouds.real), (repaired.fake, self.clouds.fake)
        return all(len(left) >= max(LEAST, PART * len(given)) for left, given in sides)

    def _best(
        self, state: Clouds, before: Account, alive: Sequence[Candidate]
    ) -> tuple[Candidate, Account]:
        """The one that accounts for most.

        Of those that account for nearly as much, the one that explains most of the others; of
        those, the simplest.
        """
        tried = self._promising(state, alive)
        accounts = [self.judge.account(self._part(c.gap.repair(state))) for c in tried]
        best = min(accounts, key=lambda account: account.nats)
        both = zip(tried, accounts, strict=True)
        good = [(c, a) for c, a in both if a is best or self._as_good(a, best, before)]
        return min(good, key=lambda it: self._unexplained(state, it[0], [c for c, _ in good]))

    def _unexplained(
        self, state: Clouds, candidate: Candidate, others: Sequence[Candidate]
    ) -> int:
        """How many of the others still hold once it is repaired."""
        if len(others) == 1:
            return 0
        repaired = candidate.gap.repair(state)
        return sum(other.gap.p_value(repaired) <= STILL for other in others)

    def _as_good(self, simple: Account, best: Account, before: Account) -> bool:
        """Whether a gap accounts for nearly as much, and not for surely less."""
        more = carried(self.judge.first, simple, best)
        nearly = before.nats - simple.nats >= TIE * (before.nats - best.nats)
        return nearly and more.nats <= SURE * more.error

    def _promising(self, state: Clouds, alive: Sequence[Candidate]) -> list[Candidate]:
        """Of each finder those whose repair leaves the first critics least to tell."""
        left = {id(c): self.judge.glance(self._part(c.gap.repair(state))).nats for c in alive}
        found = []
        for family in FINDERS:
            mine = [c for c in alive if c.gap.family == family]
            found += sorted(mine, key=lambda c: left[id(c)])[:TRIED]
        return found

    def _part(self, clouds: Clouds) -> Clouds:
        return clouds.kept(self.parts[0][clouds.real_rows], self.parts[1][clouds.fake_rows])


def candidates(clouds: Clouds, alpha: float) -> tuple[list[Candidate], int]:
    """The guesses that hold at a family-wise level, and how many there were."""
    guesses = [gap for finder in FINDERS.values() for gap in finder(clouds)]
    p = holm(np.array([gap.p_value(clouds) for gap in guesses]))
    return [Candidate(g, float(q)) for g, q in zip(guesses, p, strict=True) if q <= alpha], len(p)
