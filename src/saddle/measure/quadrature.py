"""Integrals over an interval or a rectangle: Gauss-Legendre cells, halved where it matters."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from saddle.errors import BadData, BadValue, bad
from saddle.measure.base import Floats, LogDensity

Bounds = tuple[tuple[float, float], ...]
"""(low, high) of each axis."""

_NODES = {1: 16, 2: 8}  # nodes an axis of one cell
_CELLS = {1: 256, 2: 32}  # cells an axis before any halving
_POINTS = 50_000  # points evaluated at once
_BUDGET = 40_000_000  # points in all
_SEARCH = {1: 20_001, 2: 601}  # points an axis when bounds are searched
_REACH = 1e4  # as far as bounds are searched
_FAINT = -745.0  # log of the smallest density that a double tells from zero


@dataclass(frozen=True)
class Integral:
    """An integral with its error, both (c,): the sum of |one cell - its halves| over all cells."""

    value: Floats
    error: Floats


@lru_cache(maxsize=4)
def _rule(d: int) -> tuple[Floats, Floats]:
    """Nodes (k, d) in the unit cell and their weights (k,)."""
    x, w = np.polynomial.legendre.leggauss(_NODES[d])
    x, w = (x + 1) / 2, w / 2
    nodes = np.array(list(itertools.product(x, repeat=d)))
    return nodes, np.array([np.prod(p) for p in itertools.product(w, repeat=d)])


def _estimate(g: Callable[[Floats], Floats], low: Floats, width: Floats) -> Floats:
    """The rule on each cell: (m, c). Cells are evaluated in chunks."""
    nodes, weights = _rule(low.shape[1])
    step = max(1, _POINTS // len(nodes))
    parts = []
    for start in range(0, len(low), step):
        a, h = low[start : start + step, None], width[start : start + step, None]
        y = g((a + h * nodes).reshape(-1, low.shape[1]))
        y = y.reshape(len(a), len(nodes), -1)
        parts.append(np.einsum("mkc,k->mc", y, weights) * h.prod(-1))
    return np.concatenate(parts)


def _halves(low: Floats, width: Floats) -> tuple[Floats, Floats]:
    """The 2^d children of each cell, children of one cell in a row."""
    d = low.shape[1]
    corners = np.array(list(itertools.product((0.0, 0.5), repeat=d)))
    children = (low[:, None] + width[:, None] * corners).reshape(-1, d)
    return children, np.repeat(width / 2, 2**d, axis=0)


def _first_cells(bounds: Bounds) -> tuple[Floats, Floats]:
    """The cells before any halving: lower corners and widths, (m, d) each."""
    d = len(bounds)
    edges = [np.linspace(a, b, _CELLS[d] + 1) for a, b in bounds]
    low = np.stack(np.meshgrid(*[e[:-1] for e in edges], indexing="ij"), -1).reshape(-1, d)
    width = np.array([(b - a) / _CELLS[d] for a, b in bounds])
    return low, np.broadcast_to(width, low.shape).copy()


def integrate(
    g: Callable[[Floats], Floats], bounds: Bounds, *, tolerance: float | None = None
) -> Integral:
    """The integral of g over a box in one or two dimensions.

    Every cell is compared with the sum of its halves; where they differ by more than the cell's
    share of the tolerance, the halves are cells of the next round.

    Args:
        g: from points (n, d) to values (n,) or (n, c).
        bounds: (low, high) of each axis.
        tolerance: absolute, for the whole; 1e-11 in one dimension and 1e-7 in two by default.
    """
    bounds = check_bounds(bounds)
    low, width = _first_cells(bounds)
    tol = tolerance or (1e-11 if len(bounds) == 1 else 1e-7)
    volume = width.prod(1).sum()
    coarse = _estimate(g, low, width)
    value, error = np.zeros(coarse.shape[1]), np.zeros(coarse.shape[1])
    spent = 0
    while len(low):
        next_low, next_width = _halves(low, width)
        halves = _estimate(g, next_low, next_width).reshape(len(low), -1, coarse.shape[1])
        fine = halves.sum(1)
        if not np.isfinite(fine).all():
            return Integral(value + fine.sum(0), np.full_like(error, np.inf))
        gap = np.abs(fine - coarse)
        share = np.maximum(width.prod(1) / volume, 1e-5)[:, None]
        spent += len(next_low) * len(_rule(len(bounds))[1])
        open_ = (gap > tol * share + 1e-14 * np.abs(fine)).any(1) & (spent < _BUDGET)
        value, error = value + fine[~open_].sum(0), error + gap[~open_].sum(0)
        again = np.repeat(open_, halves.shape[1])
        low, width = next_low[again], next_width[again]
        coarse = halves[open_].reshape(-1, coarse.shape[1])
    return Integral(value, error)


def check_bounds(bounds: Bounds) -> Bounds:
    """Bounds of one or two axes, each finite with low < high."""
    if len(bounds) not in _CELLS:
        raise bad("bounds", bounds, "one or two pairs (low, high)")
    for low, high in bounds:
        if not (np.isfinite(low) and np.isfinite(high) and low < high):
            raise bad("bounds", bounds, "finite pairs with low < high")
    return tuple((float(a), float(b)) for a, b in bounds)


def find_bounds(*log_densities: LogDensity, dimension: int) -> Bounds:
    """A box that holds every point where one of the densities is not zero in double precision.

    Searched on a grid that is fine near zero and coarse far from it, up to +-10,000; a density
    that is nan far out (a flow that overflows) counts as zero there.
    """
    if dimension not in _SEARCH:
        raise bad("dimension", dimension, "1 or 2")
    half = np.arcsinh(_REACH)
    axis = np.sinh(np.linspace(-half, half, _SEARCH[dimension]))
    grid = np.stack(np.meshgrid(*[axis] * dimension, indexing="ij"), -1).reshape(-1, dimension)
    seen = np.zeros(len(grid), bool)
    for log_density in log_densities:
        with np.errstate(all="ignore"):
            seen |= np.asarray(log_density(grid)).reshape(-1) > _FAINT
    if not seen.any():
        raise BadValue("no density is visible within +-10,000: give bounds=((low, high), ...)")
    index = np.argwhere(seen.reshape([len(axis)] * dimension))
    low, high = np.maximum(index.min(0) - 1, 0), np.minimum(index.max(0) + 1, len(axis) - 1)
    return tuple((float(axis[a]), float(axis[b])) for a, b in zip(low, high, strict=True))


def evaluate(log_density: LogDensity, x: Floats) -> Floats:
    """Log densities at x as float64 (n,), refused where they are nan or of another shape."""
    values = np.asarray(log_density(x), dtype=np.float64)
    if values.shape != (len(x),):
        raise BadData(f"a log density must map {x.shape} to {(len(x),)}, got {values.shape}")
    if np.isnan(values).any():
        raise BadData(f"a log density is nan at {x[np.isnan(values)][0].tolist()}")
    return values
