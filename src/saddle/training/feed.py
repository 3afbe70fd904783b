"""From a source's raw rows to the encoded batch of a move.

The batch of (step, move) holds the rows of fixed positions, so it is the same whether the run was
interrupted or not. Rows of few numbers are asked for in chunks of several moves, since asking
costs more than drawing; the size of a chunk changes nothing.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import torch

from saddle.games.base import Batch
from saddle.sources.base import Source
from saddle.spaces.base import Space

MOVES, NUMBERS = 32, 1 << 20
"""A chunk holds so many moves, and no more numbers where a move holds fewer."""


class Feed:
    """Batches by (step, move)."""

    def __init__(
        self,
        source: Source,
        spaces: Mapping[str, Space],
        *,
        batch: int,
        moves: int,
        device: torch.device | str = "cpu",
    ) -> None:
        self.source = source
        self.spaces = spaces
        self.size = batch
        self.moves = moves
        self.device = device
        row = sum(math.prod(space.shape) for space in spaces.values())
        self._moves = min(MOVES, max(1, NUMBERS // (row * batch)))
        self._chunk = -1
        self._held: Batch = {}

    def __call__(self, step: int, move: int) -> Batch:
        """The batch of a move: rows size * turn ... size * (turn + 1) of the training part."""
        chunk, turn = divmod(step * self.moves + move, self._moves)
        if chunk != self._chunk:
            rows = self._moves * self.size
            positions = np.arange(chunk * rows, (chunk + 1) * rows, dtype=np.int64)
            raw = self.source.batch(positions, "train")
            self._held = {
                key: self.spaces[key].encode(part).to(self.device) for key, part in raw.items()
            }
            self._chunk = chunk
        now = slice(turn * self.size, (turn + 1) * self.size)
        return {key: value[now] for key, value in self._held.items()}
