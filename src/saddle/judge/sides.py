"""The sides of a comparison: rows of any origin, with the same columns in the same order.

A side is a file, an array, a data frame, a source that is drawn from, or a run that is drawn from.
What draws from a run is passed in: judging needs no training code.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from saddle.errors import BadData, Incompatible, bad
from saddle.judge.picture_sides import Shown, alike, is_run, pictures_in, space_of
from saddle.measure.base import Floats, Integers
from saddle.measure.memory import copies
from saddle.runs import Json, Run
from saddle.sources import DATA, Pictures, Source, columns_of, ready_source
from saddle.sources.opening import Names
from saddle.sources.reading import Columns, choose
from saddle.spaces import Images

MOST = 10_000
"""Rows of a side that are read, at most: of more, as many are drawn without replacement."""

DRAWN = 2_000
"""Rows that are drawn of what has no end, where nobody says how many."""

LEAST = 10
"""Rows that a side must have: fewer tell nothing apart."""


class Drawn(NamedTuple):
    """What a run drew: rows (n, d) or pictures (n, H, W, C), and what columns are called.

    These are empty where nobody said.
    """

    rows: Any
    columns: tuple[str, ...]


Draw = Callable[[Path, int, int], Drawn]
"""From a run's folder, a number of samples and a seed to samples."""


@dataclass(frozen=True, eq=False)
class Side:
    """Rows to compare.

    Attributes:
        rows: (n, d) float64, finite.
        columns: what they are called; numbers where nobody named them.
        name: the file, the source or the run.
        kind: file, array, source or run.
        total: rows there are, or None where they are drawn and have no end.
        numbers: (n,) which rows of the file or array these are, from 0; None where they are drawn.
        called: what pictures that are there are called; empty of all else.
        labels: their classes, (n,), or None.
    """

    rows: Floats
    columns: tuple[str, ...]
    name: str
    kind: str
    total: int | None
    numbers: Integers | None = None
    called: tuple[str, ...] = ()
    labels: npt.NDArray[Any] | None = None

    @property
    def n(self) -> int:
        """Rows that are read."""
        return len(self.rows)

    @property
    def named(self) -> bool:
        """Whether its columns have names."""
        return not all(name.isdigit() for name in self.columns)

    def facts(self) -> Json:
        """What is told of it."""
        told = {"name": self.name, "kind": self.kind, "n": self.n, "total": self.total}
        return {**told, "columns": list(self.columns)}


def read_side(
    what: Any,
    *,
    n: int | None = None,
    seed: int = 0,
    columns: Names | None = None,
    draw: Draw | None = None,
    part: str = "final",
) -> Side:
    """The rows that are meant.

    Args:
        what: a file, an array, a data frame, a source or its name, or the folder of a run.
        n: how many rows: at most, of rows that are there; exactly, of what is drawn.
        seed: of the draw, and of which rows are left out.
        columns: which columns of a table, "a,b" or a list; all where None.
        draw: what draws from a run; without it a run is refused.
        part: the part of a source that is drawn from: train, watch or final.
    """
    if n is not None and n < LEAST:
        raise bad("n", n, f"a whole number of at least {LEAST}")
    run = folder_of_run(what)
    if run is not None:
        side = _of_run(run, n or DRAWN, seed, draw)
    else:
        source = ready_source(what, seed)
        if source is not None:
            side = _of_source(source, n, part)
        else:
            side = _of_table(what, n or MOST, seed, columns)
    if side.n < LEAST:
        raise BadData(f"{side.name}: at least {LEAST} rows are needed to compare, got {side.n}")
    return side


def folder_of_run(what: Any) -> Path | None:
    """The folder where it names a run; a folder that is none is refused with what it holds."""
    named = isinstance(what, str | Path) and what not in DATA and Path(what).is_dir()
    return Run.open(Path(what)).path if named else None


def _of_run(path: Path, n: int, seed: int, draw: Draw | None) -> Side:
    if draw is None:
        raise Incompatible(f"{path} is a run, and nothing here draws from runs: name a file")
    rows, columns = draw(path, n, seed)
    if rows.ndim > 2:
        raise Incompatible(f"{path} draws pictures, and the other side has none")
    return Side(rows, columns or _numbers(rows), str(path), "run", None)


def _of_source(source: Source, n: int | None, part: Any) -> Side:
    if isinstance(source, Pictures):
        raise Incompatible(f"{source.name} has pictures, and the other side has none")
    if "x" not in source.gives:
        gives = ", ".join(sorted(source.gives))
        raise Incompatible(f"points are compared, x; source {source.name!r} gives {gives}")
    count = n or DRAWN
    rows = source.batch(np.arange(count, dtype=np.int64), part)["x"].astype(np.float64)
    return Side(rows, _numbers(rows), source.name, "source", None)


def _of_table(what: Any, n: int, seed: int, columns: Names | None) -> Side:
    name, data = columns_of(what)
    if columns is None:
        _refuse_text(data)
    table = choose(data, columns=columns, given=None)
    total = len(table.x)
    kept = np.sort(np.random.default_rng(seed).permutation(total)[:n])
    kind = "file" if isinstance(what, str | Path) else "array"
    return Side(table.x[kept], table.names, name, kind, total, kept)


def _numbers(rows: Floats) -> tuple[str, ...]:
    return tuple(str(i) for i in range(rows.shape[1]))


def _refuse_text(data: Columns) -> None:
    """Refuse columns of text by name; a stray cell in a column of numbers is named elsewhere."""
    text = [name for name, cells in data.columns.items() if _is_text(cells)]
    if not text:
        return
    rest = [name for name in data.columns if name not in text]
    hint = f"--columns {','.join(rest)} compares the others" if rest else "write them as numbers"
    raise BadData(f"{data.where}: numbers are compared, and {listed(text)} is text; {hint}")


def _is_text(cells: Any) -> bool:
    """Whether most cells are no number."""
    if cells.dtype.kind in "biuf":
        return False
    return sum(_is_number(cell) for cell in cells) < len(cells) / 2


def _is_number(cell: Any) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


# ---------------------------------------------------------------------------- columns that match


def matched(side: Side, to: Side) -> Side:
    """The side with the columns of another one, in its order; by place where one has no names."""
    if side.named and to.named:
        missing = [name for name in to.columns if name not in side.columns]
        extra = [name for name in side.columns if name not in to.columns]
        if missing or extra:
            raise Incompatible(_differ(side, to, missing, extra))
        order = [side.columns.index(name) for name in to.columns]
        return replace(side, rows=side.rows[:, order], columns=to.columns)
    if len(side.columns) != len(to.columns):
        raise Incompatible(
            f"{side.name} has {counted(side)}, {to.name} has {counted(to)}: "
            "both sides of a comparison must have the same ones"
        )
    return replace(side, columns=to.columns if to.named else side.columns)


def _differ(side: Side, to: Side, missing: Sequence[str], extra: Sequence[str]) -> str:
    """Which columns are missing and which too many, and how to compare what both have."""
    parts = [f"misses {listed(missing)}"] * bool(missing) + [
        f"has {listed(extra)} too many"
    ] * bool(extra)
    both = [name for name in to.columns if name in side.columns]
    hint = f"; --columns {','.join(both)} compares what both have" if both else ""
    return f"{side.name} {' and '.join(parts)} beside the columns of {to.name}{hint}"


def counted(side: Side) -> str:
    """How many columns it has.

    >>> counted(Side(np.zeros((9, 1)), ("a",), "x", "array", 9))
    '1 column (a)'
    """
    names = f" ({listed(side.columns)})" if side.named else ""
    return f"{len(side.columns)} column{'s' * (len(side.columns) != 1)}{names}"


def listed(names: Sequence[str], most: int = 8) -> str:
    """Names with commas, the first of them where there are many.

    >>> listed(["a", "b"]), listed([str(i) for i in range(20)], 3)
    ('a, b', '0, 1, 2 and 17 more')
    """
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return f"{', '.join(names[:most])}{more}"


# --------------------------------------------------------------------------------- sides together


class Held(NamedTuple):
    """Two sets of real rows that share none.

    Attributes:
        real: to compare with.
        other: what a perfect sampler could have drawn.
        trained: whether the other rows are those that the maker of the samples has seen.
    """

    real: Floats
    other: Floats
    trained: bool


@dataclass(frozen=True, eq=False)
class Sides:
    """What is compared.

    Attributes:
        fake: samples.
        real: rows that the samples should be like.
        train: rows that whatever drew the samples has seen, or None where nobody said.
    """

    fake: Side
    real: Side
    train: Side | None = None

    @property
    def every(self) -> dict[str, Side]:
        """By role."""
        both = {"fake": self.fake, "real": self.real}
        return both if self.train is None else {**both, "train": self.train}

    @property
    def columns(self) -> tuple[str, ...]:
        """What the columns are called."""
        return self.fake.columns if self.fake.named else self.real.columns

    def held(self, seed: int) -> Held:
        """Real rows to compare with, and other real rows that tell the floor.

        The training rows tell it where there are some that share no row with the real side;
        else the real side is halved at random.
        """
        order = np.random.default_rng(seed).permutation(self.real.n)
        shuffled = self.real.rows[order]
        if self.train is not None and not copies(self.train.rows, shuffled).any():
            return Held(shuffled, self.train.rows, True)
        return Held(shuffled[: self.real.n // 2], shuffled[self.real.n // 2 :], False)


def read_sides(
    fake: Any,
    real: Any,
    train: Any = None,
    *,
    n: int | None = None,
    seed: int = 0,
    columns: Names | None = None,
    draw: Draw | None = None,
) -> Sides:
    """All sides, each drawn apart from the others; columns as the real side has them.

    What is drawn gets as many rows as the other side has.
    """
    shown = shown_in(real, n or MOST, seed + REAL, "final", draw)
    if shown is not None:
        if columns is not None:
            raise Incompatible(f"--columns chooses from a table; {shown.name} has pictures")
        return _of_pictures(shown, fake, train, n=n, seed=seed, draw=draw)
    held = read_side(real, n=n, seed=seed + REAL, columns=columns, draw=draw)
    count = n or (held.n if held.total is not None else None)
    made = read_side(fake, n=count, seed=seed, columns=columns, draw=draw, part="watch")
    if n is None and made.total is not None and held.total is None:
        held = read_side(real, n=made.n, seed=seed + REAL, columns=columns, draw=draw)
    seen = None
    if train is not None:
        seen = read_side(train, seed=seed, columns=columns, draw=draw, part="train")
    return joined(made, held, seen)


def _of_pictures(
    real: Shown, fake: Any, train: Any, *, n: int | None, seed: int, draw: Draw | None
) -> Sides:
    """All sides as pictures, by the descriptors of a space that is fitted to the real ones."""
    space, count = space_of(real), n or len(real.images)

    def side(what: Any, most: int, part: str) -> Side:
        shown = shown_in(what, most, seed, part, draw, like=real)
        if shown is None:
            raise Incompatible(
                f"{real.name} has pictures, and {what} has none: compare alike things"
            )
        return _described(shown, alike(shown, real), space)

    made = side(fake, count if is_run(fake) else n or MOST, "watch")
    seen = None if train is None else side(train, MOST, "train")
    return Sides(made, _described(real, real.images, space), seen)


def _described(shown: Shown, images: Any, space: Images) -> Side:
    """Pictures as rows of descriptors."""
    if len(images) < LEAST:
        raise BadData(f"{shown.name}: at least {LEAST} pictures are needed, got {len(images)}")
    rows = space.rows(images)
    side = Side(rows, _numbers(rows), shown.name, shown.kind, shown.total, shown.numbers)
    return replace(side, called=shown.called, labels=shown.labels)


def shown_in(
    what: Any, n: int, seed: int, part: str, draw: Draw | None, *, like: Shown | None = None
) -> Shown | None:
    """The pictures that are meant, of a folder, a set, an array or a run; None where none are."""
    if is_run(what):
        drawn = None if draw is None else draw(Path(what), min(n, DRAWN), seed).rows
        if drawn is None or drawn.ndim == 2:
            return None
        return Shown(drawn, str(what), "run", None, None)
    return pictures_in(what, n=n, seed=seed, part=part, like=like)


REAL = 0x5EA1
"""Added to the seed of the real side, so that two draws of one law share no row."""


def joined(fake: Side, real: Side, train: Side | None = None) -> Sides:
    """Sides whose columns match; the real side's names hold where it has some."""
    named = next((it for it in (real, fake, train) if it is not None and it.named), real)
    sides = [None if it is None else matched(it, named) for it in (fake, real, train)]
    made, held, seen = sides
    assert made is not None and held is not None
    return Sides(made, held, seen)
