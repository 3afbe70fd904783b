"""What a measure is, and the few checks and types that all of them share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, Protocol

import numpy as np
import numpy.typing as npt

from saddle.errors import BadData
from saddle.reference import Reference

Floats = npt.NDArray[np.float64]
Rows = npt.NDArray[Any]
"""Rows (n, d) in single or double precision, kept as they came."""
Integers = npt.NDArray[np.int64]
LogDensity = Callable[[Floats], Floats]
"""From points (n, d) to log densities (n,)."""

Needs = Literal["samples", "modes"]
Better = Literal["lower", "higher", "closer"]


class KnownModes(Protocol):
    """The modes of a mixture; whatever has these three arrays will do."""

    @property
    def centres(self) -> Floats:
        """Means, (k, d)."""
        ...

    @property
    def covariances(self) -> Floats:
        """Covariances, (k, d, d)."""
        ...

    @property
    def weights(self) -> Floats:
        """Shares, (k,), positive and summing to one."""
        ...


@dataclass(frozen=True)
class Interval:
    """A number with the interval that holds it at a level, by the delta method or the bootstrap.

    Attributes:
        value: the number.
        low: where the interval begins; `high` where it ends.
        level: how often such intervals hold what the number would be on average at this n.
        n: samples it was computed from (the smaller side's, where there are two).
    """

    value: float
    low: float
    high: float
    level: float
    n: int


Judge = Callable[[Floats, Any], Interval]
"""From samples (n, d) and the truth (samples or modes) to a number with its interval."""


def spread_out(value: float, deviation: float, *, n: int, level: float = 0.95) -> Interval:
    """Value +- z deviation, where the number is about normal."""
    from scipy.special import ndtri

    half = float(ndtri((1 + level) / 2)) * deviation
    return Interval(value, value - half, value + half, level, n)


def of_influence(value: float, *influences: Floats) -> Interval:
    """The interval of a number from the influence of each sample on it, (n,) a cloud.

    Var value = sum over clouds of Var(influence) / n,   infinite where a cloud is one sample
    """
    variance = sum(float(i.var()) / len(i) if len(i) > 1 else np.inf for i in influences)
    return spread_out(value, variance**0.5, n=min(len(i) for i in influences))


@dataclass(frozen=True)
class Measure:
    """How close a cloud of samples is to the truth. `judge` is pure.

    Attributes:
        name: the row's name in the catalogue.
        needs: what `judge` takes as truth: `samples` (an array (m, d)) or `modes`.
        better: which way is better; `closer` means closer to `perfect`, from either side.
        words: what the number is, in a few words.
        judge: from fake samples (n, d) and the truth to the number with its interval.
        perfect: what a perfect sampler of n samples scores on average, where a formula gives it;
            elsewhere None, and the floor is measured with real against real samples.
        reference: where it comes from.
        symmetric: whether made and real samples may change places.
    """

    name: str
    needs: Needs
    better: Better
    words: str
    judge: Judge
    perfect: Callable[[int, Any], float] | None = None
    reference: Reference | None = None
    symmetric: bool = True

    def compute(self, fake: npt.ArrayLike, truth: Any) -> float:
        """The number alone."""
        return self.judge(cloud(fake, "fake"), truth).value


def cloud(samples: npt.ArrayLike, argument: str) -> Floats:
    """Samples as float64 (n, d); one-dimensional input becomes (n, 1). Refuses what is not finite.

    >>> cloud([1, 2, 3], "real").shape
    (3, 1)
    """
    return rows_of(samples, argument).astype(np.float64, copy=False)


def rows_of(samples: npt.ArrayLike, argument: str) -> Rows:
    """Samples (n, d) in the precision they came in, single or double; refuses what is not finite.

    >>> rows_of(np.zeros(3, np.float32), "real").dtype
    dtype('float32')
    """
    x = np.asarray(samples)
    try:
        x = x if x.dtype in (np.float32, np.float64) else x.astype(np.float64)
    except (TypeError, ValueError) as problem:
        raise BadData(f"{argument} must be an array (n, d) of numbers: {problem}") from None
    x = x[:, None] if x.ndim == 1 else x
    if x.ndim != 2 or x.shape[0] == 0 or x.shape[1] == 0:
        raise BadData(f"{argument} must be an array (n, d) with n, d >= 1, got shape {x.shape}")
    if not np.isfinite(x).all():
        row = int(np.argwhere(~np.isfinite(x))[0][0])
        raise BadData(f"{argument} must be finite; row {row} is {x[row].tolist()}")
    return x


def two_clouds(
    a: npt.ArrayLike, b: npt.ArrayLike, names: tuple[str, str] = ("a", "b")
) -> tuple[Floats, Floats]:
    """Two clouds of the same dimension, as float64."""
    x, y = pair_of_rows(a, b, names)
    return x.astype(np.float64, copy=False), y.astype(np.float64, copy=False)


def pair_of_rows(a: npt.ArrayLike, b: npt.ArrayLike, names: tuple[str, str]) -> tuple[Rows, Rows]:
    """Two clouds of the same dimension, each in its own precision."""
    x, y = rows_of(a, names[0]), rows_of(b, names[1])
    if x.shape[1] != y.shape[1]:
        raise BadData(
            f"{names[0]} and {names[1]} must have the same number of columns, "
            f"got {x.shape[1]} and {y.shape[1]}"
        )
    return x, y


def subsample(x: Floats, limit: int, rng: np.random.Generator) -> Floats:
    """At most `limit` rows of x, drawn without replacement and kept in order."""
    if len(x) <= limit:
        return x
    return x[np.sort(rng.choice(len(x), size=limit, replace=False))]
