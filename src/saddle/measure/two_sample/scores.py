"""How well a score tells two sides apart: the area under the curve."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from saddle.measure.base import Floats, Interval, of_influence


def auc_of(real: npt.ArrayLike, fake: npt.ArrayLike) -> float:
    """P(score of real > score of fake), ties counted half: how strong a critic is.

    >>> auc_of([2.0, 3.0], [1.0, 2.0])
    0.875
    """
    return float(_placed(fake, real).mean())


def auc_judged(real: npt.ArrayLike, fake: npt.ArrayLike) -> Interval:
    """`auc_of` with its interval, from where each score stands among the other side's.

    References:
        DeLong, DeLong, Clarke-Pearson (1988), Comparing the areas under two or more correlated
        receiver operating characteristic curves.
    """
    of_real, of_fake = _placed(fake, real), _placed(real, fake)
    found = of_influence(float(of_real.mean()), of_real, of_fake)
    return replace(found, low=max(found.low, 0.0), high=min(found.high, 1.0))


def _placed(among: npt.ArrayLike, scores: npt.ArrayLike) -> Floats:
    """For each score the share of the others that lie below it, ties counted half, (n,)."""
    v = np.ravel(np.asarray(scores, np.float64))
    others = np.sort(np.ravel(np.asarray(among, np.float64)))
    below, up_to = np.searchsorted(others, v, "left"), np.searchsorted(others, v, "right")
    shares: Floats = (below + up_to) / (2 * len(others))
    return shares
