"""The ends of picture critics: how features become scores, and how a class goes with them."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor, nn

from saddle.errors import Incompatible
from saddle.networks.base import Scores
from saddle.networks.mlp import join
from saddle.networks.pictures import LAST, Dense, Grid, normal


class Pool(nn.Conv2d):
    """phi_c = sum over the whole coarsest level of k_c h_c: a filter of its own a channel."""

    def __init__(self, channels: int, grid: Grid) -> None:
        super().__init__(channels, channels, grid, groups=channels, bias=False)

    def draw(self, rng: torch.Generator) -> None:
        """Filters that keep the variance of independent pixels."""
        normal(self.weight, 1 / math.sqrt(self.weight[0].numel()), rng)

    def forward(self, input: Tensor) -> Tensor:
        """From (n, channels, *grid) to (n, channels)."""
        return super().forward(input).flatten(1)


class Projected(nn.Module):
    """v = psi(phi) + <E c, phi>, psi affine; psi alone where nothing is given.

    At the optimum v is log p(x) / q(x) + log p(c|x) / q(c|x), and where both conditionals are
    log-linear in phi their ratio is <E c, phi>.

    References:
        Miyato, Koyama (2018), cGANs with projection discriminator, Eq. 4.
    """

    def __init__(self, features: int, given: int, *, std: float) -> None:
        super().__init__()
        self.psi = Dense(features, 1, std=std)
        self.embed = Dense(given, features, std=std, bias=False) if given else None

    def forward(self, phi: Tensor, *given: Tensor) -> Scores:
        """Scores of features (n, h) and what goes with them."""
        v: Tensor = self.psi(phi).squeeze(1)
        if self.embed is not None:
            v = v + (self.embed(join(given).to(phi)) * phi).sum(1)
        return Scores(v, phi)


class Classified(nn.Module):
    """v = psi(phi), and W phi are the logits of the class: the score does not read c.

    References:
        Odena, Olah, Shlens (2017), Conditional image synthesis with auxiliary classifier GANs.
    """

    def __init__(self, features: int, given: int, *, std: float) -> None:
        super().__init__()
        if given < 2:
            raise Incompatible("an auxiliary critic needs a second part: the class of the row")
        self.psi = Dense(features, 1, std=std)
        self.W = Dense(features, given, std=std)

    def forward(self, phi: Tensor, *given: Tensor) -> Scores:
        """Scores of features (n, h), with the head `class`."""
        return Scores(self.psi(phi).squeeze(1), phi, {"class": self.W(phi)})


class Judged(nn.Module):
    """v = head(body(x), c) for rows of numbers: c goes to the head alone.

    Attributes:
        pointwise: a row's score depends on that row alone.
    """

    pointwise = True

    def __init__(self, body: nn.Module, head: nn.Module) -> None:
        super().__init__()
        self.body, self.head = body, head

    def forward(self, x: Tensor, *given: Tensor) -> Scores:
        """From parts with n rows, x first, to `Scores`."""
        scores: Scores = self.head(self.body(x.flatten(1)), *given)
        return scores


class Sorting(nn.Module):
    """K logits on a critic's features, l = psi + W phi, and v = log sum_k e^l_k as the score.

    Together with a logit of 0 for fakes the softmax is over K + 1 classes, and e^v / (1 + e^v) is
    the share of the first K. `psi` is what the critic itself says: it moves all K alike.

    Attributes:
        pointwise: the critic's own.

    References:
        Salimans et al. (2016), Improved techniques for training GANs, Sec. 5.
    """

    def __init__(self, critic: nn.Module, W: nn.Linear) -> None:
        super().__init__()
        self.critic, self.W = critic, W

    @property
    def pointwise(self) -> bool:
        """Whether a row's score depends on that row alone."""
        return bool(self.critic.pointwise)

    def forward(self, x: Tensor, *given: Tensor) -> Scores:
        """Scores of x with the head `class`; what is given is not read."""
        psi, phi, heads = self.critic(x)
        logits = psi[:, None] + self.W(phi)
        return Scores(logits.logsumexp(1), phi, {**heads, "class": logits})


Judging = Callable[..., nn.Module]
"""`Projected` or `Classified`: from features, given and std to a head."""


class PictureCritic(nn.Module):
    """v = head(pool(body(x)), c); pool and head in the precision of their parameters.

    Attributes:
        pointwise: whether a row's score depends on that row alone.
        at: which of the parts is the picture.
    """

    def __init__(
        self, body: nn.Module, pool: nn.Module, head: nn.Module, *, at: int,
        pointwise: bool = True,
    ) -> None:  # fmt: skip
        super().__init__()
        self.body, self.pool, self.head = body, pool, head
        self.at, self.pointwise = at, pointwise

    def forward(self, *parts: Tensor) -> Scores:
        """From parts with n rows to `Scores`."""
        x = parts[self.at]
        h: Tensor = self.body(x.contiguous(memory_format=LAST))
        with torch.autocast(x.device.type, enabled=False):
            phi = self.pool(h.to(next(self.head.parameters()).dtype))
            scores: Scores = self.head(phi, *parts[: self.at], *parts[self.at + 1 :])
        return scores


class PictureEncoder(nn.Module):
    """z = head(pool(body(x))); pool and head in the precision of their parameters."""

    def __init__(self, body: nn.Module, pool: nn.Module, head: nn.Module) -> None:
        super().__init__()
        self.body, self.pool, self.head = body, pool, head

    def forward(self, x: Tensor) -> Tensor:
        """From pictures (n, C, H, W) to (n, latent)."""
        h: Tensor = self.body(x.contiguous(memory_format=LAST))
        with torch.autocast(x.device.type, enabled=False):
            z: Tensor = self.head(self.pool(h.to(next(self.head.parameters()).dtype)))
        return z
