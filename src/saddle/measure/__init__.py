"""How close: pure measures of samples and densities against the truth. NumPy in, numbers out."""

from __future__ import annotations

from saddle.catalogue import Catalogue
from saddle.measure.base import Floats, KnownModes, LogDensity, Measure
from saddle.measure.critic_truth import (
    CriticTruth,
    critic_against_truth,
    pushforward_log_density,
    value_of_critic,
    variational_bound,
)
from saddle.measure.divergences import GENERATORS
from saddle.measure.exact import (
    BestGaussian,
    Exact,
    best_gaussian,
    entropy,
    f_divergence,
    optimal_discriminator,
    value_of_game,
)
from saddle.measure.floors import Floored, Interval, bootstrap, wilson, with_floor
from saddle.measure.modes import (
    PACGAN,
    ModeReport,
    drawn_law,
    high_quality_of_perfect,
    kl_floor,
    mode_report,
    nearest_mode,
)
from saddle.measure.plug_in import grid_divergence, kde_divergence, knn_kl
from saddle.measure.quadrature import find_bounds, integrate
from saddle.measure.transport import (
    ParallelLines,
    Transport,
    parallel_lines,
    sliced_wasserstein,
    wasserstein,
)
from saddle.measure.two_sample import (
    GRETTON,
    SZEKELY,
    TESTS,
    Result,
    auc_of,
    energy,
    mmd,
    two_sample,
)


def _median_width(x: Floats, modes: KnownModes) -> float:
    """Median over modes of the drawn std over the true one."""
    import numpy as np

    widths = np.array(mode_report(x, modes).widths)
    return float(np.nanmedian(widths))


_ROWS = (
    Measure(
        "modes",
        "modes",
        "higher",
        "modes with a high-quality sample",
        lambda x, m: float(mode_report(x, m).captured),
        lambda n, m: float(len(m.weights)),
        PACGAN,
    ),
    Measure(
        "modes-1-percent",
        "modes",
        "higher",
        "modes that hold at least 1 % of the samples within 3 std",
        lambda x, m: float(mode_report(x, m).captured_share),
        None,
    ),
    Measure(
        "high-quality",
        "modes",
        "closer",
        "share of samples within 3 std of a mode",
        lambda x, m: mode_report(x, m).high_quality,
        lambda n, m: high_quality_of_perfect(m.centres.shape[1]),
        PACGAN,
    ),
    Measure(
        "kl-modes",
        "modes",
        "lower",
        "KL of high-quality counts against the weights, nats",
        lambda x, m: mode_report(x, m).kl,
        lambda n, m: kl_floor(len(m.weights), n),
        PACGAN,
    ),
    Measure(
        "kl-modes-26",
        "modes",
        "lower",
        "the same with one more bin for samples off every mode (26 bins for 25 modes)",
        lambda x, m: mode_report(x, m).kl_off,
        lambda n, m: kl_floor(len(m.weights) + 1, n),
    ),
    Measure(
        "mode-width",
        "modes",
        "closer",
        "median over modes of the drawn std over the true std",
        _median_width,
        lambda n, m: 1.0,
    ),
    Measure("w1", "samples", "lower", "exact W1", lambda x, y: wasserstein(x, y).value),
    Measure("w2", "samples", "lower", "exact W2", lambda x, y: wasserstein(x, y, order=2).value),
    Measure("sliced-w", "samples", "lower", "sliced W2, 128 directions", sliced_wasserstein),
    Measure("energy", "samples", "lower", "squared energy distance", energy, reference=SZEKELY),
    Measure("mmd", "samples", "lower", "unbiased MMD^2, median width", mmd, reference=GRETTON),
)

MEASURES: Catalogue[Measure] = Catalogue("measure", {row.name: row for row in _ROWS})

__all__ = [
    "GENERATORS",
    "MEASURES",
    "TESTS",
    "BestGaussian",
    "CriticTruth",
    "Exact",
    "Floored",
    "Interval",
    "KnownModes",
    "LogDensity",
    "Measure",
    "ModeReport",
    "ParallelLines",
    "Result",
    "Transport",
    "auc_of",
    "best_gaussian",
    "bootstrap",
    "critic_against_truth",
    "drawn_law",
    "energy",
    "entropy",
    "f_divergence",
    "find_bounds",
    "grid_divergence",
    "high_quality_of_perfect",
    "integrate",
    "kde_divergence",
    "kl_floor",
    "knn_kl",
    "mmd",
    "mode_report",
    "nearest_mode",
    "optimal_discriminator",
    "parallel_lines",
    "pushforward_log_density",
    "sliced_wasserstein",
    "two_sample",
    "value_of_critic",
    "value_of_game",
    "variational_bound",
    "wasserstein",
    "wilson",
    "with_floor",
]
