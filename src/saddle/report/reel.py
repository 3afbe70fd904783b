"""The film of a run: one frame a look, samples over data or a sheet of samples."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from saddle.errors import unknown
from saddle.report import sheets
from saddle.report.clouds import frame, panels, phase
from saddle.report.read import Look, Record
from saddle.report.shade import LOG_RATIO, Shade, meaning, probability, score
from saddle.report.shown import CLOUDS, SHEETS, looks_of
from saddle.report.style import FAKE, INK, MUTED, PAPER, REAL, pixels

if TYPE_CHECKING:
    from PIL.Image import Image

T = TypeVar("T")


@dataclass(frozen=True)
class Cut:
    """How long and how heavy a film may be."""

    frames: int
    bytes: int


PAGE = Cut(36, 900_000)
"""On a page, which holds every picture twice more."""

ALONE = Cut(120, 4_000_000)
"""In a file of its own."""

TRIED = 6
"""Frames that are drawn first, to tell how heavy the film will be."""

COLOURS = 64
FIXED = (INK, MUTED, PAPER, REAL, FAKE, "#8f9298", "#c4c6c9", "#55585e")
"""Colours that every frame needs, however few of its pixels have them: words and points."""

ENDINGS = {".gif": "GIF", ".webp": "WEBP", ".png": "PNG"}
"""The formats of a film, by the ending of its file."""

SIZES = (100, 90, 80, 72, 64, 56, 48)
"""Dots an inch, of which the largest is taken that keeps the film small enough."""

ACROSS = (10, 8, 7, 6, 5, 4, 3, 2)
"""Pictures in a row of a frame, likewise."""


@dataclass(frozen=True, eq=False)
class Kind:
    """A kind of film.

    Attributes:
        name: of the samples that it shows.
        reads: how it is read.
        frame: what a frame shows.
        moving, still: formats of the film and of one frame on a page.
        how: how each format is saved.
        roll: from a record, its looks and a size to a frame each.
        sizes: the sizes, largest first; the bytes of a frame grow as their squares.
        light: the share of a film's bytes that it may have: photographs weigh more.
        look: the classes of its element.
    """

    name: str
    reads: str
    frame: str
    moving: str
    still: str
    how: Mapping[str, Mapping[str, Any]]
    roll: Callable[[Record, list[Look], int], list[Image]]
    sizes: Sequence[int]
    light: float = 1.0
    look: str = ""


@dataclass(frozen=True, eq=False)
class Film:
    """Frames of one size, and the step of each."""

    steps: list[int]
    frames: list[Image]
    kind: Kind = field(default_factory=lambda: FILMS[0])

    def moving(self, form: str = "GIF") -> bytes:
        """The frames as one animated image that lasts about eight seconds and holds its end."""
        pace = min(max(8000 // len(self.frames), 80), 600)
        length = [pace] * (len(self.frames) - 1) + [2600]
        return animated(self.frames, form, length, self.kind.how[form])

    def still(self, number: int) -> bytes:
        """One frame as an image of a page."""
        file, form = io.BytesIO(), self.kind.still
        self.frames[number].save(file, form, **STILLS[form])
        return file.getvalue()


STILLS: Mapping[str, Mapping[str, Any]] = {"PNG": {"optimize": True}, "WEBP": {"quality": 80}}
"""How one frame is saved."""

TABLES: Mapping[str, Callable[[list[Image]], list[Image]]] = {
    "GIF": lambda frames: many_colours(frames),
}
"""What has a table of colours instead of colours."""


def animated(
    frames: list[Image], form: str, length: Sequence[int], how: Mapping[str, Any]
) -> bytes:
    """Frames one after the other, each for its milliseconds, played for ever."""
    file = io.BytesIO()
    first, *rest = TABLES[form](frames) if form in TABLES else frames
    first.save(file, form, save_all=True, append_images=rest, duration=length, loop=0, **how)
    return file.getvalue()


def format_of(path: Path) -> str:
    """The format that a file's ending asks for.

    >>> format_of(Path("a/film.GIF"))
    'GIF'
    """
    ending = path.suffix.lower()
    if ending not in ENDINGS:
        raise unknown("ending of a film", ending or path.name, ENDINGS)
    return ENDINGS[ending]


def shot(record: Record, cut: Cut = PAGE, form: str = "") -> Film | None:
    """The film of a run, or None where no look holds samples; light in its format."""
    for kind in FILMS:
        if looks := spread(looks_of(record, kind.name), cut.frames):
            weight = weighed(record, looks, kind, form or kind.moving)
            size = fitting(weight, round(kind.light * cut.bytes), kind.sizes)
            return Film([look.step for look in looks], kind.roll(record, looks, size), kind)
    return None


def weighed(record: Record, looks: list[Look], kind: Kind, form: str) -> float:
    """The bytes that a film of the largest frames would have, told from a few of them."""
    tried = spread(looks, TRIED)
    trial = Film([look.step for look in tried], kind.roll(record, tried, kind.sizes[0]), kind)
    return len(trial.moving(form)) * len(looks) / len(tried)


def fitting(weight: float, most: int, sizes: Sequence[int] = SIZES) -> int:
    """The largest size that keeps a film of that weight at the first size below `most` bytes."""
    fit = [size for size in sizes if weight * (size / sizes[0]) ** 2 <= most]
    return fit[0] if fit else sizes[-1]


def spread(looks: list[T], most: int) -> list[T]:
    """At most so many, evenly, the first and the last among them.

    >>> spread([1, 2, 3, 4, 5], 3)
    [1, 3, 5]
    """
    if len(looks) <= most:
        return looks
    return [looks[round(i * (len(looks) - 1) / (most - 1))] for i in range(most)]


# ------------------------------------------------------------------------------------- of clouds


def of_clouds(record: Record, looks: list[Look], dpi: int) -> list[Image]:
    """A frame a look, all of the same few colours and over one scale of the critic."""
    return one_palette(pictures(record, looks, film_shade(record, looks), dpi))


def film_shade(record: Record, looks: list[Look]) -> Shade | None:
    """One scale for the whole film: D where the score is a log ratio, else the score."""
    duels = [panel.duel for panel in panels(record, looks[-1]) if panel.duel]
    if not duels:
        return None
    if meaning(record, duels[0]) == LOG_RATIO:
        return probability()
    return max((score(record, duel, looks) for duel in duels), key=lambda shade: shade.limit)


def pictures(record: Record, looks: list[Look], shade: Shade | None, dpi: int) -> list[Image]:
    """Each look as a picture."""
    from PIL import Image

    drawn = [pixels(frame(record, look, shade), dpi=dpi) for look in looks]
    return [Image.frombytes("RGBA", (w, h), data).convert("RGB") for w, h, data in drawn]


def one_palette(images: list[Image], colours: int = COLOURS) -> list[Image]:
    """The same few colours for every frame, found on up to five of them; no dither."""
    from PIL import Image

    picked = [images[i * (len(images) - 1) // 4] for i in range(5)]
    strip = Image.new("RGB", (images[0].width, images[0].height * len(picked)))
    for number, image in enumerate(picked):
        strip.paste(image, (0, number * image.height))
    common = strip.quantize(colours - len(FIXED), method=Image.Quantize.MEDIANCUT).getpalette()
    fixed = [int(colour[i : i + 2], 16) for colour in FIXED for i in (1, 3, 5)]
    palette = Image.new("P", (1, 1))
    palette.putpalette((common or [])[: 3 * (colours - len(FIXED))] + fixed)
    return [image.quantize(palette=palette, dither=Image.Dither.NONE) for image in images]


# ------------------------------------------------------------------------------------- of sheets


def of_sheets(record: Record, looks: list[Look], across: int) -> list[Image]:
    """A frame a look, in every colour that the samples have."""
    return sheets.frames(looks, across, [phase(record, look) for look in looks])


def many_colours(images: list[Image]) -> list[Image]:
    """As many common colours as a GIF can have; frames that have a palette keep it."""
    kept = images[0].mode in ("P", "L")
    return images if kept else one_palette(images, EVERY)


EVERY = 256
"""Colours of a GIF, at most."""

OF_CLOUDS = Kind(
    CLOUDS,
    "Samples over data over the critic, at every look, from the same noise: what moves is the "
    "generator.",
    "Samples over data",
    "GIF",
    "PNG",
    {
        "GIF": {"disposal": 1},
        "WEBP": {"lossless": True, "quality": 60, "method": 3},
        "PNG": {},
    },
    of_clouds,
    SIZES,
)
OF_SHEETS = Kind(
    SHEETS,
    "Samples at every look, by the averaged generator and from the same noise: what moves is the "
    "generator.",
    "A sheet of samples",
    "WEBP",
    "WEBP",
    {"GIF": {"disposal": 1}, "WEBP": {"quality": 80, "method": 3}, "PNG": {}},
    of_sheets,
    ACROSS,
    light=0.3,
    look=" pixels",
)
FILMS: Sequence[Kind] = (OF_CLOUDS, OF_SHEETS)
"""Every kind of film; a run has the first one that its looks hold samples of."""
