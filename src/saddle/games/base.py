"""A game: a list of duels and tethers over one pass of the generators.

Every game is two methods and two lists. `stage` runs the generators once and names what they
made; the duels and tethers say which of those names meet under which distance; `loss` adds up
the terms of one player; `sample` draws.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, ClassVar, Protocol, runtime_checkable

import torch
from torch import Tensor, nn

from saddle.catalogue import Catalogue
from saddle.games.bench import Bench
from saddle.games.duel import DirectDuel, Duel, Scene, Terms
from saddle.games.noise import Noise
from saddle.games.streams import Purpose, Streams
from saddle.networks.layers import Dropout
from saddle.reference import Reference

Batch = dict[str, Tensor]
"""Keys are among `x`, `given`, `a`, `b`, `mask`, `index`; encoded, n rows each."""


class Player(str, Enum):
    """The two players."""

    GENERATOR = "generator"
    CRITIC = "critic"


@dataclass(frozen=True, eq=False)
class Tether:
    """A term of the generator's or the critic's loss that is not a duel.

    Attributes:
        name: names its term.
        weight: its factor.
        term: from the scene to a scalar.
        player: whose loss it belongs to.
    """

    name: str
    weight: float
    term: Callable[[Scene], Tensor]
    player: Player = Player.GENERATOR


class Game(nn.Module, ABC):
    """Who plays, and for what.

    Attributes:
        needs: keys that the source must give.
        can: what a trained game can do: sample, translate, encode, reconstruct, log_prob.
        networks: for each network of the recipe that it seats, the catalogue it is taken from.
        rowwise: whether `stage` asks each network once for a row and draws nothing but latents,
            so that the rows of several games can be staged in one pass (`games.together`).
        takes_given: whether `sample` draws for rows of the source's `given`.
        shows: whether its critics see rows of the data, and not codes of them alone.
        recalls: training rows that `remember` is shown, ten thousand at a time.
        judges: whether what it can do needs a critic, so that no direct distance plays it.
        groups: games whose rows stand one below the other in what is staged.
        noise: law of z, where the game draws any.
        generators: the generator player's networks, by name.
        critics: the critic player's networks, by name; empty under a direct distance.
        duels: who meets whom.
        tethers: every other term.
    """

    needs: ClassVar[frozenset[str]]
    can: ClassVar[frozenset[str]]
    networks: ClassVar[Mapping[str, Catalogue[Any]]]
    reference: ClassVar[Reference]
    rowwise: ClassVar[bool] = False
    takes_given: ClassVar[bool] = False
    shows: ClassVar[bool] = True
    recalls: ClassVar[int] = 10_000
    judges: ClassVar[bool] = False
    groups: int = 1
    noise: Noise
    generators: nn.ModuleDict
    critics: nn.ModuleDict
    duels: Sequence[Duel | DirectDuel]
    tethers: Sequence[Tether]

    @classmethod
    @abstractmethod
    def make(cls, bench: Bench) -> Game:
        """The game over the bench's spaces, from its networks and its stakes."""

    def seat(
        self,
        generators: Mapping[str, nn.Module],
        duels: Sequence[Duel | DirectDuel],
        tethers: Sequence[Tether] = (),
    ) -> None:
        """Seat the players: register networks, and views and penalties that keep state."""
        self.generators = nn.ModuleDict(generators)
        self.critics = nn.ModuleDict({d.name: d.critic for d in duels if d.critic is not None})
        self.keeps = nn.ModuleDict(
            {
                f"{duel.name}-{part.name}".replace(".", "_"): part
                for duel in duels
                for part in [*duel.views, *(penalty for penalty, _ in duel.penalties)]
                if isinstance(part, nn.Module)
            }
        )
        self.drops = [m for m in self.modules() if isinstance(m, Dropout)]
        self.duels = tuple(duels)
        self.tethers = tuple(tethers)

    @abstractmethod
    def stage(self, batch: Batch, streams: Streams) -> Scene:
        """Run the generators once on a batch and name what they made."""

    @abstractmethod
    def sample(
        self,
        n: int,
        given: Tensor | None = None,
        *,
        rng: torch.Generator,
        generators: nn.ModuleDict | None = None,
    ) -> Batch:
        """Draw n samples, encoded, with these generators (the game's own where None)."""

    def loss(self, player: Player, batch: Batch, streams: Streams) -> Terms:
        """Named, weighted scalars; the player's loss is their sum."""
        return self.terms(player, self.staged(batch, streams), streams)

    def staged(self, batch: Batch, streams: Streams) -> Scene:
        """What the generators make of a batch, dropout drawn from these streams."""
        self.feed(streams)
        return self.stage(batch, streams)

    def terms(self, player: Player, scene: Scene, streams: Streams) -> Terms:
        """The same terms of a scene that was staged."""
        terms: Terms = {}
        for duel in self.duels:
            terms |= _TERMS[player](duel, scene, streams)
        return terms | self.tied(player, scene)

    def feed(self, streams: Streams) -> None:
        """Hand every dropout layer the stream to draw from."""
        for layer in self.drops:
            layer.rng = streams[Purpose.DROPOUT]

    def tied(self, player: Player, scene: Scene) -> Terms:
        """The player's tethers, weighted."""
        own = [tether for tether in self.tethers if tether.player is player]
        return {tether.name: tether.weight * tether.term(scene) for tether in own}

    def remember(self, batch: Batch) -> None:
        """Keep what sampling needs of the training rows; most games need nothing."""

    def after_step(self, player: Player) -> None:
        """What penalties do to the weights after the critic moved."""
        if player is Player.CRITIC:
            for duel in self.duels:
                duel.after_step()


_TERMS: dict[Player, Callable[[Duel | DirectDuel, Scene, Streams], Terms]] = {
    Player.CRITIC: lambda duel, scene, streams: duel.critic_terms(scene, streams),
    Player.GENERATOR: lambda duel, scene, streams: duel.generator_terms(scene, streams),
}


class Translates(Protocol):
    """A game that `can` translate."""

    def translate(
        self, x: Tensor, *, back: bool = False, generators: nn.ModuleDict | None = None
    ) -> Tensor:
        """Encoded rows of b for rows of a, or the other way."""
        ...


class Encodes(Protocol):
    """A game that `can` encode."""

    def encode(
        self, x: Tensor, *, back: bool = False, generators: nn.ModuleDict | None = None
    ) -> Tensor:
        """Latents of encoded rows; `back`, where there are two domains, that they are of b."""
        ...


class Weighs(Protocol):
    """A game that `can` log_prob."""

    def log_prob(
        self, x: Tensor, *, back: bool = False, generators: nn.ModuleDict | None = None
    ) -> Tensor:
        """Log density of encoded rows of a, or of b."""
        ...


@runtime_checkable
class Coded(Protocol):
    """A game that samples for codes of its own, which no source gives."""

    def code(self, raw: Tensor) -> Tensor:
        """Encoded codes of rows of numbers, as a user says them."""
        ...


class Classifies(Protocol):
    """A game that `can` classify."""

    def classify(self, x: Tensor) -> Tensor:
        """The probability of each class of `given` for encoded rows, (n, k)."""
        ...


class Reconstructs(Protocol):
    """A game that `can` reconstruct."""

    def reconstruct(self, x: Tensor, *, generators: nn.ModuleDict | None = None) -> Tensor:
        """Encoded rows, found in the latents and drawn again."""
        ...
