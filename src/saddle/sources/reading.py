"""Files, arrays and data frames as tables of numbers, with errors that name the line."""

from __future__ import annotations

import csv
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from saddle.errors import BadData, BadValue, MissingExtra, unknown
from saddle.sources.base import Floats

Column = npt.NDArray[Any]

BESIDE = ("y", "labels", "given")
"""Keys of an .npz that stand beside the points."""

Given = str | int | npt.ArrayLike
"""The name of a column or a file, or the values themselves, one a row."""


@runtime_checkable
class Frame(Protocol):
    """What is asked of a data frame: pandas' will do, and so will others that look like it."""

    columns: Any

    def __getitem__(self, name: Any) -> Any: ...

    def to_numpy(self) -> npt.NDArray[Any]:
        """The cells, (n, columns)."""
        ...


@dataclass(frozen=True)
class Columns:
    """Columns as read, before anyone said which are the points.

    Attributes:
        where: the file, or "array": what errors call it.
        columns: values by name, (n,) each; numbers where every cell is one, text elsewhere.
        lines: the line of the file that each row stands in, or None outside of text files.
        given: labels or points that came apart from the columns (`y` of an .npz), or None.
    """

    where: str
    columns: Mapping[str, Column]
    lines: npt.NDArray[np.int64] | None = None
    given: Column | None = None

    def place(self, row: int) -> str:
        """Where a row stands, in words."""
        return f"row {row}" if self.lines is None else f"line {self.lines[row]}"


@dataclass(frozen=True)
class Table:
    """Points ready to train on.

    Attributes:
        x: (n, d) float64, finite.
        names: of its columns.
        given: labels (n,), int or text, or points (n, k) float64, or None.
    """

    x: Floats
    names: tuple[str, ...]
    given: Column | None = None


# ---------------------------------------------------------------- choosing columns


def choose(
    data: Columns, *, columns: str | Sequence[str | int] | None, given: Given | None
) -> Table:
    """The points, and what is given beside them.

    Args:
        data: columns as read.
        columns: which are the points, by name (or "a,b"); all but the given one where None.
        given: a column's name, a file's path, or values; `data.given` where None.
    """
    beside, taken = _given(data, given)
    names = _names(data, columns, taken)
    x = np.column_stack([_numbers(data, name) for name in names])
    _refuse_not_finite(data, x, names)
    if beside is not None and len(beside) != len(x):
        raise BadData(f"{data.where}: {len(x)} rows, but {len(beside)} are given beside them")
    return Table(x, tuple(names), None if beside is None else _as_given(beside, data))


def _names(
    data: Columns, columns: str | Sequence[str | int] | None, taken: str | None
) -> list[str]:
    if columns is None:
        names = [name for name in data.columns if name != taken]
    else:
        parts = columns.split(",") if isinstance(columns, str) else columns
        names = [str(name).strip() for name in parts]
    for name in names:
        if name not in data.columns:
            raise unknown(f"column of {data.where}", name, data.columns)
    if not names:
        raise BadData(f"{data.where}: no column is left for the points")
    twice = sorted({name for name in names if names.count(name) > 1 or name == taken})
    if twice:
        role = "the given one too" if twice[0] == taken else "named twice"
        raise BadData(f"{data.where}: column {twice[0]!r} of the points is {role}")
    return names


def _given(data: Columns, given: Given | None) -> tuple[Column | None, str | None]:
    """What is given, and the name of the column that it takes."""
    if given is None:
        return data.given, None
    if not isinstance(given, str | int):
        return np.asarray(given), None
    name = str(given)
    if name in data.columns:
        return data.columns[name], name
    if Path(name).is_file():
        beside = list(read(Path(name)).columns.values())
        return beside[0] if len(beside) == 1 else np.column_stack(beside), None
    if data.given is not None and name in BESIDE:
        return data.given, None
    raise unknown(f"column of {data.where}", name, data.columns)


def _numbers(data: Columns, name: str) -> Floats:
    """A column as float64; text is refused with its place."""
    values = data.columns[name]
    if values.dtype.kind in "biuf":
        return values.astype(np.float64)
    odd = [row for row, cell in enumerate(values) if not _is_number(cell)]
    cells = [str(values[row]) for row in odd]
    at = f"{data.where}: column {name!r}, {data.place(odd[0])}"
    cell = repr(cells[0]) if cells[0] else "an empty cell"
    raise BadData(f"{at}: {cell} is not a number; {_instead(data, name, cells)}")


def _instead(data: Columns, name: str, odd: Sequence[str]) -> str:
    """What to do about a column where these cells are not numbers."""
    count = len(data.columns[name])
    if _is_number(odd[0].replace(",", ".", 1)):
        return "write it with a decimal point"
    if 10 * len(odd) < count or (not any(odd) and len(odd) < count):
        return f"fill such cells or remove their rows, {len(odd)} of {count}"
    numeric = [n for n, v in data.columns.items() if v.dtype.kind in "biuf"]
    take = f"take the columns that are (--columns {','.join(numeric)}), or " if numeric else ""
    return f"{take}make this one the label (--given {name}); in Python columns= and given="


def _refuse_not_finite(data: Columns, x: Floats, names: Sequence[str]) -> None:
    rows, at = np.nonzero(~np.isfinite(x))
    if len(rows) == 0:
        return
    bad = np.unique(rows)
    shown = ", ".join(data.place(row) for row in bad[:5])
    more = f" and {len(bad) - 5} more" if len(bad) > 5 else ""
    raise BadData(
        f"{data.where}: {len(bad)} of {len(x)} rows have a value that is not finite: {shown}{more}"
        f" (the first is {x[rows[0], at[0]]} in column {names[at[0]]!r}); remove or fill them"
    )


def _as_given(values: Column, data: Columns) -> Column:
    """Labels as int64 or text (n,), or points as float64 (n, k)."""
    if values.dtype.kind in "OUS":
        text = np.array([str(cell) for cell in values.reshape(len(values), -1)[:, 0]])
        missing = np.flatnonzero(np.isin(text, ["", "nan", "None", "<NA>", "NaT"]))
        if len(missing):
            raise BadData(f"{data.where}: {data.place(int(missing[0]))} has no label")
        return text
    if values.dtype.kind in "biu" and values.ndim == 1:
        return values.astype(np.int64)
    points = values.reshape(len(values), -1).astype(np.float64)
    if not np.isfinite(points).all():
        row = int(np.argwhere(~np.isfinite(points))[0, 0])
        raise BadData(f"{data.where}: {data.place(row)} has no finite given")
    if values.ndim == 1 and np.array_equal(values, np.round(values)):
        return values.astype(np.int64)
    return points


# ---------------------------------------------------------------- arrays and frames


def from_array(values: npt.ArrayLike, *, where: str = "array") -> Columns:
    """Columns of an array (n, d) or (n,), named 0, 1, ..., or by a structured array's fields."""
    array = np.asarray(values)
    if array.dtype.names is not None:
        return Columns(where, {name: _plain(array[name], where) for name in array.dtype.names})
    if array.ndim == 1:
        array = array[:, None]
    if array.ndim != 2 or array.shape[0] == 0 or array.shape[1] == 0:
        raise BadData(f"{where}: points must be of shape (n, d), got {array.shape}")
    return Columns(where, {str(i): _plain(array[:, i], where) for i in range(array.shape[1])})


def from_frame(frame: Frame, *, where: str = "data frame") -> Columns:
    """Columns of a data frame."""
    columns = {str(name): _plain(frame[name].to_numpy(), where) for name in frame.columns}
    if not columns or len(next(iter(columns.values()))) == 0:
        raise BadData(f"{where}: it has no rows or no columns")
    return Columns(where, columns)


def _plain(values: Column, where: str) -> Column:
    """Numbers where every cell is one, text elsewhere."""
    if values.dtype.kind in "biufUS":
        return values
    if values.dtype.kind in "cV":
        raise BadData(f"{where}: {_ODD[values.dtype.kind]} data not supported: points are real")
    if all(_is_number(cell) for cell in values):
        return values.astype(np.float64)
    return np.array([str(cell) for cell in values])


_ODD = {"c": "Complex", "V": "Raw"}


def _is_number(cell: Any) -> bool:
    try:
        float(cell)
    except (TypeError, ValueError):
        return False
    return True


# ---------------------------------------------------------------- files


def read(path: Path) -> Columns:
    """The columns of a file, told by its ending."""
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        endings = ", ".join(READERS)
        raise BadValue(
            f"{path}: points are read from {endings} or .json (a drawing), pictures from a "
            "folder, .zip, .npy, .npz, .parquet, IDX or CIFAR-10's .bin"
        )
    try:
        return reader(path)
    except UnicodeDecodeError as error:
        raise BadData(
            f"{path} cannot be read: it is no text in UTF-8 ({error}); save it as UTF-8"
        ) from error
    except (OSError, EOFError, csv.Error, zipfile.BadZipFile) as error:
        raise BadData(f"{path} cannot be read: {error}") from error


def read_csv(path: Path) -> Columns:
    """A text table: tabs, semicolons, commas or blanks, with or without a header."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        lines = file.readlines()
    above = sum(1 for _ in takewhile(_says_nothing, lines))
    mark = _mark(next(iter(lines[above:]), ""))
    told = [line.strip(" \r\n") for line in lines[above:]] if mark == " " else lines[above:]
    reader = csv.reader(told, delimiter=mark, skipinitialspace=True)
    rows = [(above + reader.line_num, [c.strip() for c in row]) for row in reader if any(row)]
    if not rows:
        raise BadData(f"{path}: the file is empty")
    header = _header(path, *rows[0])
    body = rows if header is None else rows[1:]
    names = header or [str(i) for i in range(len(rows[0][1]))]
    if not body:
        raise BadData(f"{path}: a header and no rows")
    for line, row in body:
        if len(row) != len(names):
            raise BadData(f"{path}, line {line}: {len(row)} cells where {len(names)} are expected")
    cells = zip(*(row for _, row in body), strict=True)
    columns = {name: _parsed(column) for name, column in zip(names, cells, strict=True)}
    return Columns(str(path), columns, np.array([line for line, _ in body]))


def _says_nothing(line: str) -> bool:
    """Whether a line above a table is blank or a comment, `# ...`; `#id` is a column's name."""
    return not line.strip() or line.split()[0] == "#"


def _mark(line: str) -> str:
    """What parts the cells of a line; where there are semicolons, commas may be decimal ones."""
    return next((mark for mark in "\t;," if mark in line), " ")


def _header(path: Path, line: int, row: Sequence[str]) -> list[str] | None:
    """The first row as names where one of its cells is no number."""
    if all(_is_number(cell) for cell in row):
        return None
    names = [cell or str(i) for i, cell in enumerate(row)]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise BadData(f"{path}, line {line}: column {twice[0]!r} is named twice")
    return names


def _parsed(cells: Iterable[str]) -> Column:
    """Numbers where every cell is one, text elsewhere."""
    text = list(cells)
    try:
        return np.array(text, dtype=np.float64)
    except ValueError:
        return np.array(text)


def _read_npy(path: Path) -> Columns:
    return from_array(_load(path), where=str(path))


def _read_npz(path: Path) -> Columns:
    """Points under `x` (or the only other key), what is given under `y`, `labels` or `given`."""
    arrays = _load(path)
    if isinstance(arrays, np.ndarray):
        raise BadData(f"{path}: this is an .npy file under another ending")
    with arrays:
        beside = [key for key in BESIDE if key in arrays.files]
        others = [key for key in arrays.files if key not in beside]
        key = "x" if "x" in others else others[0] if len(others) == 1 else None
        if key is None:
            raise BadData(
                f"{path}: points must be under the key x, got {', '.join(arrays.files) or 'none'}"
            )
        try:
            x, given = arrays[key], arrays[beside[0]] if beside else None
        except ValueError:
            raise BadData(f"{path} holds pickled objects, which are never opened") from None
    told = from_array(x, where=str(path))
    return Columns(told.where, told.columns, None, given)


def _load(path: Path) -> Any:
    """An array or an archive of arrays; objects are never unpickled."""
    try:
        return np.load(path, allow_pickle=False)
    except ValueError:
        raise BadData(
            f"{path} cannot be read: it is no {path.suffix} file of numbers "
            "(pickled objects are never opened)"
        ) from None


def _read_parquet(path: Path) -> Columns:
    try:
        import pandas

        return from_frame(pandas.read_parquet(path), where=str(path))
    except ImportError:
        raise MissingExtra(
            f"{path}: .parquet needs pandas and pyarrow: pip install 'saddle-gan[tables]'"
        ) from None


READERS: Mapping[str, Callable[[Path], Columns]] = {
    ".csv": read_csv,
    ".tsv": read_csv,
    ".txt": read_csv,
    ".npy": _read_npy,
    ".npz": _read_npz,
    ".parquet": _read_parquet,
}
