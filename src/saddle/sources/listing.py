"""The catalogue of sources by name."""

from __future__ import annotations

from saddle.catalogue import Catalogue
from saddle.sources.entry import Entry
from saddle.sources.pairs import PAIRS
from saddle.sources.planes import PLANES

SOURCES: Catalogue[Entry] = Catalogue("source", {**PLANES, **PAIRS})
"""Every source with a name: `SOURCES["grid"](seed=0)`."""
