"""Which modes of a known mixture samples reach, how evenly, and how wide they draw each.

A sample is of high quality within three standard deviations (Mahalanobis) of its nearest mode.
A perfect sampler in d dimensions scores P(chi2_d < 9), 98.89 % in the plane; more means modes that
are too narrow. Coverage, high quality and the laws over modes belong together: any one of them
alone can be good while the fit is bad.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from saddle.errors import BadData, bad
from saddle.measure.base import Floats, Integers, Interval, KnownModes, cloud, of_influence
from saddle.measure.floors import bootstrap
from saddle.measure.mode_laws import check_modes, nearest_mode, perfect_law


@dataclass(frozen=True)
class ModeReport:
    """How samples use the modes of a mixture.

    Attributes:
        n: samples.
        k: modes.
        captured: modes that are the nearest of at least one high-quality sample (PacGAN's rule).
        captured_share: modes whose high-quality samples are at least `share` of all samples.
        share: that share, one percent by default.
        high_quality: share of samples within `within` standard deviations of the nearest mode.
        high_quality_perfect: what a perfect sampler scores: P(chi2_d < within^2), more where
            modes overlap.
        kl: KL(counts of high-quality samples over modes || their true shares, which are the
            weights where modes do not overlap), nats; infinite where there are no such samples.
        kl_uniform: the same against equal weights.
        kl_off: KL over k + 1 bins, the last one for samples that are not of high quality.
        kl_floor: what a perfect sampler scores on average in `kl`, (k - 1) / 2n.
        kl_off_floor: the same for `kl_off`, k / 2n.
        counts: high-quality samples of each mode.
        widths: of each mode, its std by the samples nearest to it over the true std; nan where
            there are none. One is right.
        smallest: fewest samples that a width was computed from.
    """

    n: int
    k: int
    captured: int
    captured_share: int
    share: float
    high_quality: float
    high_quality_perfect: float
    kl: float
    kl_uniform: float
    kl_off: float
    kl_floor: float
    kl_off_floor: float
    counts: tuple[int, ...]
    widths: tuple[float, ...]
    smallest: int

    def as_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return asdict(self)


def kl_of_counts(counts: npt.ArrayLike, law: npt.ArrayLike) -> float:
    """KL(counts / n || law) in nats; infinite where there are no counts at all."""
    c, q = np.asarray(counts, dtype=np.float64), np.asarray(law, dtype=np.float64)
    if c.sum() == 0:
        return float("inf")
    p = c / c.sum()
    seen = p > 0
    if (q[seen] <= 0).any():
        return float("inf")
    return max(float(np.sum(p[seen] * np.log(p[seen] / q[seen]))), 0.0)


def kl_interval(counts: npt.ArrayLike, law: npt.ArrayLike) -> Interval:
    """`kl_of_counts` with its interval: a count in bin k moves it by log(p_k / q_k) / n."""
    c, q = np.asarray(counts, dtype=np.int64), np.asarray(law, dtype=np.float64)
    value, seen = kl_of_counts(c, q), c > 0
    if not np.isfinite(value):
        return Interval(value, value, value, 0.95, int(c.sum()))
    logs = np.log(c[seen] / c.sum() / q[seen])
    found = of_influence(value, np.repeat(logs, c[seen]))
    return replace(found, low=max(found.low, 0.0))


def counted(
    report: ModeReport, count: Callable[[Integers], int], *, draws: int = 200, seed: int = 0
) -> Interval:
    """A number of modes, and what it is when as many samples are drawn from those seen again.

    `count` reads the high-quality samples of each mode. A mode that few samples reach is missed
    in some of these draws, and none is ever added: the interval ends at the number.
    """
    seen = np.append(report.counts, report.n - sum(report.counts))
    again = np.random.default_rng(seed).multinomial(report.n, seen / report.n, size=draws)
    low = np.quantile([count(c[:-1]) for c in again], 0.05, method="inverted_cdf")
    value = float(count(seen[:-1]))
    return Interval(value, min(float(low), value), value, 0.95, report.n)


def median_width(x: npt.ArrayLike, modes: KnownModes) -> Interval:
    """The median over modes of `mode_widths`, and its bootstrap interval."""
    label, distance = nearest_mode(x, modes)
    k, d = check_modes(modes)[0].shape

    def middle(rows: Floats) -> float:
        return float(np.nanmedian(mode_widths(rows[:, 0].astype(np.int64), rows[:, 1], (k, d))))

    return bootstrap(middle, np.stack([label, distance], 1), draws=100)


def kl_floor(bins: int, n: int) -> float:
    """What n draws from the law itself score on average against it: (bins - 1) / 2n.

    The leading term of E KL(counts / n || law), by Wilks: 2n KL is chi-square.

    >>> kl_floor(25, 100_000)
    0.00012
    """
    if n < 1:
        raise bad("n", n, "at least 1")
    return (bins - 1) / (2 * n)


def mode_report(
    x: npt.ArrayLike,
    modes: KnownModes,
    *,
    within: float = 3.0,
    share: float = 0.01,
    law: npt.ArrayLike | None = None,
) -> ModeReport:
    """How samples (n, d) use the modes of a mixture.

    Args:
        x: samples.
        modes: centres, covariances and weights.
        within: standard deviations that count as high quality.
        share: least share of all samples for the stricter count of modes.
        law: what a perfect sampler puts in the k + 1 bins: `perfect_law` by default.
    """
    points = cloud(x, "samples")
    k = len(check_modes(modes)[2])
    n, d = points.shape
    label, distance = nearest_mode(points, modes)
    bins = _law(perfect_law(modes, within=within) if law is None else law, k)
    good = distance < within
    counts = np.bincount(label[good], minlength=k)
    off = np.append(counts, n - counts.sum())
    return ModeReport(
        n=n,
        k=k,
        captured=int((counts > 0).sum()),
        captured_share=int((counts >= share * n).sum()),
        share=share,
        high_quality=float(good.mean()),
        high_quality_perfect=float(1 - bins[-1]),
        kl=kl_of_counts(counts, bins[:-1] / bins[:-1].sum()),
        kl_uniform=kl_of_counts(counts, np.full(k, 1 / k)),
        kl_off=kl_of_counts(off, bins),
        kl_floor=kl_floor(k, n),
        kl_off_floor=kl_floor(k + 1, n),
        counts=tuple(int(c) for c in counts),
        widths=tuple(float(v) for v in mode_widths(label, distance, (k, d))),
        smallest=int(np.bincount(label, minlength=k).min()),
    )


def _law(law: npt.ArrayLike, k: int) -> Floats:
    """The shares of k + 1 bins, checked and summing to one."""
    bins = np.asarray(law, dtype=np.float64)
    if bins.shape != (k + 1,) or (bins < 0).any() or not bins[:-1].sum() > 0:
        raise BadData(f"law must be {k + 1} shares >= 0, one for each mode and one for the rest")
    shares: Floats = bins / bins.sum()
    return shares


def mode_widths(label: Integers, distance: Floats, shape: tuple[int, int]) -> Floats:
    """Each mode's std over its true std: median distance to the centre / median of chi_d.

    In the plane with a round mode this is the median Euclidean distance over 1.1774, in units of
    the true std. Over all samples nearest to the mode, so that a smeared mode shows as wide.
    """
    from scipy.special import gammaincinv

    k, d = shape
    median = float(np.sqrt(2 * gammaincinv(d / 2, 0.5)))
    widths = np.full(k, np.nan)
    for mode in np.unique(label):
        widths[mode] = np.median(distance[label == mode]) / median
    return widths
