"""The one size that pictures get, and what has to be said of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from saddle.sources.pictures.decoding import Header
from saddle.sources.pictures.options import Options

SIDES = (8, 16, 32, 64, 128, 256)

Shape = tuple[int, int, int]


def shape_for(heads: Sequence[Header], options: Options) -> Shape:
    """Height, width and channels of all pictures, told by their heads and the options."""
    grey = all(head.grey for head in heads) if options.grey is None else options.grey
    sizes = [(head.height, head.width) for head in heads]
    side = options.size or side_for(sizes, options.most)
    return side, side, 1 if grey else 3


def side_for(sizes: Sequence[tuple[int, int]], most: int = SIDES[-1]) -> int:
    """The side of the square; squares that are all of one size are left as they are.

    Args:
        sizes: heights and widths.
        most: what the side is at most.

    >>> side_for([(28, 28), (28, 28)]), side_for([(480, 640), (300, 200), (90, 90)])
    (28, 128)
    """
    different = set(sizes)
    if len(different) == 1 and sizes[0][0] == sizes[0][1] <= most:
        return sizes[0][0]
    median = float(np.median([min(size) for size in sizes]))
    return max([side for side in SIDES if side <= min(median, most)], default=SIDES[0])


SAID = {
    "transparent": "{n} with transparency put on the background {background}",
    "16 bits": "{n} of more than 8 bits scaled to 8",
    "several frames": "{n} with several frames: the first of each is taken",
    "rotated": "{n} turned as their EXIF says",
}


def done_to(heads: Sequence[Header], shape: Shape, options: Options) -> list[str]:
    """What happens to pictures on the way to that shape, in sentences."""
    said = resized([(head.width, head.height) for head in heads], shape, options)
    counts = Counter(trait for head in heads for trait in head.traits)
    said += [
        text.format(n=counts[trait], background=tuple(options.background))
        for trait, text in SAID.items()
        if counts[trait]
    ]
    odd = sum(head.grey == (shape[2] == 3) for head in heads)
    if odd:
        said.append(f"{odd} made {'red, green and blue' if shape[2] == 3 else 'grey'}")
    return said


def resized(sizes: Sequence[tuple[int, int]], shape: Shape, options: Options) -> list[str]:
    """How many were resized, from which widths and heights and how, in a sentence."""
    goal = (shape[1], shape[0])
    other = [size for size in sizes if size != goal]
    if not other:
        return []
    low, high = min(other, key=_area), max(other, key=_area)
    span = _told(low) if low == high else f"{_told(low)} up to {_told(high)}"
    bars = f", bars of {tuple(options.background)}" if options.fit in BARRED else ""
    said = f"{len(other)} resized from {span} to {_told(goal)} by {options.fit}{bars}"
    small = sum(min(size) < min(goal) for size in other)
    return [said + (f", {small} of them made larger" if small else "")]


BARRED = {"pad"}


def _area(size: tuple[int, int]) -> tuple[int, tuple[int, int]]:
    return size[0] * size[1], size


def _told(size: tuple[int, int]) -> str:
    return f"{size[0]} x {size[1]}"
