"""From a recipe to its data: the source, its fitted spaces, and what the run shows of them."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, get_args, runtime_checkable

import numpy as np
import numpy.typing as npt

from saddle.build.custom import is_custom, made
from saddle.build.pictures import must_suit, open_named, options_of
from saddle.build.plan import find_device
from saddle.errors import BadData, bad
from saddle.games import GAMES
from saddle.games.streams import Purpose
from saddle.recipe import Recipe
from saddle.runs import Run, read_json, write_json
from saddle.sources import DATA, SOURCES, Rows, TwoDomains, describe, is_source, open_source
from saddle.sources.base import Described, RawBatch, Source, Split
from saddle.sources.keeping import Keeps, unpack
from saddle.sources.narrowed import Narrowed
from saddle.sources.reading import read
from saddle.spaces import SPACES, Images, Points, load
from saddle.spaces.base import Raw, Space
from saddle.training.foreign import lent

FITTED = 10_000
"""Rows that a space is fitted on, at most."""

KEPT = "data.npz"
"""Where a run keeps the rows that were passed in from Python."""

SHOWN, NUMBERS, LEAST = 2_000, 1 << 19, 256
"""Rows that a look compares with, at most; of many numbers fewer, LEAST at least."""


@dataclass(frozen=True, eq=False)
class Materials:
    """What a run is made from.

    Attributes:
        source: where rows come from.
        spaces: the fitted space of each key.
    """

    source: Source
    spaces: Mapping[str, Space]

    def rows(self, split: Split, n: int, *, first: int = 0) -> RawBatch:
        """Raw rows of a part: n of them, or all where it has fewer."""
        have = part_size(self.source, split)
        count = n if have is None else min(n, have)
        return self.source.batch(np.arange(first, first + count, dtype=np.int64), split)

    def every(self, key: str, rows: RawBatch) -> Raw:
        """All of a key there is in a source that ends, in any part; else what these rows hold.

        A label that is rare must be known before it is met. A source that tells labels by
        themselves is asked for them: no picture is decoded to read its label.
        """
        if isinstance(self.source, Telling) and key in self.source.gives:
            return self.source.values(key)
        sizes = [(split, part_size(self.source, split)) for split in get_args(Split)]
        if any(size is None for _, size in sizes):
            return rows[key]
        return np.concatenate([self.rows(split, size or 0)[key] for split, size in sizes])

    def described(self) -> Described:
        """What the source tells of itself, and what its spaces were fitted to."""
        told = describe(self.source)
        fitted, noted = list(told.facts), list(told.warnings)
        for key, space in sorted(self.spaces.items()):
            of = "" if key == "x" else f"{key}: "
            fitted += [(f"{of}{label}", text) for label, text in space.facts()]
            noted += [f"{of}{text}" for text in space.warnings()]
        return Described(told.rows, fitted, noted)


def shown_rows(spaces: Iterable[Space]) -> int:
    """How many rows a look compares with."""
    largest = max(math.prod(space.shape) for space in spaces)
    return min(SHOWN, max(LEAST, NUMBERS // largest))


def part_size(source: Source, split: Split) -> int | None:
    """Rows of a part, or None where the source is endless."""
    sizes = source.sizes if isinstance(source, Parted) else None
    return source.size if sizes is None else sizes[split]


@runtime_checkable
class Telling(Protocol):
    """A finite source that tells what is beside its rows without making the rows."""

    gives: frozenset[str]

    def values(self, key: str) -> Raw:
        """The values of a key but x, of every row of every part, in any order."""
        ...


@runtime_checkable
class Parted(Protocol):
    """A finite source that says how many rows each part has."""

    @property
    def sizes(self) -> Mapping[str, int] | None:
        """Rows of each part, or None where it is endless."""
        ...


def gather(
    recipe: Recipe,
    data: object = None,
    second: object = None,
    *,
    trusted: bool = False,
    opened: Source | None = None,
) -> Materials:
    """Open the source, if it is not open yet, and fit its spaces on rows of the training part."""
    source = opened or find_source(recipe, data, second, trusted=trusted)
    must_suit(recipe, source)
    source = narrowed(recipe, source)
    spaces = {key: space_of(source, key) for key in source.spaces}
    materials = Materials(source, spaces)
    rows = materials.rows("train", FITTED)
    for key, space in spaces.items():
        space.fit(rows[key] if space.smooth else materials.every(key, rows))
    return materials


def narrowed(recipe: Recipe, source: Source) -> Source:
    """The source without what the recipe's game does not need: `gan` leaves labels out.

    Labels of pictures come with the files; what is given beside points was asked for, and is not
    left out unasked.
    """
    game = recipe.game
    needs = source.gives if game is None or game not in GAMES else GAMES[game].needs
    return Narrowed(source, needs) if needs < source.gives and of_pictures(source) else source


def of_pictures(source: Source) -> bool:
    """Whether x is a picture."""
    return source.spaces.get("x") == Images.name


def space_of(source: Source, key: str) -> Space:
    """A space of a key that is not fitted yet; points keep the names of the data's columns."""
    named = source.domains.get(key) if isinstance(source, TwoDomains) else source
    columns = named.columns if isinstance(named, Rows) and key in NAMED else ()
    if any(not name.isdigit() for name in columns):
        return Points(columns)
    return SPACES[source.spaces[key]]()


NAMED = ("x", "a", "b")
"""Keys whose points are the columns of a file."""

PASSED = ("python",)
"""What a recipe calls rows that were passed in."""


def find_source(recipe: Recipe, data: object, second: object, *, trusted: bool) -> Source:
    """The recipe's source: a name, a path, `module:Class`, or what was passed in."""
    what = recipe.data if data is None else data
    if isinstance(what, str) and is_custom(what, SOURCES):
        with lent(recipe.seed, Purpose.DATA):
            return own_source(made(what, recipe.seed, trusted=trusted), what)
    if isinstance(what, str) and what in PASSED:
        raise BadData("this run was trained on data passed in from Python: pass it again")
    if isinstance(what, Path) and what.name == KEPT:
        return unpack(what, seed=recipe.seed)
    if second is None and not isinstance(data, str | Path) and is_source(data):
        return open_source(data, seed=recipe.seed)
    beside = recipe.second if second is None else second
    return open_named(recipe, what, beside, gpu=find_device(recipe.device).type != "cpu")


def open_passed(recipe: Recipe, what: object, second: object, given: Any) -> Source:
    """What was passed in from Python, read as the recipe says; with what is given beside it."""
    return open_source(
        what,
        seed=recipe.seed,
        second=second,
        columns=recipe.columns,
        given=given,
        pictures=options_of(recipe, gpu=find_device(recipe.device).type != "cpu"),
    )


def anchored(recipe: Recipe) -> Recipe:
    """The recipe with every file by its absolute path, so that a run resumes from any folder."""
    named = {key: recipe.value(key) for key in ("data", "second", "start")}
    files = {key: name for key, name in named.items() if is_file(name)}
    if is_file(recipe.given) and not ("data" in files and _is_column(recipe)):
        files["given"] = recipe.given
    return recipe.amended({key: str(Path(name).resolve()) for key, name in files.items()})


def is_file(name: str | None) -> bool:
    """Whether a value of a recipe means what is on the disk: other meanings go first."""
    if name is None or name in SOURCES or name in DATA or name in PASSED:
        return False
    return not is_custom(name, SOURCES) and Path(name).exists()


def _is_column(recipe: Recipe) -> bool:
    """Whether what is given is a column of the data, which goes before a file of that name."""
    return recipe.given in read(Path(recipe.data)).columns


def check_there(recipe: Recipe, run: Run) -> None:
    """Refuse a run whose file is no longer where it was read from."""
    for key in ("data", "second"):
        name = recipe.value(key)
        if name is not None and Path(name).is_absolute() and not Path(name).exists():
            raise BadData(
                f"the {key} of {run.path} was read from {name}, where there is no file now: put "
                "it back, since a run resumes on the same data only (in Python, data= may be the "
                "same rows from elsewhere)"
            )


def own_source(found: object, name: str) -> Source:
    """What `module:Class` made, refused where it is no source."""
    if isinstance(found, str | Path) or found is None:
        raise bad(name, found, "a class that makes a source, or an array")
    return open_source(found)


def keep_spaces(materials: Materials, run: Run) -> None:
    """Write the fitted spaces into the run."""
    for key, space in materials.spaces.items():
        write_json(run.space(key), space.state())


def read_spaces(run: Run, keys: Iterable[str] = ()) -> dict[str, Space]:
    """The fitted spaces of a run, those of `keys` at least; nothing is fitted again."""
    found = {path.stem for path in (run.path / "spaces").glob("*.json")}
    return {key: load(read_json(run.space(key))) for key in sorted(found.union(keys))}


UNREAD = ("name",)
"""What a source keeps beside its rows: where they came from does not change them."""


def fingerprint(materials: Materials) -> str:
    """A short hash of the data: of every row, of the first thousand where it is endless."""
    source = materials.source
    kept = source.kept() if isinstance(source, Keeps) else None
    rows = materials.rows("train", 1000) if kept is None else kept
    digest = hashlib.blake2b(digest_size=8)
    for key in sorted(key for key in rows if key.rpartition(".")[2] not in UNREAD):
        digest.update(key.encode())
        digest.update(np.ascontiguousarray(rows[key]).tobytes())
    return digest.hexdigest()


def box_of(points: npt.NDArray[Any], *, margin: float = 0.2) -> list[tuple[float, float]]:
    """Lowest and highest value of each axis, with a margin around."""
    low, high = np.quantile(points, [0.001, 0.999], axis=0)
    wide = np.maximum(high - low, 1e-12)
    return [
        (float(a), float(b))
        for a, b in zip(low - margin * wide, high + margin * wide, strict=True)
    ]
