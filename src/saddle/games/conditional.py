"""Drawing what is asked for: both players see the condition."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, cast

import torch
from torch import Tensor, nn

from saddle.catalogue import Catalogue
from saddle.distances import ScoreMeaning
from saddle.games import readings
from saddle.games.base import Batch, Game, Tether
from saddle.games.bench import Bench
from saddle.games.duel import Duel, Scene
from saddle.games.kept import Law
from saddle.games.noise import Noise
from saddle.games.readings import check_class, probed, with_readings
from saddle.games.seats import Stakes, anchor, latents, make_duel, parts, rows
from saddle.games.streams import Purpose, Streams
from saddle.games.tethers import reconstruction, tied
from saddle.networks import CRITICS, GENERATORS
from saddle.reference import Reference
from saddle.references import CONDITIONAL


class Conditional(Game):
    """G draws x for a condition c; the critic judges x and c together.

        real (x, c) ~ p        fake (G(z, c), c)

    The fake conditions are the batch's own. Both sides then have the same law of c, so that
    v(x, c) estimates log p(x|c) / q(x|c); under another law it would learn log p(c) / q(c) too.

    Args of `__init__` beside those of `Gan`:
        reconstruction: weight of the gap between x and G(z, c), where the source is aligned.
        auxiliary: weight of the class that the critic tells of real and fake rows (AC-GAN). Such
            a critic (`auxiliary-mlp`) scores x alone, and the class of a fake is asked of the
            generator by this term alone.

    References:
        Mirza, Osindero (2014), Conditional generative adversarial nets, Eq. 2.
        Isola et al. (2017), Image-to-image translation (pix2pix), Eq. 4.
        Odena, Olah, Shlens (2017), Conditional image synthesis with auxiliary classifiers, Eq. 3.
    """

    needs: ClassVar[frozenset[str]] = frozenset({"x", "given"})
    can: ClassVar[frozenset[str]] = frozenset({"sample"})
    networks: ClassVar[Mapping[str, Catalogue[Any]]] = {"generator": GENERATORS, "critic": CRITICS}
    rowwise: ClassVar[bool] = True
    takes_given: ClassVar[bool] = True
    reference: ClassVar[Reference] = CONDITIONAL

    @classmethod
    def make(cls, bench: Bench) -> Conditional:
        """G from noise and c to x, and a critic of both."""
        d, c = bench.shape("x"), bench.shape("given")
        weights = bench.weight(reconstruction=0.0, auxiliary=0.0)
        critic = bench.critic("critic", d, c)
        if critic is not None:
            check_class(probed(critic, bench.stakes, d, c), weights["auxiliary"], bench.stakes)
        return cls(
            generator=bench.generator("generator", (bench.noise.size, c), d),
            critic=critic,
            noise=bench.noise,
            stakes=bench.stakes,
            reconstruction=weights["reconstruction"],
            auxiliary=weights["auxiliary"],
        )

    def __init__(
        self,
        *,
        generator: nn.Module,
        noise: Noise,
        stakes: Stakes,
        critic: nn.Module | None = None,
        reconstruction: float = 0.0,
        auxiliary: float = 0.0,
    ) -> None:
        super().__init__()
        self.noise = noise
        duel = make_duel(
            "duel",
            stakes,
            critic=critic,
            real=parts("x", "c"),
            fake=parts("fake", "of"),
            smooth=stakes.smooth_at("x", "given"),
        )
        score = duel.distance.score if isinstance(duel, Duel) else None
        self.shift = int(score is ScoreMeaning.LOG_RATIO_UP_TO_CONSTANT)
        tether = Tether("reconstruction", reconstruction, self._reconstruction)
        told = with_readings(duel, readings.auxiliary(auxiliary))
        self.seat({"generator": generator}, [told], tied(tether))
        self.keeps["law"] = Law()

    @property
    def law(self) -> Law:
        """What is remembered of `given`."""
        return cast(Law, self.keeps["law"])

    def _turned(self, rows: Tensor) -> Tensor:
        """Rows as the fake side has them: each in the place of the next where scores are paired.

        Beside its own condition a pair would leave any h(c) free, v(x, c) + h(c) - (v(G(z, c), c)
        + h(c)), and what is the log ratio up to a constant would be it up to a function of c.
        """
        apart = rows.reshape(self.groups, -1, *rows.shape[1:])
        return apart.roll(self.shift, dims=1).flatten(0, 1)

    def _reconstruction(self, scene: Scene) -> Tensor:
        return reconstruction(self._turned(scene["x"]), scene["fake"])

    def remember(self, batch: Batch) -> None:
        """Keep the law of `given`, which samples are drawn for where none is asked."""
        self.law.remember(batch, "given")

    def stage(self, batch: Batch, streams: Streams) -> Scene:
        """G(z, c) for the batch's own c."""
        x, c, G = batch["x"], batch["given"], self.generators["generator"]
        of = self._turned(c)
        z = latents(self.noise, len(x), streams[Purpose.NOISE], G)
        return {"x": x, "c": c, "of": of, "z": z, "fake": G(z, of)}

    @torch.no_grad()
    def sample(
        self,
        n: int,
        given: Tensor | None = None,
        *,
        rng: torch.Generator,
        generators: nn.ModuleDict | None = None,
    ) -> Batch:
        """X = G(z, c) for the rows given, for one row n times, or for draws of c's own law."""
        G = (generators or self.generators)["generator"]
        c = self.law.draw("given", n, rng) if given is None else rows(given, n)
        c = c.to(anchor(G).device)
        return {"x": G(latents(self.noise, n, rng, G), c), "given": c}
