"""P-values by permutation: under one law every labelling of the pooled rows is as likely."""

from __future__ import annotations

import numpy as np

from saddle.measure.base import Floats


def labellings(n: int, m: int, rng: np.random.Generator, permutations: int) -> Floats:
    """Columns that are 1 for the rows of a, (n + m, 1 + permutations); the first is the true one.

    The true one counts as one of them, so that P(p <= k / (1 + permutations)) is exactly
    k / (1 + permutations) under one law where no two values tie.
    """
    labels = np.repeat([[1.0], [0.0]], [n, m], axis=0).repeat(permutations + 1, axis=1)
    labels[:, 1:] = rng.permuted(labels[:, 1:], axis=0)
    return labels


def p_of(values: Floats) -> Floats:
    """The share of labellings whose value is at least the first one's, (1 + P, ...) -> (...).

    Values that differ by rounding alone are ties.
    """
    slack = 1e-12 * np.abs(values).max(0)
    share: Floats = (values >= values[0] - slack).mean(0)
    return share


def floor_of(values: Floats) -> float:
    """What one law stays below in 95 of 100 labellings; values (1 + P,)."""
    return float(np.quantile(values[1:], 0.95))


def null_of(values: Floats) -> dict[str, float]:
    """Mean and standard deviation of the statistic over the random labellings."""
    return {"null_mean": float(values[1:].mean()), "null_std": float(values[1:].std())}
