"""The f-divergences that have a name, each with its closed forms in v = log u.

  row                  f(u)                          T = f'(u)          f*(T)         u^2 f''(u)
  js, minimax          u log u - (u+1) log((u+1)/2)  log 2 D            -log 2 (1-D)  D
  kl                   u log u                       1 + v              u             u
  reverse-kl           -log u                        -1/u               v - 1         1
  pearson              (u-1)^2                       2 (u-1)            u^2 - 1       2 u^2
  neyman               (u-1)^2 / u                   1 - 1/u^2          2 - 2/u       2/u
  squared-hellinger    (sqrt u - 1)^2                1 - 1/sqrt u       sqrt u - 1    sqrt u / 2
  jeffrey              (u-1) log u                   v + 1 - 1/u        v + u - 1     u + 1
  softened-reverse-kl  (u+1) log((u+1)/(2u))         -1/u - log 2 D     log 2 D - 1   1 - D
  alpha:A              (u^A-1-A(u-1)) / (A(A-1))     (u^(A-1)-1)/(A-1)  (u^A-1)/A     u^A
  js-weighted:PI       PI u log u - m log m          PI (v - log m)     (1-PI) log m  PI(1-PI) u/m

with D = u / (1 + u) and m = 1 - PI + PI u. Where f'' has the form u^(a-2), f''/u is that of alpha
a - 1: this is why the swapped objective of one row drives another.

References:
    Nowozin, Cseke, Tomioka (2016), f-GAN, Tables 1 and 2.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn.functional import logsigmoid, softplus

from saddle.catalogue import number
from saddle.distances.f_divergences import FDivergence
from saddle.distances.forms import Form
from saddle.errors import BadValue
from saddle.references import ALPHA, FGAN, GAN, SOFTENED

LOG2 = math.log(2)


def minimax() -> FDivergence:
    """The classical game: the critic raises E_P log D + E_Q log(1 - D), the generator lowers it.

    f(u) = u log u - (u+1) log(u+1), shifted by 2 log 2; the estimate is the value plus log 4.
    """
    return _game("minimax", "zero-sum")


def non_saturating() -> FDivergence:
    """The classical game where the generator minimises -E_Q log D (- E_P log(1 - D))."""
    return _game("non-saturating", "swapped")


def _game(name: str, objective: str) -> FDivergence:
    return FDivergence(
        name=name,
        f=lambda u: u * u.log() - (u + 1) * (u + 1).log(),
        reference=GAN,
        objective=objective,
        measures="2 JSD(p, q)",
        swaps="2 KL((p + q)/2 || p), the softened reverse KL",
        form=Form(logsigmoid, lambda v: softplus(v) - 2 * LOG2, torch.sigmoid),
        link=_same,
        reach=math.inf,
    )


def js() -> FDivergence:
    """Twice the Jensen-Shannon divergence: KL(p || m) + KL(q || m), m = (p + q)/2.

    The factor is the f-GAN paper's; `js-weighted:0.5` is the usual JSD, at most log 2.
    """
    return FDivergence(
        name="js",
        f=lambda u: u * u.log() - (u + 1) * ((u + 1) / 2).log(),
        reference=FGAN,
        measures="2 JSD(p, q)",
        swaps="2 KL((p + q)/2 || p), the softened reverse KL",
        form=Form(lambda v: LOG2 + logsigmoid(v), lambda v: softplus(v) - LOG2, torch.sigmoid),
        link=_same,
        reach=math.inf,
    )


def kl() -> FDivergence:
    """KL(p || q) = E_Q u log u."""
    return FDivergence(
        name="kl",
        f=lambda u: u * u.log(),
        reference=FGAN,
        measures="KL(p || q)",
        swaps="KL(q || p)",
        form=Form(lambda v: 1 + v, torch.exp, torch.exp),
        link=lambda t: t - 1,
    )


def reverse_kl() -> FDivergence:
    """KL(q || p) = E_Q[-log u]."""
    return FDivergence(
        name="reverse-kl",
        f=lambda u: -u.log(),
        reference=FGAN,
        measures="KL(q || p)",
        swaps="half of Neyman's, the integral of (p - q)^2 / p",
        form=Form(lambda v: -torch.exp(-v), lambda v: v - 1, torch.ones_like),
        link=_same,
    )


def pearson() -> FDivergence:
    """The integral of (p - q)^2 / q."""
    return FDivergence(
        name="pearson",
        f=lambda u: (u - 1).square(),
        reference=FGAN,
        measures="Pearson's chi-square, the integral of (p - q)^2 / q",
        swaps="2 KL(p || q)",
        form=Form(
            lambda v: 2 * torch.expm1(v),
            lambda v: torch.expm1(2 * v),
            lambda v: 2 * torch.exp(2 * v),
        ),
        link=lambda t: _log(1 + t / 2),
    )


def neyman() -> FDivergence:
    """The integral of (p - q)^2 / p."""
    return FDivergence(
        name="neyman",
        f=lambda u: (u - 1).square() / u,
        reference=FGAN,
        measures="Neyman's chi-square, the integral of (p - q)^2 / p",
        swaps="2 D(p || q) of alpha:-2",
        form=Form(
            lambda v: -torch.expm1(-2 * v),
            lambda v: -2 * torch.expm1(-v),
            lambda v: 2 * torch.exp(-v),
        ),
        link=lambda t: t / 2,
    )


def squared_hellinger() -> FDivergence:
    """The integral of (sqrt p - sqrt q)^2."""
    return FDivergence(
        name="squared-hellinger",
        f=lambda u: (u.sqrt() - 1).square(),
        reference=FGAN,
        measures="the integral of (sqrt p - sqrt q)^2",
        swaps="half of D(p || q) of alpha:-0.5",
        form=Form(
            lambda v: -torch.expm1(-v / 2),
            lambda v: torch.expm1(v / 2),
            lambda v: torch.exp(v / 2) / 2,
        ),
        link=lambda t: 2 * t,
    )


def jeffrey() -> FDivergence:
    """KL(p || q) + KL(q || p)."""
    return FDivergence(
        name="jeffrey",
        f=lambda u: (u - 1) * u.log(),
        reference=FGAN,
        measures="KL(p || q) + KL(q || p)",
        swaps="KL(q || p) and half of Neyman's",
        form=Form(
            lambda v: v - torch.expm1(-v),
            lambda v: v + torch.expm1(v),
            lambda v: torch.exp(v) + 1,
        ),
        link=jeffrey_link,
    )


def total_variation() -> FDivergence:
    """Half the integral of |p - q|: f(u) = |u - 1| / 2, kinked at 1 and straight elsewhere.

    f'' vanishes, so that the ratio cannot be read from f'; the link T = tanh(v) / 2 stands in, and
    f*(T) = T. At v = log p/q the bound is not tight: it is the smooth divergence
    E_P T - E_Q T with T = (u^2 - 1) / (u^2 + 1) / 2.
    """
    return FDivergence(
        name="total-variation",
        f=lambda u: (u - 1).abs() / 2,
        reference=FGAN,
        objective="zero-sum",
        measures="total variation, smoothed: its gradient is that of f'' = 2 / (1 + u^2)^2",
        swaps="total variation, smoothed: its gradient is that of f'' = 2 / (1 + u^2)^2",
        form=Form(_half_tanh, _half_tanh),
    )


def softened_reverse_kl() -> FDivergence:
    """2 KL((p + q)/2 || p) = KL(q || p) - 2 JSD(p, q), where the two do not contradict."""
    return FDivergence(
        name="softened-reverse-kl",
        f=lambda u: (u + 1) * ((u + 1) / (2 * u)).log(),
        reference=SOFTENED,
        measures="2 KL((p + q)/2 || p), the softened reverse KL",
        swaps="D_g(p || q), g'' = 1 / (u^3 (1 + u))",
        form=Form(
            lambda v: softplus(-v) - LOG2 - torch.exp(-v),
            lambda v: logsigmoid(v) + LOG2 - 1,
            lambda v: torch.sigmoid(-v),
        ),
    )


def alpha(text: str) -> FDivergence:
    """The alpha-divergence of A: half of Pearson's at 2, twice the squared Hellinger at 1/2.

    Its limits are KL(p || q) at A = 1 and KL(q || p) at A = 0.
    """
    a = number(text, "A of alpha:A")
    if abs(a) < 1e-3 or abs(a - 1) < 1e-3 or abs(a) > 20:
        raise BadValue(
            f"alpha:A needs 1e-3 <= |A| <= 20 and |A - 1| >= 1e-3, got {text!r}; "
            "its limits are reverse-kl (A = 0) and kl (A = 1)"
        )
    b = a - 1
    return FDivergence(
        name=f"alpha:{text}",
        f=lambda u: (u**a - 1 - a * (u - 1)) / (a * b),
        reference=ALPHA,
        measures=f"the alpha-divergence of A = {a:g}",
        swaps=f"the alpha-divergence of A = {b:g}",
        form=Form(
            lambda v: torch.expm1(b * v) / b,
            lambda v: torch.expm1(a * v) / a,
            lambda v: torch.exp(a * v),
        ),
        link=(lambda t: _log(1 + b * t) / b) if a > 1 else (lambda t: _log(-b * softplus(-t)) / b),
    )


def js_weighted(text: str) -> FDivergence:
    """PI KL(p || m) + (1 - PI) KL(q || m), m = PI p + (1 - PI) q: the usual JSD at PI = 1/2."""
    pi = number(text, "PI of js-weighted:PI", low=0.01, high=0.99)

    def log_m(v: Tensor) -> Tensor:
        return torch.logaddexp(torch.full_like(v, math.log(1 - pi)), v + math.log(pi))

    def link(t: Tensor) -> Tensor:
        s = -softplus(-t) / pi
        return math.log((1 - pi) / pi) + s - _log(-torch.expm1(s))

    def f(u: Tensor) -> Tensor:
        m = 1 - pi + pi * u
        return pi * u * u.log() - m * m.log()

    return FDivergence(
        name=f"js-weighted:{text}",
        f=f,
        reference=FGAN,
        measures=f"{pi:g} KL(p || m) + {1 - pi:g} KL(q || m), m = {pi:g} p + {1 - pi:g} q",
        swaps=f"D_g(p || q), g'' = {pi * (1 - pi):g} / (u^2 ({1 - pi:g} + {pi:g} u))",
        form=Form(
            lambda v: pi * (v - log_m(v)),
            lambda v: (1 - pi) * log_m(v),
            lambda v: pi * (1 - pi) * torch.exp(v - log_m(v)),
        ),
        link=link,
        reach=math.inf,
    )


def jeffrey_link(t: Tensor) -> Tensor:
    """Log u where T = v: the r with r + 1 - e^-r = v, by Newton's method.

    The left side is concave and rises, so that from a start below the root every step stays
    below it. The last two steps carry the gradient, and make it right to second order.
    """
    with torch.no_grad():
        below = -torch.log1p(-t.clamp_max(0))
        r = torch.where(t > 0, torch.maximum(t - 1, t / 2), below)
        for _ in range(6):
            r = _newton(r, t)
    return _newton(_newton(r, t), t)


def _newton(r: Tensor, t: Tensor) -> Tensor:
    return r - (r - torch.expm1(-r) - t) / (1 + torch.exp(-r))


def _same(t: Tensor) -> Tensor:
    return t


def _half_tanh(v: Tensor) -> Tensor:
    return torch.tanh(v) / 2


def _log(x: Tensor) -> Tensor:
    """Log x, with the value and the slope of its edge below e^-20."""
    least = math.exp(-20)
    return torch.log(x + (x.clamp_min(least) - x).detach())
