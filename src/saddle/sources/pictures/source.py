"""Pictures as a source: 8-bit rows of one size, parts by content, near-duplicates on one side."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from saddle.sources.base import Described, RawBatch, Split
from saddle.sources.counter import Indices
from saddle.sources.finite import (
    Finite,
    describe_labels,
    parts_told,
    size,
    small_parts,
    split_hashes,
    together,
    too_many_copies,
)
from saddle.sources.pictures.near import near_duplicates
from saddle.sources.pictures.options import Bytes, LeftOut, Told, listed
from saddle.sources.pictures.shelves import Shelved

TRAIN: Split = "train"

FEW = {16: 1000, 32: 5000, 64: 5000, 128: 10_000, 256: 20_000}
"""Pictures to train on that are few for a side of that many pixels."""

UNEVEN = 10
"""How many times rarer than the most frequent class one may be before it is told."""


def few(side: int) -> int:
    """How many pictures to train on are few for that side.

    >>> few(8), few(64), few(65), few(1000)
    (1000, 5000, 10000, 20000)
    """
    return next((n for most, n in FEW.items() if side <= most), max(FEW.values()))


class Pictures(Finite):
    """Pictures `x` (n, H, W, C) of 8 bits, C 1 or 3, with labels `given` where there are any.

    A part is told by the hash of a picture's pixels; copies and near-duplicates fall on one side.

    Attributes:
        shape: of one picture, (H, W, C).
        told: what was met and what was done on the way.
        left_out: files that are none of the pictures, with the reason.
        groups: the group of near-duplicates of each picture, (n,).
    """

    def __init__(self, name: str, found: Shelved, *, seed: int) -> None:
        self._found = found
        self.groups = near_duplicates(found.thumbs, found.hashes)
        spaces = {"x": "image"} | ({} if found.labels is None else {"given": "label"})
        parts = split_hashes(
            together(found.hashes, self.groups), watched=found.watched, tested=found.tested
        )
        super().__init__(name, spaces, parts, seed=seed)
        self.shape = found.shelf.shape

    @property
    def told(self) -> Told:
        """What was met and what was done on the way."""
        return self._found.told

    @property
    def left_out(self) -> tuple[LeftOut, ...]:
        """Files that are none of the pictures, with the reason."""
        return tuple(self.told.left_out)

    @property
    def labels(self) -> npt.NDArray[Any] | None:
        """The label of each picture, in the order in which they came, or None."""
        return self._found.labels

    def called(self, number: int) -> str:
        """What a picture is called: its file, or its number, counted from 0."""
        names = self._found.names
        return f"picture {number}" if names is None else names[number]

    @property
    def held(self) -> bool:
        """Whether all pictures are in memory; else each batch is decoded when asked for."""
        return self._found.shelf.held

    def rows(self, numbers: Indices) -> RawBatch:
        """The pictures of these numbers, counted in the order in which they came."""
        images: Bytes = self._found.shelf.take(numbers)
        beside = {} if self.labels is None else {"given": self.labels[numbers]}
        return {"x": images, **beside}

    def values(self, key: str) -> npt.NDArray[Any]:
        """The labels of all pictures, which needs none of them decoded."""
        beside = {} if self.labels is None else {"given": self.labels}
        return beside[key]

    def kept(self) -> RawBatch | None:
        """Everything that makes this source again, or None where pictures are streamed."""
        if not self.held:
            return None
        everything = self.rows(np.arange(len(self.groups)))
        return {
            **everything,
            "watched": np.array(self._found.watched),
            "tested": np.array(self._found.tested),
            "name": np.array(self.name),
        }

    # ------------------------------------------------------------ what it tells

    @cached_property
    def _colourless(self) -> bool:
        """Whether red, green and blue are equal everywhere, as far as that is known."""
        if self.shape[2] == 1 or not self.held:
            return False
        images = self._found.shelf.take(np.arange(len(self.groups)))
        return bool((images[..., 0] == images[..., 1]).all() and
                    (images[..., 0] == images[..., 2]).all())  # fmt: skip

    def _near(self, split: Split) -> int:
        """Pictures to train on that have a near-duplicate in a part of its own."""
        train, other = (self.groups[self.parts[which]] for which in (TRAIN, split))
        return int(np.isin(train, other).sum())

    @property
    def _own(self) -> dict[Split, str]:
        """Which parts came as parts of their own, and what they are called."""
        told: dict[Split, tuple[int, str]] = {
            "watch": (self._found.watched, "part to watch"),
            "final": (self._found.tested, "test part"),
        }
        return {split: name for split, (count, name) in told.items() if count}

    def describe(self) -> Described:
        """Pictures, what was done to them, what was left out, copies, classes, parts, memory."""
        height, width, channels = self.shape
        kind = "grey" if channels == 1 else "red, green and blue"
        count, found = len(self.groups), self._found.told
        facts = [
            ("source", self.name),
            ("gives", ", ".join(f"{key} ({self.spaces[key]})" for key in sorted(self.gives))),
            ("pictures", f"{count} from {found.found}, {width} x {height}, {kind}"),
            *[("done", text) for text in found.done],
            ("copies", self._copies()),
            ("parts", parts_told(self.sizes) + "".join(
                f" (a {name} of its own)" for name in self._own.values())),
            ("memory", self._memory()),
        ]  # fmt: skip
        if found.left_out:
            facts.append(("left out", f"{len(found.left_out)}: {listed(found.left_out)}"))
        if found.ignored:
            facts.append(("ignored", f"{found.ignored} files, no pictures by their endings"))
        if self.labels is not None:
            facts.append(("given", describe_labels(self.labels)))
        return Described(self.sizes, facts, self._warnings())

    def _copies(self) -> str:
        """How many pictures are copies, and how many are nearly one."""
        copies = len(self.groups) - len(np.unique(self._found.hashes))
        near = len(np.unique(self._found.hashes)) - len(np.unique(self.groups))
        if not copies + near:
            return "none, and no near-duplicates"
        groups = int((np.bincount(self.groups) > 1).sum())
        return (
            f"{copies} copies of another and {near} near-duplicates, in {groups} groups that "
            "are kept on one side"
        )

    def _memory(self) -> str:
        """What the pictures take, or would take."""
        told = size(len(self.groups) * int(np.prod(self.shape)))
        return (
            told if self.held else f"{told} decoded, too much to hold: read from files as needed"
        )

    def _warnings(self) -> list[str]:
        """What is off, in sentences."""
        said = small_parts(self.sizes)
        if not self._own:
            said += too_many_copies(self.sizes)
        side, train = min(self.shape[:2]), self.sizes["train"]
        if train < few(side):
            said.append(
                f"few pictures for their size: {train} of {side} x {side} to train on, fewer than "
                f"{few(side)}; a critic soon knows them by heart"
            )
        if self.left_out:
            said.append(f"{len(self.left_out)} files were left out: {listed(self.left_out, 1)}")
        for split, name in self._own.items():
            near = self._near(split)
            if near:
                said.append(f"{near} pictures to train on have a near-duplicate in the {name}")
        if self._colourless:
            said.append("no picture has any colour, though all are stored in red, green and blue")
        return said + uneven(self.labels)


def uneven(labels: npt.NDArray[Any] | None) -> list[str]:
    """Whether a class is much rarer than another, in a sentence."""
    if labels is None:
        return []
    names, counts = np.unique(labels, return_counts=True)
    rare, common = counts.argmin(), counts.argmax()
    if counts[rare] * UNEVEN > counts[common]:
        return []
    return [
        f"uneven classes: {names[rare]} has {counts[rare]} pictures, "
        f"{names[common]} has {counts[common]}"
    ]
