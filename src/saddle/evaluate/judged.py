"""A run as the sides of an evaluation: its samples, the part it never saw, the part it saw."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from saddle.build.materials import Materials
from saddle.evaluate.remembered import keep_neighbours
from saddle.evaluate.rows import as_rows, most_rows
from saddle.evaluate.trained import Trained
from saddle.judge.evaluation import Doing, Evaluation, evaluation
from saddle.judge.sections import Options
from saddle.judge.sides import LEAST, Side, Sides, joined
from saddle.spaces import Points

Array = npt.NDArray[Any]

JUDGED = 2_000
"""Rows of each part that are judged, at most, where nobody says how many."""

SEEN = 10_000
"""Training rows that memory is judged by, at most."""


@dataclass(frozen=True)
class Judging:
    """How a run's samples are judged.

    Attributes:
        options: of the evaluation.
        n: rows of each part, at most; `JUDGED` where None.
        doing: entered with what is being done.
        keep: whether what was judged of the same weights is kept where it holds as much.
    """

    options: Options = field(default_factory=Options)
    n: int | None = None
    doing: Doing = nullcontext
    keep: bool = False


def judge_run(trained: Trained, materials: Materials, how: Judging) -> dict[str, Evaluation]:
    """An evaluation of each set of samples that the game makes, by its key: x, or b and a.

    Empty where the held-out part has too few rows, or the game makes no samples.
    """
    seed = how.options.seed
    parts = {
        key: found
        for ability, read in SIDES.items()
        if ability in trained.game.can
        for key, found in read(trained, materials, how.n or JUDGED, seed).items()
        if min(found.sides.real.n, found.sides.fake.n) >= LEAST
    }
    judged = {k: evaluation(it.sides, how.options, doing=how.doing) for k, it in parts.items()}
    keep_neighbours(
        trained.run, {key: (judged[key], it.made, it.seen) for key, it in parts.items()}
    )
    return judged


@dataclass(frozen=True, eq=False)
class Parts:
    """What is judged, and the raw samples and training rows that it came from."""

    sides: Sides
    made: Array
    seen: Array


def _sampled(trained: Trained, materials: Materials, n: int, seed: int) -> dict[str, Parts]:
    """Samples beside real rows, with what was given beside both: the joint law must agree."""
    known = most_rows(trained.spaces, SEEN)
    real, seen = materials.rows("final", n), materials.rows("train", known)
    if "x" not in real:
        return {}
    drawn = trained.sample(max(len(real["x"]), LEAST), seed=seed + 1)
    parts = {"fake": drawn, "real": real, "train": seen}
    parts = {role: {key: rows[key] for key in drawn} for role, rows in parts.items()}
    sides = _sides(trained, {role: _joint(trained, rows) for role, rows in parts.items()})
    return {"x": Parts(sides, drawn["x"], seen["x"])}


def _joint(trained: Trained, rows: Mapping[str, Array]) -> dict[str, Array]:
    """X, and what was given as numbers: a label becomes a column for each."""
    given = {"given": trained.spaces["given"].encode(rows["given"]).numpy()} if _has(rows) else {}
    return {"x": rows["x"], **given}


def _has(rows: Mapping[str, Array]) -> bool:
    return "given" in rows


def _translated(trained: Trained, materials: Materials, n: int, seed: int) -> dict[str, Parts]:
    """Translations beside rows of the domain that they should be in; they draw nothing."""
    real, seen = materials.rows("final", n), materials.rows("train", SEEN)
    found = {}
    for key, start, back in (("b", "a", False), ("a", "b", True)):
        made = trained.translate(real[start], back=back)
        rows = {"fake": {key: made}, "real": {key: real[key]}, "train": {key: seen[key]}}
        found[key] = Parts(_sides(trained, rows), made, seen[key])
    return found


def _sides(trained: Trained, rows: Mapping[str, Mapping[str, Array]]) -> Sides:
    sides = {role: _side(trained, TITLES[role], parts) for role, parts in rows.items()}
    return joined(sides["fake"], sides["real"], sides["train"])


def _side(trained: Trained, name: str, parts: Mapping[str, Array]) -> Side:
    flat = {key: _flat(trained, key, rows) for key, rows in parts.items()}
    columns = [
        it for key, rows in flat.items() for it in names_of_columns(trained, key, rows.shape[1])
    ]
    return Side(np.concatenate([*flat.values()], 1), tuple(columns), name, "run", None)


def _flat(trained: Trained, key: str, rows: Array) -> Array:
    """Rows of numbers, (n, d); conditions are such rows already."""
    found = rows if key == "given" else as_rows(trained.spaces[key], rows)
    return found.reshape(len(found), -1).astype(np.float64)


def names_of_columns(trained: Trained, key: str, d: int) -> list[str]:
    """What the data calls them, else the key and a number."""
    space = trained.spaces[key]
    known = space.columns if isinstance(space, Points) else None
    return [*known] if known is not None and len(known) == d else [f"{key}{i}" for i in range(d)]


TITLES = {"fake": "samples", "real": "held-out rows", "train": "training rows"}

SIDES: Mapping[str, Callable[[Trained, Materials, int, int], dict[str, Parts]]] = {
    "sample": _sampled,
    "translate": _translated,
}
"""By what a game can do."""
