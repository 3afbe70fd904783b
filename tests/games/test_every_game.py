"""Laws that every game keeps, over the whole catalogue."""

from __future__ import annotations

import copy
import math

import pytest
import torch

from saddle.distances import DISTANCES, PENALTIES, Direct
from saddle.errors import Incompatible
from saddle.games import GAMES, VIEWS, Cycle, Player, Stakes
from saddle.games.seats import make_duel, parts
from saddle.training.rules import RULES, Team
from tiny_players import (
    R1,
    R2,
    ROWS,
    Counting,
    Logistic,
    Means,
    Paired,
    batch,
    critics_turn,
    loss,
    make,
    rng,
)

LEARNED = Stakes(Logistic(), penalties=((R1(), 0.1), (R2(), 0.1)))
every_game = pytest.mark.parametrize("name", list(GAMES))


def play(game, steps=10, rows=ROWS):
    """Ten alternating steps; every loss."""
    players = [Player.CRITIC] * bool(len(game.critics)) + [Player.GENERATOR]
    modules = {Player.CRITIC: game.critics, Player.GENERATOR: game.generators}
    optimisers = {p: torch.optim.Adam(modules[p].parameters(), 1e-3) for p in players}
    seen = []
    for step in range(steps):
        for player in players:
            value = loss(game, player, step=step, rows=rows)
            game.zero_grad()
            value.backward()
            optimisers[player].step()
            game.after_step(player)
            seen.append(value.item())
    return seen


@pytest.mark.parametrize(
    ("name", "distance"),
    [
        (name, distance)
        for name in GAMES
        for distance in DISTANCES
        if not (GAMES[name].judges and isinstance(DISTANCES[distance], Direct))
    ],
)
def test_every_distance_plays_every_game(name, distance):
    """Ten steps, with the penalties of the default where there is a critic to penalise."""
    row = DISTANCES[distance]
    penalties = ((PENALTIES["r1"], 0.1), (PENALTIES["r2"], 0.1))
    game = make(name, Stakes(row, () if isinstance(row, Direct) else penalties))
    assert all(math.isfinite(value) for value in play(game))


@every_game
@pytest.mark.parametrize("penalty", list(PENALTIES))
def test_every_penalty_plays_every_game(name, penalty):
    distance = "wasserstein" if PENALTIES[penalty].bounds else "hinge"
    game = make(name, Stakes(DISTANCES[distance], ((PENALTIES[penalty], 1.0),)))
    assert all(math.isfinite(value) for value in play(game, steps=4))


@every_game
@pytest.mark.parametrize("rule", list(RULES))
def test_every_rule_plays_every_game(name, rule):
    """Rules that keep the graph included: a pool must not cut it."""
    game = make(name, Stakes(Paired(), LEARNED.penalties, (VIEWS["replay:1"],)))
    modules = {Player.GENERATOR: game.generators, Player.CRITIC: game.critics}
    teams = {p: Team(m, torch.optim.SGD(m.parameters(), 1e-3)) for p, m in modules.items()}
    before = [p.detach().clone() for p in game.generators.parameters()]
    rule = RULES[rule]()
    for step in range(3):
        rule.turn(teams, lambda player, move, step=step: loss(game, player, step=step))
    after = list(game.generators.parameters())
    assert all(bool(torch.isfinite(p).all()) for p in after)
    assert all(not torch.equal(a, b) for a, b in zip(before, after, strict=True))


@every_game
@pytest.mark.parametrize("view", [name for name in VIEWS if not VIEWS[name].pictures])
def test_ten_steps_under_every_view(name, view):
    if GAMES[name].judges and VIEWS[view].widens > 1:
        return  # refused: a class is of a row
    game = make(name, Stakes(Paired(), LEARNED.penalties, (VIEWS[view],)))
    assert all(math.isfinite(value) for value in play(game))


@every_game
def test_a_critic_that_reads_the_batch_plays_too(name):
    game = make(name, LEARNED, critic="mlp-minibatch-discrimination")
    assert all(math.isfinite(value) for value in play(game))


@every_game
def test_generators_loss_reaches_every_parameter(name):
    """Nobody is frozen here: the generators' and the critics' parameters all get a gradient."""
    game = make(name, Stakes(Logistic()))
    loss(game, Player.GENERATOR).backward()
    without = [key for key, p in game.named_parameters() if p.grad is None or not p.grad.any()]
    assert not without


@pytest.mark.parametrize("name", [name for name in GAMES if not GAMES[name].judges])
def test_direct_distances_play_without_critics(name):
    game = make(name, Stakes(Means()))
    assert len(game.critics) == 0
    assert game.loss(Player.CRITIC, batch(), _streams()) == {}
    assert "duel" in game.loss(Player.GENERATOR, batch(), _streams()) or len(game.duels) == 2


@every_game
def test_players_share_no_parameter(name):
    game = make(name, LEARNED)
    mine, theirs = set(game.generators.parameters()), set(game.critics.parameters())
    assert mine and theirs and not mine & theirs


@every_game
def test_sampling_is_a_function_of_the_generator(name):
    game = make(name, LEARNED)
    remember(game)
    first, again = (game.sample(7, rng=rng(3)) for _ in range(2))
    other = game.sample(7, rng=rng(4))
    assert set(first) == game.needs - (set() if game.takes_given else {"given"})
    assert all(len(rows) == 7 and not rows.requires_grad for rows in first.values())
    assert all(torch.equal(first[key], again[key]) for key in first)
    assert any(not torch.equal(first[key], other[key]) for key in first)


@every_game
def test_sampling_takes_other_generators(name):
    """What an average of the weights samples from."""
    game = make(name, LEARNED)
    remember(game)
    other = copy.deepcopy(game.generators)
    key = next(key for key in sorted(game.needs) if key != "given")
    same = game.sample(5, rng=rng(), generators=other)[key]
    assert torch.equal(same, game.sample(5, rng=rng())[key])
    with torch.no_grad():
        for parameter in other.parameters():
            parameter.add_(0.5)
    assert not torch.equal(same, game.sample(5, rng=rng(), generators=other)[key])


@every_game
def test_capabilities_are_methods(name):
    assert all(callable(vars(GAMES[name])[verb]) for verb in GAMES[name].can)


@every_game
def test_a_deep_copy_plays_with_its_own_weights(name):
    """Tethers are bound to their game: a copy's tethers must read the copy's networks."""
    game = make(name, LEARNED)
    twin = copy.deepcopy(game)
    before = loss(game, Player.GENERATOR)
    with torch.no_grad():
        for parameter in twin.parameters():
            parameter.mul_(3)
    assert torch.equal(loss(game, Player.GENERATOR), before)
    terms = twin.loss(Player.GENERATOR, batch(), _streams())
    original = game.loss(Player.GENERATOR, batch(), _streams())
    assert all(not torch.equal(terms[key], original[key]) for key in terms)


@pytest.mark.parametrize("name", ["cycle", "align"])
def test_two_duels_share_no_state(name):
    game = make(name, Stakes(Logistic(), ((Counting(), 1.0),), (VIEWS["replay:3"],)))
    critics_turn(game, 0)
    first, second = game.duels
    assert first.penalties[0][0] is not second.penalties[0][0]
    assert first.views[0] is not second.views[0]
    assert [duel.penalties[0][0].asked.item() for duel in game.duels] == [1, 1]
    assert [view.name for duel in game.duels for view in duel.views] == ["replay:3"] * 2
    assert {"b-counting.asked", "a-counting.asked"} <= set(game.keeps.state_dict())


def test_wrong_seats_are_refused():
    pick = {"real": parts("x"), "fake": parts("fake"), "smooth": (True,)}
    with pytest.raises(Incompatible, match="needs a critic"):
        make_duel("duel", Stakes(Logistic()), critic=None, **pick)
    with pytest.raises(Incompatible, match="no critic that a penalty could keep honest"):
        make_duel("duel", Stakes(Means(), ((R1(), 1.0),)), critic=None, **pick)
    with pytest.raises(Incompatible, match="a critic and views"):
        stakes = Stakes(Means(), (), (VIEWS["packing:2"],))
        make_duel("duel", stakes, critic=torch.nn.Linear(2, 1), **pick)
    with pytest.raises(Incompatible, match="named twice"):
        stakes = Stakes(Logistic(), ((R1(), 1.0), (R1(), 2.0)))
        make_duel("duel", stakes, critic=torch.nn.Linear(2, 1), **pick)
    with pytest.raises(Incompatible, match="'packing:2' twice"):
        stakes = Stakes(Logistic(), (), (VIEWS["packing:2"], VIEWS["packing:2"]))
        make_duel("duel", stakes, critic=torch.nn.Linear(2, 1), **pick)


@pytest.mark.parametrize("name", ["gan", "semi-supervised", "bigan", "aae", "cycle", "align"])
def test_games_without_a_condition_take_nothing_given(name):
    game = make(name, LEARNED)
    with pytest.raises(Incompatible, match="given|rows"):
        game.sample(2, torch.zeros(2, 4), rng=rng())


def remember(game):
    if hasattr(game, "remember"):
        game.remember(batch(100))


def _streams():
    from saddle.games import Streams

    return Streams(0).at(0)


def test_cycle_refuses_identity_between_unlike_spaces():
    from tiny_players import judge, net

    game = Cycle(
        a_to_b=net(2, output=3),
        b_to_a=net(3, output=2),
        stakes=Stakes(Logistic()),
        critics={"a": judge(2), "b": judge(3)},
        identity=5.0,
    )
    rows = {"a": torch.zeros(4, 2), "b": torch.zeros(4, 3)}
    with pytest.raises(Incompatible, match="set identity to 0"):
        game.loss(Player.GENERATOR, rows, _streams())
