"""Pictures in the Parquet files of a data set: encoded bytes, one picture a row."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from saddle.errors import BadData, MissingExtra
from saddle.sources.pictures.options import Told, as_labels
from saddle.sources.pictures.pieces import Cell, Pieces

COLUMNS = ("image", "img")
"""Columns that pictures are looked for in."""

LABELS = ("label", "labels", "y")


def _column(path: Path) -> str | None:
    """The column of pictures, told by the file's schema."""
    import pyarrow.parquet as parquet  # type: ignore[import-untyped]
    from pyarrow import ArrowException, types

    try:
        schema = parquet.read_schema(path)
    except (OSError, ArrowException):
        return None  # the table's reader says what is wrong
    for name in (name for name in COLUMNS if name in schema.names):
        kind = schema.field(name).type
        if types.is_struct(kind) or types.is_binary(kind) or types.is_large_binary(kind):
            return name
    return None


def holds_pictures(path: Path) -> bool:
    """Whether there is a column of pictures; without pyarrow the table's reader asks for it."""
    try:
        return _column(path) is not None
    except ImportError:
        return False


def of_parquet(path: Path) -> Pieces:
    """The pictures of a Parquet file, with the labels beside them."""
    try:
        import pyarrow.parquet as parquet
    except ImportError:
        raise MissingExtra(
            f"{path}: .parquet needs pandas and pyarrow: pip install 'saddle-gan[tables]'"
        ) from None
    column = _column(path)
    if column is None:
        raise BadData(f"{path}: no column of pictures, {' or '.join(COLUMNS)}")
    names = parquet.read_schema(path).names
    beside = next((name for name in LABELS if name in names), None)
    table = parquet.read_table(path, columns=[column] + ([beside] if beside else []))
    cells = [_bytes(cell) for cell in table.column(column).to_pylist()]
    wide = len(str(len(cells)))
    items = [Cell(f"row {number:0{wide}}", data) for number, data in enumerate(cells)]
    labels = None
    if beside is not None:
        labels = as_labels(table.column(beside).to_pylist(), len(items), str(path))
    return Pieces(items, labels, Told("a Parquet file"))


def _bytes(cell: Any) -> bytes:
    """The encoded picture in a cell; nothing where it has none."""
    data = cell.get("bytes") if isinstance(cell, Mapping) else cell
    return data if isinstance(data, bytes) else b""
