"""The duality gap: how much either player could still gain if the other stood still.

    gap = max_D' V(G, D') - min_G' V(G', D)  >=  0,   0 at an equilibrium of the game,

V the value of the distance, in its own units. Either side is found by steps of that player alone,
from where the run stands, on training rows; which step is taken is chosen on watch rows and V is
told on rows of the final part, so that a critic that learned its rows by heart gains nothing. What
is found is the best of so many steps, not of all: a player that is stuck where it stands answers
with nothing, and the gap is then 0 far from any equilibrium.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import NamedTuple

import numpy as np
import torch
from scipy.special import stdtrit
from torch import Tensor

from saddle.build.custom import Own
from saddle.build.game import assemble
from saddle.build.materials import Materials
from saddle.build.plan import find_device, state_of, values_of
from saddle.build.resuming import amended, take_up
from saddle.errors import BadData, Incompatible, bad
from saddle.games.base import Batch, Game, Player
from saddle.games.duel import Duel, Scene
from saddle.games.streams import Aside, Streams
from saddle.recipe import Recipe
from saddle.runs import Json, Run
from saddle.training.feed import Feed
from saddle.training.foreign import lent
from saddle.training.rules import Team, Teams, alone
from saddle.training.schedules import Clock
from saddle.training.state import State

STEPS, REPEATS, TRIES, ROWS = 200, 5, 4, 2_000
"""Steps of a player alone; draws of everything; steps at which an answer is tried; held-out rows
of a draw."""

WARNING = "a player that is stuck where it stands answers with nothing: 0 is no proof"


@dataclass(frozen=True)
class Gap:
    """The duality gap of a run.

    Attributes:
        distance: whose value it is.
        gap: max V - min V, the mean over repeats.
        interval: of the gap at 95 %, over repeats; each draws its own batches, and held-out rows
            where the source has more of them than one repeat reads.
        now: V of both players as they are.
        worst_critic: max_D' V(G, D').
        worst_generator: min_G' V(G', D).
        steps: of either player alone.
        repeats: draws.
        n: held-out rows of a draw.
        step: of the checkpoint.
    """

    distance: str
    gap: float
    interval: tuple[float, float]
    now: float
    worst_critic: float
    worst_generator: float
    steps: int
    repeats: int
    n: int
    step: int

    @property
    def words(self) -> str:
        """What was found, in a sentence."""
        low, high = self.interval
        return (
            f"duality gap {self.gap:.3g} (95 %: {low:.3g} to {high:.3g}) of {self.distance}, n = "
            f"{self.n}: from {self.now:.3g} the critic alone comes to {self.worst_critic:.3g}, "
            f"the generator alone to {self.worst_generator:.3g}, in {self.steps} steps each; "
            f"{WARNING}"
        )

    def json(self) -> Json:
        """Everything, as JSON holds it."""
        return {**asdict(self), "interval": list(self.interval), "words": self.words}


class Stand(NamedTuple):
    """Where both players stand, and what each of them does alone.

    Attributes:
        teams: the players, as far as they may move.
        losses: what each of them minimises at a step.
        chosen_by: V on rows that choose.
        told_by: V on rows that tell.
    """

    teams: Teams
    losses: Mapping[Player, Callable[[int], Tensor]]
    chosen_by: Callable[[], float]
    told_by: Callable[[], float]


SIGN = {Player.CRITIC: 1.0, Player.GENERATOR: -1.0}
"""Which way each player moves V."""


def answer(stand: Stand, player: Player, steps: int, tries: int = TRIES) -> float:
    """V after the player's best answer within so many steps; as it stands is one of them."""
    answers = [(SIGN[player] * stand.chosen_by(), stand.told_by())]
    edges = np.linspace(0, steps, tries + 1).round().astype(int)
    for first, last in zip(edges[:-1], edges[1:], strict=True):
        for step in range(first, last):
            move_alone(stand.teams, player, stand.losses[player], step)
        answers.append((SIGN[player] * stand.chosen_by(), stand.told_by()))
    return max(answers)[1]


def move_alone(teams: Teams, player: Player, loss: Callable[[int], Tensor], step: int) -> None:
    """One step of a player, the other frozen."""
    team: Team = teams[player]
    with alone(teams, player):
        loss(step).backward(inputs=team.parameters)  # type: ignore[no-untyped-call]
    team.step()


def duality_gap(
    run: Run,
    *,
    steps: int = STEPS,
    repeats: int = REPEATS,
    data: object = None,
    own: Own | None = None,
    trusted: bool = False,
) -> Gap:
    """The duality gap of a run at its last checkpoint.

    Args:
        run: the folder.
        steps: of either player alone.
        repeats: how often, each time with other batches, noise and held-out rows.
        data: what it was trained on, where the folder alone cannot tell.
        own: the objects of your own that it was trained with, by role.
        trusted: whether to import what the recipe names as `module:Class`.

    References:
        Grnarova et al. (2019), A domain agnostic measure for monitoring and evaluating GANs.
    """
    if steps < 1:
        raise bad("steps", steps, "at least 1")
    if repeats < 2:
        raise bad("repeats", repeats, "at least 2, so that there is an interval")
    table = Table.of(run, data, own or {}, trusted=trusted)
    found = np.array([table.repeat(number, steps) for number in range(repeats)])
    gaps = found[:, 1] - found[:, 2]
    half = float(stdtrit(repeats - 1, 0.975) * gaps.std(ddof=1) / np.sqrt(repeats))
    now, worst_critic, worst_generator = found.mean(0).tolist()
    return Gap(
        distance=table.recipe.distance,
        gap=float(gaps.mean()),
        interval=(float(gaps.mean()) - half, float(gaps.mean()) + half),
        now=now,
        worst_critic=worst_critic,
        worst_generator=worst_generator,
        steps=steps,
        repeats=repeats,
        n=len(next(iter(table.rows("final", 0).values()))),
        step=table.at,
    )


@dataclass(frozen=True, eq=False)
class Table:
    """A run at its last checkpoint, from which players are set out as often as is asked."""

    run: Run
    at: int
    recipe: Recipe
    clock: Clock
    materials: Materials
    own: Own
    trusted: bool

    @classmethod
    def of(cls, run: Run, data: object, own: Own, *, trusted: bool) -> Table:
        """The table of a run, refused where it was never saved."""
        at, wrong = run.newest_whole()
        if at is None:
            raise wrong or BadData(f"{run.path} has no checkpoint to play on from")
        recipe, clock = amended(run)
        materials = take_up(recipe, run, data, trusted=trusted)
        return cls(run, at, recipe, clock, materials, own, trusted)

    @property
    def device(self) -> torch.device:
        """Where it is played."""
        return find_device(self.recipe.device)

    def state(self) -> State:
        """Both players as they were saved, each with the full rate of its recipe."""
        game = assemble(self.recipe, self.materials.spaces, self.own, trusted=self.trusted)
        if not all(isinstance(duel, Duel) for duel in game.duels):
            raise Incompatible(
                f"distance {self.recipe.distance!r} has no critic, and a game of one player has "
                "no duality gap: it is the distance itself that `saddle evaluate` tells"
            )
        state = state_of(self.recipe, game.to(self.device))
        state.load(self.run.checkpoint(self.at))
        values = values_of(self.recipe)
        values.apply(state, self.clock)
        for player, team in state.teams.items():
            for group in team.optimiser.param_groups:
                group["lr"] = values.rates[player]
        return state

    def rows(self, split: str, number: int) -> Batch:
        """Held-out rows of a repeat, encoded."""
        raw = self.materials.rows(split, ROWS, first=number * ROWS)  # type: ignore[arg-type]
        return {k: self.materials.spaces[k].encode(v).to(self.device) for k, v in raw.items()}

    def repeat(self, number: int, steps: int) -> tuple[float, float, float]:
        """V now, against the worst critic, of the worst generator."""
        with lent(self.recipe.seed, number, Aside.DUALITY):
            now = self.stand(number, steps).told_by()
            high = answer(self.stand(number, steps), Player.CRITIC, steps)
            return now, high, answer(self.stand(number, steps), Player.GENERATOR, steps)

    def stand(self, number: int, steps: int) -> Stand:
        """Both players, and their losses on the batches of a repeat of so many steps."""
        state = self.state()
        game, streams = state.game, Streams(self.recipe.seed + number, self.device)
        source, spaces = self.materials.source, self.materials.spaces
        feed = Feed(source, spaces, batch=self.recipe.batch, moves=1, device=self.device)
        first = self.at * state.rule.moves + number * steps

        def rise(step: int) -> Tensor:
            terms = game.loss(Player.CRITIC, feed(first + step, 0), streams.at(step, 0))
            return torch.stack(list(terms.values())).sum()

        def sink(step: int) -> Tensor:
            scene = game.stage(feed(first + step, 0), streams.at(step, 1))
            return value_of(game, scene, streams.at(step, 1))

        def told(split: str) -> Callable[[], float]:
            held = self.rows(split, number)
            return lambda: value_at_rest(game, held, streams)

        losses = {Player.CRITIC: rise, Player.GENERATOR: sink}
        return Stand(state.teams, losses, told("watch"), told("final"))


def value_of(game: Game, scene: Scene, streams: Streams) -> Tensor:
    """V = sum over duels of weight times the distance's estimate."""
    values = [
        duel.weight
        * duel.distance.estimate(
            duel.judge(duel.viewed(duel.real(scene), "real", streams)),
            duel.judge(duel.viewed(duel.fake(scene), "fake", streams)),
        )
        for duel in game.duels
        if isinstance(duel, Duel)
    ]
    return torch.stack(values).sum()


def value_at_rest(game: Game, rows: Batch, streams: Streams) -> float:
    """V on held-out rows, with nothing in the game that remembers."""
    game.eval()
    try:
        with torch.no_grad():
            there = streams.at(0, Aside.DUALITY)
            return value_of(game, game.stage(rows, there), there).item()
    finally:
        game.train()
