"""Every error that saddle raises on purpose, and the sentence that suggests the nearest name.

SaddleError
├── UserError        the words or the data are off             (exit code 2)
│   ├── UnknownName      a name that no catalogue holds
│   ├── BadValue         a value outside of what is allowed
│   ├── Incompatible     two choices that do not go together
│   ├── BadData          a file, array or table that cannot be read as asked
│   └── MissingExtra     an optional package is not installed
└── RunError         the run failed                            (exit code 1)
    ├── NonFinite        a loss or a weight became nan or infinite
    └── BrokenRun        a run folder that is damaged or incomplete
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


class SaddleError(Exception):
    """The root: catching it catches everything that saddle raises on purpose."""


class UserError(SaddleError, ValueError):
    """The words or the data are off; the message says which, what is allowed and what came."""


class UnknownName(UserError):
    """A name that no catalogue holds."""


class BadValue(UserError):
    """A value outside of what is allowed."""


class Incompatible(UserError):
    """Two choices that do not go together, with the reason."""


class BadData(UserError):
    """A file, array or table that cannot be read as asked."""


class MissingExtra(UserError):
    """An optional package is not installed; the message says how to install it."""


class RunError(SaddleError, RuntimeError):
    """The run failed; nothing that was saved is lost."""


class NonFinite(RunError):
    """A loss or a weight became nan or infinite."""


class BrokenRun(RunError):
    """A run folder that is damaged or incomplete."""


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name that is closest in spelling, or None where nothing is close.

    >>> nearest("pearsn", ["pearson", "neyman"])
    'pearson'
    """
    found = get_close_matches(name.lower(), list(known), n=1, cutoff=0.5)
    return found[0] if found else None


def unknown(
    kind: str, name: str, known: Iterable[str], *, shown: Iterable[str] | None = None
) -> UnknownName:
    """The error for a name that a catalogue does not hold.

    Args:
        kind: what the name should have named.
        name: what came.
        known: the names there are; the nearest of them is suggested.
        shown: those that are listed, where all would be too many.

    >>> print(unknown("distance", "wasserstien", ["wasserstein", "js"]))
    unknown distance 'wasserstien': did you mean 'wasserstein'? Known: js, wasserstein
    >>> print(unknown("distance", "qqq", ["wasserstein", "js"]))
    unknown distance 'qqq'. Known: js, wasserstein
    """
    names = sorted(known)
    close = nearest(name, names)
    hint = f": did you mean {close!r}?" if close else "."
    listed = ", ".join(names if shown is None else sorted(shown))
    return UnknownName(f"unknown {kind} {name!r}{hint} Known: {listed}")


def bad(argument: str, value: object, allowed: str) -> BadValue:
    """The error for a value outside of what is allowed.

    >>> print(bad("batch", 0, "a whole number of at least 2"))
    batch must be a whole number of at least 2, got 0
    """
    return BadValue(f"{argument} must be {allowed}, got {value!r}")
