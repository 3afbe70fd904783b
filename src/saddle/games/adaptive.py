"""Augmentation whose strength follows how much the critic has learned by heart (ADA)."""

from __future__ import annotations

import torch
from torch import Tensor

from saddle.games.differentiable import (
    OfPictures,
    Operation,
    colour,
    cutout,
    flip,
    moving,
    rotate,
    scale,
    uniform,
)

PIPELINE: tuple[Operation, ...] = (flip, rotate, moving(reflect=True), scale, colour, cutout)
"""What each row passes through; an operation acts on it with probability p."""

HIGHEST = 0.8
"""Of p. Up to here the law of the changed pictures says what that of the pictures is: each group
of turns leaves a picture as it is more often than it does anything else to it."""

EVERY = 4
"""Turns of the critic between two changes of p."""

RAMP = 30_000
"""Real pictures over which p could rise from 0 to 1.

Published: 500,000, in runs of 25 million. Runs here are of one million or less, and 800 pictures
are known by heart after 30,000.
"""


class Adaptive(OfPictures):
    """Each operation acts on each row with probability p, which follows the critic.

        r = E sign(v(x_i) - v(y_i)),    p <- p + sign(r - target) pictures / ramp

    over the real and fake scores of four turns of the critic, p held within [0, .8]. r is 0 where
    the critic tells nothing apart and 1 where no fake scores as high as a real picture. The paper
    has E sign v(x_i), which means nothing where scores are known up to a constant; the pairs are
    what R3GAN records.

    Attributes:
        target: the r that is aimed at.
        ramp: real pictures over which p could rise from 0 to 1.

    References:
        Karras, Aittala, Hellsten, Laine, Lehtinen, Aila (2020), Training generative adversarial
        networks with limited data, Sec. 3.
    """

    p: Tensor
    signs: Tensor
    pairs: Tensor
    turns: Tensor

    def __init__(self, target: float, smooth: tuple[bool, ...], *, ramp: float = RAMP) -> None:
        super().__init__(f"ada:{target:g}", smooth)
        self.target, self.ramp = target, ramp
        for name in ("p", "signs", "pairs", "turns"):
            self.register_buffer(name, torch.zeros(()))

    def changed(self, x: Tensor, rng: torch.Generator) -> Tensor:
        """Each operation on the rows whose coin says so; x itself at p = 0."""
        p = float(self.p)
        if p == 0:
            return x
        for operation in PIPELINE:
            rows = (uniform(x, rng) < p).flatten().nonzero().flatten()
            if len(rows):
                x = x.index_copy(0, rows, operation(x[rows], rng))
        return x

    def hear(self, real: Tensor, fake: Tensor) -> None:
        """Follow the scores of a turn of the critic; others are not counted."""
        if not (self.training and torch.is_grad_enabled()):
            return
        n = min(len(real), len(fake))
        self.signs += (real[:n] - fake[:n]).sign().sum()
        self.pairs += n
        self.turns += 1
        if float(self.turns) >= EVERY:
            step = torch.sign(self.signs / self.pairs - self.target) * self.pairs / self.ramp
            self.p.add_(step).clamp_(0, HIGHEST)
            for sum_ in (self.signs, self.pairs, self.turns):
                sum_.zero_()

    def numbers(self) -> dict[str, float]:
        """How often an operation acts."""
        return {"p": float(self.p)}
