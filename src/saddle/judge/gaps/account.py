"""How much of the held-out log ratio an explanation accounts for.

A critic v ~ log p/q is fitted on two thirds of both clouds and read on the last third, three
times over. What it tells is a lower bound of the Jensen-Shannon divergence, in nats:

    J  =  log 2 + E_P log s(v) / 2 + E_Q log s(-v) / 2,        s the logistic function.

An explanation accounts for J before its repair minus J after it. The critic is a logistic
regression on a kernel's landmarks (Williams & Seeger 2001): convex, quick, the same each time.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy.special import expit, ndtri
from scipy.stats import rankdata

from saddle.judge.gaps.base import Clouds
from saddle.measure.base import Floats, Integers

FOLDS = 3
LANDMARKS, WIDTHS = 80, (1.0, 0.4)
"""Landmarks of a kernel in each frame, and its widths over the median distance."""
KNOTS = np.linspace(0, 1, 10)[1:-1]
"""Where, in ranks, each column's own function may bend."""
RIDGE = 5.0
STEPS, SETTLED, SHORT = 15, 1e-4, 1e-3
"""Newton steps at most, the fall in loss a row below which they end, and the shortest stride."""
JUDGED = 3000
"""Rows a side that a critic is fitted on and read on, at most."""


class Features:
    """What the critic sees of a row: its values, bent at knots, and its likeness to landmarks.

    Likeness is told in two frames: standard units, and normal scores, in which skew and units of
    a column do not matter.
    """

    def __init__(self, rows: Floats, rng: np.random.Generator) -> None:
        self._mean, self._scale = rows.mean(0), rows.std(0)
        levels = np.linspace(0, 1, 65)
        self._quantiles = [np.unique(np.quantile(c, levels), return_index=True) for c in rows.T]
        self._levels = levels
        drawn = rows[rng.permutation(len(rows))[:LANDMARKS]]
        self._landmarks = [frame(drawn) for frame in (self._units, self._scores)]
        self._medians = [float(np.median(_squares(c, c))) or 1.0 for c in self._landmarks]
        raw = self._raw(rows)
        self._centre = raw.mean(0)

    def __call__(self, rows: Floats) -> Floats:
        """Of rows (n, d): (n, k), the last column one."""
        return np.column_stack([self._raw(rows) - self._centre, np.ones(len(rows))])

    def _raw(self, rows: Floats) -> Floats:
        frames = self._units(rows), self._scores(rows)
        bent = np.maximum(frames[1][:, :, None] - ndtri(KNOTS), 0).reshape(len(rows), -1)
        near = [
            3 * np.exp(-_squares(frame, marks) / (median * width**2))
            for frame, marks, median in zip(frames, self._landmarks, self._medians, strict=True)
            for width in WIDTHS
        ]
        return np.concatenate([frames[1], bent, *near], axis=1)

    def _units(self, rows: Floats) -> Floats:
        scaled: Floats = (rows - self._mean) / self._scale
        return scaled

    def _scores(self, rows: Floats) -> Floats:
        ranks = [
            np.interp(column, values, self._levels[first])
            for column, (values, first) in zip(rows.T, self._quantiles, strict=True)
        ]
        scores: Floats = ndtri(np.clip(np.stack(ranks, axis=1), 0.004, 0.996))
        return scores


def _squares(a: Floats, b: Floats) -> Floats:
    """Squared distances (n, m)."""
    squares: Floats = (a**2).sum(1)[:, None] + (b**2).sum(1) - 2 * a @ b.T
    return np.maximum(squares, 0)


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


@dataclass(frozen=True, eq=False)
class _Critics:
    weights: tuple[Floats, ...]
    temperature: float


class Judge:
    """Critics of the clouds as they were given, and of what repairs leave of them."""

    def __init__(self, clouds: Clouds) -> None:
        self.n, self.m = int(clouds.real_rows.max()) + 1, int(clouds.fake_rows.max()) + 1
        self.features = Features(np.concatenate([clouds.real, clouds.fake]), clouds.rng(1))
        self._folds = tuple(clouds.rng(2).permutation(k) % FOLDS for k in (self.n, self.m))
        self._start: list[Floats | None] = [None] * FOLDS
        self.first, self._critics = self._fitted(clouds)
        self._start = list(self._critics.weights)

    def account(self, clouds: Clouds) -> Account:
        """What critics tell that are fitted on these clouds."""
        return self._fitted(clouds)[0]

    def glance(self, clouds: Clouds) -> Account:
        """What the first critics still tell: quick, and blind to what a repair has broken."""
        real, fake = self.features(clouds.real), self.features(clouds.fake)
        return self._read(clouds, real, fake, self._critics.weights)[0]

    def _fitted(self, clouds: Clouds) -> tuple[Account, _Critics]:
        real, fake = self.features(clouds.real), self.features(clouds.fake)
        folds = self._folds[0][clouds.real_rows], self._folds[1][clouds.fake_rows]
        weights = tuple(
            logistic(real[folds[0] != k], fake[folds[1] != k], self._start[k])
            for k in range(FOLDS)
        )
        account, temperature = self._read(clouds, real, fake, weights)
        return account, _Critics(weights, temperature)

    def _read(
        self, clouds: Clouds, real: Floats, fake: Floats, weights: tuple[Floats, ...]
    ) -> tuple[Account, float]:
        v_real = _held_out(real, self._folds[0][clouds.real_rows], weights)
        v_fake = _held_out(fake, self._folds[1][clouds.fake_rows], weights)
        a = temperature(v_real, v_fake)
        real_part = np.log(2) - np.logaddexp(0, -a * v_real)
        fake_part = np.log(2) - np.logaddexp(0, a * v_fake)
        nats = max(0.0, float(real_part.mean() + fake_part.mean()) / 2)
        return Account(
            nats,
            auc(v_real, v_fake),
            _spread(real_part, clouds.real_rows, self.n),
            _spread(fake_part, clouds.fake_rows, self.m),
        ), a


def _held_out(rows: Floats, folds: Integers, weights: tuple[Floats, ...]) -> Floats:
    """Each row's score by the critic that did not see it."""
    scores: Floats = np.einsum("nk,nk->n", rows, np.stack(weights)[folds])
    return scores


def _spread(part: Floats, rows: Integers, n: int) -> Floats:
    found = np.full(n, np.nan)
    found[rows] = part
    return found


def auc(real: Floats, fake: Floats) -> float:
    """Chance that a real row scores above a fake one; ties count half."""
    ranks = rankdata(np.concatenate([real, fake]))[: len(real)]
    n, m = len(real), len(fake)
    return float((ranks.sum() - n * (n + 1) / 2) / (n * m))


def logistic(real: Floats, fake: Floats, start: Floats | None = None) -> Floats:
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

    def loss(scores: Floats, w: Floats) -> float:
        return float(share @ (np.logaddexp(0, scores) - y * scores) + ridge @ w**2 / 2)

    w = np.zeros(x.shape[1]) if start is None else start
    v = x @ w
    now = loss(v, w)
    for _ in range(STEPS):
        s = expit(v)
        slope = x.T @ (share * (s - y)) + ridge * w
        curve = (x * (share * s * (1 - s))[:, None]).T @ x
        curve[np.diag_indices_from(curve)] += ridge
        step = np.linalg.solve(curve, slope)
        along, stride, before = x @ step, 1.0, now
        while (now := loss(v - stride * along, w - stride * step)) > before and stride > SHORT:
            stride /= 2
        w, v = w - stride * step, v - stride * along
        if before - now < SETTLED * len(x):
            break
    return w


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
