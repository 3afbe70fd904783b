"""What a user may choose about pictures, and what is told of those that were left out."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from warnings import catch_warnings, simplefilter

import numpy as np
import numpy.typing as npt

from saddle.errors import BadData, bad, unknown

Bytes = npt.NDArray[np.uint8]
"""Pictures, (n, H, W, C), or one, (H, W, C)."""

FITS = ("crop", "pad", "stretch")
LARGEST = 4096
"""Pixels of the longest side that pictures are made to."""


@dataclass(frozen=True)
class Options:
    """How pictures of any kind become squares of one size.

    Attributes:
        size: pixels of the side; None leaves pictures as they are where all are squares of one
            size, and else takes the largest power of two from 8 to 256 that is not above half of
            the short sides.
        fit: how a picture becomes a square: `crop` (its centre), `pad` (bars of the background),
            `stretch`.
        background: red, green and blue of what shows through, and of the bars.
        grey: whether pictures have one channel; None: where all are stored as grey.
        worst: the share of the files that may be left out; more is an error.
        most: pixels of the side that is taken unasked, at most; arrays are left as they are.
        tell: told in words how the reading of files goes on.
    """

    size: int | None = None
    fit: str = "crop"
    background: tuple[int, int, int] = (255, 255, 255)
    grey: bool | None = None
    worst: float = 0.5
    most: int = 256
    tell: Callable[[str], None] = field(default=lambda _: None, compare=False)

    def __post_init__(self) -> None:
        if self.size is not None and not 4 <= self.size <= LARGEST:
            raise bad("size", self.size, f"a whole number of pixels from 4 to {LARGEST}")
        if self.fit not in FITS:
            raise unknown("fit", self.fit, FITS)
        colour = tuple(self.background)
        if len(colour) != 3 or not all(0 <= part <= 255 for part in colour):
            raise bad("background", self.background, "three whole numbers from 0 to 255")
        if not 0 <= self.worst <= 1:
            raise bad("worst", self.worst, "a share from 0 to 1")


def colour(text: str) -> tuple[int, int, int]:
    """Red, green and blue of `#rrggbb`.

    >>> colour("#ff8000")
    (255, 128, 0)
    """
    if not re.fullmatch(r"#[0-9a-fA-F]{6}", text):
        raise bad("background", text, "a colour such as #ffffff or #20a0ff")
    red, green, blue = bytes.fromhex(text[1:])
    return red, green, blue


class LeftOut(NamedTuple):
    """A file that is none of the pictures, with the reason."""

    path: str
    why: str

    def __str__(self) -> str:
        """Both in a line."""
        return f"{self.path} ({self.why})"


@dataclass
class Told:
    """What was met and what was done on the way from files to pictures.

    Attributes:
        found: what was opened: "a folder", "IDX".
        done: what was done to pictures, in sentences.
        left_out: files that are none of them, with the reason.
        ignored: files whose ending says that they are no pictures.
        side: the median of the short sides as they are stored.
    """

    found: str
    done: list[str] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
    ignored: int = 0
    side: int = 0

    def check(self, kept: int, where: str, worst: float) -> None:
        """Refuse a set that has no picture, or of which too many had to be left out."""
        out = len(self.left_out)
        first = listed(self.left_out)
        if kept == 0:
            beside = [f"{out} files left out: {first}"] * bool(out)
            beside += [f"{self.ignored} no pictures by their endings"] * bool(self.ignored)
            raise BadData(
                f"{where}: no picture is there; {self.found} with "
                + (", and ".join(beside) or "nothing in it")
            )
        if out > worst * (out + kept):
            raise BadData(f"{where}: {out} of {out + kept} files had to be left out: {first}")


def listed(left_out: list[LeftOut] | tuple[LeftOut, ...], most: int = 3) -> str:
    """The first of them, and how many more there are."""
    more = [f"{len(left_out) - most} more"] if len(left_out) > most else []
    return ", ".join([*map(str, left_out[:most]), *more])


def shown(name: str, most: int = 80) -> str:
    """A file's name as text that any terminal takes, shortened in the middle.

    >>> shown("a" * 200, 11)
    'aaaa...aaaa'
    """
    text = name.encode("utf-8", "backslashreplace").decode("utf-8")
    text = "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)
    half = (most - 3) // 2
    return text if len(text) <= most else f"{text[:half]}...{text[-half:]}"


@contextmanager
def quiet() -> Iterator[None]:
    """Without the decoders' warnings: what is wrong with a file is told by its name."""
    with catch_warnings():
        simplefilter("ignore")
        yield


@dataclass(frozen=True, eq=False)
class Stack:
    """Pictures that came as one array, as they were stored.

    Attributes:
        images: (n, H, W, C) of 8 bits; C is 1, 3 or 4.
        labels: (n,), or None.
        tested: how many of the last rows are a test part of their own.
        watched: how many before those are a part to watch of their own.
    """

    images: Bytes
    labels: npt.NDArray[Any] | None
    tested: int = 0
    watched: int = 0


def as_labels(values: Any, count: int, where: str) -> npt.NDArray[Any]:
    """Labels as int64 or text (n,), one a picture."""
    labels = np.asarray(values)
    if labels.shape != (count,):
        raise BadData(f"{where}: {count} pictures, but labels of shape {labels.shape}")
    if labels.dtype.kind in "OUS":
        return np.array([str(label) for label in labels])
    whole = labels.dtype.kind in "biu" or (
        labels.dtype.kind in "f" and bool((labels == np.round(labels)).all())
    )
    if not whole:
        raise BadData(f"{where}: labels are whole numbers or text, got {labels.dtype}")
    return labels.astype(np.int64)
