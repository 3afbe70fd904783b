"""Pictures as the sides of a comparison: what is compared of them is what runs are measured by.

Both sides are read in one size, that of the real side, and compared by the descriptors of a space
that is fitted to the real side (`saddle.spaces.descriptors`).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from saddle.errors import Incompatible
from saddle.measure.base import Integers
from saddle.runs import Run
from saddle.sources import DATA, Options, Pictures, array_pictures, ready_source
from saddle.sources.pictures.options import Bytes
from saddle.spaces import Images

CHANNELS = {1: True, 3: None}
"""How the other side is read, by the channels of the real one: grey, or as it is."""


class Shown(NamedTuple):
    """Pictures to compare.

    Attributes:
        images: (n, H, W, C).
        name: the folder, the set or the run.
        kind: pictures, or run.
        total: pictures there are, or None where they are drawn.
        numbers: which of them these are, or None where they are drawn.
        called: what they are called; empty where they are drawn.
        labels: their classes, or None.
    """

    images: Bytes
    name: str
    kind: str
    total: int | None
    numbers: Integers | None
    called: tuple[str, ...] = ()
    labels: npt.NDArray[Any] | None = None


def is_run(what: Any) -> bool:
    """Whether it names the folder of a run."""
    return isinstance(what, str | Path) and Run(Path(what)).recipe.is_file()


def pictures_in(
    what: Any, *, n: int, seed: int, part: Any, like: Shown | None = None
) -> Shown | None:
    """The pictures that are meant; None where there are none."""
    options = None if like is None else options_like(like.images)
    source = ready_source(what, seed, pictures=options)
    if not isinstance(source, Pictures):
        return None
    named = isinstance(what, str) and what in DATA
    have = source.parts[part] if named else np.arange(len(source.groups))
    kept = np.sort(np.random.default_rng(seed).permutation(have)[:n])
    called = tuple(source.called(int(number)) for number in kept)
    labels = None if source.labels is None else source.labels[kept]
    images = source.rows(kept)["x"]
    return Shown(images, source.name, "pictures", len(have), kept, called, labels)


def options_like(real: Bytes) -> Options:
    """How the other side is read: in the size of the real one, grey where that is."""
    _, height, width, channels = real.shape
    return Options(size=max(height, width), grey=CHANNELS[channels])


def alike(shown: Shown, real: Shown) -> Bytes:
    """The pictures in the size and the channels of the real ones."""
    images, goal = shown.images, real.images.shape[1:]
    if images.shape[1:] == goal:
        return images
    fitted: Bytes = array_pictures(images, options=options_like(real.images)).rows(
        np.arange(len(images))
    )["x"]
    if fitted.shape[1:] != goal:
        raise Incompatible(
            f"{shown.name} has pictures of {_told(images)}, {real.name} of {_told(real.images)}: "
            "they cannot be made alike"
        )
    return fitted


def _told(images: Bytes) -> str:
    _, height, width, channels = images.shape
    return f"{width} x {height} x {channels}"


def space_of(real: Shown) -> Images:
    """The space that both sides are compared in."""
    space = Images()
    space.fit(real.images)
    return space
