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
Integers = npt.NDArray[np.int64]
LogDensity = Callable[[Floats], Floats]
"""From points (n, d) to log densities (n,)."""

Statistic = Callable[[Floats, Floats], float]
"""From two clouds (n, d) and (m, d) to a number."""

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
class Measure:
    """How close a cloud of samples is to the truth. `compute` is pure.

    Attributes:
        name: the row's name in the catalogue.
        needs: what `compute` takes as truth: `samples` (an array (m, d)) or `modes`.
        better: which way is better; `closer` means closer to `perfect`, from either side.
        words: what the number is, in a few words.
        compute: from fake samples (n, d) and the truth to the number.
        perfect: what a perfect sampler of n samples scores on average, where a formula gives it;
            elsewhere None, and the floor is measured with real against real samples.
        reference: where it comes from.
    """

    name: str
    needs: Needs
    better: Better
    words: str
    compute: Callable[[Floats, Any], float]
    perfect: Callable[[int, Any], float] | None = None
    reference: Reference | None = None


def cloud(samples: npt.ArrayLike, argument: str) -> Floats:
    """Samples as float64 (n, d); one-dimensional input becomes (n, 1). Refuses what is not finite.

    >>> cloud([1, 2, 3], "real").shape
    (3, 1)
    """
    x = np.asarray(samples, dtype=np.float64)
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
    """Two clouds of the same dimension."""
    x, y = cloud(a, names[0]), cloud(b, names[1])
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
