"""Stacked MNIST: independent digits in the channels of one picture, 10^k modes that are known.

Channel j of row `position` holds a digit drawn evenly from 0 to 9, and of the pictures of that
digit one drawn evenly. Training rows are made of training pictures, the rows that are watched and
those of the end of the pictures of these parts, so that no picture is on two sides.

References:
    Srivastava et al. (2017), VEEGAN, Sec. 5.2; Lin et al. (2018), PacGAN, Sec. 4.2. There the
    digits keep MNIST's own shares, which are .90 to 1.12 of even ones.
"""

from __future__ import annotations

from typing import get_args

import numpy as np
import numpy.typing as npt

from saddle.errors import BadData
from saddle.sources.base import Described, Floats, Modes, Positions, RawBatch, Split
from saddle.sources.counter import Counter, Indices
from saddle.sources.finite import Finite

DIGITS = 10


class Stacked:
    """Pictures of several channels, each a digit.

    Attributes:
        channels: digits in a picture.
        base: labelled pictures of one channel.
    """

    def __init__(self, base: Finite, *, channels: int, seed: int) -> None:
        self.name = f"stacked-{base.name}-{channels}"
        self.gives = frozenset({"x"})
        self.spaces = {"x": "image"}
        self.aligned = False
        self.size: int | None = None
        self.modes: Modes | None = None
        self.channels = channels
        self.base = base
        self._counter = Counter(seed, 2 * channels, stream="stacked")
        splits: tuple[Split, ...] = get_args(Split)
        self._pictures = {split: base.part(split)["x"] for split in splits}
        self._rows = {split: by_digit(base.part(split)["given"]) for split in splits}
        if not all(len(rows) for part in self._rows.values() for rows in part):
            raise BadData(f"{base.name}: each part needs a picture of every digit to stack")

    def batch(self, positions: Positions, split: Split = "train") -> RawBatch:
        """The pictures at those positions, (n, H, W, channels)."""
        which, _ = self.chosen(positions, split)
        stacked = self._pictures[split][which, :, :, 0]  # (channels, n, H, W)
        return {"x": np.moveaxis(stacked, 0, -1)}

    def chosen(self, positions: Positions, split: Split) -> tuple[Indices, npt.NDArray[np.int64]]:
        """Which picture of the part stands in each channel, and its digit: (channels, n) each."""
        u = self._counter.uniforms(positions, split)
        digits = (u[: self.channels] * DIGITS).astype(np.int64)
        rows = self._rows[split]
        many = np.array([len(row) for row in rows])[digits]
        place = (u[self.channels :] * many).astype(np.int64)
        first = np.cumsum([0, *(len(row) for row in rows[:-1])])[digits]
        return np.concatenate(rows)[first + place], digits

    def log_prob(self, x: Floats) -> Floats | None:
        """None: nobody knows the density of digits."""
        return None

    def describe(self) -> Described:
        """Channels, modes and what they are made of."""
        facts = [
            ("source", self.name),
            ("gives", "x (image)"),
            ("pictures", f"endless, {self.channels} digits of {self.base.name} in the channels"),
            ("modes", f"{DIGITS**self.channels}, evenly"),
        ]
        return Described(None, facts)


def by_digit(labels: npt.NDArray[np.generic]) -> list[Indices]:
    """The rows of each digit."""
    return [np.flatnonzero(labels == digit) for digit in range(DIGITS)]
