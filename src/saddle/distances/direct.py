"""Distances between two clouds of samples that need no critic: moments, squares, kernels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from saddle.errors import BadValue, bad
from saddle.reference import Reference
from saddle.references import ENERGY, MEAN_SQUARE, MMD, MOMENTS


@dataclass(frozen=True)
class Moments:
    """Squared differences of the means and of the variances, summed over the coordinates.

        sum_j (mean_j x - mean_j y)^2 + (var_j x - var_j y)^2.

    Two different laws can be at distance zero: it sees nothing else of them.

    References:
        Hansen (1982), Large sample properties of generalized method of moments estimators.
    """

    name: str = "moments"
    reference: Reference = MOMENTS
    minimises: str = "the differences of the means and of the variances"

    def between(self, real: Tensor, fake: Tensor) -> Tensor:
        """The distance of (n, d) and (m, d), each of at least two rows."""
        x, y = clouds(real, fake, least=2)
        mean = (x.mean(0) - y.mean(0)).square().sum()
        return mean + (x.var(0) - y.var(0)).square().sum()


@dataclass(frozen=True)
class MeanSquare:
    """The mean squared distance of samples paired by index: (1/n) sum_i |x_i - y_i|^2.

    Where nothing ties y_i to x_i its least value is reached by a generator that always gives the
    mean of the data, the average picture; where a condition does, by the conditional mean.

    References:
        Mathieu, Couprie, LeCun (2016), Deep multi-scale video prediction beyond mean square error.
    """

    name: str = "mean-square"
    reference: Reference = MEAN_SQUARE
    minimises: str = "the mean squared error of pairs; its optimum is the (conditional) mean"

    def between(self, real: Tensor, fake: Tensor) -> Tensor:
        """The distance of (n, d) and (n, d)."""
        x, y = clouds(real, fake)
        if len(x) != len(y):
            raise BadValue(
                "mean-square pairs samples by index and needs as many fake as real ones, "
                f"got {len(y)} fake and {len(x)} real"
            )
        return (x - y).square().sum(1).mean()


@dataclass(frozen=True)
class MaximumMeanDiscrepancy:
    """MMD^2 under the mean of Gaussian kernels of several widths w.

        E k(x, x') + E k(y, y') - 2 E k(x, y),     k(x, y) = mean_w exp(-|x - y|^2 / 2 (w s)^2)

    with s^2 half the mean squared distance of two real samples: their standard deviation over all
    coordinates together.

    Attributes:
        widths: widths of the kernels in units of s.
        unbiased: whether a sample is not compared with itself (the U-statistic: right on average
            at any n, and below zero half of the time where the laws are equal), or is (the
            V-statistic: never below zero, and zero for equal clouds).

    References:
        Gretton et al. (2012), A kernel two-sample test.
    """

    widths: tuple[float, ...] = (0.0625, 0.125, 0.25, 0.5, 1.0)
    unbiased: bool = True
    name: str = "mmd"
    reference: Reference = MMD
    minimises: str = "the maximum mean discrepancy, squared"

    def __post_init__(self) -> None:
        if not self.widths or min(self.widths) <= 0:
            raise bad("widths", self.widths, "numbers above 0")

    def between(self, real: Tensor, fake: Tensor) -> Tensor:
        """The distance of (n, d) and (m, d), each of at least two rows."""
        x, y = clouds(real, fake, least=2)
        # |x - x'|^2 on average is twice the summed variance; held still, so that k is one kernel.
        s = x.detach().var(0).sum().sqrt()
        scales = [2 * (width * s).square().clamp_min(1e-30) for width in self.widths]
        return (
            within(_kernel(x, x, scales), self.unbiased)
            + within(_kernel(y, y, scales), self.unbiased)
            - 2 * _kernel(x, y, scales).mean()
        )


@dataclass(frozen=True)
class Energy:
    """The energy distance: 2 E |x - y| - E |x - x'| - E |y - y'|.

    In one dimension it is twice the integral of (F - G)^2, F and G the distribution functions.

    Attributes:
        unbiased: as in `MaximumMeanDiscrepancy`; the V-statistic pulls a generator's samples
            together by 1/n of their spread.

    References:
        Szekely, Rizzo (2013), Energy statistics: a class of statistics based on distances.
    """

    unbiased: bool = True
    name: str = "energy"
    reference: Reference = ENERGY
    minimises: str = "the energy distance"

    def between(self, real: Tensor, fake: Tensor) -> Tensor:
        """The distance of (n, d) and (m, d), each of at least two rows."""
        x, y = clouds(real, fake, least=2)
        return (
            2 * distances(x, y).mean()
            - within(distances(x, x), self.unbiased)
            - within(distances(y, y), self.unbiased)
        )


def clouds(real: Tensor, fake: Tensor, least: int = 1) -> tuple[Tensor, Tensor]:
    """Both clouds as (n, d) and (m, d), refused where they do not fit."""
    x, y = real.flatten(1), fake.flatten(1)
    if x.shape[1] != y.shape[1]:
        raise BadValue(
            f"real and fake samples must have as many coordinates, got {x.shape[1]} and "
            f"{y.shape[1]}"
        )
    if min(len(x), len(y)) < least:
        raise BadValue(
            f"each cloud must have at least {least} samples, got {len(x)} real and {len(y)} fake"
        )
    return x, y


def distances(x: Tensor, y: Tensor) -> Tensor:
    """|x_i - y_j|, (n, m); the slope at a distance of zero is zero."""
    return torch.cdist(x, y, compute_mode="donot_use_mm_for_euclid_dist")


def within(table: Tensor, unbiased: bool) -> Tensor:
    """Mean over pairs of one cloud (n, n), without the diagonal where unbiased."""
    if not unbiased:
        return table.mean()
    n = len(table)
    return (table.sum() - table.diagonal().sum()) / (n * (n - 1))


def _kernel(x: Tensor, y: Tensor, scales: Sequence[Tensor]) -> Tensor:
    d = distances(x, y).square()
    return torch.stack([torch.exp(-d / scale) for scale in scales]).mean(0)
