"""Where batches come from: sources by name, and sources from files, arrays and drawings."""

from saddle.sources.arrays import Rows, TwoDomains, split_rows
from saddle.sources.base import Described, Floats, Modes, Positions, RawBatch, Source, Split
from saddle.sources.counter import Counter
from saddle.sources.curves import Cells, Curve
from saddle.sources.entry import Entry, describe
from saddle.sources.listing import SOURCES
from saddle.sources.mixtures import Mixture, isotropic, random_components
from saddle.sources.opening import Openable, columns_of, is_source, open_source, ready_source
from saddle.sources.pairs import Embedded, KnownPair, Labelled, Offsets
from saddle.sources.strokes import Strokes, drawing, read_drawing

__all__ = [
    "SOURCES",
    "Cells",
    "Counter",
    "Curve",
    "Described",
    "Embedded",
    "Entry",
    "Floats",
    "KnownPair",
    "Labelled",
    "Mixture",
    "Modes",
    "Offsets",
    "Openable",
    "Positions",
    "RawBatch",
    "Rows",
    "Source",
    "Split",
    "Strokes",
    "TwoDomains",
    "columns_of",
    "describe",
    "drawing",
    "is_source",
    "isotropic",
    "open_source",
    "random_components",
    "read_drawing",
    "ready_source",
    "split_rows",
]
