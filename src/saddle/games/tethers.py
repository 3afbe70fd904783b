"""Terms that are not duels: how far a sample is from where it should be."""

from __future__ import annotations

import math

from torch import Tensor

from saddle.errors import bad
from saddle.games.base import Tether


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


def tied(*tethers: Tether) -> list[Tether]:
    """The tethers that pull: those of weight 0 are left out, so that nothing is computed."""
    for tether in tethers:
        if not 0 <= tether.weight < math.inf:
            raise bad(f"the weight of {tether.name!r}", tether.weight, "a number of at least 0")
    return [tether for tether in tethers if tether.weight > 0]
