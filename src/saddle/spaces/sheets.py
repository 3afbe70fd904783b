"""Sheets of pictures, and pictures as files."""

from __future__ import annotations

import io
import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from saddle.spaces.base import Raw

Picture = npt.NDArray[np.uint8]

GAP, PAPER = 2, 255
"""Pixels between two pictures of a sheet, and what they are filled with."""

WIDE = 640
"""Small pictures are enlarged by a whole factor as long as the sheet is no wider."""


def sheet(pictures: Raw, *, columns: int | None = None) -> Picture:
    """Pictures (n, H, W, C) side by side, (height, width, C); a square where columns is None.

    >>> sheet(np.zeros((4, 8, 8, 1), np.uint8)).shape
    (630, 630, 1)
    """
    n, h, w, c = pictures.shape
    across = columns or math.ceil(math.sqrt(n))
    factor = max(1, (WIDE - GAP * (across + 1)) // (across * w))
    large = pictures.repeat(factor, axis=1).repeat(factor, axis=2)
    h, w = h * factor, w * factor
    down = math.ceil(n / across)
    page = np.full((GAP + down * (h + GAP), GAP + across * (w + GAP), c), PAPER, np.uint8)
    for i, picture in enumerate(large):
        y, x = GAP + (i // across) * (h + GAP), GAP + (i % across) * (w + GAP)
        page[y : y + h, x : x + w] = picture
    return page


def class_sheet(
    pictures: Raw, labels: Raw | None, *, most: int = 64, each: int = 10, classes: int = 10
) -> Picture:
    """A sheet of the first pictures; with labels (n,), the first few of one class in each row."""
    if labels is None or labels.ndim != 1:
        return sheet(pictures[:most])
    rows = by_class(labels, each=each, classes=classes)
    wide = max(map(len, rows))
    blank = np.full_like(pictures[:1], PAPER)
    filled = [np.concatenate([pictures[row], *[blank] * (wide - len(row))]) for row in rows]
    return sheet(np.concatenate(filled), columns=wide)


def by_class(labels: Raw, *, each: int = 10, classes: int = 10) -> list[list[int]]:
    """The first few rows of each of the first classes.

    >>> by_class(np.array([1, 0, 1, 1]), each=2)
    [[1], [0, 2]]
    """
    named = np.unique(labels)[:classes]
    return [np.flatnonzero(labels == name)[:each].tolist() for name in named]


def png(picture: Picture) -> bytes:
    """A picture (H, W, C) of one to three channels as the bytes of a PNG file."""
    from PIL import Image

    file = io.BytesIO()
    Image.fromarray(shown(picture)).save(file, "PNG")
    return file.getvalue()


def shown(picture: Picture) -> Picture:
    """A picture as an image file holds it: (H, W) if grey, else (H, W, 3), blue left dark."""
    h, w, c = picture.shape
    if c == 1:
        return picture[:, :, 0]
    return np.concatenate([picture, np.zeros((h, w, 3 - c), np.uint8)], 2)


def film(frames: Sequence[Picture], *, seconds: float = 0.05) -> bytes:
    """Pictures (H, W, C) one after the other as the bytes of an animated PNG, played for ever."""
    from PIL import Image

    images = [Image.fromarray(shown(frame)) for frame in frames]
    file = io.BytesIO()
    images[0].save(
        file,
        "PNG",
        save_all=True,
        append_images=images[1:],
        duration=round(1000 * seconds),
        loop=0,
    )
    return file.getvalue()
