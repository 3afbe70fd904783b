"""Samples by seeds: a latent for each, the way from one to the next, latents nearer to the middle.

The latent of a seed is drawn from that seed alone, and apart from what is given, so that a seed
means the same sample in every call, and the same latent under every label.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

from saddle.errors import Incompatible, bad
from saddle.games.base import Batch, Game
from saddle.games.noise import Held, Noise
from saddle.games.streams import Aside, Purpose, Streams
from saddle.training.foreign import lent

if TYPE_CHECKING:
    from saddle.evaluate.trained import Trained

LATENT, GIVEN = 0, 1
"""What is drawn of a seed, each from a stream of its own."""


def noise_of(trained: Trained, what: str) -> Noise:
    """The noise that a game draws from; refused where it draws from none."""
    trained.must("sample")
    found = vars(trained.game).get("noise")
    if not isinstance(found, Noise):
        raise Incompatible(
            f"{what} needs a game that draws from noise; game {trained.recipe.game!r} carries "
            "rows of one domain to the other and draws none"
        )
    return found


@contextmanager
def drawing_from(game: Game, noise: Noise) -> Iterator[None]:
    """The game draws from another noise inside."""
    before, game.noise = game.noise, noise
    try:
        yield
    finally:
        game.noise = before


@contextmanager
def truncated(trained: Trained, psi: float) -> Iterator[None]:
    """What is drawn inside is multiplied by psi: nearer to the middle, less varied."""
    if psi == 1:
        yield
        return
    if not isinstance(psi, float | int) or not 0 < psi <= 1:
        raise bad("truncation", psi, "a number above 0 and up to 1, where 1 changes nothing")
    noise = noise_of(trained, "truncation")
    with drawing_from(trained.game, replace(noise, scale=float(psi))):
        yield


def checked(seeds: Sequence[int], least: int = 1) -> list[int]:
    """Whole numbers of at least 0, so many at least."""
    held = list(seeds)
    whole = all(isinstance(it, int | np.integer) and it >= 0 for it in held)
    if len(held) < least or not whole:
        raise bad("seeds", held[:20], f"{least} or more whole numbers of at least 0")
    return [int(it) for it in held]


def latents_of(trained: Trained, seeds: Sequence[int], psi: float = 1.0) -> Tensor:
    """A latent for each seed, (n, size)."""
    noise_of(trained, "a latent of its own for each seed")
    with truncated(trained, psi):
        noise = trained.game.noise
    drawn = [noise.draw(1, Streams(it).at(LATENT, Aside.SEED)[Purpose.NOISE]) for it in seeds]
    return torch.cat(drawn)


def drawn_from(
    trained: Trained,
    latents: Tensor,
    seeds: Sequence[int],
    condition: Tensor | None,
    psi: float = 1.0,
) -> Batch:
    """Encoded samples of latents, one at a time: what is beside a sample does not change it.

    Latents are as they are; psi says what they were multiplied by.
    """
    noise, found = noise_of(trained, "a latent of its own"), []
    for i, seed in enumerate(seeds):
        row = Held(noise.size, noise.law, scale=psi, latents=latents[i : i + 1])
        part = None if condition is None else condition[i : i + 1]
        rng = Streams(seed).at(GIVEN, Aside.SEED)[Purpose.NOISE]
        with drawing_from(trained.game, row), torch.no_grad(), lent(seed, 0, Aside.SEED):
            found.append(trained.game.sample(1, part, rng=rng))
    return {key: torch.cat([it[key] for it in found]) for key in found[0]}


def path_of(noise: Noise, nodes: Tensor, frames: int) -> Tensor:
    """Latents on the way over all nodes and back to the first, (frames, size)."""
    n = len(nodes)
    at = [divmod(frame * n / frames, 1) for frame in range(frames)]
    return torch.stack([noise.between(nodes[int(i)], nodes[(int(i) + 1) % n], t) for i, t in at])
