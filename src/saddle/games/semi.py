"""A critic that also sorts real rows into classes, most of which nobody told it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from saddle.catalogue import Catalogue
from saddle.errors import Incompatible
from saddle.games import readings
from saddle.games.base import Batch, Game
from saddle.games.bench import Bench
from saddle.games.duel import Scene
from saddle.games.noise import Noise
from saddle.games.readings import CLASS, FEATURES, matching, probed, with_readings
from saddle.games.seats import Stakes, latents, make_duel, parts
from saddle.games.streams import Purpose, Streams
from saddle.networks import CRITICS, GENERATORS
from saddle.networks.heads import Sorting
from saddle.reference import Reference
from saddle.references import IMPROVED


class SemiSupervised(Game):
    """The critic sorts rows into K classes and a class of fakes; few labels are enough.

        real (x), x ~ p        fake (G(z)), z ~ noise        labelled -E log C(c|x)

    With K logits l(x), and 0 for the class of fakes, v = log sum_k e^l_k is the score: D is the
    probability of all K classes together, Z / (Z + 1). Every real row teaches v, and those whose
    class is known teach the softmax of l. G does not read c.

    A row whose class is unknown is one of zeros (labels `?`).

    Args of `__init__` beside those of `Gan`:
        labelled: weight of the class of the labelled rows.
        features: weight of the gap between mean features, which the generator closes.

    References:
        Salimans et al. (2016), Improved techniques for training GANs, Sec. 5.
    """

    needs: ClassVar[frozenset[str]] = frozenset({"x", "given"})
    can: ClassVar[frozenset[str]] = frozenset({"sample", "classify"})
    networks: ClassVar[Mapping[str, Catalogue[Any]]] = {"generator": GENERATORS, "critic": CRITICS}
    rowwise: ClassVar[bool] = True
    judges: ClassVar[bool] = True
    reference: ClassVar[Reference] = IMPROVED

    @classmethod
    def make(cls, bench: Bench) -> SemiSupervised:
        """G from noise to x, and a critic of x under a linear map of its features to classes."""
        weights = bench.weight(labelled=1.0, features=0.0)
        d, (k,) = bench.shape("x"), bench.shape("given")
        critic = bench.critic("critic", d)
        if critic is not None:
            phi = probed(critic, bench.stakes, d).get(FEATURES)
            if phi is None:
                raise Incompatible(
                    "game 'semi-supervised' sorts by the critic's features, and this critic gives "
                    "its score alone: return saddle.networks.Scores with features, or take a row "
                    "of `saddle list critics`"
                )
            critic = Sorting(critic, bench.linear("critic.classes", phi.shape[1], k))
        return cls(
            generator=bench.generator("generator", (bench.noise.size,), d),
            critic=critic,
            noise=bench.noise,
            stakes=bench.stakes,
            labelled=weights["labelled"],
            features=weights["features"],
        )

    def __init__(
        self,
        *,
        generator: nn.Module,
        noise: Noise,
        stakes: Stakes,
        critic: nn.Module | None = None,
        labelled: float = 1.0,
        features: float = 0.0,
    ) -> None:
        super().__init__()
        _refuse(stakes, critic, labelled)
        self.noise = noise
        duel = make_duel(
            "duel",
            stakes,
            critic=critic,
            real=parts("x", "c"),
            fake=parts("fake", "c"),
            smooth=stakes.smooth_at("x", "given"),
        )
        read = with_readings(duel, readings.labelled(labelled), matching(features))
        self.seat({"generator": generator}, [read])

    def stage(self, batch: Batch, streams: Streams) -> Scene:
        """G(z), as many rows as real ones."""
        x, G = batch["x"], self.generators["generator"]
        z = latents(self.noise, len(x), streams[Purpose.NOISE], G)
        return {"x": x, "c": batch["given"], "z": z, "fake": G(z)}

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
            raise Incompatible(
                "game 'semi-supervised' draws x alone, whatever its class: 'conditional' draws "
                "what is given"
            )
        G = (generators or self.generators)["generator"]
        return {"x": G(latents(self.noise, n, rng, G))}

    @torch.no_grad()
    def classify(self, x: Tensor) -> Tensor:
        """C(c|x), the probability of each class among the K, (n, K)."""
        logits: Tensor = self.critics["duel"](x).heads[CLASS]
        return logits.softmax(1)


def _refuse(stakes: Stakes, critic: nn.Module | None, weight: float) -> None:
    """Nothing to sort with, nothing to sort into, nothing that teaches the sorting."""
    if critic is None:
        raise Incompatible(
            f"distance {stakes.distance.name!r} has no critic, and in game 'semi-supervised' it "
            "is the critic that sorts: choose a learned distance"
        )
    if "given" in stakes.smooth:
        raise Incompatible(
            "game 'semi-supervised' sorts rows into classes, and what is given here is numbers, "
            "not one of finitely many labels: 'conditional' reads numbers"
        )
    if weight == 0:
        raise Incompatible(
            "weights.labelled is 0, and nothing would tell the classes apart: game 'gan' plays "
            "without labels"
        )
