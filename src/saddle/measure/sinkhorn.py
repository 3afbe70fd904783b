"""The Sinkhorn divergence of two clouds: regularised transport without its bias.

S(x, y) = OT(x, y) - OT(x, x) / 2 - OT(y, y) / 2,
OT(x, y) = min over plans T of sum T_ij |x_i - y_j|^2 + eps KL(T || 1/nm)
"""

from __future__ import annotations

import warnings

import numpy as np
import numpy.typing as npt

from saddle.measure.base import Floats, Interval, of_influence, subsample, two_clouds

EPS = 0.05
"""The regularisation, as a share of the mean squared distance of both clouds."""

STEPS = 2000
"""Of Sinkhorn's iteration, at most."""

TOLERANCE = 1e-7
"""It ends where the shares of all points together are off by less."""

RANGE = 500.0
"""The largest cost over eps: exp(-RANGE) is still a number."""


def sinkhorn_judged(
    a: npt.ArrayLike, b: npt.ArrayLike, *, eps: float = EPS, limit: int = 1000
) -> Interval:
    """The Sinkhorn divergence with its interval, in squared units of the samples.

    The value is that of the dual, sum of its potentials, and a point moves it by its own:
    f_xy(x) - f_xx(x), divided by n. The cost grows as n^2: larger clouds are subsampled.

    References:
        Feydy et al. (2019), Interpolating between optimal transport and MMD using Sinkhorn
        divergences, Prop. 2.
    """
    x, y = two_clouds(a, b)
    x, y = (subsample(c, limit, np.random.default_rng(0)) for c in (x, y))
    costs = [_costs(*pair) for pair in ((x, y), (x, x), (y, y))]
    scale = float(np.mean([cost.mean() for cost in costs]))
    if scale == 0:
        return of_influence(0.0, np.zeros(len(x)), np.zeros(len(y)))
    costs = [cost / scale for cost in costs]
    eps = max(eps, max(cost.max() for cost in costs) / RANGE)
    (f, g), (f_x, _), (f_y, _) = (_potentials(cost, eps) for cost in costs)
    of_x, of_y = scale * (f - f_x), scale * (g - f_y)
    return of_influence(float(of_x.mean() + of_y.mean()), of_x, of_y)


def _costs(x: Floats, y: Floats) -> Floats:
    from scipy.spatial.distance import cdist

    cost: Floats = cdist(x, y, "sqeuclidean")
    return cost


def _potentials(cost: Floats, eps: float) -> tuple[Floats, Floats]:
    """The dual's f (n,) and g (m,), with T = exp((f + g - cost) / eps) / nm, by POT.

    They are known up to a constant that one gains and the other loses: it is shared out, so that
    a cloud against itself gets two equal ones.
    """
    import ot

    mass = [np.full(k, 1 / k) for k in cost.shape]
    with warnings.catch_warnings():
        # An iteration that ends early is close enough: its error is far below the sampling one.
        warnings.filterwarnings("ignore", category=UserWarning, module=r"ot\b.*")
        _, log = ot.sinkhorn(*mass, cost, eps, numItermax=STEPS, stopThr=TOLERANCE, log=True)
    f, g = (eps * np.log(log[k] / w) for k, w in zip("uv", mass, strict=True))
    shift = (f.mean() - g.mean()) / 2
    return f - shift, g + shift
