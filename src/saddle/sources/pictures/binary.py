"""Two old formats of pictures: IDX (MNIST and its kin) and the rows of CIFAR-10."""

from __future__ import annotations

import gzip
import lzma
import re
import zlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO, cast

import numpy as np
import numpy.typing as npt

from saddle.errors import BadData
from saddle.sources.pictures.options import Bytes, Stack, Told, as_labels

IMAGES = re.compile(r"(?P<part>.*)-images[-.]idx3-ubyte(\.gz)?")
TESTS = ("t10k", "test")
"""What the files of a test part begin with."""

ROW = 1 + 3 * 32 * 32
"""Bytes of a row: a label, then the red, the green and the blue plane."""

OPENERS: Mapping[str, Callable[[Path], BinaryIO]] = {
    ".gz": lambda path: cast(BinaryIO, gzip.open(path, "rb")),
    ".xz": lambda path: cast(BinaryIO, lzma.open(path, "rb")),
}

LARGEST = 1 << 34
"""Bytes that a packed file may unpack to."""


def contents(path: Path) -> bytes:
    """A file's bytes, unpacked where its ending says so."""
    try:
        with OPENERS.get(path.suffix.lower(), _plain)(path) as file:
            return file.read(LARGEST)
    except (OSError, EOFError, lzma.LZMAError, zlib.error) as problem:
        raise BadData(f"{path} cannot be read: {problem}") from problem


def _plain(path: Path) -> BinaryIO:
    return path.open("rb")


# ---------------------------------------------------------------- IDX


def read_idx(path: Path) -> npt.NDArray[np.uint8]:
    """An array of bytes: two zeros, the type 8, the number of axes, their lengths, the bytes."""
    data = contents(path)
    axes = data[3] if len(data) > 3 and data[:3] == b"\0\0\x08" else 0
    shape = np.frombuffer(data[4 : 4 + 4 * axes], dtype=">u4").astype(int)
    if axes == 0 or len(shape) < axes:
        raise BadData(f"{path}: this is no IDX file of bytes")
    values = np.frombuffer(data, dtype=np.uint8, offset=4 + 4 * axes)
    if len(values) != int(np.prod(shape)):
        sides = " x ".join(map(str, shape))
        raise BadData(f"{path}: {len(values)} bytes where {sides} are told: it is damaged")
    return values.reshape(shape)


def is_idx(path: Path) -> bool:
    """Whether a name is that of an IDX file of pictures."""
    return IMAGES.fullmatch(path.name) is not None


def of_idx(path: Path) -> tuple[Stack, Told]:
    """Pictures and labels of an IDX file, and of the test part that lies beside it."""
    files = [path]
    match = IMAGES.fullmatch(path.name)
    if match is not None and match["part"] not in TESTS:
        rest = path.name.removeprefix(match["part"])
        files += [f for f in (path.with_name(part + rest) for part in TESTS) if f.exists()][:1]
    return _joined([_idx(file) for file in files], str(path), "IDX")


def _idx(path: Path) -> Stack:
    images = read_idx(path)
    if images.ndim != 3 or 0 in images.shape:
        raise BadData(f"{path}: pictures are of shape (n, H, W), got {images.shape}")
    beside = path.with_name(path.name.replace("images", "labels").replace("idx3", "idx1"))
    other = beside.with_suffix("") if beside.suffix == ".gz" else Path(f"{beside}.gz")
    file = next((f for f in (beside, other) if f.exists()), None)
    labels = None if file is None else as_labels(read_idx(file), len(images), str(file))
    return Stack(images[..., None], labels)


def idx_folder(folder: Path) -> Path | None:
    """The file of pictures to train on in a folder of IDX files, or None where it is none."""
    found = sorted(f for f in _names(folder) if is_idx(f))
    train = [f for f in found if not f.name.startswith(TESTS)]
    return next(iter([*train, *found]), None)


def _names(folder: Path) -> Sequence[Path]:
    try:
        return list(folder.iterdir())
    except OSError:
        return []


# ---------------------------------------------------------------- CIFAR-10


def is_rows(path: Path) -> bool:
    """Whether a name is that of a file of CIFAR-10's rows."""
    return path.name.lower().endswith((".bin", ".bin.gz", ".bin.xz"))


def row_files(folder: Path) -> list[Path]:
    """The files of rows in a folder, those of the test part last."""
    found = sorted(f for f in _names(folder) if is_rows(f))
    return sorted(found, key=lambda f: f.name.startswith(TESTS))


def of_rows(files: Sequence[Path]) -> tuple[Stack, Told]:
    """Pictures and labels of such files."""
    tests = [f.name.startswith(TESTS) for f in files]
    train = [file for file, test in zip(files, tests, strict=True) if not test]
    parts = [[_rows(f) for f in files[: len(train)]], [_rows(f) for f in files[len(train) :]]]
    both = [_stacked(part) for part in parts if part]
    return _joined(both, str(files[0].parent), "CIFAR-10's rows")


def _rows(path: Path) -> Stack:
    data = contents(path)
    if len(data) == 0 or len(data) % ROW:
        raise BadData(f"{path}: rows are of {ROW} bytes, and {len(data)} are no whole number")
    rows = np.frombuffer(data, dtype=np.uint8).reshape(-1, ROW)
    images = rows[:, 1:].reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1)
    return Stack(np.ascontiguousarray(images), rows[:, 0].astype(np.int64))


# ---------------------------------------------------------------- both


def _stacked(parts: Sequence[Stack]) -> Stack:
    """One stack of several."""
    images: Bytes = np.concatenate([part.images for part in parts])
    labels: list[npt.NDArray[Any]] = [p.labels for p in parts if p.labels is not None]
    return Stack(images, np.concatenate(labels) if len(labels) == len(parts) else None)


def _joined(parts: Sequence[Stack], where: str, found: str) -> tuple[Stack, Told]:
    """A set to train on and its test part as one stack."""
    sizes = {part.images.shape[1:] for part in parts}
    if len(sizes) > 1:
        raise BadData(f"{where}: its test part has pictures of another size: {sorted(sizes)}")
    whole = _stacked(parts)
    tested = len(parts[1].images) if len(parts) > 1 else 0
    return Stack(whole.images, whole.labels, tested), Told(found)
