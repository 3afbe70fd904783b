"""How small a difference could have been seen: 80 % power at a level of 5 %.

A statistic that is quadratic in a difference e is on average its null mean plus gain e^2. Its
spread is the null one and, since it is then linear in the noise, a part that grows with e. It is
seen in 80 of 100 cases where

    gain e^2 + null mean - z sqrt(null variance + extra(e)) = what one law stays below,   z = 0.84.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from saddle.measure.base import Floats
from saddle.measure.two_sample.permuting import floor_of
from saddle.measure.two_sample.result import Blind

POWER = 0.8
Z80 = 0.8416212335729143
Z95 = 1.6448536269514722
"""The normal law lies below them in 80 and in 95 of 100 cases."""

_SHARES = np.linspace(0, 1, 2001)


class Quadratic(NamedTuple):
    """How a statistic behaves under one law.

    Attributes:
        mean: on average.
        variance: about it.
        floor: what it stays below in 95 of 100 cases.
    """

    mean: float
    variance: float
    floor: float


def under_one_law(values: Floats) -> Quadratic:
    """From the values under all labellings, (1 + P,)."""
    return Quadratic(float(values[1:].mean()), float(values[1:].var()), floor_of(values))


def smallest_share(null: Quadratic, gain: float, extra: Callable[[Floats], Floats]) -> float:
    """The least share e that is seen; 1 where even all of the samples are not."""
    power = gain * _SHARES**2 + null.mean - null.floor
    seen = power >= Z80 * np.sqrt(null.variance + extra(_SHARES))
    return float(_SHARES[seen.argmax()]) if gain > 0 and seen.any() else 1.0


def smallest_effect(null: Quadratic, gain: float, extra: float) -> float:
    """The least e that is seen, where the further variance is extra e^2; infinite without gain."""
    if gain <= 0:
        return float("inf")
    k = max(null.floor - null.mean, 0.0)
    half = gain * k + Z80**2 * extra / 2
    root = np.sqrt(half**2 - gain**2 * (k**2 - Z80**2 * null.variance))
    return float(np.sqrt((half + root) / gain**2))


def share(n: int, value: float, of_what: str) -> Blind:
    """The words for a share of the samples.

    >>> share(80, 0.123, "of the samples elsewhere").words
    'n = 80: blind below 12 % of the samples elsewhere'
    """
    value = min(value, 1.0)
    if value >= 1:
        return Blind(1.0, f"n = {n}: blind even to all {of_what}")
    return Blind(value, f"n = {n}: blind below {_percent(value)} % {of_what}")


def _percent(value: float) -> str:
    """Two digits, whatever the size.

    >>> _percent(0.123), _percent(0.0123)
    ('12', '1.2')
    """
    return f"{100 * value:.0f}" if value >= 0.0995 else f"{100 * value:.2g}"
