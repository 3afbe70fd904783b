"""Energy distance and MMD as tests: all permutations in one pass over the pairs."""

from __future__ import annotations

import numpy as np

from saddle.measure.base import Floats
from saddle.measure.two_sample.blind import share, smallest_share, under_one_law
from saddle.measure.two_sample.kernels import (
    ENERGY,
    Form,
    gaussian,
    gaussians,
    median_width,
    mmd_form,
    sums,
)
from saddle.measure.two_sample.permuting import floor_of, labellings, null_of, p_of
from saddle.measure.two_sample.result import Blind, Found, Setting

HALVINGS = 4
"""Of the median width, in the test of several widths."""


def energy_test(x: Floats, y: Floats, setting: Setting) -> Found:
    """Squared energy distance."""
    return _compared(ENERGY, x, y, setting)


def mmd_test(x: Floats, y: Floats, setting: Setting) -> Found:
    """Unbiased MMD^2, a Gaussian kernel of the median width."""
    return _compared(mmd_form(gaussian(median_width(x, y))), x, y, setting)


def mmd_multi_test(x: Floats, y: Floats, setting: Setting) -> Found:
    """Unbiased MMD^2, the mean of Gaussian kernels from the median width down to its 16th."""
    kernel = gaussians(median_width(x, y), halvings=HALVINGS)
    return _compared(mmd_form(kernel), x, y, setting)


def _compared(form: Form, x: Floats, y: Floats, setting: Setting) -> Found:
    """Compare the statistic with its values under random labels."""
    n, m = len(x), len(y)
    pooled = np.concatenate([x, y])
    found, of_row = sums(form.kernel, pooled, labellings(n, m, setting.rng, setting.permutations))
    values = form.statistic(found, n, m)
    return Found(
        float(values[0]),
        float(p_of(values)),
        floor_of(values),
        _blind(form, pooled, of_row / len(pooled), values, (n, m)),
        null_of(values),
    )


def _blind(
    form: Form, pooled: Floats, mean: Floats, values: Floats, sizes: tuple[int, int]
) -> Blind:
    """The least share of one side that is seen when it collapses onto a typical row r.

    Then MMD^2 = e^2 g with g = E k(x, x') + k(r, r) - 2 E k(x, r), and a row x moves it by the
    witness 2 e w(x), w(x) = k(x, r) - E k(x, x'). Typical is the row whose g is the median.
    Means over the rows are taken from `mean`, (N,).
    """
    n, m = sizes
    middle = int(np.argsort(form.sign * mean, kind="stable")[len(mean) // 2])
    onto = form.sign * form.kernel(pooled, pooled[middle : middle + 1])[:, 0]
    w = onto - form.sign * mean
    gain = float(w[middle] - w.mean())
    spread, gap = float(w.var()), float(w[middle] - w.mean()) ** 2

    def extra(e: Floats) -> Floats:
        of_b = (1 - e) * spread + e * (1 - e) * gap
        return 4 * e**2 * (spread / n + of_b / m)

    e = smallest_share(under_one_law(values), gain, extra)
    return share(min(n, m), e, "of the samples collapsed onto one place")
