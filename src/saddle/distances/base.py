"""What a distance between two clouds of samples is: the contracts, and what the critic saw.

A *learned* distance reads the scores that a critic gives to real and to fake samples; a *direct*
one reads the samples. Both are pure: tensors in, tensors out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import Enum
from typing import Protocol, runtime_checkable

import torch
from torch import Tensor, nn

from saddle.reference import Reference

Parts = tuple[Tensor, ...]
"""What one side shows the critic: one tensor a part, all with n rows: (x,), (x, c), (x, z)."""

Judge = Callable[[Parts], Tensor]
"""From parts with n rows to scores (n,)."""


class ScoreMeaning(Enum):
    """What the critic's raw score v(x) estimates where it is optimal."""

    LOG_RATIO = "log-ratio"
    LOG_RATIO_UP_TO_CONSTANT = "log-ratio up to a constant"
    MARGIN = "margin"
    POTENTIAL = "potential"


@runtime_checkable
class Distance(Protocol):
    """A learned distance. `real` and `fake` are the critic's scores, (m,) each.

    Attributes:
        name: the row's name in the catalogue.
        reference: where it comes from.
        score: what the score means at the optimal critic.
        separable: whether shards of a batch can be computed apart and their losses averaged.
        minimises: in words, what the generator minimises at the optimal critic.
        bounded_critic: whether a finite optimal critic needs no bound on its slope or weights;
            `wasserstein` says False and is refused without something that bounds it.
    """

    @property
    def name(self) -> str:
        """Its name in the catalogue."""
        ...

    @property
    def reference(self) -> Reference:
        """Where it comes from."""
        ...

    @property
    def score(self) -> ScoreMeaning:
        """What the score means."""
        ...

    @property
    def separable(self) -> bool:
        """Whether shards of a batch can be computed apart."""
        ...

    @property
    def minimises(self) -> str:
        """What the generator minimises."""
        ...

    @property
    def bounded_critic(self) -> bool:
        """Whether a finite critic is optimal without a bound."""
        ...

    def critic_loss(self, real: Tensor, fake: Tensor) -> Tensor:
        """What the critic minimises, a scalar."""
        ...

    def generator_loss(self, real: Tensor, fake: Tensor) -> Tensor:
        """What the generator minimises, a scalar; passes the gradient of both sides on."""
        ...

    def estimate(self, real: Tensor, fake: Tensor) -> Tensor:
        """The value in the distance's own units, a scalar; a lower bound where it is one."""
        ...

    def log_ratio(self, v: Tensor, fake: Tensor | None = None) -> Tensor | None:
        """Log p/q at scores v, or None where the score does not mean that.

        `fake` are scores of fake samples, which a score known up to a constant is normalised by:
        E_q e^v = 1.
        """
        ...


@runtime_checkable
class Direct(Protocol):
    """A distance that needs no critic.

    Attributes:
        name: the row's name in the catalogue.
        reference: where it comes from.
        minimises: in words, what the generator minimises.
    """

    @property
    def name(self) -> str:
        """Its name in the catalogue."""
        ...

    @property
    def reference(self) -> Reference:
        """Where it comes from."""
        ...

    @property
    def minimises(self) -> str:
        """What the generator minimises."""
        ...

    def between(self, real: Tensor, fake: Tensor) -> Tensor:
        """The distance of two clouds (n, d) and (m, d), a scalar, differentiable in `fake`."""
        ...


class Slopes:
    """The slope of the score at the samples of one pass, computed when it is first asked for.

    Several penalties ask for it, at one side or the other; both sides share one differentiation
    where they were judged in one pass.
    """

    def __init__(self, compute: Callable[[], Parts]) -> None:
        self._compute = compute
        self._parts: Parts | None = None
        self._square: Tensor | None = None

    def parts(self) -> Parts:
        """Gradient of each row's score by each smooth part, with a graph of its own."""
        if self._parts is None:
            self._parts = self._compute()
        return self._parts

    def square(self) -> Tensor:
        """Squared length of the slope over all smooth parts, (n,)."""
        if self._square is None:
            self._square = square_length(self.parts())
        return self._square


class Side:
    """What the critic saw of one side: its parts, its scores, and the slope of the score there.

    Attributes:
        parts: what was shown.
        scores: the critic's scores, (n,).
        smooth: for each part, whether the score may be differentiated by it.
        more: what else the critic said of each row, by name: `features`, and its heads.
    """

    def __init__(
        self,
        parts: Parts,
        scores: Tensor,
        smooth: tuple[bool, ...],
        slopes: Slopes,
        rows: slice = slice(None),
        more: Mapping[str, Tensor] | None = None,
    ) -> None:
        self.parts = parts
        self.scores = scores
        self.smooth = smooth
        self.more = more or {}
        self._slopes = slopes
        self._rows = rows

    def slopes(self) -> Parts:
        """Gradient of each row's score by each smooth part, with a graph of its own."""
        return tuple(part[self._rows] for part in self._slopes.parts())

    def square_slope(self) -> Tensor:
        """Squared length of the slope over all smooth parts, (n,)."""
        return self._slopes.square()[self._rows]


def square_length(parts: Parts) -> Tensor:
    """Sum of squares over every axis but the first, and over parts: (n,)."""
    first, *rest = (part.flatten(1).square().sum(1) for part in parts)
    return sum(rest, start=first)


def slopes_at(judge: Judge, parts: Parts, smooth: tuple[bool, ...]) -> Parts:
    """Gradient of the score by each smooth part at `parts`, differentiable a second time.

    Parts that carry a gradient keep their graph: a rule that differentiates through the critic's
    loss (consensus, unrolled) sees how the slopes move with the samples.
    """
    held = tuple(differentiable(p) if s else p for p, s in zip(parts, smooth, strict=True))
    wanted = [p for p, s in zip(held, smooth, strict=True) if s]
    return torch.autograd.grad(judge(held).sum(), wanted, create_graph=True)


def differentiable(part: Tensor) -> Tensor:
    """The part itself where it carries a gradient, else a leaf of its own."""
    return part if part.requires_grad else part.detach().requires_grad_()


class Penalty:
    """What keeps a critic honest. Every part is the identity or zero unless a penalty says more.

    Attributes:
        name: the row's name in the catalogue.
        reference: where it comes from.
        weight: default factor of `term` in the critic's loss; the penalty's formula itself
            includes no weight, save constants that belong to it (R1's one half).
        at_sides: whether `term` reads the slope at the real or the fake samples themselves, so
            that the critic's pass must keep a gradient there.
        bounds: whether it bounds the critic's slope or weights (what `wasserstein` needs).
        squared_slope: whether `term` is a mean of squared slopes, so that its weight scales with
            the square of the data's unit.
    """

    name: str
    reference: Reference
    weight: float = 1.0
    at_sides: bool = False
    elsewhere: bool = False
    bounds: bool = False
    squared_slope: bool = False

    def build(self, critic: nn.Module) -> nn.Module:
        """The critic, rewritten where the penalty lives in the network (spectral norm)."""
        return critic

    def term(self, critic: Judge, real: Side, fake: Side, rng: torch.Generator) -> Tensor:
        """A scalar to add to the critic's loss, before its weight."""
        return real.scores.new_zeros(())

    def after_step(self, critic: nn.Module) -> None:
        """What happens to the weights after the critic moved (clip)."""
