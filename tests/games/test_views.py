"""What the critic sees: noise, packs, and past fakes."""

from __future__ import annotations

import pytest
import torch

from saddle.errors import BadValue, UnknownName
from saddle.games import VIEWS, Purpose, Stakes, Streams
from saddle.games.kept import LAW_ROWS, Law
from saddle.games.pool import Pool
from tiny_players import Logistic, critics_turn, make, rng


def shown(n=8, seed=0, *, pictures=False):
    """Parts of a conditional game: points or pictures, and one-hot labels."""
    size = (3, 8, 8) if pictures else (2,)
    return torch.randn(n, *size, generator=rng(seed)), torch.eye(n)


@pytest.mark.parametrize("name", list(VIEWS))
@pytest.mark.parametrize("side", ["real", "fake"])
def test_views_are_functions_of_the_stream(name, side):
    parts = shown(pictures=VIEWS[name].pictures)
    first, second = (VIEWS[name]((True, False))(parts, side, Streams(3).at(5)) for _ in range(2))
    assert all(torch.equal(a, b) for a, b in zip(first, second, strict=True))


@pytest.mark.parametrize("name", list(VIEWS))
def test_views_widen_by_what_they_say(name):
    sight = VIEWS[name]
    view, parts = sight((True, False)), shown(pictures=sight.pictures)
    assert view.name == name and view.widens == sight.widens
    after = view(parts, "fake", Streams(0).at(0))
    assert [part.shape[1] for part in after] == [part.shape[1] * view.widens for part in parts]
    assert {len(part) for part in after} == {8 // view.widens}


@pytest.mark.parametrize(
    "name", ["noise:0", "noise:wide", "noise", "packing:1", "packing:x", "replay:0", "replay:-1"]
)
def test_wrong_parameters_are_refused(name):
    with pytest.raises(BadValue):
        VIEWS[name]((True,))


def test_a_wrong_view_is_answered_with_the_nearest():
    with pytest.raises(UnknownName, match="did you mean 'packing'"):
        VIEWS["paking:2"]


def test_noise_has_its_std_and_spares_rough_parts():
    x, c = torch.zeros(20_000, 2), torch.eye(20_000, 3)
    noisy, kept = VIEWS["noise:0.5"]((True, False))((x, c), "real", Streams(0).at(0))
    assert kept is c
    # 40,000 draws: the std's own standard error is 0.5 / sqrt(80,000) = 0.0018.
    assert noisy.std().item() == pytest.approx(0.5, abs=0.008)


def test_noise_is_fresh_on_each_side():
    view, streams = VIEWS["noise:0.5"]((True,)), Streams(0).at(0)
    x = (torch.zeros(4, 2),)
    assert not torch.equal(view(x, "real", streams)[0], view(x, "fake", streams)[0])


def test_noise_fades_to_the_identity():
    view = VIEWS["noise:0.5"]((True, False))
    parts = shown()
    view.strength = 0.0
    assert view(parts, "fake", Streams(0).at(0)) is parts


def test_noise_passes_the_gradient_on():
    x = torch.zeros(4, 2, requires_grad=True)
    (noisy,) = VIEWS["noise:0.5"]((True,))((x,), "fake", Streams(0).at(0))
    noisy.sum().backward()
    assert torch.equal(x.grad, torch.ones(4, 2))


def test_packs_hold_neighbouring_rows_side_by_side():
    x = torch.arange(14.0).reshape(7, 2)
    (packed,) = VIEWS["packing:3"]((True,))((x,), "real", Streams(0).at(0))
    wanted = torch.stack([x[0:3].flatten(), x[3:6].flatten()])
    assert torch.equal(packed, wanted)
    pictures = torch.randn(4, 3, 5, 5, generator=rng())
    (packed,) = VIEWS["packing:2"]((True,))((pictures,), "real", Streams(0).at(0))
    assert torch.equal(packed, torch.stack([torch.cat(tuple(p)) for p in pictures.split(2)]))


def test_a_pack_needs_its_rows():
    with pytest.raises(BadValue, match="at least 3 rows"):
        VIEWS["packing:3"]((True,))((torch.zeros(2, 2),), "real", Streams(0).at(0))


# ---- the pool -----------------------------------------------------------------------------------


def numbered(step, n=6):
    """Rows that say which turn made them, and which row they were, in both parts."""
    rows = torch.arange(n) + 100.0 * step
    return rows[:, None].repeat(1, 2), rows[:, None].clone()


def test_a_pool_shows_new_rows_until_it_is_full():
    pool = Pool(3)
    for step in range(3):
        fresh = numbered(step)
        assert pool(fresh, "fake", Streams(0).at(step)) is fresh
    assert len(pool.past.get("part0")) == 18


def test_a_pool_trades_rows_and_loses_none():
    """What goes in either comes out at once, or takes the place of what comes out."""
    pool, seen = Pool(3), []
    for step in range(40):
        x, c = pool(numbered(step), "fake", Streams(0).at(step))
        assert torch.equal(x[:, :1], c), "parts of one row stay together"
        seen += c.flatten().tolist() if step >= 3 else []
    held = pool.past.get("part1").flatten().tolist()
    made = [row for step in range(40) for row in numbered(step)[1].flatten().tolist()]
    assert sorted(seen + held) == made
    old = sum(row < 100 * step for step, row in zip(_steps(seen), seen, strict=True))
    # 222 coins: one half, plus or minus four standard errors of 0.034.
    assert 0.36 < old / len(seen) < 0.64


def _steps(seen):
    return [3 + i // 6 for i in range(len(seen))]


def test_a_pool_smaller_than_the_batch_was_when_it_filled():
    pool = Pool(1)
    pool(numbered(0, 4), "fake", Streams(0).at(0))
    pool(numbered(1, 4), "fake", Streams(0).at(1))
    assert len(pool.past.get("part0")) == 4


def test_only_the_critics_own_fakes_are_replayed():
    pool = Pool(1)
    for step in range(5):
        pool(numbered(step), "fake", Streams(0).at(step))
    fresh, before = numbered(9), pool.past.get("part0").clone()
    with_graph = (fresh[0].clone().requires_grad_(), fresh[1])
    assert pool(fresh, "real", Streams(0).at(9)) is fresh
    assert pool(with_graph, "fake", Streams(0).at(9)) is with_graph
    with torch.no_grad():
        assert pool(fresh, "fake", Streams(0).at(9)) is fresh
    assert torch.equal(pool.past.get("part0"), before)


@pytest.mark.parametrize("kept_until", [0, 1, 6])
def test_a_pool_goes_on_where_its_state_was_kept(kept_until):
    """Empty, filling or full; loaded into a fresh pool or into one with another past."""
    whole, resumed = Pool(3), Pool(3)
    for step in range(kept_until):
        whole(numbered(step), "fake", Streams(0).at(step))
    for step in range(20, 29):
        resumed(numbered(step), "fake", Streams(1).at(step))
    resumed.load_state_dict({key: value.clone() for key, value in whole.state_dict().items()})
    fresh = Pool(3)
    fresh.load_state_dict({key: value.clone() for key, value in whole.state_dict().items()})
    for step in range(kept_until, kept_until + 6):
        shown = [
            pool(numbered(step), "fake", Streams(0).at(step))[0]
            for pool in (whole, resumed, fresh)
        ]
        assert torch.equal(shown[0], shown[1]) and torch.equal(shown[0], shown[2])


def test_a_games_pool_is_kept_and_resumed():
    stakes = Stakes(Logistic())
    game, resumed = make("cycle", stakes), make("cycle", stakes)
    for step in range(5):
        critics_turn(game, step)
    resumed.keeps.load_state_dict({k: v.clone() for k, v in game.keeps.state_dict().items()})
    for step in range(5, 8):
        ours, theirs = critics_turn(game, step), critics_turn(resumed, step)
        assert all(torch.equal(ours[key], theirs[key]) for key in ours)
    assert {"b-replay:2.past.part0", "a-replay:2.past.part0"} <= set(game.keeps.state_dict())


def test_the_pool_sees_fakes_before_other_views_do():
    """Noise is drawn anew each time a past fake is shown."""
    game = make("cycle", Stakes(Logistic(), views=(VIEWS["noise:0.1"],)))
    assert [view.name for view in game.duels[0].views] == ["replay:2", "noise:0.1"]


def test_a_law_keeps_rows_from_all_over_and_draws_them():
    law = Law()
    rows = torch.arange(3.0 * LAW_ROWS)[:, None]
    law.remember({"given": rows}, "given")
    kept = law.get("given")
    assert len(kept) == LAW_ROWS and kept[0] == 0 and kept[-1] == len(rows) - 1
    assert set(law.draw("given", 50, rng()).flatten().tolist()) <= set(kept.flatten().tolist())
    again = Law()
    again.load_state_dict(law.state_dict())
    assert torch.equal(again.draw("given", 9, rng(1)), law.draw("given", 9, rng(1)))


def test_streams_for_views_are_their_own():
    """A view's draws never move the noise."""
    with_view, without = Streams(0).at(0), Streams(0).at(0)
    VIEWS["noise:0.1"]((True,))((torch.zeros(3, 2),), "fake", with_view)
    draws = [torch.randn(3, generator=s[Purpose.NOISE]) for s in (with_view, without)]
    assert torch.equal(*draws)
