"""How the ratio is learned, and what the generator minimises: two tables.

With T = f'(e^v), the bound of an f-divergence is

    D_f(P || Q)  >=  E_P T - E_Q f*(T),         equal at v = log p/q.

The two choices are independent of each other and of f.

References:
    Nowozin, Cseke, Tomioka (2016), f-GAN, Eq. 4 to 6, Sec. 3.2.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor
from torch.nn.functional import softplus

from saddle.catalogue import Catalogue

if TYPE_CHECKING:
    from saddle.distances.f_divergences import FDivergence

Pair = tuple[Tensor, Tensor]


@dataclass(frozen=True)
class Ratio:
    """How a critic learns the ratio p/q.

    Attributes:
        says: in words.
        real: the critic's loss at scores of real samples, (n,) -> (n,).
        fake: the same of fake samples.
        read: from raw scores to log p/q.
    """

    says: str
    real: Callable[[FDivergence, Tensor], Tensor]
    fake: Callable[[FDivergence, Tensor], Tensor]
    read: Callable[[FDivergence, Tensor], Tensor]


@dataclass(frozen=True)
class Objective:
    """What the generator minimises, on log ratios that the critic gave.

    Attributes:
        says: in words.
        loss: from log ratios at real and at fake samples to a scalar.
        weights: what multiplies grad v at a fake sample (downwards) and at a real one (upwards).
        minimises: the name of the divergence that this drives, where the critic is optimal.
        curved: whether it needs f''.
    """

    says: str
    loss: Callable[[FDivergence, Tensor, Tensor], Tensor]
    weights: Callable[[FDivergence, Tensor], Pair]
    minimises: Callable[[FDivergence], str]
    curved: bool = False


def clipped_weights(row: FDivergence, v: Tensor) -> Pair:
    """The weights u^2 f''(u) for fake and u f''(u) for real samples, at v clipped."""
    return row.pulls(v.clamp(-row.clip, row.clip))


def swapped_weights(row: FDivergence, v: Tensor) -> Pair:
    """The real side's weight for fake samples, u f''(u), and the other way round."""
    fake, real = row.pulls(v)
    return real, fake


def exact(row: FDivergence, real: Tensor, fake: Tensor) -> Tensor:
    """A loss whose gradient is that of D_f itself, and whose value means nothing.

        - E_Q[ u^2 f''(u) grad v ]  in fake samples,   + E_P[ u f''(u) grad v ]  in real ones.

    Both sides are divided by the fake side's mean weight where the row
    normalises: E_Q u^2 f'' = E_P u f'', so that the two stay in proportion.
    """
    with torch.no_grad():
        at_fake, _ = clipped_weights(row, fake)
        _, at_real = clipped_weights(row, real)
        length = at_fake.mean() if row.normalise else torch.ones_like(at_fake[0])
    return ((at_real * real).mean() - (at_fake * fake).mean()) / length


def zero_sum(row: FDivergence, real: Tensor, fake: Tensor) -> Tensor:
    """The bound itself: E_P T - E_Q f*(T)."""
    return row.output(real).mean() - row.conjugate(fake).mean()


def swapped(row: FDivergence, real: Tensor, fake: Tensor) -> Tensor:
    """The bound with P and Q exchanged and the sign changed: -E_Q T + E_P f*(T).

    Its gradient in fake samples is -E_Q[ u f''(u) grad v ]: that of the divergence whose second
    derivative is f''(u) / u. KL's becomes reverse KL's.
    """
    return row.conjugate(real).mean() - row.output(fake).mean()


def _named(row: FDivergence) -> str:
    return row.measures or f"D_f(p || q) of f = {row.name}"


RATIOS: Catalogue[Ratio] = Catalogue(
    "ratio",
    {
        "logistic": Ratio(
            "telling real from fake by -log D(real) - log(1 - D(fake)), D = 1 / (1 + e^-v)",
            lambda row, v: softplus(-v),
            lambda row, v: softplus(v),
            lambda row, v: v,
        ),
        "bound": Ratio(
            "the bound of f itself, T = f'(e^v)",
            lambda row, v: -row.output(v),
            lambda row, v: row.conjugate(v),
            lambda row, v: v,
        ),
        "link": Ratio(
            "the bound of f itself, T = g_f(v) as published",
            lambda row, v: -row.output(row.unlink(v)),
            lambda row, v: row.conjugate(row.unlink(v)),
            lambda row, v: row.unlink(v),
        ),
    },
)

OBJECTIVES: Catalogue[Objective] = Catalogue(
    "objective",
    {
        "exact": Objective(
            "the exact gradient of D_f in the samples",
            exact,
            clipped_weights,
            _named,
            curved=True,
        ),
        "zero-sum": Objective(
            "the bound that the critic raises",
            zero_sum,
            lambda row, v: row.pulls(v),
            _named,
        ),
        "swapped": Objective(
            "the bound with real and fake exchanged, and the sign changed",
            swapped,
            swapped_weights,
            lambda row: row.swaps or f"D_g(p || q), g'' = f''(u) / u, of f = {row.name}",
        ),
    },
)
