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


def hidden(n: int, m: int) -> float:
    """Divergence J, in nats, that critics of n and m rows may fail to see: 1/(2n) + 1/(2m).

    An AUC is off by 1.96 (1 / (12 n) + 1 / (12 m))^(1/2). Two normal laws of equal spread whose
    means differ by e have AUC 1/2 + e / (4 pi)^(1/2) and J = e^2 / 8, where e is small.
    """
    return 0.5 * (1 / n + 1 / m)


LOSS = 1.15
"""What four moments at once cost against the mean alone."""
