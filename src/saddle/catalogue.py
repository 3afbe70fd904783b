"""A catalogue: an immutable mapping of names to entries that answers a wrong name well.

A name may carry a parameter behind a colon (`alpha:0.5`). Its entry is then a `Family`: the text
behind the colon becomes an entry when it is asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from saddle.errors import BadValue, unknown

T = TypeVar("T")


@dataclass(frozen=True)
class Family(Generic[T]):
    """Entries that share a name and differ by a parameter.

    Attributes:
        make: from the text behind the colon to the entry.
        example: a parameter that is valid; the laws are tested on it.
        parameter: what the text means, in a few words.
        default: the parameter where none is given, or None where one is needed.
    """

    make: Callable[[str], T]
    example: str
    parameter: str
    default: str | None = None


class Catalogue(Mapping[str, T]):
    """Names and their entries; looking up a wrong name suggests the nearest one.

    >>> squares = Catalogue("square", {"two": 4, "of": Family(lambda t: int(t) ** 2, "3", "n")})
    >>> squares["two"], squares["of:5"], list(squares)
    (4, 25, ['two', 'of:3'])
    """

    def __init__(self, kind: str, entries: Mapping[str, T | Family[T]]) -> None:
        self.kind = kind
        self._entries = dict(entries)

    def __getitem__(self, name: str) -> T:
        head, colon, parameter = name.partition(":")
        if head not in self._entries:
            raise unknown(self.kind, head, self._entries)
        entry = self._entries[head]
        if not isinstance(entry, Family):
            if colon:
                raise BadValue(f"{self.kind} {head!r} takes no parameter, got {name!r}")
            return entry
        text = parameter if colon else entry.default
        if not text:
            raise BadValue(
                f"{self.kind} {head!r} needs a parameter: {head}:{entry.parameter}, "
                f"for example {head}:{entry.example}"
            )
        return entry.make(text)

    def __iter__(self) -> Iterator[str]:
        """Every name, families with their example: what the laws are tested over."""
        for name, entry in self._entries.items():
            yield f"{name}:{entry.example}" if isinstance(entry, Family) else name

    def __len__(self) -> int:
        return len(self._entries)

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and name.partition(":")[0] in self._entries

    def describe(self) -> list[tuple[str, T]]:
        """Name and entry of each row, families as `name:PARAMETER` with their example's entry."""
        return [
            (f"{name}:{entry.parameter}", entry.make(entry.example))
            if isinstance(entry, Family)
            else (name, entry)
            for name, entry in self._entries.items()
        ]
