"""The duality gap, on a game whose best answers are known, and on runs."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import nn

from saddle.errors import BadValue, Incompatible
from saddle.evaluate import duality
from saddle.evaluate.duality import STEPS, Stand, answer, duality_gap
from saddle.games.base import Batch, Player
from saddle.training.feed import Feed
from saddle.training.rules import Team
from training.small import begun, played, recipe

A, B, C = 0.7, 1.3, 0.4


class Point(nn.Module):
    """A player of one number."""

    def __init__(self, value: float) -> None:
        super().__init__()
        self.w = nn.Parameter(torch.tensor(value, dtype=torch.float64))


def stand(x: float, y: float) -> Stand:
    """V = a x^2 / 2 + b x y - c y^2 / 2: x, the generator, lowers it, y raises it."""
    players = {Player.GENERATOR: Point(x), Player.CRITIC: Point(y)}
    teams = {
        player: Team(point, torch.optim.SGD(point.parameters(), 0.3))
        for player, point in players.items()
    }

    def value() -> torch.Tensor:
        u, v = players[Player.GENERATOR].w, players[Player.CRITIC].w
        return A * u**2 / 2 + B * u * v - C * v**2 / 2

    losses = {Player.GENERATOR: lambda _: value(), Player.CRITIC: lambda _: -value()}
    return Stand(teams, losses, lambda: value().item(), lambda: value().item())


@pytest.mark.parametrize(("x", "y"), [(0.0, 0.0), (1.0, 0.0), (0.0, 1.0), (-0.5, 2.0)])
def test_the_best_answers_to_a_quadratic_game_are_found(x: float, y: float) -> None:
    """The best y to x is b x / c, the best x to y is -b y / a."""
    highest = answer(stand(x, y), Player.CRITIC, 400)
    lowest = answer(stand(x, y), Player.GENERATOR, 400)
    assert highest == pytest.approx(x**2 * (A + B**2 / C) / 2, abs=1e-9)
    assert lowest == pytest.approx(-(y**2) * (C + B**2 / A) / 2, abs=1e-9)


def test_only_the_player_that_answers_moves() -> None:
    held = stand(1.0, 0.5)
    answer(held, Player.CRITIC, 10)
    moved = {player: team.parameters[0].item() for player, team in held.teams.items()}
    assert moved[Player.GENERATOR] == 1.0 and moved[Player.CRITIC] != 0.5


def test_the_answer_is_never_worse_than_to_stand_still() -> None:
    held = stand(0.0, 0.5)
    now = held.told_by()
    wrong = held._replace(losses={p: lambda s, f=f: -f(s) for p, f in held.losses.items()})
    assert answer(wrong, Player.CRITIC, 40) == now


def test_what_chooses_is_not_what_is_told() -> None:
    held = stand(1.0, 0.0)
    told = answer(held._replace(told_by=lambda: 7.0), Player.CRITIC, 4)
    assert told == 7.0


@pytest.mark.parametrize("game", ["gan", "conditional", "cycle"])
def test_a_run_has_a_gap_with_its_interval(tmp_path: Path, game: str) -> None:
    run = played(begun(tmp_path, recipe(game)))
    before = {path: path.read_bytes() for path in run.path.rglob("*") if path.is_file()}
    found = duality_gap(run, steps=3, repeats=2)
    assert found.gap == pytest.approx(found.worst_critic - found.worst_generator)
    assert found.interval[0] <= found.gap <= found.interval[1]
    assert (found.step, found.steps, found.repeats) == (run.latest(), 3, 2)
    assert "no proof" in found.words and found.json()["words"] == found.words
    assert duality_gap(run, steps=3, repeats=2) == found
    assert before == {path: path.read_bytes() for path in before}


@pytest.mark.parametrize("steps", [3, 2 * STEPS])
def test_no_repeat_plays_the_batches_of_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, steps: int
) -> None:
    read: list[int] = []

    class Seen(Feed):
        def __call__(self, step: int, move: int) -> Batch:
            read.append(step)
            return super().__call__(step, move)

    monkeypatch.setattr(duality, "Feed", Seen)
    table = duality.Table.of(played(begun(tmp_path, recipe())), None, {}, trusted=False)
    parts = []
    for number in range(2):
        critic = table.stand(number, steps).losses[Player.CRITIC]
        critic(0), critic(steps - 1)
        parts.append(range(read[-2], read[-1] + 1))
    assert len(parts[0]) == len(parts[1]) == steps
    assert not set(parts[0]) & set(parts[1])


def test_a_game_without_a_critic_has_no_gap(tmp_path: Path) -> None:
    run = played(begun(tmp_path, recipe(distance="energy", penalties={}, steps=2)))
    with pytest.raises(Incompatible, match="no critic"):
        duality_gap(run)


@pytest.mark.parametrize("change", [{"steps": 0}, {"repeats": 1}])
def test_too_few_steps_or_repeats_are_refused(tmp_path: Path, change: dict[str, int]) -> None:
    run = played(begun(tmp_path, recipe(steps=2)))
    with pytest.raises(BadValue, match=next(iter(change))):
        duality_gap(run, **change)
