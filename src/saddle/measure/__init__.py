"""How close: pure measures of samples and densities against the truth. NumPy in, numbers out."""

from __future__ import annotations

from saddle.measure.base import Interval, KnownModes, LogDensity, Measure
from saddle.measure.critic_truth import (
    CriticTruth,
    bound_on,
    critic_against_truth,
    paired_value,
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
from saddle.measure.floors import Floored, bootstrap, wilson, with_floor
from saddle.measure.grid_density import GridDensity, grid_density
from saddle.measure.mode_laws import drawn_law, high_quality_of_perfect, nearest_mode
from saddle.measure.modes import ModeReport, kl_floor, mode_report
from saddle.measure.plug_in import grid_divergence, grid_jsd, kde_divergence, knn_kl
from saddle.measure.quadrature import find_bounds, integrate
from saddle.measure.rows import MEASURES
from saddle.measure.transport import (
    ParallelLines,
    Transport,
    parallel_lines,
    sliced_wasserstein,
    wasserstein,
)
from saddle.measure.two_sample import (
    TESTS,
    Result,
    auc_judged,
    auc_of,
    energy,
    mmd,
    two_sample,
)

__all__ = [
    "GENERATORS",
    "MEASURES",
    "TESTS",
    "BestGaussian",
    "CriticTruth",
    "Exact",
    "Floored",
    "GridDensity",
    "Interval",
    "KnownModes",
    "LogDensity",
    "Measure",
    "ModeReport",
    "ParallelLines",
    "Result",
    "Transport",
    "auc_judged",
    "auc_of",
    "best_gaussian",
    "bootstrap",
    "bound_on",
    "critic_against_truth",
    "drawn_law",
    "energy",
    "entropy",
    "f_divergence",
    "find_bounds",
    "grid_density",
    "grid_divergence",
    "grid_jsd",
    "high_quality_of_perfect",
    "integrate",
    "kde_divergence",
    "kl_floor",
    "knn_kl",
    "mmd",
    "mode_report",
    "nearest_mode",
    "optimal_discriminator",
    "paired_value",
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
