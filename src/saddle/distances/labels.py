"""Cures that change the labels: one-sided smoothing and noisy labels, over a separable distance.

Both leave the critic an optimum that is a known function of the ratio, so that where the score was
log p/q, log p/q can still be read from it. The generator's loss reads the raw scores, as published.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import torch
from torch import Tensor

from saddle.distances.base import Distance, ScoreMeaning
from saddle.distances.references import LABELS
from saddle.errors import Incompatible, bad
from saddle.reference import Reference


@runtime_checkable
class Halves(Distance, Protocol):
    """A distance whose critic loss is one mean over real and one over fake scores."""

    def real_loss(self, v: Tensor) -> Tensor:
        """The half that calls scores real, a scalar."""
        ...

    def fake_loss(self, v: Tensor) -> Tensor:
        """The half that calls scores fake, a scalar."""
        ...


class _Relabelled:
    """What both cures share: everything but the critic's loss is the distance's own."""

    distance: Halves
    reference: Reference = LABELS
    separable: bool = True

    @property
    def score(self) -> ScoreMeaning:
        """What the score means, after `log_ratio` has taken the cure off."""
        return self.distance.score

    @property
    def minimises(self) -> str:
        """What the generator minimises."""
        return f"{self.distance.minimises}, with the ratio tempered by the labels"

    @property
    def bounded_critic(self) -> bool:
        """As the distance says."""
        return self.distance.bounded_critic

    def untempered(self, u: Tensor) -> Tensor:
        """The ratio p/q where the tempered ratio is u."""
        raise TypeError("each cure has its own")

    def generator_loss(self, real: Tensor, fake: Tensor) -> Tensor:
        """The distance's own, on the raw scores."""
        return self.distance.generator_loss(real, fake)
