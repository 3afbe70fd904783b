"""Runs that are there already, compared: those whose recipes differ in the seed alone are one."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from saddle.compare.outcome import Comparison
from saddle.compare.playing import why_failed
from saddle.compare.record import MEASURED, absent, curve
from saddle.errors import BadValue, Incompatible
from saddle.presets import amended_recipe
from saddle.runs import Run

DATA = ("data", "second", "columns", "given")
"""Where these differ there is nothing to compare."""

ASIDE = ("seed", "device", "threads", "start", "looks", "saves", "ending")
"""What does not make another way of training."""

Plain = dict[str, Any]


def of_runs(runs: Sequence[Run], measure: str = "sliced-w1") -> Comparison:
    """Compare existing runs, paired by seed where seeds are shared."""
    _ = MEASURED[measure]
    recipes = {run.path: amended_recipe(run).model_dump(mode="json") for run in runs}
    _check_data(recipes.values())
    groups: dict[str, list[Run]] = {}
    for run in runs:
        groups.setdefault(json.dumps(_way(recipes[run.path]), sort_keys=True), []).append(run)
    if len(groups) < 2:
        raise BadValue(
            "a comparison needs two contenders at least: these runs differ in nothing but the seed"
        )
    ways = [flat(_way(recipes[members[0].path])) for members in groups.values()]
    names = _names(ways)
    seeds = sorted({recipes[run.path]["seed"] for run in runs})
    curves = {}
    for name, members in zip(names, groups.values(), strict=True):
        by_seed = {recipes[run.path]["seed"]: run for run in members}
        curves[name] = [
            curve(by_seed[s], measure, why_failed(by_seed[s])) if s in by_seed else absent()
            for s in seeds
        ]
    note = "runs as they were found: time is comparable only where they had the machine alike"
    return Comparison(tuple(names), curves, measure, None, (note,))


def _check_data(recipes: Iterable[Plain]) -> None:
    found = {json.dumps([recipe[key] for key in DATA]) for recipe in recipes}
    if len(found) > 1:
        said = "; ".join(sorted(str(json.loads(it)[0]) for it in found))
        raise Incompatible(f"these runs were trained on different data ({said}): not equal terms")


def _way(recipe: Plain) -> Plain:
    return {key: value for key, value in recipe.items() if key not in ASIDE}


def flat(values: Mapping[str, Any], prefix: str = "") -> Plain:
    """Nested values by dotted path.

    >>> flat({"a": {"b": 1}, "c": 2})
    {'a.b': 1, 'c': 2}
    """
    found: Plain = {}
    for key, value in values.items():
        deep = isinstance(value, dict) and value
        found |= flat(value, f"{prefix}{key}.") if deep else {f"{prefix}{key}": value}
    return found


def _names(ways: Sequence[Plain]) -> list[str]:
    """Each by what sets it apart from another."""
    keys = list(dict.fromkeys(key for way in ways for key in way))
    told = [key for key in keys if len({json.dumps(way.get(key)) for way in ways}) > 1]
    return [", ".join(_said(key, way.get(key)) for key in told if key in way) or "the rest"
            for way in ways]  # fmt: skip


def _said(key: str, value: Any) -> str:
    return str(value) if key == "distance" else f"{key.rpartition('.')[2]}={value}"
