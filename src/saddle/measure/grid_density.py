"""A density estimated on a fine grid from many samples, for laws on the line and in the plane.

What a generator with another number of inputs than outputs draws has no density that could be
written down; a million draws on a million cells show it well enough to hold a critic against.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from saddle.errors import BadData, bad
from saddle.measure.base import Floats, cloud
from saddle.measure.quadrature import Bounds, check_bounds

SIDE = {1: 8192, 2: 1024}
"""Cells along each axis, by dimension."""

_WIDTHS = tuple(0.5 * 2 ** (k / 2) for k in range(14))  # kernels that are tried, in cells
_REACH = 4.0  # kernel widths after which it is cut off


@dataclass(frozen=True, eq=False)
class GridDensity:
    """Shares of samples in equal cells, smoothed by a Gaussian kernel.

        q(x) = sum over cells of share k(x - centre),   linear between the centres of cells

    Attributes:
        bounds: (low, high) of each axis.
        values: q at the centres of the cells, one axis of the array an axis of the space.
        bandwidth: the kernel's standard deviation along each axis, in the samples' units.
        n: samples.
        inside: share of them within the bounds.
        error: sampling error in total variation: half of that between estimates from two halves.
            The bias that smoothing brings is not in it: the same estimate of a known law shows it.
    """

    bounds: Bounds
    values: Floats
    bandwidth: tuple[float, ...]
    n: int
    inside: float
    error: float

    @property
    def cell(self) -> Floats:
        """Width of a cell along each axis, (d,)."""
        low, high = np.array(self.bounds).T
        width: Floats = (high - low) / np.array(self.values.shape)
        return width

    def log_prob(self, x: npt.ArrayLike) -> Floats:
        """Log density at points (n, d), minus infinity where no sample came near, (n,)."""
        from scipy.ndimage import map_coordinates

        points = cloud(x, "x")
        at = (points - np.array(self.bounds)[:, 0]) / self.cell - 0.5
        density = map_coordinates(self.values, at.T, order=1, mode="grid-constant", cval=0.0)
        with np.errstate(divide="ignore"):
            logs: Floats = np.log(density)
        return logs


def grid_density(x: npt.ArrayLike, bounds: Bounds, *, side: int | None = None) -> GridDensity:
    """The density of samples (n, d) over a box, d of 1 or 2.

    The kernel's width is the one at which each half of the samples is likeliest under the other,
    less the factor 2^(-1/(d + 4)) that all of them allow.

    Args:
        x: samples; those outside of the box count for nothing but `inside`.
        bounds: (low, high) of each axis.
        side: cells along each axis, by default `SIDE`.
    """
    points, box = cloud(x, "x"), check_bounds(bounds)
    d = len(box)
    if points.shape[1] != d:
        raise BadData(f"x has {points.shape[1]} columns, bounds {d} pairs")
    if len(points) < 2:
        raise BadData("x must have at least 2 rows")
    count = SIDE[d] if side is None else side
    if count < 2:
        raise bad("side", count, "at least 2")
    counts = [_counts(half, box, count) for half in (points[::2], points[1::2])]
    halves = [c / len(points[k::2]) for k, c in enumerate(counts)]
    width = _best_width(halves[0], halves[1], lone=1 / len(points))
    final = width * 2 ** (-1 / (d + 4))
    a, b = (_smooth(half, final) for half in halves)
    cell = np.array([(high - low) / count for low, high in box])
    whole = (counts[0] + counts[1]) / len(points)
    return GridDensity(
        bounds=box,
        values=_smooth(whole, final).astype(np.float64) / cell.prod(),
        bandwidth=tuple(float(final * c) for c in cell),
        n=len(points),
        inside=float(whole.sum()),
        error=float(np.abs(a - b).sum()) / 4,
    )


def _counts(x: Floats, box: Bounds, side: int) -> Floats:
    """Samples in each cell, (side,) * d."""
    low, high = np.array(box).T
    at = np.floor((x - low) / (high - low) * side)
    at = at[((at >= 0) & (at < side)).all(1)].astype(np.int64)
    flat = np.ravel_multi_index(tuple(at.T), (side,) * len(box))
    counts: Floats = np.bincount(flat, minlength=side ** len(box)).astype(np.float64)
    return counts.reshape((side,) * len(box))


def _smooth(share: Floats, width: float) -> npt.NDArray[np.float32]:
    """Shares smoothed by a Gaussian of that many cells; what leaves the box is lost."""
    from scipy.ndimage import gaussian_filter

    smooth: npt.NDArray[np.float32] = gaussian_filter(
        share.astype(np.float32), width, mode="constant", truncate=_REACH
    )
    return smooth


def _best_width(a: Floats, b: Floats, *, lone: float) -> float:
    """The width, in cells, under which half b is likeliest by half a.

    The first that the next does not better. Half a is mixed with a uniform law of the weight
    `lone` of one sample, so that such a one counts little.
    """
    seen = b > 0

    def score(width: float) -> float:
        mixed = (1 - lone) * _smooth(a, width)[seen] + lone / a.size
        return float(b[seen] @ np.log(mixed))

    best, reached = _WIDTHS[0], -np.inf
    for width in _WIDTHS:
        now = score(width)
        if now <= reached:
            break
        best, reached = width, now
    return best
