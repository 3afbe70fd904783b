"""Samples and rows to and from the files that a command line names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from saddle.errors import BadData, BadValue, Incompatible, RunError, bad
from saddle.recipe import Recipe
from saddle.sources.reading import Columns, choose, read
from saddle.spaces import Points, Space
from saddle.spaces.files import WRITERS, save, writing_whole
from saddle.spaces.picture_files import FOLDER, save_pictures
from saddle.spaces.picture_files import WRITERS as OF_PICTURES
from saddle.spaces.sheets import png, sheet

Array = npt.NDArray[Any]
Names = Mapping[str, Sequence[str]]
"""What the columns of a key are called."""

PICTURE = ".png"
ONE_ARRAY = ".npy"


def must_spare(path: Path, *needed: str | Path | None) -> None:
    """Refuse to write over what is read, or what a run was trained on."""
    kept = [Path(it) for it in needed if it is not None and Path(it).is_file()]
    if path.is_file() and any(path.samefile(it) for it in kept):
        raise BadValue(f"{path} is what is read, and would be lost: name another file (--out)")


def trained_on(recipe: Recipe) -> tuple[str | None, ...]:
    """What of a recipe may be a file that a run was trained on."""
    return recipe.data, recipe.second, recipe.given


def must_write(path: Path | None) -> None:
    """Refuse a file whose ending says nothing, before any work is done."""
    endings = {*WRITERS, PICTURE, *OF_PICTURES}
    if path is not None and path.suffix.lower() not in endings:
        told = ", ".join(sorted(endings - {FOLDER}))
        raise bad("--out", str(path), f"a file that ends in {told}, or a folder for pictures")
    above = [] if path is None else [it for it in path.absolute().parents if it.is_file()]
    if above:
        raise BadData(f"{path} cannot be written: {above[0]} is a file, not a folder")


def must_suit(path: Path, spaces: Mapping[str, Space]) -> None:
    """Refuse rows in a file of pictures, and pictures in one of rows, before any work is done."""
    pictures = any(len(space.shape) == 3 for space in spaces.values())
    fits = [*OF_PICTURES] if pictures else [*WRITERS, PICTURE]
    if path.suffix.lower() not in fits:
        what = "pictures go to a folder or" if pictures else "rows go"
        raise bad("--out", str(path), f"{what} to {', '.join(filter(None, fits))}")


def usual_ending(spaces: Mapping[str, Space]) -> str:
    """What samples go to where nobody says: a table, or a folder of pictures."""
    return FOLDER if any(len(space.shape) == 3 for space in spaces.values()) else ".csv"


def must_hold(path: Path, keys: Sequence[str]) -> None:
    """Refuse to lose keys to a file of one array."""
    if path.suffix.lower() == ONE_ARRAY and len(keys) > 1:
        raise bad(
            "--out",
            str(path),
            f"a .npz or .csv file, for .npy holds one array and not {' and '.join(keys)}",
        )


def names_of(spaces: Mapping[str, Space]) -> dict[str, Sequence[str]]:
    """The names of the columns of each space that has some."""
    return {
        key: space.columns
        for key, space in spaces.items()
        if isinstance(space, Points) and space.columns is not None
    }


def write_rows(rows: Mapping[str, Array], path: Path, *, names: Names | None = None) -> None:
    """Write rows by key to a file told by its ending; a picture for .png."""
    must_write(path)
    drawn = {key: np.asarray(value) for key, value in rows.items()}
    if any(value.ndim == 4 for value in drawn.values()):
        save_pictures(path, drawn)
        return
    must_hold(path, tuple(drawn))
    if path.suffix.lower().endswith(PICTURE):
        picture(drawn, path, names=names)
    else:
        save(path, drawn, columns(drawn, names=names))


def picture(rows: Mapping[str, Array], path: Path, *, names: Names | None = None) -> None:
    """Draw rows; a place that cannot be written is named."""
    from saddle.report import picture_of_rows

    try:
        picture_of_rows(rows, path, names=names)
    except RunError as problem:
        raise BadData(f"{path} cannot be written: {problem.__cause__ or problem}") from problem


def columns(rows: Mapping[str, Array], *, names: Names | None = None) -> dict[str, Array]:
    """One name a column: the data's own, else `x0`, `x1`; a label is a column of its own name."""
    found: dict[str, Array] = {}
    for key, value in rows.items():
        flat = value.reshape(len(value), -1)
        plain = [key] if value.ndim == 1 else [f"{key}{i}" for i in range(flat.shape[1])]
        wanted = list((names or {}).get(key, plain))
        unique = plain if set(wanted) & found.keys() else wanted
        found |= {name: flat[:, i] for i, name in enumerate(unique)}
    return found


def read_rows(path: Path, names: Sequence[str] | None = None) -> Array:
    """The numbers of a file, (n, d): the columns of these names; all where one has no names."""
    if not path.is_file():
        raise BadData(f"there is no file {str(path)!r}")
    data: Columns = read(path)
    held = [*data.columns]
    if not names or all(name.isdigit() for name in held):
        return choose(data, columns=None, given=None).x
    if not set(names) <= set(held):
        raise Incompatible(
            f"{path}: its columns are {', '.join(held)}, the run's are {', '.join(names)} there: "
            "rename them, leave the header out, or say --back where it is the other domain's file"
        )
    return choose(data, columns=list(names), given=None).x


# ----------------------------------------------------------------------------------- films, sheets


def must_be_film(path: Path) -> None:
    """Refuse a film whose ending says nothing, before any work is done."""
    from saddle.report.reel import format_of

    format_of(path)
    _must_have_folder(path)


def must_be_sheet(path: Path | None) -> None:
    """Refuse a sheet that is no .png, before any work is done."""
    if path is None:
        return
    if path.suffix.lower() != PICTURE:
        raise bad("--out", str(path), f"a file that ends in {PICTURE}")
    _must_have_folder(path)


def _must_have_folder(path: Path) -> None:
    above = [it for it in path.absolute().parents if it.is_file()]
    if above or path.is_dir():
        what = f"{above[0]} is a file, not a folder" if above else "it is a folder"
        raise BadData(f"{path} cannot be written: {what}")


def write_walks(walks: Sequence[Array], path: Path, *, columns: int | None = None) -> None:
    """Films (frames, H, W, C) side by side as one film, told by its ending.

    In a square, or in rows of as many as there are columns.
    """
    from PIL import Image

    from saddle.report.reel import OF_SHEETS, animated, format_of

    pages = [sheet(np.stack(pictures), columns=columns) for pictures in zip(*walks, strict=True)]
    flat = [page[:, :, 0] if page.shape[2] == 1 else page for page in pages]
    form = format_of(path)
    length = [PACE] * len(flat)
    images = [Image.fromarray(page) for page in flat]
    _write(path, animated(images, form, length, OF_SHEETS.how[form]))


PACE = 60
"""Milliseconds of a frame of a walk."""


def write_neighbours(samples: Array, train: Array, path: Path) -> None:
    """Each sample (n, H, W, C) in a row with its nearest training pictures (n, k, H, W, C)."""
    rows = np.concatenate([samples[:, None], train], axis=1)
    pictures = rows.reshape(-1, *rows.shape[2:])
    _write(path, png(sheet(pictures, columns=rows.shape[1])))


def _write(path: Path, data: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with writing_whole(path) as file:
            file.write(data)
    except OSError as problem:
        raise BadData(f"{path} cannot be written: {problem.strerror or problem}") from problem
