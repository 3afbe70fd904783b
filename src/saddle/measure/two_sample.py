"""Two-sample tests: could both clouds have been drawn from one law?

Energy distance (Szekely & Rizzo 2004) and maximum mean discrepancy (Gretton et al. 2012) with
permutation p-values, and the classifier test (Lopez-Paz & Oquab 2017).
"""

from __future__ import annotations

import warnings
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from saddle.catalogue import Catalogue
from saddle.errors import BadData, bad
from saddle.measure.base import Floats, Interval, of_influence, subsample, two_clouds

_ENTRIES = 4_000_000  # distances held at once
JUDGED = 3000
"""Points a side of an energy distance or MMD that is given with its interval."""
_MEDIAN_POINTS = 1000  # points that the median distance is taken over


class Result(NamedTuple):
    """What one test says.

    Attributes:
        name: the test's name.
        statistic: its number; larger means further apart.
        p_value: chance of a number at least as large where both clouds come from one law.
        n: samples a side that were used (the smaller side's).
        floor: what two clouds of one law stay below in 95 of 100 cases, at this n.
        detail: further numbers, by name.
    """

    name: str
    statistic: float
    p_value: float
    n: int
    floor: float
    detail: Mapping[str, float]


Test = Callable[[Floats, Floats, np.random.Generator, int], Result]
Kernel = Callable[[Floats, Floats], Floats]


def two_sample(
    a: npt.ArrayLike,
    b: npt.ArrayLike,
    *,
    tests: Sequence[str] = ("c2st", "mmd", "energy"),
    seed: int = 0,
    permutations: int = 200,
) -> list[Result]:
    """Run several tests on two clouds (n, d) and (m, d).

    Each test draws from its own stream, made from the seed and its name, so that asking for more
    tests changes no answer.

    Args:
        a: one cloud.
        b: the other.
        tests: names in `TESTS`.
        seed: of permutations, splits and the classifier.
        permutations: how many; the least p-value is 1 / (permutations + 1).
    """
    x, y = two_clouds(a, b)
    if min(len(x), len(y)) < 10:
        raise BadData(f"a and b must have at least 10 rows each, got {len(x)} and {len(y)}")
    if permutations < 19:
        raise bad("permutations", permutations, "at least 19, so that p can reach 5 %")
    return [
        TESTS[name](x, y, np.random.default_rng([seed, zlib.crc32(name.encode())]), permutations)
        for name in tests
    ]


# ---- sums of a kernel, and permutations -------------------------------------------------------


class _Sums(NamedTuple):
    """Sums of k over pairs within a, within b, and across; (P,) each, one a labelling."""

    aa: Floats
    bb: Floats
    ab: Floats


def _kernel_sums(kernel: Kernel, pooled: Floats, labels: Floats) -> _Sums:
    """Sums for every labelling in one pass over chunks of rows; labels (N, P) are 1 in a.

    With a the indicator: aa = a'Ka, ab = a'K1 - aa, bb = 1'K1 - 2 a'K1 + aa.
    """
    N = len(pooled)
    ones = np.concatenate([labels, np.ones((N, 1))], 1)
    aa, row, total = np.zeros(labels.shape[1]), np.zeros(labels.shape[1]), 0.0
    step = max(1, _ENTRIES // N)
    for start in range(0, N, step):
        part = slice(start, start + step)
        columns = kernel(pooled[part], pooled) @ ones
        aa += (labels[part] * columns[:, :-1]).sum(0)
        row += columns[:, -1] @ labels[part]
        total += float(columns[:, -1].sum())
    return _Sums(aa, total - 2 * row + aa, row - aa)


def _distances(x: Floats, y: Floats) -> Floats:
    from scipy.spatial.distance import cdist

    d: Floats = cdist(x, y)
    return d


def _gaussian(width: float) -> Kernel:
    return lambda x, y: np.exp(-0.5 * (_distances(x, y) / width) ** 2)


def median_width(x: Floats, y: Floats) -> float:
    """Median distance between pooled points, over at most 1,000 of them; 1 where it is zero."""
    pooled = np.concatenate([x, y])
    pooled = pooled[np.lexsort(pooled.T)]  # so that neither side's place matters
    pooled = subsample(pooled, _MEDIAN_POINTS, np.random.default_rng(0))
    d = _distances(pooled, pooled)[np.triu_indices(len(pooled), 1)]
    return float(np.median(d)) or float(d.mean()) or 1.0


def _energy(s: _Sums, n: int, m: int) -> Floats:
    """2 E|x - y| - E|x - x'| - E|y - y'|, over all pairs: never negative."""
    return 2 * s.ab / (n * m) - s.aa / n**2 - s.bb / m**2


def _mmd(s: _Sums, n: int, m: int) -> Floats:
    """MMD^2 without the pairs of a point with itself: unbiased, so it may be negative."""
    return (s.aa - n) / (n * (n - 1)) + (s.bb - m) / (m * (m - 1)) - 2 * s.ab / (n * m)


def _observed(x: Floats, y: Floats) -> Floats:
    return np.repeat([[1.0], [0.0]], [len(x), len(y)], axis=0)


def energy(a: npt.ArrayLike, b: npt.ArrayLike) -> float:
    """The squared energy distance of two clouds, 2 E|x - y| - E|x - x'| - E|y - y'|.

    >>> energy([0.0, 0.0], [1.0, 1.0])
    2.0
    """
    x, y = two_clouds(a, b)
    return _judged(_distances, _energy, x, y).value


def mmd(a: npt.ArrayLike, b: npt.ArrayLike, *, width: float | None = None) -> float:
    """The unbiased squared MMD with a Gaussian kernel, of the median width by default."""
    x, y = two_clouds(a, b)
    if min(len(x), len(y)) < 2:
        raise BadData("a and b must have at least 2 rows each")
    return _judged(_gaussian(median_width(x, y) if width is None else width), _mmd, x, y).value


def energy_judged(a: npt.ArrayLike, b: npt.ArrayLike, *, limit: int = JUDGED) -> Interval:
    """`energy` with its interval, on at most `limit` points a side: its cost grows as n^2."""
    x, y = _limited(a, b, limit)
    return _judged(_distances, _energy, x, y)


def mmd_judged(a: npt.ArrayLike, b: npt.ArrayLike, *, limit: int = JUDGED) -> Interval:
    """`mmd` with its interval, on at most `limit` points a side: its cost grows as n^2."""
    x, y = _limited(a, b, limit)
    if min(len(x), len(y)) < 2:
        raise BadData("a and b must have at least 2 rows each")
    return _judged(_gaussian(median_width(x, y)), _mmd, x, y)


def _limited(a: npt.ArrayLike, b: npt.ArrayLike, limit: int) -> tuple[Floats, Floats]:
    x, y = two_clouds(a, b)
    rng = np.random.default_rng(0)
    return subsample(x, limit, rng), subsample(y, limit, rng)


def _judged(
    kernel: Kernel, statistic: Callable[[_Sums, int, int], Floats], x: Floats, y: Floats
) -> Interval:
    """A statistic of kernel sums with its interval.

    It is quadratic in the two empirical laws, so that a point x moves it by the witness
    2 (mean_j k(x, y_j) - mean_j k(x, x_j)) / n, and a point y by as much the other way (Gretton
    et al. 2012, on its law where P is not Q). Under one law the witness is all noise and the
    interval some three times too wide.
    """
    n, m = len(x), len(y)
    pooled = np.concatenate([x, y])
    sides = np.concatenate([_observed(x, y), 1 - _observed(x, y)], 1)
    step = max(1, _ENTRIES // len(pooled))
    rows = [
        kernel(pooled[start : start + step], pooled) @ sides
        for start in range(0, len(pooled), step)
    ]
    of_a, of_b = np.concatenate(rows).T
    aa, bb, ab = (np.atleast_1d(s.sum()) for s in (of_a[:n], of_b[n:], of_b[:n]))
    value = float(statistic(_Sums(aa, bb, ab), n, m)[0])
    witness = 2 * (of_b / m - of_a / n)
    return of_influence(value, witness[:n], witness[n:])


def _permuted(
    name: str,
    kernel: Kernel,
    statistic: Callable[[_Sums, int, int], Floats],
    clouds: tuple[Floats, Floats],
    draws: tuple[np.random.Generator, int],
) -> Result:
    """Compare the statistic with its values under random labels."""
    (x, y), (rng, permutations) = clouds, draws
    labels = np.repeat(_observed(x, y), permutations + 1, axis=1)
    labels[:, 1:] = rng.permuted(labels[:, 1:], axis=0)
    values = statistic(_kernel_sums(kernel, np.concatenate([x, y]), labels), len(x), len(y))
    seen, null = float(values[0]), values[1:]
    slack = 1e-12 * float(np.abs(values).max())  # ties differ by rounding
    p = (1 + int((null >= seen - slack).sum())) / (permutations + 1)
    detail = {"null_mean": float(null.mean()), "null_std": float(null.std())}
    return Result(name, seen, p, min(len(x), len(y)), float(np.quantile(null, 0.95)), detail)


def _energy_test(x: Floats, y: Floats, rng: np.random.Generator, permutations: int) -> Result:
    return _permuted("energy", _distances, _energy, (x, y), (rng, permutations))


def _mmd_test(x: Floats, y: Floats, rng: np.random.Generator, permutations: int) -> Result:
    kernel = _gaussian(median_width(x, y))
    return _permuted("mmd", kernel, _mmd, (x, y), (rng, permutations))


# ---- classifiers ------------------------------------------------------------------------------


def _network(seed: int, n: int) -> Any:
    from sklearn.neural_network import MLPClassifier

    return MLPClassifier(
        hidden_layer_sizes=(64, 64),
        learning_rate_init=3e-3,
        max_iter=100,
        batch_size=min(200, int(0.8 * n)),
        early_stopping=n >= 100,
        random_state=seed,
    )


def _linear(seed: int, n: int) -> Any:
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression(max_iter=1000, random_state=seed)


def _classifier_test(name: str, make: Callable[[int, int], Any]) -> Test:
    """Train on half of both clouds, tell the other half apart.

    Under one law the number told right is about Binomial(n_te, 1/2), which gives the p-value.
    Both halves hold as many rows of a as of b, so that the larger cloud is cut to the smaller
    one's size. Also reported: the AUC, where one half means that nothing tells them apart.
    """

    def test(x: Floats, y: Floats, rng: np.random.Generator, permutations: int) -> Result:
        from scipy.stats import binom

        n = min(len(x), len(y))
        x, y = (c[rng.permutation(len(c))[:n]] for c in (x, y))
        half = n // 2
        train = np.concatenate([x[:half], y[:half]])
        held = np.concatenate([x[half:], y[half:]])
        of_train = np.repeat([1, 0], half)
        of_held = np.repeat([1, 0], n - half)
        centre, scale = train.mean(0), train.std(0)
        scale = np.where(scale > 0, scale, 1.0)
        model = make(int(rng.integers(2**31)), len(train))
        with warnings.catch_warnings():
            # The budget of passes is meant to end training; sklearn warns that it did.
            from sklearn.exceptions import ConvergenceWarning

            warnings.simplefilter("ignore", ConvergenceWarning)
            model.fit((train - centre) / scale, of_train)
        score = model.predict_proba((held - centre) / scale)[:, 1]
        auc = auc_of(score[of_held == 1], score[of_held == 0])
        right = int(((score > 0.5) == (of_held == 1)).sum())
        p = float(binom.sf(right - 1, len(held), 0.5))
        floor = float(binom.ppf(0.95, len(held), 0.5)) / len(held)
        return Result(name, right / len(held), p, n, floor, {"auc": auc, "n_test": len(held)})

    return test


def auc_of(real: npt.ArrayLike, fake: npt.ArrayLike) -> float:
    """P(score of real > score of fake), ties counted half: how strong a critic is.

    >>> auc_of([2.0, 3.0], [1.0, 2.0])
    0.875
    """
    return float(_placed(fake, real).mean())


def auc_judged(real: npt.ArrayLike, fake: npt.ArrayLike) -> Interval:
    """`auc_of` with its interval, from where each score stands among the other side's.

    References:
        DeLong, DeLong, Clarke-Pearson (1988), Comparing the areas under two or more correlated
        receiver operating characteristic curves.
    """
    of_real, of_fake = _placed(fake, real), _placed(real, fake)
    found = of_influence(float(of_real.mean()), of_real, of_fake)
    return replace(found, low=max(found.low, 0.0), high=min(found.high, 1.0))


def _placed(among: npt.ArrayLike, scores: npt.ArrayLike) -> Floats:
    """For each score the share of the others that lie below it, ties counted half, (n,)."""
    v = np.ravel(np.asarray(scores, np.float64))
    others = np.sort(np.ravel(np.asarray(among, np.float64)))
    below, up_to = np.searchsorted(others, v, "left"), np.searchsorted(others, v, "right")
    shares: Floats = (below + up_to) / (2 * len(others))
    return shares


TESTS: Catalogue[Test] = Catalogue(
    "two-sample test",
    {
        "c2st": _classifier_test("c2st", _network),
        "c2st-linear": _classifier_test("c2st-linear", _linear),
        "mmd": _mmd_test,
        "energy": _energy_test,
    },
)
