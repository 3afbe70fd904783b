"""Two domains without pairs: there and back again must end where it began."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar, cast

import torch
from torch import Tensor, nn

from saddle.catalogue import Catalogue
from saddle.distances.base import Direct
from saddle.errors import Incompatible, bad
from saddle.games import tethers
from saddle.games.augment import VIEWS
from saddle.games.base import Batch, Game, Tether
from saddle.games.bench import Bench
from saddle.games.duel import Scene
from saddle.games.kept import Law
from saddle.games.seats import Stakes, make_duel, parts
from saddle.games.streams import Streams
from saddle.networks import CRITICS, GENERATORS
from saddle.reference import Reference
from saddle.references import CYCLE


class Cycle(Game):
    """G maps domain a to b and F maps b to a; each image is judged in its new domain.

        duel b: real (b), fake (G(a))        duel a: real (a), fake (F(b))
        cycle    E |F(G(a)) - a| + E |G(F(b)) - b|
        identity E |G(b) - b| + E |F(a) - a|

    The critics also meet past fakes (`Pool`). Where a domain has a symmetry, many pairs (G, F)
    reach zero loss: nothing in the data says which is meant.

    Args of `__init__`:
        a_to_b: G.
        b_to_a: F.
        stakes: distance, penalties and views of both duels.
        critics: the critics of domains `a` and `b`; none under a direct distance.
        cycle: weight of the cycle.
        identity: weight of the identity, for domains that differ in style alone (published: 5,
            for paintings). It holds points where they are: between two rings of modes, one
            turned, a weight of 5 leaves none translated. Needs two equal spaces.
        pool: batches of past fakes that each critic keeps; 0 for none. A `replay` among the views
            takes its place.

    References:
        Zhu et al. (2017), CycleGAN, Eq. 3.
    """

    needs: ClassVar[frozenset[str]] = frozenset({"a", "b"})
    can: ClassVar[frozenset[str]] = frozenset({"sample", "translate"})
    networks: ClassVar[Mapping[str, Catalogue[Any]]] = {"generator": GENERATORS, "critic": CRITICS}
    reference: ClassVar[Reference] = CYCLE

    @classmethod
    def make(cls, bench: Bench) -> Cycle:
        """G from a to b, F from b to a, and a critic of each domain."""
        a, b = bench.shape("a"), bench.shape("b")
        weights = bench.weight(cycle=10.0, identity=0.0, pool=50)
        if weights["identity"] and a != b:
            raise Incompatible(
                "weights.identity asks that a is left alone by b's generator, but a row of a has "
                f"{a} numbers and one of b {b}: set it to 0"
            )
        return cls(
            a_to_b=bench.generator("generator.a_to_b", (a,), b),
            b_to_a=bench.generator("generator.b_to_a", (b,), a),
            critics=bench.critics("a", "b"),
            stakes=bench.stakes,
            cycle=weights["cycle"],
            identity=weights["identity"],
            pool=weights["pool"],
        )

    def __init__(
        self,
        *,
        a_to_b: nn.Module,
        b_to_a: nn.Module,
        stakes: Stakes,
        critics: Mapping[str, nn.Module] | None = None,
        cycle: float = 10.0,
        identity: float = 0.0,
        pool: float = 50,
    ) -> None:
        super().__init__()
        if pool < 0 or pool != int(pool):
            raise bad("pool", pool, "a whole number of at least 0")
        replays = any(sight.replays for sight in stakes.views)
        if pool and not replays and not isinstance(stakes.distance, Direct):
            stakes = replace(stakes, views=(VIEWS[f"replay:{pool:.0f}"], *stakes.views))
        duels = [
            make_duel(
                key,
                stakes,
                critic=(critics or {}).get(key),
                real=parts(key),
                fake=parts(f"fake {key}"),
                smooth=stakes.smooth_at(key),
            )
            for key in ("b", "a")
        ]
        ties = tethers.tied(
            Tether("cycle", cycle, self._cycle), Tether("identity", identity, self._identity)
        )
        self.seat({"a_to_b": a_to_b, "b_to_a": b_to_a}, duels, ties)
        self.keeps["law"] = Law()

    @property
    def law(self) -> Law:
        """What is remembered of a and b."""
        return cast(Law, self.keeps["law"])

    def _cycle(self, scene: Scene) -> Tensor:
        G, F = self.generators["a_to_b"], self.generators["b_to_a"]
        return tethers.cycle(scene["a"], F(scene["fake b"]), scene["b"], G(scene["fake a"]))

    def _identity(self, scene: Scene) -> Tensor:
        a, b = scene["a"], scene["b"]
        if a.shape[1:] != b.shape[1:]:
            raise Incompatible(
                f"identity needs two equal spaces, got {tuple(a.shape[1:])} and "
                f"{tuple(b.shape[1:])}: set identity to 0"
            )
        return tethers.identity(a, self.generators["b_to_a"](a), b, self.generators["a_to_b"](b))

    def remember(self, batch: Batch) -> None:
        """Keep the laws of a and b, which samples are translated from."""
        self.law.remember(batch, "a", "b")

    def stage(self, batch: Batch, streams: Streams) -> Scene:
        """G(a) and F(b)."""
        a, b = batch["a"], batch["b"]
        fake_b, fake_a = self.generators["a_to_b"](a), self.generators["b_to_a"](b)
        return {"a": a, "b": b, "fake b": fake_b, "fake a": fake_a}

    @torch.no_grad()
    def sample(
        self,
        n: int,
        given: Tensor | None = None,
        *,
        rng: torch.Generator,
        generators: nn.ModuleDict | None = None,
    ) -> Batch:
        """B = G(a) and a = F(b) for draws of each domain's own law."""
        if given is not None:
            raise Incompatible("game 'cycle' draws its own rows: `translate` maps rows you have")
        a, b = self.law.draw("a", n, rng), self.law.draw("b", n, rng)
        return {
            "a": self.translate(b, back=True, generators=generators),
            "b": self.translate(a, generators=generators),
        }

    @torch.no_grad()
    def translate(
        self, x: Tensor, *, back: bool = False, generators: nn.ModuleDict | None = None
    ) -> Tensor:
        """G(x), or F(x) where `back` says that x is of domain b."""
        nets = generators or self.generators
        y: Tensor = nets["b_to_a" if back else "a_to_b"](x)
        return y
