"""What every network of pictures keeps to, and the layers that they share."""

import copy

import pytest
import torch
from torch.nn import functional

from saddle.distances import PENALTIES
from saddle.errors import Incompatible, UnknownName
from saddle.networks import CRITICS, GENERATORS, Shape
from saddle.networks.heads import Pool
from saddle.networks.layers import Dropout, Residual, feed
from saddle.networks.pictures import DoublingFilters, Shrink, grids, triangles, widths

GENERATING = [name for name in GENERATORS if GENERATORS[name].pictures]
JUDGING = [name for name in CRITICS if CRITICS[name].pictures]
AUXILIARY = [name for name in JUDGING if name.startswith("auxiliary")]
PICTURES = [(1, 8, 8), (1, 28, 28), (3, 32, 32), (3, 64, 64), (3, 24, 40), (2, 25, 9)]
SMALL = (3, 16, 15)
Z, CLASSES = 6, 3
LAST = torch.channels_last


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def generator(name, picture, *, given=True, seed=0, **sizes):
    inputs = (Z, CLASSES) if given else (Z,)
    return GENERATORS[name](Shape(inputs, picture, **({"width": 4} | sizes)), seeded(seed))


def critic(name, picture, *, given=True, seed=0, **sizes):
    inputs = (picture, CLASSES) if given else (picture,)
    network = CRITICS[name](Shape(inputs, **({"width": 4} | sizes)), seeded(seed))
    for layer in network.modules():
        if isinstance(layer, Dropout):
            layer.eval()  # at rest it drops nothing, and rows are what they are
    return network


def latents(n=4, *, given=True):
    c = torch.eye(CLASSES)[torch.arange(n) % CLASSES]
    z = torch.randn(n, Z, generator=seeded(1))
    return (z, c) if given else (z,)


def pictures(picture, n=4, *, given=True):
    c = torch.eye(CLASSES)[torch.arange(n) % CLASSES]
    x = torch.randn(n, *picture, generator=seeded(2))
    return (x, c) if given else (x,)


def moved(network):
    """A step away from the start, where blocks are the identity and biases zero."""
    rng = seeded(7)
    with torch.no_grad():
        for p in network.parameters():
            p.add_(0.02 * torch.randn(p.shape, generator=rng))
    return network


def with_and_without(names):
    return [(name, given) for name in names for given in (True, False)]


@pytest.mark.parametrize("picture", PICTURES, ids=str)
@pytest.mark.parametrize("name", GENERATING)
def test_generators_make_pictures_channels_last(name, picture):
    for given in (True, False):
        x = generator(name, picture, given=given)(*latents(given=given))
        assert x.shape == (4, *picture) and x.dtype == torch.float32
        assert x.isfinite().all() and x.is_contiguous(memory_format=LAST)


@pytest.mark.parametrize("picture", PICTURES, ids=str)
@pytest.mark.parametrize("name", JUDGING)
def test_critics_score_pictures(name, picture):
    scores = critic(name, picture)(*pictures(picture))
    assert scores.values.shape == (4,) and scores.features.shape[0] == 4
    assert scores.features.dim() == 2 and scores.values.isfinite().all()


@pytest.mark.parametrize(("name", "given"), with_and_without(GENERATING))
def test_gradients_reach_every_parameter_of_a_generator(name, given):
    network = moved(generator(name, SMALL, given=given))
    network(*latents(given=given)).square().sum().backward()
    _reached(network)


@pytest.mark.parametrize(
    ("name", "given"),
    [pair for pair in with_and_without(JUDGING) if pair[1] or pair[0] not in AUXILIARY],
)
def test_gradients_reach_every_parameter_of_a_critic(name, given):
    network = moved(critic(name, SMALL, given=given))
    scores = network(*pictures(SMALL, given=given))
    heads = sum(head.square().sum() for head in scores.heads.values())
    (scores.values.square().sum() + heads).backward()
    _reached(network)


def _reached(network):
    for label, parameter in network.named_parameters():
        assert parameter.grad is not None and parameter.grad.isfinite().all(), label
        assert parameter.grad.abs().sum() > 0, label


@pytest.mark.parametrize("bf16", [False, True], ids=["float32", "bfloat16"])
@pytest.mark.parametrize("name", JUDGING)
def test_a_slope_can_be_differentiated_again(name, bf16):
    network = moved(critic(name, SMALL))
    x, c = pictures(SMALL)
    x.requires_grad_()
    with torch.autocast("cpu", torch.bfloat16, enabled=bf16):
        scores = network(x, c)
    (slope,) = torch.autograd.grad(scores.values.sum(), x, create_graph=True)
    assert slope.dtype == torch.float32
    slope.square().sum().backward()
    weights = [p for p in network.body.parameters() if p.dim() == 4]
    assert all(p.grad is not None and p.grad.isfinite().all() and p.grad.any() for p in weights)


@pytest.mark.parametrize("name", JUDGING)
def test_the_square_of_a_slope_has_the_gradient_of_its_differences(name, float64):
    """R1's gradient in one weight, against central differences."""
    network = moved(critic(name, (1, 9, 8)))
    x, c = (part.double() for part in pictures((1, 9, 8)))
    weight = next(p for p in network.body.parameters() if p.dim() == 4)

    def square():
        point = x.clone().requires_grad_()
        v = network(point, c).values.sum()
        (slope,) = torch.autograd.grad(v, point, create_graph=True)
        return slope.square().sum()

    (exact,) = torch.autograd.grad(square(), weight)
    ends = []
    for step in (1e-5, -2e-5):
        weight.data[0, 0, 0, 0] += step
        ends.append(square().item())
    weight.data[0, 0, 0, 0] += 1e-5
    assert exact[0, 0, 0, 0].item() == pytest.approx(
        (ends[0] - ends[1]) / 2e-5, rel=1e-3, abs=1e-7
    )


def _every():
    yield from ((generator, name, latents) for name in GENERATING)
    yield from ((critic, name, lambda: pictures(SMALL)) for name in JUDGING)


EVERY = list(_every())
IDS = [f"{make.__name__}-{name}" for make, name, _ in EVERY]


def out(result):
    return result.values if isinstance(result, tuple) else result


@pytest.mark.parametrize(("make", "name", "given"), EVERY, ids=IDS)
def test_the_same_generator_gives_the_same_network_and_the_global_stream_stays(make, name, given):
    torch.manual_seed(3)
    before = torch.get_rng_state()
    one = make(name, SMALL).state_dict()
    assert torch.equal(before, torch.get_rng_state())
    torch.manual_seed(4)
    two, other = make(name, SMALL).state_dict(), make(name, SMALL, seed=1).state_dict()
    assert all(torch.equal(one[key], two[key]) for key in one)
    weights = [key for key in one if one[key].dim() == 4 and one[key].any()]
    assert weights and all(not torch.equal(one[key], other[key]) for key in weights)


@pytest.mark.parametrize(("make", "name", "given"), EVERY, ids=IDS)
def test_state_dict_carries_everything(make, name, given):
    one, two = moved(make(name, SMALL)), make(name, SMALL, seed=1)
    one(*given())
    two.load_state_dict({key: value.contiguous() for key, value in one.state_dict().items()})
    assert torch.equal(out(one(*given())), out(two(*given())))
    twin = copy.deepcopy(one)
    assert repr(twin) == repr(one) and torch.equal(out(one(*given())), out(twin(*given())))


@pytest.mark.parametrize(("make", "name", "given"), EVERY, ids=IDS)
def test_filters_are_channels_last(make, name, given):
    network = make(name, SMALL)
    twin = make(name, SMALL, seed=1)
    twin.load_state_dict({key: value.contiguous() for key, value in network.state_dict().items()})
    for module in (network, twin, copy.deepcopy(network)):
        weights = [p for p in module.parameters() if p.dim() == 4]
        assert weights and all(p.is_contiguous(memory_format=LAST) for p in weights)


@pytest.mark.parametrize(("make", "name", "given"), EVERY, ids=IDS)
def test_pointwise_means_that_a_row_depends_on_itself_alone(make, name, given, float64):
    network = make(name, SMALL)
    parts = tuple(part.double() for part in given())
    whole, half = out(network(*parts)), out(network(*(p[:3] for p in parts)))
    catalogue = CRITICS if make is critic else GENERATORS
    assert torch.allclose(whole[:3], half, rtol=0, atol=1e-12) == catalogue[name].pointwise
    if make is critic:
        assert network.pointwise == CRITICS[name].pointwise


@pytest.mark.parametrize(("make", "name", "given"), EVERY, ids=IDS)
def test_under_autocast_what_comes_out_is_float32_and_close(make, name, given):
    network = moved(make(name, SMALL, width=16))
    plain = out(network(*given()))
    with torch.autocast("cpu", torch.bfloat16):
        result = network(*given())
    assert out(result).dtype == torch.float32
    if make is critic:
        assert result.features.dtype == torch.float32
    else:
        assert result.is_contiguous(memory_format=LAST)
    # Eight bits a number: a few parts in a hundred of the spread after a handful of layers.
    assert (out(result) - plain).abs().max() < 0.1 * plain.abs().max()


@pytest.mark.parametrize("make", [generator, critic])
def test_residual_blocks_are_the_identity_at_first(make):
    network = make("residual", (3, 16, 16))
    given = latents() if make is generator else pictures((3, 16, 16))
    before = out(network(*given))
    blocks = [i for i, layer in enumerate(network.body) if isinstance(layer, Residual)]
    assert len(blocks) == 2 * len(grids((3, 16, 16)))
    for i in blocks:
        network.body[i] = torch.nn.Identity()
        assert torch.equal(out(network(*given)), before)


@pytest.mark.parametrize("make", [generator, critic])
def test_depth_is_the_number_of_blocks_a_level(make):
    for depth in (1, 3):
        network = make("residual", (3, 16, 16), depth=depth)
        blocks = [layer for layer in network.body if isinstance(layer, Residual)]
        assert len(blocks) == depth * len(grids((3, 16, 16)))


@pytest.mark.parametrize("name", [n for n in JUDGING if "residual" not in n])
def test_spectral_norm_rewrites_every_filter(name):
    network = PENALTIES["spectral-norm"].build(critic(name, SMALL))
    scores = network(*pictures(SMALL))
    assert scores.values.isfinite().all()
    layers = [m for m in network.modules() if isinstance(m, torch.nn.Conv2d)]
    assert layers
    for layer in layers:
        s = torch.linalg.matrix_norm(layer.weight.flatten(1), ord=2)
        assert s.item() == pytest.approx(1, abs=1e-3)


def test_spectral_norm_is_refused_where_a_block_starts_at_zero():
    """W / |W| has no value at W = 0, and a slope without bound beside it."""
    with pytest.raises(Incompatible, match="starts at zero"):
        PENALTIES["spectral-norm"].build(critic("residual", SMALL))


@pytest.mark.parametrize("name", [n for n in JUDGING if n not in AUXILIARY])
def test_a_projection_reads_the_class_and_is_linear_in_it(name):
    network = critic(name, SMALL).eval()
    x, c = pictures(SMALL)
    scores = [network(x, row.expand(4, -1)).values for row in (c[0], c[1], (c[0] + c[1]) / 2)]
    assert not torch.allclose(scores[0], scores[1])
    torch.testing.assert_close(scores[2], (scores[0] + scores[1]) / 2)


@pytest.mark.parametrize("name", AUXILIARY)
def test_an_auxiliary_critic_says_the_class_and_does_not_read_it(name):
    network = critic(name, SMALL)
    x, c = pictures(SMALL)
    one, two = network(x, c), network(x, c.flip(0))
    assert torch.equal(one.values, two.values)
    assert one.heads["class"].shape == c.shape
    assert torch.equal(one.heads["class"], two.heads["class"])
    with pytest.raises(Incompatible, match="a second part"):
        critic(name, SMALL, given=False)


def test_the_picture_may_be_any_part_of_a_critics_call():
    x, c = pictures(SMALL)
    swapped = CRITICS["conv"](Shape((CLASSES, SMALL), width=4), seeded())
    assert torch.equal(swapped(c, x).values, critic("conv", SMALL)(x, c).values)


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        ((2, 8), r"one picture \(C, H, W\) among its parts.*got \(2,\) and \(8,\)"),
        ((SMALL, SMALL), "one picture"),
        (((1, 3, 8),), "at least 4 x 4"),
    ],
)
@pytest.mark.parametrize("name", JUDGING)
def test_what_a_critic_cannot_judge_is_refused(name, inputs, message):
    with pytest.raises(Incompatible, match=message):
        CRITICS[name](Shape(inputs, width=4), seeded())


@pytest.mark.parametrize(
    ("inputs", "output", "message"),
    [
        ((2, 8), 5, "makes one picture"),
        ((SMALL,), SMALL, "of flat parts"),
        ((2,), (1, 8, 3), "at least 4 x 4"),
    ],
)
@pytest.mark.parametrize("name", GENERATING)
def test_what_a_generator_cannot_make_is_refused(name, inputs, output, message):
    with pytest.raises(Incompatible, match=message):
        GENERATORS[name](Shape(inputs, output, width=4), seeded())


def test_a_wrong_way_to_double_is_answered_with_the_nearest():
    with pytest.raises(UnknownName, match="did you mean 'bilinear'"):
        GENERATORS["dcgan-upsample:bilinar"]


# ---- sizes and layers ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("size", "shorts"),
    [(8, [8, 4, 2]), (28, [28, 14, 7]), (32, [32, 16, 8, 4]), (9, [9, 5, 3]), (4, [4, 2, 1])],
)
def test_levels_are_halved_until_the_short_side_is_seven_and_twice_at_least(size, shorts):
    assert [h for h, _ in grids((1, size, 2 * size))] == shorts


def test_channels_double_up_to_eight_times_the_first():
    assert widths(16, 6) == [16, 32, 64, 128, 128, 128]


def test_doubling_filters_are_filters_on_repeated_pixels(float64):
    layer = DoublingFilters(3, 5, 3, std=1.0)
    x = torch.randn(2, 3, 4, 6, generator=seeded())
    repeated = functional.interpolate(x, scale_factor=2, mode="nearest")
    slow = functional.conv2d(repeated, layer.weight, layer.bias, padding=1)
    torch.testing.assert_close(layer(x), slow, rtol=0, atol=1e-12)


@pytest.mark.parametrize("size", [8, 9, 25])
def test_halving_keeps_constants_and_is_the_transpose_of_bilinear_doubling_inside(size, float64):
    coarse = (size + 1) // 2
    A = triangles(size, coarse)
    torch.testing.assert_close(A.sum(1), torch.ones(coarse))
    if size % 2 == 0:
        up = functional.interpolate(torch.eye(coarse)[:, None], size, mode="linear")[:, 0]
        torch.testing.assert_close(A[1:-1], up[1:-1] / 2, rtol=0, atol=1e-7, check_dtype=False)


def test_shrinking_a_plane_is_the_same_plane_half_as_large(float64):
    y = torch.arange(8.0)[:, None] + 10 * torch.arange(12.0)
    small = Shrink((8, 12), (4, 6)).double()(y[None, None])[0, 0]
    wanted = (0.5 + 2 * torch.arange(4.0))[:, None] + 10 * (0.5 + 2 * torch.arange(6.0))
    torch.testing.assert_close(small[1:-1, 1:-1], wanted[1:-1, 1:-1])


def test_a_pool_weighs_every_pixel_of_a_channel(float64):
    pool = Pool(3, (4, 5))
    h = torch.randn(2, 3, 4, 5, generator=seeded())
    wanted = (h * pool.weight[:, 0]).sum((2, 3))
    torch.testing.assert_close(pool(h), wanted)


def test_conv_dropout_drops_while_it_trains_and_is_conv_at_rest():
    picture = (1, 28, 28)
    plain, drops = critic("conv", picture), critic("conv-dropout:0.5", picture)
    assert torch.equal(plain(*pictures(picture)).values, drops(*pictures(picture)).values)
    feed(drops.train(), seeded(9))
    first, second = (drops(*pictures(picture)).values for _ in range(2))
    assert not torch.equal(first, second)
