"""The loop: one page, an iterator. Whoever wants to watch a run iterates over it.

A turn reads top to bottom: look, save, stop or go on, set the step's values, play, average.
Nothing here knows which game, distance or data it plays.
"""

from __future__ import annotations

import io
import math
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import reduce
from typing import Any, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from saddle.errors import NonFinite
from saddle.games.base import Batch, Game, Player
from saddle.games.duel import Scene, Terms
from saddle.games.streams import Streams
from saddle.runs import Json, Run, write_bytes
from saddle.training.blame import blame
from saddle.training.feed import Feed
from saddle.training.foreign import BACKWARD, LOOK, Lend, nothing_lent
from saddle.training.keep import keep_best_and_last
from saddle.training.schedules import Clock, Phase
from saddle.training.state import State, check_finite
from saddle.training.values import Values


class Look(NamedTuple):
    """What is seen at a look: numbers for events.jsonl, arrays for looks/, files for samples/.

    A file is called by the look's step and its ending, `00002000.png`, where its key is one.
    """

    numbers: Json
    arrays: dict[str, npt.NDArray[np.generic]]
    files: Mapping[str, bytes] = {}


class Govern(Protocol):
    """Decides how long a run goes on."""

    @property
    def words(self) -> str:
        """Why it goes on, or why it ends."""
        ...

    def __call__(self, clock: Clock, step: int, seconds: float, *, looked: bool) -> Clock:
        """The clock from this step on, the same where nothing is decided."""
        ...

    def close(self, clock: Clock, seconds: float) -> Json | None:
        """Write down why the run ended, where there is something to say."""
        ...


class AsPlanned(NamedTuple):
    """Every run ends where its recipe says."""

    words: str = ""

    def __call__(self, clock: Clock, step: int, seconds: float, *, looked: bool) -> Clock:
        """The clock as it is."""
        return clock

    def close(self, clock: Clock, seconds: float) -> Json | None:
        """Nothing is to be said."""
        return None


AS_PLANNED = AsPlanned()


@dataclass(frozen=True, eq=False)
class Plan:
    """How a run is played.

    Attributes:
        clock: the phases, and the number of steps.
        values: what is scheduled.
        seed: of every stream.
        look: makes a look from the average, the game and the step.
        look_every: steps between looks.
        early: steps of further looks, at the beginning of a long run.
        save_every: steps between checkpoints.
        stop: asked once a step; True saves and ends.
        govern: asked once a step, after the look where there was one; may move the decay and the
            end.
        lend: lends the global streams to code of the user's own, where the game has any.
        cast: how the players' losses are computed: in single precision, or with bf16 products.
    """

    clock: Clock
    values: Values
    seed: int
    look: Callable[[nn.ModuleDict, Game, int], Look]
    look_every: int
    save_every: int
    stop: Callable[[], bool] = lambda: False
    govern: Govern = AS_PLANNED
    lend: Lend = nothing_lent
    cast: Callable[[], AbstractContextManager[object]] = nullcontext
    early: frozenset[int] = frozenset()

    def looks_at(self, step: int) -> bool:
        """Whether a run is looked at after so many turns."""
        return step % self.look_every == 0 or step in self.early

    def early_at(self, step: int) -> bool:
        """Whether the look after so many turns is one of those at the beginning alone."""
        return step in self.early and step % self.look_every != 0


class Moment(NamedTuple):
    """What an iteration tells: after `step` turns; `event` where there was a look.

    `clock` has the phases as they are known now, `words` why the run goes on or ends.
    """

    step: int
    phase: Phase
    event: Json | None
    saved: bool
    clock: Clock
    words: str


def play(plan: Plan, feed: Feed, state: State, run: Run) -> Iterator[Moment]:
    """Play the game from the state's step to the plan's end, one turn an iteration."""
    streams, clock = Streams(plan.seed, feed.device), plan.clock
    game, stage = state.game, Stage(state, streams)
    started, spent = time.monotonic() - state.seconds, time.process_time() - state.cpu

    def loss(player: Player, move: int) -> Tensor:
        batch = feed(state.step, move)
        with plan.lend(state.step, move), plan.cast():
            terms = stage(player, batch, move)
        for name, term in terms.items():
            value = term.item()
            if not math.isfinite(value):
                raise NonFinite(f"step {state.step}: the {player.value}'s {name} is {value}")
            state.ledger.add(f"{player.value}.{name}", value)
        return reduce(torch.add, terms.values())

    while True:
        asked, over = plan.stop(), state.step >= clock.steps
        looks = over or plan.looks_at(state.step)
        now = time.process_time()
        state.seconds, state.cpu = time.monotonic() - started, now - spent

        # Neither look at nor save what is not finite
        if looks or asked or state.step % plan.save_every == 0:
            try:
                check_finite(game, f"step {state.step}:")
            except NonFinite as problem:
                raise blame(problem, state, feed, streams, plan.lend, run) from problem

        # Look
        event = look(plan, clock, state, run) if looks and state.looked < state.step else None

        # Let what is known decide how long the run goes on
        if not over:
            clock = plan.govern(clock, state.step, state.seconds, looked=event is not None)
        ends = asked or state.step >= clock.steps

        # Save
        if (ends or state.step % plan.save_every == 0) and state.saved < state.step:
            state.save(run)
            keep_best_and_last(run)
        saved, phase = state.saved == state.step, clock.phase(state.step)
        yield Moment(state.step, phase, event, saved, clock, plan.govern.words)
        spent += time.process_time() - now
        if ends:
            return

        # Set the values of this step
        plan.values.apply(state, clock)

        # Play one turn
        try:
            with plan.lend(state.step, BACKWARD):
                state.rule.turn(state.teams, loss)
        except NonFinite as problem:
            raise blame(problem, state, feed, streams, plan.lend, run) from problem

        # Average
        state.step += 1
        state.average.follow(plan.values.memory.at(clock, state.step))


class Stage:
    """What a player loses on a batch; both players meet on one scene where the rule shares it."""

    def __init__(self, state: State, streams: Streams) -> None:
        self.state, self.streams = state, streams
        self.scene: Scene = {}

    def __call__(self, player: Player, batch: Batch, move: int) -> Terms:
        """The player's terms, on a pass of the generators of its own or on the one kept."""
        game, streams = self.state.game, self.streams.at(self.state.step, move)
        if not self.state.rule.shares:
            return game.loss(player, batch, streams)
        if player is Player.CRITIC:
            self.scene = game.staged(batch, streams)
            held = {name: part.detach() for name, part in self.scene.items()}
            return game.terms(player, held, streams)
        scene, self.scene = self.scene, {}
        return game.terms(player, scene, streams)


def look(plan: Plan, clock: Clock, state: State, run: Run) -> Json:
    """Write one look; returns its line of events.jsonl."""
    with plan.lend(0, LOOK):
        seen = plan.look(state.average.module, state.game, state.step)
    event: Json = {
        "step": state.step,
        "phase": clock.phase(state.step).value,
        "seconds": round(state.seconds, 3),
        "cpu": round(state.cpu, 4),
        "losses": state.ledger.close(),
        "schedule": plan.values.at(clock, state.step),
        **({"early": True} if plan.early_at(state.step) else {}),
        **seen.numbers,
    }
    event = measured(event)
    run.append(run.events, event)
    file = io.BytesIO()
    np.savez_compressed(file, **seen.arrays)  # type: ignore[arg-type]
    write_bytes(run.look(state.step), file.getvalue())
    for name, data in seen.files.items():
        write_bytes(run.sample(state.step, name), data)
    state.looked = state.step
    return event


def measured(value: Any) -> Any:
    """The same with None ("not measured") for numbers that are not finite, which JSON lacks."""
    if isinstance(value, dict):
        return {key: measured(inner) for key, inner in value.items()}
    return None if isinstance(value, float) and not math.isfinite(value) else value
