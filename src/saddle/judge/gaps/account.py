"""How much of the held-out log ratio an explanation accounts for.

A critic v ~ log p/q is fitted on two thirds of both clouds and read on the last third, three
times over. What it tells is a lower bound of the Jensen-Shannon divergence, in nats:

    J  =  log 2 + E_P log s(v) / 2 + E_Q log s(-v) / 2,        s the logistic function.

An explanation accounts for J before its repair minus J after it. The critic is a logistic
regression on a kernel's landmarks (Williams & Seeger 2001): convex, quick, the same each time.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.special import expit

from saddle.judge.gaps.base import Clouds
from saddle.judge.gaps.features import Features, Numbers
from saddle.measure import auc_of
from saddle.measure.base import Floats, Integers

FOLDS = 3
RIDGE = 5.0
STEPS, SETTLED, SHORT = 15, 1e-4, 1e-3
"""Newton steps at most, the fall in loss a row below which they end, and the shortest stride."""
JUDGED = 3000
"""Rows a side that a critic is fitted on and read on, at most."""


class Account(NamedTuple):
    """What held-out critics tell of two clouds.

    Attributes:
        nats: J, at least 0.
        auc: area under the curve of held-out real against fake scores.
        real: (n,) each real row's part of J; nan for rows that are not there.
        fake: (m,) each fake row's part.
    """

    nats: float
    auc: float
    real: Floats
    fake: Floats

    def influence(self) -> tuple[Floats, Floats]:
        """What each row moves J by, (n,) and (m,); 0 for rows that are not there."""
        found = []
        for part in (self.real, self.fake):
            there = np.isfinite(part)
            mean = part[there].mean()
            found.append(np.where(there, part - mean, 0) / (2 * there.sum()))
        return found[0], found[1]


class Carried(NamedTuple):
    """The part of J that an explanation accounts for, and its standard error."""

    nats: float
    error: float
    share: float
    share_error: float


def carried(first: Account, before: Account, after: Account) -> Carried:
    """What went from `before` to `after`, also as a share of what there was first."""
    gone = before.nats - after.nats
    share = gone / max(first.nats, 1e-9)
    sides = zip(first.influence(), before.influence(), after.influence(), strict=True)
    changes = [(f, b - a) for f, b, a in sides]
    error = np.sqrt(sum((c**2).sum() for _, c in changes))
    share_error = np.sqrt(sum(((c - share * f) ** 2).sum() for f, c in changes))
    return Carried(gone, float(error), share, float(share_error) / max(first.nats, 1e-9))


class Judge:
    """Critics of the clouds as they were given, and of what repairs leave of them."""

    def __init__(self, clouds: Clouds) -> None:
        self.n, self.m = int(clouds.real_rows.max()) + 1, int(clouds.fake_rows.max()) + 1
        self._features = Features(np.concatenate([clouds.real, clouds.fake]), clouds.rng(1))
        self._folds = tuple(clouds.rng(2).permutation(k) % FOLDS for k in (self.n, self.m))
        self._given = clouds
        self._known = self._features(clouds.real), self._features(clouds.fake)
        self._critics: list[Floats | None] = [None] * FOLDS
        self.first, self._critics = self._fitted(clouds)

    def account(self, clouds: Clouds) -> Account:
        """What critics tell that are fitted on these clouds."""
        return self._fitted(clouds)[0]

    def glance(self, clouds: Clouds) -> Account:
        """What the first critics still tell: quick, and blind to what a repair has broken."""
        return self._read(clouds, self._seen(clouds), self._critics)

    def _seen(self, clouds: Clouds) -> tuple[Numbers, Numbers]:
        """The features of both sides; those of rows that no repair moved are known."""
        given, sides = self._given, []
        for known, before, numbers, now, rows in (
            (self._known[0], given.real_rows, clouds.real_rows, clouds.real, given.real),
            (self._known[1], given.fake_rows, clouds.fake_rows, clouds.fake, given.fake),
        ):
            at = np.searchsorted(before, numbers)
            same = np.array_equal(rows[at], now)
            sides.append(known[at] if same else self._features(now))
        return sides[0], sides[1]

    def _fitted(self, clouds: Clouds) -> tuple[Account, list[Floats | None]]:
        real, fake = seen = self._seen(clouds)
        folds = self._folds[0][clouds.real_rows], self._folds[1][clouds.fake_rows]
        critics: list[Floats | None] = [
            logistic(real[folds[0] != k], fake[folds[1] != k], self._critics[k])
            for k in range(FOLDS)
        ]
        return self._read(clouds, seen, critics), critics

    def _read(
        self, clouds: Clouds, seen: tuple[Numbers, Numbers], critics: list[Floats | None]
    ) -> Account:
        v_real = _held_out(seen[0], self._folds[0][clouds.real_rows], critics)
        v_fake = _held_out(seen[1], self._folds[1][clouds.fake_rows], critics)
        a = temperature(v_real, v_fake)
        real_part = np.log(2) - np.logaddexp(0, -a * v_real)
        fake_part = np.log(2) - np.logaddexp(0, a * v_fake)
        nats = max(0.0, float(real_part.mean() + fake_part.mean()) / 2)
        return Account(
            nats,
            auc_of(v_real, v_fake),
            _spread(real_part, clouds.real_rows, self.n),
            _spread(fake_part, clouds.fake_rows, self.m),
        )


def _held_out(rows: Numbers, folds: Integers, critics: list[Floats | None]) -> Floats:
    """Each row's score by the critic that did not see it."""
    weights = np.stack([critic for critic in critics if critic is not None], axis=1)
    scores: Floats = (rows @ weights)[np.arange(len(rows)), folds]
    return scores


def _spread(part: Floats, rows: Integers, n: int) -> Floats:
    found = np.full(n, np.nan)
    found[rows] = part
    return found


def logistic(real: Numbers, fake: Numbers, start: Floats | None = None) -> Floats:
    """Weights (k,) of the ridge logistic regression of real against fake rows, by Newton steps.

    Both sides weigh the same, however many rows they have.
    """
    x = np.concatenate([real, fake])
    y = np.r_[np.ones(len(real)), np.zeros(len(fake))]
    share = (
        len(x) / 2 * np.r_[np.full(len(real), 1 / len(real)), np.full(len(fake), 1 / len(fake))]
    )
    ridge = np.full(x.shape[1], RIDGE)
    ridge[-1] = 1e-6

    def loss(v: Floats, w: Floats) -> float:
        return float(share @ (np.logaddexp(0, v) - y * v) + ridge @ w**2 / 2)

    w = np.zeros(x.shape[1]) if start is None else start
    v = x @ w
    now = loss(v, w)
    for _ in range(STEPS):
        s = expit(v)
        slope = (share * (s - y)) @ x + ridge * w
        curve = _squared(x, share * s * (1 - s)) + np.diag(ridge)
        step = np.linalg.solve(curve, slope)
        along, stride, before = x @ step, 1.0, now
        while (now := loss(v - stride * along, w - stride * step)) > before and stride > SHORT:
            stride /= 2
        w, v = w - stride * step, v - stride * along
        if before - now < SETTLED * len(x):
            break
    return w


def _squared(x: Numbers, weight: Floats) -> Floats:
    """x^T diag(weight) x, in the precision of x: it only steers the steps."""
    half = x * np.sqrt(weight).astype(x.dtype)[:, None]
    gram: Floats = (half.T @ half).astype(np.float64)
    return gram


def temperature(real: Floats, fake: Floats) -> float:
    """The factor from 0 to 1.5 at which scores tell most; 0 where they tell nothing."""

    def slope(a: float) -> float:
        return float((real * expit(-a * real)).mean() - (fake * expit(a * fake)).mean())

    low, high = 0.0, 1.5
    if slope(low) <= 0:
        return 0.0
    for _ in range(20):
        middle = (low + high) / 2
        low, high = (middle, high) if slope(middle) > 0 else (low, middle)
    return (low + high) / 2
