"""A source that gives less: a game may leave out what it does not need."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol, runtime_checkable

from saddle.sources.base import Described, Floats, Modes, Positions, RawBatch, Source, Split
from saddle.sources.entry import describe


@runtime_checkable
class _Parted(Protocol):
    @property
    def sizes(self) -> Mapping[str, int] | None: ...


@runtime_checkable
class _Keeps(Protocol):
    def kept(self) -> RawBatch | None: ...


class Narrowed:
    """The same rows without some of their keys.

    Attributes:
        whole: the source that gives all.
    """

    def __init__(self, whole: Source, keys: frozenset[str]) -> None:
        self.whole = whole
        self.name = whole.name
        self.gives = keys
        self.spaces = {key: whole.spaces[key] for key in keys}
        self.aligned = False
        self.size: int | None = whole.size
        self.modes: Modes | None = whole.modes

    def batch(self, positions: Positions, split: Split = "train") -> RawBatch:
        """The rows at those positions, with the keys that are left."""
        rows = self.whole.batch(positions, split)
        return {key: rows[key] for key in rows if key in self.gives}

    @property
    def sizes(self) -> Mapping[str, int] | None:
        """Rows of each part, or None where it is endless."""
        return self.whole.sizes if isinstance(self.whole, _Parted) else None

    def kept(self) -> RawBatch | None:
        """Everything that makes the whole source again."""
        return self.whole.kept() if isinstance(self.whole, _Keeps) else None

    def log_prob(self, x: Floats) -> Floats | None:
        """That of the whole source."""
        return self.whole.log_prob(x)

    def describe(self) -> Described:
        """What the whole source tells, and what is left out of it."""
        told = describe(self.whole)
        left = ", ".join(sorted(self.whole.gives - self.gives))
        return Described(told.rows, [*told.facts, ("left out", left)], told.warnings)
