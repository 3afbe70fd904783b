"""A catalogue: an immutable mapping of names to entries that answers a wrong name well.

A name may carry a parameter behind a colon (`alpha:0.5`). Its entry is then a `Family`: the text
behind the colon becomes an entry when it is asked for. `whole`, `number`, `positive` and `share`
read such a text.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from saddle.errors import BadValue, bad, unknown

T = TypeVar("T")


@dataclass(frozen=True)
class Family(Generic[T]):
    """Entries that share a name and differ by a parameter.

    Attributes:
        make: from the text behind the colon to the entry.
        example: a parameter that is valid; the laws are tested on it.
        parameter: what the text means, in a few words.
        default: the parameter where none is given, or None where one is needed.
        choices: every parameter there is, where they are names and can be listed.
    """

    make: Callable[[str], T]
    example: str
    parameter: str
    default: str | None = None
    choices: tuple[str, ...] = ()


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
                + (f". Known: {', '.join(sorted(entry.choices))}" if entry.choices else "")
            )
        return entry.make(text)

    def __iter__(self) -> Iterator[str]:
        """Every name, families with all choices or an example: what the laws are tested over."""
        for name, entry in self._entries.items():
            if isinstance(entry, Family):
                yield from (f"{name}:{text}" for text in entry.choices or (entry.example,))
            else:
                yield name

    def __len__(self) -> int:
        return sum(1 for _ in self)

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


# ---- what stands behind a colon -----------------------------------------------------------------


def whole(text: str, argument: str, *, low: int = 0, high: int | None = None) -> int:
    """The whole number that `text` is, from `low` to `high`.

    >>> whole("8", "K of ring:K", low=2)
    8
    >>> whole("1", "K of ring:K", low=2)
    Traceback (most recent call last):
    saddle.errors.BadValue: K of ring:K must be a whole number of at least 2, got '1'
    """
    digits = text.isascii() and text.isdigit() and len(text) <= DIGITS
    if not digits or int(text) < low or (high is not None and int(text) > high):
        limits = f"of at least {low}" if high is None else f"from {low} to {high}"
        raise bad(argument, text, f"a whole number {limits}")
    return int(text)


DIGITS = 18
"""Of a whole number behind a colon, at most; more are no count of anything."""


def number(text: str, argument: str, *, low: float = -math.inf, high: float = math.inf) -> float:
    """The finite number that `text` is, from `low` to `high`, both allowed.

    >>> number("-45", "DEGREES", low=-360, high=360)
    -45.0
    """
    limits = "" if low == -math.inf and high == math.inf else f" from {low:g} to {high:g}"
    return _read(text, argument, f"a number{limits}", lambda value: low <= value <= high)


def positive(text: str, argument: str) -> float:
    """The finite number above zero that `text` is.

    >>> positive("0.01", "C of clip:C")
    0.01
    """
    return _read(text, argument, "a number above 0", lambda value: value > 0)


def share(text: str, argument: str) -> float:
    """The number between zero and one, neither of them allowed, that `text` is.

    >>> share("1.5", "P of mlp-dropout:P")
    Traceback (most recent call last):
    saddle.errors.BadValue: P of mlp-dropout:P must be a number between 0 and 1, got '1.5'
    """
    return _read(text, argument, "a number between 0 and 1", lambda value: 0 < value < 1)


def _read(text: str, argument: str, allowed: str, fits: Callable[[float], bool]) -> float:
    try:
        value = float(text)
    except ValueError:
        raise bad(argument, text, allowed) from None
    if not (math.isfinite(value) and fits(value)):
        raise bad(argument, text, allowed)
    return value
