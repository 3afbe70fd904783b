"""Pictures in files: a sheet, an archive or a folder of PNG files, or one array."""

from __future__ import annotations

import json
import os
import shutil
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import numpy as np

from saddle.errors import BadData, BadValue
from saddle.spaces.base import Raw
from saddle.spaces.files import writing_whole
from saddle.spaces.sheets import class_sheet, png

Arrays = Mapping[str, Raw]
"""Pictures (n, H, W, C) under `x`, and labels (n,) under `given` where there are any."""

FOLDER = ""
"""The ending of a folder."""

SHEET = 10_000
"""Pictures on a sheet, at most."""


def save_pictures(path: Path, arrays: Arrays) -> None:
    """Write pictures to what the ending tells; it appears whole or not at all."""
    writer = WRITERS.get(path.suffix.lower())
    if writer is None:
        raise BadValue(
            f"pictures go to a folder (a name without an ending) or to a file that ends in "
            f"{', '.join(ending for ending in WRITERS if ending)}, got {str(path)!r}"
        )
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        writer(path, arrays)
    except OSError as problem:
        raise BadData(f"{path} cannot be written: {problem.strerror or problem}") from problem


def _sheet(path: Path, arrays: Arrays) -> None:
    some, labels = arrays["x"][:SHEET], arrays.get("given")
    page = png(class_sheet(some, labels, most=SHEET, each=SHEET, classes=SHEET))
    with writing_whole(path) as file:
        file.write(page)


def _npy(path: Path, arrays: Arrays) -> None:
    with writing_whole(path) as file:
        np.save(file, arrays["x"], allow_pickle=False)


def _npz(path: Path, arrays: Arrays) -> None:
    with writing_whole(path) as file:
        np.savez_compressed(file, allow_pickle=False, **arrays)


def _zip(path: Path, arrays: Arrays) -> None:
    """PNG files, not compressed twice; labels in `dataset.json`, as StyleGAN's tools read them."""
    with writing_whole(path) as file, zipfile.ZipFile(file, "w") as archive:
        for name, data in _files(arrays["x"]):
            archive.writestr(name, data)
        if "given" in arrays:
            names = [f"{i:05d}.png" for i in range(len(arrays["x"]))]
            pairs = [list(pair) for pair in zip(names, arrays["given"].tolist(), strict=True)]
            archive.writestr("dataset.json", json.dumps({"labels": pairs}))


def _folder(path: Path, arrays: Arrays) -> None:
    """PNG files, those of one label in a folder of its name; refused where something is there."""
    if path.exists() and (not path.is_dir() or any(path.iterdir())):
        raise BadData(f"{path} is there already and not empty: name another folder")
    part = path.with_name(f".{path.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    labels = arrays.get("given")
    try:
        for i, (name, data) in enumerate(_files(arrays["x"])):
            inner = part if labels is None else part / folder_of(labels[i])
            inner.mkdir(parents=True, exist_ok=True)
            (inner / name).write_bytes(data)
        if path.is_dir():
            path.rmdir()
        os.replace(part, path)
    finally:
        shutil.rmtree(part, ignore_errors=True)


def folder_of(label: object) -> str:
    """A label as the name of a folder, on any system.

    >>> folder_of(3), folder_of("cats/dogs"), folder_of("..")
    ('3', 'cats_dogs', '__')
    """
    text = "".join(c if c.isalnum() or c in " -_+" else "_" for c in str(label)).strip()
    return text[:100] or "_"


def _files(pictures: Raw) -> Iterator[tuple[str, bytes]]:
    for i, picture in enumerate(pictures):
        yield f"{i:05d}.png", png(picture)


Writer = Callable[[Path, Arrays], None]

WRITERS: Mapping[str, Writer] = {
    ".png": _sheet,
    ".npy": _npy,
    ".npz": _npz,
    ".zip": _zip,
    FOLDER: _folder,
}
"""By ending: what pictures can be written to."""
