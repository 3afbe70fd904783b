"""Several games of one recipe, played side by side: their networks are asked in one pass.

What a game draws, sees and loses stays its own: only what passes through networks is joined, and
rows are grouped by game. The sum of all losses gives each game its own gradient, since no weight
and no row belongs to two.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import torch
from torch import Tensor, nn
from torch.func import vmap

from saddle.distances.base import Parts, Side, Slopes
from saddle.games.base import Batch, Game, Player
from saddle.games.duel import DirectDuel, Duel, Scene, SideName, Terms
from saddle.games.noise import Noise
from saddle.games.streams import Purpose, Streams
from saddle.networks.stacked import stack, unstackable, with_children

Scenes = Sequence[Scene]
Stream = Sequence[Streams]


@dataclass(frozen=True)
class Draws(Noise):
    """The latents of several games, each drawn from its own streams.

    Attributes:
        streams: of each game.
    """

    streams: Stream = field(default=(), compare=False)

    def draw(self, n: int, rng: torch.Generator) -> Tensor:
        """Latents (n, size), n divided among the games."""
        alone, each = Noise(self.size, self.law), n // len(self.streams)
        return torch.cat([alone.draw(each, own[Purpose.NOISE]) for own in self.streams])


@dataclass(eq=False)
class Bout:
    """The same duel of every game, judged by one stack of their critics.

    Attributes:
        duels: one a game.
        front: the first of them, before the stack of critics.
        at_once: whether the games' terms can be computed in one sweep; else one after the other.
    """

    duels: Sequence[Duel]
    front: Duel
    at_once: bool = field(init=False)

    def __post_init__(self) -> None:
        remembers = any(isinstance(penalty, nn.Module) for penalty, _ in self.front.penalties)
        self.at_once = not remembers and _sweeps(self.front)

    def critic_terms(self, scenes: Scenes, streams: Stream) -> Terms:
        """What the critics minimise, (S,) each."""
        real, fake = self.seen("real", scenes, streams), self.seen("fake", scenes, streams)
        pairs = [parts for pair in zip(real, fake, strict=True) for parts in pair]
        scores, slopes = self.front.scored(_joined(pairs))
        there = slopes.parts() if self.front.at_sides else ()
        v = scores.chunk(len(pairs))
        for duel, r, f in zip(self.duels, v[::2], v[1::2], strict=True):
            duel.tell(r, f)
        if self.at_once:
            split = (len(self.duels), 2, -1)
            slope = [part.reshape(*split, *part.shape[1:]) for part in there]
            return dict(vmap(self._judged)(scores.reshape(split), slope))
        g = [part.chunk(len(pairs)) for part in there]
        sides = [_side(self.front, v[k], [part[k] for part in g]) for k in range(len(pairs))]
        each = zip(self.duels, sides[::2], sides[1::2], streams, strict=True)
        return _stacked(duel.judged(real, fake, own) for duel, real, fake, own in each)

    def match(self) -> None:
        """Give every duel, and the front, the strengths that a schedule set in the first."""
        first, *others = self.duels
        for duel in (self.front, *others):
            duel.strength = first.strength
            for view, moved in zip(duel.views, first.views, strict=True):
                view.strength = moved.strength

    def _judged(self, v: Tensor, g: Sequence[Tensor]) -> Terms:
        """One game's terms from scores and slopes of both sides, (2, n, ...); draws nothing."""
        real, fake = (_side(self.front, v[k], [part[k] for part in g]) for k in (0, 1))
        return self.front.judged(real, fake, Streams(0))

    def generator_terms(self, scenes: Scenes, streams: Stream) -> Terms:
        """What the generators minimise, (S,) each."""
        parts = _joined(self.seen("real", scenes, streams))
        seen = self.front.counts(parts)
        real = self._scored(parts) if seen else parts[0].new_zeros(len(self.duels), 1)
        fake = self._scored(_joined(self.seen("fake", scenes, streams)))
        if self.at_once:
            return dict(vmap(self.front.answered)(real, fake))
        return _stacked(
            duel.answered(r, f) for duel, r, f in zip(self.duels, real, fake, strict=True)
        )

    def _scored(self, parts: Parts) -> Tensor:
        """Scores of the games' joined rows, (S, n)."""
        return self.front.judge(parts).reshape(len(self.duels), -1)

    def seen(self, side: SideName, scenes: Scenes, streams: Stream) -> list[Parts]:
        """What each critic sees of a side."""
        picks = [{"real": duel.real, "fake": duel.fake}[side] for duel in self.duels]
        return [
            duel.viewed(pick(scene), side, own)
            for duel, pick, scene, own in zip(self.duels, picks, scenes, streams, strict=True)
        ]


def _side(duel: Duel, scores: Tensor, slopes: Sequence[Tensor]) -> Side:
    """A side of which its scores and slopes are known."""
    return Side((), scores, duel.smooth, Slopes(lambda: tuple(slopes)))


def _sweeps(duel: Duel) -> bool:
    """Whether a duel's distance can be computed for several games at once."""
    v = torch.linspace(-1, 1, 8).reshape(2, 4).requires_grad_()
    try:
        for loss in (duel.distance.critic_loss, duel.distance.generator_loss):
            torch.autograd.grad(vmap(loss)(v, v.flip(0)).sum(), v)
    except RuntimeError:  # it looks at its numbers, or differentiates by itself
        return False
    return True


@dataclass(eq=False)
class Apart:
    """The same direct duel of every game: there is no critic, and nothing to join."""

    duels: Sequence[DirectDuel]

    def match(self) -> None:
        """Nothing: a direct duel has no penalties and no views."""

    def critic_terms(self, scenes: Scenes, streams: Stream) -> Terms:
        """None."""
        return {}

    def generator_terms(self, scenes: Scenes, streams: Stream) -> Terms:
        """What the generators minimise, (S,) each."""
        each = zip(self.duels, scenes, streams, strict=True)
        return _stacked(duel.generator_terms(scene, own) for duel, scene, own in each)


def _stacked(terms: Iterable[Terms]) -> Terms:
    """The games' terms side by side."""
    found = list(terms)
    return {name: torch.stack([own[name] for own in found]) for name in found[0]}


class Together:
    """Games of one recipe that differ in their seeds alone.

    Attributes:
        games: as they would play alone; their weights are slices of the stacks.
        networks: the stacks of each player's networks.
        front: the first game, before the stack of generators.
        bouts: the duels of all games.
    """

    def __init__(self, games: Sequence[Game]) -> None:
        self.games = tuple(games)
        self.networks = {
            Player.GENERATOR: stack([game.generators for game in games]),
            Player.CRITIC: stack([game.critics for game in games]),
        }
        self.front = with_children(games[0], {"generators": self.networks[Player.GENERATOR]})
        self.front.groups = len(games)
        self.bouts = [self._bout(duels) for duels in zip(*(g.duels for g in games), strict=True)]

    def _bout(self, duels: Sequence[Duel | DirectDuel]) -> Bout | Apart:
        learned = [duel for duel in duels if isinstance(duel, Duel)]
        if not learned:
            return Apart([duel for duel in duels if isinstance(duel, DirectDuel)])
        critic = self.networks[Player.CRITIC].get_submodule(learned[0].name)
        return Bout(learned, replace(learned[0], critic=critic))

    def losses(self, player: Player, batches: Sequence[Batch], streams: Stream) -> Terms:
        """Named, weighted terms (S,) of the games' losses; the sum of all is descended."""
        for game, own in zip(self.games, streams, strict=True):
            game.feed(own)
        scenes = self.stage(batches, streams)
        found: Terms = {}
        for bout in self.bouts:
            found |= _TERMS[player](bout, scenes, streams)
        tied = zip(self.games, scenes, strict=True)
        return found | _stacked(game.tied(player, scene) for game, scene in tied)

    def stage(self, batches: Sequence[Batch], streams: Stream) -> list[Scene]:
        """Run all generators in one pass; each game gets what its own made."""
        noise = self.games[0].noise
        self.front.noise = Draws(noise.size, noise.law, streams)
        joined = {key: torch.cat([batch[key] for batch in batches]) for key in batches[0]}
        whole = {
            name: rows.chunk(len(self.games))
            for name, rows in self.front.stage(joined, streams[0]).items()
        }
        return [{name: rows[s] for name, rows in whole.items()} for s in range(len(self.games))]


_TERMS: Mapping[Player, Callable[[Bout | Apart, Scenes, Stream], Terms]] = {
    Player.CRITIC: lambda bout, scenes, streams: bout.critic_terms(scenes, streams),
    Player.GENERATOR: lambda bout, scenes, streams: bout.generator_terms(scenes, streams),
}


def inseparable(game: Game) -> str | None:
    """Why games like this one must be played one after the other, or None where they need not."""
    if not game.rowwise:
        return f"game {type(game).__name__} asks its networks for more than a pass a row"
    reading = [it.name for duel in game.duels for it in duel.readings]
    if reading:
        return f"weights.{reading[0]} reads more of the critic than its score"
    asking = [
        penalty.name for duel in game.duels for penalty, _ in duel.penalties if penalty.elsewhere
    ]
    if asking:
        return f"penalty {asking[0]} asks the critic at points of its own"
    layer = unstackable(game.generators) or unstackable(game.critics)
    return None if layer is None else f"a layer {layer} cannot be stacked"


def _joined(shown: Sequence[Parts]) -> Parts:
    """The parts of many sides, one below the other."""
    return tuple(torch.cat(part) for part in zip(*shown, strict=True))
