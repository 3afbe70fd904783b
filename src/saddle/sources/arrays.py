"""Tables of numbers as sources, and two sources side by side."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from saddle.errors import Incompatible
from saddle.sources.base import Described, Floats, Modes, Positions, RawBatch, Source, Split
from saddle.sources.counter import Indices
from saddle.sources.entry import Describes, describe_contract, span
from saddle.sources.finite import (
    Finite,
    Parts,
    describe_labels,
    hashes_of,
    parts_told,
    size,
    small_parts,
    split_hashes,
    too_many_copies,
)
from saddle.sources.reading import Table


def split_rows(x: Floats) -> Parts:
    """Which rows of a table belong to which part: see `split_hashes`. Equal rows stay together."""
    return split_hashes(hashes_of(x + 0.0))  # turns -0.0 into 0.0, which equals it


class Rows(Finite):
    """Rows of numbers, with a label or a point given beside each where there is one.

    Attributes:
        columns: what the numbers are called.
    """

    def __init__(self, name: str, table: Table, *, seed: int) -> None:
        self._data: RawBatch = {"x": table.x}
        spaces = {"x": "points"}
        if table.given is not None:
            self._data["given"] = table.given
            spaces["given"] = "points" if table.given.ndim == 2 else "label"
        super().__init__(name, spaces, split_rows(table.x), seed=seed)
        self.columns = table.names

    def rows(self, numbers: Indices) -> RawBatch:
        """The rows of these numbers, counted in the order in which they came."""
        return {key: np.take(values, numbers, axis=0) for key, values in self._data.items()}

    def kept(self) -> RawBatch | None:
        """Everything that makes this source again, in the order in which it came."""
        return {**self._data, "columns": np.array(self.columns), "name": np.array(self.name)}

    def describe(self) -> Described:
        """Rows, columns, ranges, duplicates, parts, memory, and what to know before training."""
        x = self._data["x"]
        copies = len(x) - len(np.unique(x + 0.0, axis=0))
        low, high = x.min(axis=0), x.max(axis=0)
        rows = self.sizes
        ranges = zip(self.columns, low, high, strict=True)
        facts = [
            ("source", self.name),
            ("gives", ", ".join(f"{key} ({self.spaces[key]})" for key in sorted(self.gives))),
            ("rows", f"{len(x)}" + (f", {copies} of them copies of another" if copies else "")),
            *[(f"column {name}", span(a, b)) for name, a, b in ranges],
            ("parts", parts_told(rows)),
            ("memory", size(sum(values.nbytes for values in self._data.values()))),
        ]
        if "given" in self._data:
            facts.append(("given", _describe_given(self._data["given"])))
        return Described(rows, facts, [*small_parts(rows), *too_many_copies(rows)])


def _describe_given(given: npt.NDArray[np.generic]) -> str:
    """The labels and how often each comes, or how many numbers are given."""
    return f"{given.shape[1]} numbers" if given.ndim == 2 else describe_labels(given)


BEYOND = 1 << 40
"""Where the rows of an endless second domain begin: of two alike, no row is the other's pair."""


class TwoDomains:
    """Two sources side by side as domains `a` and `b`, their rows drawn apart.

    Attributes:
        domains: each side as a source of its own, which gives `x`.
    """

    def __init__(self, a: Source, b: Source) -> None:
        for key, side in (("a", a), ("b", b)):
            if "x" not in side.gives:
                raise Incompatible(
                    f"domain {key} must be a source that gives x; {side.name!r} gives "
                    f"{', '.join(sorted(side.gives))}"
                )
        self.name = f"{a.name} | {b.name}"
        self.gives = frozenset({"a", "b"})
        self.spaces = {"a": a.spaces["x"], "b": b.spaces["x"]}
        self.aligned = False
        self.size = max((s.size for s in (a, b) if s.size is not None), default=None)
        self.modes: Modes | None = None
        self.domains = {"a": a, "b": b}

    def batch(self, positions: Positions, split: Split = "train") -> RawBatch:
        """Rows of both sides, each in its own order."""
        a, b = self.domains.values()
        further = positions if b.size is not None else positions + BEYOND
        return {"a": a.batch(positions, split)["x"], "b": b.batch(further, split)["x"]}

    def kept(self) -> RawBatch | None:
        """Both sides' rows, or None where a side is endless or too large."""
        found: RawBatch = {}
        for key, side in self.domains.items():
            kept = side.kept() if isinstance(side, Finite) else None
            if kept is None:
                return None
            found |= {f"{key}.{name}": rows for name, rows in kept.items()}
        return found

    @property
    def sizes(self) -> dict[str, int] | None:
        """Rows of each part on the shorter side, or None where no side ends."""
        known = [side.sizes for side in self.domains.values() if isinstance(side, Finite)]
        return {k: min(sizes[k] for sizes in known) for k in known[0]} if known else None

    def log_prob(self, x: Floats) -> Floats | None:
        """None: ask `domains["a"]` or `domains["b"]`."""
        return None

    def describe(self) -> Described:
        """What both sides tell."""
        told = describe_contract(self)
        rows: dict[str, int] = {}
        for key, side in self.domains.items():
            of = side.describe() if isinstance(side, Describes) else describe_contract(side)
            told.facts.extend((f"{key}: {label}", text) for label, text in of.facts)
            told.warnings.extend(f"{key}: {text}" for text in of.warnings)
            rows |= {f"{key} {part}": n for part, n in (of.rows or {}).items()}
        return Described(rows or None, told.facts, told.warnings)
