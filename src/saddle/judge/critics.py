"""Many small critics as one batch: each has rows of its own, and all share the same products."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn.functional import silu


class Critics:
    """M networks, with a straight line past their two hidden layers.

        v_m(x) = a_m' x + c_m' s(B_m s(A_m x + b_m) + b'_m) + b''_m,    s = silu

    A smooth nonlinearity, because what has to be learned is a log ratio and most of them are
    smooth: on pairs of Gaussians it loses half of what rectifiers lose, and a fifth of tanh.

    Attributes:
        weights: every parameter, each (M, ., .).
    """

    def __init__(self, weights: Sequence[Tensor]) -> None:
        self.weights = list(weights)

    @classmethod
    def drawn(cls, count: int, dim: int, *, width: int, rng: torch.Generator) -> Critics:
        """M critics of (., dim), of width `width`; all say v = 0 about, at first."""
        A, B, c = (
            torch.randn(count, rows, columns, generator=rng) / math.sqrt(rows)
            for rows, columns in ((dim, width), (width, width), (width, 1))
        )
        biases = [torch.zeros(count, 1, columns) for columns in (width, width, 1)]
        return cls([A, biases[0], B, biases[1], SMALL * c, biases[2], torch.zeros(count, dim, 1)])

    def __call__(self, x: Tensor) -> Tensor:
        """Scores (M, n) of rows (M, n, d), each critic's of its own."""
        A, b, B, b2, c, b3, a = self.weights
        hidden = silu(torch.baddbmm(b2, silu(torch.baddbmm(b, x, A)), B))
        return (torch.baddbmm(b3, hidden, c) + torch.bmm(x, a)).squeeze(2)

    def only(self, members: Sequence[int]) -> Critics:
        """Some of them, by number."""
        return Critics([weight[list(members)] for weight in self.weights])

    @torch.no_grad()
    def follow(self, others: Critics, share: float) -> None:
        """Move every weight by a share of the way to those of others."""
        torch._foreach_lerp_(self.weights, others.weights, share)

    @torch.no_grad()
    def judge(self, rows: Tensor) -> Tensor:
        """What each of them says of the same rows (n, d): (M, n)."""
        count = len(self.weights[0])
        parts = [self(part.expand(count, *part.shape)) for part in torch.split(rows, CHUNK)]
        return torch.cat(parts, 1)


SMALL = 0.1
"""The last layer's scale at first: a critic begins by telling nothing apart."""

CHUNK = 4096
"""Rows that are judged at once."""
