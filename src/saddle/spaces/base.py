"""What one sample is: how raw things become tensors and come back."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
from torch import Tensor

Raw = npt.NDArray[Any]


class Space(Protocol):
    """How raw samples become what networks see, and come back.

    Attributes:
        name: the row's name in the catalogue (`points`, `label`).
        shape: shape of one encoded sample, such as `(2,)`.
        smooth: whether a critic's score may be differentiated by it (points yes, labels no).
    """

    name: str

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of one encoded sample."""
        ...

    @property
    def smooth(self) -> bool:
        """Whether a score may be differentiated by it."""
        ...

    def fit(self, raw: Raw) -> None:
        """Learn what encoding needs (mean and scale) from training samples, (n, ...)."""

    def encode(self, raw: Raw | Tensor) -> Tensor:
        """Raw samples (n, ...) to float32 tensors (n, *shape) of about unit scale."""
        ...

    def decode(self, encoded: Tensor) -> Raw:
        """Back to raw units."""
        ...

    def rows(self, raw: Raw) -> npt.NDArray[np.float64]:
        """What measures compare of raw samples: rows of numbers of about unit scale, (n, k)."""
        ...

    def state(self) -> dict[str, Any]:
        """What was fitted, as JSON values; `saddle.spaces.load(state)` gives the space back."""
        ...

    def facts(self) -> list[tuple[str, str]]:
        """Label and text of what was fitted."""
        ...

    def warnings(self) -> list[str]:
        """What a user should know of the fitted rows before training."""
        ...


def check_rows(raw: Raw, what: str) -> npt.NDArray[np.float64]:
    """Rows as float64, refused with the place of the first value that is not finite."""
    from saddle.errors import BadData

    rows = np.asarray(raw, dtype=np.float64)
    if not np.isfinite(rows).all():
        where = np.argwhere(~np.isfinite(rows))[0]
        raise BadData(f"{what}: row {where[0]} has a value that is not finite: {rows[where[0]]}")
    return rows
