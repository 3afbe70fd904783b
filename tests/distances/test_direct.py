"""Laws of every distance that reads samples, against SciPy, POT and closed forms."""

from __future__ import annotations

import math
import warnings

import numpy as np
import pytest
import torch
from scipy import stats
from scipy.spatial.distance import cdist

from saddle.distances import (
    DISTANCES,
    Direct,
    Energy,
    ExactWasserstein,
    MaximumMeanDiscrepancy,
    MeanSquare,
    Moments,
    Sinkhorn,
    SlicedWasserstein,
)
from saddle.distances.transport import sorted_cost
from saddle.errors import BadValue

DIRECT = {name: d for name, d in DISTANCES.items() if isinstance(d, Direct)}
DIRECT |= {"exact-wasserstein:1": ExactWasserstein(1)}
PLAIN = DIRECT | {
    "mmd": MaximumMeanDiscrepancy(unbiased=False),
    "energy": Energy(unbiased=False),
}
every = pytest.mark.parametrize("d", DIRECT.values(), ids=DIRECT)
every_plain = pytest.mark.parametrize("d", PLAIN.values(), ids=PLAIN)


def clouds(n=40, m=40, d=3, seed=0, shift=1.0):
    rng = torch.Generator().manual_seed(seed)
    x = torch.randn(n, d, generator=rng, dtype=torch.float64)
    y = 1.3 * torch.randn(m, d, generator=rng, dtype=torch.float64) + shift
    return x, y


@every_plain
def test_zero_on_equal_clouds_and_above_elsewhere(d):
    x, y = clouds()
    # Sinkhorn stops where its plan is off by 1e-6.
    assert float(d.between(x, x.clone())) == pytest.approx(0, abs=1e-6)
    assert d.between(x, y) > 0.01


@every_plain
def test_the_order_of_samples_does_not_matter_unless_they_are_pairs(d):
    x, y = clouds()
    same = torch.allclose(d.between(x, y.flip(0)), d.between(x, y), rtol=1e-6)
    assert same == (not isinstance(d, MeanSquare))


@every
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_the_gradient_reaches_every_fake_sample_and_is_the_slope(d, dtype):
    x, y = (c.to(dtype) for c in clouds())
    y.requires_grad_()
    value = d.between(x, y)
    assert value.shape == () and value.dtype == dtype
    (g,) = torch.autograd.grad(value, y)
    assert torch.isfinite(g).all() and (g.abs().sum(1) > 0).all()
    if dtype == torch.float64:
        way = torch.randn(y.shape, generator=torch.Generator().manual_seed(1), dtype=dtype)
        h = 1e-4
        with torch.no_grad():
            rise = (d.between(x, y + h * way) - d.between(x, y - h * way)) / (2 * h)
        # A plan or an order that changes within the step bends the curve: 1e-3 of the slope.
        assert float(rise) == pytest.approx(float((g * way).sum()), rel=1e-3)


@every
def test_the_gradient_is_finite_where_the_clouds_meet(d):
    x, _ = clouds(d=2)
    y = x.clone().requires_grad_()
    (g,) = torch.autograd.grad(d.between(x, y), y)
    assert torch.isfinite(g).all()


@every
def test_the_same_clouds_give_the_same_value(d):
    x, y = clouds(d=5)
    torch.manual_seed(0)
    before = torch.get_rng_state()
    assert torch.equal(d.between(x, y), d.between(x.clone(), y.clone()))
    assert torch.equal(torch.get_rng_state(), before)


@every
def test_pictures_are_flattened(d):
    x, y = clouds(d=12)
    value = d.between(x.view(40, 3, 2, 2), y.view(40, 3, 2, 2))
    assert torch.equal(value, d.between(x, y))


@every
def test_clouds_that_do_not_fit_are_refused(d):
    x, y = clouds()
    with pytest.raises(BadValue, match="coordinates, got 3 and 2"):
        d.between(x, y[:, :2])
    with pytest.raises(BadValue, match="0 fake|0 real|1 samples"):
        d.between(x, y[:0])


def test_moments_by_hand():
    x, y = clouds(m=25)
    value = ((x.mean(0) - y.mean(0)) ** 2 + (x.var(0) - y.var(0)) ** 2).sum()
    assert torch.allclose(Moments().between(x, y), value)


def test_laws_with_equal_moments_are_at_distance_zero_of_them_but_not_of_energy():
    n = 400
    z = torch.linspace(0.5 / n, 1 - 0.5 / n, n, dtype=torch.float64)
    normal = torch.from_numpy(stats.norm.ppf(z.numpy()))
    sign = torch.where(z < 0.5, -1.0, 1.0).double()
    normal, sign = (((v - v.mean()) / v.std())[:, None] for v in (normal, sign))
    assert float(Moments().between(normal, sign)) == pytest.approx(0, abs=1e-20)
    assert Energy().between(normal, sign) > 0.05


def test_mean_square_is_least_at_the_mean():
    x, _ = clouds()
    best = x.mean(0).expand_as(x).clone().requires_grad_()
    value = MeanSquare().between(x, best)
    (g,) = torch.autograd.grad(value, best)
    assert torch.allclose(g.sum(0), torch.zeros(3, dtype=torch.float64), atol=1e-15)
    assert torch.allclose(value, x.var(0, correction=0).sum())
    with pytest.raises(BadValue, match="30 fake and 40 real"):
        MeanSquare().between(x, x[:30])


def test_energy_is_scipys():
    x, y = clouds(n=50, m=31, d=1)
    value = Energy(unbiased=False).between(x, y)
    expected = stats.energy_distance(x[:, 0].numpy(), y[:, 0].numpy()) ** 2
    assert float(value) == pytest.approx(expected, rel=1e-10)


@pytest.mark.parametrize("d", [Energy(), MaximumMeanDiscrepancy()], ids=["energy", "mmd"])
def test_unbiased_estimates_are_right_on_average(d):
    rng = torch.Generator().manual_seed(0)
    values = torch.stack(
        [d.between(*torch.randn(2, 8, 2, generator=rng, dtype=torch.float64)) for _ in range(400)]
    )
    assert abs(values.mean()) < 4 * values.std() / math.sqrt(400)
    assert (values < 0).any()


def test_mmd_by_hand():
    x, y = clouds(n=20, m=12)
    d = MaximumMeanDiscrepancy(widths=(0.5, 2.0))
    s = math.sqrt(float(x.var(0).sum()))

    def kernel(a, b):
        square = cdist(a.numpy(), b.numpy(), "sqeuclidean")
        return sum(np.exp(-square / (2 * (w * s) ** 2)) for w in d.widths) / 2

    xx, yy, xy = kernel(x, x), kernel(y, y), kernel(x, y)
    value = (xx.sum() - 20) / (20 * 19) + (yy.sum() - 12) / (12 * 11) - 2 * xy.mean()
    assert float(d.between(x, y)) == pytest.approx(value, rel=1e-10)
    with pytest.raises(BadValue, match="widths"):
        MaximumMeanDiscrepancy(widths=(1.0, 0.0))


@pytest.mark.parametrize("m", [50, 31, 7])
def test_sorting_is_scipys_wasserstein_distance(m):
    x, y = clouds(n=50, m=m, d=2)
    cost = sorted_cost(x, y, 1)
    for k in range(2):
        expected = stats.wasserstein_distance(x[:, k].numpy(), y[:, k].numpy())
        assert float(cost[k]) == pytest.approx(expected, rel=1e-10)
    line = SlicedWasserstein(p=1).between(x[:, :1], y[:, :1])
    assert torch.allclose(line, cost[0])


@pytest.mark.parametrize("m", [40, 23])
def test_sorting_is_exact_transport_on_a_line(m):
    x, y = clouds(m=m, d=1)
    for p in (1, 2):
        exact = ExactWasserstein(p).between(x, y)
        assert torch.allclose(SlicedWasserstein(p=p).between(x, y), exact, rtol=1e-10)


def test_sliced_in_the_plane_is_the_mean_over_angles():
    """For y = x + t every projection moves by t.w: the mean of (t.w)^2 is |t|^2 / 2."""
    x, _ = clouds(d=2)
    t = torch.tensor([0.3, -1.2], dtype=torch.float64)
    value = SlicedWasserstein(directions=7).between(x, x + t)
    assert torch.allclose(value, t.square().sum() / 2, rtol=1e-12)


def test_directions_are_a_function_of_the_real_batch():
    d = SlicedWasserstein()
    x, y = clouds(d=6)
    assert torch.equal(d.along(x), d.along(x.clone()))
    assert not torch.equal(d.along(x), d.along(y))
    assert not torch.equal(d.along(x), SlicedWasserstein(seed=1).along(x))
    assert torch.allclose(d.along(x).norm(dim=1), torch.ones(64, dtype=torch.float64))


def emd2(x, y, metric):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import ot
    return ot.emd2([], [], ot.dist(x.numpy(), y.numpy(), metric=metric))


@pytest.mark.parametrize("m", [40, 17])
def test_exact_transport_is_pots(m):
    x, y = clouds(m=m)
    for p, metric in {1: "euclidean", 2: "sqeuclidean"}.items():
        value = ExactWasserstein(p).between(x, y)
        assert float(value) == pytest.approx(emd2(x, y, metric), rel=1e-9)


def test_exact_transport_of_a_shift_is_its_length():
    x, _ = clouds()
    t = torch.tensor([0.6, 0.0, 0.8], dtype=torch.float64)
    assert float(ExactWasserstein(1).between(x, x + 0.1 * t)) == pytest.approx(0.1, rel=1e-9)
    assert float(ExactWasserstein(2).between(x, x + 3 * t)) == pytest.approx(9.0, rel=1e-9)


@pytest.mark.parametrize("eps", [2.0, 5.0])
def test_sinkhorn_is_pots_plan_put_into_its_objective(eps):
    import ot

    x, y = clouds(n=20, m=14)

    def value(a, b):
        cost = ot.dist(a.numpy(), b.numpy())
        n, m = cost.shape
        plan = ot.bregman.sinkhorn_log([], [], cost, eps, numItermax=20_000, stopThr=1e-10)
        return (plan * cost).sum() + eps * (plan * np.log(plan * n * m)).sum()

    expected = value(x, y) - value(x, x) / 2 - value(y, y) / 2
    # POT's plan is converged to 1e-10; the value's error is of second order in the plan's.
    assert float(Sinkhorn(eps=eps).between(x, y)) == pytest.approx(expected, rel=1e-8)


@pytest.mark.parametrize("eps", [0.01, 0.05, 1.0])
def test_the_sinkhorn_gradient_is_that_of_a_plan_with_uniform_sides(eps):
    """The gradient by y_j is 2 sum_i T_ij (y_j - x_i), with sum_i T_ij = 1/m.

    Shifting y by t adds (|t|^2 + 2 t.(mean y - mean x)) to OT(x, y), exactly.
    """
    x, y = clouds(n=30, m=30)
    t = torch.tensor([0.5, -1.0, 2.0], dtype=torch.float64)
    d = Sinkhorn(eps=eps)
    rise = d.between(x, y + t) - d.between(x, y)
    exact = t.square().sum() + 2 * t @ (y.mean(0) - x.mean(0))
    assert float(rise) == pytest.approx(float(exact), rel=1e-6)
    y.requires_grad_()
    (g,) = torch.autograd.grad(d.between(x, y), y)
    assert torch.allclose(g.sum(0), 2 * (y - x).mean(0), rtol=1e-5)


def test_sinkhorn_lies_between_transport_and_the_means():
    x, y = clouds()
    near = Sinkhorn(eps=0.001).between(x, y)
    assert float(near) == pytest.approx(emd2(x, y, "sqeuclidean"), rel=0.002)
    far = Sinkhorn(eps=1e5).between(x, y)
    assert float(far) == pytest.approx(float((x.mean(0) - y.mean(0)).square().sum()), rel=1e-3)


def test_far_and_tiny_clouds_keep_their_precision():
    """In single precision, thousands of times their own size away from the origin."""
    x, y = clouds(d=2)
    for name, d in DIRECT.items():
        if name in ("moments", "sinkhorn:0.1"):
            continue
        value = d.between(x, y)
        moved = d.between((x + 1000).float(), (y + 1000).float())
        # Coordinates of 1000 are rounded to 6e-5.
        assert float(moved) == pytest.approx(float(value), rel=2e-3), name


@pytest.mark.parametrize(
    "name", ["sinkhorn:0", "sinkhorn:-1", "sinkhorn:a", "sinkhorn:inf", "exact-wasserstein:3"]
)
def test_parameters_out_of_range_are_refused(name):
    with pytest.raises(BadValue, match="eps must be above 0|EPS of|P of exact"):
        DISTANCES[name]


def test_values_out_of_range_are_refused():
    for make in (lambda: SlicedWasserstein(p=3), lambda: ExactWasserstein(0)):
        with pytest.raises(BadValue, match="p must be 1 or 2"):
            make()
    with pytest.raises(BadValue, match="directions"):
        SlicedWasserstein(directions=0)
