"""Where batches come from: sources by name, and sources from files, arrays and drawings."""

from saddle.sources.arrays import Rows, TwoDomains, split_rows
from saddle.sources.base import Described, Floats, Modes, Positions, RawBatch, Source, Split
from saddle.sources.counter import Counter
from saddle.sources.curves import Cells, Curve
from saddle.sources.entry import Entry, describe
from saddle.sources.finite import Finite
from saddle.sources.listing import SOURCES
from saddle.sources.mixtures import Mixture, isotropic, random_components
from saddle.sources.named import DATA
from saddle.sources.opening import Openable, columns_of, is_source, open_source, ready_source
from saddle.sources.pairs import Embedded, KnownPair, Labelled, Offsets
from saddle.sources.pictures import (
    LeftOut,
    Options,
    Pictures,
    array_pictures,
    colour,
    kind_of,
    open_pictures,
)
from saddle.sources.strokes import Strokes, drawing, read_drawing

__all__ = [
    "DATA",
    "SOURCES",
    "Cells",
    "Counter",
    "Curve",
    "Described",
    "Embedded",
    "Entry",
    "Finite",
    "Floats",
    "KnownPair",
    "Labelled",
    "LeftOut",
    "Mixture",
    "Modes",
    "Offsets",
    "Openable",
    "Options",
    "Pictures",
    "Positions",
    "RawBatch",
    "Rows",
    "Source",
    "Split",
    "Strokes",
    "TwoDomains",
    "array_pictures",
    "colour",
    "columns_of",
    "describe",
    "drawing",
    "is_source",
    "isotropic",
    "kind_of",
    "open_pictures",
    "open_source",
    "random_components",
    "read_drawing",
    "ready_source",
    "split_rows",
]
