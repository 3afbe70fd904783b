"""What a network is asked for: a generator maps parts to a sample, a critic maps parts to scores.

Networks are modules and nothing else: no loss, no optimiser. Their parameters are drawn from a
`torch.Generator` that the caller seeds (`saddle.networks.layers.initialise`).
"""

from __future__ import annotations

from typing import NamedTuple, Protocol

from torch import Tensor


class Scores(NamedTuple):
    """What a critic returns.

    Attributes:
        values: raw scores, (m,).
        features: its last hidden layer, (m, h), or None; tethers such as feature matching read it.
        heads: further outputs by name (auxiliary class, mutual information).
    """

    values: Tensor
    features: Tensor | None = None
    heads: dict[str, Tensor] = {}

    def more(self) -> dict[str, Tensor]:
        """Everything but the scores, by name."""
        found = {} if self.features is None else {"features": self.features}
        return {**found, **self.heads}


class Critic(Protocol):
    """A module whose call maps parts, n rows each, to `Scores`.

    Attributes:
        pointwise: whether a row's score depends on that row alone, so that real and fake rows can
            be judged in one pass (minibatch layers say False).
    """

    pointwise: bool

    def __call__(self, *parts: Tensor) -> Scores:
        """Scores of n rows."""
        ...
