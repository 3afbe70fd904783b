"""A history of fakes: the critic also meets what earlier generators made."""

from __future__ import annotations

import torch
from torch import Tensor

from saddle.distances.base import Parts
from saddle.games.duel import SideName, View
from saddle.games.kept import Kept
from saddle.games.streams import Purpose, Streams


class Pool(View):
    """Shows the critic, with probability one half each, a past fake in place of a new one.

    The pool first fills with whole batches, which are shown as they are. From then on each row
    of a batch is shown with probability 1/2, or trades places with a row of the pool. A generator
    can then not win by returning to where the critic has forgotten it.

    The size is counted in batches: the 50 pictures of CycleGAN came one at a time, and a pool
    that is smaller than a batch would only ever replay the turn before.

    Only the fake side of the critic's own turn is replayed, where nobody asks for the generator's
    gradient. Fakes that carry one (the generator's turn, rules that keep the graph), and fakes
    that are looked at without any gradient, pass through and are not kept.

    Attributes:
        batches: how many batches of past fakes are kept.
        side: the side that is replayed.

    References:
        Shrivastava et al. (2017), Learning from simulated and unsupervised images, Sec. 2.3.
        Zhu et al. (2017), CycleGAN, Sec. 4.
    """

    side: SideName = "fake"

    def __init__(self, batches: int = 50) -> None:
        super().__init__()
        self.name = f"replay:{batches}"
        self.batches = batches
        self.past = Kept()

    def forward(self, parts: Parts, side: SideName, streams: Streams) -> Parts:
        """The parts, some rows of the critic's fakes replaced by older ones."""
        if side != self.side or not self._critics_turn(parts):
            return parts
        past = [self.past.get(f"part{i}") for i in range(len(parts))]
        known = [p[:0] if old is None else old for p, old in zip(parts, past, strict=True)]
        if len(known[0]) < self.batches * len(parts[0]):
            for i, (part, old) in enumerate(zip(parts, known, strict=True)):
                self.past.keep(f"part{i}", torch.cat((old, part)))
            return parts
        return _traded(parts, known, streams[Purpose.AUGMENT])

    def _critics_turn(self, parts: Parts) -> bool:
        watched = torch.is_grad_enabled() and self.training
        return watched and not any(part.requires_grad for part in parts)


def _traded(parts: Parts, past: list[Tensor], rng: torch.Generator) -> Parts:
    """Parts after about half of their rows traded places with rows of `past`, in place there."""
    coins = torch.rand(len(parts[0]), generator=rng, device=rng.device) < 0.5
    slots = torch.randperm(len(past[0]), generator=rng, device=rng.device)
    rows = coins.nonzero().squeeze(1)[: len(slots)].to(parts[0].device)
    slots = slots[: len(rows)].to(parts[0].device)
    shown = tuple(part.clone() for part in parts)
    for part, old, new in zip(parts, past, shown, strict=True):
        new[rows] = old[slots]
        old[slots] = part[rows]
    return shown
