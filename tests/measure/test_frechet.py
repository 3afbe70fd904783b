"""The Frechet distance against SciPy's square root, torchmetrics and closed forms."""

import numpy as np
import pytest
import torch
from scipy.linalg import sqrtm

from saddle.errors import BadData
from saddle.measure import few_rows, frechet, frechet_of_moments, moments
from saddle.measure.frechet import frechet_judged


def by_sqrtm(x, y):
    """The formula as it stands in the paper, in double precision."""
    A, B = (np.cov(side, rowvar=False, dtype=np.float64) for side in (x, y))
    gap = x.mean(0) - y.mean(0)
    return gap @ gap + np.trace(A) + np.trace(B) - 2 * np.trace(sqrtm(A @ B).real)


def clouds(n, m, d, seed=0):
    rng = np.random.default_rng(seed)
    mixing = np.eye(d) + rng.normal(size=(d, d)) / d**0.5
    return rng.normal(size=(n, d)) @ mixing, 1.3 * rng.normal(size=(m, d)) + 0.2


@pytest.mark.parametrize(("n", "m", "d"), [(300, 400, 2), (500, 300, 24), (200, 260, 96)])
def test_it_equals_the_formula_with_the_square_root(n, m, d):
    x, y = clouds(n, m, d)
    assert frechet(x, y) == pytest.approx(by_sqrtm(x, y), rel=1e-8)


# SciPy warns that the root of a singular matrix may be inexact: hence 1e-4.
@pytest.mark.filterwarnings("ignore::scipy.linalg.LinAlgWarning")
@pytest.mark.parametrize(("n", "m"), [(40, 50), (40, 500), (500, 40), (20, 300), (3, 2)])
def test_fewer_rows_than_columns_are_right(n, m):
    x, y = clouds(n, m, 64)
    both = frechet(x, y), frechet_of_moments(moments(x), moments(y))
    assert both == pytest.approx((by_sqrtm(x, y),) * 2, rel=1e-4)
    assert both[0] == pytest.approx(both[1], rel=1e-6)


@pytest.mark.filterwarnings("ignore::scipy.linalg.LinAlgWarning")
def test_singular_covariances_are_right():
    x, y = clouds(400, 400, 12)
    x = np.column_stack([x, x[:, :3], np.ones(400)])  # repeated and constant columns
    y = np.column_stack([y, y[:, 2:6]])
    assert frechet(x, y) == pytest.approx(by_sqrtm(x, y), rel=1e-4)
    assert frechet(y, x) == pytest.approx(frechet(x, y), rel=1e-6)


def test_a_point_against_a_cloud_is_its_mean_square_distance():
    _, y = clouds(5, 400, 3)
    point = np.tile([1.0, 2.0, 3.0], (50, 1))
    truth = np.square(y.mean(0) - [1, 2, 3]).sum() + y.var(0, ddof=1).sum()
    assert frechet(point, y) == pytest.approx(truth, rel=1e-9)
    assert frechet(point, point) == 0


def test_independent_columns_have_a_closed_form():
    rng = np.random.default_rng(1)
    x, y = rng.normal(1, 2, (200_000, 2)), rng.normal(0, 0.5, (200_000, 2))
    assert frechet(x, y) == pytest.approx(2 * (1 + 1.5**2), rel=0.02)


def test_it_equals_torchmetrics_on_the_same_features():
    from torchmetrics.image.fid import FrechetInceptionDistance

    class Same(torch.nn.Module):
        num_features = 6

        def forward(self, images):
            return images[:, 0, 0].double()

    x, y = clouds(400, 500, 6)
    theirs = FrechetInceptionDistance(feature=Same(), input_img_size=(1, 1, 6))
    theirs.set_dtype(torch.float64)
    for side, real in ((x, True), (y, False)):
        theirs.update(torch.from_numpy(side)[:, None, None], real=real)
    assert frechet(x, y) == pytest.approx(float(theirs.compute()), rel=1e-4)


def test_chunks_change_nothing_and_neither_does_a_large_mean():
    x, y = clouds(700, 700, 9)
    far = x + 1e6
    chunked = moments(far[start : start + 130] for start in range(0, 700, 130))
    assert chunked.n == 700
    np.testing.assert_allclose(chunked.covariance, np.cov(x, rowvar=False), rtol=0, atol=1e-8)
    whole = frechet_of_moments(moments(x), moments(y))
    assert frechet_of_moments(chunked, moments(y + 1e6)) == pytest.approx(whole, rel=1e-6)


@pytest.mark.parametrize(("n", "m", "d"), [(300, 200, 5), (30, 60, 40), (60, 30, 40)])
def test_the_interval_is_the_delta_method(n, m, d):
    """Each row's influence is what leaving it out changes: the jackknife's variance."""
    x, y = clouds(n, m, d)
    of_x = n * np.array([frechet(np.delete(x, i, 0), y) for i in range(n)])
    of_y = m * np.array([frechet(x, np.delete(y, i, 0)) for i in range(m)])
    deviation = np.sqrt(of_x.var() / n + of_y.var() / m)
    found = frechet_judged(x, y)
    assert found.value == pytest.approx(frechet(x, y), rel=1e-9)
    assert (found.high - found.low) / 3.92 == pytest.approx(deviation, rel=0.15)


def test_the_interval_holds_what_is_found_on_average():
    rng = np.random.default_rng(0)
    found = [
        frechet_judged(1.3 * rng.normal(size=(200, 4)), rng.normal(size=(200, 4)))
        for _ in range(100)
    ]
    mean = np.mean([f.value for f in found])
    # 95 % less three standard errors of 100 draws
    assert np.mean([f.low <= mean <= f.high for f in found]) >= 0.88


def test_too_few_rows_are_marked_and_mistakes_named():
    assert few_rows(640, 64) is None and "10 x 64" in few_rows(639, 64)
    with pytest.raises(BadData, match="at least 2 rows"):
        frechet([[1.0]], [[1.0], [2.0]])
    with pytest.raises(BadData, match="columns"):
        frechet([[1.0], [2.0]], [[1.0, 2.0]])
    with pytest.raises(BadData, match="gave nothing"):
        moments(iter([]))
    with pytest.raises(BadData, match="3 columns like the first"):
        moments(iter([np.zeros((2, 3)), np.zeros((2, 2))]))
