"""Finite sources: rows that are there, in three parts chosen by their content."""

from __future__ import annotations

from hashlib import blake2b

import numpy as np
import numpy.typing as npt

from saddle.errors import BadData, Incompatible
from saddle.sources.base import Described, Floats, Modes, Positions, RawBatch, Source, Split
from saddle.sources.counter import SPLITS, Indices, permutation
from saddle.sources.entry import Describes, describe_contract, span
from saddle.sources.reading import Table

LEAST, MOST = 200, 10_000
"""A held-out part should have LEAST rows, and gets no more than MOST."""

KEPT = 6
"""How many orders of rows a source keeps; the oldest is dropped first."""


def split_rows(x: Floats) -> dict[Split, Indices]:
    """Which rows belong to which part, told by a hash of each row's bytes.

    The rows of smallest hash are `final`, those of largest hash `watch`, a tenth of all rows each
    at most and never more than 10,000; the rest is `train`. Equal rows have equal hashes and fall
    on one side. The order of the rows and the seed change nothing; rows added later move only
    those near the two borders.
    """
    plain = np.ascontiguousarray(x + 0.0)  # turns -0.0 into 0.0, which equals it
    hashes = np.array(
        [int.from_bytes(blake2b(row.tobytes(), digest_size=8).digest(), "big") for row in plain],
        dtype=np.uint64,
    )
    _, group, counts = np.unique(hashes, return_inverse=True, return_counts=True)
    if len(counts) < 4:
        raise BadData(
            "two rows to train on, one to watch, one for the end: at least 4 different rows, "
            f"got {len(counts)} among {len(x)}"
        )
    wanted = min(len(x) // 10, MOST)
    part = np.zeros(len(counts), dtype=np.int64)
    final = _take(counts, np.arange(len(counts)), wanted, leave=3)
    part[final] = SPLITS["final"]
    free = np.flatnonzero(part == 0)[::-1]
    part[_take(counts, free, wanted, leave=2)] = SPLITS["watch"]
    return {split: np.flatnonzero(part[group] == number) for split, number in SPLITS.items()}


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


class Rows:
    """Rows of numbers, with a label or a point given beside each where there is one.

    Row `position` of a part of n rows is row permutation(position // n)[position % n] of it, the
    permutation drawn from (seed, part, epoch).

    Attributes:
        columns: what the numbers are called.
        parts: which rows belong to which part.
    """

    def __init__(self, name: str, table: Table, *, seed: int) -> None:
        self.name = name
        self.columns = table.names
        self.parts = split_rows(table.x)
        self.aligned = table.given is not None
        self.size: int | None = len(self.parts["train"])
        self.modes: Modes | None = None
        self._data: RawBatch = {"x": table.x}
        self.spaces = {"x": "points"}
        if table.given is not None:
            self._data["given"] = table.given
            self.spaces["given"] = "points" if table.given.ndim == 2 else "label"
        self.gives = frozenset(self._data)
        self._seed = seed
        self._orders: dict[tuple[Split, int], Indices] = {}

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
        at = np.asarray(positions)
        epochs, places = np.divmod(at, len(self.parts[split]))
        rows = np.empty(len(at), dtype=np.intp)
        for epoch in set(epochs.tolist()):
            here = epochs == epoch
            rows[here] = self._order(split, epoch)[places[here]]
        return {key: np.take(values, rows, axis=0) for key, values in self._data.items()}

    def part(self, split: Split) -> RawBatch:
        """All rows of a part, in the order in which they came."""
        return {key: values[self.parts[split]] for key, values in self._data.items()}

    def kept(self) -> RawBatch | None:
        """Everything that makes this source again, in the order in which it came."""
        return {**self._data, "columns": np.array(self.columns), "name": np.array(self.name)}

    @property
    def sizes(self) -> dict[str, int]:
        """Rows of each part."""
        return {str(split): len(rows) for split, rows in self.parts.items()}

    def log_prob(self, x: Floats) -> Floats | None:
        """None: nobody knows the density that rows came from."""
        return None

    def describe(self) -> Described:
        """Rows, columns, ranges, duplicates, parts, memory, and what to know before training."""
        x = self._data["x"]
        copies = len(x) - len(np.unique(x + 0.0, axis=0))
        low, high = x.min(axis=0), x.max(axis=0)
        rows = {str(split): len(index) for split, index in self.parts.items()}
        ranges = zip(self.columns, low, high, strict=True)
        facts = [
            ("source", self.name),
            ("gives", ", ".join(f"{key} ({self.spaces[key]})" for key in sorted(self.gives))),
            ("rows", f"{len(x)}" + (f", {copies} of them copies of another" if copies else "")),
            *[(f"column {name}", span(a, b)) for name, a, b in ranges],
            ("parts", ", ".join(f"{split} {n}" for split, n in rows.items())),
            ("memory", size(sum(values.nbytes for values in self._data.values()))),
        ]
        if "given" in self._data:
            facts.append(("given", _describe_given(self._data["given"])))
        return Described(rows, facts, _warnings(rows))


def size(count: int) -> str:
    """Bytes in the unit that gives a short number.

    >>> size(960), size(3_500_000)
    ('960 bytes', '3.3 MiB')
    """
    return f"{count} bytes" if count < 2**20 else f"{count / 2**20:.1f} MiB"


def _describe_given(given: npt.NDArray[np.generic]) -> str:
    """The labels and how often each comes, or how many numbers are given."""
    if given.ndim == 2:
        return f"{given.shape[1]} numbers"
    names, counts = np.unique(given, return_counts=True)
    shown = [f"{name} ({n})" for name, n in zip(names[:10], counts[:10], strict=True)]
    more = [f"{len(names) - 10} more"] if len(names) > 10 else []
    return f"{len(names)} labels: " + ", ".join(shown + more)


def _warnings(rows: dict[str, int]) -> list[str]:
    """What is off, in sentences; what is off with the values is told by the spaces they fit."""
    said: list[str] = []
    held = min(rows["watch"], rows["final"])
    if held < LEAST:
        said.append(
            f"a small set: {rows['watch']} rows to watch and {rows['final']} for the verdict, "
            f"fewer than {LEAST}; measures on so few are noisy"
        )
    biggest = max(rows["watch"], rows["final"])
    if biggest > max(1, sum(rows.values()) // 10):
        said.append("so many copies of so few rows that a held-out part is over a tenth")
    return said


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
        """Both sides' rows, or None where a side is endless."""
        found: RawBatch = {}
        for key, side in self.domains.items():
            if not isinstance(side, Rows):
                return None
            found |= {f"{key}.{name}": rows for name, rows in (side.kept() or {}).items()}
        return found

    @property
    def sizes(self) -> dict[str, int] | None:
        """Rows of each part on the shorter side, or None where no side ends."""
        known = [side.sizes for side in self.domains.values() if isinstance(side, Rows)]
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
