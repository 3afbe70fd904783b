"""Pictures that come as arrays of numbers: what axis is what, and which number is white."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from saddle.errors import BadData
from saddle.sources.pictures.options import Bytes, Stack, Told, as_labels
from saddle.sources.reading import BESIDE

Array = npt.NDArray[Any]

KEYS = ("x", "images")
"""Keys of an .npz that pictures are looked for under."""

SHORTEST = 4
"""Pixels of the shortest side that a picture may have."""

CHUNK = 4096
"""Pictures whose numbers are turned into bytes at a time."""


def is_picture_array(shape: tuple[int, ...]) -> bool:
    """Whether an array of that shape is meant as pictures: it has three axes or four."""
    return len(shape) in (3, 4)


def holds_pictures(path: Path) -> bool:
    """Whether an .npy or .npz holds an array of three or four axes, told by its head."""
    try:
        found = np.load(path, allow_pickle=False, mmap_mode="r")
        if isinstance(found, np.ndarray):
            return is_picture_array(found.shape)
        with found:
            names = [name for name in found.files if name not in BESIDE]
            key = next((k for k in KEYS if k in names), names[0] if len(names) == 1 else None)
            several = [name for name in names if is_picture_array(_shape(found, name))]
            return is_picture_array(_shape(found, key)) if key else len(several) > 1
    except (OSError, ValueError, EOFError, KeyError, zipfile.BadZipFile):
        return False  # the table's reader says what is wrong


def _shape(archive: Any, key: str) -> tuple[int, ...]:
    """The shape of an array in an archive, its numbers not read."""
    with archive.zip.open(f"{key}.npy") as file:
        version = np.lib.format.read_magic(file)
        read = {(1, 0): np.lib.format.read_array_header_1_0}
        header = read.get(version, np.lib.format.read_array_header_2_0)(file)
    shape: tuple[int, ...] = header[0]
    return shape


def of_file(path: Path) -> tuple[Stack, Told]:
    """The pictures in an .npy or .npz, with labels under y, labels or given."""
    found = np.load(path, allow_pickle=False)
    if isinstance(found, np.ndarray):
        return of_array(found, where=str(path))
    with found:
        names = [name for name in found.files if name not in BESIDE]
        key = next((k for k in KEYS if k in names), names[0] if len(names) == 1 else None)
        if key is None:
            raise BadData(
                f"{path}: pictures must be under the key x or images, got {', '.join(names)}"
            )
        beside = next((k for k in BESIDE if k in found.files), None)
        try:
            images, labels = found[key], None if beside is None else found[beside]
        except (ValueError, OSError, EOFError, zipfile.BadZipFile) as problem:
            raise BadData(f"{path} cannot be read: {problem}") from problem
    return of_array(images, where=str(path), labels=labels)


def of_array(values: npt.ArrayLike, *, where: str, labels: Any = None) -> tuple[Stack, Told]:
    """Pictures (n, H, W), (n, H, W, C) or (n, C, H, W) of any numbers."""
    array = np.asarray(values)
    told = Told("an array")
    if array.dtype.kind not in "biuf":
        raise BadData(f"{where}: pictures are numbers, got {array.dtype}")
    images = _bytes(_channels_last(array, where), told, where)
    given = None if labels is None else as_labels(labels, len(images), where)
    return Stack(images, given), told


def _channels_last(array: Array, where: str) -> Array:
    """(n, H, W, C), a view of the same numbers."""
    if array.ndim == 3:
        array = array[..., None]
    elif array.ndim == 4 and array.shape[3] not in (1, 3, 4) and array.shape[1] in (1, 3, 4):
        array = np.moveaxis(array, 1, 3)
    fine = array.ndim == 4 and array.shape[3] in (1, 3, 4) and min(array.shape[1:3]) >= SHORTEST
    if not fine or len(array) == 0:
        got = array.shape[:3] if array.shape[-1] == 1 and array.ndim == 4 else array.shape
        raise BadData(
            f"{where}: points must be of shape (n, d), got {got}; pictures of shape (n, H, W), "
            f"(n, H, W, C) or (n, C, H, W) with C 1, 3 or 4 and sides of at least {SHORTEST}"
        )
    return array


def _bytes(images: Array, told: Told, where: str) -> Bytes:
    """The numbers as 0 to 255; what was done is told."""
    if images.dtype == np.uint8:
        return np.ascontiguousarray(images)
    low, high = float(images.min()), float(images.max())
    if not (np.isfinite(low) and np.isfinite(high)):
        wrong = int((~np.isfinite(images)).any(axis=(1, 2, 3)).sum())
        raise BadData(
            f"{where}: {wrong} of {len(images)} pictures have a value that is not finite"
        )
    start, stop = _range(images, low, high)
    if (start, stop) != (0, 255):
        kind = "numbers" if images.dtype.kind == "f" else f"{8 * images.dtype.itemsize} bits"
        told.done.append(f"{kind} from {start:g} to {stop:g} scaled to 0 to 255")
    out = np.empty(images.shape, dtype=np.uint8)
    for first in range(0, len(images), CHUNK):
        part = images[first : first + CHUNK].astype(np.float64)
        part = (part - start) * (255 / (stop - start))
        out[first : first + CHUNK] = np.rint(part).clip(0, 255)
    return out


def _range(images: Array, low: float, high: float) -> tuple[float, float]:
    """What is black and what is white among these numbers."""
    whole = images.dtype.kind != "f"
    usual = [(0.0, 1.0), (-1.0, 1.0), (0.0, 255.0)] if not whole else [(0.0, 255.0)]
    if images.dtype.kind == "b":
        return 0.0, 1.0
    if images.dtype == np.uint16:
        usual.append((0.0, 65535.0))
    for start, stop in usual:
        if start <= low and high <= stop:
            return start, stop
    return low, high if high > low else low + 1
