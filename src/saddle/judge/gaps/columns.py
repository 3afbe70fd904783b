"""Columns whose own law differs: a shift, another spread, another shape.

Tested by Kolmogorov-Smirnov and by Neyman's smooth test: the means of the first four Legendre
polynomials of the pooled ranks. Mended by the quantile map F_real^-1 o F_fake.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np
from scipy.stats import chi2, ks_2samp, rankdata

from saddle.judge.gaps.base import Clouds, Gap
from saddle.measure.base import Floats

DEGREES = 4


def columns(clouds: Clouds) -> list[Gap]:
    """Every column."""
    return [
        Gap(
            "column",
            (j,),
            partial(_p_value, j),
            partial(_repair, j),
            partial(_tell, j),
            lambda clouds: "column",
        )
        for j in range(clouds.d)
    ]


def _p_value(j: int, clouds: Clouds) -> float:
    a, b = clouds.real[:, j], clouds.fake[:, j]
    return min(1.0, 2 * min(float(ks_2samp(a, b, method="asymp").pvalue), smooth(a, b)))


def smooth(a: Floats, b: Floats) -> float:
    """p-value of Neyman's smooth test of two samples (n,) and (m,)."""
    ranks = (rankdata(np.concatenate([a, b])) - 0.5) / (len(a) + len(b))
    phi = legendre(ranks, DEGREES)
    delta = phi[: len(a)].mean(0) - phi[len(a) :].mean(0)
    covariance = np.cov(phi.T) * (1 / len(a) + 1 / len(b))
    return float(chi2.sf(delta @ np.linalg.pinv(covariance) @ delta, DEGREES))


def legendre(u: Floats, degrees: int) -> Floats:
    """Legendre polynomials of degree 1 to `degrees`, orthonormal on (0, 1): (n,) to (n, degrees)."""
    vandermonde = np.polynomial.legendre.legvander(2 * u - 1, degrees)[:, 1:]
    return vandermonde * np.sqrt(2 * np.arange(1, degrees + 1) + 1)


def _repair(j: int, clouds: Clouds) -> Clouds:
    """The fake column with the real column's law; rows keep their order within the column."""
    values = clouds.fake[:, j]
    ties = clouds.rng(6, j).random(len(values))
    ranks = np.empty(len(values))
    ranks[np.lexsort((ties, values))] = (np.arange(len(values)) + 0.5) / len(values)
    return clouds.with_fake_column(j, np.quantile(clouds.real[:, j], ranks))


def _tell(j: int, clouds: Clouds) -> Mapping[str, Any]:
    """Means, spreads, and where the two cumulative shares are furthest apart."""
    real, fake = clouds.real[:, j], clouds.fake[:, j]
    ks = ks_2samp(real, fake, method="asymp")
    return {
        "mean_real": float(real.mean()),
        "mean_fake": float(fake.mean()),
        "std_real": float(real.std()),
        "std_fake": float(fake.std()),
        "at": float(ks.statistic_location),
        "below_real": float((real <= ks.statistic_location).mean()),
        "below_fake": float((fake <= ks.statistic_location).mean()),
    }
