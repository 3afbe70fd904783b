"""Code of the user's own may draw from the global streams; here they are lent to it, seeded.

Nothing of the package draws from a global stream. A module of the user's own may (`nn.Dropout`,
`torch.rand`, NumPy, `random`), and a run would then depend on what was drawn before it. So the
global streams are set anew before such code acts, and put back where they were after it.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

import numpy as np
import torch

from saddle.games.streams import mix

Lend = Callable[[int, int], AbstractContextManager[None]]
"""Lends the global streams to what is played at (step, move)."""

OWN = 0x0E11
"""Keeps these seeds apart from those of every purpose."""

BACKWARD, LOOK = -1, -3
"""Moves that training never plays: what backward passes draw from, and looks."""


def nothing_lent(step: int, move: int) -> AbstractContextManager[None]:
    """Leave the global streams alone: nothing of the package draws from them."""
    return nullcontext()


def lending(seed: int) -> Lend:
    """Lend the global streams, seeded from (seed, step, move)."""
    return lambda step, move: lent(seed, step, move)


@contextmanager
def lent(*words: int) -> Iterator[None]:
    """The global streams of torch, NumPy and Python, seeded from these words, then put back.

    >>> with lent(0, 1):
    ...     first = torch.rand(2)
    >>> with lent(0, 1):
    ...     bool((torch.rand(2) == first).all())
    True
    """
    word = mix(OWN, *words)
    begun = torch.cuda.is_initialized()  # type: ignore[no-untyped-call]
    devices = range(torch.cuda.device_count()) if begun else ()
    before = np.random.get_state(), random.getstate()
    with torch.random.fork_rng(devices=devices):
        torch.default_generator.manual_seed(word)
        if devices:
            torch.cuda.manual_seed_all(word)
        np.random.seed(word & 0xFFFFFFFF)
        random.seed(word)
        try:
            yield
        finally:
            np.random.set_state(before[0])
            random.setstate(before[1])
