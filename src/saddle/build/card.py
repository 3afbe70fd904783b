"""What is said before a run starts: the data, the choices, and what they mean."""

from __future__ import annotations

from torch import nn

from saddle.build.choosing import reasons
from saddle.build.freezing import frozen_words
from saddle.build.game import playable
from saddle.build.materials import Materials, gather
from saddle.build.pictures import size_reason
from saddle.build.plan import find_device
from saddle.distances import PENALTIES
from saddle.games import Game
from saddle.recipe import Recipe
from saddle.sources.base import Source
from saddle.spaces import Points

Facts = list[tuple[str, str]]


def data_card(source: Source) -> tuple[Facts, list[str]]:
    """What training would see of a source, the games it can play, and what to know before."""
    described = gather(Recipe(), source).described()
    plays = playable(source)
    first = [f"{name} (the default)" for name in plays[:1]]
    facts = [*described.facts, ("plays", ", ".join([*first, *plays[1:]]) or "no game")]
    return facts, list(described.warnings)


def plan(recipe: Recipe, materials: Materials, game: Game) -> Facts:
    """What will be played: label and text of each line; reasons where something was chosen."""
    distances = {duel.distance.minimises for duel in game.duels}
    device = find_device(recipe.device)
    lines = [
        ("game", str(recipe.game)),
        ("distance", recipe.distance),
        ("minimises", "; ".join(sorted(distances)) or "the likelihood alone"),
        ("penalties", penalties(recipe, materials, game)),
        ("views", ", ".join(recipe.views)),
        ("networks", networks(game.generators, game.critics)),
        ("frozen", frozen_words(recipe, game.critics)),
        ("rule", f"{recipe.rule}, {TURNS[recipe.stop](recipe)}, {recipe.batch} rows a move"),
        ("device", f"{device}, threads {recipe.threads}, seed {recipe.seed}"),
        *(("chosen", why) for why in chosen(recipe, materials)),
    ]
    return [(label, text) for label, text in lines if text]


TURNS = {
    "never": lambda recipe: f"{recipe.steps} turns",
    "auto": lambda recipe: f"at most {recipe.steps} turns: it stops once it has settled",
}
"""How long a run goes on, by the recipe's `stop`."""


def chosen(recipe: Recipe, materials: Materials) -> list[str]:
    """What was chosen for this data and this machine, each with its reason."""
    why = [f"{about}: {reason}" for about, reason in reasons(recipe, materials).items()]
    return [*size_reason(recipe, materials.source), *why]


def penalties(recipe: Recipe, materials: Materials, game: Game) -> str:
    """Each penalty's weight; where it is on squared slopes, also its factor in the data's units.

    A slope is measured per unit of encoded data, whose scale is one; in raw units a weight on
    squared slopes is larger by the square of the scale.
    """
    given = recipe.penalties
    if not len(game.critics):
        return "none: there is no critic to keep honest"
    if not given:
        return "none"
    listed = ", ".join(f"{name} {weight:g}" for name, weight in given.items())
    squared = [name for name in given if PENALTIES[name].squared_slope]
    scales = {
        f"{(space.scale**2).mean():.3g}"
        for space in materials.spaces.values()
        if isinstance(space, Points)
    }
    if not squared or not scales:
        return listed
    factor = " and ".join(sorted(scales))
    return f"{listed} (in raw units {' and '.join(squared)} times {factor})"


def networks(generators: nn.Module, critics: nn.Module) -> str:
    """How many numbers each player learns."""
    draw, judge = _size(generators), _size(critics)
    return f"{draw} weights draw, " + (f"{judge} tell apart" if judge else "no critic")


def _size(networks: nn.Module) -> int:
    return sum(parameter.numel() for parameter in networks.parameters())
