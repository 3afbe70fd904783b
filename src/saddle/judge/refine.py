"""Samples made better by what a held-out critic knows: kept with a chance of p/q, or weighted.

A sample x of q that is kept with probability min(1, p(x) / (C q(x))) is one of p wherever p/q
stays below C; weights p/q do the same to means without throwing samples away. The ratio is the
calibrated held-out one, learned from real rows and draws that are kept for it, and never the
critic that the generator was trained against: that one knows its own fakes too well.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from saddle.judge.calibration import calibration_error
from saddle.judge.ratio import LogRatio
from saddle.measure.base import Floats
from saddle.runs import Json

SHARE = 0.999
"""The cap C is the ratio that this share of held-out fakes stays below."""


@dataclass(frozen=True, eq=False)
class Refiner:
    """How samples are judged.

    Attributes:
        ratio: held-out and calibrated.
        log_cap: log C.
    """

    ratio: LogRatio
    log_cap: float

    @classmethod
    def of(cls, ratio: LogRatio) -> Refiner:
        """With the cap that held-out fakes set; never below 1, where every sample would pass."""
        return cls(ratio, max(float(np.quantile(ratio.fake, SHARE)), 0.0))

    def held(self, x: Floats) -> Floats:
        """The capped log ratio log min(p/q, C) of samples (n, d): (n,)."""
        return np.minimum(self.ratio.predict(x), self.log_cap)

    def kept(self, x: Floats, uniform: Floats) -> npt.NDArray[np.bool_]:
        """Which samples (n, d) pass, given as many uniform numbers: (n,) of yes and no.

        References:
            Azadi et al. (2019), Discriminator rejection sampling.
        """
        passed: npt.NDArray[np.bool_] = uniform < np.exp(self.held(x) - self.log_cap)
        return passed

    def capped(self, x: Floats) -> int:
        """How many of the samples (n, d) have a ratio that the cap holds back."""
        return int((self.ratio.predict(x) > self.log_cap).sum())

    def weights(self, x: Floats) -> Floats:
        """The capped ratio of samples (n, d) over its mean: (n,), of mean 1."""
        held: Floats = np.exp(self.held(x) - self.log_cap)
        scaled: Floats = held / held.mean()
        return scaled

    def facts(self) -> Json:
        """What is told of it."""
        return {
            "real_rows": len(self.ratio.real),
            "held_draws": len(self.ratio.fake),
            "auc": self.ratio.auc.value,
            "calibration_error": calibration_error(self.ratio.real, self.ratio.fake),
            "cap": float(np.exp(self.log_cap)),
        }


def effective(weights: Floats) -> float:
    """Samples of weight one that say as much: (sum w)^2 / sum w^2."""
    return float(weights.sum() ** 2 / np.square(weights).sum())
