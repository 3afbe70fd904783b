"""Monotone maps of the line with their slopes: what a coupling layer applies to each coordinate.

A `Bijector` is two pure functions. Each takes coordinates (n, d) and raw numbers (n, d, k), and
gives the mapped coordinates and the log of their slope, (n, d) each.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional

Elementwise = Callable[[Tensor, Tensor], tuple[Tensor, Tensor]]


@dataclass(frozen=True)
class Bijector:
    """A family of increasing maps of the line.

    Attributes:
        numbers: k, how many raw numbers choose one map.
        forward: x -> y and log dy/dx.
        inverse: y -> x and log dx/dy.
    """

    numbers: int
    forward: Elementwise
    inverse: Elementwise


# ---- y = exp(s) x + t ---------------------------------------------------------------------------

AFFINE_BOUND = 2.0
"""|s| stays below this, so that no layer stretches by more than e^2 and float32 can undo it."""


def _scale_shift(raw: Tensor) -> tuple[Tensor, Tensor]:
    s, t = raw.unbind(2)
    return AFFINE_BOUND * torch.tanh(s / AFFINE_BOUND), t


def affine_forward(x: Tensor, raw: Tensor) -> tuple[Tensor, Tensor]:
    """Y = exp(s) x + t (RealNVP Eq. 5)."""
    s, t = _scale_shift(raw)
    return torch.exp(s) * x + t, s


def affine_inverse(y: Tensor, raw: Tensor) -> tuple[Tensor, Tensor]:
    """X = (y - t) exp(-s)."""
    s, t = _scale_shift(raw)
    return (y - t) * torch.exp(-s), -s


AFFINE = Bijector(2, affine_forward, affine_inverse)


# ---- rational-quadratic splines -----------------------------------------------------------------


class Piece(NamedTuple):
    """The bin that each coordinate falls in: its corner, size, slope and end derivatives."""

    x: Tensor
    y: Tensor
    width: Tensor
    height: Tensor
    left: Tensor
    right: Tensor


@dataclass(frozen=True)
class Spline:
    """A monotone rational-quadratic spline on [-bound, bound], the identity outside.

    With K bins, knots (x_k, y_k), derivatives d_k (one at both ends), s = height / width and
    xi = (x - x_k) / width, inside bin k (Durkan et al. Eq. 4 and 5)

        y = y_k + height (s xi^2 + d_k xi (1 - xi)) / D,    D = s + (d_k + d_k+1 - 2 s) xi (1 - xi)
        dy/dx = s^2 (d_k+1 xi^2 + 2 s xi (1 - xi) + d_k (1 - xi)^2) / D^2

    and the inverse is the root of a quadratic. Raw numbers: K widths, K heights, K - 1
    derivatives; all zero is the identity. No bin is narrower than `least` of an even one, and no
    derivative is below `least`.

    Attributes:
        bins: K.
        bound: half the width of the square in which the map bends.
        least: the floor of bin sizes and derivatives.

    References:
        Durkan, Bekasov, Murray, Papamakarios (2019), Neural spline flows.
    """

    bins: int = 12
    bound: float = 4.0
    least: float = 1e-2

    def knots(self, raw: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Knots in x and y and the derivatives there, (n, d, K + 1) each."""
        w, h, d = raw.tensor_split((self.bins, 2 * self.bins), 2)
        slopes = self.least + functional.softplus(d + math.log(math.expm1(1 - self.least)))
        return self._places(w), self._places(h), functional.pad(slopes, (1, 1), value=1.0)

    def _places(self, raw: Tensor) -> Tensor:
        share = self.least / self.bins + (1 - self.least) * torch.softmax(raw, 2)
        inner = 2 * self.bound * share[..., :-1].cumsum(2) - self.bound
        return functional.pad(
            functional.pad(inner, (1, 0), value=-self.bound), (0, 1), value=self.bound
        )

    def _piece(self, raw: Tensor, at: Tensor, *, vertical: bool) -> Piece:
        """The bin of each coordinate, found by its place along x, or along y."""
        xs, ys, slopes = self.knots(raw)
        along = ys if vertical else xs
        k = (along[..., 1:-1].detach() <= at[..., None]).sum(2, keepdim=True)
        both = torch.cat((k, k + 1), 2)
        x, y, d = (knots.gather(2, both) for knots in (xs, ys, slopes))
        (x0, x1), (y0, y1), (left, right) = x.unbind(2), y.unbind(2), d.unbind(2)
        return Piece(x0, y0, x1 - x0, y1 - y0, left, right)

    def forward(self, x: Tensor, raw: Tensor) -> tuple[Tensor, Tensor]:
        """Y and log dy/dx."""
        inside = x.abs() < self.bound
        at = x.clamp(-self.bound, self.bound)
        p = self._piece(raw, at, vertical=False)
        xi = (at - p.x) / p.width
        s = p.height / p.width
        bend = xi * (1 - xi)
        D = s + (p.left + p.right - 2 * s) * bend
        y = p.y + p.height * (s * xi.square() + p.left * bend) / D
        return torch.where(inside, y, x), torch.where(inside, _log_slope(p, s, xi, D), 0.0)

    def inverse(self, y: Tensor, raw: Tensor) -> tuple[Tensor, Tensor]:
        """X and log dx/dy: the root in [0, 1] of a xi^2 + b xi + c (Eq. 6 to 8)."""
        inside = y.abs() < self.bound
        at = y.clamp(-self.bound, self.bound)
        p = self._piece(raw, at, vertical=True)
        s = p.height / p.width
        up = at - p.y
        curve = up * (p.left + p.right - 2 * s)
        a = p.height * (s - p.left) + curve
        b = p.height * p.left - curve
        c = -s * up
        # This form of the root does not cancel; rounding may bring what is below it under zero.
        root = (b.square() - 4 * a * c).clamp(min=1e-30).sqrt()
        xi = 2 * c / (-b - root)
        D = s + (p.left + p.right - 2 * s) * xi * (1 - xi)
        x = p.x + xi * p.width
        return torch.where(inside, x, y), torch.where(inside, -_log_slope(p, s, xi, D), 0.0)


def _log_slope(p: Piece, s: Tensor, xi: Tensor, D: Tensor) -> Tensor:
    """Log dy/dx inside a bin (Durkan et al. Eq. 5)."""
    rest = 1 - xi
    top = p.right * xi.square() + 2 * s * xi * rest + p.left * rest.square()
    return 2 * (s.log() - D.log()) + top.log()


def spline(bins: int = 12) -> Bijector:
    """Rational-quadratic splines with that many bins."""
    shape = Spline(bins)
    return Bijector(3 * bins - 1, shape.forward, shape.inverse)
