"""Pictures: from folders, archives and arrays to 8-bit rows of one size."""

from saddle.sources.pictures.kinds import KINDS, array_pictures, kind_of, open_pictures
from saddle.sources.pictures.options import LeftOut, Options, colour
from saddle.sources.pictures.source import Pictures

__all__ = [
    "KINDS",
    "LeftOut",
    "Options",
    "Pictures",
    "array_pictures",
    "colour",
    "kind_of",
    "open_pictures",
]
