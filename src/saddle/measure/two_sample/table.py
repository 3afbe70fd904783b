"""The catalogue of two-sample tests, and the function that runs several of them."""

from __future__ import annotations

import zlib
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from saddle.catalogue import Catalogue
from saddle.errors import BadData, bad
from saddle.measure.base import Floats, subsample, two_clouds
from saddle.measure.two_sample.axes import kolmogorov_smirnov, means, variances
from saddle.measure.two_sample.classifiers import (
    by_accuracy,
    by_logit,
    linear,
    nearest,
    network,
)
from saddle.measure.two_sample.kernel_tests import energy_test, mmd_multi_test, mmd_test
from saddle.measure.two_sample.nearest import neighbours
from saddle.measure.two_sample.result import Result, Setting, TwoSampleTest
from saddle.references import C2ST, CHENG, HENZE, HOLM, HOTELLING, MMD, SZEKELY
from saddle.threads import alone

LEAST = 10
"""Rows a side that a test needs."""
DEFAULT_TESTS = ("c2st", "mmd", "energy")
PERMUTATIONS = 199
"""So that .01, .05, .1 and .5 are levels that a permutation test can meet exactly."""
PAIRS, TRAINED, SORTED = 5_000, 10_000, 50_000
"""Rows a side at most: of tests over all pairs, of those that train, of the others."""

TESTS: Catalogue[TwoSampleTest] = Catalogue(
    "two-sample test",
    {
        "means": TwoSampleTest(
            "means, by Hotelling's distance", means, "continuous", SORTED, HOTELLING
        ),
        "variances": TwoSampleTest(
            "standard deviations, axis by axis", variances, "continuous", SORTED
        ),
        "ks": TwoSampleTest(
            "distribution functions (Kolmogorov-Smirnov), axis by axis",
            kolmogorov_smirnov,
            "corrected",
            SORTED,
            HOLM,
        ),
        "energy": TwoSampleTest(
            "squared energy distance", energy_test, "continuous", PAIRS, SZEKELY
        ),
        "mmd": TwoSampleTest("unbiased MMD^2, median width", mmd_test, "continuous", PAIRS, MMD),
        "mmd-multi": TwoSampleTest(
            "unbiased MMD^2, five widths", mmd_multi_test, "continuous", PAIRS, MMD
        ),
        "c2st": TwoSampleTest(
            "held-out accuracy of a small network",
            by_accuracy(network),
            "discrete",
            TRAINED,
            C2ST,
            symmetric=False,
        ),
        "c2st-logit": TwoSampleTest(
            "held-out mean logits of a small network",
            by_logit(network),
            "continuous",
            TRAINED,
            CHENG,
            symmetric=False,
        ),
        "c2st-linear": TwoSampleTest(
            "held-out accuracy of a logistic regression",
            by_accuracy(linear),
            "discrete",
            TRAINED,
            C2ST,
            symmetric=False,
        ),
        "c2st-knn": TwoSampleTest(
            "held-out accuracy of the sqrt(n) nearest",
            by_accuracy(nearest),
            "discrete",
            TRAINED,
            C2ST,
            symmetric=False,
        ),
        "neighbours": TwoSampleTest(
            "leave-one-out accuracy of the nearest neighbour",
            neighbours,
            "discrete",
            TRAINED,
            HENZE,
        ),
    },
)


def two_sample(
    a: npt.ArrayLike,
    b: npt.ArrayLike,
    *,
    tests: str | Sequence[str] = DEFAULT_TESTS,
    seed: int = 0,
    permutations: int = PERMUTATIONS,
    columns: Sequence[str] | None = None,
) -> list[Result]:
    """Run several tests on two clouds (n, d) and (m, d).

    Columns are first brought to one scale, found on both clouds together, so that units do not
    matter. Each test draws from its own stream, made from the seed and its name, so that asking
    for more tests changes no answer.

    Args:
        a: one cloud.
        b: the other.
        tests: one name in `TESTS`, or several.
        seed: of permutations, splits and the classifier.
        permutations: how many; the least p-value is 1 / (permutations + 1).
        columns: names of the axes.
    """
    x, y = two_clouds(a, b)
    if min(len(x), len(y)) < LEAST:
        raise BadData(f"a and b must have at least {LEAST} rows each, got {len(x)} and {len(y)}")
    if permutations < 19:
        raise bad("permutations", permutations, "at least 19, so that p can reach 5 %")
    names = [f"axis {j}" for j in range(x.shape[1])] if columns is None else list(columns)
    if len(names) != x.shape[1]:
        raise bad("columns", names, f"{x.shape[1]} names, one for each column")
    if seed < 0:
        raise bad("seed", seed, "a whole number of at least 0")
    asked = [tests] if isinstance(tests, str) else tests
    chosen = {name: TESTS[name] for name in asked}  # a wrong name is told before any work
    x, y = on_one_scale(x, y)
    with alone(x.shape[1]):
        return [
            _run(name, chosen[name], (x, y), Setting(_stream(seed, name), permutations, names))
            for name in asked
        ]


def _run(
    name: str, test: TwoSampleTest, clouds: tuple[Floats, Floats], setting: Setting
) -> Result:
    x, y = (subsample(c, test.limit, setting.rng) for c in clouds)
    found = test.run(x, y, setting)
    notes = [
        f"{len(some)} of {len(every)} rows of {side} were used"
        for side, some, every in zip("ab", (x, y), clouds, strict=True)
        if len(some) < len(every)
    ]
    note = "; ".join([*notes, found.note] if found.note else notes)
    of_test = found.statistic, found.p_value, min(len(x), len(y)), found.floor
    return Result(name, *of_test, found.detail, found.blind, note)


def _stream(seed: int, name: str) -> np.random.Generator:
    return np.random.default_rng([seed, zlib.crc32(name.encode())])


def on_one_scale(x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """Both clouds less the pooled median, over the pooled interquartile range of each column.

    A few rows far away do not move it, as they would a standard deviation, which is taken where
    half of the column is one number. The sides are not looked at, so that p-values stay exact.
    """
    pooled = np.concatenate([x, y])
    largest = np.abs(pooled).max(0)
    unit = np.where(largest > 0, largest, 1.0)  # squares of what is left do not overflow
    pooled = pooled / unit
    low, middle, high = np.quantile(pooled, [0.25, 0.5, 0.75], axis=0)
    scale = np.where(high > low, (high - low) / 1.349, pooled.std(0))
    # In one order of memory, so that sums are the same to the last bit however rows came.
    pooled = np.ascontiguousarray((pooled - middle) / np.where(scale > 0, scale, 1.0))
    return pooled[: len(x)], pooled[len(x) :]
