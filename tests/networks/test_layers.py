"""The layers against what they promise."""

import math

import pytest
import torch
from scipy import stats
from torch import nn

from saddle.errors import BadValue
from saddle.networks import CRITICS, GENERATORS, Shape, feed, initialise, lipschitz
from saddle.networks.layers import (
    Dropout,
    Fourier,
    GroupSort,
    Maxout,
    MinibatchDiscrimination,
    MinibatchStd,
    OrthonormalLinear,
    Quadratic,
)

PLAIN = [name for name, row in CRITICS.items() if not (row.pictures or row.classifies)]


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


@pytest.mark.parametrize("sizes", [(2, 128), (128, 128), (128, 1), (1, 2), (5, 3)], ids=str)
@pytest.mark.parametrize("factor", [0.1, 1, 10, 100])
def test_orthonormal_layers_have_singular_values_of_one(sizes, factor):
    layer = initialise(OrthonormalLinear(*sizes), seeded())
    with torch.no_grad():
        layer.raw.mul_(factor)
    values = torch.linalg.svdvals(layer.weight.detach().double())
    # In float32; the larger the raw matrix, the worse its inverse is conditioned.
    assert values.max() <= 1 + 1e-5
    assert values.min() >= 1 - 1e-4


def test_groupsort_is_a_sort_of_pairs():
    x = torch.randn(6, 8, generator=seeded())
    pairs = torch.stack(x.chunk(2, 1), 2).sort(2, descending=True).values
    assert torch.equal(GroupSort()(x), torch.cat(pairs.unbind(2), 1))


@pytest.mark.parametrize("depth", [1, 3])
def test_groupsort_critic_is_1_lipschitz(depth):
    critic = CRITICS["groupsort"](Shape((2, 3), width=64, depth=depth), seeded())
    x, y = (torch.randn(4000, 5, generator=seeded(k)) for k in (1, 2))
    y[2000:] = x[2000:] + 1e-2 * y[2000:]
    with torch.no_grad():
        gap = (critic(x).values - critic(y).values).abs()
    # 1e-5 for the layers, 1e-6 for rounding scores of order one.
    assert (gap <= (1 + 1e-5) * (x - y).norm(dim=1) + 1e-6).all()
    assert critic.lipschitz() == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize("name", PLAIN)
def test_no_slope_exceeds_the_bound(name):
    torch.set_default_dtype(torch.float64)
    try:
        critic = CRITICS[name](Shape((2, 3), width=16), seeded()).eval()
        x = (3 * torch.randn(500, 5, generator=seeded(1))).requires_grad_()
        (slope,) = torch.autograd.grad(critic(x).values.sum(), x)
    finally:
        torch.set_default_dtype(torch.float32)
    assert slope.norm(dim=1).max() <= critic.lipschitz() * (1 + 1e-9)
    unbounded = ("minibatch" in name) or name == "quadratic"
    assert math.isinf(critic.lipschitz()) == unbounded


def test_the_bound_of_a_linear_map_is_its_largest_singular_value():
    layer = initialise(nn.Linear(7, 4), seeded())
    largest = torch.linalg.svdvals(layer.weight.double())[0].item()
    assert lipschitz(layer) == pytest.approx(largest, rel=1e-12)
    assert lipschitz(nn.Sequential(layer, nn.Tanh())) == pytest.approx(largest, rel=1e-12)
    assert math.isinf(lipschitz(nn.Bilinear(2, 2, 2)))


def test_the_bound_sees_spectral_norm_and_leaves_it_as_it_was():
    critic = CRITICS["mlp"](Shape((2,), width=16, activation="relu"), seeded())
    for layer in (critic.body[0], critic.body[2], critic.head):
        nn.utils.parametrizations.spectral_norm(layer, n_power_iterations=50)
    before = {key: value.clone() for key, value in critic.state_dict().items()}
    # The power iteration ends within a per mille of the largest singular value.
    assert critic.lipschitz() == pytest.approx(1, abs=3e-3)
    assert critic.training and critic.head.training
    assert all(torch.equal(before[key], value) for key, value in critic.state_dict().items())


def test_dropout_draws_from_its_own_generator():
    x = torch.ones(1000, 100)
    layer = Dropout(0.3)
    with pytest.raises(BadValue, match=r"feed\(network, rng\)"):
        layer(x)
    before = torch.get_rng_state()
    feed(layer, seeded())
    first, second = layer(x), layer(x)
    feed(layer, seeded())
    assert torch.equal(layer(x), first)
    assert not torch.equal(first, second)
    assert torch.equal(before, torch.get_rng_state())
    # 100,000 draws: the share of ones has a standard error of 0.0015.
    assert (first == 0).float().mean() == pytest.approx(0.3, abs=0.006)
    assert first.max() == pytest.approx(1 / 0.7)
    assert layer.eval()(x) is x


def test_minibatch_std_by_hand():
    h = torch.tensor([[0.0, 1.0], [2.0, 1.0]])
    # Standard deviations 1 and 0 (1e-4 for the number under the root), averaged.
    assert torch.allclose(MinibatchStd()(h)[:, 2], torch.full((2,), (1 + 1e-4) / 2))


def test_minibatch_discrimination_against_loops():
    layer = initialise(MinibatchDiscrimination(6, 3, 2), seeded())
    h = torch.randn(5, 6, generator=seeded(1))
    M = layer.T(h).detach().reshape(5, 2, 3).transpose(1, 2)
    near = [
        [
            sum(math.exp(-(M[i, b] - M[j, b]).abs().sum()) for j in range(5) if j != i) / 4
            for b in range(3)
        ]
        for i in range(5)
    ]
    assert torch.allclose(layer(h)[:, 6:], torch.tensor(near), atol=1e-6)


@pytest.mark.parametrize("name", ["mlp-minibatch-std", "mlp-minibatch-discrimination"])
def test_minibatch_critics_change_with_the_batch(name):
    critic = CRITICS[name](Shape((2,), width=16), seeded())
    x = torch.randn(8, 2, generator=seeded(1))
    spread, collapsed = critic(x).values, critic(x[:1].repeat(8, 1)).values
    assert spread[0] != collapsed[0]
    # One row alone is allowed: a single sample is judged as a collapsed batch.
    assert critic(x[:1]).values.isfinite().all()


def test_maxout_is_the_largest_piece():
    layer = initialise(Maxout(3, 4, 5), seeded())
    x = torch.randn(6, 3, generator=seeded(1))
    assert torch.equal(layer(x), layer.linear(x).reshape(6, 5, 4).max(1).values)


def test_fourier_features_have_a_period_along_each_wave():
    layer = initialise(Fourier(2, 1, 60.0), seeded())
    x = torch.randn(9, 2, generator=seeded(1))
    step = 2 * torch.pi * layer.B[0] / layer.B[0].square().sum()
    # 1e-4: the angle is about 2 pi, in float32.
    assert torch.allclose(layer(x)[:, 2:], layer(x + step)[:, 2:], atol=1e-4)


def test_fourier_waves_are_one_to_high_long():
    lengths = initialise(Fourier(3, 8, 60.0), seeded()).B.norm(dim=1)
    assert torch.allclose(lengths[[0, -1]], torch.tensor([1.0, 60.0]), rtol=1e-5)
    ratios = lengths[1:] / lengths[:-1]
    assert torch.allclose(ratios, ratios[0].expand(7), rtol=1e-4)  # float32


def test_quadratic_features_hold_every_product_once():
    x = torch.tensor([[2.0, 3.0, 5.0]])
    assert Quadratic(3)(x).tolist() == [[2, 3, 5, 4, 6, 10, 9, 15, 25]]


@pytest.mark.parametrize("name", ["affine", "triangular"])
def test_gaussian_generators_know_their_density(name):
    torch.set_default_dtype(torch.float64)
    try:
        generator = GENERATORS[name](Shape((3,), 3), seeded())
        for parameter in generator.parameters():
            torch.nn.init.normal_(parameter, 0, 0.5, generator=seeded(parameter.dim()))
        with torch.no_grad():
            zero = generator(torch.zeros(1, 3))
            L = (generator(torch.eye(3)) - zero).T
            x = torch.randn(20, 3, generator=seeded(2))
            ours = generator.log_prob(x)
    finally:
        torch.set_default_dtype(torch.float32)
    theirs = stats.multivariate_normal(zero[0].numpy(), (L @ L.T).numpy()).logpdf(x.numpy())
    assert torch.allclose(ours, torch.from_numpy(theirs), rtol=0, atol=1e-10)
