"""What may be changed of a run that has begun, and what is said where it may not."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from saddle.errors import BrokenRun, Incompatible, bad
from saddle.recipe import Recipe
from saddle.runs import Run
from saddle.training.state import State

FIXED = (
    "data",
    "second",
    "columns",
    "given",
    "pictures",
    "game",
    "generator",
    "critic",
    "encoder",
    "latent",
    "noise",
    "seed",
    "batch",
    "start",
    "frozen",
    "schedules.warm",
    "schedules.decay",
    "optimise_generator.name",
    "optimise_generator.momentum",
    "optimise_critic.momentum",
    "optimise_critic.name",
)
"""Keys that decide what a run is; another value is another run."""


def check_amendable(changes: Mapping[str, Any], run: Run) -> None:
    """Refuse what would make another run of it."""
    for key in changes:
        if any(key == fixed or key.startswith(f"{fixed}.") for fixed in FIXED):
            raise Incompatible(
                f"{key} decides what a run is and cannot be changed on the way: {anew(run, key)}"
            )


def check_steps(recipe: Recipe, at: int) -> None:
    """Refuse an end that is already past."""
    if recipe.end < at:
        raise bad("steps", recipe.end, f"at least {at}, the step that is saved")


def take_back(state: State, folder: Path, changes: Mapping[str, Any], run: Run) -> None:
    """Load a checkpoint that was found whole; refuse changes under which it no longer fits.

    Spectral norm rewrites the critic, packing widens it, `lecam` remembers averages, a run that
    replays holds past fakes: what was saved without them, or with them, has no place for it.
    """
    try:
        state.load(folder)
    except BrokenRun as problem:
        if not changes:
            raise
        keys = " and ".join(changes)
        raise Incompatible(
            f"{keys} cannot be changed in a run that has begun: its networks, or what is "
            f"remembered beside them, would be others than those saved ({problem}); "
            f"{anew(run, *changes)}"
        ) from problem


def anew(run: Run, *keys: str) -> str:
    """How another run is played with other values of these keys."""
    settings = " ".join(f"--set {key}=..." for key in keys)
    return (
        f"saddle train --from {run.path} --set start=null {settings} plays another one "
        "(without start=null it begins with its weights, where they fit)"
    )
