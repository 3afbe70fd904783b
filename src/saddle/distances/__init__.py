"""What close means: learned distances, direct ones, and what keeps a critic honest."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from saddle.catalogue import Catalogue, Family, number, positive
from saddle.distances import f_rows
from saddle.distances.base import (
    Direct,
    Distance,
    Judge,
    Parts,
    Penalty,
    ScoreMeaning,
    Side,
    Slopes,
    slopes_at,
    square_length,
)
from saddle.distances.direct import Energy, MaximumMeanDiscrepancy, MeanSquare, Moments
from saddle.distances.f_divergences import FDivergence, from_expression
from saddle.distances.f_objectives import OBJECTIVES, RATIOS
from saddle.distances.forms import Form
from saddle.distances.integral import Wasserstein, certified_gap
from saddle.distances.labels import Relabelled, noisy_labels, smooth_labels
from saddle.distances.legal import check
from saddle.distances.margins import MARGINS, Margin
from saddle.distances.penalties import (
    PLACES,
    Clip,
    Dragan,
    FiniteDifference,
    GradientPenalty,
    LeCam,
    ZeroCentred,
)
from saddle.distances.relativistic import Averaged, Paired, averaged, paired
from saddle.distances.spectral import SpectralNorm
from saddle.distances.transport import (
    ExactWasserstein,
    Sinkhorn,
    SlicedWasserstein,
    exact_wasserstein,
    sinkhorn,
)


def _clip(text: str) -> Clip:
    return Clip(positive(text, "C of clip:C"))


def _lecam(text: str) -> LeCam:
    return LeCam(number(text, "DECAY of lecam:DECAY"))


_DISTANCES: Mapping[str, Any] = {
    "minimax": f_rows.minimax(),
    "non-saturating": f_rows.non_saturating(),
    "js": f_rows.js(),
    "kl": f_rows.kl(),
    "reverse-kl": f_rows.reverse_kl(),
    "pearson": f_rows.pearson(),
    "neyman": f_rows.neyman(),
    "squared-hellinger": f_rows.squared_hellinger(),
    "jeffrey": f_rows.jeffrey(),
    "total-variation": f_rows.total_variation(),
    "softened-reverse-kl": f_rows.softened_reverse_kl(),
    "alpha": Family(f_rows.alpha, "0.5", "A"),
    "js-weighted": Family(f_rows.js_weighted, "0.5", "PI"),
    "f": Family(from_expression, "u*log(u)", "EXPRESSION"),
    **MARGINS,
    "wasserstein": Wasserstein(),
    "relativistic": Family(paired, "logistic", "MARGIN", "logistic", tuple(MARGINS)),
    "relativistic-average": Family(averaged, "hinge", "MARGIN", "logistic", tuple(MARGINS)),
    "moments": Moments(),
    "mean-square": MeanSquare(),
    "mmd": MaximumMeanDiscrepancy(),
    "energy": Energy(),
    "sliced-wasserstein": SlicedWasserstein(),
    "exact-wasserstein": Family(exact_wasserstein, "2", "P", default="1"),
    "sinkhorn": Family(sinkhorn, "0.1", "EPS", default="0.05"),
}

DISTANCES: Catalogue[Distance | Direct] = Catalogue("distance", _DISTANCES)
"""Every distance by name."""

_PENALTIES: Mapping[str, Any] = {
    "clip": Family(_clip, "0.01", "C", default="0.01"),
    "gp": Family(lambda at: GradientPenalty(at), "between", "PLACE", default="between"),
    "gp-one-sided": Family(
        lambda at: GradientPenalty(at, one_sided=True), "between", "PLACE", default="between"
    ),
    "r1": ZeroCentred("r1", lambda real, fake: real),
    "r2": ZeroCentred("r2", lambda real, fake: fake),
    "r1-fd": FiniteDifference("r1-fd", lambda real, fake: real),
    "r2-fd": FiniteDifference("r2-fd", lambda real, fake: fake),
    "dragan": Dragan(),
    "lecam": Family(_lecam, "0.9", "DECAY", default="0.99"),
    "spectral-norm": SpectralNorm(),
}

PENALTIES: Catalogue[Penalty] = Catalogue("penalty", _PENALTIES)
"""Every penalty by name. `lecam` keeps moving averages: each look-up makes a new one."""

__all__ = [
    "DISTANCES",
    "MARGINS",
    "OBJECTIVES",
    "PENALTIES",
    "PLACES",
    "RATIOS",
    "Averaged",
    "Clip",
    "Direct",
    "Distance",
    "Dragan",
    "Energy",
    "ExactWasserstein",
    "FDivergence",
    "FiniteDifference",
    "Form",
    "GradientPenalty",
    "Judge",
    "LeCam",
    "Margin",
    "MaximumMeanDiscrepancy",
    "MeanSquare",
    "Moments",
    "Paired",
    "Parts",
    "Penalty",
    "Relabelled",
    "ScoreMeaning",
    "Side",
    "Sinkhorn",
    "SlicedWasserstein",
    "Slopes",
    "SpectralNorm",
    "Wasserstein",
    "ZeroCentred",
    "averaged",
    "certified_gap",
    "check",
    "exact_wasserstein",
    "from_expression",
    "noisy_labels",
    "paired",
    "sinkhorn",
    "slopes_at",
    "smooth_labels",
    "square_length",
]
