"""The proof that an entry is an f-divergence: f is strictly convex and smooth, or has a link."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from saddle.distances.forms import Form, Map, curvature, slope
from saddle.errors import BadValue

REACH = 10.0
"""Scores are held within |v| <= REACH; u = e^v then lies in [4.5e-5, 2.2e4]."""

LEAST = 3.0
"""The least reach that an f may be left with: u in [0.05, 20]."""

LARGEST = 1e30
"""Above this a value is taken for infinite: float32 ends at 3.4e38."""

STEPS = 800


@dataclass(frozen=True)
class Curve:
    """F and its derivatives on a grid of v that holds 0, each (2 STEPS + 1,)."""

    name: str
    v: Tensor
    f: Tensor
    slope: Tensor
    curvature: Tensor

    @property
    def u(self) -> Tensor:
        """The ratio e^v."""
        return self.v.exp()

    def interval(self, where: Tensor) -> str:
        """The first run of grid points where `where` holds, as an interval of u."""
        start = int(where.nonzero()[0])
        past = (~where[start:]).nonzero()
        end = start + int(past[0]) - 1 if len(past) else len(where) - 1
        return (
            f"u in [{self.u[max(start - 1, 0)]:.3g}, {self.u[min(end + 1, len(self.u) - 1)]:.3g}]"
        )


def value_at_one(name: str, f: Map) -> float:
    """f(1), after looking at whether f maps tensors as it should."""
    ones = torch.ones(3, dtype=torch.float64)
    try:
        y = f(ones)
    except (TypeError, ValueError, RuntimeError, AttributeError) as error:
        raise BadValue(f"f of {name!r} must map a tensor u to a tensor: {error}") from error
    if not torch.is_tensor(y) or y.shape != ones.shape:
        got = tuple(y.shape) if torch.is_tensor(y) else type(y).__name__
        raise BadValue(f"f of {name!r} must map a tensor (n,) to a tensor (n,), got {got}")
    if not torch.isfinite(y[0]):
        raise BadValue(f"f of {name!r} must be finite at u = 1, got {float(y[0])}")
    return float(y[0])


def draw(name: str, f: Map) -> Curve:
    """The curve of f on the grid."""
    v = torch.linspace(-REACH, REACH, 2 * STEPS + 1, dtype=torch.float64)
    u = v.exp()
    with torch.no_grad():
        return Curve(name, v, f(u), slope(f, u), curvature(f, u))


def prove(name: str, f: Map, form: Form | None) -> float:
    """Proves the entry and gives how far it reaches: the |v| up to which all is finite.

    Infinite where closed forms are given and nothing on the grid stands against it.

    Raises:
        BadValue: naming the interval where f is not finite, not convex, kinked or straight.
    """
    curve = draw(name, f)
    reach = _reach(curve, _finite(curve), f"is not finite (below {LARGEST:g})")
    _refuse_concave(curve)
    if form is None:
        reach = min(REACH, reach, _reach(curve, ~_straight(curve), "is straight (f'' = 0)"))
        _refuse_kinks(curve, reach)
    else:
        _prove_form(curve, form, reach)
    return reach


def _finite(curve: Curve) -> Tensor:
    u = curve.u
    sizes = (curve.f, u * curve.slope, curve.curvature, u.square() * curve.curvature)
    return torch.stack([x.abs() < LARGEST for x in sizes]).all(0)


def _reach(curve: Curve, good: Tensor, fault: str) -> float:
    """The reach within which every point is good; refused where it is below LEAST."""
    faults = curve.v[~good].abs()
    reach = float(faults.min()) - 2 * REACH / STEPS if len(faults) else math.inf
    if reach < LEAST:
        raise BadValue(
            f"f of {curve.name!r} {fault} for {curve.interval(~good)}; "
            "it must be strictly convex and twice differentiable on u > 0, "
            "or come with a named link (form=), as total-variation does"
        )
    return reach


def _refuse_concave(curve: Curve) -> None:
    # Rounding of f'' is of the size of what cancelled in it.
    noise = 1e-10 * (curve.slope.abs() / curve.u + curve.f.abs() / curve.u.square())
    concave = curve.curvature < -noise
    steps = curve.slope.diff()
    falls = steps < -1e-9 * (curve.slope[1:].abs() + curve.slope[:-1].abs())
    concave[1:] |= falls
    if concave.any():
        raise BadValue(f"f of {curve.name!r} is not convex for {curve.interval(concave)}")


def _straight(curve: Curve) -> Tensor:
    """Where f'' is zero at two neighbours: a single zero does not make f straight."""
    zero = curve.curvature <= 0
    both = zero[1:] & zero[:-1]
    straight = torch.zeros_like(zero)
    straight[1:] |= both
    straight[:-1] |= both
    return straight


def _refuse_kinks(curve: Curve, reach: float) -> None:
    """F' must rise by the integral of f'' (Simpson's rule on each pair of steps)."""
    y = curve.u * curve.curvature
    integral = (y[:-2:2] + 4 * y[1:-1:2] + y[2::2]) * REACH / STEPS / 3
    rise = curve.slope[2::2] - curve.slope[:-2:2]
    rounding = 1e-9 * (curve.slope[2::2].abs() + curve.slope[:-2:2].abs())
    # What moves f itself by less than this is no kink that a critic could meet.
    least = 1e-7 * (1 + curve.f[1:-1:2].abs()) / curve.u[1:-1:2]
    kinked = (rise - integral).abs() > 0.05 * integral.abs() + rounding + least
    kinked &= curve.v[1:-1:2].abs() < reach
    if kinked.any():
        where = torch.zeros_like(curve.v, dtype=torch.bool)
        where[1:-1:2] = kinked
        raise BadValue(
            f"f of {curve.name!r} has a kink for {curve.interval(where)}: the ratio cannot be "
            "read from f' there; give a named link (form=), as total-variation does"
        )


def _prove_form(curve: Curve, form: Form, reach: float) -> None:
    """T rises, f*(T) = sup_u (u T - f(u)) and the weight is u dT/dv, all on the grid."""
    inside = curve.v.abs() <= reach
    v, u, f = curve.v[inside], curve.u[inside], curve.f[inside]
    some = slice(None, None, 20)
    T, F = form.output(v[some]), form.conjugate(v[some])
    best = (u * T[:, None] - f).amax(1)
    # Away from u = 1, T may be level with its limit in floating point.
    if not ((T.diff() > 0) | (v[some][1:].abs() > 1) & (T.diff() >= 0)).all():
        raise BadValue(f"the link of {curve.name!r} must give a T that rises with v")
    if not torch.allclose(F, best, rtol=1e-5, atol=1e-6):
        raise BadValue(f"the conjugate of {curve.name!r} must be f*(T) = sup_u (u T - f(u))")
    if form.weight is not None:
        weight = u[some] * slope(form.output, v[some])
        if not torch.allclose(form.weight(v[some]), weight, rtol=1e-5, atol=1e-9):
            raise BadValue(f"the weight of {curve.name!r} must be u^2 f''(u)")
