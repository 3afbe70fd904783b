"""What the critic of an explanation sees of a row."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

from saddle.measure.base import Floats

Numbers = npt.NDArray[np.floating[Any]]
"""Of single or double precision."""

LANDMARKS, WIDTHS = 80, (1.0, 0.4)
"""Landmarks of a kernel in each frame, and its widths over the median distance."""
KNOTS = np.linspace(0, 1, 10)[1:-1]
"""Where, in ranks, each column's own function may bend."""


class Features:
    """What the critic sees of a row: its values, bent at knots, and its likeness to landmarks.

    Likeness is told in two frames: standard units, and normal scores, in which skew and units of
    a column do not matter.
    """

    def __init__(self, rows: Floats, rng: np.random.Generator) -> None:
        self._mean, self._scale = rows.mean(0), rows.std(0)
        levels = np.linspace(0, 1, 65)
        self._quantiles = [np.unique(np.quantile(c, levels), return_index=True) for c in rows.T]
        self._levels = levels
        drawn = rows[rng.permutation(len(rows))[:LANDMARKS]]
        self._landmarks = [frame(drawn) for frame in (self._units, self._scores)]
        self._medians = [float(np.median(_squares(c, c))) or 1.0 for c in self._landmarks]
        raw = self._raw(rows)
        self._centre = raw.mean(0)

    def __call__(self, rows: Floats) -> Numbers:
        """Of rows (n, d): (n, k) in single precision, the last column one."""
        found = np.column_stack([self._raw(rows) - self._centre, np.ones(len(rows))])
        return found.astype(np.float32)

    def _raw(self, rows: Floats) -> Floats:
        frames = self._units(rows), self._scores(rows)
        bent = np.maximum(frames[1][:, :, None] - ndtri(KNOTS), 0).reshape(len(rows), -1)
        near = [
            3 * np.exp(-_squares(frame, marks) / (median * width**2))
            for frame, marks, median in zip(frames, self._landmarks, self._medians, strict=True)
            for width in WIDTHS
        ]
        return np.concatenate([frames[1], bent, *near], axis=1)

    def _units(self, rows: Floats) -> Floats:
        scaled: Floats = (rows - self._mean) / self._scale
        return scaled

    def _scores(self, rows: Floats) -> Floats:
        ranks = [
            np.interp(column, values, self._levels[first])
            for column, (values, first) in zip(rows.T, self._quantiles, strict=True)
        ]
        scores: Floats = ndtri(np.clip(np.stack(ranks, axis=1), 0.004, 0.996))
        return scores


def _squares(a: Floats, b: Floats) -> Floats:
    """Squared distances (n, m)."""
    squares: Floats = (a**2).sum(1)[:, None] + (b**2).sum(1) - 2 * a @ b.T
    return np.maximum(squares, 0)
