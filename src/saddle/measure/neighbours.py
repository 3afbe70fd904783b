"""Precision, recall, density and coverage: which samples lie among the others' neighbours.

    B_i          the closed ball around real i that reaches to its k-th nearest other real sample
    precision    share of fakes in any ball of a real          recall    the same, sides exchanged
    density      real balls that hold a fake, mean over fakes, over k
    coverage     share of reals whose own ball holds a fake

One pass over the distances between both clouds in blocks gives all four. Their intervals say how
far each would move with other samples of both sides: a row's influence is what leaving it out
changes, the radii of the balls kept.

References:
    Kynkaanniemi et al. (2019), Improved Precision and Recall Metric for Assessing Generative
    Models.
    Naeem et al. (2020), Reliable Fidelity and Diversity Metrics for Generative Models.
"""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from saddle.errors import BadData, bad
from saddle.measure.base import Floats, Integers, Interval, Rows, of_influence, pair_of_rows
from saddle.measure.floors import wilson
from saddle.measure.near import Frame, frame_for, nearest, squares

K = 5
"""Neighbours that a ball reaches to, as in Naeem et al."""


class Neighbours(NamedTuple):
    """The four shares, each with its interval."""

    precision: Interval
    recall: Interval
    density: Interval
    coverage: Interval


def neighbours(fake: npt.ArrayLike, real: npt.ArrayLike, *, k: int = K) -> Neighbours:
    """Precision, recall, density and coverage of fakes (m, d) beside reals (n, d)."""
    x, y = pair_of_rows(real, fake, ("real", "fake"))
    if k < 1:
        raise bad("k", k, "a whole number of at least 1")
    if min(len(x), len(y)) <= k:
        raise BadData(f"real and fake must have more than k = {k} rows, got {len(x)}, {len(y)}")
    of_real, of_fake = _within(x, y, _frame(x, y, k), k)
    n, m = len(x), len(y)
    return Neighbours(
        precision=_share(of_real.balls > 0, of_real.only_in(n) * n / m),
        recall=_share(of_fake.balls > 0, of_fake.only_in(m) * m / n),
        density=of_influence(
            float(of_real.balls.mean()) / k, of_real.balls / k, of_real.held * n / (k * m)
        ),
        coverage=_share(of_real.held > 0, of_real.only_holding(m) * m / n),
    )


def _frame(x: Rows, y: Rows, k: int) -> Frame:
    """One frame for all three passes, exact enough for the balls of either side."""
    way = max(frame_for(side, k=k).way for side in (x, y))
    return replace(Frame.around(x, y), way=way)


def _share(found: npt.NDArray[np.bool_], others: Floats) -> Interval:
    """A share of rows, which other rows bring about; near 0 and 1 at least Wilson's interval."""
    told = of_influence(float(found.mean()), found.astype(np.float64), others)
    least = wilson(int(found.sum()), len(found))
    low, high = min(told.low, least.low), max(told.high, least.high)
    return replace(told, low=max(low, 0.0), high=min(high, 1.0))


class _Members:
    """Which of the p points lie in which of the b balls, in counts alone.

    Attributes:
        balls: (p,), balls that hold each point.
        held: (b,), points that each ball holds.
    """

    def __init__(self, balls: int, points: int) -> None:
        self.balls, self._ball = np.zeros(points), np.zeros(points)
        self.held, self._point = np.zeros(balls), np.zeros(balls)

    def take(self, ball: Integers, point: Integers) -> None:
        """Take in pairs; sums of the partners' numbers are the partner where there is one."""
        self.balls += np.bincount(point, minlength=len(self.balls))
        self._ball += np.bincount(point, ball, minlength=len(self.balls))
        self.held += np.bincount(ball, minlength=len(self.held))
        self._point += np.bincount(ball, point, minlength=len(self.held))

    def only_in(self, balls: int) -> Floats:
        """Points that no other ball holds, a count for each ball, (b,)."""
        return _counted(self._ball[self.balls == 1], balls)

    def only_holding(self, points: int) -> Floats:
        """Balls that hold no other point, a count for each point, (p,)."""
        return _counted(self._point[self.held == 1], points)


def _counted(which: Floats, n: int) -> Floats:
    return np.bincount(which.astype(np.int64), minlength=n).astype(np.float64)


def _within(x: Rows, y: Rows, frame: Frame, k: int) -> tuple[_Members, _Members]:
    """Fakes y in the balls of reals x, and reals in the balls of fakes.

    Balls are closed, and reach as much further as squared distances may be off, so that copies of
    one row, where the radius is zero, hold one another.
    """
    reach = [
        np.square(nearest(side, k=k, frame=frame).distance[:, -1]) + frame.noise for side in (x, y)
    ]
    of_x, of_y = (radius.astype(frame.dtype) for radius in reach)
    of_real, of_fake = _Members(len(x), len(y)), _Members(len(y), len(x))
    for part, other, found in squares(x, y, frame):
        i, j = np.divmod(np.flatnonzero(found <= of_x[part][:, None]), found.shape[1])
        of_real.take(i + part.start, j + other.start)
        i, j = np.divmod(np.flatnonzero(found <= of_y[other]), found.shape[1])
        of_fake.take(j + other.start, i + part.start)
    return of_real, of_fake


def coverage_of_perfect(n: int, m: int, *, k: int = K) -> float:
    """Expected coverage where m fakes and n reals are of one continuous law.

    Around a real sample the n - 1 others and the m fakes come in random order; it is not covered
    where the first k are real: 1 - prod_t (n - 1 - t) / (n + m - 1 - t) over t < k.

    References:
        Naeem et al. (2020), Sec. 3.3.
    """
    t = np.arange(k)
    return 1 - float(np.prod((n - 1 - t) / (n + m - 1 - t)))
