"""The film of a run: one frame a look, samples over data over the critic."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from saddle.errors import unknown
from saddle.report.clouds import drawn_rows, frame, panels
from saddle.report.read import Look, Record
from saddle.report.shade import LOG_RATIO, Shade, meaning, probability, score
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

FORMATS: dict[str, dict[str, Any]] = {
    "GIF": {"disposal": 1},
    "WEBP": {"lossless": True, "quality": 60, "method": 3},
    "PNG": {},
}
"""How each is saved."""

SIZES = (100, 90, 80, 72, 64, 56, 48)
"""Dots an inch, of which the largest is taken that keeps the film small enough."""


@dataclass(frozen=True)
class Film:
    """Frames that share one palette, and the step of each."""

    steps: list[int]
    frames: list[Image]

    def moving(self, form: str = "GIF") -> bytes:
        """The frames as one animated image that lasts about eight seconds and holds its end."""
        file, first = io.BytesIO(), self.frames[0]
        pace = min(max(8000 // len(self.frames), 80), 600)
        length = [pace] * (len(self.frames) - 1) + [2600]
        how = {"save_all": True, "append_images": self.frames[1:], "duration": length, "loop": 0}
        first.save(file, form, **how, **FORMATS[form])
        return file.getvalue()

    def still(self, number: int) -> bytes:
        """One frame as PNG."""
        file = io.BytesIO()
        self.frames[number].save(file, "PNG", optimize=True)
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


def shot(record: Record, cut: Cut = PAGE) -> Film | None:
    """The film of a run, or None where no look holds samples."""
    looks = spread(drawn_rows(record), cut.frames)
    if not looks:
        return None
    shade = film_shade(record, looks)
    tried = spread(looks, TRIED)
    share = len(tried) / len(looks)
    trial = one_palette(pictures(record, tried, shade, SIZES[0]))
    weight = len(Film([look.step for look in tried], trial).moving()) / share
    dpi = fitting(weight, cut.bytes)
    return Film([look.step for look in looks], one_palette(pictures(record, looks, shade, dpi)))


def fitting(weight: float, most: int) -> int:
    """The largest size that keeps a film of that weight at the first size below `most` bytes.

    The bytes of a frame grow as its dots do, roughly.
    """
    fit = [dpi for dpi in SIZES if weight * (dpi / SIZES[0]) ** 2 <= most]
    return fit[0] if fit else SIZES[-1]


def spread(looks: list[T], most: int) -> list[T]:
    """At most so many, evenly, the first and the last among them.

    >>> spread([1, 2, 3, 4, 5], 3)
    [1, 3, 5]
    """
    if len(looks) <= most:
        return looks
    return [looks[round(i * (len(looks) - 1) / (most - 1))] for i in range(most)]


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


def one_palette(images: list[Image]) -> list[Image]:
    """The same few colours for every frame, found on up to five of them; no dither."""
    from PIL import Image

    picked = [images[i * (len(images) - 1) // 4] for i in range(5)]
    strip = Image.new("RGB", (images[0].width, images[0].height * len(picked)))
    for number, image in enumerate(picked):
        strip.paste(image, (0, number * image.height))
    common = strip.quantize(COLOURS - len(FIXED), method=Image.Quantize.MEDIANCUT).getpalette()
    fixed = [int(colour[i : i + 2], 16) for colour in FIXED for i in (1, 3, 5)]
    palette = Image.new("P", (1, 1))
    palette.putpalette((common or [])[: 3 * (COLOURS - len(FIXED))] + fixed)
    return [image.quantize(palette=palette, dither=Image.Dither.NONE) for image in images]
