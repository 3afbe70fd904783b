"""A classifier as a test: trained on one half of both clouds, asked about the other half."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from saddle.measure.base import Floats
from saddle.measure.two_sample.blind import Z80, share
from saddle.measure.two_sample.permuting import floor_of, labellings, null_of, p_of
from saddle.measure.two_sample.result import Found, Run, Setting
from saddle.measure.two_sample.scores import auc_of

Make = Callable[[int, int], Any]
"""From a seed and the number of rows to train on to an estimator of scikit-learn."""

ELSEWHERE = "of the samples elsewhere, however good the classifier"


def network(seed: int, n: int) -> Any:
    """Two hidden layers of 64."""
    from sklearn.neural_network import MLPClassifier

    return MLPClassifier(
        hidden_layer_sizes=(64, 64),
        learning_rate_init=3e-3,
        max_iter=100,
        batch_size=min(200, int(0.8 * n)),
        early_stopping=n >= 100,
        random_state=seed,
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


def by_accuracy(make: Make) -> Run:
    """The share of held-out rows that are told right (Lopez-Paz & Oquab 2017).

    Under one law their number spreads at most like Binomial(n_te, 1/2), which gives the p-value.
    """

    def test(x: Floats, y: Floats, setting: Setting) -> Found:
        from scipy.stats import binom

        held = _held_out(make, x, y, setting.rng)
        right = int((held.a > 0.5).sum() + (held.b <= 0.5).sum())
        n_te = len(held.a) + len(held.b)
        floor = float(binom.ppf(0.95, n_te, 0.5)) / n_te
        # A share e elsewhere and a perfect classifier: accuracy 1/2 + e/2.
        e = 2 * (floor + Z80 * 0.5 / np.sqrt(n_te)) - 1
        detail = {"auc": auc_of(held.a, held.b), "n_test": float(n_te)}
        p = float(binom.sf(right - 1, n_te, 0.5))
        return Found(right / n_te, p, floor, share(held.n, e, ELSEWHERE), detail)

    return test


def by_auc(make: Make) -> Run:
    """The area under the curve of the held-out scores, by permutation of the held-out labels.

    It needs no threshold, so that a classifier that ranks well but guesses one side too often is
    not held against it.
    """

    def test(x: Floats, y: Floats, setting: Setting) -> Found:
        from scipy.stats import rankdata

        held = _held_out(make, x, y, setting.rng)
        n, m = len(held.a), len(held.b)
        labels = labellings(n, m, setting.rng, setting.permutations)
        ranks = rankdata(np.concatenate([held.a, held.b]))
        # Mann and Whitney: U = sum of ranks of a - n (n + 1) / 2, and the area is U / nm.
        values = (ranks @ labels - n * (n + 1) / 2) / (n * m)
        floor = floor_of(values)
        # A share e elsewhere and a perfect critic: area 1/2 + e/2.
        e = 2 * (floor + Z80 * float(values[1:].std())) - 1
        detail = {"n_test": float(n + m), **null_of(values)}
        blind = share(held.n, e, ELSEWHERE)
        return Found(float(values[0]), float(p_of(values)), floor, blind, detail)

    return test


def _held_out(make: Make, x: Floats, y: Floats, rng: np.random.Generator) -> Held:
    """Scores of rows that the classifier was not trained on.

    Both halves hold as many rows of a as of b, so that the larger cloud is cut to the smaller
    one's size.
    """
    n = min(len(x), len(y))
    x, y = (c[rng.permutation(len(c))[:n]] for c in (x, y))
    half = n // 2
    train = np.concatenate([x[:half], y[:half]])
    centre, scale = train.mean(0), train.std(0)
    scale = np.where(scale > 0, scale, 1.0)
    model = make(int(rng.integers(2**31)), len(train))
    _fit(model, (train - centre) / scale, np.repeat([1, 0], half))
    a, b = (model.predict_proba((c[half:] - centre) / scale)[:, 1] for c in (x, y))
    return Held(a, b, n)


def _fit(model: Any, rows: Floats, sides: npt.NDArray[np.int64]) -> None:
    """Train; the budget of passes is meant to end it, and scikit-learn warns that it did."""
    with warnings.catch_warnings():
        from sklearn.exceptions import ConvergenceWarning

        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(rows, sides)
