"""What would have been seen: the smallest cluster and shift that are named nine times in ten."""

from __future__ import annotations

import math

from scipy.stats import binom, norm

POWER = 0.9


def blind_cluster(n: int, m: int, limit: float) -> float:
    """Share of a cluster that no fake row is in.

    It is judged on half of the n real rows and all m fake ones. That all k rows inside are real
    has chance (h / (h + m))^k, h = n / 2; k must be so large that this is below the limit.
    """
    half = n // 2
    k = math.ceil(math.log(limit) / math.log(half / (half + m)))
    low, high = 0.0, 1.0
    for _ in range(30):
        middle = (low + high) / 2
        low, high = (low, middle) if binom.sf(k - 1, half, middle) > POWER else (middle, high)
    return high


def blind_shift(n: int, m: int, limit: float) -> float:
    """Shift of a normal column's mean, in its spread, by the largest of four moments."""
    needed = norm.isf(limit / 2) + norm.isf(1 - POWER)
    return float(needed * math.sqrt(1 / n + 1 / m) * LOSS)


LOSS = 1.15
"""What four moments at once cost against the mean alone."""
