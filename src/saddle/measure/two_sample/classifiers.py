"""A classifier as a test: trained on one half of both clouds, asked about the other half."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from saddle.measure.base import Floats
from saddle.measure.two_sample.blind import POWER, share
from saddle.measure.two_sample.permuting import floor_of, labellings, null_of, p_of
from saddle.measure.two_sample.result import Blind, Found, Run, Setting
from saddle.measure.two_sample.scores import auc_of

Make = Callable[[int, int], Any]
"""From a seed and the number of rows to train on to an estimator of scikit-learn."""

FAR = 5.0
"""Spreads from the middle from which on a classifier sees the logarithm of a distance."""
CERTAIN = 1e-6
"""A probability this close to 0 or 1 counts as this one: no row alone decides."""
FEWEST = 5
"""Rows told apart without a doubt, of one side all, from which on labels permuted are rarer."""
ELSEWHERE = "of the samples elsewhere, however good the classifier"


def network(seed: int, n: int) -> Any:
    """One hidden layer of 32, by L-BFGS, weights held back so that few rows are not learned."""
    from sklearn.neural_network import MLPClassifier

    return MLPClassifier(
        hidden_layer_sizes=(32,), solver="lbfgs", alpha=3.0, max_iter=100, random_state=seed
    )


def linear(seed: int, n: int) -> Any:
    """Logistic regression."""
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression(max_iter=1000, random_state=seed)


def nearest(seed: int, n: int) -> Any:
    """The majority of the sqrt(n) nearest rows; of an odd number, so that no vote is tied."""
    from sklearn.neighbors import KNeighborsClassifier

    return KNeighborsClassifier(n_neighbors=int(np.sqrt(n)) // 2 * 2 + 1)


class Held(NamedTuple):
    """Held-out scores of each side, (n_te / 2,) each; larger means more like a."""

    a: Floats
    b: Floats
    n: int

    @property
    def right(self) -> int:
        """Held-out rows that are told right."""
        return int((self.a > 0.5).sum() + (self.b <= 0.5).sum())


def by_accuracy(make: Make) -> Run:
    """The share of held-out rows that are told right (Lopez-Paz & Oquab 2017).

    Under one law their number spreads at most like Binomial(n_te, 1/2), which gives the p-value.
    """

    def test(x: Floats, y: Floats, setting: Setting) -> Found:
        from scipy.stats import binom

        held = _held_out(make, x, y, setting.rng)
        right, n_te = held.right, len(held.a) + len(held.b)
        floor = float(binom.ppf(0.95, n_te, 0.5)) / n_te
        # A perfect classifier tells all of a and, of b, what lies elsewhere.
        least = round(floor * n_te) + 1 - len(held.a)
        p = float(binom.sf(right - 1, n_te, 0.5))
        return Found(right / n_te, p, floor, _blind(held, least), _detail(held))

    return test


def by_logit(make: Make) -> Run:
    """Mean held-out logit on a less that on b, by permutation of the held-out labels.

    The logit estimates log a/b, so that the statistic is Jeffreys' divergence in nats where the
    classifier is calibrated. It uses by how much a row is told apart, which the accuracy throws
    away (Cheng & Cloninger 2022), and needs no threshold.
    """

    def test(x: Floats, y: Floats, setting: Setting) -> Found:
        held = _held_out(make, x, y, setting.rng)
        n, m = len(held.a), len(held.b)
        labels = labellings(n, m, setting.rng, setting.permutations)
        v = _logits(np.concatenate([held.a, held.b]))
        of_a = v @ labels
        values = of_a / n - (v.sum() - of_a) / m
        detail = {**_detail(held), **null_of(values)}
        p, blind = float(p_of(values)), _blind(held, FEWEST)
        return Found(float(values[0]), p, floor_of(values), blind, detail)

    return test


def _detail(held: Held) -> dict[str, float]:
    """How many were told right, how well they were ranked, and of how many."""
    return {"auc": auc_of(held.a, held.b), "right": float(held.right),
            "n_test": float(len(held.a) + len(held.b))}  # fmt: skip


def _blind(held: Held, least: int) -> Blind:
    """The share of b elsewhere of which at least so many held-out rows come in 80 of 100 cases.

    P(Binomial(n, e) >= k) is the incomplete beta function I_e(k, n - k + 1).
    """
    from scipy.special import betaincinv

    rows = len(held.b)
    e = float(betaincinv(least, rows - least + 1, POWER)) if least <= rows else 1.0
    return share(held.n, e, ELSEWHERE)


def _logits(p: Floats) -> Floats:
    q = np.clip(p, CERTAIN, 1 - CERTAIN)
    v: Floats = np.log(q / (1 - q))
    return v


def _held_out(make: Make, x: Floats, y: Floats, rng: np.random.Generator) -> Held:
    """Scores of rows that the classifier was not trained on.

    Both halves hold as many rows of a as of b, so that the larger cloud is cut to the smaller
    one's size.
    """
    n = min(len(x), len(y))
    x, y = (c[rng.permutation(len(c))[:n]] for c in (x, y))
    half = n // 2
    train = np.concatenate([x[:half], y[:half]])
    model = make(int(rng.integers(2**31)), len(train))
    _fit(model, _near(train), np.repeat([1, 0], half))
    a, b = (model.predict_proba(_near(c[half:]))[:, 1] for c in (x, y))
    return Held(a, b, n)


def _near(rows: Floats) -> Floats:
    """Columns that are on one scale, rows far out drawn in: one of them must not rule training."""
    near: Floats = FAR * np.arcsinh(rows / FAR)
    return near


def _fit(model: Any, rows: Floats, sides: npt.NDArray[np.int64]) -> None:
    """Train; the budget of passes is meant to end it, and scikit-learn warns that it did."""
    with warnings.catch_warnings():
        from sklearn.exceptions import ConvergenceWarning

        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(rows, sides)
