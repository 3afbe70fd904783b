"""Integral probability metrics: the largest gap of a mean over a class of functions."""

from __future__ import annotations

from dataclasses import dataclass, field

from torch import Tensor

from saddle.distances.base import ScoreMeaning
from saddle.errors import bad
from saddle.reference import Reference
from saddle.references import WGAN


@dataclass(frozen=True)
class Wasserstein:
    """The dual of Kantorovich and Rubinstein, without an output activation.

        W1(P, Q) = sup over 1-Lipschitz v of  E_P v - E_Q v.

    The critic raises the gap and the generator lowers it. The gap of a critic whose slope is not
    proved to be at most one is no Wasserstein distance: report `certified_gap` instead.

    References:
        Arjovsky, Chintala, Bottou (2017), Wasserstein GAN, Eq. 2.
    """

    name: str = "wasserstein"
    reference: Reference = WGAN
    minimises: str = "Wasserstein-1, up to the unknown bound of the critic's slope"
    score: ScoreMeaning = field(default=ScoreMeaning.POTENTIAL, init=False)
    separable: bool = field(default=True, init=False)
    bounded_critic: bool = field(default=False, init=False)

    def real_loss(self, v: Tensor) -> Tensor:
        """The half of the critic's loss that reads scores of real samples: -E_P v."""
        return -v.mean()

    def fake_loss(self, v: Tensor) -> Tensor:
        """The half of the critic's loss that reads scores of fake samples: E_Q v."""
        return v.mean()

    def critic_loss(self, real: Tensor, fake: Tensor) -> Tensor:
        """E_Q v - E_P v."""
        return self.real_loss(real) + self.fake_loss(fake)

    def generator_loss(self, real: Tensor, fake: Tensor) -> Tensor:
        """E_P v - E_Q v."""
        return self.estimate(real, fake)

    def estimate(self, real: Tensor, fake: Tensor) -> Tensor:
        """The raw gap E_P v - E_Q v, in the critic's own units."""
        return real.mean() - fake.mean()

    def log_ratio(self, v: Tensor, fake: Tensor | None = None) -> Tensor | None:
        """None: a potential is not a ratio."""
        return None


def certified_gap(gap: float, critic_norm: float) -> float:
    """A lower bound of W1, up to sampling: the gap over a bound of the critic's slope.

        (E_P v - E_Q v) / K <= W1(P, Q)  where |v(x) - v(y)| <= K |x - y|

    Args:
        gap: E_P v - E_Q v on samples that the critic was not trained on.
        critic_norm: K, such as the product of the layers' spectral norms.

    >>> certified_gap(3.0, critic_norm=2.0)
    1.5
    """
    if not critic_norm >= 0:
        raise bad("critic_norm", critic_norm, "at least 0")
    return gap / critic_norm if critic_norm > 0 else 0.0
