"""Runs of a few steps that are quick to play: recipes, sessions, and how two runs are compared."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import load_file

from saddle.build.session import Session, start
from saddle.recipe import Recipe
from saddle.runs import Run, read_lines

TINY = {"width": 8, "depth": 1}

DATA = {
    "gan": "ring",
    "conditional": "labelled-ring",
    "bigan": "ring",
    "semi-supervised": "labelled-ring",
    "infogan": "ring",
    "aae": "ring",
    "cycle": "rotated-mixtures",
    "align": "rotated-mixtures",
}
"""What each game is played on."""

NETWORK = {"align": "coupling"}
"""Generators of games that ask for their own kind."""


def recipe(game: str = "gan", **changes: Any) -> Recipe:
    """Small networks, small batches, twelve steps, a look every other and a save every fourth."""
    base = Recipe.of(
        {
            "game": game,
            "data": DATA[game],
            "generator": {"name": NETWORK.get(game, "mlp"), **TINY},
            "critic": {"name": "mlp", **TINY},
            "encoder": {"name": "mlp", **TINY},
            "latent": 2,
            "noise": "normal",
            "steps": 12,
            "batch": 8,
            "looks": 6,
            "saves": 3,
            "device": "cpu",
        }
    )
    return base.amended(changes)


def played(session: Session, until: int | None = None) -> Run:
    """Play to the end, or ask to stop once `until` turns are played: then it saves and ends."""
    if until is not None:
        halt(session, until)
    for _ in session.play():
        pass
    return session.run


def halt(session: Session, until: int) -> None:
    """Stop the session as Ctrl-C would once `until` turns are played."""
    from dataclasses import replace

    session.plan = replace(session.plan, stop=lambda: session.state.step >= until)


def abandon(session: Session, after: int) -> Run:
    """Play so many turns and leave without saving: all that a kill -9 leaves."""
    for moment in session.play():
        if moment.step >= after:
            break
    return session.run


def begun(out: Path, made: Recipe, **kinds: Any) -> Session:
    """A new run of a recipe."""
    return start(made, out, **kinds)


def differences(one: Run, other: Run) -> list[str]:
    """What differs between two runs at their last step: weights, memories, events, looks."""
    assert one.latest() == other.latest()
    step = one.latest()
    assert step is not None
    found = []
    for file in ("generators", "critics", "state"):
        a, b = (load_file(run.checkpoint(step) / f"{file}.safetensors") for run in (one, other))
        found += unequal(file, a, b)
    a, b = ([timeless(line) for line in read_lines(run.events)] for run in (one, other))
    found += [] if a == b else ["events"]
    names = [sorted(path.name for path in run.looks.glob("*")) for run in (one, other)]
    assert names[0] == names[1]
    for name in names[0]:
        with np.load(one.looks / name) as x, np.load(other.looks / name) as y:
            found += unequal(name, dict(x), dict(y))
    return found


def unequal(name: str, one: Mapping[str, Any], other: Mapping[str, Any]) -> list[str]:
    """Names of the arrays that are not the same bit for bit."""
    if one.keys() != other.keys():
        return [f"{name}: {sorted(one.keys() ^ other.keys())} on one side"]
    return [f"{name}: {k}" for k in one if one[k].tobytes() != other[k].tobytes()]


def timeless(line: Mapping[str, Any]) -> dict[str, Any]:
    """An event without its clocks."""
    return {key: value for key, value in line.items() if key not in ("seconds", "cpu")}
