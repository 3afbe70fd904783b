"""Where trained features are kept: one file each, called by the fingerprint of the data.

    $SADDLE_CACHE, else $XDG_CACHE_HOME/saddle, else ~/.cache/saddle
      features/<fingerprint>.safetensors     weights; in its head, as JSON, what made them

A file is written under another name and moved into place, so that two processes that train the
same features at once leave one whole file. What is damaged counts as not there.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path

from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

from saddle.errors import RunError
from saddle.judge.features.base import fingerprint
from saddle.runs import Json, write_bytes

Weights = dict[str, Tensor]


def cache() -> Path:
    """The folder that things which can be made again are kept in."""
    own, shared = os.environ.get("SADDLE_CACHE"), os.environ.get("XDG_CACHE_HOME")
    if own:
        return Path(own)
    return (Path(shared) if shared else Path.home() / ".cache") / "saddle"


def place(key: str) -> Path:
    """The file of the features of that fingerprint."""
    return cache() / "features" / f"{key}.safetensors"


def keep(key: str, weights: Mapping[str, Tensor], record: Json) -> str | None:
    """Keep features; where the folder cannot be written in, the reason: they are made again."""
    told = {**record, "checksum": checksum(weights)}
    data = save(dict(weights), metadata={"record": json.dumps(told, sort_keys=True)})
    try:
        write_bytes(place(key), data)
    except RunError as problem:
        return str(problem.__cause__ or problem)
    return None


def kept(key: str) -> tuple[Weights, Json] | None:
    """Weights and record of features that were trained before; None where there are none."""
    try:
        with safe_open(place(key), framework="pt") as file:
            weights: Weights = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
            record: Json = json.loads(file.metadata()["record"])
    except (OSError, SafetensorError, KeyError, TypeError, ValueError):
        return None  # missing or damaged: they are trained anew and the file is replaced
    return (weights, record) if record.get("checksum") == checksum(weights) else None


def checksum(weights: Mapping[str, Tensor]) -> str:
    """A short hash of every weight."""
    return fingerprint({name: w.detach().numpy() for name, w in weights.items()})
