"""Fidelity as rows: Frechet and kernel distance, precision, recall, density and coverage.

Each stands beside what other real rows score at the same n, with its interval; names carry the
number of samples and the features, `frechet-5k-trained`. Numbers of other n or other features are
other numbers.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from saddle.errors import BadData
from saddle.judge.clouds import short
from saddle.judge.features import Features, Labels, features_of
from saddle.judge.rows import row
from saddle.measure import MEASURES
from saddle.measure.base import Floats, Interval, Rows, pair_of_rows, subsample
from saddle.measure.frechet import ENOUGH, frechet_judged
from saddle.measure.kernel_distance import kernel_judged
from saddle.measure.neighbours import K, neighbours
from saddle.runs import Json

MOST = 10_000
"""Rows a side, at most: the cost grows as n^2."""

LEAST = 2 * K
"""Rows a side, at least."""

NAMES = ("frechet", "kernel", "precision", "recall", "density", "coverage")

MARKS: Mapping[str, str] = {
    "frechet": "biased upwards, read kernel",
    "kernel": "unbiased, but read the interval",
} | dict.fromkeys(NAMES[2:], "balls are wide, read beside the floor")
"""What is said of each where there are fewer than ten rows a feature."""


def fidelity_rows(
    fake: npt.ArrayLike,
    real: npt.ArrayLike,
    *,
    other: npt.ArrayLike | None = None,
    features: str | Features = "raw",
    labels: Labels | None = None,
    seed: int = 0,
) -> list[Json]:
    """The rows of six measures of fakes (m, d) against reals (n, d).

    Args:
        fake: samples.
        real: what they are compared with.
        other: further real rows that share none with `real`: they give the floor. Without them
            the real rows are halved at random, and both are compared with one half.
        features: a name of `FEATURES`, fitted to the real rows, or features that are there.
        labels: classes of the real rows, for features that learn from them.
        seed: of the halving, and of which rows are left out where there are too many.
    """
    x, y, z, known = _sides(fake, real, other, labels, seed)
    made = features_of(features, y, known)
    phi_x, phi_y, phi_z = (np.asarray(made.of(side)) for side in (x, y, z))
    found, floors = _measured(phi_x, phi_y), _measured(phi_z, phi_y)
    n, few = len(x), min(len(x), len(y))
    return [
        row(
            f"{name}-{short(n)}-{made.name}",
            found[name],
            floor=floors[name].value,
            better=MEASURES[name].better,
            note=MEASURES[name].words,
            mark=f"n = {few} < {ENOUGH} x {made.dim} features: {MARKS[name]}"
            if few < ENOUGH * made.dim
            else None,
        )
        for name in NAMES
    ]


def _measured(fake: Rows, real: Rows) -> Mapping[str, Interval]:
    shares = neighbours(fake, real)
    distances = (frechet_judged(fake, real), kernel_judged(fake, real))
    return dict(zip(NAMES, (*distances, *shares), strict=True))


def _sides(
    fake: npt.ArrayLike,
    real: npt.ArrayLike,
    other: npt.ArrayLike | None,
    labels: Labels | None,
    seed: int,
) -> tuple[Floats, Floats, Floats, Labels | None]:
    """Fake, real and other real rows, the first and the last of them as many."""
    rng = np.random.default_rng(seed)
    x, y = pair_of_rows(fake, real, ("fake", "real"))
    if other is None:
        order = rng.permutation(len(y))
        half = order[: len(y) // 2], order[len(y) // 2 :]
        z, y = y[half[1]], y[half[0]]
        labels = None if labels is None else labels[half[0]]
    else:
        z, _ = pair_of_rows(other, y, ("other", "real"))
    n = min(len(x), len(z), MOST)
    if min(n, len(y)) <= LEAST:
        raise BadData(
            f"fidelity needs more than {LEAST} rows of each: {len(x)} fake, {len(y)} real and "
            f"{len(z)} other real ones"
        )
    kept = np.sort(rng.permutation(len(y))[:MOST])
    x, z = (subsample(side, n, rng).astype(np.float64) for side in (x, z))
    return x, y[kept].astype(np.float64), z, None if labels is None else labels[kept]
