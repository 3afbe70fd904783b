"""The game of two: a generator draws, a critic tells."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from saddle.catalogue import Catalogue
from saddle.errors import Incompatible
from saddle.games.base import Batch, Game
from saddle.games.bench import Bench
from saddle.games.duel import Scene
from saddle.games.noise import Noise
from saddle.games.readings import matching, with_readings
from saddle.games.seats import Stakes, latents, make_duel, parts
from saddle.games.streams import Purpose, Streams
from saddle.networks import CRITICS, GENERATORS
from saddle.reference import Reference
from saddle.references import GAN


class Gan(Game):
    """G maps noise to samples, and the critic compares them with real ones.

        real (x), x ~ p        fake (G(z)), z ~ noise

    Args of `__init__`:
        generator: G.
        noise: the law of z.
        stakes: distance, penalties and views.
        critic: none under a direct distance.
        features: weight of the gap between the mean features of both sides, which the generator
            closes; the critic must have features.

    References:
        Goodfellow et al. (2014), Generative adversarial nets, Eq. 1.
    """

    needs: ClassVar[frozenset[str]] = frozenset({"x"})
    can: ClassVar[frozenset[str]] = frozenset({"sample"})
    networks: ClassVar[Mapping[str, Catalogue[Any]]] = {"generator": GENERATORS, "critic": CRITICS}
    rowwise: ClassVar[bool] = True
    reference: ClassVar[Reference] = GAN

    @classmethod
    def make(cls, bench: Bench) -> Gan:
        """G from noise to x, and a critic of x."""
        d = bench.shape("x")
        return cls(
            generator=bench.generator("generator", (bench.noise.size,), d),
            critic=bench.critic("critic", d),
            noise=bench.noise,
            stakes=bench.stakes,
            features=bench.weight(features=0.0)["features"],
        )

    def __init__(
        self,
        *,
        generator: nn.Module,
        noise: Noise,
        stakes: Stakes,
        critic: nn.Module | None = None,
        features: float = 0.0,
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
        self.seat({"generator": generator}, [with_readings(duel, matching(features))])

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
