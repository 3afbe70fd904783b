"""Randomness of a run: every draw is seeded from (seed, step, move, purpose).

A penalty's draws never move the data, and a resumed run draws what the interrupted one would have
drawn, because no stream lives longer than a move.
"""

from __future__ import annotations

from enum import IntEnum

import torch

_MASK = (1 << 64) - 1


class Purpose(IntEnum):
    """What a draw is for; each has a stream of its own."""

    DATA = 1
    NOISE = 2
    PENALTY = 3
    AUGMENT = 4
    DROPOUT = 5
    WEIGHTS = 7


class Aside(IntEnum):
    """A move that no rule plays: what is drawn outside of training has streams of its own."""

    SHOWN = -1
    LOOK = -2
    SAMPLE = -10
    CRITIC = -11
    DENSITY = -12
    JOINT = -13
    DUEL = -14
    DUALITY = -15
    SEED = -16


def mix(*words: int) -> int:
    """A 64-bit hash of integers (splitmix64, chained).

    >>> mix(0, 1) != mix(1, 0)
    True
    """
    h = 0
    for word in words:
        h = (h + word + 0x9E3779B97F4A7C15) & _MASK
        h = ((h ^ (h >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
        h = ((h ^ (h >> 27)) * 0x94D049BB133111EB) & _MASK
        h ^= h >> 31
    return h


class Streams:
    """One generator a purpose, all set anew for each (step, move).

    Within a move a purpose's draws follow one another; the next move starts a new stream. Draws
    outside of training use the moves of `Aside`, which training never does. On the CPU a torch
    generator reads 32 bits of its seed: of a million moves some hundred share a stream with
    another, which correlates two far batches and nothing else.
    """

    def __init__(self, seed: int, device: torch.device | str = "cpu") -> None:
        self.seed = seed
        self.step = 0
        self.move = 0
        self._generators = {p: torch.Generator(device) for p in Purpose}
        self._fresh: set[Purpose] = set()

    def at(self, step: int, move: int = 0) -> Streams:
        """The same object, set to the streams of this step and move."""
        self.step, self.move = step, move
        self._fresh.clear()
        return self

    def __getitem__(self, purpose: Purpose) -> torch.Generator:
        generator = self._generators[purpose]
        if purpose not in self._fresh:
            generator.manual_seed(mix(self.seed, self.step, self.move, purpose))
            self._fresh.add(purpose)
        return generator
