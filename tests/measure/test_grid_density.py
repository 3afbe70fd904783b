"""A density on a grid against the law that the samples came from."""

import numpy as np
import pytest
from known_laws import FGAN_TARGET, grid, normal

from saddle.errors import BadData, BadValue
from saddle.measure import grid_density

LAWS = {
    "one Gaussian": (normal([0.0, 0.0], [1.0, 2.0]), ((-6.0, 6.0), (-11.0, 11.0))),
    "25 narrow modes": (grid(), ((-5.5, 5.5), (-5.5, 5.5))),
    "on the line": (FGAN_TARGET, ((-12.0, 16.0),)),
}


def away(found, law):
    """Total variation between the estimate and the law, over the grid."""
    axes = [
        low + (np.arange(k) + 0.5) * c
        for (low, _), k, c in zip(found.bounds, found.values.shape, found.cell, strict=True)
    ]
    centres = np.stack([a.ravel() for a in np.meshgrid(*axes, indexing="ij")], 1)
    truth = np.exp(law.log_density(centres)).reshape(found.values.shape)
    return float(np.abs(found.values - truth).sum() * found.cell.prod() / 2)


@pytest.mark.parametrize("name", LAWS)
def test_it_comes_near_the_law_and_says_how_near(name):
    law, box = LAWS[name]
    side = 512 if len(box) == 2 else None
    many, few = (grid_density(law.sample(n, 0), box, side=side) for n in (200_000, 20_000))
    assert away(many, law) < 0.06 and away(many, law) < away(few, law)
    # the halves see the sampling error, which at the best width is about as large as the bias
    for found in (many, few):
        assert 0.4 < found.error / away(found, law) < 1.5
    assert many.inside == pytest.approx(1, abs=1e-4)
    assert many.values.sum() * many.cell.prod() == pytest.approx(1, abs=1e-3)


def test_the_sampling_error_is_that_of_this_kernel():
    """On average it is how far estimates from samples of their own lie from their mean."""
    law, box = LAWS["one Gaussian"]
    found = [grid_density(law.sample(5_000, seed), box, side=64) for seed in range(20)]
    masses = np.array([each.values for each in found]) * found[0].cell.prod()
    away_from_mean = np.abs(masses - masses.mean(0)).sum((1, 2)).mean() / 2 * (20 / 19) ** 0.5
    # two kernel widths are picked, of which the estimates' mean is a mixture
    assert np.mean([each.error for each in found]) == pytest.approx(away_from_mean, rel=0.1)


def test_narrow_modes_get_a_narrow_kernel():
    wide, narrow = (
        grid_density(law.sample(50_000, 0), ((-5.5, 5.5),) * 2, side=512)
        for law in (normal([0.0, 0.0], [1.0, 1.0]), grid())
    )
    assert narrow.bandwidth[0] < 0.05 < wide.bandwidth[0]


def test_between_cells_it_is_linear_and_outside_there_is_nothing():
    law, box = LAWS["one Gaussian"]
    found = grid_density(law.sample(100_000, 0), box, side=256)
    at = np.array([[0.013, -0.4], [1.1, 1.7]])
    assert found.log_prob(at) == pytest.approx(law.log_density(at), abs=0.15)
    assert (found.log_prob([[50.0, 0.0], [5.9, 10.9]]) == -np.inf).all()


def test_units_change_nothing_but_themselves():
    x = LAWS["on the line"][0].sample(20_000, 0)
    plain = grid_density(x, ((-12.0, 16.0),))
    milli = grid_density(x * 1e-3, ((-12e-3, 16e-3),))
    assert milli.bandwidth[0] == pytest.approx(plain.bandwidth[0] * 1e-3)
    at = np.array([[0.5], [3.0]])
    assert milli.log_prob(at * 1e-3) == pytest.approx(plain.log_prob(at) + np.log(1e3), rel=1e-5)


def test_samples_outside_of_the_box_are_counted():
    found = grid_density([[0.5]] * 30 + [[7.0]] * 10, ((0.0, 1.0),), side=64)
    assert found.inside == 0.75
    assert found.values.sum() * found.cell.prod() == pytest.approx(0.75, abs=1e-6)


def test_mistakes_are_named():
    with pytest.raises(BadData, match="2 columns"):
        grid_density(np.zeros((5, 2)), ((0.0, 1.0),))
    with pytest.raises(BadData, match="2 rows"):
        grid_density([0.5], ((0.0, 1.0),))
    with pytest.raises(BadValue, match="side"):
        grid_density([0.5, 0.6], ((0.0, 1.0),), side=1)
