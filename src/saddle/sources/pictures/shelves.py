"""Where pictures lie once they are chosen: in memory, or in files that are decoded when asked."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

import numpy as np
import numpy.typing as npt

from saddle.errors import BadData
from saddle.sources.counter import Indices, Words
from saddle.sources.pictures.decoding import Unreadable, decoded
from saddle.sources.pictures.near import Vectors
from saddle.sources.pictures.options import Bytes, Options, Told, quiet
from saddle.sources.pictures.pieces import Piece

T = TypeVar("T")
A = TypeVar("A")

WORKERS = min(4, os.cpu_count() or 1)
"""Threads that decode; decoders let one another run."""


class Shelf(Protocol):
    """Pictures by number."""

    @property
    def shape(self) -> tuple[int, int, int]:
        """Of one picture, (H, W, C)."""
        ...

    @property
    def held(self) -> bool:
        """Whether all of them are in memory."""
        ...

    def __len__(self) -> int: ...

    def take(self, numbers: Indices) -> Bytes:
        """The pictures of these numbers, (n, H, W, C)."""
        ...


@dataclass(frozen=True, eq=False)
class Held:
    """Pictures in memory."""

    images: Bytes
    held: bool = True

    @property
    def shape(self) -> tuple[int, int, int]:
        """Of one picture."""
        _, height, width, channels = self.images.shape
        return height, width, channels

    def __len__(self) -> int:
        """How many there are."""
        return len(self.images)

    def take(self, numbers: Indices) -> Bytes:
        """The pictures of these numbers."""
        return np.take(self.images, numbers, axis=0)


@dataclass(frozen=True, eq=False)
class Streamed:
    """Pictures that are decoded whenever they are asked for."""

    items: Sequence[Piece]
    shape: tuple[int, int, int]
    options: Options
    held: bool = False

    def __len__(self) -> int:
        """How many there are."""
        return len(self.items)

    def take(self, numbers: Indices) -> Bytes:
        """The pictures of these numbers; one that cannot be read any more is an error."""
        different, back = np.unique(numbers, return_inverse=True)
        with quiet():
            images = each(self._one, different.tolist())
        out = np.stack(images) if images else np.empty((0, *self.shape), dtype=np.uint8)
        return np.take(out, back, axis=0)

    def _one(self, number: int) -> Bytes:
        piece = self.items[number]
        try:
            return decoded(piece.read(), self.shape, self.options)
        except (OSError, Unreadable) as problem:
            raise BadData(f"{piece.name} can no longer be read: {problem}") from problem


def each(do: Callable[[A], T], over: Iterable[A]) -> list[T]:
    """What `do` gives for each, in order, by a few threads."""
    with ThreadPoolExecutor(WORKERS) as pool:
        return list(pool.map(do, over))


@dataclass(frozen=True, eq=False)
class Shelved:
    """Pictures with all that is known of them.

    Attributes:
        shelf: the pictures.
        labels: (n,), or None.
        hashes: of each picture's pixels, (n,).
        thumbs: what near-duplicates are told by, (n, k).
        told: what was met and done.
        tested: how many of the last are a test part of their own.
        watched: how many before those are a part to watch of their own.
        names: what the files are called, or None where they came as one array.
    """

    shelf: Shelf
    labels: npt.NDArray[Any] | None
    hashes: Words
    thumbs: Vectors
    told: Told
    tested: int = 0
    watched: int = 0
    names: Sequence[str] | None = None
