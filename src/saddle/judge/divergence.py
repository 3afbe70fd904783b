"""Any f-divergence from samples, by the held-out log ratio, with an interval that means it.

With v the held-out log ratio, u = e^v, P real and Q fake,

    B(v) = E_P f'(u) - E_Q [u f'(u) - f(u)]  <=  D_f(P || Q)

lies below D_f by a term of second order in the error of v: half of E_Q u^2 f''(u) (v - log p/q)^2.
Critics that have no row in common err apart, so that what more data would mend of this loss shows
in how they differ. R of them, averaged, lose 1/R of what one alone loses:

    loss = (B(mean v) - mean B(v_r)) / (R - 1).

The estimate is B + loss. Its interval begins where nothing was lost; it ends where twice as much
was, and the most besides that no critic of n rows is sure to see.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from saddle.judge.ratio import LogRatio, folds_share
from saddle.measure import GENERATORS, Interval, bound_on, bound_terms
from saddle.measure.base import Floats
from saddle.measure.divergences import Generator

Sides = tuple[Floats, Floats]

SEEN = 1.959964 + 1.644854
"""Standard errors of a difference that a test at 5 % sees in 95 of 100 cases."""

LEAST_TERMS = 30
"""Rows that an average must rest on for its interval to be believed."""


@dataclass(frozen=True)
class Divergence:
    """A divergence from samples, in nats where f is one of entropies.

    Attributes:
        name: of f.
        found: the estimate with its interval, which has no upper end where none can be known.
        bound: the bound on held-out rows, below the divergence on average.
        loss: what the bound is thought to lose.
        spread: standard deviation of the bound over refits.
        blind: the divergence that might be there and not be seen at this n.
        mark: why it should not be trusted as it stands, or nothing.
    """

    name: str
    found: Interval
    bound: float
    loss: float
    spread: float
    blind: float
    mark: str = ""


def divergence(ratio: LogRatio, f: str = "kl") -> Divergence:
    """D_f(P || Q), P real, from a held-out log ratio.

    Where the estimate rests on ratios that the rows of the other side cannot bear witness to, it
    becomes one for ratios held within what they can, log p/q in [-log n, log m]: a lower bound,
    without an upper end.

    Args:
        ratio: as `log_ratio` gave it.
        f: a name in `GENERATORS`, or an expression in u: `f:u*log(u)`.

    References:
        Nguyen, Wainwright, Jordan (2010), Lemma 1, for the bound; Kandasamy et al. (2015),
        Nonparametric von Mises estimators, for the order of its error.
    """
    form, folds = GENERATORS[f], ratio.folds
    sides, refits = (ratio.real, ratio.fake), (ratio.refits_real, ratio.refits_fake)
    found = _estimate(f, form, sides, refits, folds)
    limits = ratio.witnessed
    held = _estimate(f, form, *_held((sides, refits), *limits), folds)
    if found.found.value - held.found.value > (found.found.high - found.found.low) / 2:
        return _open(held, form, sides, limits)
    return replace(found, found=replace(found.found, low=min(found.found.low, held.found.low)))


def _estimate(name: str, f: Generator, mean: Sides, refits: Sides, folds: int) -> Divergence:
    """The estimate from scores (n,) and (m,), and those of each refit, (R, n) and (R, m)."""
    whole = bound_on(*mean, f=f)
    alone = np.array([bound_on(*each, f=f).value for each in zip(*refits, strict=True)])
    loss = max((whole.value - float(alone.mean())) / (len(alone) - 1), 0.0)
    spread, blind = float(alone.std(ddof=1)), unseen(f, *map(len, mean))
    sampling = (whole.high - whole.low) / 2 * folds_share(folds)
    half = math.hypot(sampling, 1.96 * spread / len(alone) ** 0.5)
    ends = (whole.value + loss, whole.value - half, whole.value + 2 * loss + half + blind)
    value, low, high = np.clip(ends, 0.0, ceiling(f)).tolist()
    found = Interval(value, low, high, whole.level, whole.n)
    mark = _carried(f, mean) if sampling > blind else ""
    return Divergence(name, found, whole.value, loss, spread, blind, mark)


def ceiling(f: Generator) -> float:
    """The most that D_f can be, of laws that do not meet: f(0) + lim f(u)/u, or infinity."""
    u = np.exp(np.array([-FAR, -FAR + 5, FAR - 5, FAR]))
    with np.errstate(all="ignore"):
        lower, low, high, higher = (f(u) - f(np.ones(1))) / np.maximum(u, 1)
    settled = abs(lower - low) + abs(higher - high) < 1e-4 * (abs(lower) + abs(higher))
    return float(lower + higher) if settled else math.inf


FAR = 36.0
"""|log u| at which f is taken for what it tends to, where it settles."""


def unseen(f: Generator, n: int, m: int) -> float:
    """D_f of two normals so near that a test which knows what to look for may miss them.

    Their means differ by 3.6 standard errors of a difference of means: a test at 5 % sees that in
    95 of 100 cases. No critic sees more without luck.
    """
    delta = SEEN * math.sqrt(1 / n + 1 / m)
    x, weight = np.polynomial.hermite_e.hermegauss(NODES)
    u = np.exp(delta * x - delta**2 / 2)
    return float(weight @ f(u) / weight.sum() - f(np.ones(1))[0])


NODES = 64
"""Of the quadrature under a normal law."""


def _carried(f: Generator, mean: Sides) -> str:
    """What to say where a few rows carry the estimate."""
    terms = [
        side - side.mean() for side in (bound_terms(mean[0], f)[0], bound_terms(mean[1], f)[1])
    ]
    share = np.array([np.mean(t**2) / len(t) for t in terms])
    rows = np.array([np.sum(t**2) ** 2 / max(np.sum(t**4), 1e-300) for t in terms])
    worst = float(rows[share > 0.1 * share.sum()].min(initial=math.inf))
    return f"carried by about {max(worst, 1):.0f} rows" if worst < LEAST_TERMS else ""


def _held(scores: tuple[Sides, Sides], low: float, high: float) -> tuple[Sides, Sides]:
    """Scores held within limits."""
    mean, refits = ((np.clip(x, low, high), np.clip(y, low, high)) for x, y in scores)
    return mean, refits


def _open(held: Divergence, f: Generator, mean: Sides, limits: tuple[float, float]) -> Divergence:
    """A lower bound in place of an estimate that nothing can bear witness to."""
    beyond = max((mean[0] > limits[1]).mean(), (mean[1] < limits[0]).mean())
    found = replace(held.found, high=ceiling(f))
    mark = f"at least {held.found.low:.3g}: {beyond:.0%} of a side lies where the other has no row"
    return replace(held, found=found, mark=mark)
