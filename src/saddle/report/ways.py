"""How a drawing becomes an image: lines, dots, or the pixels of a sheet."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from saddle.report import sheets
from saddle.report.style import png, svg

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True)
class Way:
    """How a drawing is kept.

    Attributes:
        form: of the image on a page.
        save: from the drawing to that image.
        alone: from the drawing to a PNG file.
        size: width and height on a page, in its pixels.
        look: the classes of its element, by its width.
        pixels: the class of its image: sharp squares where it is made larger.
    """

    form: str
    save: Callable[[Any], bytes]
    alone: Callable[[Any], bytes]
    size: Callable[[Any], tuple[float, float]]
    look: Callable[[float], str]
    pixels: str = ""


WIDE = 8 * 96
"""Figures wider than this have a row of a page for themselves."""


def inches(figure: Figure) -> tuple[float, float]:
    """The size of a figure in the pixels of a page."""
    width, height = figure.get_size_inches()
    return 96 * float(width), 96 * float(height)


def measured(sheet: sheets.Sheet) -> tuple[float, float]:
    """The size of a sheet: its own pixels."""
    return sheet.image.size


LINES = Way("svg+xml", svg, png, inches, lambda w: "wide" * (w > WIDE))
DOTS = Way("png", png, png, inches, lambda w: "wide" if w > WIDE else "wide narrow")
PIXELS = Way(
    "png",
    sheets.light_png,
    sheets.png,
    measured,
    lambda w: "sheet" + " wide" * (w > WIDE),
    " class='pixels'",
)
