"""From a distance and its company to the duels of a game."""

from __future__ import annotations

import copy
from collections import Counter
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from saddle.distances.base import Direct, Distance, Parts, Penalty
from saddle.distances.legal import check
from saddle.errors import Incompatible
from saddle.games.augment import Sight
from saddle.games.duel import DirectDuel, Duel, Scene
from saddle.games.noise import Noise
from saddle.networks import steady


@dataclass(frozen=True)
class Pick:
    """What a side of a duel shows its critic: these names of the scene, in this order."""

    names: tuple[str, ...]

    def __call__(self, scene: Scene) -> Parts:
        """The tensors of those names."""
        return tuple(scene[name] for name in self.names)


@dataclass(frozen=True)
class Stakes:
    """What every duel of a game is fought under.

    Attributes:
        distance: what close means; learned, or direct (then there is no critic).
        penalties: each with its weight. A penalty that remembers is copied for each duel.
        views: rows of `VIEWS`; each duel makes views of its own from them, applied in order.
        smooth: keys of the batch whose space is smooth: a score may be differentiated by them.
    """

    distance: Distance | Direct
    penalties: tuple[tuple[Penalty, float], ...] = ()
    views: tuple[Sight, ...] = ()
    smooth: frozenset[str] = frozenset({"x", "a", "b"})

    def smooth_at(self, *keys: str) -> tuple[bool, ...]:
        """For each key of the batch, whether its space is smooth."""
        return tuple(key in self.smooth for key in keys)


def make_duel(
    name: str,
    stakes: Stakes,
    *,
    critic: nn.Module | None,
    real: Pick,
    fake: Pick,
    smooth: tuple[bool, ...],
    weight: float = 1.0,
) -> Duel | DirectDuel:
    """A duel under these stakes, with penalties, views and a state of its own.

    Args:
        name: names its terms, and its critic.
        stakes: distance, penalties, views.
        critic: the network, or None under a direct distance; a penalty that lives in the network
            (spectral norm) rewrites it.
        real: picks the real part from the scene; the first of it is a key of the batch, which the
            duel is about.
        fake: picks the fake part from the scene.
        smooth: for each part, whether penalties may differentiate the score by it.
        weight: factor of the duel in both players' losses.
    """
    distance = stakes.distance
    key = real.names[0]
    bounded = critic is not None and steady(critic)
    check(distance, [penalty for penalty, _ in stakes.penalties], steady=bounded)
    if isinstance(distance, Direct):
        _refuse_company(distance.name, stakes, critic)
        return DirectDuel(name, distance, real, fake, weight, key=key)
    if critic is None:
        raise Incompatible(f"distance {distance.name!r} is learned: duel {name!r} needs a critic")
    penalties = copy.deepcopy(stakes.penalties)
    for penalty, _ in penalties:
        critic = penalty.build(critic)
    views = tuple(sight(smooth) for sight in stakes.views)
    _refuse_twice([*(view.name for view in views), *(penalty.name for penalty, _ in penalties)])
    return Duel(name, distance, critic, real, fake, smooth, penalties, views, weight, key=key)


def _refuse_company(distance: str, stakes: Stakes, critic: nn.Module | None) -> None:
    """A direct distance reads samples: whatever acts on a critic has nothing to act on."""
    names = ["a critic"] if critic is not None else []
    names += ["views"] if stakes.views else []
    if names:
        raise Incompatible(
            f"distance {distance!r} reads the samples themselves and has no critic: "
            f"{' and '.join(names)} cannot go with it"
        )


def _refuse_twice(names: list[str]) -> None:
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise Incompatible(f"a duel has each penalty and view once, got {twice[0]!r} twice")


def parts(*names: str) -> Pick:
    """Picks those names from the scene."""
    return Pick(names)


def latents(noise: Noise, n: int, rng: torch.Generator, module: nn.Module) -> Tensor:
    """Latents (n, size) of the dtype and on the device of the module's parameters."""
    return noise.draw(n, rng).to(anchor(module))


def anchor(module: nn.Module) -> Tensor:
    """A tensor with the module's dtype and device."""
    return next(module.parameters(), torch.empty(0))


def rows(given: Tensor, n: int) -> Tensor:
    """`given` with n rows; a single row is repeated."""
    if len(given) not in (1, n):
        raise Incompatible(f"given must have 1 row or {n}, one for each sample, got {len(given)}")
    return given.expand(n, *given.shape[1:])
