"""From whatever a user names to a source: a catalogue name, a path, an array, a drawing."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from saddle.errors import BadData, Incompatible, UnknownName, nearest
from saddle.sources.arrays import Rows, TwoDomains
from saddle.sources.base import Positions, RawBatch, Source, Split
from saddle.sources.listing import SOURCES
from saddle.sources.named import DATA
from saddle.sources.pictures import Options, Pictures, array_pictures, kind_of, open_pictures
from saddle.sources.pictures.numbers import is_picture_array
from saddle.sources.reading import Columns, Frame, Given, choose, from_array, from_frame, read
from saddle.sources.strokes import Drawing, drawing, read_drawing

Openable = str | Path | Source | Frame | Drawing | npt.ArrayLike
"""A catalogue name, a path, a source, a data frame, strokes, or an array of points or pictures."""

Names = str | Sequence[str | int]


@runtime_checkable
class _Gives(Protocol):
    """What tells a source from other things."""

    gives: frozenset[str]

    def batch(self, positions: Positions, split: Split = "train") -> RawBatch: ...


def open_source(
    what: Any,
    *,
    seed: int = 0,
    second: Any = None,
    columns: Names | None = None,
    given: Given | None = None,
    pictures: Options | None = None,
) -> Source:
    """The source that is meant.

    Args:
        what: an `Openable`. A name of the catalogue goes before a file of that name, which
            `./name` reaches.
        seed: what endless sources are drawn from and finite ones shuffled by.
        second: another `Openable`: the two become domains `a` and `b`.
        columns: which columns are the points, "a,b" or a list; all but the given one by default.
        given: the column, the file, or the values of what comes with each row: labels or points.
        pictures: how pictures become squares of one size.
    """
    if second is not None:
        if given is not None:
            raise Incompatible("given goes with one set of points, not with two domains")
        a = open_source(what, seed=seed, columns=columns, pictures=pictures)
        b = open_source(second, seed=seed + APART, columns=columns, pictures=pictures)
        return TwoDomains(a, b)
    values = None if given is None or isinstance(given, str | int) else given
    ready = ready_source(what, seed, pictures=pictures, labels=values)
    if isinstance(ready, Pictures) and ready is not what and values is not None:
        given = None  # the labels are among the pictures
    if ready is None:
        name, data = columns_of(what)
        return Rows(name, choose(data, columns=columns, given=given), seed=seed)
    if columns is not None or given is not None:
        raise Incompatible(
            f"columns and given choose from a table; source {ready.name!r} gives "
            f"{', '.join(sorted(ready.gives))} by itself"
        )
    return ready


APART = 0x5ADD1E
"""Added to the seed of the second domain, so that two equal sets are not shuffled alike."""


def ready_source(
    what: Any,
    seed: int,
    *,
    pictures: Options | None = None,
    labels: npt.ArrayLike | None = None,
) -> Source | None:
    """What is a source already, names one, draws one, or holds pictures; None for tables."""
    if isinstance(what, _Gives):
        source: Source = what  # type: ignore[assignment]
        return source
    if isinstance(what, str) and what in SOURCES:
        return SOURCES[what](seed)
    if isinstance(what, str) and what in DATA:
        return DATA[what](seed, pictures)
    if isinstance(what, str | Path) and Path(what).suffix.lower() == ".json":
        return read_drawing(_existing(what), seed=seed)
    if _is_drawing(what):
        return drawing(what, seed=seed, name="drawing")
    return _pictures(what, seed, pictures, labels)


def _pictures(
    what: Any, seed: int, options: Options | None, labels: npt.ArrayLike | None
) -> Source | None:
    """The pictures at a path or in an array; None where there are none."""
    if isinstance(what, str | Path):
        path = Path(what)
        if kind_of(path) is None:
            return None
        return open_pictures(path, seed=seed, options=options, labels=labels)
    if isinstance(what, Frame) or not is_picture_array(np.shape(what)):
        return None
    return array_pictures(what, seed=seed, options=options, labels=labels)


def columns_of(what: Any) -> tuple[str, Columns]:
    """A name for a table (a file, a data frame, an array), and its columns as they are read."""
    if isinstance(what, str | Path):
        path = _existing(what)
        return str(path), read(path)
    if isinstance(what, Frame):
        return "data frame", from_frame(what)
    try:
        return "array", from_array(what)
    except (TypeError, ValueError) as error:
        if isinstance(error, BadData):
            raise
        raise BadData(f"points must be an array of shape (n, d), got {type(what)}") from None


def is_source(what: Any) -> bool:
    """Whether it names, is or draws a source, rather than holding rows itself."""
    return isinstance(what, str | Path | _Gives) or _is_drawing(what)


def _is_drawing(what: Any) -> bool:
    """Whether it is lists of lists of points, three deep."""
    for _ in range(2):
        if not isinstance(what, list | tuple) or not what:
            return False
        what = what[0]
    return isinstance(what, list | tuple)


def _existing(what: str | Path) -> Path:
    """The path where there is a file; otherwise the nearest names, of sources and of files."""
    path = Path(what)
    if path.exists():
        return path
    folder = path.parent
    files = sorted(p.name for p in folder.iterdir() if p.is_file()) if folder.is_dir() else []
    names = sorted({n.partition(":")[0] for n in SOURCES} | set(DATA))
    is_path = bool(path.suffix) or len(path.parts) > 1
    close = nearest(path.name, files if is_path else [*names, *files])
    hint = f": did you mean {close!r}?" if close else "."
    if is_path:
        raise UnknownName(f"no file is called {str(what)!r}{hint}")
    raise UnknownName(
        f"no source and no file is called {str(what)!r}{hint} Sources: {', '.join(names)}"
    )
