"""An autoencoder whose codes follow the law of the noise."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from saddle.catalogue import Catalogue
from saddle.errors import Incompatible
from saddle.games.base import Batch, Game, Tether
from saddle.games.bench import Bench
from saddle.games.duel import Scene
from saddle.games.noise import Noise
from saddle.games.seats import Stakes, latents, make_duel, parts
from saddle.games.streams import Purpose, Streams
from saddle.games.tethers import squared_gap, tied
from saddle.networks import CRITICS, ENCODERS, GENERATORS
from saddle.reference import Reference
from saddle.references import AAE


class Autoencoder(Game):
    """G draws a row again from its code, and the critic compares the codes with noise.

        real (z), z ~ noise        fake (E(x)), x ~ p        reconstruction E |x - G(E(x))|^2 / d

    E and G share the reconstruction; the duel moves E alone. Where the codes have the law of the
    noise and G draws every row again, the law of G(z) is that of x.

    Args of `__init__`:
        generator: G.
        encoder: E.
        noise: the law of z.
        stakes: distance, penalties and views of the duel, which is over codes.
        critic: of codes (n, size of z); none under a direct distance.
        reconstruction: weight of the reconstruction.

    References:
        Makhzani et al. (2016), Adversarial autoencoders, Sec. 2.
    """

    needs: ClassVar[frozenset[str]] = frozenset({"x"})
    can: ClassVar[frozenset[str]] = frozenset({"sample", "encode", "reconstruct"})
    networks: ClassVar[Mapping[str, Catalogue[Any]]] = {
        "generator": GENERATORS,
        "encoder": ENCODERS,
        "critic": CRITICS,
    }
    rowwise: ClassVar[bool] = True
    shows: ClassVar[bool] = False
    reference: ClassVar[Reference] = AAE

    @classmethod
    def make(cls, bench: Bench) -> Autoencoder:
        """E from x to codes, G back, and a critic of codes."""
        d, k = bench.shape("x"), bench.noise.size
        return cls(
            generator=bench.generator("generator", (k,), d),
            encoder=bench.encoder("encoder", (d,), k),
            critic=bench.critic("critic", k),
            noise=bench.noise,
            stakes=bench.stakes,
            reconstruction=bench.weight(reconstruction=10.0)["reconstruction"],
        )

    def __init__(
        self,
        *,
        generator: nn.Module,
        encoder: nn.Module,
        noise: Noise,
        stakes: Stakes,
        critic: nn.Module | None = None,
        reconstruction: float = 10.0,
    ) -> None:
        super().__init__()
        if reconstruction == 0:
            raise Incompatible(
                "game 'aae' has nothing but weights.reconstruction to teach G: it must be above 0"
            )
        self.noise = noise
        duel = make_duel(
            "duel", stakes, critic=critic, real=parts("z"), fake=parts("encoded"), smooth=(True,)
        )
        tether = Tether("reconstruction", reconstruction, _reconstruction)
        self.seat({"generator": generator, "encoder": encoder}, [duel], tied(tether))

    def stage(self, batch: Batch, streams: Streams) -> Scene:
        """E(x), G(E(x)), and as many draws of z."""
        x, G, E = batch["x"], self.generators["generator"], self.generators["encoder"]
        z = latents(self.noise, len(x), streams[Purpose.NOISE], G)
        code = E(x)
        return {"x": x, "z": z, "encoded": code, "again": G(code)}

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
            raise Incompatible("game 'aae' takes nothing given: 'conditional' does")
        G = (generators or self.generators)["generator"]
        return {"x": G(latents(self.noise, n, rng, G))}

    @torch.no_grad()
    def encode(self, x: Tensor, *, generators: nn.ModuleDict | None = None) -> Tensor:
        """E(x), (n, size of z)."""
        code: Tensor = (generators or self.generators)["encoder"](x)
        return code

    @torch.no_grad()
    def reconstruct(self, x: Tensor, *, generators: nn.ModuleDict | None = None) -> Tensor:
        """G(E(x)), of the shape of x."""
        G = (generators or self.generators)["generator"]
        again: Tensor = G(self.encode(x, generators=generators))
        return again


def _reconstruction(scene: Scene) -> Tensor:
    return squared_gap(scene["x"], scene["again"])
