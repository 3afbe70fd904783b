"""Runs that are there already, compared: those whose recipes differ in the seed alone are one."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from saddle.compare.outcome import Comparison
from saddle.compare.playing import why_failed
from saddle.compare.record import MEASURED, absent, curve
from saddle.errors import BadValue, Incompatible
from saddle.presets import amended_recipe
from saddle.runs import Run, read_json

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
    _check_rows({run.path: recipes[run.path]["seed"] for run in runs})
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
    told = sum(bool(it.run) for each in curves.values() for it in each)
    return Comparison(tuple(names), curves, measure, None, (NOTE, *_repeated(len(runs) - told)))


NOTE = "runs as they were found: time is comparable only where they had the machine alike"


def _repeated(count: int) -> tuple[str, ...]:
    """What is said of runs that another one of equal recipe and seed stands for."""
    said = f"{count} of the runs have recipe and seed of another one: the last of each is told"
    return (said,) * bool(count)


def _check_data(recipes: Iterable[Plain]) -> None:
    found = {json.dumps([recipe[key] for key in DATA]) for recipe in recipes}
    if len(found) > 1:
        said = "; ".join(sorted(str(json.loads(it)[0]) for it in found))
        raise Incompatible(f"these runs were trained on different data ({said}): not equal terms")


def _check_rows(seeds: Mapping[Path, int]) -> None:
    """Refuse runs of one seed on other rows; under another seed an endless source gives others."""
    found = {(seed, _fingerprint(path)) for path, seed in seeds.items()}
    if len(found) > len(set(seeds.values())):
        raise Incompatible(
            "these runs were trained on different data: one name, other rows; not equal terms"
        )


def _fingerprint(path: Path) -> str | None:
    """Of the rows that a run was trained on, where it says so."""
    found = path / "environment.json"
    told = read_json(found) if found.exists() else {}
    data = told.get("data") or {}
    return data.get("fingerprint")


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
