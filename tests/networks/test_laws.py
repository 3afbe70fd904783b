"""What every network of every catalogue keeps to."""

import copy

import pytest
import torch

from saddle.errors import BadValue, Incompatible, UnknownName
from saddle.networks import (
    ACTIVATIONS,
    CRITICS,
    ENCODERS,
    FLOWS,
    GENERATORS,
    Shape,
    feed,
    initialise,
)

pytestmark = pytest.mark.usefixtures("float64")

SHAPE = Shape((2, 3), 5, width=16, depth=2)
FLOW = Shape((5,), 5, width=16, depth=2)
CATALOGUES = {"generator": GENERATORS, "critic": CRITICS, "encoder": ENCODERS, "flow": FLOWS}
SHAPES = {"generator": SHAPE, "critic": SHAPE, "encoder": SHAPE, "flow": FLOW}
ALL = [
    (kind, name)
    for kind, rows in CATALOGUES.items()
    for name in rows
    # Their laws are in test_pictures.py and test_auxiliary.py.
    if not (rows[name].pictures or rows[name].classifies)
]
IDS = [f"{kind}-{name}" for kind, name in ALL]


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def build(kind, name, seed=0):
    network = CATALOGUES[kind][name](SHAPES[kind], seeded(seed))
    feed(network, seeded(9))
    return network


def parts(kind, n=7, seed=1):
    sizes = SHAPES[kind].inputs
    return tuple(torch.randn(n, size, generator=seeded(seed)) for size in sizes)


def out(kind, network, given):
    result = network(*given)
    return result.values if kind == "critic" else result


@pytest.mark.parametrize(("kind", "name"), ALL, ids=IDS)
def test_shapes(kind, name):
    result = build(kind, name)(*parts(kind))
    if kind == "critic":
        assert result.values.shape == (7,)
        assert result.features.shape[0] == 7
    else:
        assert result.shape == (7, 5)


@pytest.mark.parametrize(("kind", "name"), ALL, ids=IDS)
def test_gradients_reach_every_parameter(kind, name):
    network = build(kind, name)
    out(kind, network, parts(kind)).square().sum().backward()
    for label, parameter in network.named_parameters():
        assert parameter.grad is not None, label
        assert parameter.grad.isfinite().all(), label
        assert parameter.grad.abs().sum() > 0, label


@pytest.mark.parametrize("name", [name for kind, name in ALL if kind == "critic"])
def test_a_slope_can_be_differentiated_again(name):
    critic = build("critic", name)
    given = tuple(p.requires_grad_() for p in parts("critic"))
    feed(critic, seeded(9))
    slopes = torch.autograd.grad(critic(*given).values.sum(), given, create_graph=True)
    sum(s.square().sum() for s in slopes).backward()
    weights = [p for p in critic.parameters() if p.dim() >= 2]
    assert all(p.grad is not None and p.grad.isfinite().all() for p in weights)


@pytest.mark.parametrize(("kind", "name"), ALL, ids=IDS)
def test_the_same_generator_gives_the_same_network_and_the_global_stream_stays(kind, name):
    torch.manual_seed(3)
    before = torch.get_rng_state()
    one, rng = build(kind, name).state_dict(), torch.get_rng_state()
    torch.manual_seed(4)
    two = build(kind, name).state_dict()
    assert torch.equal(before, rng)
    assert one.keys() == two.keys()
    assert all(torch.equal(one[key], two[key]) for key in one)


@pytest.mark.parametrize(("kind", "name"), ALL, ids=IDS)
def test_another_seed_gives_another_network(kind, name):
    if name in ("affine", "triangular"):
        pytest.skip("starts as the identity, whatever the seed")
    one, two = build(kind, name, 0).state_dict(), build(kind, name, 1).state_dict()
    assert any(not torch.equal(one[key], two[key]) for key in one)


@pytest.mark.parametrize(("kind", "name"), ALL, ids=IDS)
def test_state_dict_carries_everything(kind, name):
    one, two = build(kind, name, 0).eval(), build(kind, name, 1).eval()
    two.load_state_dict(one.state_dict())
    assert torch.equal(out(kind, one, parts(kind)), out(kind, two, parts(kind)))


@pytest.mark.parametrize(("kind", "name"), ALL, ids=IDS)
def test_printable_and_copyable(kind, name):
    network = build(kind, name).eval()
    feed(network, None)
    twin = copy.deepcopy(network)
    assert repr(twin) == repr(network)
    assert torch.equal(out(kind, twin, parts(kind)), out(kind, network, parts(kind)))


@pytest.mark.parametrize(("kind", "name"), ALL, ids=IDS)
def test_pointwise_means_that_a_row_depends_on_itself_alone(kind, name):
    network = build(kind, name).eval()
    given = parts(kind)
    whole = out(kind, network, given)
    half = out(kind, network, tuple(p[:3] for p in given))
    # 1e-12: a product of matrices may sum in another order when it has fewer rows.
    same = torch.allclose(whole[:3], half, rtol=0, atol=1e-12)
    assert same == CATALOGUES[kind][name].pointwise
    if kind == "critic":
        assert network.pointwise == CATALOGUES[kind][name].pointwise


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_an_activation_is_no_steeper_than_its_slope(activation):
    row = ACTIVATIONS[activation]
    x = torch.linspace(-8, 8, 100_001, requires_grad=True)
    (slope,) = torch.autograd.grad(row.make()(x).sum(), x)
    # A bound is of use where it is close: within 1e-3 of what is reached.
    assert row.slope - 1e-3 <= slope.abs().max() <= row.slope


@pytest.mark.parametrize(("kind", "name"), ALL, ids=IDS)
def test_first_outputs_are_finite(kind, name):
    assert out(kind, build(kind, name), parts(kind)).isfinite().all()


def test_weights_and_biases_are_uniform_within_one_over_the_root_of_the_fan_in():
    layer = initialise(torch.nn.Linear(400, 300), seeded())
    assert layer.weight.abs().max() <= 1 / 20
    assert layer.bias.abs().max() <= 1 / 20
    # 120,000 draws: the relative error of a standard deviation is about 0.2 %.
    assert layer.weight.std().item() == pytest.approx(1 / 20 / 3**0.5, rel=0.01)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"width": 0}, "width must be a whole number of at least 1, got 0"),
        ({"depth": -1}, "depth must be"),
        ({"inputs": ()}, "inputs must be at least one part"),
    ],
)
def test_wrong_sizes_are_refused(fields, message):
    with pytest.raises(BadValue, match=message):
        Shape(**({"inputs": (2,)} | fields))


@pytest.mark.parametrize(
    ("error", "message", "attempt"),
    [
        (UnknownName, "did you mean 'leaky-relu'", lambda: Shape((2,), activation="leakyrelu")),
        (UnknownName, "did you mean 'groupsort'", lambda: CRITICS["groupsrt"]),
        (BadValue, "even, got 15", lambda: CRITICS["groupsort"](Shape((2,), width=15), seeded())),
        (BadValue, "between 0 and 1, got '1.5'", lambda: CRITICS["mlp-dropout:1.5"]),
        (BadValue, "a whole number", lambda: CRITICS["maxout:2.5"]),
        (Incompatible, "3 in and 2 out", lambda: GENERATORS["affine"](Shape((3,), 2), seeded())),
        (Incompatible, "3 in and 2 out", lambda: FLOWS["coupling"](Shape((3,), 2), seeded())),
    ],
)
def test_wrong_names_and_values_are_refused(error, message, attempt):
    with pytest.raises(error, match=message):
        attempt()
