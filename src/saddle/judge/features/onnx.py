"""Features of any ONNX file that the user names: its first output for each row.

The file is run as it is, by onnxruntime on the processor, and is known by its checksum: numbers on
features of another file are other numbers. Nothing is downloaded.
"""

from __future__ import annotations

import hashlib
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from saddle.catalogue import Family
from saddle.errors import BadData, Incompatible, MissingExtra
from saddle.judge.features.base import Features, Labels, Maker
from saddle.measure.base import Floats

BATCH = 256
"""Rows that a network is given at once."""

TYPES = {"tensor(float)": np.float32, "tensor(double)": np.float64}
"""What a network may be given, by onnxruntime's words."""


def onnx_features(real: Floats, labels: Labels | None = None, *, path: Path) -> Features:
    """The features of a file, tried on the first real row."""
    session = _ready(real.shape[1], path=path)
    put, out = session.get_inputs()[0], session.get_outputs()[0]
    of = partial(_run, session, put.name, TYPES[put.type], _whole(put.shape[0]))
    dim = of(real[:1]).shape[1]
    record = {
        "kind": "onnx",
        "path": str(path),
        "sha256": checksum(path),
        "input": {"name": put.name, "shape": [str(size) for size in put.shape]},
        "output": {"name": out.name, "dim": dim},
        "resize": None,
        "normalise": None,
    }
    return Features(path.stem, dim, of, record)


def checksum(path: Path) -> str:
    """SHA-256 of the file, and of the weights where they stand beside it in FILE.data."""
    digest = hashlib.sha256()
    for part in (path, path.with_name(f"{path.name}.data")):
        digest.update(part.read_bytes() if part.is_file() else b"")
    return digest.hexdigest()


def _ready(columns: int, *, path: Path) -> Any:
    """The network, which takes rows of so many columns."""
    session = _opened(path)
    if len(session.get_inputs()) != 1:
        names = ", ".join(put.name for put in session.get_inputs())
        raise Incompatible(f"{path} must have one input, the rows; it has {names}")
    _fits(path, session.get_inputs()[0], columns)
    return session


def _opened(path: Path) -> Any:
    try:
        import onnxruntime
    except ImportError:
        raise MissingExtra(
            f"features from {path} need onnxruntime: pip install 'saddle-gan[onnx]'"
        ) from None
    if not path.is_file():
        raise BadData(f"features: there is no file {path}; name one, as in onnx:features.onnx")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1  # the same sums in the same order, however many cores
    options.log_severity_level = 3
    try:
        return onnxruntime.InferenceSession(
            str(path), sess_options=options, providers=["CPUExecutionProvider"]
        )
    except Exception as problem:  # onnxruntime's own kinds share no ancestor below Exception
        raise BadData(f"{path} is no ONNX network that can be run: {_first(problem)}") from None


def _first(problem: Exception) -> str:
    """The first line of what a library says."""
    return str(problem).strip().partition("\n")[0][:200]


def _fits(path: Path, put: Any, columns: int) -> None:
    """Refuse a network that does not take rows (n, d) of real numbers."""
    wanted = f"{path} takes {put.type} of shape {put.shape}"
    if put.type not in TYPES:
        raise Incompatible(f"{wanted}; rows are real numbers: export it with a float input")
    if len(put.shape) != 2:
        raise Incompatible(f"{wanted}; samples are rows (n, {columns}): images are not read yet")
    if _whole(put.shape[1]) not in (None, columns):
        raise Incompatible(f"{wanted}; the rows have {columns} columns")


def _whole(size: Any) -> int | None:
    """A fixed size, or None where any will do."""
    return size if isinstance(size, int) and size > 0 else None


def _run(
    session: Any, name: str, dtype: type[Any], fixed: int | None, x: Floats
) -> npt.NDArray[Any]:
    """The first output, flattened, (n, dim); a network of fixed batch is given whole batches."""
    size = fixed or BATCH
    found = []
    for start in range(0, len(x), size):
        rows = np.asarray(x[start : start + size], dtype)
        short = (fixed or len(rows)) - len(rows)
        padded = np.concatenate([rows, np.repeat(rows[-1:], short, axis=0)]) if short else rows
        out = np.asarray(session.run(None, {name: padded})[0])[: len(rows)]
        found.append(out.reshape(len(rows), -1))
    features = np.concatenate(found)
    if not np.isfinite(features).all():
        row = int(np.argwhere(~np.isfinite(features))[0][0])
        raise BadData(f"features of row {row} are not finite: was the network made for such rows?")
    return features


def _of_path(text: str) -> Maker:
    return Maker(
        "onnx:PATH",
        "the first output of an ONNX file that you name",
        partial(onnx_features, path=Path(text)),
        partial(_ready, path=Path(text)),
    )


ONNX: Family[Maker] = Family(_of_path, example="features.onnx", parameter="PATH")
