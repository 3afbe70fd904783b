"""What a row of the catalogue of sources holds, and what every source can tell of itself."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np

from saddle.errors import bad
from saddle.reference import Reference
from saddle.sources.base import Described, Floats, Modes, Source


@dataclass(frozen=True)
class Entry:
    """One row: calling it with a seed makes the source.

    Attributes:
        about: the definition in one line.
        build: from a seed to the source.
        reference: who published the definition, or None where it is ours.
    """

    about: str
    build: Callable[[int], Source]
    reference: Reference | None = None

    def __call__(self, seed: int = 0) -> Source:
        """The source whose rows are drawn from that seed."""
        return self.build(seed)


@runtime_checkable
class Describes(Protocol):
    """A source that can tell more about itself than the contract asks."""

    def describe(self) -> Described:
        """What `saddle inspect` prints."""
        ...


def describe(source: Source) -> Described:
    """What `source` tells of itself before training, whoever wrote it."""
    if isinstance(source, Describes):
        return source.describe()
    return describe_contract(source)


def describe_contract(source: Source) -> Described:
    """What the contract alone tells of a source."""
    gives = ", ".join(f"{key} ({source.spaces[key]})" for key in sorted(source.gives))
    facts = [("source", source.name), ("gives", gives)]
    facts.append(("rows", "endless" if source.size is None else str(source.size)))
    if source.gives == {"a", "b"}:
        facts.append(("aligned", "yes" if source.aligned else "no"))
    if source.modes is not None:
        facts.append(("modes", describe_modes(source.modes)))
    return Described(None if source.size is None else {"train": source.size}, facts)


def describe_modes(modes: Modes) -> str:
    """How many, how wide and of what weight."""
    std = np.sqrt(np.linalg.eigvalsh(modes.covariances).clip(0))
    weight = span(modes.weights.min(), modes.weights.max())
    return f"{len(modes.weights)}, std {span(std.min(), std.max())}, weight {weight}"


def span(low: float, high: float) -> str:
    """A range as text, with digits enough to tell its ends apart; one number where both agree."""
    ends, wide = max(abs(low), abs(high)), high - low
    if wide <= 1e-12 * ends:
        return f"{low:.4g}"
    digits = max(4, 2 + math.ceil(math.log10(ends / wide)))
    return f"{low:.{digits}g} to {high:.{digits}g}"


def as_points(x: Floats, dimension: int) -> Floats:
    """Points as float64 (n, d); refused where d is another."""
    points = np.asarray(x, dtype=np.float64)
    if points.ndim != 2 or points.shape[1] != dimension:
        raise bad("x", points.shape, f"of shape (n, {dimension})")
    return points
