"""Laws on the line by quadrature in numpy, and the f of the usual divergences."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from saddle.report.read import Floats

X: Floats = np.linspace(-16, 16, 4001)
"""Nodes of the trapezoid rule, exact to rounding where densities vanish at both ends."""

DX = float(X[1] - X[0])
LOG2, LOG4 = math.log(2), math.log(4)


@dataclass(frozen=True)
class Form:
    """An f-divergence by its closed forms in u = p/q.

    Attributes:
        f: the convex function.
        output: T = f'(u).
        conjugate: f*(T) = u f'(u) - f(u).
        weight: u^2 f''(u), of the exact gradient.
    """

    f: Callable[[Floats], Floats]
    output: Callable[[Floats], Floats]
    conjugate: Callable[[Floats], Floats]
    weight: Callable[[Floats], Floats]


FORMS: dict[str, Form] = {
    "KL(p‖q)": Form(lambda u: u * np.log(u), lambda u: 1 + np.log(u), lambda u: u, lambda u: u),
    "KL(q‖p)": Form(lambda u: -np.log(u), lambda u: -1 / u, lambda u: np.log(u) - 1, np.ones_like),
    "2 JSD": Form(
        lambda u: u * np.log(u) - (u + 1) * np.log((u + 1) / 2),
        lambda u: np.log(2 * u / (1 + u)),
        lambda u: np.log((1 + u) / 2),
        lambda u: u / (1 + u),
    ),
    "Pearson": Form(
        lambda u: (u - 1) ** 2, lambda u: 2 * (u - 1), lambda u: u**2 - 1, lambda u: 2 * u**2
    ),
    "Neyman": Form(
        lambda u: (u - 1) ** 2 / u, lambda u: 1 - u**-2, lambda u: 2 - 2 / u, lambda u: 2 / u
    ),
    "squared Hellinger": Form(
        lambda u: (np.sqrt(u) - 1) ** 2,
        lambda u: 1 - u**-0.5,
        lambda u: np.sqrt(u) - 1,
        lambda u: np.sqrt(u) / 2,
    ),
    "Jeffrey": Form(
        lambda u: (u - 1) * np.log(u),
        lambda u: np.log(u) + 1 - 1 / u,
        lambda u: np.log(u) + u - 1,
        lambda u: u + 1,
    ),
}


def integral(values: Floats) -> float:
    """Over the line, of values at `X`."""
    return float(values.sum() * DX)


def log_normal(x: Floats, mu: float, sigma: float) -> Floats:
    """Log density of N(mu, sigma^2)."""
    found: Floats = -0.5 * ((x - mu) / sigma) ** 2 - math.log(sigma * math.sqrt(2 * math.pi))
    return found


def mixture(*parts: tuple[float, float, float], x: Floats = X) -> Floats:
    """Log density of a mixture of Gaussians given as (weight, mean, std)."""
    logs = [math.log(w) + log_normal(x, m, s) for w, m, s in parts]
    found: Floats = np.logaddexp.reduce(logs)
    return found


def kl(log_p: Floats, log_q: Floats) -> float:
    """KL(p || q) of log densities at `X`."""
    return integral(np.exp(log_p) * (log_p - log_q))


def jsd(log_p: Floats, log_q: Floats) -> float:
    """The Jensen-Shannon divergence, at most log 2."""
    log_m = np.logaddexp(log_p, log_q) - LOG2
    return (kl(log_p, log_m) + kl(log_q, log_m)) / 2


def log_sigmoid(v: Floats) -> Floats:
    """Log D = log sigmoid(v)."""
    return -np.logaddexp(0.0, -v)


def value(log_p: Floats, log_q: Floats, v: Floats) -> float:
    """V = E_p log D + E_q log(1 - D) at scores v."""
    return integral(np.exp(log_p) * log_sigmoid(v) + np.exp(log_q) * log_sigmoid(-v))
