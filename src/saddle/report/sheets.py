"""Pictures of pictures: sheets of real ones and of samples, enlarged by whole factors."""

from __future__ import annotations

import io
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from typing import TYPE_CHECKING

import numpy as np

from saddle.report.partners import both_of
from saddle.report.read import Array, Look, Record, optional_arrays
from saddle.report.shown import DRAWN, SHEETS, kind_of, looks_of
from saddle.report.style import INK, MUTED, PAPER, inline, words

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageFont import FreeTypeFont

WIDE = 448
"""Pixels that a sheet is wide, at most: two stand side by side on a page."""

GAP, LINE = 2, 22
"""Pixels between two pictures, and of a line of text above them."""

ACROSS = 10
"""Pictures of a class in a row, at most, and classes on a sheet."""

SMALLEST = 4
"""Pictures in a row, at least: larger ones are made smaller."""

NAMES = 28
"""Pixels that the names of classes have, about."""

LETTERS = 12
"""Size of the names of classes in pixels."""

NEIGHBOURS = "neighbours.npz"
"""Where a run keeps samples beside their nearest training pictures."""


@dataclass(frozen=True, eq=False)
class Rows:
    """Rows of pictures, each with its name.

    Attributes:
        pictures: (n, H, W, C), 8 bits a channel.
        rows: which pictures stand in each row.
        names: of each row; empty where they have none.
    """

    pictures: Array
    rows: list[list[int]]
    names: list[str]

    @property
    def n(self) -> int:
        """Pictures that are shown."""
        return sum(map(len, self.rows))

    @property
    def across(self) -> int:
        """Pictures of the longest row."""
        return max(map(len, self.rows), default=0)


@dataclass(frozen=True, eq=False)
class Sheet:
    """A sheet as it is shown.

    Attributes:
        image: its pixels.
        title: what it is of.
        reads: step, number, and how it is read.
    """

    image: Image
    title: str
    reads: str


# ---------------------------------------------------------------------------------- which go where


def rows_of(pictures: Array, labels: Array | None, classes: Sequence[object], most: int) -> Rows:
    """A row for each class, or a square where there are no classes.

    >>> rows_of(np.zeros((9, 4, 4, 1)), None, [], 3).rows
    [[0, 1, 2], [3, 4, 5], [6, 7, 8]]
    >>> rows_of(np.zeros((4, 4, 4, 1)), np.array([1, 0, 1, 1]), [0, 1], 2).rows
    [[1], [0, 2]]
    """
    if labels is not None:
        held = [np.flatnonzero(labels == name)[:most].tolist() for name in classes]
        return Rows(pictures, held, [words(name, 14) for name in classes])
    n = min(len(pictures), most * most)
    return Rows(pictures, [[*range(i, min(i + most, n))] for i in range(0, n, most)], [])


def labels_of(given: Array | None, n: int) -> Array | None:
    """The label of each picture, or None where something else was given, or nothing."""
    return given[:n] if given is not None and given.ndim == 1 and len(given) >= n else None


def classes_of(*labels: Array | None) -> list[object]:
    """The first classes of all."""
    held = {name for some in labels if some is not None for name in some.tolist()}
    return sorted(held, key=lambda name: (str(type(name)), name))[:ACROSS]


def across_of(pictures: Array, labels: Array | None) -> int:
    """How many pictures stand in a row: what fills it best; few where they are large."""
    w = int(pictures.shape[2])
    most = ACROSS if labels is not None else math.ceil(min(64, len(pictures)) ** 0.5)
    fit = [n for n in range(most, min(SMALLEST, most) - 1, -1) if factor_of(w, n) > 0]
    return max(fit, key=lambda n: n * (w * factor_of(w, n) + GAP), default=min(SMALLEST, most))


def factor_of(width: int, across: int, wide: int = WIDE - NAMES) -> int:
    """By what pictures of a width are enlarged, so many in a row; 0 where they are too large."""
    return (wide // max(1, across) - GAP) // width


# --------------------------------------------------------------------------------------- one sheet


def composed(held: Rows, *, wide: int = WIDE, above: str = "") -> Image:
    """A sheet of rows, their names on the left, and a line of text above where there is one."""
    from PIL import Image, ImageDraw

    left = GAP + max((round(font().getlength(name)) + 8 for name in held.names), default=0)
    mode, tiles = tiles_of(held, wide - left)
    h, w = tiles.shape[1:3]
    top = GAP + LINE * bool(above)
    size = (left + held.across * (w + GAP), top + len(held.rows) * (h + GAP))
    page = Image.new("RGB", size, PAPER)
    for down, row in enumerate(held.rows):
        for across, i in enumerate(row):
            at = (left + across * (w + GAP), top + down * (h + GAP))
            page.paste(Image.fromarray(tiles[i]), at)
    pen = ImageDraw.Draw(page)
    pen.text((GAP, GAP + LINE // 2), above, INK, font(), anchor="lm")
    for down, name in enumerate(held.names):
        at = (left - 6, top + down * (h + GAP) + h // 2)
        pen.text(at, name, MUTED, font(), anchor="rm")
    return page.convert(mode)


def tiles_of(held: Rows, wide: int) -> tuple[str, Array]:
    """The pictures as they are pasted: enlarged by a whole factor, or made smaller."""
    last = max((i for row in held.rows for i in row), default=0)
    pixels = eight_bits(held.pictures[: last + 1])
    colour = pixels.shape[3] >= 3
    flat = pixels[..., :3] if colour else pixels[..., 0]
    factor = factor_of(flat.shape[2], held.across, wide)
    if factor > 0:
        return MODES[colour], flat.repeat(factor, axis=1).repeat(factor, axis=2)
    return MODES[colour], smaller(flat, max(1, wide // max(1, held.across) - GAP))


def eight_bits(pictures: Array) -> Array:
    """Pictures of 8 bits a channel; others are cut to that range."""
    held = np.asarray(pictures)
    return held if held.dtype == np.uint8 else np.clip(held, 0, 255).astype(np.uint8)


MODES = {True: "RGB", False: "L"}
"""How an image is kept, by whether it has colours."""


def smaller(pictures: Array, width: int) -> Array:
    """Pictures made to a width; each new pixel is a mean of old ones."""
    from PIL import Image

    height = max(1, round(pictures.shape[1] * width / pictures.shape[2]))
    box = Image.Resampling.BOX
    return np.stack(
        [np.asarray(Image.fromarray(it).resize((width, height), box)) for it in pictures]
    )


@lru_cache(1)
def font() -> FreeTypeFont:
    """The letters of every figure, as pixels."""
    from matplotlib.font_manager import FontProperties, findfont
    from PIL import ImageFont

    return ImageFont.truetype(findfont(FontProperties(family="DejaVu Sans")), LETTERS)


def png(sheet: Sheet) -> bytes:
    """A sheet as PNG; the same sheet gives the same bytes."""
    file = io.BytesIO()
    sheet.image.save(file, "PNG", optimize=True)
    return file.getvalue()


def light_png(sheet: Sheet) -> bytes:
    """A sheet as PNG for a page; one of many colours that is too heavy keeps the commonest."""
    whole = png(sheet)
    if len(whole) <= HEAVY:
        return whole
    return png(Sheet(sheet.image.quantize(256), sheet.title, sheet.reads))


HEAVY = 400_000
"""Bytes of a sheet on a page, at most, before its colours are fewer."""


# --------------------------------------------------------------------------------- sheets of a run


def real_and_made(record: Record) -> list[str]:
    """Real and made, of each kind of pictures that was recorded."""
    held = last(record)
    shown = [it for it in DRAWN if it[0] in held and kind_of(held[it[0]]) == SHEETS]
    return [
        part for made, key, *_ in shown for part in (key, made) if part in {*record.real, made}
    ]


def last(record: Record) -> dict[str, Array]:
    """What the last look with pictures holds."""
    looks = looks_of(record, SHEETS)
    return looks[-1].arrays if looks else {}


def side(record: Record, part: str) -> Sheet:
    """Real pictures or those that were made, as a sheet of the same places."""
    made, key, title, truth = next(it for it in DRAWN if part in it[:2])
    look = looks_of(record, SHEETS)[-1]
    real, fake = record.real.get(key), look.arrays[made]
    sides = {made: (fake, look.arrays.get("given")), key: (real, record.real.get("given"))}
    labels = [labels_of(given, len(x)) for x, given in sides.values() if x is not None]
    pictures, given = sides[part]
    assert pictures is not None
    mine = labels_of(given, len(pictures))
    held = rows_of(pictures, mine, classes_of(*labels), across_of(fake, mine))
    by_row = ", a class in each row" if mine is not None else ""
    told = {
        made: (f"{title}, step {look.step:,}", f"{n_of(held)} drawn by {AVERAGED}{by_row}."),
        key: (truth, f"{n_of(held)} held out, which training did not see{by_row}."),
    }
    return Sheet(composed(held), *told[part])


AVERAGED = "the averaged generator, from the same noise at every look"


def n_of(held: Rows) -> str:
    """How many are shown, and of how many."""
    return f"n = {held.n} of {len(held.pictures):,}"


def partners(record: Record) -> list[str]:
    """Pairs of pictures that were recorded, by the name of the first of each."""
    return [pair[0] for pair in both_of(last(record), SHEETS)]


def pair(record: Record, part: str) -> Sheet:
    """Pictures, and under each what was made of it."""
    look = looks_of(record, SHEETS)[-1]
    start, end, *names = next(it for it in both_of(look.arrays, SHEETS) if it[0] == part)
    x, y = (look.arrays[name][:ACROSS] for name in (start, end))
    title = f"{names[0]} and {names[1]}, step {look.step:,}"
    return Sheet(two_rows(x, y, names), title, "Above the picture, below what was made of it.")


def two_rows(x: Array, y: Array, names: Sequence[str]) -> Image:
    """Pictures above, those that belong to them below, all of one size."""
    n = min(len(x), len(y))
    if x.shape[1:3] != y.shape[1:3]:
        x = np.stack([fitted(it, y.shape[1:3]) for it in x])
    channels = max(x.shape[3], y.shape[3])
    both = np.concatenate([np.broadcast_to(it[:n], (*y[:n].shape[:3], channels)) for it in (x, y)])
    rows = [[*range(n)], [*range(n, 2 * n)]]
    return composed(Rows(both, rows, [words(name, 20) for name in names]))


def fitted(picture: Array, size: tuple[int, ...]) -> Array:
    """A picture made to a height and a width, in squares."""
    h, w = picture.shape[:2]
    down, across = (np.arange(new) * old // new for new, old in zip(size, (h, w), strict=True))
    made: Array = picture[down][:, across]
    return made


# --------------------------------------------------------------------------------------- one frame


def frames(looks: Iterable[Look], most: int, phases: Sequence[str]) -> list[Image]:
    """A frame a look: its samples, all in the same places, so many in a row at most."""
    found = []
    for look, phase in zip(looks, phases, strict=True):
        made = next(n for n, *_ in DRAWN if n in look.arrays and kind_of(look.arrays[n]) == SHEETS)
        pictures = look.arrays[made]
        labels = labels_of(look.arrays.get("given"), len(pictures))
        fit = across_of(pictures, labels)
        across = min(most, fit)
        held = rows_of(pictures, labels, classes_of(labels)[:most], across)
        wide = WIDE * across // fit
        found.append(composed(held, wide=wide, above=f"step {look.step:,}{phase}"))
    return found


# --------------------------------------------------------------------------------- what was copied


def neighbours(record: Record, key: str) -> dict[str, Sheet]:
    """Samples beside their nearest training pictures, by which were chosen."""
    held = optional_arrays(record.run.path / NEIGHBOURS)
    found = {}
    for name, made in held.items():
        domain, which, side = [*name.split("."), "", ""][:3]
        seen = held.get(f"{key}.{which}.train")
        if (domain, side) == (key, "sample") and seen is not None and len(made):
            image = two_rows(made, seen, ("sample", "nearest"))
            found[which] = Sheet(image, which, "")
    return found


def html(sheet: Sheet, alt: str) -> str:
    """A sheet as an element, shown in its own pixels."""
    width, height = sheet.image.size
    src = inline(light_png(sheet), "png")
    size = f"width='{width}' height='{height}'"
    return f"<img class='pixels' src='{src}' alt='{escape(alt)}' {size}>"
