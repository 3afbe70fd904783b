"""What a sample is: how raw things become tensors and come back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from saddle.catalogue import Catalogue
from saddle.spaces.base import Raw, Space, check_rows
from saddle.spaces.images import Images
from saddle.spaces.labels import Labels
from saddle.spaces.points import Points

__all__ = ["SPACES", "Images", "Labels", "Points", "Raw", "Space", "check_rows", "load"]

SPACES: Catalogue[type[Points] | type[Labels] | type[Images]] = Catalogue(
    "space",
    {
        "points": Points,
        "label": Labels,
        "image": Images,
    },
)
"""Every space: `SPACES["points"]()` is one that is not fitted yet."""


def load(state: Mapping[str, Any]) -> Space:
    """The space that `state` came from, fitted as it was."""
    return SPACES[str(state["space"])].load(state)
