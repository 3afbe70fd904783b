"""The catalogue of measures: how close samples are, each with its interval."""

from __future__ import annotations

from functools import partial

import numpy as np

from saddle.catalogue import Catalogue
from saddle.measure.base import Floats, Integers, Interval, KnownModes, Measure
from saddle.measure.floors import wilson
from saddle.measure.frechet import frechet_judged
from saddle.measure.kernel_distance import kernel_judged
from saddle.measure.mode_laws import perfect_law
from saddle.measure.modes import (
    counted,
    kl_floor,
    kl_interval,
    median_width,
    mode_report,
)
from saddle.measure.neighbours import coverage_of_perfect, neighbours
from saddle.measure.plug_in import grid_jsd, knn_kl_judged
from saddle.measure.sinkhorn import sinkhorn_judged
from saddle.measure.transport import sliced_judged, wasserstein_judged
from saddle.measure.two_sample import energy_judged, mmd_judged
from saddle.references import COVERAGE, KID, MMD, PACGAN, PRECISION, SINKHORN, SZEKELY, TTUR, WANG


def _captured(x: Floats, modes: KnownModes) -> Interval:
    return counted(mode_report(x, modes), lambda counts: int((counts > 0).sum()))


def _heavy(modes: KnownModes) -> Integers:
    """The modes of which a perfect sampler expects at least 1 %."""
    return np.flatnonzero(perfect_law(modes)[:-1] >= 0.01)


def _captured_share(x: Floats, modes: KnownModes) -> Interval:
    least, heavy = 0.01 * len(x), _heavy(modes)
    return counted(mode_report(x, modes), lambda counts: int((counts >= least)[heavy].sum()))


def _high_quality(x: Floats, modes: KnownModes) -> Interval:
    report = mode_report(x, modes)
    return wilson(sum(report.counts), report.n)


def _kl(x: Floats, modes: KnownModes) -> Interval:
    law = perfect_law(modes)[:-1]
    return kl_interval(mode_report(x, modes).counts, law / law.sum())


def _kl_off(x: Floats, modes: KnownModes) -> Interval:
    counts = mode_report(x, modes).counts
    return kl_interval([*counts, len(x) - sum(counts)], perfect_law(modes))


_ROWS = (
    Measure(
        "modes",
        "modes",
        "higher",
        "modes with a high-quality sample",
        _captured,
        lambda n, m: float(len(m.weights)),
        PACGAN,
    ),
    Measure(
        "modes-1-percent",
        "modes",
        "higher",
        "modes that should hold 1 % of the samples within 3 std and do",
        _captured_share,
        lambda n, m: float(len(_heavy(m))),
    ),
    Measure(
        "high-quality",
        "modes",
        "closer",
        "share of samples within 3 std of a mode",
        _high_quality,
        lambda n, m: float(1 - perfect_law(m)[-1]),
        PACGAN,
    ),
    Measure(
        "kl-modes",
        "modes",
        "lower",
        "KL of high-quality counts against a perfect sampler's, nats",
        _kl,
        lambda n, m: kl_floor(len(m.weights), n),
        PACGAN,
    ),
    Measure(
        "kl-modes-off",
        "modes",
        "lower",
        "the same with one more bin for samples off every mode",
        _kl_off,
        lambda n, m: kl_floor(len(m.weights) + 1, n),
    ),
    Measure(
        "mode-width",
        "modes",
        "closer",
        "median over modes of the drawn std over the true std",
        median_width,
        lambda n, m: 1.0,
    ),
    Measure("w1", "samples", "lower", "exact W1", wasserstein_judged),
    Measure("w2", "samples", "lower", "exact W2", partial(wasserstein_judged, order=2)),
    Measure(
        "sliced-w1",
        "samples",
        "lower",
        "sliced W1, 128 directions",
        partial(sliced_judged, order=1),
    ),
    Measure("sliced-w", "samples", "lower", "sliced W2, 128 directions", sliced_judged),
    Measure(
        "sinkhorn",
        "samples",
        "lower",
        "Sinkhorn divergence, eps a twentieth of the mean squared distance, squared units",
        sinkhorn_judged,
        reference=SINKHORN,
    ),
    Measure(
        "energy",
        "samples",
        "lower",
        "squared energy distance",
        energy_judged,
        reference=SZEKELY,
    ),
    Measure("mmd", "samples", "lower", "unbiased MMD^2, median width", mmd_judged, reference=MMD),
    Measure(
        "jsd-bins",
        "samples",
        "lower",
        "JSD between histograms of at most 30 bins an axis, nats",
        lambda x, y: grid_jsd(y, x),
        symmetric=False,
    ),
    Measure(
        "kl-neighbours",
        "samples",
        "lower",
        "KL(real || made) by 5 nearest neighbours, nats",
        lambda x, y: knn_kl_judged(y, x),
        reference=WANG,
        symmetric=False,
    ),
    Measure(
        "frechet",
        "samples",
        "lower",
        "Frechet distance: squared W2 between normal laws of equal means and covariances",
        frechet_judged,
        reference=TTUR,
    ),
    Measure(
        "kernel",
        "samples",
        "lower",
        "kernel distance (KID): unbiased MMD^2 with (x.y / d + 1)^3",
        kernel_judged,
        reference=KID,
    ),
    Measure(
        "precision",
        "samples",
        "higher",
        "share of samples among the 5 nearest neighbours of a real row",
        lambda x, y: neighbours(x, y).precision,
        reference=PRECISION,
        symmetric=False,
    ),
    Measure(
        "recall",
        "samples",
        "higher",
        "share of real rows among the 5 nearest neighbours of a sample",
        lambda x, y: neighbours(x, y).recall,
        reference=PRECISION,
        symmetric=False,
    ),
    Measure(
        "density",
        "samples",
        "closer",
        "real neighbourhoods that hold a sample, over the 5 that should",
        lambda x, y: neighbours(x, y).density,
        lambda n, y: 1.0,
        COVERAGE,
        symmetric=False,
    ),
    Measure(
        "coverage",
        "samples",
        "higher",
        "share of real rows with a sample among their 5 nearest neighbours",
        lambda x, y: neighbours(x, y).coverage,
        lambda n, y: coverage_of_perfect(len(y), n),
        COVERAGE,
        symmetric=False,
    ),
)

MEASURES: Catalogue[Measure] = Catalogue("measure", {row.name: row for row in _ROWS})
