"""A critic that also sorts real rows into classes, most of which nobody told it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, cast

import torch
from torch import Tensor, nn

from saddle.catalogue import Catalogue
from saddle.errors import Incompatible
from saddle.games import readings
from saddle.games.base import Batch, Game, Player
from saddle.games.bench import Bench
from saddle.games.duel import Duel, Scene, Terms
from saddle.games.kept import Kept
from saddle.games.noise import Noise
from saddle.games.readings import CLASS, FEATURES, matching, probed, with_readings
from saddle.games.seats import Stakes, latents, make_duel, parts
from saddle.games.streams import Purpose, Streams
from saddle.games.tethers import surprise
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

    A row whose class is unknown is one of zeros (labels `?`). Where most are, a batch would hold
    hardly one that is known: those are kept, and each turn of the critic is shown some of them,
    half as many as the batch has rows, through the duel's views. They teach the class alone.

    Args of `__init__` beside those of `Gan`:
        labelled: weight of the class of the labelled rows.
        features: weight of the gap between mean features, which the generator closes.

    References:
        Salimans et al. (2016), Improved techniques for training GANs, Sec. 5.
    """

    needs: ClassVar[frozenset[str]] = frozenset({"x", "given"})
    can: ClassVar[frozenset[str]] = frozenset({"sample", "classify"})
    networks: ClassVar[Mapping[str, Catalogue[Any]]] = {"generator": GENERATORS, "critic": CRITICS}
    recalls: ClassVar[int] = 100_000
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
        self.noise, self.labelled = noise, labelled
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
        self.keeps["known"] = Kept()

    @property
    def known(self) -> Kept:
        """The rows whose class is known, `x` and `given`, where they are few."""
        return cast(Kept, self.keeps["known"])

    def remember(self, batch: Batch) -> None:
        """Keep the rows whose class is known, where they are few of those that come."""
        known = batch["given"].any(1)
        if not known.any() or known.float().mean() > MANY:
            return
        for key in ("x", "given"):
            rows, held = batch[key][known], self.known.get(key)
            self.known.keep(key, rows.clone() if held is None else torch.cat([held, rows]))

    def terms(self, player: Player, scene: Scene, streams: Streams) -> Terms:
        """The duel's, and the class of rows that are known."""
        found = super().terms(player, scene, streams)
        x, c = self.known.get("x"), self.known.get("given")
        if player is not Player.CRITIC or x is None or c is None:
            return found
        (duel,), many = self.duels, (len(scene["x"]) + 1) // 2
        rng = streams[Purpose.DATA]
        rows = torch.randint(len(x), (many,), generator=rng, device=rng.device).to(x.device)
        seen = cast(Duel, duel).viewed((x[rows], c[rows]), "real", streams)
        logits = self.critics["duel"](*seen).heads[CLASS]
        return {**found, "labelled": self.labelled * surprise(logits, c[rows])}

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


MANY = 0.05
"""Share of rows whose class is known from which a batch's own are enough.

It bounds, too, what a checkpoint carries: 5,000 of the 100,000 rows that are shown, at most.
"""


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
