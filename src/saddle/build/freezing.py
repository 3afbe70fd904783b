"""The first layers of the critics that a run does not move: FreezeD, `frozen: 2`.

They are still before the optimisers are made, so that no rule ever thaws them.
"""

from __future__ import annotations

from torch import nn

from saddle.errors import Incompatible
from saddle.games.base import Game
from saddle.networks import early_layers
from saddle.recipe import Recipe


def freeze(recipe: Recipe, game: Game) -> None:
    """Hold the first `frozen` layers of every critic; refused where there is nothing to hold."""
    if recipe.frozen == 0:
        return
    if recipe.start is None:
        raise Incompatible(
            f"frozen={recipe.frozen} keeps the critic's first layers as another run learnt them, "
            "and this run starts from nothing: `saddle train --from RUN`, or frozen=0"
        )
    if not len(game.critics):
        raise Incompatible(
            f"frozen={recipe.frozen} is about a critic, and distance {recipe.distance!r} has "
            "none: frozen=0"
        )
    for name, critic in game.critics.items():
        layers = early_layers(critic)
        if len(layers) < recipe.frozen:
            raise Incompatible(f"frozen={recipe.frozen}: {_few(name, recipe, len(layers))}")
        for weights in layers[: recipe.frozen]:
            for weight in weights:
                weight.requires_grad_(False)


def _few(name: str, recipe: Recipe, layers: int) -> str:
    if not layers:
        return (
            f"the critic of {name!r} ({recipe.critic.name}) has no layers with weights before "
            "its head (a network of your own calls them `body`): frozen=0"
        )
    has = "1 layer" if layers == 1 else f"{layers} layers"
    return (
        f"the critic of {name!r} ({recipe.critic.name}) has {has} with weights before its head: "
        f"at most frozen={layers}"
    )


def frozen_words(recipe: Recipe, critics: nn.Module) -> str:
    """What stays as it was, for the plan; nothing where all of it learns."""
    still = sum(p.numel() for p in critics.parameters() if not p.requires_grad)
    if recipe.frozen == 0:
        return ""
    first = "first layer" if recipe.frozen == 1 else f"first {recipe.frozen} layers"
    return f"the critic's {first}, {still} weights, stay as they start"
