"""From a recipe to its game: the only place where a name becomes an object.

What a source gives is compared with what a game needs, once; every choice is checked before a
folder is made.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Container, Mapping
from dataclasses import dataclass
from typing import TypeVar

import torch
from torch import nn

from saddle.build.custom import Declared, Foreign, Own, is_custom, made, tried
from saddle.build.laws import check_pairs, check_rows
from saddle.build.materials import of_pictures
from saddle.build.stakes import stakes_of
from saddle.catalogue import Catalogue
from saddle.distances import DISTANCES
from saddle.distances.base import Direct
from saddle.errors import BadValue, Incompatible, bad
from saddle.games import GAMES, Game, Noise, Purpose, Stakes
from saddle.games.align import Invertible
from saddle.games.streams import mix
from saddle.networks import CRITICS, ENCODERS, FLOWS, GENERATORS, Blueprint, Shape, Size, as_size
from saddle.networks.drawing import global_stream_kept, initialise
from saddle.presets import for_game
from saddle.recipe import Network, Recipe
from saddle.sources.base import Source
from saddle.spaces.base import Space
from saddle.training.foreign import lent

N = TypeVar("N", bound=nn.Module)
Modules = Mapping[str, nn.Module]


def settled(recipe: Recipe, source: Source) -> Recipe:
    """The recipe with a game, the one that fits where none was named, and its own defaults."""
    game = recipe.game
    if game is None:
        fits = playable(source)
        if not fits:
            raise Incompatible(
                f"source {source.name!r} gives {_keys(source.gives)}: no game is played with that"
            )
        game = fits[0]
    _ = GAMES[game]
    return for_game(recipe, game)


def playable(source: Source) -> list[str]:
    """The games that a source can play: first those that need all it gives, the default first."""
    whole = [name for name, game in GAMES.items() if game.needs == source.gives]
    less = [name for name, game in GAMES.items() if game.needs < source.gives]
    return whole + less * of_pictures(source)


def check_source(recipe: Recipe, source: Source) -> None:
    """Refuse a source that does not give what the game needs, saying which would do."""
    check_rows(source)
    check_pairs(source)
    needs = GAMES[str(recipe.game)].needs
    if needs != source.gives:
        fits = playable(source)
        raise Incompatible(
            f"game {recipe.game!r} needs {_keys(needs)}, but source {source.name!r} gives "
            f"{_keys(source.gives)}: it can play {', '.join(fits) or 'no game'}"
        )


def _keys(keys: frozenset[str]) -> str:
    return " and ".join(sorted(keys))


@dataclass(frozen=True, eq=False)
class Bench:
    """What a maker of games takes its parts from."""

    recipe: Recipe
    spaces: Mapping[str, Space]
    stakes: Stakes
    own: Own
    trusted: bool

    @property
    def noise(self) -> Noise:
        """The law of z."""
        return Noise(self.recipe.latent, self.recipe.noise)

    def shape(self, key: str) -> Size:
        """Shape of one encoded sample of a key."""
        return self.spaces[key].shape

    def generator(
        self, role: str, inputs: tuple[int | Size, ...], output: int | Size
    ) -> nn.Module:
        """A generator's network, or the caller's own."""
        shape = _shape(self.recipe.generator, inputs, output)
        return self.network(role, self.recipe.generator, GENERATORS, shape)

    def encoder(self, role: str, inputs: tuple[int | Size, ...], output: int | Size) -> nn.Module:
        """An encoder's network, or the caller's own."""
        shape = _shape(self.recipe.encoder, inputs, output)
        return self.network(role, self.recipe.encoder, ENCODERS, shape)

    def flow(self, role: str, size: Size) -> nn.Module:
        """A flow, or the caller's own."""
        shape = _shape(self.recipe.generator, (size,), size)
        return self.network(role, self.recipe.generator, FLOWS, shape)

    def critic(self, role: str, *sizes: int | Size) -> nn.Module | None:
        """A critic for parts of these shapes; None under a direct distance."""
        if isinstance(self.stakes.distance, Direct):
            return None
        wide = math.prod(view.widens for view in self.stakes.views)
        shape = _shape(self.recipe.critic, tuple(_widened(size, wide) for size in sizes), 1)
        made = self.network(role, self.recipe.critic, CRITICS, shape)
        return made if isinstance(made, Declared) else Foreign(made)

    def linear(self, role: str, inputs: int, outputs: int) -> nn.Linear:
        """A linear map, its first weights drawn from the role's own stream."""
        rng = torch.Generator().manual_seed(mix(*weight_words(self.recipe.seed, role)))
        with global_stream_kept():
            return initialise(nn.Linear(inputs, outputs), rng)

    def critics(self, *keys: str) -> dict[str, nn.Module] | None:
        """A critic for each key; None under a direct distance."""
        found = {key: self.critic(f"critic.{key}", self.shape(key)) for key in keys}
        made = {key: critic for key, critic in found.items() if critic is not None}
        return made or None

    def network(
        self, role: str, choice: Network, catalogue: Catalogue[Blueprint[N]], shape: Shape
    ) -> nn.Module:
        """The caller's own network for a role, `module:Class`, or a row of the catalogue."""
        player = role.partition(".")[0]
        words = weight_words(self.recipe.seed, role)
        mine = role in self.own or player in self.own
        if not mine and not is_custom(choice.name, catalogue):
            return catalogue[choice.name](shape, torch.Generator().manual_seed(mix(*words)))
        with lent(*words):
            given = (
                copy.deepcopy(self.own.get(role, self.own.get(player)))
                if mine
                else made(choice.name, shape, trusted=self.trusted)
            )
            if catalogue is FLOWS:
                return invertible(role, given)
            return tried(role, given, shape.parts, shape.made)

    def weight(self, **defaults: float) -> dict[str, float]:
        """The game's own weights: the recipe's, else these; an unknown name is refused."""
        extra = set(self.recipe.weights) - set(defaults)
        if extra:
            raise BadValue(
                f"game {self.recipe.game!r} has no weight {min(extra)!r}; "
                f"it has: {', '.join(defaults) or 'none'}"
            )
        return {**defaults, **self.recipe.weights}


def invertible(role: str, network: object) -> nn.Module:
    """The caller's own flow, refused where it is none."""
    if not (isinstance(network, nn.Module) and isinstance(network, Invertible)):
        allowed = (
            "a flow: a module with size, inverse(x) and log_prob(x), see saddle.networks.Flow"
        )
        raise bad(role, type(network).__name__, allowed)
    return network


def _widened(size: int | Size, wide: int) -> Size:
    """The shape of packed samples: rows side by side, the channels of pictures one on another."""
    first, *rest = as_size(size)
    return (wide * first, *rest)


def _shape(choice: Network, inputs: tuple[int | Size, ...], output: int | Size) -> Shape:
    plain = tuple(_plain(size) for size in inputs)
    return Shape(plain, _plain(output), choice.width, choice.depth, choice.activation)


def _plain(size: int | Size) -> int | Size:
    """A row's shape as the number in it, which is what most networks want to know."""
    whole = as_size(size)
    return whole[0] if len(whole) == 1 else whole


def weight_words(seed: int, role: str) -> tuple[int, ...]:
    """What seeds the stream from which a role's first weights are drawn."""
    words = [int.from_bytes(role.encode()[i : i + 7], "big") for i in range(0, len(role), 7)]
    return (seed, Purpose.WEIGHTS, *words)


def plays_own_code(recipe: Recipe, own: Own) -> bool:
    """Whether a network or a distance of the caller's own takes part."""
    drawers = FLOWS if recipe.generator.name in FLOWS else GENERATORS
    named: list[tuple[str, Container[object]]] = [
        (recipe.generator.name, drawers),
        (recipe.critic.name, CRITICS),
        (recipe.encoder.name, ENCODERS),
        (recipe.distance, DISTANCES),
    ]
    return bool(own) or any(is_custom(name, known) for name, known in named)


def assemble(
    recipe: Recipe, spaces: Mapping[str, Space], own: Own, *, trusted: bool = False
) -> Game:
    """The recipe's game over these spaces."""
    name = str(recipe.game)
    _ = GAMES[name]
    missing = GAMES[name].needs - spaces.keys()
    if missing:
        raise Incompatible(f"game {name!r} needs {_keys(GAMES[name].needs)}")
    stakes = stakes_of(recipe, spaces, own=own.get("distance"), trusted=trusted)
    return GAMES[name].make(Bench(recipe, spaces, stakes, own, trusted))
