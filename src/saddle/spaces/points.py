"""Points: rows of numbers, standardised so that every penalty and step size means the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from saddle.errors import BadData
from saddle.spaces.base import Raw, check_rows

Floats = npt.NDArray[np.float64]

LARGEST = 1e150
"""Squares of larger values overflow."""

AGREE = 10.0
"""Axes whose standard deviations agree within this factor share one scale."""


class Points:
    """Rows of d numbers.

        encoded = (x - mean) / scale,   so that   E |encoded - encoded'|^2 = 2 d

    for independent training rows. Where the axes' standard deviations s_j agree within a factor
    of ten, all axes share scale = sqrt(mean_j s_j^2), which keeps angles: a rotation of the data
    is a rotation of what networks see. Otherwise each axis has its own s_j. A constant axis gets
    the scale of the others (1 where there are none) and counts nothing, so d is the number of
    axes that vary. Arithmetic is float64; only the result is float32.

    Attributes:
        columns: names of the axes for files, or None.
        mean: (d,).
        scale: (d,).
        common: whether all axes share one scale.
        constant: axes that do not vary.
    """

    name = "points"
    smooth = True

    def __init__(self, columns: Sequence[str] | None = None) -> None:
        self.columns = None if columns is None else tuple(columns)
        self._mean: Floats | None = None
        self._scale: Floats | None = None
        self.common = True
        self.constant: tuple[int, ...] = ()

    @property
    def mean(self) -> Floats:
        """Mean of the training rows, (d,)."""
        return _fitted(self._mean)

    @property
    def scale(self) -> Floats:
        """What each axis is divided by, (d,)."""
        return _fitted(self._scale)

    @property
    def shape(self) -> tuple[int, ...]:
        """(d,)."""
        return (len(self.mean),)

    @property
    def log_volume(self) -> float:
        """Sum of log scale: a log density of encoded rows minus this is one of raw rows."""
        return float(np.log(self.scale).sum())

    def fit(self, raw: Raw) -> None:
        """Take mean and scale from training rows, (n, d) with n of at least 2."""
        rows = check_rows(raw, "points")
        if rows.ndim != 2 or len(rows) < 2 or rows.shape[1] == 0:
            raise BadData(f"points need at least 2 rows of shape (n, d), got {rows.shape}")
        if self.columns is not None and len(self.columns) != rows.shape[1]:
            raise BadData(f"{rows.shape[1]} axes for the columns {', '.join(self.columns)}")
        if np.abs(rows).max() > LARGEST:
            raise BadData(f"points: values up to {np.abs(rows).max():.3g} are too large: rescale")
        varies = (rows != rows[0]).any(axis=0)
        centre = rows[0] + (rows - rows[0]).mean(axis=0)  # exact on constant axes
        spread = np.sqrt(np.square(rows - centre).mean(axis=0))
        varies &= spread > 0
        own = spread[varies]
        whole = float(np.sqrt(np.square(own).sum() / max(len(own), 1)))
        self.common = len(own) == 0 or bool(own.max() <= AGREE * own.min())
        self._mean = centre
        self._scale = np.where(varies & (not self.common), spread, whole or 1.0)
        self.constant = tuple(np.flatnonzero(~varies).tolist())

    def encode(self, raw: Raw | Tensor) -> Tensor:
        """Rows (n, d) in raw units to float32 (n, d) of about unit scale."""
        rows = check_rows(_array(raw), "points")
        if rows.ndim != 2 or rows.shape[1] != len(self.mean):
            raise BadData(f"points must be of shape (n, {len(self.mean)}), got {rows.shape}")
        return torch.from_numpy(((rows - self.mean) / self.scale).astype(np.float32))

    def decode(self, encoded: Tensor) -> Floats:
        """Back to raw units, float64 (n, d)."""
        return _array(encoded).astype(np.float64) * self.scale + self.mean

    def rows(self, raw: Raw) -> Floats:
        """What measures compare: the encoded rows, (n, d)."""
        return self.encode(raw).double().numpy()

    def state(self) -> dict[str, Any]:
        """Mean, scale and names, as JSON values that come back bit for bit."""
        return {
            "space": self.name,
            "mean": self.mean.tolist(),
            "scale": self.scale.tolist(),
            "common": self.common,
            "constant": list(self.constant),
            "columns": None if self.columns is None else list(self.columns),
        }

    @classmethod
    def load(cls, state: Mapping[str, Any]) -> Points:
        """The space that `state` came from."""
        space = cls(state["columns"])
        space._mean = np.array(state["mean"], dtype=np.float64)
        space._scale = np.array(state["scale"], dtype=np.float64)
        space.common = bool(state["common"])
        space.constant = tuple(int(axis) for axis in state["constant"])
        return space

    def facts(self) -> list[tuple[str, str]]:
        """Label and text of what was fitted."""
        low, high = self.scale.min(), self.scale.max()
        scales = (
            f"one scale for all axes, {low:.6g}"
            if self.common
            else f"a scale for each axis, {low:.4g} to {high:.4g}: they differ more than tenfold"
        )
        return [("axes", str(len(self.mean))), ("units", scales)]

    def warnings(self) -> list[str]:
        """What a user should know before training."""
        names = self.columns or tuple(f"axis {i}" for i in range(len(self.mean)))
        return [f"{names[axis]} is constant in the training rows" for axis in self.constant]


def _fitted(value: Floats | None) -> Floats:
    if value is None:
        raise BadData("this space is not fitted yet: call fit with training rows first")
    return value


def _array(values: Raw | Tensor) -> Raw:
    """Tensors from any device, and arrays, as arrays."""
    if isinstance(values, Tensor):
        array: Raw = values.detach().cpu().numpy()
        return array
    return values
