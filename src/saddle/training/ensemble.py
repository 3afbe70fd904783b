"""Several runs that differ in their seeds alone, played in step as one batch.

Each member is an ordinary run: it draws from its own streams, records its own looks, saves its
own checkpoints. What is shared is the arithmetic: one pass through stacked networks, one step of
one optimiser over stacked weights. A member whose numbers cease to be finite is left behind; the
others never notice.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast

import torch
from torch import Tensor, nn

from saddle.errors import NonFinite
from saddle.games.base import Player
from saddle.games.streams import Streams
from saddle.games.together import Together
from saddle.networks.stacked import stack
from saddle.runs import Run
from saddle.training.average import Average
from saddle.training.blame import blame
from saddle.training.feed import Feed
from saddle.training.keep import keep_best_and_last
from saddle.training.loop import Moment, Plan, look
from saddle.training.rules import Rule, Team, Teams, learning
from saddle.training.state import State, check_finite, load_optimiser, optimiser_tensors

Make = Callable[[Player, list[nn.Parameter]], torch.optim.Optimizer]


@dataclass(eq=False)
class Member:
    """One run of the ensemble.

    Attributes:
        plan: how it is played; all members have the same but for the seed.
        feed: its batches.
        state: what changes of it.
        run: its folder.
        failed: why it was left behind, or None.
    """

    plan: Plan
    feed: Feed
    state: State
    run: Run
    failed: NonFinite | None = None
    streams: Streams = field(init=False)

    def __post_init__(self) -> None:
        self.streams = Streams(self.plan.seed, self.feed.device)

    def note(self, values: Mapping[str, float]) -> None:
        """Take the values of its terms into its ledger."""
        for name, value in values.items():
            if not math.isfinite(value):
                player, term = name.split(".", 1)
                problem = f"step {self.state.step}: the {player}'s {term} is {value}"
                return self.fail(NonFinite(problem))
            self.state.ledger.add(name, value)

    def fail(self, problem: NonFinite) -> None:
        """Leave it behind, with the reason."""
        with torch.enable_grad():
            self.failed = blame(
                problem, self.state, self.feed, self.streams, self.plan.lend, self.run
            )


class Ensemble:
    """Members at the same step, their weights and memories stacked.

    Args of `__init__`:
        members: the runs.
        make: the optimiser of a player over stacked weights.
        rule: the recipe's rule, fresh.
    """

    def __init__(self, members: Sequence[Member], make: Make, rule: Rule) -> None:
        self.members, self.rule = tuple(members), rule
        states = [member.state for member in members]
        self.together = Together([state.game for state in states])
        networks = self.together.networks
        self.teams: Teams = {
            player: Team(
                networks[player],
                make(player, learning(networks[player])),
                lambda player=player: self._after_step(player),  # type: ignore[misc]
            )
            for player in states[0].teams
        }
        averages = stack([state.average.module for state in states])
        self.average = Average(
            cast(nn.ModuleDict, networks[Player.GENERATOR]), cast(nn.ModuleDict, averages)
        )
        self._take()

    def _after_step(self, player: Player) -> None:
        for member in self.members:
            member.state.game.after_step(player)

    def _take(self) -> None:
        """Take the members' memories, where they have any."""
        states = [member.state for member in self.members]
        for player, team in self.teams.items():
            kept = gathered([optimiser_tensors(s.teams[player].optimiser) for s in states])
            if kept:
                load_optimiser(team.optimiser, kept)
        self.rule.load(gathered([state.rule.state() for state in states]))

    def give(self) -> None:
        """Give every member its own memory back; its weights it has."""
        for s, member in enumerate(self.members):
            for player, team in self.teams.items():
                own = dealt(optimiser_tensors(team.optimiser), s)
                load_optimiser(member.state.teams[player].optimiser, own)
            member.state.rule.load(dealt(self.rule.state(), s))

    def loss(self, player: Player, move: int) -> Tensor:
        """The sum of the members' losses; each term goes into its member's ledger."""
        batches, streams = [], []
        for member in self.members:
            batches.append(member.feed(member.state.step, move))
            streams.append(member.streams.at(member.state.step, move))
        found = self.together.losses(player, batches, streams)
        names = [f"{player.value}.{name}" for name in found]
        whole = torch.stack(list(found.values()), 1)  # (S, terms)
        for member, values in zip(self.members, whole.tolist(), strict=True):
            if member.failed is None:
                member.note(dict(zip(names, values, strict=True)))
        return whole.sum()

    def set_values(self) -> None:
        """Set the values of the present step in every duel, view and optimiser."""
        first, *others = self.members
        first.plan.values.apply(first.state, first.plan.clock)
        for player, team in self.teams.items():
            own = first.state.teams[player].optimiser.param_groups[0]
            team.optimiser.param_groups[0].update({key: own[key] for key in own if key in MOVED})
        for bout in self.together.bouts:
            bout.match()

    @property
    def going(self) -> list[Member]:
        """The members that were not left behind."""
        return [member for member in self.members if member.failed is None]


MOVED = ("lr", "betas")
"""What a schedule moves in an optimiser."""


def play_together(
    ensemble: Ensemble, stop: Callable[[], bool] = lambda: False
) -> Iterator[Moment]:
    """Play all members from their step to the plan's end, one turn an iteration.

    The event of a moment is the first member's. Time is shared: each member has spent an equal
    part of it.
    """
    plan, first, shared = ensemble.members[0].plan, ensemble.members[0].state, Shared(ensemble)
    step, last = first.step, plan.clock.steps
    while True:
        ends = step == last or stop()
        looks = plan.looks_at(step) or step == last
        saves = step % plan.save_every == 0 or ends
        shared.tell()

        # Neither look at nor save what is not finite
        if looks or saves:
            for member in ensemble.going:
                _check(member, step)

        # Look
        events = [
            look(member.plan, member.plan.clock, member.state, member.run)
            for member in ensemble.going
            if looks and member.state.looked < step
        ]

        # Save
        if saves:
            ensemble.give()
            for member in ensemble.going:
                if member.state.saved < step:
                    member.state.save(member.run)
                    keep_best_and_last(member.run)
        event, phase = next(iter(events), None), plan.clock.phase(step)
        yield Moment(step, phase, event, saves, plan.clock, "")
        shared.skip()
        if ends or not ensemble.going:
            return

        # Set the values of this step
        ensemble.set_values()

        # Play one turn
        ensemble.rule.turn(ensemble.teams, ensemble.loss)

        # Average
        step += 1
        for member in ensemble.members:
            member.state.step = step
        ensemble.average.follow(plan.values.memory.at(plan.clock, step))


def _check(member: Member, step: int) -> None:
    try:
        check_finite(member.state.game, f"step {step}:")
    except NonFinite as problem:
        member.fail(problem)


class Shared:
    """The members' clocks: what training took, divided among them."""

    def __init__(self, ensemble: Ensemble) -> None:
        self.states = [member.state for member in ensemble.members]
        self.before = [(state.seconds, state.cpu) for state in self.states]
        self.wall, self.cpu = time.monotonic(), time.process_time()

    def tell(self) -> None:
        """Set every member's clocks."""
        parts = len(self.states)
        wall = (time.monotonic() - self.wall) / parts
        self.now = time.process_time()
        cpu = (self.now - self.cpu) / parts
        for state, (seconds, spent) in zip(self.states, self.before, strict=True):
            state.seconds, state.cpu = seconds + wall, spent + cpu

    def skip(self) -> None:
        """Leave out of the processor's time what was spent since the clocks were set."""
        self.cpu += time.process_time() - self.now


def gathered(tensors: Sequence[Mapping[str, Tensor]]) -> dict[str, Tensor]:
    """The members' tensors stacked; a count of steps is the same for all."""
    return {
        name: torch.stack([own[name] for own in tensors]) if first.dim() else first.clone()
        for name, first in tensors[0].items()
    }


def dealt(tensors: Mapping[str, Tensor], s: int) -> dict[str, Tensor]:
    """What of stacked tensors is member s's."""
    return {name: (whole[s] if whole.dim() else whole).clone() for name, whole in tensors.items()}
