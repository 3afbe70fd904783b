"""From a recipe to the players' optimisers, the rule and the plan of a run."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import torch
from torch import nn

from saddle.build.freezing import freeze
from saddle.errors import Incompatible, UserError, bad, unknown
from saddle.games.base import Game, Player
from saddle.recipe import Ending, Optimiser, Recipe, Scheduled, Schedules
from saddle.training.adam import Adam
from saddle.training.average import Average
from saddle.training.rules import RULES, Rule, Team, Teams, learning
from saddle.training.schedules import Clock, HalfLife, Schedule, YoungMemory
from saddle.training.state import State, players_present
from saddle.training.stopping import PATIENCE
from saddle.training.values import Values

Parameters = Iterable[nn.Parameter]

OPTIMISERS: dict[str, Callable[[Parameters, Optimiser], torch.optim.Optimizer]] = {
    "adam": lambda parameters, o: Adam(
        parameters, o.rate, (o.beta1, 0.99), weight_decay=o.weight_decay
    ),
    "rmsprop": lambda parameters, o: torch.optim.RMSprop(
        parameters, o.rate, momentum=o.momentum, weight_decay=o.weight_decay
    ),
    "sgd": lambda parameters, o: torch.optim.SGD(
        parameters, o.rate, momentum=o.momentum, weight_decay=o.weight_decay
    ),
}
"""Adam's beta2 is set by the schedule at every step."""


def find_device(name: str) -> torch.device:
    """The device of that name; `auto` takes a GPU where there is one."""
    cuda = torch.cuda.is_available()
    here = {"auto": True, "cpu": True, "cuda": cuda, "mps": _mps()}
    meant = {"auto": "cuda" if cuda else "cpu"}.get(name, name)
    if meant.partition(":")[0] not in here:
        raise unknown("device", name, here)
    if not here[meant.partition(":")[0]]:
        raise UserError(f"device {name!r} is not on this machine: use cpu, or auto")
    return torch.device(meant)


def _mps() -> bool:
    return bool(torch.backends.mps.is_available())


def rule_of(recipe: Recipe) -> Rule:
    """The recipe's rule, with a memory of its own."""
    return RULES[recipe.rule]()


def state_of(recipe: Recipe, game: Game) -> State:
    """Optimisers, rule and average at step 0."""
    freeze(recipe, game)
    players = players_present(game)
    rule = rule_of(recipe)
    if rule.needs_critic and Player.CRITIC not in players:
        raise Incompatible(
            f"rule {recipe.rule!r} moves a critic, but distance {recipe.distance!r} has none: "
            "use alternating"
        )
    networks = {Player.GENERATOR: game.generators, Player.CRITIC: game.critics}
    choices = {
        Player.GENERATOR: recipe.optimise_generator,
        Player.CRITIC: recipe.optimise_critic,
    }
    teams: Teams = {
        player: Team(
            networks[player],
            OPTIMISERS[choices[player].name](learning(networks[player]), choices[player]),
            lambda player=player: game.after_step(player),  # type: ignore[misc]
        )
        for player in players
    }
    return State(game, teams, rule, Average(game.generators))


def clock_of(recipe: Recipe) -> Clock:
    """The phases of the run."""
    schedules = recipe.schedules
    if schedules.warm + schedules.decay > 1:
        raise bad("schedules.warm + schedules.decay", schedules.warm + schedules.decay, "<= 1")
    decay = LONGEST[recipe.stop](schedules.decay)
    planned = Clock.of(recipe.steps, warm=schedules.warm, decay=decay)
    return planned if recipe.ending is None else ended(planned, recipe.ending)


LONGEST: Mapping[str, Callable[[float], float]] = {
    "never": lambda decay: decay,
    "auto": lambda decay: min(decay, PATIENCE.decay),
}
"""What share of a run its decay takes."""


def ended(clock: Clock, ending: Ending) -> Clock:
    """A clock with a decay and an end that are decided."""
    if ending.decay > ending.steps:
        raise bad("ending.decay", ending.decay, f"at most ending.steps, {ending.steps}")
    return Clock(min(clock.warm, ending.decay), ending.decay, ending.steps)


def values_of(recipe: Recipe) -> Values:
    """What is scheduled."""
    s = recipe.schedules
    return Values(
        rate=_schedule(s.rate),
        critic_rate=_schedule(s.critic_rate),
        penalty=_schedule(s.penalty),
        beta2=_schedule(s.beta2),
        memory=_memory(s),
        views=_schedule(s.views),
        rates={
            Player.GENERATOR: recipe.optimise_generator.rate,
            Player.CRITIC: recipe.optimise_critic.rate,
        },
    )


def _memory(schedules: Schedules) -> YoungMemory | HalfLife:
    """What the average keeps, by its memory or by its half-life."""
    if schedules.half_life is not None:
        return HalfLife(_schedule(schedules.half_life))
    return YoungMemory(_schedule(schedules.memory))


def _schedule(value: Scheduled) -> Schedule:
    return Schedule(value.hold, value.start, value.end, value.geometric, value.over)
