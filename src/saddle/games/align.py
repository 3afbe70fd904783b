"""Two domains, one latent space: two flows whose cycle is exact by construction."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, ClassVar, Protocol, cast, runtime_checkable

import torch
from torch import Tensor, nn

from saddle.catalogue import Catalogue
from saddle.errors import BadValue, Incompatible, bad
from saddle.games.base import Batch, Game, Tether
from saddle.games.bench import Bench
from saddle.games.duel import Scene
from saddle.games.noise import Noise
from saddle.games.seats import Stakes, latents, make_duel, parts
from saddle.games.streams import Streams
from saddle.games.tethers import likelihood as nats
from saddle.games.tethers import tied
from saddle.networks import CRITICS, FLOWS
from saddle.reference import Reference
from saddle.references import ALIGN


@runtime_checkable
class Invertible(Protocol):
    """What `Align` asks of a flow: x = T(z), exactly invertible, z ~ N(0, I).

    Attributes:
        size: dimension d of z and of x.
    """

    size: int

    def __call__(self, z: Tensor) -> Tensor:
        """T(z), (n, d)."""
        ...

    def inverse(self, x: Tensor) -> Tensor:
        """T^-1(x), (n, d)."""
        ...

    def log_prob(self, x: Tensor) -> Tensor:
        """Exact log density of T(z) at x, (n,)."""
        ...


class Align(Game):
    """Flows a = T_a(z) and b = T_b(z) share z ~ N(0, I): G = T_b after T_a^-1, F = G^-1.

        duel b: real (b), fake (T_b(T_a^-1 a))        duel a: real (a), fake (T_a(T_b^-1 b))
        likelihood.a  -E log p_a(a)                   likelihood.b  -E log p_b(b)

    F(G(a)) = a whatever the weights, so no cycle term is needed. The two weights lead from pure
    likelihood (`adversarial` 0: no critics) to pure duels (`likelihood` 0).

    Args of `__init__`:
        flow_a: T_a.
        flow_b: T_b, of the same dimension.
        stakes: distance, penalties and views of both duels.
        critics: the critics of domains `a` and `b`; none under a direct distance.
        likelihood: weight of each domain's likelihood.
        adversarial: weight of each duel.

    References:
        Grover et al. (2020), AlignFlow, Sec. 3.
    """

    needs: ClassVar[frozenset[str]] = frozenset({"a", "b"})
    can: ClassVar[frozenset[str]] = frozenset({"sample", "translate", "encode", "log_prob"})
    networks: ClassVar[Mapping[str, Catalogue[Any]]] = {"generator": FLOWS, "critic": CRITICS}
    reference: ClassVar[Reference] = ALIGN

    @classmethod
    def make(cls, bench: Bench) -> Align:
        """A flow for each domain, and a critic of each where they duel."""
        weights = bench.weight(likelihood=1.0, adversarial=1.0)
        return cls(
            flow_a=bench.flow("generator.a", bench.shape("a")),
            flow_b=bench.flow("generator.b", bench.shape("b")),
            critics=bench.critics("a", "b") if weights["adversarial"] else None,
            stakes=bench.stakes,
            likelihood=weights["likelihood"],
            adversarial=weights["adversarial"],
        )

    def __init__(
        self,
        *,
        flow_a: nn.Module,
        flow_b: nn.Module,
        stakes: Stakes,
        critics: Mapping[str, nn.Module] | None = None,
        likelihood: float = 1.0,
        adversarial: float = 1.0,
    ) -> None:
        super().__init__()
        if not 0 <= adversarial < float("inf"):
            raise bad("adversarial", adversarial, "a number of at least 0")
        if adversarial == 0 == likelihood:
            raise BadValue("likelihood and adversarial are both 0: there is nothing to learn from")
        self.noise = Noise(_same_size(flow_a, flow_b))
        ties = [
            Tether(f"likelihood.{key}", likelihood, partial(self._likelihood, key))
            for key in ("a", "b")
        ]
        duels = [
            make_duel(
                key,
                stakes,
                critic=(critics or {}).get(key),
                real=parts(key),
                fake=parts(f"fake {key}"),
                smooth=stakes.smooth_at(key),
                weight=adversarial,
            )
            for key in ("b", "a")
            if adversarial
        ]
        self.seat({"a": flow_a, "b": flow_b}, duels, tied(*ties))

    def _likelihood(self, key: str, scene: Scene) -> Tensor:
        return nats(_flow(self.generators, key).log_prob(scene[key]))

    def stage(self, batch: Batch, streams: Streams) -> Scene:
        """Both translations, where a duel asks for them."""
        a, b = batch["a"], batch["b"]
        scene = {"a": a, "b": b}
        if self.duels:
            scene["fake b"] = _carried(self.generators, a, "a", "b")
            scene["fake a"] = _carried(self.generators, b, "b", "a")
        return scene

    @torch.no_grad()
    def sample(
        self,
        n: int,
        given: Tensor | None = None,
        *,
        rng: torch.Generator,
        generators: nn.ModuleDict | None = None,
    ) -> Batch:
        """A = T_a(z) and b = T_b(z), a pair a row."""
        if given is not None:
            raise Incompatible("game 'align' takes nothing given: `translate` maps rows you have")
        flows = generators or self.generators
        z = latents(self.noise, n, rng, flows)
        return {key: _flow(flows, key)(z) for key in ("a", "b")}

    @torch.no_grad()
    def translate(
        self, x: Tensor, *, back: bool = False, generators: nn.ModuleDict | None = None
    ) -> Tensor:
        """G(x), or F(x) where `back` says that x is of domain b."""
        here, there = ("b", "a") if back else ("a", "b")
        return _carried(generators or self.generators, x, here, there)

    @torch.no_grad()
    def encode(
        self, x: Tensor, *, back: bool = False, generators: nn.ModuleDict | None = None
    ) -> Tensor:
        """Z of x, (n, d); `back` says that x is of domain b."""
        return _flow(generators or self.generators, "b" if back else "a").inverse(x)

    @torch.no_grad()
    def log_prob(
        self, x: Tensor, *, back: bool = False, generators: nn.ModuleDict | None = None
    ) -> Tensor:
        """Log density of x, (n,); `back` says that x is of domain b."""
        return _flow(generators or self.generators, "b" if back else "a").log_prob(x)


def _flow(flows: nn.ModuleDict, key: str) -> Invertible:
    return cast(Invertible, flows[key])


def _carried(flows: nn.ModuleDict, x: Tensor, here: str, there: str) -> Tensor:
    """From one domain through z to the other."""
    return _flow(flows, there)(_flow(flows, here).inverse(x))


def _same_size(flow_a: nn.Module, flow_b: nn.Module) -> int:
    size_a, size_b = cast(Invertible, flow_a).size, cast(Invertible, flow_b).size
    if size_a != size_b:
        raise Incompatible(
            f"game 'align' needs a and b of equal dimension, got {size_a} and {size_b}"
        )
    return size_a
