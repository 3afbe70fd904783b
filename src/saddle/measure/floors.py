"""What the truth itself scores, and how sure a number is: no measure stands alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from saddle.errors import BadData, bad
from saddle.measure.base import Floats, Interval, Judge, cloud, subsample, two_clouds


@dataclass(frozen=True)
class Floored:
    """A measure beside its floor.

    Attributes:
        found: fake against real, with its interval.
        floor: other real samples against the same real ones, at the same n.
        n_real: samples of the real side that both were given.
    """

    found: Interval
    floor: float
    n_real: int

    @property
    def excess(self) -> float:
        """Value less floor: about zero where fake cannot be told from real at this n."""
        return self.found.value - self.floor


def with_floor(
    judge: Judge, fake: npt.ArrayLike, real: npt.ArrayLike, other_real: npt.ArrayLike
) -> Floored:
    """`judge(fake, real)` beside `judge(other_real, real)`, both at the same n.

    Fake and other real samples are cut at random to the shorter of the two, because most distances
    between clouds fall with n. `other_real` must share no row with `real`.
    """
    x, y = two_clouds(fake, real, ("fake", "real"))
    z, _ = two_clouds(other_real, real, ("other_real", "real"))
    n, rng = min(len(x), len(z)), np.random.default_rng(0)
    x, z = subsample(x, n, rng), subsample(z, n, rng)
    return Floored(judge(x, y), judge(z, y).value, len(y))


def bootstrap(
    measure: Callable[[Floats], float],
    x: npt.ArrayLike,
    *,
    draws: int = 200,
    level: float = 0.95,
    seed: int = 0,
) -> Interval:
    """An interval for a measure of one cloud, from rows drawn again with replacement.

    Right for means, shares and smooth functions of them. A statistic that reads the distances
    between samples (energy, W1, neighbours) is shifted by the repeated rows: use several samples.
    """
    points = cloud(x, "x")
    if len(points) < 2:
        raise BadData("x must have at least 2 rows for a bootstrap")
    if draws < 2:
        raise bad("draws", draws, "at least 2")
    if not 0 < level < 1:
        raise bad("level", level, "strictly between 0 and 1")
    rng = np.random.default_rng(seed)
    n = len(points)
    values = [measure(points[rng.integers(0, n, n)]) for _ in range(draws)]
    low, high = np.quantile(values, [(1 - level) / 2, (1 + level) / 2])
    return Interval(float(measure(points)), float(low), float(high), level, n)


def wilson(successes: int, n: int, *, level: float = 0.95) -> Interval:
    """An interval for a share, successes out of n (Wilson 1927): right near 0 and 1 as well."""
    from scipy.special import ndtri

    if not 0 <= successes <= n or n < 1:
        raise bad("successes", successes, f"between 0 and n, with n at least 1 (n = {n})")
    if not 0 < level < 1:
        raise bad("level", level, "strictly between 0 and 1")
    z, p = float(ndtri((1 + level) / 2)), successes / n
    middle = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z * float(np.sqrt(p * (1 - p) / n + z * z / (4 * n * n))) / (1 + z * z / n)
    return Interval(p, max(middle - half, 0.0), min(middle + half, 1.0), level, n)
