"""The values that a schedule moves, and where they go."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from saddle.games.base import Player
from saddle.training.schedules import Clock, Schedule
from saddle.training.state import State


class Moving(Protocol):
    """A value that moves over a run."""

    def at(self, clock: Clock, step: int) -> float:
        """The value at a step."""
        ...


@dataclass(frozen=True)
class Values:
    """What is scheduled.

    Attributes:
        rate: factor of the generator's learning rate.
        critic_rate: factor of the critic's.
        penalty: factor of every penalty's weight.
        beta2: Adam's second memory, set where the optimiser has one.
        memory: the average's memory.
        views: factor of the views that fade.
        rates: each player's own learning rate, which its factor multiplies.
    """

    rate: Schedule
    critic_rate: Schedule
    penalty: Schedule
    beta2: Schedule
    memory: Moving
    views: Schedule
    rates: dict[Player, float]

    def at(self, clock: Clock, step: int) -> dict[str, float]:
        """Every scheduled value at a step."""
        named: dict[str, Moving] = {
            "rate": self.rate,
            "critic_rate": self.critic_rate,
            "penalty": self.penalty,
            "beta2": self.beta2,
            "memory": self.memory,
            "views": self.views,
        }
        return {name: schedule.at(clock, step) for name, schedule in named.items()}

    def apply(self, state: State, clock: Clock) -> None:
        """Set the values of the state's step in the optimisers, duels and views."""
        now = self.at(clock, state.step)
        for player, team in state.teams.items():
            for group in team.optimiser.param_groups:
                group["lr"] = self.rates[player] * now[FACTORS[player]]
                if "betas" in group:
                    group["betas"] = (group["betas"][0], now["beta2"])
        for duel in state.game.duels:
            duel.strength = now["penalty"]
            for view in duel.views:
                view.strength = now["views"]


FACTORS = {Player.GENERATOR: "rate", Player.CRITIC: "critic_rate"}
"""The schedule of each player's learning rate."""
