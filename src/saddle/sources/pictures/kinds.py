"""From a path or an array to `Pictures`: which reader fits is told by one table."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy.typing as npt

from saddle.errors import BadData
from saddle.sources.pictures import binary, numbers, parquet, pieces
from saddle.sources.pictures.options import Options, as_labels
from saddle.sources.pictures.shelves import Shelved
from saddle.sources.pictures.shelving import shelve_files, shelve_stack
from saddle.sources.pictures.source import Pictures

Limit = int | None


@dataclass(frozen=True)
class Kind:
    """One row: a form that sets of pictures come in.

    Attributes:
        name: in a few words.
        fits: whether a path that exists is of this form.
        shelve: from the path to the pictures.
    """

    name: str
    fits: Callable[[Path], bool]
    shelve: Callable[[Path, Options, Limit], Shelved]


def _idx_folder(path: Path, options: Options, limit: Limit) -> Shelved:
    found = binary.idx_folder(path)
    if found is None:
        raise BadData(f"{path}: no IDX file of pictures is there")
    return shelve_stack(*binary.of_idx(found), options)


def _ends(*endings: str) -> Callable[[Path], bool]:
    return lambda path: path.is_file() and path.suffix.lower() in endings


KINDS = (
    Kind(
        "a folder of IDX files",
        lambda path: path.is_dir() and binary.idx_folder(path) is not None,
        _idx_folder,
    ),
    Kind(
        "a folder of CIFAR-10's files",
        lambda path: path.is_dir() and bool(binary.row_files(path)),
        lambda path, options, _: shelve_stack(*binary.of_rows(binary.row_files(path)), options),
    ),
    Kind(
        "a folder of pictures, flat or a folder a class",
        lambda path: path.is_dir(),
        lambda path, options, limit: shelve_files(
            pieces.of_folder(path), options, limit=limit, where=str(path)
        ),
    ),
    Kind(
        "a .zip of pictures",
        lambda path: _ends(".zip")(path) or _is_bare_zip(path),
        lambda path, options, limit: shelve_files(
            pieces.of_zip(path), options, limit=limit, where=str(path)
        ),
    ),
    Kind(
        "an IDX file, packed or not",
        lambda path: path.is_file() and binary.is_idx(path),
        lambda path, options, _: shelve_stack(*binary.of_idx(path), options),
    ),
    Kind(
        "a .bin file of CIFAR-10's rows, packed or not",
        lambda path: path.is_file() and binary.is_rows(path),
        lambda path, options, _: shelve_stack(*binary.of_rows([path]), options),
    ),
    Kind(
        "a .parquet file with a column image",
        lambda path: _ends(".parquet")(path) and parquet.holds_pictures(path),
        lambda path, options, limit: shelve_files(
            parquet.of_parquet(path), options, limit=limit, where=str(path)
        ),
    ),
    Kind(
        "an .npy or .npz with an array of three or four axes",
        lambda path: _ends(".npy", ".npz")(path) and numbers.holds_pictures(path),
        lambda path, options, _: shelve_stack(*numbers.of_file(path), options),
    ),
)
"""Every form, the more particular first."""


def _is_bare_zip(path: Path) -> bool:
    """Whether a file without an ending is a zip."""
    return path.is_file() and not path.suffix and zipfile.is_zipfile(path)


def kind_of(path: Path) -> Kind | None:
    """The form of what lies at that path, or None where it is no set of pictures."""
    return next((kind for kind in KINDS if kind.fits(path)), None)


def open_pictures(
    path: str | Path,
    *,
    seed: int = 0,
    options: Options | None = None,
    labels: npt.ArrayLike | None = None,
    name: str | None = None,
    limit: int | None = None,
) -> Pictures:
    """The pictures at a path.

    Args:
        path: a folder or a file of one of `KINDS`.
        seed: what rows are shuffled by.
        options: how pictures become squares of one size.
        labels: of each picture, in sorted order of the files, instead of those beside them;
            files of a part of its own come last, as `pieces.PARTS` has them.
        name: what to call the source; the path by default.
        limit: bytes that decoded pictures may take in memory; beyond, they are streamed. By
            default a quarter of the machine's memory.
    """
    where = Path(path)
    kind = kind_of(where)
    if kind is None:
        known = "; ".join(k.name for k in KINDS)
        raise BadData(f"{where}: no set of pictures is there. Known: {known}")
    found = kind.shelve(where, options or Options(), limit)
    return Pictures(name or str(where), _with(found, labels, str(where)), seed=seed)


def array_pictures(
    values: npt.ArrayLike,
    *,
    seed: int = 0,
    options: Options | None = None,
    labels: npt.ArrayLike | None = None,
    name: str = "array",
    watched: int = 0,
    tested: int = 0,
) -> Pictures:
    """The pictures of an array (n, H, W), (n, H, W, C) or (n, C, H, W) of any numbers.

    Args:
        values: the array.
        seed: what rows are shuffled by.
        options: how pictures become squares of one size.
        labels: of each picture.
        name: what to call the source.
        tested: how many of the last are a test part of their own.
        watched: how many before those are a part to watch of their own.
    """
    stack, told = numbers.of_array(values, where=name, labels=labels)
    whole = replace(stack, watched=watched, tested=tested)
    found = shelve_stack(whole, told, options or Options())
    return Pictures(name, found, seed=seed)


def _with(found: Shelved, labels: Any, where: str) -> Shelved:
    """With other labels where some are given."""
    if labels is None:
        return found
    return replace(found, labels=as_labels(labels, len(found.shelf), where))
