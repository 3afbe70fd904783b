"""The game of two: a generator draws, a critic tells."""

from __future__ import annotations

from typing import ClassVar

import torch
from torch import Tensor, nn

from saddle.errors import Incompatible
from saddle.games import references as cite
from saddle.games.base import Batch, Game, Noise
from saddle.games.duel import Scene
from saddle.games.seats import Stakes, latents, make_duel, parts
from saddle.games.streams import Purpose, Streams
from saddle.reference import Reference


class Gan(Game):
    """G maps noise to samples, and the critic compares them with real ones.

        real (x), x ~ p        fake (G(z)), z ~ noise

    References:
        Goodfellow et al. (2014), Generative adversarial nets, Eq. 1.
    """

    needs: ClassVar[frozenset[str]] = frozenset({"x"})
    can: ClassVar[frozenset[str]] = frozenset({"sample"})
    reference: ClassVar[Reference] = cite.GAN

    def __init__(
        self,
        *,
        generator: nn.Module,
        noise: Noise,
        stakes: Stakes,
        critic: nn.Module | None = None,
    ) -> None:
        super().__init__()
        self.noise = noise
        duel = make_duel(
            "duel",
            stakes,
            critic=critic,
            real=parts("x"),
            fake=parts("fake"),
            smooth=stakes.smooth_at("x"),
        )
        self.seat({"generator": generator}, [duel])

    def stage(self, batch: Batch, streams: Streams) -> Scene:
        """G(z), as many rows as real ones."""
        x, G = batch["x"], self.generators["generator"]
        z = latents(self.noise, len(x), streams[Purpose.NOISE], G)
        return {"x": x, "z": z, "fake": G(z)}

    @torch.no_grad()
    def sample(
        self,
        n: int,
        given: Tensor | None = None,
        *,
        rng: torch.Generator,
        generators: nn.ModuleDict | None = None,
    ) -> Batch:
        """X = G(z)."""
        if given is not None:
            raise Incompatible("game 'gan' takes nothing given: 'conditional' does")
        G = (generators or self.generators)["generator"]
        return {"x": G(latents(self.noise, n, rng, G))}
