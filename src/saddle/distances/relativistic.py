"""Relativistic distances: a score counts only beside the other side's scores."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import torch
from torch import Tensor

from saddle.distances.base import ScoreMeaning
from saddle.distances.margins import LOGISTIC, MARGINS, Margin
from saddle.errors import BadValue
from saddle.reference import Reference
from saddle.references import RELATIVISTIC


@dataclass(frozen=True)
class Paired:
    """Each real sample beside one fake sample, by index.

        critic:      E_{P x Q} phi(v(x) - v(y))
        generator:   E_{P x Q} phi(v(y) - v(x))
        estimate:    phi(0) - E_{P x Q} phi(v(x) - v(y))

    A constant added to v changes nothing. Under the logistic margin v is log p/q up to that
    constant, and the estimate a lower bound of JSD(P x Q, Q x P), which it reaches there.

    References:
        Jolicoeur-Martineau (2019), The relativistic discriminator.
    """

    margin: Margin
    reference: Reference = RELATIVISTIC
    separable: bool = field(default=True, init=False)
    bounded_critic: bool = field(default=True, init=False)

    @property
    def name(self) -> str:
        """The row's name in the catalogue."""
        return f"relativistic:{self.margin.name}"

    @property
    def score(self) -> ScoreMeaning:
        """Log p/q up to a constant under the logistic margin, a margin under the others."""
        known = self.margin.score is ScoreMeaning.LOG_RATIO
        return ScoreMeaning.LOG_RATIO_UP_TO_CONSTANT if known else ScoreMeaning.MARGIN

    @property
    def minimises(self) -> str:
        """What the generator minimises where the critic is optimal."""
        return f"what {self.margin.name} does, between (real, fake) pairs and exchanged ones"

    def critic_loss(self, real: Tensor, fake: Tensor) -> Tensor:
        """E phi(v(x) - v(y)) over pairs."""
        return self.margin.phi(_gap(real, fake)).mean()

    def generator_loss(self, real: Tensor, fake: Tensor) -> Tensor:
        """E phi(v(y) - v(x)) over pairs."""
        return self.margin.phi(-_gap(real, fake)).mean()

    def estimate(self, real: Tensor, fake: Tensor) -> Tensor:
        """phi(0) - E phi(v(x) - v(y)): log 2 - E log(1 + e^-(v(x) - v(y))) if logistic."""
        return self.margin.phi(real.new_zeros(())) - self.critic_loss(real, fake)

    def log_ratio(self, v: Tensor, fake: Tensor | None = None) -> Tensor | None:
        """V - log E_q e^v under the logistic margin where fake scores are given, else None."""
        if self.score is ScoreMeaning.MARGIN or fake is None:
            return None
        return v - (torch.logsumexp(fake, 0) - math.log(len(fake)))


@dataclass(frozen=True)
class Averaged:
    """Each sample beside the mean score of the other side.

        critic:      E_P phi(v - m_q) + E_Q phi(m_p - v),    m_p = E_P v,  m_q = E_Q v
        generator:   E_Q phi(v - m_p) + E_P phi(m_q - v)
        estimate:    phi(0) - critic / 2

    Reads the whole batch's means. Two different constants are taken off, so that the optimal v is
    not the log ratio, up to a constant or otherwise; the estimate is no bound of a divergence.

    References:
        Jolicoeur-Martineau (2019), The relativistic discriminator.
    """

    margin: Margin
    reference: Reference = RELATIVISTIC
    score: ScoreMeaning = field(default=ScoreMeaning.MARGIN, init=False)
    separable: bool = field(default=False, init=False)
    bounded_critic: bool = field(default=True, init=False)

    @property
    def name(self) -> str:
        """The row's name in the catalogue."""
        return f"relativistic-average:{self.margin.name}"

    @property
    def minimises(self) -> str:
        """What the generator minimises where the critic is optimal."""
        return f"what {self.margin.name} does, each sample against the other side's mean score"

    def critic_loss(self, real: Tensor, fake: Tensor) -> Tensor:
        """E_P phi(v - m_q) + E_Q phi(m_p - v)."""
        phi = self.margin.phi
        return phi(real - fake.mean()).mean() + phi(real.mean() - fake).mean()

    def generator_loss(self, real: Tensor, fake: Tensor) -> Tensor:
        """E_Q phi(v - m_p) + E_P phi(m_q - v)."""
        return self.critic_loss(fake, real)

    def estimate(self, real: Tensor, fake: Tensor) -> Tensor:
        """phi(0) - critic / 2."""
        return self.margin.phi(real.new_zeros(())) - self.critic_loss(real, fake) / 2

    def log_ratio(self, v: Tensor, fake: Tensor | None = None) -> Tensor | None:
        """None: the score is not the log ratio."""
        return None


def paired(margin: str = LOGISTIC.name) -> Paired:
    """The paired distance over a margin by name."""
    return Paired(MARGINS[margin])


def averaged(margin: str = LOGISTIC.name) -> Averaged:
    """The averaged distance over a margin by name."""
    return Averaged(MARGINS[margin])


def _gap(real: Tensor, fake: Tensor) -> Tensor:
    if real.shape != fake.shape:
        raise BadValue(
            "a paired relativistic distance needs as many fake scores as real ones, got "
            f"{len(fake)} fake and {len(real)} real; relativistic-average takes any number"
        )
    return real - fake
