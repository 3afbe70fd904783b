"""The laws of the rules: exact steps on xy, and what every rule of the catalogue keeps."""

from __future__ import annotations

import copy
import math

import numpy as np
import pytest
import torch
from torch import nn

from saddle.errors import BadValue, UnknownName
from saddle.games.base import Player
from saddle.training.rules import RULES, Alternating, Team
from training.plays import OPTIMISERS, Play, bilinear

every_rule = pytest.mark.parametrize("name", RULES)
every_optimiser = pytest.mark.parametrize("optimiser", OPTIMISERS)
steps = pytest.mark.parametrize("h", [0.05, 0.2, 0.5])

J = np.array([[0.0, 1.0], [-1.0, 0.0]])  # v = J w on xy
I = np.eye(2)
DOWN_X, UP_Y = np.array([[0.0, 1.0], [0.0, 0.0]]), np.array([[0.0, 0.0], [1.0, 0.0]])
STEP_MATRICES = {
    "simultaneous": lambda h: I - h * J,
    "extragradient": lambda h: I - h * J @ (I - h * J),
    "alternating:1": lambda h: (I - h * DOWN_X) @ (I + h * UP_Y),
    "alternating:3": lambda h: (I - h * DOWN_X) @ np.linalg.matrix_power(I + h * UP_Y, 3),
    "shared": lambda h: (I - h * DOWN_X) @ (I + h * UP_Y),
    "generator-first:1": lambda h: (I + h * UP_Y) @ (I - h * DOWN_X),
    "consensus:0.5": lambda h: I - h * (J + 0.5 * I),
    # y moves for real, then x descends x (y + k r x), with k = 5 and r = 0.1
    "unrolled:5": lambda h: (I - h * (DOWN_X + np.diag([2 * 5 * 0.1, 0]))) @ (I + h * UP_Y),
}


@pytest.mark.parametrize("name", STEP_MATRICES)
@steps
def test_a_turn_on_xy_is_its_step_matrix(name, h):
    """Float64: twenty turns round in the last two digits."""
    start = np.array([1.0, -0.7])
    path = Play(RULES[name](), h=h, start=tuple(start)).walk(20).numpy()
    matrix = STEP_MATRICES[name](h)
    truth = np.stack([np.linalg.matrix_power(matrix, t) @ start for t in range(21)])
    np.testing.assert_allclose(path, truth, rtol=1e-12, atol=1e-13)


GROWTH = {
    "simultaneous": lambda h: math.sqrt(1 + h**2),
    "extragradient": lambda h: math.sqrt(1 - h**2 + h**4),
    "consensus:1": lambda h: math.sqrt((1 - h) ** 2 + h**2),
}


@pytest.mark.parametrize("name", GROWTH)
@steps
def test_the_norm_is_multiplied_at_every_turn(name, h):
    norms = Play(RULES[name](), h=h).walk(50).norm(dim=1)
    torch.testing.assert_close(
        norms[1:] / norms[:-1],
        torch.full((50,), GROWTH[name](h), dtype=torch.float64),
        rtol=1e-12,
        atol=0,
    )


@pytest.mark.parametrize(("name", "sign"), [("alternating", 1), ("generator-first", -1)])
@steps
def test_alternating_stays_on_an_ellipse(name, sign, h):
    """The step has determinant 1 and keeps x^2 + y^2 + h x y (minus, where x moves first)."""
    matrix = STEP_MATRICES[f"{name}:1"](h)
    assert np.linalg.det(matrix) == pytest.approx(1, abs=1e-14)
    x, y = Play(RULES[name](), h=h).walk(2000).T
    kept = x**2 + y**2 + sign * h * x * y
    torch.testing.assert_close(kept, kept[:1].expand_as(kept), rtol=1e-10, atol=0)


def test_alternating_leaves_where_the_step_is_too_large():
    """The trace is 2 - h^2: beyond h = 2 an eigenvalue leaves the unit circle."""
    assert Play(RULES["alternating"](), h=1.99).walk(200).norm(dim=1).max() < 60
    assert Play(RULES["alternating"](), h=2.01).walk(200)[-1].norm() > 1e6


@pytest.mark.parametrize("h", [0.05, 0.2, 0.4])  # at 0.5 the two roots meet
def test_optimistic_contracts_as_fast_as_its_roots_say(h):
    """With v = i w on the complex line: s^2 - (1 - 2ih) s - ih = 0."""
    rate = np.abs(np.roots([1, -(1 - 2j * h), -1j * h])).max()
    norms = Play(RULES["optimistic"](), h=h).walk(600).norm(dim=1)
    assert rate < 1
    measured = float((norms[600] / norms[200]) ** (1 / 400))
    assert measured == pytest.approx(rate, rel=1e-9)


def test_optimistic_reads_the_last_two_fields():
    path = Play(RULES["optimistic"](), h=0.2).walk(12).numpy()
    v = path @ J.T
    expected = path[1:-1] - 0.2 * (2 * v[1:-1] - v[:-2])
    np.testing.assert_allclose(path[2:], expected, rtol=1e-13)
    np.testing.assert_allclose(path[1], path[0] - 0.2 * v[0], rtol=1e-13)


def test_unrolling_makes_the_generator_stop_where_descent_circles():
    assert Play(RULES["unrolled:5"](), h=0.2).walk(200)[-1].norm() < 1e-6
    assert Play(RULES["alternating"](), h=0.2).walk(200).norm(dim=1).min() > 1


def test_unrolled_sees_through_a_critic_that_is_not_linear():
    """L_c = y^2/2 - x y: y_1 = y - r (y - x) in closed form, then d/dx of x y_1."""

    def losses(x, y):
        return (x * y).sum(), (y.square() / 2 - x * y).sum()

    play = Play(RULES["unrolled:1"](), losses, h=0.2, start=(0.8, -0.3))
    (x, y), (x1, y1) = play.walk(1).tolist()
    moved = y - 0.2 * (y - x)
    assert y1 == pytest.approx(moved, rel=1e-14)
    answered = moved - 0.1 * (moved - x)
    assert x1 == pytest.approx(x - 0.2 * (answered + x * 0.1), rel=1e-14)


# ---- what every rule keeps ----------------------------------------------------------------------


@every_rule
@every_optimiser
def test_a_turn_consumes_the_moves_that_it_tells(name, optimiser):
    play = Play(RULES[name](), optimiser=optimiser)
    play.walk(1)
    assert {move for _, move in play.seen} == set(range(play.rule.moves))


@every_rule
def test_only_the_player_to_move_is_awake(name):
    """Losses are asked with the other frozen, unless the rule needs both graphs."""
    play, states = Play(RULES[name]()), []
    ask = play.loss

    def loss(player, move):
        states.append((player, play.x.w.requires_grad, play.y.w.requires_grad))
        return ask(player, move)

    play.rule.turn(play.teams, loss)
    needs_both = name.startswith(("consensus", "unrolled", "shared"))
    for player, x, y in states:
        generator = player is Player.GENERATOR
        assert needs_both or (x, y) == (generator, not generator)
    assert play.x.w.requires_grad and play.y.w.requires_grad
    assert play.x.w.grad is None and play.y.w.grad is None


@every_rule
def test_the_other_player_wakes_after_an_error(name):
    play = Play(RULES[name]())

    def loss(player, move):
        raise FloatingPointError

    with pytest.raises(FloatingPointError):
        play.rule.turn(play.teams, loss)
    assert play.x.w.requires_grad and play.y.w.requires_grad


@every_rule
def test_a_generator_plays_alone_where_the_rule_allows_it(name):
    play = Play(RULES[name](), lambda x, y: (x.square().sum(), y.sum()))
    if play.rule.needs_critic:
        pytest.skip("this rule moves a critic")
    del play.teams[Player.CRITIC]
    play.walk(30)
    assert abs(play.x.w.item()) < 1e-3 and play.y.w.item() == 1


def frozen_state(play):
    return copy.deepcopy(
        {
            player: (team.module.state_dict(), team.optimiser.state_dict())
            for player, team in play.teams.items()
        }
    ), {key: value.clone() for key, value in play.rule.state().items()}


def thawed(play, states, kept):
    for player, (weights, memory) in states.items():
        play.teams[player].module.load_state_dict(weights)
        play.teams[player].optimiser.load_state_dict(memory)
    play.rule.load(kept)


@every_rule
@every_optimiser
def test_a_resumed_play_is_the_uninterrupted_one_to_the_bit(name, optimiser):
    whole = Play(RULES[name](), optimiser=optimiser)
    path = whole.walk(9)
    first = Play(RULES[name](), optimiser=optimiser)
    first.walk(4)
    second = Play(RULES[name](), optimiser=optimiser, start=(9.0, 9.0))
    thawed(second, *frozen_state(first))
    assert torch.equal(second.walk(5), path[4:])


@every_rule
def test_two_plays_of_a_row_share_no_memory(name):
    one, two = RULES[name](), RULES[name]()
    Play(one).walk(3)
    assert two.state() == {}


@every_rule
def test_what_follows_a_step_follows_every_step_of_that_player(name):
    """Clipping must hold whenever a loss is asked."""
    play = Play(RULES[name](), h=1.0, start=(0.4, 0.4))
    critic = play.teams[Player.CRITIC]
    critic.after_step = lambda: play.y.w.data.clamp_(-0.5, 0.5)
    path = play.walk(10)
    assert path[1:, 1].abs().max() <= 0.5


class Spare(nn.Module):
    """A player with a weight that no loss reads, and one that is held."""

    def __init__(self) -> None:
        super().__init__()
        self.w = nn.Parameter(torch.ones(1, dtype=torch.float64))
        self.spare = nn.Parameter(torch.ones(3, dtype=torch.float64))
        self.held = nn.Parameter(torch.ones(2, dtype=torch.float64), requires_grad=False)


@every_rule
@every_optimiser
def test_a_weight_that_no_loss_reads_stays(name, optimiser):
    play = Play(RULES[name](), optimiser=optimiser)
    for attribute, player in (("x", Player.GENERATOR), ("y", Player.CRITIC)):
        module = Spare()
        setattr(play, attribute, module)
        play.teams[player] = Team(module, OPTIMISERS[optimiser](module, 0.2))
    play.walk(3)
    for module in (play.x, play.y):
        assert module.w.item() != 1
        assert torch.equal(module.spare, torch.ones(3, dtype=torch.float64))
        assert torch.equal(module.held, torch.ones(2, dtype=torch.float64))


@every_rule
@every_optimiser
def test_every_rule_finds_the_saddle_of_a_strongly_convex_game(name, optimiser):
    """min over x, max over y of x^2/2 + xy - y^2/2: every rule agrees where that is easy."""

    def losses(x, y):
        value = (x.square() / 2 + x * y - y.square() / 2).sum()
        return value, -value

    play = Play(RULES[name](), losses, h={"sgd": 0.1, "adam": 0.02}[optimiser])
    # Adam at a constant rate settles within about its rate of the saddle.
    assert play.walk(400)[-1].norm() < {"sgd": 1e-8, "adam": 0.1}[optimiser]


@pytest.mark.parametrize("k", [1, 2, 5])
def test_alternating_moves_the_critic_k_times(k):
    play = Play(RULES[f"alternating:{k}"]())
    play.walk(1)
    assert play.seen == [(Player.CRITIC, i) for i in range(k)] + [(Player.GENERATOR, k)]
    play = Play(RULES[f"generator-first:{k}"]())
    play.walk(1)
    assert play.seen == [(Player.GENERATOR, 0)] + [(Player.CRITIC, i + 1) for i in range(k)]
    assert isinstance(RULES["alternating"](), Alternating)


@pytest.mark.parametrize(
    "name", ["alternating:0", "alternating:two", "alternating:-1", "consensus:0", "consensus:x"]
)
def test_a_wrong_parameter_is_refused_by_its_name(name):
    with pytest.raises(
        BadValue, match=rf"of {name.partition(':')[0]}:.* got '{name.partition(':')[2]}'"
    ):
        RULES[name]()


def test_a_wrong_name_suggests_the_nearest():
    with pytest.raises(UnknownName, match="extragradient"):
        RULES["extra-gradient"]


def test_bilinear_has_its_equilibrium_at_zero():
    zero = torch.zeros(1, dtype=torch.float64)
    play = Play(RULES["simultaneous"](), start=(0.0, 0.0))
    assert torch.equal(play.walk(3), torch.zeros(4, 2, dtype=torch.float64))
    assert bilinear(zero, zero)[0] == 0
