"""A duel: one critic between a real part and a fake part, under one distance."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal

import torch
from torch import Tensor, nn

from saddle.distances.base import Direct, Distance, Parts, Penalty, Side, Slopes, differentiable
from saddle.games.streams import Purpose, Streams
from saddle.networks.base import Scores

Scene = dict[str, Tensor]
"""What one pass of the generators put on stage, by name: x, z, fake, c, encoded, ..."""

Terms = dict[str, Tensor]
"""Named, weighted scalars; a player's loss is their sum."""

SideName = Literal["real", "fake"]


class View(nn.Module):
    """What the critic sees of each side. Its state, if any, is kept in buffers.

    Attributes:
        name: the row's name in the catalogue.
        widens: by how much it widens each part (packing m says m).
        strength: a factor that the schedule lowers where the view is meant to fade.
    """

    name: str
    widens: int = 1
    strength: float = 1.0

    def forward(self, parts: Parts, side: SideName, streams: Streams) -> Parts:
        """What the critic sees of `parts`; drawn from `streams[Purpose.AUGMENT]`."""
        return parts

    def hear(self, real: Tensor, fake: Tensor) -> None:
        """Be told the scores (n,) of both sides in a turn of the critic, without gradients."""

    def numbers(self) -> dict[str, float]:
        """What of its state is worth recording, by name."""
        return {}


Reads = Callable[[Side, Side], Tensor]
"""From the real and the fake side, as a critic judged them, to a scalar."""


@dataclass(frozen=True, eq=False)
class Reading:
    """A tether that reads more of the critic than its score, in the duel's own pass.

    A class, or features, are heads on the body that the score comes from: to ask the critic once
    more would cost as much as the duel itself, and rows that a view changed would be others.

    Attributes:
        name: names its term.
        weight: its factor, in both players' losses.
        critic: what the critic minimises of it, or None.
        generator: what the generator minimises of it, or None.
        single: whether it reads rows one by one, so that they cannot be packed.
    """

    name: str
    weight: float
    critic: Reads | None = None
    generator: Reads | None = None
    single: bool = False


@dataclass(eq=False)
class Duel:
    """One critic between a real and a fake part, with its penalties and views.

    Attributes:
        name: names its terms: `duel`, `duel.r1`.
        distance: what close means.
        critic: maps parts to `Scores`.
        real: picks the real part from the scene.
        fake: picks the fake part from the scene.
        smooth: for each part, whether penalties may differentiate the score by it.
        penalties: each with its weight.
        views: applied in order to both sides.
        weight: factor of the duel in both players' losses.
        strength: factor of every penalty's weight, set by the schedule.
        key: the key of the batch that it is about: whose surface and box are shown.
        readings: tethers that read the critic's heads or features.
        at_sides: whether a penalty reads the slope at the sides' own samples.
        coupled: whether the pull on the fakes depends on the real scores.
    """

    name: str
    distance: Distance
    critic: nn.Module
    real: Callable[[Scene], Parts]
    fake: Callable[[Scene], Parts]
    smooth: tuple[bool, ...]
    penalties: Sequence[tuple[Penalty, float]] = ()
    views: Sequence[View] = ()
    weight: float = 1.0
    strength: float = 1.0
    key: str = "x"
    readings: Sequence[Reading] = ()
    at_sides: bool = field(init=False)
    coupled: bool = field(init=False)

    def __post_init__(self) -> None:
        self.at_sides = any(penalty.at_sides for penalty, _ in self.penalties)
        self.coupled = couples(self.distance)

    def judge(self, parts: Parts) -> Tensor:
        """Scores of parts, (n,)."""
        return self.critic(*parts).values  # type: ignore[no-any-return]

    def viewed(self, parts: Parts, side: SideName, streams: Streams) -> Parts:
        """What the critic sees of one side."""
        for view in self.views:
            parts = view(parts, side, streams)
        return parts

    def critic_terms(self, scene: Scene, streams: Streams) -> Terms:
        """The distance's critic loss and the penalties."""
        real, fake = self.sides(
            self.viewed(self.real(scene), "real", streams),
            self.viewed(self.fake(scene), "fake", streams),
        )
        self.tell(real.scores, fake.scores)
        return self.judged(real, fake, streams) | {
            it.name: it.weight * it.critic(real, fake) for it in self.readings if it.critic
        }

    def tell(self, real: Tensor, fake: Tensor) -> None:
        """Let the views hear the scores of a turn of the critic."""
        for view in self.views:
            view.hear(real.detach(), fake.detach())

    def judged(self, real: Side, fake: Side, streams: Streams) -> Terms:
        """The same of sides that were judged."""
        terms = {
            self.name: _times(self.weight, self.distance.critic_loss(real.scores, fake.scores))
        }
        for penalty, weight in self.penalties:
            term = penalty.term(self.judge, real, fake, streams[Purpose.PENALTY])
            factor = self.weight * weight * self.strength
            terms[f"{self.name}.{penalty.name}"] = _times(factor, term)
        return terms

    def generator_terms(self, scene: Scene, streams: Streams) -> Terms:
        """The distance's generator loss, and what the generator minimises of the readings."""
        parts = self.viewed(self.real(scene), "real", streams)
        real = self._seen(parts) if self.counts(parts) else self._unseen(parts)
        fake = self._seen(self.viewed(self.fake(scene), "fake", streams))
        return self.answered(real.scores, fake.scores) | {
            it.name: it.weight * it.generator(real, fake) for it in self.readings if it.generator
        }

    def counts(self, real: Parts) -> bool:
        """Whether the generator's gradient depends on what the critic says of the real side."""
        reads = any(it.generator is not None for it in self.readings)
        return self.coupled or reads or any(part.requires_grad for part in real)

    def _unseen(self, parts: Parts) -> Side:
        """A side that only adds a constant to the loss: scores of zero, and a pass is saved."""
        return Side(parts, parts[0].new_zeros(len(parts[0])), self.smooth, Slopes(_no_slopes))

    def answered(self, real: Tensor, fake: Tensor) -> Terms:
        """The same of scores, (n,)."""
        return {self.name: _times(self.weight, self.distance.generator_loss(real, fake))}

    def pull(self, scene: Scene, streams: Streams) -> tuple[Tensor, Tensor]:
        """The fake's first part (n, d), and where the generator's objective pulls each of them.

        The pull is -n times the gradient of the generator's loss by that sample.
        """
        fake = _held(self.fake(scene))
        real = self.judge(self.viewed(self.real(scene), "real", streams))
        score = self.judge(self.viewed(fake, "fake", streams))
        return _pull(self.distance.generator_loss(real.detach(), score), fake[0])

    def after_step(self) -> None:
        """What penalties do to the critic's weights after it moved."""
        for penalty, _ in self.penalties:
            penalty.after_step(self.critic)

    def sides(self, real: Parts, fake: Parts) -> tuple[Side, Side]:
        """Both sides judged: in one pass where rows do not mix, else one after the other."""
        if self.critic.pointwise and len(real[0]) == len(fake[0]):
            n = len(real[0])
            joined = tuple(torch.cat(pair) for pair in zip(real, fake, strict=True))
            said, slopes = self._asked(joined)
            return (
                self._side(real, said, slopes, slice(None, n)),
                self._side(fake, said, slopes, slice(n, None)),
            )
        return (
            self._side(real, *self._asked(real), slice(None)),
            self._side(fake, *self._asked(fake), slice(None)),
        )

    def _side(self, parts: Parts, said: Scores, slopes: Slopes, rows: slice) -> Side:
        more = {name: found[rows] for name, found in said.more().items()}
        return Side(parts, said.values[rows], self.smooth, slopes, rows, more)

    def _seen(self, parts: Parts) -> Side:
        """A side whose slopes nobody asks for."""
        return self._side(parts, self.critic(*parts), Slopes(_no_slopes), slice(None))

    def scored(self, parts: Parts) -> tuple[Tensor, Slopes]:
        """Scores, and the slopes there where a penalty will ask for them."""
        said, slopes = self._asked(parts)
        return said.values, slopes

    def _asked(self, parts: Parts) -> tuple[Scores, Slopes]:
        if not self.at_sides:
            return self.critic(*parts), Slopes(_no_slopes)
        held = tuple(
            differentiable(part) if smooth else part
            for part, smooth in zip(parts, self.smooth, strict=True)
        )
        said: Scores = self.critic(*held)
        wanted = [part for part, smooth in zip(held, self.smooth, strict=True) if smooth]
        return said, Slopes(
            lambda: torch.autograd.grad(said.values.sum(), wanted, create_graph=True)
        )


@dataclass(eq=False)
class DirectDuel:
    """A duel without a critic: a direct distance between the two parts."""

    name: str
    distance: Direct
    real: Callable[[Scene], Parts]
    fake: Callable[[Scene], Parts]
    weight: float = 1.0
    strength: float = 1.0
    key: str = "x"
    critic: None = None
    views: tuple[View, ...] = ()
    penalties: tuple[tuple[Penalty, float], ...] = ()
    readings: tuple[Reading, ...] = ()

    def critic_terms(self, scene: Scene, streams: Streams) -> Terms:
        """None: there is no critic."""
        return {}

    def after_step(self) -> None:
        """Nothing: there is no critic."""

    def generator_terms(self, scene: Scene, streams: Streams) -> Terms:
        """The distance of the two clouds, parts side by side."""
        real, fake = _flat(self.real(scene)), _flat(self.fake(scene))
        return {self.name: _times(self.weight, self.distance.between(real, fake))}

    def pull(self, scene: Scene, streams: Streams) -> tuple[Tensor, Tensor]:
        """The fake's first part (n, d), and where the distance pulls each of them."""
        fake = _held(self.fake(scene))
        return _pull(self.distance.between(_flat(self.real(scene)).detach(), _flat(fake)), fake[0])


@torch.enable_grad()
def couples(distance: Distance) -> bool:
    """Whether a distance's pull on fake scores changes with the real ones, as pairs make it."""
    fake = torch.linspace(-2, 2, 8).requires_grad_()
    some, other = (
        torch.autograd.grad(distance.generator_loss(real, fake), fake)[0]
        for real in (torch.zeros(8), torch.linspace(5, -3, 8))
    )
    return not torch.equal(some, other)


def _held(parts: Parts) -> Parts:
    first, *rest = (part.detach() for part in parts)
    return (first.requires_grad_(), *rest)


def _pull(loss: Tensor, x: Tensor) -> tuple[Tensor, Tensor]:
    (gradient,) = torch.autograd.grad(loss, x)
    return x.detach(), -len(x) * gradient


def _flat(parts: Parts) -> Tensor:
    return torch.cat([part.flatten(1) for part in parts], 1)


def _times(factor: float, term: Tensor) -> Tensor:
    """The product; the term itself where the factor is one."""
    return term if factor == 1.0 else factor * term


def _no_slopes() -> Parts:
    raise AssertionError("a penalty reads slopes at the sides without saying at_sides")
