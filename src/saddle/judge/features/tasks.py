"""What a network learns from real rows alone: to tell how a row was changed.

A row is left as it is, or noise of some size is added, or it is blended with another row, or some
of its columns come from other rows. Whatever a sampler does wrong is near to one of these: wide
modes, samples between modes, pairs of columns that do not fit. Where rows have labels the network
also learns their class.

Tried on a ring, a grid, moons and a table of six columns, with planted faults (a mode dropped, a
mean shifted by 0.15, all wider by 10 %, a tenth between modes, a broken pair, noise, few distinct
rows), in units of the spread of the Frechet and the kernel distance under one law. Beside it:
untrained layers, a denoising autoencoder, noise prediction, contrast of corrupted copies, two
tasks at once, Fourier features in front. Telling changes was ahead on faults of shape, mostly by
ten times and more over the raw columns. Noise prediction sees a dropped mode better and samples
between modes worse; Fourier features see finer noise, and dropped modes hardly.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

FINE, COARSE = 0.01, 0.6
"""Sizes of noise, in units of a column's deviation."""

Change = Callable[[Tensor, torch.Generator], Tensor]
"""From rows (n, d) to changed rows (n, d)."""


def _none(x: Tensor, rng: torch.Generator) -> Tensor:
    return x


def _noise(x: Tensor, rng: torch.Generator) -> Tensor:
    """Noise of a size that is even on a logarithmic scale, another one each row."""
    low, high = math.log(FINE), math.log(COARSE)
    size = torch.exp(low + (high - low) * torch.rand(len(x), 1, generator=rng))
    return x + size * torch.randn(x.shape, generator=rng)


def _blend(x: Tensor, rng: torch.Generator) -> Tensor:
    """Between a row and another one."""
    share = _share(x, rng)
    return share * x + (1 - share) * x[torch.randperm(len(x), generator=rng)]


def _columns(x: Tensor, rng: torch.Generator) -> Tensor:
    """Some columns of other rows: each column keeps its law, pairs of columns do not."""
    others = torch.gather(x, 0, torch.randint(len(x), x.shape, generator=rng))
    return torch.where(torch.rand(x.shape, generator=rng) < _share(x, rng), others, x)


def _share(x: Tensor, rng: torch.Generator) -> Tensor:
    return 0.15 + 0.7 * torch.rand(len(x), 1, generator=rng)


def changes(d: int) -> tuple[Change, ...]:
    """The changes of rows of d columns: one column alone has no pairs to break."""
    return (_none, _noise, _blend, *((_columns,) if d > 1 else ()))


Network = Callable[[Tensor], Tensor]
"""From rows (n, d) to the outputs of all heads, (n, changes + classes)."""


def loss_of(net: Network, x: Tensor, classes: Tensor | None, rng: torch.Generator) -> Tensor:
    """Cross entropy, in nats, of the change made to a batch (n, d), and of its classes."""
    made = changes(x.shape[1])
    kind = torch.randint(len(made), (len(x),), generator=rng)
    changed = torch.stack([change(x, rng) for change in made])[kind, torch.arange(len(x))]
    loss = cross_entropy(net(changed)[:, : len(made)], kind)
    return loss if classes is None else loss + cross_entropy(net(x)[:, len(made) :], classes)
