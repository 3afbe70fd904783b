"""Drawing and its inverse, learned in one duel over pairs."""

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
from saddle.games.seats import Stakes, latents, make_duel, parts
from saddle.games.streams import Purpose, Streams
from saddle.networks import CRITICS, ENCODERS, GENERATORS
from saddle.reference import Reference
from saddle.references import BIGAN


class BiGan(Game):
    """The critic judges a sample together with its code; G and E stand on opposite sides.

        real (x, E(x)), x ~ p        fake (G(z), z), z ~ noise

    Where the two joint laws are one, E inverts G. The generator's loss reads both sides, because
    E's gradient comes through the real one.

    References:
        Donahue, Krähenbühl, Darrell (2017), Adversarial feature learning, Sec. 3 and Theorem 2.
        Dumoulin et al. (2017), Adversarially learned inference.
    """

    needs: ClassVar[frozenset[str]] = frozenset({"x"})
    can: ClassVar[frozenset[str]] = frozenset({"sample", "encode", "reconstruct"})
    networks: ClassVar[Mapping[str, Catalogue[Any]]] = {
        "generator": GENERATORS,
        "encoder": ENCODERS,
        "critic": CRITICS,
    }
    rowwise: ClassVar[bool] = True
    reference: ClassVar[Reference] = BIGAN

    @classmethod
    def make(cls, bench: Bench) -> BiGan:
        """G from noise to x, E the other way, and a critic of both."""
        bench.weight()
        d, k = bench.shape("x"), bench.noise.size
        return cls(
            generator=bench.generator("generator", (k,), d),
            encoder=bench.encoder("encoder", (d,), k),
            critic=bench.critic("critic", d, k),
            noise=bench.noise,
            stakes=bench.stakes,
        )

    def __init__(
        self,
        *,
        generator: nn.Module,
        encoder: nn.Module,
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
            real=parts("x", "encoded"),
            fake=parts("fake", "z"),
            smooth=(*stakes.smooth_at("x"), True),
        )
        self.seat({"generator": generator, "encoder": encoder}, [duel])

    def stage(self, batch: Batch, streams: Streams) -> Scene:
        """G(z) and E(x)."""
        x, G, E = batch["x"], self.generators["generator"], self.generators["encoder"]
        z = latents(self.noise, len(x), streams[Purpose.NOISE], G)
        return {"x": x, "encoded": E(x), "z": z, "fake": G(z)}

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
            raise Incompatible("game 'bigan' takes nothing given: 'conditional' does")
        G = (generators or self.generators)["generator"]
        return {"x": G(latents(self.noise, n, rng, G))}

    @torch.no_grad()
    def encode(self, x: Tensor, *, generators: nn.ModuleDict | None = None) -> Tensor:
        """E(x), (n, size of z)."""
        E = (generators or self.generators)["encoder"]
        code: Tensor = E(x)
        return code

    @torch.no_grad()
    def reconstruct(self, x: Tensor, *, generators: nn.ModuleDict | None = None) -> Tensor:
        """G(E(x)), of the shape of x."""
        G = (generators or self.generators)["generator"]
        again: Tensor = G(self.encode(x, generators=generators))
        return again
