"""Points along straight strokes with Gaussian noise: lines, and drawings made by hand."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from saddle.errors import BadData
from saddle.sources.base import Described, Floats, Modes, Positions, RawBatch, Split
from saddle.sources.counter import Counter, normals
from saddle.sources.entry import as_points, describe_contract, span

Drawing = Sequence[Sequence[Sequence[float]]]
"""Strokes; a stroke is a list of [x, y]."""

WIDTH = 0.02
"""Default noise of a drawing, as a share of its longer side."""


@dataclass(frozen=True)
class Segments:
    """Straight pieces.

    Attributes:
        start: (m, 2).
        end: (m, 2).
        weight: the share of rows that each piece gets, (m,), summing to one.
    """

    start: Floats
    end: Floats
    weight: Floats

    @staticmethod
    def by_length(start: Floats, end: Floats, *, dot: float = 0.0) -> Segments:
        """Pieces that get rows in proportion to their length; a dot counts as one of `dot`."""
        length = np.linalg.norm(end - start, axis=1)
        weight = np.where(length > 0, length, dot)
        return Segments(start, end, weight / weight.sum())


class Strokes:
    """Uniform along straight pieces, with round Gaussian noise.

    A piece from s of length L, unit direction t and normal n contributes

        p(x) = N(n.(x - s); 0, sigma^2) [Phi(a / sigma) - Phi((a - L) / sigma)] / L,  a = t.(x - s)

    exactly, with N(x; s, sigma^2 I) as its limit at L = 0. Without noise there is no density.

    Attributes:
        noise: sigma.
    """

    def __init__(
        self, name: str, segments: Segments, *, noise: float, seed: int, stream: str = ""
    ) -> None:
        self.name = name
        self.gives = frozenset({"x"})
        self.spaces = {"x": "points"}
        self.aligned = False
        self.size: int | None = None
        self.modes: Modes | None = None
        self.noise, self.segments = noise, segments
        self._upto = np.cumsum(segments.weight)
        self._upto[-1] = 1.0
        self._from = self._upto - segments.weight
        self._counter = Counter(seed, 3, stream=stream)

    def batch(self, positions: Positions, split: Split = "train") -> RawBatch:
        """The rows at those positions of that part, (n, 2)."""
        u = self._counter.uniforms(positions, split)
        piece = np.searchsorted(self._upto, u[0], side="right")
        along = ((u[0] - self._from[piece]) / self.segments.weight[piece])[:, None]
        start, end = self.segments.start[piece], self.segments.end[piece]
        return {"x": start + along * (end - start) + (self.noise * normals(u[1:])).T}

    def log_prob(self, x: Floats) -> Floats | None:
        """Exact log density, (n, 2) -> (n,), or None where there is no noise."""
        points = as_points(x, 2)
        if self.noise == 0:
            return None
        out = np.full(len(points), -np.inf)
        pieces = zip(self.segments.start, self.segments.end, self.segments.weight, strict=True)
        for start, end, weight in pieces:
            if weight > 0:
                piece = np.log(weight) + _log_piece(points, start, end - start, self.noise)
                out = np.logaddexp(out, piece)
        return out

    def describe(self) -> Described:
        """Pieces, length, noise."""
        length = np.linalg.norm(self.segments.end - self.segments.start, axis=1).sum()
        low = np.minimum(self.segments.start, self.segments.end).min(axis=0)
        high = np.maximum(self.segments.start, self.segments.end).max(axis=0)
        described = describe_contract(self)
        told = "exact" if self.noise else "none: the law lives on lines"
        described.facts.append(("pieces", f"{len(self.segments.start)}, {length:.4g} long"))
        described.facts.append(("range", f"x {span(low[0], high[0])}, y {span(low[1], high[1])}"))
        described.facts.append(("noise", f"{self.noise:.4g}"))
        described.facts.append(("density", told))
        return described


def _log_piece(x: Floats, start: Floats, step: Floats, noise: float) -> Floats:
    """Log density of one piece, (n, 2) -> (n,)."""
    from scipy.special import log_ndtr

    length = float(np.hypot(*step))
    if length == 0:
        dot: Floats = -np.square((x - start) / noise).sum(1) / 2 - np.log(2 * np.pi * noise**2)
        return dot
    t = step / length
    along = (x - start) @ t
    across = (x - start) @ np.array([-t[1], t[0]])
    above, below = along / noise, (along - length) / noise
    mirror = below > 0  # Phi(a) - Phi(b) = Phi(-b) - Phi(-a), taken where both tails are small
    high = log_ndtr(np.where(mirror, -below, above))
    low = log_ndtr(np.where(mirror, -above, below))
    normal = -np.square(across / noise) / 2 - np.log(noise * np.sqrt(2 * np.pi))
    logs: Floats = normal + high + np.log1p(-np.exp(low - high)) - np.log(length)
    return logs


def segment(start: npt.ArrayLike, end: npt.ArrayLike) -> Segments:
    """One straight piece."""
    s, e = (np.asarray(p, dtype=np.float64)[None] for p in (start, end))
    return Segments.by_length(s, e)


def drawing(strokes: Drawing, *, seed: int, noise: float | None = None, name: str) -> Strokes:
    """A drawing as a source: uniform by length, blurred by `noise`.

    Args:
        strokes: lists of [x, y]; a stroke of one point is a dot and counts as one `noise` long.
        seed: what rows are drawn from.
        noise: sigma in the drawing's units; by default 2 % of its longer side.
        name: what to call it, also in errors.
    """
    lines = [_stroke(stroke, f"{name}: stroke {i + 1}") for i, stroke in enumerate(strokes)]
    if not lines:
        raise BadData(f"{name}: a drawing needs at least one stroke, a list of [x, y]; got none")
    everything = np.vstack(lines)
    side = float(np.ptp(everything, axis=0).max()) or 1.0
    sigma = WIDTH * side if noise is None else float(noise)
    if not (np.isfinite(sigma) and sigma >= 0):
        raise BadData(f"{name}: noise must be a number of at least 0, got {noise!r}")
    start = np.vstack([line[: max(len(line) - 1, 1)] for line in lines])
    end = np.vstack([line[1:] if len(line) > 1 else line for line in lines])
    segments = Segments.by_length(start, end, dot=sigma or WIDTH * side)
    return Strokes(name, segments, noise=sigma, seed=seed)


def _stroke(stroke: Sequence[Sequence[float]], where: str) -> Floats:
    """One stroke as points (m, 2) without repeated neighbours."""
    try:
        points = np.array(stroke, dtype=np.float64)
    except (TypeError, ValueError):
        raise BadData(f"{where} must be a list of [x, y] numbers") from None
    if points.ndim != 2 or points.shape[1] != 2 or len(points) == 0:
        raise BadData(f"{where} must be a list of [x, y], got shape {points.shape}")
    if not np.isfinite(points).all():
        raise BadData(f"{where} has a value that is not finite")
    fresh = np.r_[True, (np.diff(points, axis=0) != 0).any(axis=1)]
    return points[fresh]


def read_drawing(path: Path, *, seed: int) -> Strokes:
    """A drawing from a JSON file: a list of strokes, or {"strokes": [...], "noise": sigma}."""
    told: Any
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise BadData(f"{path}: not a JSON file: {error}") from None
    noise = None
    if isinstance(told, dict):
        told, noise = told.get("strokes"), told.get("noise")
    if not isinstance(told, list) or not isinstance(noise, int | float | None):
        raise BadData(
            f"{path}: a drawing is a JSON list of strokes, each a list of [x, y], "
            'or {"strokes": [...], "noise": number}'
        )
    return drawing(told, seed=seed, noise=noise, name=str(path))
