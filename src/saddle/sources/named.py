"""Sets of pictures with a name: one that scikit-learn holds, others that are looked for."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from saddle.catalogue import Catalogue, Family, whole
from saddle.errors import BadData
from saddle.sources.pictures import Options, Pictures, array_pictures, open_pictures
from saddle.sources.stacked import DIGITS, Stacked


@dataclass(frozen=True)
class Set:
    """One row: calling it opens the set.

    Attributes:
        about: what it holds, in one line.
        build: from a seed and options to the pictures.
        terms: whose it is, and on what terms, where `fetch.HOMES` does not say it.
        part: of the folder below $SADDLE_DATA that holds a part of the set only.
        home: where it is without being fetched, in words.
        base: the set that it is made from, where it is made from another.
    """

    about: str
    build: Callable[[int, Options | None], Pictures | Stacked]
    terms: str | None = None
    part: str | None = None
    home: str | None = None
    base: str | None = None

    def __call__(self, seed: int = 0, options: Options | None = None) -> Pictures | Stacked:
        """The set, shuffled by that seed."""
        return self.build(seed, options)


def cache() -> Path:
    """The folder that fetched sets are kept in."""
    own, shared = os.environ.get("SADDLE_CACHE"), os.environ.get("XDG_CACHE_HOME")
    home = Path(shared) if shared else Path.home() / ".cache"
    return (Path(own) if own else home / "saddle") / "data"


def places(name: str, *, part: str | None = None) -> list[Path]:
    """The folders in which a set is looked for, in order.

    Args:
        name: of the set.
        part: of the folder below $SADDLE_DATA that holds a part of the set only.
    """
    given = os.environ.get("SADDLE_DATA")
    found = [Path(given) / name] if given else []
    found.append(cache() / name)
    return found + ([Path(given) / part] if given and part else [])


def where(name: str) -> str | None:
    """Where a set is on this machine, or None."""
    entry = DATA[name]
    if entry.base is not None:
        return where(entry.base)
    found = (str(place) for place in places(name, part=entry.part) if place.is_dir())
    return entry.home or next(found, None)


def _looked_for(
    name: str, *, part: str | None = None
) -> Callable[[int, Options | None], Pictures]:
    """What opens a set from the first of its places that is there."""

    def build(seed: int, options: Options | None) -> Pictures:
        looked = places(name, part=part)
        folder = next((place for place in looked if place.is_dir()), None)
        if folder is None:
            raise BadData(
                f"the set {name!r} is not on this machine: `saddle data {name}` fetches it, or "
                "SADDLE_DATA names a folder that holds it; looked in "
                + ", ".join(map(str, looked))
            )
        return open_pictures(folder, seed=seed, options=options, name=name)

    return build


def _digits(seed: int, options: Options | None) -> Pictures:
    """Digits of 8 x 8, their 17 levels spread over 0 to 255."""
    from sklearn.datasets import load_digits

    found = load_digits()
    images = np.rint(found.images * (255 / 16)).astype(np.uint8)
    return array_pictures(images, seed=seed, options=options, labels=found.target, name="digits")


def _stacked(text: str) -> Set:
    channels = whole(text, "K of stacked-mnist:K", low=2, high=3)

    def build(seed: int, options: Options | None) -> Stacked:
        base = _looked_for("mnist")(seed, options)
        return Stacked(base, channels=channels, seed=seed)

    about = f"MNIST in {channels} channels: {DIGITS**channels} modes, drawn evenly"
    return Set(about, build, base="mnist")


DATA: Catalogue[Set] = Catalogue(
    "set",
    {
        "digits": Set(
            "1,797 written digits, 8 x 8, grey, 10 labels; in scikit-learn",
            _digits,
            "E. Alpaydin, C. Kaynak; CC BY 4.0",
            home="scikit-learn",
        ),
        "mnist": Set(
            "70,000 written digits, 28 x 28, grey, 10 labels",
            _looked_for("mnist"),
        ),
        "fashion-mnist": Set(
            "70,000 pieces of clothing, 28 x 28, grey, 10 labels",
            _looked_for("fashion-mnist"),
        ),
        "cifar10": Set(
            "60,000 photographs, 32 x 32, in colour, 10 labels",
            _looked_for("cifar10", part="cifar10-4k"),
            part="cifar10-4k",
        ),
        "stacked-mnist": Family(_stacked, "3", "K", "3"),
    },
)
"""Every set of pictures with a name: `DATA["digits"](seed=0)`."""
