"""How close: pure measures of samples and densities against the truth. NumPy in, numbers out."""

from __future__ import annotations

from saddle.measure.base import Interval, KnownModes, LogDensity, Measure
from saddle.measure.critic_truth import (
    CriticTruth,
    bound_on,
    bound_terms,
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
from saddle.measure.frechet import few_rows, frechet, frechet_of_moments
from saddle.measure.grid_density import GridDensity, grid_density
from saddle.measure.kernel_distance import kernel_distance
from saddle.measure.memory import (
    authentic_of_perfect,
    closer_to_train,
    closest,
    copies,
    copying,
    repeats,
)
from saddle.measure.mode_laws import drawn_law, high_quality_of_perfect, nearest_mode
from saddle.measure.modes import ModeReport, kl_floor, mode_report
from saddle.measure.moments import Moments, moments
from saddle.measure.near import Nearest, nearest
from saddle.measure.neighbours import Neighbours, coverage_of_perfect, neighbours
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
    "Moments",
    "Nearest",
    "Neighbours",
    "ParallelLines",
    "Result",
    "Transport",
    "auc_judged",
    "auc_of",
    "authentic_of_perfect",
    "best_gaussian",
    "bootstrap",
    "bound_on",
    "bound_terms",
    "closer_to_train",
    "closest",
    "copies",
    "copying",
    "coverage_of_perfect",
    "critic_against_truth",
    "drawn_law",
    "energy",
    "entropy",
    "f_divergence",
    "few_rows",
    "find_bounds",
    "frechet",
    "frechet_of_moments",
    "grid_density",
    "grid_divergence",
    "grid_jsd",
    "high_quality_of_perfect",
    "integrate",
    "kde_divergence",
    "kernel_distance",
    "kl_floor",
    "knn_kl",
    "mmd",
    "mode_report",
    "moments",
    "nearest",
    "nearest_mode",
    "neighbours",
    "optimal_discriminator",
    "paired_value",
    "parallel_lines",
    "pushforward_log_density",
    "repeats",
    "sliced_wasserstein",
    "two_sample",
    "value_of_critic",
    "value_of_game",
    "variational_bound",
    "wasserstein",
    "wilson",
    "with_floor",
]
