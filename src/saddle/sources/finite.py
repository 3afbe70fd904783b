"""Finite sources: rows that are there, in three parts chosen by their content."""

from __future__ import annotations

from abc import ABC, abstractmethod
from hashlib import blake2b

import numpy as np
import numpy.typing as npt

from saddle.errors import BadData
from saddle.sources.base import Floats, Modes, Positions, RawBatch, Split
from saddle.sources.counter import SPLITS, Indices, Words, permutation

LEAST, MOST = 200, 10_000
"""A held-out part should have LEAST rows, and gets no more than MOST."""

KEPT = 6
"""How many orders of rows a source keeps; the oldest is dropped first."""

Parts = dict[Split, Indices]
"""Which rows belong to which part."""


# ---------------------------------------------------------------- which row is in which part


def hashes_of(rows: npt.NDArray[np.generic]) -> Words:
    """A hash of each row's bytes, (n, ...) -> (n,); equal bytes have equal hashes."""
    plain = np.ascontiguousarray(rows)
    return np.array([hash_of(row.tobytes()) for row in plain], dtype=np.uint64)


def hash_of(data: bytes) -> int:
    """64 bits of a hash of these bytes."""
    return int.from_bytes(blake2b(data, digest_size=8).digest(), "big")


def together(hashes: Words, groups: Indices) -> Words:
    """The hashes with one for each group: the smallest of its rows'.

    Args:
        hashes: of each row, (n,).
        groups: the group of each row, whole numbers from 0, (n,).
    """
    lowest = np.full(groups.max(initial=0) + 1, np.iinfo(np.uint64).max, dtype=np.uint64)
    np.minimum.at(lowest, groups, hashes)
    found: Words = lowest[groups]
    return found


def split_hashes(hashes: Words, *, watched: int = 0, tested: int = 0) -> Parts:
    """Which rows belong to which part, told by the hash of each.

    The rows of smallest hash are `final`, those of largest hash `watch`, a tenth of all rows each
    at most and never more than 10,000; the rest is `train`. Rows of one hash fall on one side. The
    order of the rows and the seed change nothing; rows added later move only those near the two
    borders. Where the last `tested` rows are a test part of their own, they are `final`, and
    `watch` is a tenth of the others; where the `watched` rows before them are a part of their own
    too, they are `watch`.
    """
    count = len(hashes) - watched - tested
    _, group, counts = np.unique(hashes[:count], return_inverse=True, return_counts=True)
    if len(counts) < 4:
        raise BadData(
            "two rows to train on, one to watch, one for the end: at least 4 different rows, "
            f"got {len(counts)} among {count}"
        )
    wanted = min(count // 10, MOST)
    part = np.zeros(len(counts), dtype=np.int64)
    if not tested:
        final = _take(counts, np.arange(len(counts)), wanted, leave=3)
        part[final] = SPLITS["final"]
    if not watched:
        free = np.flatnonzero(part == 0)[::-1]
        part[_take(counts, free, wanted, leave=2)] = SPLITS["watch"]
    own = [np.full(watched, SPLITS["watch"]), np.full(tested, SPLITS["final"])]
    side = np.concatenate([part[group], *own])
    return {split: np.flatnonzero(side == number) for split, number in SPLITS.items()}


def _take(counts: npt.NDArray[np.int64], groups: Indices, wanted: int, *, leave: int) -> list[int]:
    """The first groups that fit into `wanted` rows, the smallest one where none fits.

    At least `leave` groups are left for the other parts.
    """
    taken, total = [], 0
    for group in groups.tolist():
        if total + counts[group] <= wanted:
            taken.append(group)
            total += int(counts[group])
        if total == wanted or len(taken) == len(groups) - leave:
            break
    return taken or [int(groups[np.argmin(counts[groups])])]


# ---------------------------------------------------------------- the source


class Finite(ABC):
    """Rows that are there: every part in an order of its own, epoch by epoch.

    Row `position` of a part of n rows is row permutation(position // n)[position % n] of it, the
    permutation drawn from (seed, part, epoch).

    Attributes:
        parts: which rows belong to which part.
    """

    def __init__(self, name: str, spaces: dict[str, str], parts: Parts, *, seed: int) -> None:
        self.name = name
        self.spaces = spaces
        self.gives = frozenset(spaces)
        self.aligned = "given" in spaces
        self.parts = parts
        self.size: int | None = len(parts["train"])
        self.modes: Modes | None = None
        self._seed = seed
        self._orders: dict[tuple[Split, int], Indices] = {}

    @abstractmethod
    def rows(self, numbers: Indices) -> RawBatch:
        """The rows of these numbers, counted in the order in which they came."""

    @abstractmethod
    def kept(self) -> RawBatch | None:
        """Everything that makes this source again, or None where that is too much to keep."""

    def _order(self, split: Split, epoch: int) -> Indices:
        """The rows of a part in that epoch's order; the last few orders are kept."""
        if (split, epoch) not in self._orders:
            rows = self.parts[split]
            order = permutation(self._seed, len(rows), epoch=epoch, split=split)
            for old in list(self._orders)[: -(KEPT - 1)]:
                del self._orders[old]
            self._orders[split, epoch] = rows[order]
        return self._orders[split, epoch]

    def batch(self, positions: Positions, split: Split = "train") -> RawBatch:
        """The rows at those positions of that part."""
        return self.rows(self.numbers(positions, split))

    def numbers(self, positions: Positions, split: Split = "train") -> Indices:
        """Their numbers, counted in the order in which the rows came."""
        at = np.asarray(positions)
        epochs, places = np.divmod(at, len(self.parts[split]))
        numbers = np.empty(len(at), dtype=np.intp)
        for epoch in set(epochs.tolist()):
            here = epochs == epoch
            numbers[here] = self._order(split, epoch)[places[here]]
        return numbers

    def part(self, split: Split) -> RawBatch:
        """All rows of a part, in the order in which they came."""
        return self.rows(self.parts[split])

    @property
    def sizes(self) -> dict[str, int]:
        """Rows of each part."""
        return {str(split): len(rows) for split, rows in self.parts.items()}

    def log_prob(self, x: Floats) -> Floats | None:
        """None: nobody knows the density that rows came from."""
        return None


# ---------------------------------------------------------------- what it tells


def size(count: int) -> str:
    """Bytes in the unit that gives a short number.

    >>> size(960), size(3_500_000)
    ('960 bytes', '3.3 MiB')
    """
    return f"{count} bytes" if count < 2**20 else f"{count / 2**20:.1f} MiB"


def parts_told(rows: dict[str, int]) -> str:
    """The parts and their sizes in one line."""
    return ", ".join(f"{split} {n}" for split, n in rows.items())


def describe_labels(labels: npt.NDArray[np.generic]) -> str:
    """The labels and how often each comes."""
    names, counts = np.unique(labels, return_counts=True)
    shown = [f"{name} ({n})" for name, n in zip(names[:10], counts[:10], strict=True)]
    more = [f"{len(names) - 10} more"] if len(names) > 10 else []
    return f"{len(names)} labels: " + ", ".join(shown + more)


def small_parts(rows: dict[str, int]) -> list[str]:
    """Whether a held-out part is too small, in a sentence."""
    if min(rows["watch"], rows["final"]) >= LEAST:
        return []
    return [
        f"a small set: {rows['watch']} rows to watch and {rows['final']} for the verdict, "
        f"fewer than {LEAST}; measures on so few are noisy"
    ]


def too_many_copies(rows: dict[str, int]) -> list[str]:
    """Whether copies made a held-out part larger than a tenth, in a sentence."""
    biggest = max(rows["watch"], rows["final"])
    if biggest > max(1, sum(rows.values()) // 10):
        return ["so many copies of so few rows that a held-out part is over a tenth"]
    return []
