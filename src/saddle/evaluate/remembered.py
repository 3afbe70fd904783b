"""Pictures beside the training pictures nearest to them, kept for the report."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from saddle.judge.evaluation import Evaluation
from saddle.runs import Run, write_bytes

Array = npt.NDArray[Any]

NAME = "neighbours.npz"
"""`KEY.WHICH.sample` and `KEY.WHICH.train`, (n, H, W, C) each; WHICH is closest or typical."""

PICTURE = 4
"""The rank of an array of pictures."""


def keep_neighbours(run: Run, judged: Mapping[str, tuple[Evaluation, Array, Array]]) -> None:
    """Write the pictures that were found close; an evaluation then names them by number alone."""
    kept: dict[str, Array] = {}
    for key, (found, made, seen) in judged.items():
        near = (found.get("memory") or {}).get("neighbours") or {}
        if made.ndim != PICTURE:
            continue
        for which, rows in near.items():
            kept[f"{key}.{which}.sample"] = made[[it["number"] for it in rows]]
            kept[f"{key}.{which}.train"] = seen[[it["index"] for it in rows]]
            for it in rows:  # what is compared are descriptors, hundreds of numbers a picture
                it["sample"], it["train"] = [], []
    if kept:
        file = io.BytesIO()
        np.savez_compressed(file, allow_pickle=False, **kept)
        write_bytes(run.path / NAME, file.getvalue())
