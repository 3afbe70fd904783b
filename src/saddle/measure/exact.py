"""Exact f-divergences between known densities in one and two dimensions, by quadrature.

Goodfellow et al. 2014, Theorem 1: at the optimal critic D* = p/(p+q) the value of the game is
-log 4 + 2 JSD(P, Q). Nowozin et al. 2016, Section 3: the Gaussian nearest to a mixture.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from saddle.errors import BadValue, bad
from saddle.measure.base import Floats, LogDensity
from saddle.measure.divergences import Generator, jsd
from saddle.measure.quadrature import Bounds, check_bounds, evaluate, find_bounds, integrate

_REACHES = tuple(decades * math.log(10) for decades in (60, 30, 15, 6))


@dataclass(frozen=True)
class Exact:
    """A divergence by quadrature.

    Attributes:
        value: in nats (or f's own units); infinite where the integral diverges.
        error: estimate of its absolute error.
        mass_p: integral of p over the bounds; `mass_q` of q.
        bounds: (low, high) of each axis.
    """

    value: float
    error: float
    mass_p: float
    mass_q: float
    bounds: Bounds

    def __float__(self) -> float:
        return self.value


@dataclass(frozen=True)
class _Tail:
    """log|h| beyond l = far for h(l): a power of u, a straight line in log u, or a constant."""

    at: float
    slope: float
    power: float

    def log(self, l: Floats) -> tuple[Floats, Floats]:
        """Sign and log |h| at distances l >= 0 beyond the far point."""
        line = self.at if self.slope == 0 else self.at + self.slope * l
        with np.errstate(divide="ignore"):
            size = np.log(np.abs(line)) + np.zeros_like(l)
        return np.sign(line) + np.zeros_like(l), size if self.power == 0 else size + self.power * l


def _tail(h: Callable[[float], float], far: float) -> _Tail:
    """How h goes on beyond l = far, from its values at one, two and three thirds of the way."""
    a, b, c = (h(k * far / 3) for k in (1, 2, 3))
    first, second = b - a, c - b
    if abs(c) > 20 * (abs(b) + 1):
        return _Tail(c, 0.0, math.log(abs(c) / max(abs(b), 1e-300)) * 3 / far)
    if abs(second) <= 1e-9 * (1 + abs(c)):
        return _Tail(c, 0.0, 0.0)
    if abs(second) < 0.9 * abs(first):  # it settles: the limit of a geometric approach (Aitken)
        return _Tail(c + second**2 / (first - second), 0.0, 0.0)
    return _Tail(c, second * 3 / far, 0.0)


def integrand(f: Generator) -> Callable[[Floats, Floats], Floats]:
    """The function (log p, log q) -> q f(p/q), for densities down to exp(-thousands) and zero.

    Where p <= q it is q h(u) with h = f, elsewhere p h(u) with h = f(u)/u. Beyond sixty decades
    of u (fewer where f overflows) h goes on as it does there: like a power of u, linearly in
    log u, or constant.
    """
    one = float(f(np.ones(1))[0])

    def shifted(u: Floats) -> Floats:
        y: Floats = f(u) - one
        return y

    def low(l: float) -> float:
        return float(shifted(np.array([math.exp(-l)]))[0])

    def high(l: float) -> float:
        return float(shifted(np.array([math.exp(l)]))[0] * math.exp(-l))

    far_u = _reach(low, high)
    tails = (_tail(low, far_u), _tail(high, far_u))

    def value(log_p: Floats, log_q: Floats) -> Floats:
        heavy = np.maximum(log_p, log_q)
        present = heavy > -np.inf
        l = np.zeros_like(heavy)
        np.subtract(log_p, log_q, out=l, where=present)
        near = np.clip(l, -far_u, far_u)
        u = np.exp(near)
        y: Floats = np.exp(heavy) * shifted(u) * np.exp(-np.maximum(near, 0))
        for tail, side in zip(tails, (-1, 1), strict=True):
            far = present & (side * l > far_u)
            sign, size = tail.log(side * l[far] - far_u)
            with np.errstate(over="ignore"):
                y[far] = sign * np.exp(heavy[far] + size)
        y[~present] = 0.0
        return y

    return value


def _reach(*sides: Callable[[float], float]) -> float:
    """The largest log u up to which f is finite on both sides, of those that are tried."""
    for far in _REACHES:
        with np.errstate(all="ignore"):
            if all(math.isfinite(h(far)) for h in sides):
                return far
    raise BadValue("f must be finite and take arrays for u between 1e-6 and 1e6")


def f_divergence(
    log_p: LogDensity,
    log_q: LogDensity,
    *,
    f: Generator,
    dimension: int = 1,
    bounds: Bounds | None = None,
    tolerance: float | None = None,
) -> Exact:
    """D_f(P || Q), the integral of q f(p/q), with f shifted so that f(1) = 0.

    Args:
        log_p: log density of P, from (n, d) to (n,).
        log_q: log density of Q.
        f: convex, of u = p/q, on arrays; the usual ones are in `GENERATORS`.
        dimension: 1 or 2, where no bounds are given.
        bounds: (low, high) of each axis; by default a box that holds all of both densities.
        tolerance: absolute; by default 1e-11 in one dimension, 1e-7 in two.

    >>> from saddle.measure.divergences import kl
    >>> normal = lambda m: lambda x: -0.5 * (x[:, 0] - m) ** 2 - 0.5 * np.log(2 * np.pi)
    >>> round(f_divergence(normal(0.0), normal(1.0), f=kl).value, 9)
    0.5
    """
    box = check_bounds(bounds) if bounds else find_bounds(log_p, log_q, dimension=dimension)
    point = integrand(f)

    def g(x: Floats) -> Floats:
        lp, lq = evaluate(log_p, x), evaluate(log_q, x)
        return np.stack([point(lp, lq), np.exp(lp), np.exp(lq)], 1)

    if bounds is None and _grows_outward(lambda x: g(x)[:, 0], box):
        return Exact(math.inf, 0.0, 1.0, 1.0, box)
    total = integrate(g, box, tolerance=tolerance)
    if np.isposinf(total.value[0]):
        return Exact(math.inf, 0.0, 1.0, 1.0, box)
    _check_mass(total.value[1:], box)
    value, mass_p, mass_q = (float(v) for v in total.value)
    return Exact(value, float(total.error[0]), mass_p, mass_q, box)


def _grows_outward(g: Callable[[Floats], Floats], box: Bounds) -> bool:
    """Whether g is visible on the border of the box and larger there than a little inside.

    The border is where both densities vanish in double precision, so this is an integral that
    diverges (Pearson's where p has the heavier tail), not a box that is too small.
    """
    low, high = np.array(box).T
    middle, half = (low + high) / 2, (high - low) / 2
    corners = np.stack(np.meshgrid(*[np.linspace(-1, 1, 65)] * len(box), indexing="ij"), -1)
    unit = corners.reshape(-1, len(box))
    unit = unit[np.abs(unit).max(1) == 1]
    edge, inside = g(middle + unit * half), g(middle + 0.98 * unit * half)
    return bool(((edge > 1e-6) & (edge > inside)).any())


def _check_mass(mass: Floats, box: Bounds) -> None:
    """Both densities must hold their mass within the bounds, or the value means nothing."""
    for name, m in zip(("p", "q"), mass, strict=True):
        if not abs(m - 1) < 1e-3:
            raise BadValue(
                f"the density {name} integrates to {m:.6g} over {box}: it must be normalised, "
                f"and bounds must hold all of it (give bounds=((low, high), ...))"
            )


def entropy(log_p: LogDensity, *, dimension: int = 1, bounds: Bounds | None = None) -> float:
    """Differential entropy -E log p in nats."""
    box = check_bounds(bounds) if bounds else find_bounds(log_p, dimension=dimension)

    def g(x: Floats) -> Floats:
        lp = evaluate(log_p, x)
        return -np.exp(lp) * np.where(lp > -np.inf, lp, 0.0)

    return float(integrate(g, box).value[0])


def optimal_discriminator(log_p: Floats, log_q: Floats) -> Floats:
    """D*(x) = p/(p + q) from log densities at the same points (Goodfellow et al., Proposition 1).

    Where both densities are zero it is 1/2.
    """
    both = np.maximum(log_p, log_q) > -np.inf
    gap = np.zeros(np.broadcast_shapes(np.shape(log_p), np.shape(log_q)))
    np.subtract(log_q, log_p, out=gap, where=both)
    optimum: Floats = np.exp(-np.logaddexp(0.0, gap))
    return optimum


def value_of_game(
    log_p: LogDensity, log_q: LogDensity, *, dimension: int = 1, bounds: Bounds | None = None
) -> float:
    """V(G, D*) = -log 4 + 2 JSD(P, Q): -log 4 where P = Q, 0 where they share no point."""
    divergence = f_divergence(log_p, log_q, f=jsd, dimension=dimension, bounds=bounds)
    return -math.log(4) + 2 * divergence.value


@dataclass(frozen=True)
class BestGaussian:
    """The Gaussian nearest to P: N(mu, sigma^2), and D_f(P || N) there."""

    mu: float
    sigma: float
    divergence: float


def best_gaussian(
    log_p: LogDensity, *, f: Generator, bounds: Bounds | None = None
) -> BestGaussian:
    """The argmin over (mu, sigma) of D_f(P || N(mu, sigma^2)), P on the line, by quadrature.

    Started from the best of a coarse table of means and widths, so that a divergence with several
    local minima (reverse KL on separated modes) gives the lowest.
    """
    from scipy.optimize import minimize

    box = check_bounds(bounds) if bounds else find_bounds(log_p, dimension=1)
    if len(box) != 1:
        raise bad("bounds", bounds, "one pair (low, high): P is on the line")
    x, w, lp = _fine_grid(log_p, box)
    mass = np.exp(lp) * w
    mean = float(mass @ x / mass.sum())
    std = math.sqrt(float(mass @ (x - mean) ** 2 / mass.sum()))
    point = integrand(f)

    def loss(theta: Floats) -> float:
        value = float(w @ point(lp, _log_normal(x, theta[0], math.exp(theta[1]))))
        return value if value < 1e100 else 1e100

    table = [
        (loss(np.array(start)), start)
        for start in (
            (mean + k * std, math.log(s * std))
            for k in np.linspace(-2, 2, 9)
            for s in (0.2, 0.4, 0.7, 1.0, 1.3)
        )
    ]
    options = {"xatol": 1e-9, "fatol": 1e-13, "maxiter": 2000}
    found = minimize(loss, min(table)[1], method="Nelder-Mead", options=options)
    mu, sigma = float(found.x[0]), math.exp(float(found.x[1]))
    there = f_divergence(
        log_p, lambda y: _log_normal(y[:, 0], mu, sigma), f=f, dimension=1, bounds=bounds
    )
    return BestGaussian(mu, sigma, there.value)


def _fine_grid(log_p: LogDensity, box: Bounds) -> tuple[Floats, Floats, Floats]:
    """Gauss-Legendre nodes, weights and log p where p > 1e-100, on narrow panels."""
    coarse = np.linspace(*box[0], 4001)
    visible = coarse[evaluate(log_p, coarse[:, None]) > -230]
    edges = np.linspace(visible.min(), visible.max(), 601)
    t, v = np.polynomial.legendre.leggauss(10)
    half = np.diff(edges)[:, None] / 2
    x = ((edges[:-1] + edges[1:])[:, None] / 2 + half * t).ravel()
    return x, (half * v).ravel(), evaluate(log_p, x[:, None])


def _log_normal(x: Floats, mu: float, sigma: float) -> Floats:
    """Log density of N(mu, sigma^2)."""
    z = (x - mu) / sigma
    return -0.5 * z * z - math.log(sigma) - 0.5 * math.log(2 * math.pi)
