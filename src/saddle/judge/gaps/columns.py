"""Columns whose own law differs: a shift, another spread, another shape.

Tested by Kolmogorov-Smirnov and by Neyman's smooth test: the means of the first four Legendre
polynomials of the pooled ranks. Mended by the quantile map F_real^-1 o F_fake.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np
from scipy.stats import chi2, ks_2samp, rankdata

from saddle.judge.gaps.base import Clouds, Gap, Told, shown
from saddle.measure.base import Floats
from saddle.runs import Json

DEGREES = 4


def columns(clouds: Clouds) -> list[Gap]:
    """Every column."""
    return [
        Gap("column", partial(_p_value, j), partial(_repair, j), partial(_tell, j), columns=(j,))
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
    """Legendre polynomials of degree 1 and up, orthonormal on (0, 1): (n,) to (n, degrees)."""
    raw = np.polynomial.legendre.legvander(2 * u - 1, degrees)[:, 1:]
    return np.asarray(raw * np.sqrt(2 * np.arange(1, degrees + 1) + 1), dtype=np.float64)


def _repair(j: int, clouds: Clouds) -> Clouds:
    """The fake column with the real column's law; rows keep their order within the column."""
    values = clouds.fake[:, j]
    ties = clouds.rng(6, j).random(len(values))
    ranks = np.empty(len(values))
    ranks[np.lexsort((ties, values))] = (np.arange(len(values)) + 0.5) / len(values)
    return clouds.with_fake_column(j, np.quantile(clouds.real[:, j], ranks))


def _tell(j: int, clouds: Clouds, columns: Sequence[str]) -> Told:
    """Means, spreads, and where the two cumulative shares are furthest apart."""
    real, fake = clouds.real[:, j], clouds.fake[:, j]
    at = float(ks_2samp(real, fake, method="asymp").statistic_location)
    spread = float(real.std())
    facts: Json = {
        "mean": {"real": float(real.mean()), "fake": float(fake.mean())},
        "std": {"real": spread, "fake": float(fake.std())},
        "shift": float(fake.mean() - real.mean()) / spread if spread else None,
        "at": at,
        "up_to": {"real": float((real <= at).mean()), "fake": float((fake <= at).mean())},
    }
    return Told("column", columns[j], _words(facts, float(clouds.unit[j])), facts)


def _words(facts: Json, unit: float) -> str:
    ends = {side: shown(facts["mean"][side], unit) for side in ("fake", "real")}
    wide = {side: shown(facts["std"][side], unit) for side in ("fake", "real")}
    up_to = {side: f"{100 * facts['up_to'][side]:.3g} %" for side in ("fake", "real")}
    return (
        f"mean {ends['fake']} in fake rows, {ends['real']} in real ones; "
        f"spread {wide['fake']} and {wide['real']}; "
        f"up to {shown(facts['at'], unit)} lie {up_to['fake']} and {up_to['real']}"
    )
