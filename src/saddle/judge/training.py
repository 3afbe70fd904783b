"""How critics learn the log ratio: the logistic loss, an average of the weights, an early stop."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn.functional import softplus

from saddle.judge.critics import Critics


@dataclass(frozen=True)
class Plan:
    """How long and how fast critics learn.

    Attributes:
        rate: of Adam, reached after `warm` steps.
        decay: of the weights, decoupled.
        batch: rows a side and a step.
        most: steps at most.
        passes: over a critic's own rows, at most: few rows that are told apart with ease would
            otherwise be gone over for ever, each time for a little more certainty.
        gain: nats that a critic must do better by to count as better.
        patience: training ends at `patience` times the step at which the last critic was best.
        grows: the factor from one check to the next.
        first: the step of the first check.
        warm: steps in which the rate rises.
    """

    rate: float = 3e-3
    decay: float = 1e-4
    batch: int = 64
    most: int = 2000
    passes: int = 100
    gain: float = 2e-4
    patience: float = 1.6
    grows: float = 1.15
    first: int = 30
    warm: int = 50

    def end(self, rows: int) -> int:
        """The last step, of critics that learn from so many rows a side.

        >>> Plan(batch=64, most=2000, passes=100).end(400)
        625
        """
        return max(self.first, min(self.most, round(self.passes * rows / self.batch)))

    def checks(self, end: int) -> Iterator[int]:
        """The steps at which critics are checked, further and further apart, and the end."""
        step = float(self.first)
        while step < end:
            yield round(step)
            step = max(step * self.grows, step + 1)
        yield end


PLAN = Plan()
"""What is done where nobody says otherwise."""


class Learned(NamedTuple):
    """What came of it.

    Attributes:
        critics: averaged over their last steps, each at the check where its group did best.
        steps: that were made.
        checked: their loss there, a mean over groups.
    """

    critics: Critics
    steps: int
    checked: float


@dataclass(frozen=True)
class Lessons:
    """What a batch of critics learns from, and is checked on.

    Attributes:
        rows: of the side, standardised, (n, d).
        train: row numbers, (M, r).
        check: row numbers, (M, c).
    """

    rows: Tensor
    train: Tensor
    check: Tensor

    def batches(self, size: int, rng: torch.Generator) -> Iterator[Tensor]:
        """Rows (M, b, d) for ever, each critic's own share shuffled anew for every pass."""
        size = min(size, self.train.shape[1])
        while True:
            order = torch.rand(self.train.shape, generator=rng).argsort(1)
            shuffled = self.train.gather(1, order)
            for part in torch.split(shuffled, size, 1):
                if part.shape[1] == size:
                    yield self.rows[part]

    @property
    def held(self) -> Tensor:
        """At most `CHECKED` rows (M, c, d) to be checked on."""
        return self.rows[self.check[:, :CHECKED]]


CHECKED = 1000
"""Rows a side that a check reads, at most."""


def loss(real: Tensor, fake: Tensor) -> Tensor:
    """E_P softplus(-v) + E_Q softplus(v) of each critic, (M,): least at v = log p/q.

    Both sides weigh the same however many rows they have, so that v needs no class prior.
    """
    return softplus(-real).mean(1) + softplus(fake).mean(1)


def learn(
    critics: Critics,
    sides: tuple[Lessons, Lessons],
    *,
    plan: Plan,
    groups: int,
    rng: torch.Generator,
) -> Learned:
    """Critics at the step where those of their group did best on rows they never saw.

    Args:
        critics: as drawn.
        sides: what they learn from of the real side, and of the fake one.
        plan: how long and how fast.
        groups: how many groups of neighbours stop together.
        rng: of the batches.
    """
    live = Critics([weight.clone().requires_grad_() for weight in critics.weights])
    mean = Critics([weight.clone() for weight in critics.weights])
    end = plan.end(min(side.train.shape[1] for side in sides))
    best, checks = Best(critics, groups, plan.gain), plan.checks(end)
    adam = torch.optim.AdamW(
        live.weights, lr=plan.rate, betas=(0.9, 0.99), weight_decay=plan.decay, fused=True
    )
    at, step = next(checks), 0
    real, fake = sides
    batches = zip(real.batches(plan.batch, rng), fake.batches(plan.batch, rng), strict=True)
    for step, (x, y) in enumerate(batches, 1):
        adam.param_groups[0]["lr"] = plan.rate * min(1.0, step / plan.warm)
        v = live(torch.cat([x, y], 1))
        adam.zero_grad()
        loss(v[:, : x.shape[1]], v[:, x.shape[1] :]).sum().backward()  # type: ignore[no-untyped-call]
        adam.step()
        mean.follow(live, MEMORY / (step + MEMORY))
        if step == at:
            best.take(mean, real.held, fake.held, step)
            if step == end or step > plan.patience * best.last + plan.first:
                break
            at = next(checks)
    return Learned(best.critics, step, float(best.loss.mean()))


MEMORY = 8
"""The average of the weights reaches back over about an eighth of the steps so far."""


class Best:
    """The critics of each group at the check where they did best."""

    def __init__(self, critics: Critics, groups: int, gain: float) -> None:
        self.critics = Critics([weight.clone() for weight in critics.weights])
        self.last = 0
        self._gain = gain
        self.loss = torch.full((groups,), math.inf)

    @torch.no_grad()
    def take(self, critics: Critics, real: Tensor, fake: Tensor, step: int) -> None:
        """Keep those of the groups that did better than ever before."""
        now = loss(critics(real), critics(fake)).reshape(len(self.loss), -1)
        better = now.mean(1) < self.loss - self._gain
        self.loss = torch.where(better, now.mean(1), self.loss)
        if bool(better.any()):
            self.last = step
            which = better.repeat_interleave(now.shape[1])
            for kept, weight in zip(self.critics.weights, critics.weights, strict=True):
                kept[which] = weight[which]
