"""The log ratio log p/q from samples: every row is judged by critics that never saw it.

p is real and q is fake. The logistic critic's optimum is log p/q whatever it is used for; what is
measured with it is in `divergence`, what is drawn with it in `refine`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import torch

from saddle.judge.calibration import Line, calibrated, cross_calibrated
from saddle.judge.critics import Critics
from saddle.judge.lenses import LENSES, Lens
from saddle.judge.splits import Split, must_split
from saddle.judge.training import PLAN, Learned, Lessons, Plan, learn
from saddle.measure import Interval, auc_judged
from saddle.measure.base import Floats, Integers, cloud, two_clouds
from saddle.threads import alone

WIDTH = 64
"""Units of a hidden layer."""


@dataclass(frozen=True, eq=False)
class LogRatio:
    """The log ratio of two clouds.

    Attributes:
        real: held-out calibrated log p/q of each real row, (n,).
        fake: of each fake row, (m,).
        refits_real: the same from each refit alone, (refits, n); no two of them share a row that
            they learned from. Their mean is `real`.
        refits_fake: (refits, m).
        auc: of the held-out scores within their folds, with its interval.
        folds: that the rows were cut into.
        steps: that training took.
        seed: it was drawn from.
    """

    real: Floats
    fake: Floats
    refits_real: Floats
    refits_fake: Floats
    auc: Interval
    folds: int
    steps: int
    seed: int
    _learned: tuple[Lens, Critics, Line] = field(repr=False)

    @property
    def witnessed(self) -> tuple[float, float]:
        """The log ratios that a row of the other side can bear witness to: [-log n, log m]."""
        return -math.log(len(self.real)), math.log(len(self.fake))

    def predict(self, x: npt.ArrayLike) -> Floats:
        """Calibrated log p/q of other rows (k, d), the mean of every critic: (k,)."""
        lens, critics, line = self._learned
        return line(critics.judge(lens.see(cloud(x, "x"))).double().mean(0).numpy())


def log_ratio(
    real: npt.ArrayLike,
    fake: npt.ArrayLike,
    *,
    seed: int = 0,
    folds: int = 5,
    refits: int = 2,
    lenses: Sequence[str] = ("plain",),
    plan: Plan = PLAN,
) -> LogRatio:
    """Learn log p/q from samples.

    The rows are cut into folds. For each fold, critics learn from the other rows, which they share
    out among them: critics that have no row in common err apart, so that their mean is as good as
    one that saw everything, and their disagreement says how good that is. All critics are trained
    as one batch.

    Args:
        real: rows of P, (n, d).
        fake: rows of Q, (m, d).
        seed: of folds, weights and batches.
        folds: how many.
        refits: critics a fold.
        lenses: names in `LENSES`; of several, that through which critics do best on the rows that
            they are checked on, which are none that they will judge.
        plan: how long and how fast critics learn.

    References:
        Chernozhukov et al. (2018), Double/debiased machine learning (cross-fitting).

    >>> rng = np.random.default_rng(0)
    >>> found = log_ratio(rng.normal(1, 1, (200, 1)), rng.normal(0, 1, (200, 1)))
    >>> bool(found.real.mean() > 0 > found.fake.mean())
    True
    """
    x, y = two_clouds(real, fake, ("real", "fake"))
    must_split(len(x), len(y), folds, refits)
    rng = np.random.default_rng(seed)
    splits = [Split.of(len(side), folds=folds, refits=refits, rng=rng) for side in (x, y)]
    draws = torch.Generator().manual_seed(int(rng.integers(2**62)))
    with alone(x.shape[1]):
        tried = [_learned(LENSES[name](x, y, rng), (x, y), splits, plan, draws) for name in lenses]
        best = min(tried, key=lambda one: one.found.checked)
        scores = [_held_out(best, k, split) for k, split in enumerate(splits)]
    return _calibrated(scores, splits, best, seed)


class _Tried(NamedTuple):
    """What was learned through one lens."""

    lens: Lens
    lessons: tuple[Lessons, Lessons]
    found: Learned


def _learned(
    lens: Lens,
    sides: tuple[Floats, Floats],
    splits: Sequence[Split],
    plan: Plan,
    draws: torch.Generator,
) -> _Tried:
    """Critics of every fold and refit, trained as one batch."""
    real, fake = (
        Lessons(lens.see(side), torch.from_numpy(s.train), torch.from_numpy(s.check))
        for side, s in zip(sides, splits, strict=True)
    )
    first = Critics.drawn(len(real.train), real.rows.shape[1], width=WIDTH, rng=draws)
    groups = int(splits[0].fold.max()) + 1
    return _Tried(lens, (real, fake), learn(first, (real, fake), plan=plan, groups=groups,
                                            rng=draws))  # fmt: skip


def _held_out(tried: _Tried, side: int, split: Split) -> Floats:
    """Scores (refits, n) of each row of a side by the critics of its fold."""
    rows, refits = tried.lessons[side].rows, len(split.members(0))
    scores = np.empty((refits, len(split.fold)))
    for k in range(int(split.fold.max()) + 1):
        own = np.flatnonzero(split.fold == k)
        found = tried.found.critics.only(split.members(k)).judge(rows[torch.from_numpy(own)])
        scores[:, own] = found.double().numpy()
    return scores


def _calibrated(
    scores: Sequence[Floats], splits: Sequence[Split], best: _Tried, seed: int
) -> LogRatio:
    """Scores as log ratios; each fold's line is that of the other folds."""
    means, folds = (scores[0].mean(0), scores[1].mean(0)), (splits[0].fold, splits[1].fold)
    lines = cross_calibrated(means, folds)
    slope, shift = (np.array(part) for part in zip(*lines, strict=True))
    of_real, of_fake = (
        slope[split.fold] * each + shift[split.fold]
        for each, split in zip(scores, splits, strict=True)
    )
    return LogRatio(
        of_real.mean(0),
        of_fake.mean(0),
        of_real,
        of_fake,
        auc=auc_within(means, folds),
        folds=len(lines),
        steps=best.found.steps,
        seed=seed,
        _learned=(best.lens, best.found.critics, calibrated(*means)),
    )


def auc_within(sides: tuple[Floats, Floats], folds: tuple[Integers, Integers]) -> Interval:
    """The AUC of the scores of each fold, their mean over folds, with its interval.

    Scores of two folds are not compared, for their critics learned from one another's rows.
    """
    (real, fake), (of_real, of_fake) = sides, folds
    count = int(of_real.max()) + 1
    found = [auc_judged(real[of_real == k], fake[of_fake == k]) for k in range(count)]
    value = float(np.mean([each.value for each in found]))
    half = float(np.sqrt(sum((each.high - each.low) ** 2 for each in found))) / (2 * count)
    half *= folds_share(count)
    return Interval(
        value, max(value - half, 0.0), min(value + half, 1.0), 0.95, min(map(len, sides))
    )


def folds_share(folds: int) -> float:
    """How much wider an interval over folds is, because they share what they learn from.

    The root of 1 + folds n_test / n_train = 1 + folds / (folds - 1).

    References:
        Nadeau, Bengio (2003), Inference for the generalization error, Eq. 4.
    """
    return float((1 + folds / (folds - 1)) ** 0.5)
