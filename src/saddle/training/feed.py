"""From a source's raw rows to the encoded batch of a move.

The batch of (step, move) holds the rows of fixed positions, so it is the same whether the run was
interrupted or not. Rows are asked for in chunks of several moves, since asking costs more than
drawing; the size of a chunk changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch

from saddle.games.base import Batch
from saddle.sources.base import Source
from saddle.spaces.base import Space

CHUNK = 32


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
        self._chunk = -1
        self._held: Batch = {}

    def __call__(self, step: int, move: int) -> Batch:
        """The batch of a move: rows size * turn ... size * (turn + 1) of the training part."""
        chunk, turn = divmod(step * self.moves + move, CHUNK)
        if chunk != self._chunk:
            first = chunk * CHUNK * self.size
            positions = np.arange(first, first + CHUNK * self.size, dtype=np.int64)
            raw = self.source.batch(positions, "train")
            self._held = {
                key: self.spaces[key].encode(rows).to(self.device) for key, rows in raw.items()
            }
            self._chunk = chunk
        rows = slice(turn * self.size, (turn + 1) * self.size)
        return {key: value[rows] for key, value in self._held.items()}
