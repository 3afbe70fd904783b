"""Points: units, round trips, and files."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from saddle.errors import BadData
from saddle.spaces import Points, load

scales = st.floats(1e-6, 1e6)


def fitted(x, **kwargs):
    space = Points(**kwargs)
    space.fit(x)
    return space


def cloud(spread, shift=0.0, n=400, seed=0):
    rng = np.random.default_rng(seed)
    return shift + np.asarray(spread) * rng.standard_normal((n, len(spread)))


@given(st.lists(scales, min_size=1, max_size=5), st.floats(-1e6, 1e6))
def test_units_two_d_between_independent_rows(spread, shift):
    """Over all ordered pairs of the training rows, E |x - x'|^2 = 2 d after encoding."""
    x = cloud(spread, shift)
    encoded = fitted(x).encode(x).double().numpy()
    # mean over pairs (also of equal rows) is twice the summed variance
    assert 2 * encoded.var(axis=0).sum() == pytest.approx(2 * len(spread), rel=1e-4)


@given(scales, st.floats(-1e6, 1e6), st.floats(0, 6.3))
def test_scaling_and_shifting_leave_what_networks_see(scale, shift, angle):
    """Encoding is invariant under x -> s x + b, and turns with the data."""
    x = cloud([1, 3])
    plain = fitted(x).encode(x)
    moved = scale * x + shift
    # float64 keeps moved / scale to eps max|moved| / scale
    slack = 1e-5 + 1e-15 * abs(shift) / scale
    assert torch.allclose(fitted(moved).encode(moved), plain, atol=slack)
    c, s = np.cos(angle), np.sin(angle)
    turn = np.array([[c, -s], [s, c]])
    turned = fitted(x @ turn.T).encode(x @ turn.T).double().numpy()
    assert np.allclose(turned, plain.double().numpy() @ turn.T, atol=1e-5)


def test_a_large_offset_costs_no_precision():
    x = cloud([1e-3, 2e-3], shift=1e6)
    space = fitted(x)
    encoded = space.encode(x)
    truth = (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0).mean())
    assert np.abs(encoded.double().numpy() - truth).max() < 2e-6
    assert np.abs(space.decode(encoded) - x).max() < 1e-3 * 1e-5


@pytest.mark.parametrize("spread", [[1.0, 9.0], [1.0, 12.0]])
def test_one_scale_where_axes_agree_within_ten(spread):
    exact = np.array([[1.0, 1.0], [-1.0, -1.0], [1.0, -1.0], [-1.0, 1.0]]) * spread
    space = fitted(exact)
    assert space.common == (spread[1] < 10)
    wanted = [np.sqrt(np.square(spread).mean())] * 2 if space.common else spread
    assert np.allclose(space.scale, wanted)
    assert "one scale" in space.facts()[1][1] or "each axis" in space.facts()[1][1]


def test_constant_axes():
    x = np.column_stack([cloud([1e-3, 2e-3]), np.full(400, 0.1)])
    space = fitted(x, columns=("a", "b", "c"))
    assert space.constant == (2,) and space.common
    assert space.warnings() == ["c is constant in the training rows"]
    encoded = space.encode(x)
    assert (encoded[:, 2] == 0).all()
    assert (space.decode(encoded)[:, 2] == 0.1).all()
    assert 2 * encoded.double().numpy().var(axis=0).sum() == pytest.approx(4, rel=1e-5)
    alone = fitted(np.full((5, 2), 7.0))
    assert alone.scale.tolist() == [1, 1] and alone.constant == (0, 1)


@pytest.mark.parametrize("spread", [[1.0], [0.1, 0.2], [1.0, 50.0, 1e4]])
def test_state_comes_back_bit_for_bit(spread):
    x = cloud(spread, shift=np.pi)
    space = fitted(x, columns=[f"c{i}" for i in range(len(spread))])
    again = load(json.loads(json.dumps(space.state())))
    assert again.state() == space.state() and again.shape == space.shape == (len(spread),)
    assert torch.equal(again.encode(x), space.encode(x))
    assert again.smooth and again.name == "points"


def test_round_trip_to_float32():
    x = cloud([1, 2, 3], shift=5)
    space = fitted(x)
    assert space.encode(x).dtype == torch.float32
    assert np.allclose(space.decode(space.encode(torch.from_numpy(x))), x, rtol=0, atol=2e-6)


def test_what_cannot_be_fitted_or_encoded():
    with pytest.raises(BadData, match="at least 2 rows"):
        Points().fit(np.zeros((1, 2)))
    with pytest.raises(BadData, match="row 1 has a value that is not finite"):
        Points().fit(np.array([[1.0], [np.nan]]))
    with pytest.raises(BadData, match="not fitted"):
        Points().encode(np.zeros((2, 2)))
    with pytest.raises(BadData, match=r"of shape \(n, 1\), got \(4, 2\)"):
        fitted(cloud([1])).encode(np.zeros((4, 2)))
    with pytest.raises(BadData, match="2 axes for the columns a"):
        fitted(cloud([1, 1]), columns=["a"])
