"""Terms that are not duels: how far a sample is from where it should be."""

from __future__ import annotations

import math
from typing import TypeVar

from torch import Tensor
from torch.nn.functional import log_softmax

from saddle.errors import bad
from saddle.games.base import Tether
from saddle.games.duel import Reading

T = TypeVar("T", Tether, Reading)


def gap(x: Tensor, y: Tensor) -> Tensor:
    """Mean |x - y| over rows and coordinates."""
    return (x - y).abs().mean()


def reconstruction(x: Tensor, fake: Tensor) -> Tensor:
    """E |x - G(z, c)|, for a source whose x belongs to its c.

    References:
        Isola et al. (2017), Image-to-image translation (pix2pix), Eq. 3.
    """
    return gap(fake, x)


def cycle(a: Tensor, a_again: Tensor, b: Tensor, b_again: Tensor) -> Tensor:
    """E |F(G(a)) - a| + E |G(F(b)) - b|.

    References:
        Zhu et al. (2017), CycleGAN, Eq. 2.
    """
    return gap(a_again, a) + gap(b_again, b)


def identity(a: Tensor, a_kept: Tensor, b: Tensor, b_kept: Tensor) -> Tensor:
    """E |F(a) - a| + E |G(b) - b|: what is in the target domain already should stay.

    References:
        Zhu et al. (2017), CycleGAN, Sec. 5.2.
    """
    return gap(a_kept, a) + gap(b_kept, b)


def likelihood(log_prob: Tensor) -> Tensor:
    """-E log p(x), in nats, from (n,) log densities."""
    return -log_prob.mean()


def squared_gap(x: Tensor, y: Tensor) -> Tensor:
    """E |x - y|^2 / d, the mean square over rows and coordinates."""
    return (x - y).square().mean()


def surprise(logits: Tensor, c: Tensor) -> Tensor:
    """-E log C(c|x), in nats, C the softmax of logits (n, k), over rows whose class is known.

    A class is one-hot (n, k), and a row of zeros where it is unknown; 0 where none is known.
    """
    told = -(c * log_softmax(logits, 1)).sum(1)
    return told.sum() / c.sum().clamp_min(1)


def feature_gap(real: Tensor, fake: Tensor) -> Tensor:
    """|E h(x) - E h(G(z))|^2 of features (n, h) of both sides.

    References:
        Salimans et al. (2016), Improved techniques for training GANs, Sec. 3.1.
    """
    return (real.mean(0) - fake.mean(0)).square().sum()


def tied(*tethers: T) -> list[T]:
    """The tethers that pull: those of weight 0 are left out, so that nothing is computed."""
    for tether in tethers:
        if not 0 <= tether.weight < math.inf:
            raise bad(f"the weight of {tether.name!r}", tether.weight, "a number of at least 0")
    return [tether for tether in tethers if tether.weight > 0]
