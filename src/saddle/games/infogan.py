"""A code beside the noise, which must be found again in what was drawn with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar

import torch
from torch import Tensor, nn
from torch.nn.functional import one_hot

from saddle.catalogue import Catalogue
from saddle.errors import Incompatible, bad
from saddle.games.base import Batch, Game, Tether
from saddle.games.bench import Bench
from saddle.games.duel import Scene
from saddle.games.noise import Noise
from saddle.games.readings import matching, with_readings
from saddle.games.seats import Stakes, latents, make_duel, parts, rows
from saddle.games.streams import Purpose, Streams
from saddle.games.tethers import squared_gap, surprise, tied
from saddle.networks import CRITICS, ENCODERS, GENERATORS
from saddle.reference import Reference
from saddle.references import INFOGAN


@dataclass(frozen=True)
class Codes:
    """The law of the code c: one of k classes, all alike, beside m numbers of the noise's law.

    Attributes:
        classes: k; 0 for none.
        numbers: m.
    """

    classes: int
    numbers: int

    def __post_init__(self) -> None:
        if self.classes == 1 or self.classes < 0:
            raise bad("weights.codes", self.classes, "a whole number of at least 2, or 0")
        if self.numbers < 0 or not self.size:
            raise bad("weights.numbers", self.numbers, "a whole number, at least 1 without codes")

    @property
    def drawn(self) -> int:
        """Coordinates of the noise that a code is read off."""
        return (self.classes > 0) + self.numbers

    @property
    def size(self) -> int:
        """Numbers in an encoded code."""
        return self.classes + self.numbers

    def split(self, code: Tensor) -> tuple[Tensor, Tensor]:
        """The class, one-hot or as logits (n, k), and the numbers (n, m)."""
        return code[:, : self.classes], code[:, self.classes :]

    def of(self, z: Tensor, noise: Noise) -> Tensor:
        """Codes (n, k + m) of coordinates (n, drawn): the class is floor(k F(z_1)).

        A code that is a function of the noise needs no draws of its own, so that games can be
        played as one batch.
        """
        number = (noise.below(z[:, : z.shape[1] - self.numbers]) * self.classes).long()
        return self._joined(number, z[:, z.shape[1] - self.numbers :])

    def told(self, raw: Tensor) -> Tensor:
        """Codes (n, k + m) of what was asked for, (n, drawn): the class's number, then numbers."""
        if raw.dim() != 2 or raw.shape[1] != self.drawn:
            said = "a class and " if self.classes else ""
            raise bad("given", tuple(raw.shape), f"rows of {said}{self.numbers} numbers")
        number = raw[:, : self.drawn - self.numbers]
        if bool((number != number.long()).any() | (number < 0).any()) or bool(
            (number >= self.classes).any()
        ):
            raise bad("given", number.tolist()[0], f"a class of 0 to {self.classes - 1} first")
        return self._joined(number.long(), raw[:, self.drawn - self.numbers :])

    def _joined(self, number: Tensor, numbers: Tensor) -> Tensor:
        """One-hot classes of their numbers (n, 1) or (n, 0), beside numbers."""
        last = max(self.classes - 1, 0)
        shown = [one_hot(part.clamp(max=last), self.classes) for part in number.unbind(1)]
        return torch.cat([*(part.to(numbers) for part in shown), numbers], 1)


class InfoGan(Game):
    """G reads a code c beside z, and Q finds it in what was drawn.

        real (x), x ~ p        fake (G(z, c))        information -E log Q(c | G(z, c))

    The term bounds the mutual information: I(c; G(z, c)) >= H(c) + E log Q(c | G(z, c)) for any Q.
    Q(c|x) is a softmax for the class and N(mu(x), 1) for each number. Both G and Q minimise the
    term, so Q is a network of the generator's player; the published Q is a head on the critic's
    body, whose weights would then belong to both.

    Args of `__init__` beside those of `Gan`:
        recogniser: Q, from x to k logits and m means.
        codes: the law of c.
        class_information: weight of the class's term.
        number_information: weight of the numbers' term.

    References:
        Chen et al. (2016), InfoGAN, Eq. 5 and 6.
    """

    needs: ClassVar[frozenset[str]] = frozenset({"x"})
    can: ClassVar[frozenset[str]] = frozenset({"sample", "encode"})
    networks: ClassVar[Mapping[str, Catalogue[Any]]] = {
        "generator": GENERATORS,
        "encoder": ENCODERS,
        "critic": CRITICS,
    }
    rowwise: ClassVar[bool] = True
    reference: ClassVar[Reference] = INFOGAN

    @classmethod
    def make(cls, bench: Bench) -> InfoGan:
        """G from noise and a code to x, Q from x to a code, and a critic of x."""
        weights = bench.weight(
            codes=10, numbers=0, class_information=1.0, number_information=0.1, features=0.0
        )
        codes = Codes(*(_whole(name, weights.pop(name)) for name in ("codes", "numbers")))
        d = bench.shape("x")
        return cls(
            generator=bench.generator("generator", (bench.noise.size, codes.size), d),
            recogniser=bench.encoder("encoder", (d,), codes.size),
            critic=bench.critic("critic", d),
            noise=bench.noise,
            stakes=bench.stakes,
            codes=codes,
            weights=weights,
        )

    def __init__(
        self,
        *,
        generator: nn.Module,
        recogniser: nn.Module,
        noise: Noise,
        stakes: Stakes,
        codes: Codes,
        critic: nn.Module | None = None,
        weights: Mapping[str, float] | None = None,
    ) -> None:
        super().__init__()
        factor = {"class_information": 1.0, "number_information": 0.1, "features": 0.0}
        factor |= weights or {}
        self.codes, self.latent = codes, noise.size
        self.noise = Noise(noise.size + codes.drawn, noise.law)
        duel = make_duel(
            "duel",
            stakes,
            critic=critic,
            real=parts("x"),
            fake=parts("fake"),
            smooth=stakes.smooth_at("x"),
        )
        named = {
            "class_information": partial(_of_class, codes),
            "number_information": partial(_of_numbers, codes),
        }
        here = {"class_information": codes.classes, "number_information": codes.numbers}
        ties = [Tether(name, factor[name], term) for name, term in named.items() if here[name]]
        networks = {"generator": generator, "recogniser": recogniser}
        self.seat(networks, [with_readings(duel, matching(factor["features"]))], tied(*ties))

    def stage(self, batch: Batch, streams: Streams) -> Scene:
        """G(z, c), and what Q finds in it."""
        x, G, Q = batch["x"], self.generators["generator"], self.generators["recogniser"]
        z, c = self._parted(latents(self.noise, len(x), streams[Purpose.NOISE], G))
        fake = G(z, c)
        return {"x": x, "z": z, "c": c, "fake": fake, "found": Q(fake)}

    def _parted(self, whole: Tensor) -> tuple[Tensor, Tensor]:
        """The noise, and the code that its last coordinates say."""
        return whole[:, : self.latent], self.codes.of(whole[:, self.latent :], self.noise)

    def code(self, raw: Tensor) -> Tensor:
        """The code of what is asked for: rows of a class's number and the numbers after it."""
        return self.codes.told(raw)

    @torch.no_grad()
    def sample(
        self,
        n: int,
        given: Tensor | None = None,
        *,
        rng: torch.Generator,
        generators: nn.ModuleDict | None = None,
    ) -> Batch:
        """X = G(z, c) for codes (n, k + m) or (1, k + m), or for draws of c's own law."""
        G = (generators or self.generators)["generator"]
        z, c = self._parted(latents(self.noise, n, rng, G))
        if given is not None and given.shape[1:] != c.shape[1:]:
            raise Incompatible(f"game 'infogan' takes codes (n, {c.shape[1]}) as given rows")
        return {"x": G(z, c if given is None else rows(given, n).to(c))}

    @torch.no_grad()
    def encode(self, x: Tensor, *, generators: nn.ModuleDict | None = None) -> Tensor:
        """Q(c|x): the probability of each class and the mean of each number, (n, k + m)."""
        logits, means = self.codes.split((generators or self.generators)["recogniser"](x))
        return torch.cat([logits.softmax(1), means], 1)


def _of_class(codes: Codes, scene: Scene) -> Tensor:
    """-E log Q(c|x) of the class, in nats."""
    logits, c = (codes.split(scene[name])[0] for name in ("found", "c"))
    return surprise(logits, c)


def _of_numbers(codes: Codes, scene: Scene) -> Tensor:
    """-E log Q(c|x) of the numbers, Q = N(mu(x), I), but for its constant: E |c - mu(x)|^2 / 2."""
    mu, c = (codes.split(scene[name])[1] for name in ("found", "c"))
    return codes.numbers * squared_gap(mu, c) / 2


def _whole(name: str, value: float) -> int:
    if value != int(value):
        raise bad(f"weights.{name}", value, "a whole number")
    return int(value)
