"""Points along a curve with Gaussian noise, and points on cells: exact densities by quadrature."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from saddle.sources.base import Described, Floats, Modes, Positions, RawBatch, Split
from saddle.sources.counter import Chooser, Counter, normals
from saddle.sources.entry import as_points, describe_contract

NODES, PANEL = 5, 1.5
"""Gauss-Legendre nodes in each panel of a curve, and its length in widths of noise: on a straight
piece the error is below 1e-7, as h^11 (5!)^4 max|f^(10)| / (11 (10!)^3) says of a Gaussian f."""

CHUNK = 2**17
"""How many (point, node) pairs are looked at in one go: what a core keeps near."""


class Curve:
    """A smooth curve in the plane with round Gaussian noise.

        x = c(u) + sigma z,   u uniform on (0, 1),   p(x) = int_0^1 N(x; c(u), sigma^2 I) du

    The integral is Gauss-Legendre's over panels of 1.5 sigma, added up as logarithms.

    Attributes:
        noise: sigma.
    """

    def __init__(
        self,
        name: str,
        point: Callable[[Floats], Floats],
        *,
        noise: float,
        seed: int,
        pieces: int = 1,
        stream: str = "",
    ) -> None:
        """A curve.

        Args:
            name: its name in the catalogue.
            point: c, from u (n,) to points (n, 2).
            noise: sigma.
            seed: what rows are drawn from.
            pieces: into how many equal intervals of u the curve falls; it is smooth inside each.
            stream: tells apart sources that share a seed.
        """
        self.name = name
        self.gives = frozenset({"x"})
        self.spaces = {"x": "points"}
        self.aligned = False
        self.size: int | None = None
        self.modes: Modes | None = None
        self.noise = noise
        self._point, self._pieces = point, pieces
        self._counter = Counter(seed, 3, stream=stream)

    def batch(self, positions: Positions, split: Split = "train") -> RawBatch:
        """The rows at those positions of that part, (n, 2)."""
        u = self._counter.uniforms(positions, split)
        x = self._point(u[0])
        x += (self.noise * normals(u[1:])).T
        return {"x": x}

    def log_prob(self, x: Floats) -> Floats:
        """Log density, (n, 2) -> (n,), to 1e-6 of itself wherever rows are drawn."""
        return self.log_prob_blurred(x, noise=self.noise)

    def log_prob_blurred(self, x: Floats, *, noise: float) -> Floats:
        """Log density of the same curve under another width of noise, (n, 2) -> (n,)."""
        points, (c, w) = as_points(x, 2), self._quadrature(noise)
        middle = c.mean(axis=0)
        y, c = (points - middle) / noise, (c - middle) / noise
        constant = np.log(w) - np.log(2 * np.pi * noise**2) - np.square(c).sum(1) / 2
        rows = max(1, CHUNK // len(w))
        out: Floats = -np.square(y).sum(1) / 2
        for start in range(0, len(points), rows):  # -|y - c|^2 / 2 = y.c - |c|^2 / 2 - |y|^2 / 2
            inner = y[start : start + rows] @ c.T
            inner += constant
            out[start : start + rows] += _log_sum(inner)
        return out

    def _quadrature(self, noise: float) -> tuple[Floats, Floats]:
        """Points of the curve and their weights, (m, 2) and (m,)."""
        u = (np.arange(1000 * self._pieces) + 0.5) / (1000 * self._pieces)
        each = self._point(u).reshape(self._pieces, 1000, 2)
        fastest = np.linalg.norm(np.diff(each, axis=1), axis=2).max() * 1000  # |dc/du| / pieces
        panels = self._pieces * int(np.ceil(fastest / (PANEL * noise) + 1))
        nodes, weights = np.polynomial.legendre.leggauss(NODES)
        starts = np.arange(panels)[:, None]
        at = (starts + (nodes + 1) / 2).ravel() / panels
        return self._point(at), np.tile(weights / 2, panels) / panels

    def describe(self) -> Described:
        """Noise and how the density is computed."""
        described = describe_contract(self)
        described.facts.append(("noise", f"{self.noise:g}"))
        described.facts.append(("density", "by quadrature, to 1e-6"))
        return described


def _log_sum(terms: Floats) -> Floats:
    """Log of a sum of exponentials over the last axis, (n, m) -> (n,)."""
    top = terms.max(axis=1)
    terms -= top[:, None]
    total: Floats = np.log(np.exp(terms, out=terms).sum(axis=1)) + top
    return total


class Cells:
    """Uniform on boxes that do not overlap.

    Attributes:
        lower: lower corners, (k, d).
        upper: upper corners, (k, d).
    """

    def __init__(
        self, name: str, lower: Floats, upper: Floats, *, seed: int, stream: str = ""
    ) -> None:
        self.name = name
        self.gives = frozenset({"x"})
        self.spaces = {"x": "points"}
        self.aligned = False
        self.size: int | None = None
        self.modes: Modes | None = None
        self.lower, self.upper = lower, upper
        self._side = upper - lower
        self._area = self._side.prod(axis=1).sum()
        self._choose = Chooser(self._side.prod(axis=1))
        self._counter = Counter(seed, 1 + lower.shape[1], stream=stream)

    def batch(self, positions: Positions, split: Split = "train") -> RawBatch:
        """The rows at those positions of that part, (n, d)."""
        u = self._counter.uniforms(positions, split)
        cell = self._choose(u[0])
        return {"x": self.lower[cell] + u[1:].T * self._side[cell]}

    def log_prob(self, x: Floats) -> Floats:
        """Exact log density, (n, d) -> (n,): minus infinity outside of every box."""
        points = as_points(x, self.lower.shape[1])[:, None]
        inside = np.any(np.all((points >= self.lower) & (points < self.upper), axis=2), axis=1)
        return np.where(inside, -np.log(self._area), -np.inf)

    def describe(self) -> Described:
        """How many cells."""
        described = describe_contract(self)
        described.facts.append(("density", f"exact, uniform on {len(self.lower)} cells"))
        return described
