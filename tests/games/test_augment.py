"""Pictures that are changed before the critic sees them: by chance, or as ADA says."""

from __future__ import annotations

import itertools

import pytest
import torch

from saddle.distances import DISTANCES, PENALTIES
from saddle.errors import BadValue, Incompatible, UnknownName
from saddle.games import VIEWS, Duel, Gan, Noise, Player, Purpose, Stakes, Streams
from saddle.games.adaptive import EVERY, HIGHEST, PIPELINE, Adaptive
from saddle.games.differentiable import OPERATIONS, flip, lines, moving, rotate
from saddle.games.together import Together
from saddle.networks import CRITICS, GENERATORS, Shape
from tiny_players import rng

NAMES = sorted(OPERATIONS)
EVERYTHING = "augment:" + "+".join(NAMES)
VIEWED = [EVERYTHING, "ada:0.6"]


def pictures(n=6, size=(3, 8, 8), seed=0):
    return torch.randn(n, *size, generator=rng(seed))


def streams(step=0):
    return Streams(0).at(step)


def strong(name, smooth=(True,), p=0.7):
    """A view that acts: ADA's begins at p = 0."""
    view = VIEWS[name](smooth)
    if isinstance(view, Adaptive):
        view.p.fill_(p)
    return view


# ---- operations ---------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [(1, 8, 8), (3, 9, 12)], ids=str)
@pytest.mark.parametrize("name", NAMES)
def test_an_operation_keeps_shapes_and_changes_rows_by_numbers_of_their_own(name, size):
    x = pictures(1, size).expand(64, -1, -1, -1)
    y = OPERATIONS[name](x, rng())
    assert y.shape == x.shape and y.isfinite().all()
    assert not torch.equal(y, x)
    assert len({tuple(row.flatten().tolist()) for row in y}) > 1


@pytest.mark.parametrize("name", NAMES)
def test_an_operation_passes_every_gradient_on(name, float64):
    x = pictures(2, (2, 4, 4)).double().requires_grad_()

    def change(x):
        return OPERATIONS[name](x, rng(3))

    assert torch.autograd.gradcheck(change, x)
    assert torch.autograd.gradgradcheck(change, x)


def test_grey_pictures_have_no_saturation():
    """Brightness and contrast alone: what is left is a straight line of the grey values."""
    x = pictures(4, (1, 5, 5))
    y = OPERATIONS["colour"](x, rng())
    grey = OPERATIONS["colour"](x.expand(-1, 3, -1, -1), rng())
    torch.testing.assert_close(grey, y.expand_as(grey))


def test_a_shift_is_a_shift_by_whole_pixels_and_zero_beyond():
    x = pictures(40, (1, 8, 16))
    y = OPERATIONS["shift"](x, rng())
    padded = torch.nn.functional.pad(x, (2, 2, 1, 1))
    for before, after in zip(padded, y, strict=True):
        windows = [before[:, a : a + 8, b : b + 16] for a in range(3) for b in range(5)]
        assert sum(torch.equal(window, after) for window in windows) == 1


def test_a_mirrored_edge_comes_back_at_the_outer_pixels():
    u = torch.tensor([[-2.0, -0.5, 0.0, 3.0, 4.0, 5.0]])
    line = torch.tensor([10.0, 20.0, 30.0, 40.0])
    mirrored = lines(u, 4, reflect=True)[0] @ line
    assert mirrored.tolist() == [30.0, 15.0, 10.0, 40.0, 30.0, 20.0]
    assert (lines(u, 4, reflect=False)[0] @ line).tolist() == [0.0, 5.0, 10.0, 40.0, 0.0, 0.0]


def test_a_rotation_turns_by_quarters_and_oblong_pictures_by_halves():
    x = pictures(60, (2, 4, 4))
    turned = [
        {k for k in range(4) if torch.equal(torch.rot90(a, k, (1, 2)), b)}
        for a, b in zip(x, rotate(x, rng()), strict=True)
    ]
    assert set().union(*turned) == {0, 1, 2, 3} and all(len(k) == 1 for k in turned)
    x = pictures(30, (2, 4, 6))
    assert all(
        torch.equal(a, b) or torch.equal(a.flip(1, 2), b)
        for a, b in zip(x, rotate(x, rng()), strict=True)
    )


def test_a_cutout_is_half_as_wide_and_high():
    x = torch.ones(200, 1, 16, 12)
    gone = (OPERATIONS["cutout"](x, rng()) == 0).squeeze(1)
    high, wide = gone.any(2).sum(1), gone.any(1).sum(1)
    # Less where the hole hangs over the edge; a quarter of the side is always inside.
    assert high.max() == 8 and wide.max() == 6 and high.min() >= 4 and wide.min() >= 3
    assert torch.equal(gone.sum((1, 2)), high * wide)


@pytest.mark.parametrize(
    ("name", "error", "message"),
    [
        ("augment:color", UnknownName, "did you mean 'colour'"),
        ("augment:flip+flip", BadValue, "each once"),
        ("augment:flip+", UnknownName, "unknown augmentation ''"),
        ("ada:1.5", BadValue, "between 0 and 1"),
    ],
)
def test_wrong_parameters_are_refused(name, error, message):
    with pytest.raises(error, match=message):
        VIEWS[name]


# ---- views --------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", VIEWED)
def test_draws_come_from_the_stream_of_augmentation_alone(name, global_streams_rest):
    ours, theirs = streams(), streams()
    strong(name)((pictures(),), "real", ours)
    for purpose in Purpose:
        same = torch.equal(*(torch.rand(3, generator=s[purpose]) for s in (ours, theirs)))
        assert same == (purpose is not Purpose.AUGMENT)


@pytest.mark.parametrize("name", VIEWED)
def test_both_sides_have_the_same_law_and_different_draws(name):
    x, stream = pictures(), streams()
    real, fake = (strong(name)((x,), side, stream)[0] for side in ("real", "fake"))
    assert not torch.equal(real, fake)
    again = strong(name)((x,), "fake", streams())[0]
    assert torch.equal(real, again), "the side decides nothing"


@pytest.mark.parametrize("name", VIEWED)
def test_parts_that_are_no_pictures_pass_as_they_are(name):
    x, c, z = pictures(), torch.eye(6), torch.randn(6, 4, generator=rng())
    shown = strong(name, (True, False, True))((x, c, z), "real", streams())
    assert shown[1] is c and shown[2] is z and not torch.equal(shown[0], x)


@pytest.mark.parametrize("name", VIEWED)
def test_pictures_of_one_row_are_changed_alike(name):
    x, stream = pictures(), streams()
    one, two = strong(name, (True, True))((x, x.clone()), "real", stream)
    assert torch.equal(one, two)


@pytest.mark.parametrize("name", VIEWED)
@pytest.mark.parametrize("smooth", [(True, True), (False, True)])
def test_without_a_picture_the_view_is_refused(name, smooth):
    parts = (torch.zeros(4, 2) if smooth[0] else pictures(4), torch.zeros(4, 3))
    with pytest.raises(Incompatible, match="changes pictures"):
        VIEWS[name](smooth)(parts, "real", streams())


@pytest.mark.parametrize("name", VIEWED)
def test_the_gradient_reaches_the_fake_picture(name):
    x = pictures().requires_grad_()
    strong(name)((x,), "fake", streams())[0].square().sum().backward()
    assert x.grad.isfinite().all() and x.grad.flatten(1).any(1).all()


def test_under_autocast_pictures_keep_their_precision():
    x = pictures()
    plain = strong(EVERYTHING)((x,), "real", streams())[0]
    with torch.autocast("cpu", torch.bfloat16):
        cast = strong(EVERYTHING)((x,), "real", streams())[0]
    assert torch.equal(plain, cast)


# ---- ADA ----------------------------------------------------------------------------------------


def turns(view, share, n=1, rows=64):
    """So many turns of a critic that scores this share of the pairs right."""
    right = torch.where(torch.arange(rows) < share * rows, 1.0, -1.0)
    for _ in range(n):
        view.hear(right, torch.zeros(rows))
    return float(view.p)


def test_at_p_zero_pictures_are_untouched():
    parts = (pictures(), torch.eye(6))
    shown = VIEWS["ada"]((True, False))(parts, "real", streams())
    assert shown[0] is parts[0] and shown[1] is parts[1]


def test_p_is_the_share_of_rows_that_an_operation_changes():
    """Shifts alone, by one of 9 places of which one is none."""
    view, x = strong("ada", p=0.5), pictures(1).expand(4000, -1, -1, -1)
    moved = view.changed(x, rng())
    untouched = (moved == x).flatten(1).all(1).float().mean()
    # Flips act on half of those they are asked for, turns on 3/4, shifts on 8/9; a mirrored
    # half turn is not the picture. Cutouts, scales and colours always show.
    wanted = 0.5**3 * (1 - 0.5 / 2) * (1 - 0.5 * 3 / 4) * (1 - 0.5 * 8 / 9)
    assert untouched.item() == pytest.approx(wanted, abs=0.015)  # four standard errors


def test_p_rises_while_the_critic_knows_too_much_and_falls_again():
    view = Adaptive(0.6, (True,), ramp=64 * 100)
    assert turns(view, 0.9, EVERY - 1) == 0, "three turns change nothing"
    assert turns(view, 0.9) == pytest.approx(EVERY / 100)
    assert turns(view, 0.9, 4 * EVERY) == pytest.approx(5 * EVERY / 100)
    # 0.8 of the pairs right is r = 0.6: below it p falls.
    assert turns(view, 0.7, 2 * EVERY) == pytest.approx(3 * EVERY / 100)
    assert view.numbers() == {"p": pytest.approx(0.12)}


def test_p_stays_between_zero_and_what_can_be_undone():
    view = Adaptive(0.6, (True,), ramp=64 * 20)
    assert turns(view, 0.5, EVERY) == 0
    assert turns(view, 1.0, 20 * EVERY) == pytest.approx(HIGHEST)
    assert turns(view, 0.5, 20 * EVERY) == 0


def test_it_takes_thirty_thousand_pictures_from_nothing_to_always():
    view = VIEWS["ada"]((True,))
    assert turns(view, 1.0, 40, rows=75) == pytest.approx(0.1)


def test_looks_do_not_move_it():
    view = Adaptive(0.6, (True,), ramp=64)
    with torch.no_grad():
        turns(view, 1.0, EVERY)
    view.eval()
    turns(view, 1.0, EVERY)
    assert not any(value.any() for value in view.state_dict().values())


def test_its_state_is_saved_and_goes_on_bit_for_bit():
    whole, resumed = (Adaptive(0.6, (True,), ramp=6400) for _ in range(2))
    turns(whole, 0.9, EVERY + 2)
    assert float(whole.p) > 0 and float(whole.turns) == 2
    resumed.load_state_dict({key: value.clone() for key, value in whole.state_dict().items()})
    for view in (whole, resumed):
        turns(view, 0.95, 3)
    assert whole.state_dict() == resumed.state_dict() and float(whole.turns) == 1
    x = (pictures(),)
    assert torch.equal(*(v(x, "real", streams())[0] for v in (whole, resumed)))


# ---- in a game ----------------------------------------------------------------------------------


def game(view, critic="conv", seed=0, width=4):
    size = (1, 8, 8)
    generator = GENERATORS["mlp"](Shape((3,), size, width=8), rng(seed))
    judge = CRITICS[critic](Shape((size,), width=width), rng(seed + 1))
    stakes = Stakes(
        DISTANCES["relativistic"],
        tuple((PENALTIES[name], 0.1) for name in ("r1", "r2")),
        (VIEWS[view],),
    )
    return Gan(generator=generator, critic=judge, noise=Noise(3), stakes=stakes)


def critics_turn(game, step=0):
    batch = {"x": pictures(8, (1, 8, 8), seed=step)}
    return game.loss(Player.CRITIC, batch, Streams(0).at(step))


@pytest.mark.parametrize("name", VIEWED)
def test_a_game_plays_under_it(name):
    made = game(name)
    for player in Player:
        batch = {"x": pictures(8, (1, 8, 8))}
        terms = made.loss(player, batch, streams())
        sum(terms.values()).backward()
    parameters = [*made.generators.parameters(), *made.critics.parameters()]
    assert all(p.grad is not None and p.grad.isfinite().all() for p in parameters)


def test_a_game_hears_in_the_critics_turn_and_keeps_it():
    made = game("ada")
    (view,) = made.duels[0].views
    critics_turn(made)
    assert float(view.turns) == 1 and float(view.pairs) == 8
    made.loss(Player.GENERATOR, {"x": pictures(8, (1, 8, 8))}, streams())
    made.eval()
    critics_turn(made)
    assert float(view.turns) == 1
    assert {"duel-ada:0_6.p", "duel-ada:0_6.signs"} <= set(made.keeps.state_dict())


def test_games_side_by_side_each_hear_their_own():
    alone = [game("ada", "mlp", seed, width=8) for seed in (0, 5)]
    together = [game("ada", "mlp", seed, width=8) for seed in (0, 5)]
    crowd = Together(together)
    for step in range(2 * EVERY):
        batches = [{"x": pictures(8, (1, 8, 8), seed=step)} for _ in together]
        each = [Streams(0).at(step) for _ in together]
        crowd.losses(Player.CRITIC, batches, each)
        for one in alone:
            critics_turn(one, step)
    for one, other in zip(alone, together, strict=True):
        ours, theirs = one.duels[0].views[0], other.duels[0].views[0]
        assert isinstance(one.duels[0], Duel) and float(ours.signs) == float(theirs.signs)
        assert ours.state_dict() == theirs.state_dict()


# ---- what the generator cannot learn ------------------------------------------------------------


def kernel(maps, p):
    """The law of T(x) for each x, as columns: T is uniform over `maps` with probability p."""
    size = len(maps[0])
    K = (1 - p) * torch.eye(size, dtype=torch.float64)
    for image in maps:
        for x, y in enumerate(image):
            K[y, x] += p / len(maps)
    return K


def binary_pictures():
    """Every 2 x 2 picture of zeros and ones, and the number of each."""
    every = [torch.tensor(bits).reshape(2, 2) for bits in itertools.product((0, 1), repeat=4)]
    number = {tuple(x.flatten().tolist()): i for i, x in enumerate(every)}
    return every, lambda x: number[tuple(x.flatten().tolist())]


GROUPS = {
    "flips": [lambda x: x, lambda x: x.flip(1)],
    "turns": [lambda x, k=k: torch.rot90(x, k, (0, 1)) for k in range(4)],
}


@pytest.mark.parametrize("group", GROUPS)
def test_the_law_can_be_told_from_the_changed_one_unless_it_is_always_changed(group):
    """The generator never learns it: equal laws of T(x) mean equal laws of x, where p < 1.

    The critic compares K q with K p, K the kernel of T. Its eigenvalues are 1 on laws that the
    group leaves alone and 1 - p on the others: at p <= .8 no two laws look alike, so q = p is the
    only optimum. At p = 1 a picture and its mirror image look alike, and G may draw either.
    """
    every, number = binary_pictures()
    maps = [[number(turn(x)) for x in every] for turn in GROUPS[group]]
    for p in (0.3, 0.6, HIGHEST):
        smallest = torch.linalg.svdvals(kernel(maps, p)).min().item()
        assert smallest == pytest.approx(1 - p)
    always = kernel(maps, 1.0)
    assert torch.linalg.matrix_rank(always) < len(every)
    asymmetric = next(i for i, x in enumerate(every) if not torch.equal(x, x.flip(1)))
    mirrored = maps[-1][asymmetric] if group == "turns" else maps[1][asymmetric]
    assert asymmetric != mirrored
    assert torch.equal(always[:, asymmetric], always[:, mirrored])


def test_the_operations_draw_what_the_kernels_say():
    """`flip` and `rotate` are uniform over their groups, where they act."""
    x = torch.arange(4.0).reshape(1, 1, 2, 2).expand(8000, -1, -1, -1)
    for operation, maps in ((flip, GROUPS["flips"]), (rotate, GROUPS["turns"])):
        y = operation(x, rng())
        shares = [(y == turn(x[0, 0])).flatten(1).all(1).float().mean().item() for turn in maps]
        # 8000 draws: four standard errors of a share of one half are 0.022.
        assert shares == pytest.approx([1 / len(maps)] * len(maps), abs=0.023)


def test_the_pipeline_has_what_is_said():
    assert len(PIPELINE) == 6 and PIPELINE[0] is flip and PIPELINE[1] is rotate
    x = pictures(50, (1, 8, 8))
    assert not (moving(reflect=True)(x, rng()) == 0).any(), "mirrored, not black, at its edges"
