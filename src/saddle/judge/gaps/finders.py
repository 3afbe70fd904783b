"""The finders of gaps: from two clouds to guesses at what tells them apart."""

from __future__ import annotations

from collections.abc import Callable

from saddle.catalogue import Catalogue
from saddle.judge.gaps.base import Clouds, Gap
from saddle.judge.gaps.boxes import boxes
from saddle.judge.gaps.clusters import clusters
from saddle.judge.gaps.columns import columns
from saddle.judge.gaps.pairs import pairs
from saddle.judge.gaps.values import FAMILY, values

Finder = Callable[[Clouds], list[Gap]]

FINDERS: Catalogue[Finder] = Catalogue(
    "finder",
    {"cluster": clusters, "box": boxes, "column": columns, "pair": pairs, FAMILY: values},
)
"""The simplest first: of two that account for the same, the earlier is named."""
