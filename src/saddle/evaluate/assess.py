"""How close a trained run is, on rows and draws that training never saw.

A number stands beside its floor where real rows have one: what other real rows score at the same
n. What is measured depends on what the game can do, never on its name.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from saddle.build.custom import Own
from saddle.build.materials import Materials
from saddle.build.session import take_up
from saddle.evaluate.critic import critic_report
from saddle.evaluate.trained import Trained, load
from saddle.measure import MEASURES, Measure, wasserstein
from saddle.runs import Json, Run, write_json

DRAWN = 10_000
"""Samples and rows that a measure reads, at most."""

CLOUDS = ("w1", "w2", "sliced-w", "energy", "mmd")
CARRIED = {"w1": 1, "w2": 2}
"""The order of each distance that carries one cloud to the other."""

MODES = ("modes", "modes-1-percent", "high-quality", "kl-modes", "kl-modes-26", "mode-width")

Array = npt.NDArray[Any]


def assess(
    run: Run,
    *,
    data: object = None,
    checkpoint: str = "latest",
    own: Own | None = None,
    trusted: bool = False,
) -> Json:
    """Measure a run against the final part of its data and write `evaluation.json`.

    Args:
        run: the folder.
        data: what it was trained on, where the folder alone cannot tell.
        checkpoint: `latest`, `best`, or a step that is kept.
        own: the objects of your own that it was trained with, by role.
        trusted: whether to import what the recipe names as `module:Class`.
    """
    trained = load(run, checkpoint=checkpoint, own=own, trusted=trusted)
    materials = take_up(trained.recipe, run, data, trusted=trusted)
    found: Json = {
        "step": trained.step,
        "measures": [
            row
            for ability in sorted(trained.game.can & ASSESSED.keys())
            for row in ASSESSED[ability](trained, materials)
        ],
        "critic": critic_report(trained, materials),
    }
    write_json(run.path / "evaluation.json", found)
    return found


def row(name: str, value: float, *, n: int, better: str, floor: float | None, note: str) -> Json:
    """One line of the table."""
    return {
        "name": name,
        "value": value,
        "floor": floor,
        "n": n,
        "better": better,
        "note": note,
    }


def _clouds(key: str, made: Array, real: Array, other: Array, *, unit: float) -> list[Json]:
    """Distances between clouds, in units of the data's own scale, each beside its floor."""
    n = min(len(made), len(real), len(other))
    return [
        _beside(name, key, made[:n] / unit, real[:n] / unit, other[:n] / unit) for name in CLOUDS
    ]


def _beside(name: str, key: str, made: Array, real: Array, other: Array) -> Json:
    measure = MEASURES[name]
    value, n = _compared(name, made, real)
    floor, _ = _compared(name, other, real)
    note = f"{measure.words}; in units of the data's scale"
    return row(f"{name}({key})", value, n=n, better=measure.better, floor=floor, note=note)


def _compared(name: str, a: Array, b: Array) -> tuple[float, int]:
    """A distance between clouds of one size, and how many points of each it used."""
    if name not in CARRIED:
        return MEASURES[name].compute(a, b), len(a)
    found = wasserstein(a, b, order=CARRIED[name])
    return found.value, found.n_a


def _of_samples(trained: Trained, materials: Materials) -> list[Json]:
    drawn = trained.sample(DRAWN, seed=trained.recipe.seed + 1)
    real, other = materials.rows("final", DRAWN), materials.rows("train", DRAWN)
    found = []
    for key in sorted(drawn.keys() & {"x"}):
        modes = materials.source.modes
        if modes is not None:
            found += [_of_modes(MEASURES[name], drawn[key], modes) for name in MODES]
        unit = float(np.sqrt(real[key].var(0).mean())) or 1.0
        made, held, seen = (_joined(trained, rows, unit) for rows in (drawn, real, other))
        found += _clouds(key, made, held, seen, unit=unit)
    return found


def _joined(trained: Trained, rows: dict[str, Array], unit: float) -> Array:
    """X, beside its condition where there is one: the joint law is what must agree."""
    if "given" not in rows:
        return rows["x"]
    given = trained.spaces["given"].encode(rows["given"]).numpy()
    return np.concatenate([rows["x"], unit * given], 1)


def _of_modes(measure: Measure, made: Array, modes: Any) -> Json:
    perfect = measure.perfect(len(made), modes) if measure.perfect is not None else None
    return row(
        measure.name,
        measure.compute(made, modes),
        n=len(made),
        better=measure.better,
        floor=perfect,
        note=measure.words,
    )


def _of_reconstructions(trained: Trained, materials: Materials) -> list[Json]:
    x = materials.rows("final", DRAWN)["x"]
    gap = np.linalg.norm(trained.reconstruct(x) - x, axis=1)
    unit = float(np.sqrt(x.var(0).sum()))
    note = "median distance of G(E(x)) to x, over the data's standard deviation"
    return [
        row(
            "inverts",
            float(np.median(gap)) / unit,
            n=len(x),
            better="lower",
            floor=None,
            note=note,
        )
    ]


def _of_translations(trained: Trained, materials: Materials) -> list[Json]:
    rows, other = materials.rows("final", DRAWN), materials.rows("train", DRAWN)
    found = []
    for key, start, back in (("b", "a", False), ("a", "b", True)):
        made = trained.translate(rows[start], back=back)
        again = trained.translate(made, back=not back)
        unit = float(np.sqrt(rows[key].var(0).mean())) or 1.0
        found += _clouds(key, made, rows[key], other[key], unit=unit)
        gap = np.linalg.norm(again - rows[start], axis=1)
        spread = float(np.sqrt(rows[start].var(0).sum()))
        note = f"median distance of {start} to itself after {key} and back, over its spread"
        value = float(np.median(gap)) / spread
        name = f"cycle({start})"
        found.append(row(name, value, n=len(gap), better="lower", floor=None, note=note))
    return found


ASSESSED: dict[str, Callable[[Trained, Materials], list[Json]]] = {
    "sample": _of_samples,
    "reconstruct": _of_reconstructions,
    "translate": _of_translations,
}
"""What is measured of each thing that a game can do."""
