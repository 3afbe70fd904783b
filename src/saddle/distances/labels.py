"""Cures that change the labels: one-sided smoothing and noisy labels."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

import torch
from torch import Tensor

from saddle.distances.base import Distance, ScoreMeaning
from saddle.errors import Incompatible, bad
from saddle.reference import Reference
from saddle.references import IMPROVED

EDGE = 10.0
"""A ratio that the labels allow no score for is read as e^EDGE or e^-EDGE."""


@runtime_checkable
class Halves(Distance, Protocol):
    """A distance whose critic loss is a mean over real plus a mean over fake scores."""

    def real_loss(self, v: Tensor) -> Tensor:
        """The half that calls these scores real, a scalar."""
        ...

    def fake_loss(self, v: Tensor) -> Tensor:
        """The half that calls these scores fake, a scalar."""
        ...


@dataclass(frozen=True)
class Relabelled:
    """Real samples are called real with probability a, fake ones with probability b.

    The critic's loss is the expected one, so that no label is drawn:

        a L_real(x) + (1 - a) L_fake(x) + (1 - b) L_fake(y) + b L_real(y).

    Its optimum is that of p' = a p + b q against q' = (1 - a) p + (1 - b) q. Where the score was
    log p/q it now lies between log b/(1-b) and log a/(1-a), and p/q is read back from it:

        p/q = ((1 - b) e^v - b) / (a - (1 - a) e^v).

    The generator's loss is the distance's own on the raw scores, as published.

    Attributes:
        distance: any distance with two halves, save one whose score is a potential.
        real: a, above 1/2.
        fake: b, below 1/2.
        label: what its name says.
    """

    distance: Halves
    real: float
    fake: float
    label: str
    reference: Reference = IMPROVED
    separable: bool = field(default=True, init=False)

    def __post_init__(self) -> None:
        if not 0.5 < self.real <= 1:
            raise bad("the share of real samples that are called real", self.real, "in (0.5, 1]")
        if not 0 <= self.fake < 0.5:
            raise bad("the share of fake samples that are called real", self.fake, "in [0, 0.5)")
        reason = next((why for broken, why in REFUSED if broken(self.distance)), None)
        if reason is not None:
            raise Incompatible(
                f"{self.label} labels do not go with {self.distance.name}: {reason}"
            )

    @property
    def name(self) -> str:
        """The distance's name and the cure's."""
        return f"{self.distance.name}+{self.label}"

    @property
    def score(self) -> ScoreMeaning:
        """As the distance says: `log_ratio` takes the labels off again."""
        return self.distance.score

    @property
    def minimises(self) -> str:
        """What the generator minimises, roughly."""
        return f"{self.distance.minimises}, with the ratio tempered by {self.label} labels"

    @property
    def bounded_critic(self) -> bool:
        """As the distance says."""
        return self.distance.bounded_critic

    def real_loss(self, v: Tensor) -> Tensor:
        """A L_real + (1 - a) L_fake at scores of real samples."""
        a = self.real
        return a * self.distance.real_loss(v) + (1 - a) * self.distance.fake_loss(v)

    def fake_loss(self, v: Tensor) -> Tensor:
        """(1 - b) L_fake + b L_real at scores of fake samples."""
        b = self.fake
        return (1 - b) * self.distance.fake_loss(v) + b * self.distance.real_loss(v)

    def critic_loss(self, real: Tensor, fake: Tensor) -> Tensor:
        """The expected loss under the changed labels."""
        return self.real_loss(real) + self.fake_loss(fake)

    def generator_loss(self, real: Tensor, fake: Tensor) -> Tensor:
        """The distance's own."""
        return self.distance.generator_loss(real, fake)

    def estimate(self, real: Tensor, fake: Tensor) -> Tensor:
        """The distance's own, with the labels taken off the scores where that can be done."""
        return self.distance.estimate(self._plain(real), self._plain(fake))

    def log_ratio(self, v: Tensor, fake: Tensor | None = None) -> Tensor | None:
        """Log p/q, with the labels taken off, where the distance's score means that."""
        return self._plain(v) if self.score is ScoreMeaning.LOG_RATIO else None

    def _plain(self, v: Tensor) -> Tensor:
        if self.score is not ScoreMeaning.LOG_RATIO:
            return v
        least = torch.finfo(v.dtype).tiny
        ratio = torch.exp(v.clamp(-2 * EDGE, 2 * EDGE))
        above = ((1 - self.fake) * ratio - self.fake).clamp_min(least)
        below = (self.real - (1 - self.real) * ratio).clamp_min(least)
        return (above.log() - below.log()).clamp(-EDGE, EDGE)


def smooth_labels(distance: Halves, real: float = 0.9) -> Relabelled:
    """One-sided label smoothing: the target of real samples is `real` in place of one.

    References:
        Salimans et al. (2016), Improved techniques for training GANs, Sec. 3.4.
    """
    return Relabelled(distance, real, 0.0, "smooth")


def noisy_labels(distance: Halves, share: float = 0.05) -> Relabelled:
    """Noisy labels: this share of each side is called by the other's name, in expectation."""
    return Relabelled(distance, 1 - share, share, "noisy")


def _reads_through_a_link(distance: Halves) -> bool:
    if distance.score is not ScoreMeaning.LOG_RATIO:
        return False
    probe = torch.linspace(-1, 1, 5)
    read = distance.log_ratio(probe)
    return read is None or not torch.equal(read, probe)


REFUSED = (
    (
        lambda distance: not isinstance(distance, Halves),
        "its critic's loss has no real and no fake half",
    ),
    (
        lambda distance: distance.score is ScoreMeaning.POTENTIAL,
        "a potential has no labels, and its gap would only shrink by a constant factor",
    ),
    (_reads_through_a_link, "its score goes through a published link; use ratio='bound'"),
)
"""What labels do not go with, and why."""
