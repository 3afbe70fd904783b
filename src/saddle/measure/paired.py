"""Differences of pairs: what the same seed scored under two ways of training."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from saddle.measure.base import Floats

EXACT = 16
"""Pairs up to which all signs are tried; above, so many at random."""

DRAWS = 65_536


@dataclass(frozen=True)
class Paired:
    """The mean difference of pairs and what chance alone would make of it.

    Attributes:
        difference: mean of second minus first.
        interval: of that mean, by Student's t; None below two pairs.
        p_value: of the sign-flip test, two-sided.
        smallest: the least p-value that so many pairs can reach.
        n: pairs.
    """

    difference: float
    interval: tuple[float, float] | None
    p_value: float
    smallest: float
    n: int


def paired(first: npt.ArrayLike, second: npt.ArrayLike, *, level: float = 0.95) -> Paired:
    """Compare values that belong together, (n,) each."""
    d = np.asarray(second, dtype=np.float64) - np.asarray(first, dtype=np.float64)
    return Paired(
        difference=float(d.mean()),
        interval=t_interval(d, level=level),
        p_value=sign_flip(d),
        smallest=smallest_p(len(d)),
        n=len(d),
    )


def t_interval(values: npt.ArrayLike, *, level: float = 0.95) -> tuple[float, float] | None:
    """Student's interval of a mean: m +- t s / sqrt n; None below two values."""
    from scipy.special import stdtrit

    x = np.asarray(values, dtype=np.float64)
    if len(x) < 2:
        return None
    half = float(stdtrit(len(x) - 1, (1 + level) / 2)) * x.std(ddof=1) / math.sqrt(len(x))
    return float(x.mean() - half), float(x.mean() + half)


def sign_flip(differences: npt.ArrayLike, *, seed: int = 0) -> float:
    """P(|mean of s_i d_i| >= |mean of d_i|), s_i fair signs: exact up to 16 pairs.

    Under the null hypothesis a pair could as well have come the other way round. Random signs
    count the one that came, so that p is never zero.

    References:
        Fisher (1935), The design of experiments, Sec. 21.

    >>> sign_flip([1.0, 2.0, 3.0])
    0.25
    """
    d = np.asarray(differences, dtype=np.float64)
    if len(d) == 0:
        return 1.0
    reached = abs(d.sum()) * (1 - 1e-12)
    if len(d) <= EXACT:
        return float((np.abs(_all_signs(len(d)) @ d) >= reached).mean())
    signs = np.random.default_rng(seed).choice((-1.0, 1.0), size=(DRAWS, len(d)))
    return float((1 + (np.abs(signs @ d) >= reached).sum()) / (1 + DRAWS))


def _all_signs(n: int) -> Floats:
    """Every row of n signs, (2^n, n)."""
    return np.array(list(itertools.product((-1.0, 1.0), repeat=n)))


def smallest_p(n: int) -> float:
    """The least p-value that the sign-flip test can give for n pairs.

    >>> smallest_p(8)
    0.0078125
    """
    return min(1.0, max(2.0 ** (1 - n), 1 / (1 + DRAWS) if n > EXACT else 0.0))
