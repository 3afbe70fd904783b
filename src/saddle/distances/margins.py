"""Distances that judge a score by its margin: how far it lies on the right side."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import relu, softplus

from saddle.catalogue import Catalogue
from saddle.distances.base import ScoreMeaning
from saddle.distances.forms import Map
from saddle.reference import Reference
from saddle.references import GAN, HINGE, LEAST_SQUARES


@dataclass(frozen=True)
class Margin:
    """A loss phi of the margin, which is v for a real sample and -v for a fake one.

        critic:      E_P phi(v) + E_Q phi(-v)
        generator:   E_Q psi(v) + E_P psi(-v)
        estimate:    phi(0) - (E_P phi(v) + E_Q phi(-v)) / 2

    The two sides are treated alike in all three. The estimate is by how much the critic's risk
    lies below that of a blind one; it never exceeds, up to sampling, the divergence that `gains`
    names.

    Attributes:
        name: the row's name in the catalogue.
        phi: the critic's loss, (n,) -> (n,).
        psi: the generator's.
        score: what the score means where it is optimal.
        reference: where it comes from.
        gains: what the estimate is at the optimal critic.
        minimises: what the generator minimises there.
        read: from scores to log p/q, or None where they do not mean that.
    """

    name: str
    phi: Map
    psi: Map
    score: ScoreMeaning
    reference: Reference
    gains: str
    minimises: str
    read: Callable[[Tensor], Tensor | None] = lambda v: None
    separable: bool = True
    bounded_critic: bool = True

    def real_loss(self, v: Tensor) -> Tensor:
        """The half of the critic's loss that reads scores of real samples, a scalar."""
        return self.phi(v).mean()

    def fake_loss(self, v: Tensor) -> Tensor:
        """The half of the critic's loss that reads scores of fake samples, a scalar."""
        return self.phi(-v).mean()

    def critic_loss(self, real: Tensor, fake: Tensor) -> Tensor:
        """E_P phi(v) + E_Q phi(-v)."""
        return self.real_loss(real) + self.fake_loss(fake)

    def generator_loss(self, real: Tensor, fake: Tensor) -> Tensor:
        """E_Q psi(v) + E_P psi(-v)."""
        return self.psi(fake).mean() + self.psi(-real).mean()

    def estimate(self, real: Tensor, fake: Tensor) -> Tensor:
        """phi(0) - (E_P phi(v) + E_Q phi(-v)) / 2, what `gains` names at the optimum."""
        return self.phi(real.new_zeros(())) - self.critic_loss(real, fake) / 2

    def log_ratio(self, v: Tensor, fake: Tensor | None = None) -> Tensor | None:
        """V itself under the logistic margin, None under the others."""
        return self.read(v)


LOGISTIC = Margin(
    name="logistic",
    phi=lambda v: softplus(-v),
    psi=lambda v: softplus(-v),
    score=ScoreMeaning.LOG_RATIO,
    reference=GAN,
    gains="JSD(p, q), at most log 2",
    minimises="2 KL((p + q)/2 || p), the softened reverse KL",
    read=lambda v: v,
)
"""phi(v) = log(1 + e^-v); the non-saturating game, its estimate in the usual JSD's units."""

LEAST_SQUARES_MARGIN = Margin(
    name="least-squares",
    phi=lambda v: (1 - v).square() / 2,
    psi=lambda v: (1 - v).square() / 2,
    score=ScoreMeaning.MARGIN,
    reference=LEAST_SQUARES,
    gains="a quarter of the integral of (p - q)^2 / (p + q), at most 1/2",
    minimises="D_g(p || q), g'' = 4 / (u (1 + u)^3)",
)
"""phi(v) = (1 - v)^2 / 2: targets 1 and -1, optimal at v = (p - q) / (p + q)."""

HINGE_MARGIN = Margin(
    name="hinge",
    phi=lambda v: relu(1 - v),
    psi=torch.neg,
    score=ScoreMeaning.MARGIN,
    reference=HINGE,
    gains="total variation, half the integral of |p - q|",
    minimises="twice the total variation",
)
"""phi(v) = max(0, 1 - v), psi(v) = -v: the generator's loss is E_P v - E_Q v."""

MARGINS: Catalogue[Margin] = Catalogue(
    "margin", {m.name: m for m in (LOGISTIC, LEAST_SQUARES_MARGIN, HINGE_MARGIN)}
)
