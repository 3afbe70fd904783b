"""Records of runs written by hand: a healthy one, and what each finding changes of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from saddle.doctor import Evidence
from saddle.recipe import Recipe

STEPS, LOOKS = 4_000, 40
Json = dict[str, Any]


def look(step: int, rng: np.random.Generator) -> Json:
    """A look of a healthy run: everything falls to its floor, with noise."""
    done = step / STEPS
    far = float(np.exp(-5 * done))
    shake = 1 + 0.05 * float(rng.normal())
    cells = rng.dirichlet(np.full(10, 2_000.0))
    return {
        "step": step,
        "watch": {"value": 0.03 + far * shake, "floor": 0.03, "n": 2_000},
        "gradients": {"generator": 0.1 + 0.5 * far * shake, "critic": 0.3 * shake},
        "weights": {"generator": 7 + 5 * done, "critic": 6 + 3 * done},
        "critics": {
            "duel": {
                "real_mean": 0.5 * far,
                "fake_mean": -0.5 * far,
                "real_std": 0.3,
                "fake_std": 0.3,
                "auc": 0.5 + 0.49 * far,
                "train_auc": 0.51 + 0.49 * far,
                "slope_real": 0.3,
                "slope_fake": 0.5,
                "estimate": far,
                "exact": 0.1 + far,
            }
        },
        "made": {
            "x": {
                "finite": 1.0,
                "coverage": 0.9 * (1 - far),
                "coverage_floor": 0.97,
                "diversity": 1 - 0.5 * far,
                "spacing": 1.0,
                "duplicates": 0.0,
                "duplicates_floor": 0.0,
                "missing": 0.8 if step == 0 else 0.0,
                "authentic": 0.45,
                "authentic_floor": 0.4,
                "nearest": 1 + 20 * far,
                "copies": 0.0,
                "copies_floor": 0.0,
                "cells": cells.tolist(),
            }
        },
    }


def healthy(seed: int = 0) -> Evidence:
    rng = np.random.default_rng(seed)
    steps = range(0, STEPS + 1, STEPS // LOOKS)
    recipe = Recipe(steps=STEPS).model_dump(mode="json")
    return Evidence(tuple(look(step, rng) for step in steps), recipe, STEPS)


Fault = Callable[[Json, float], None]
"""Changes a look; the second argument is how strong, from 0 to 1 and beyond."""


def duel(event: Json) -> Json:
    return event["critics"]["duel"]


def made(event: Json) -> Json:
    return event["made"]["x"]


def far_off(event: Json) -> None:
    event["watch"]["value"] = 1.2


def critic_wins(event: Json, s: float) -> None:
    far_off(event)
    duel(event)["auc"] = 0.5 + 0.5 * s


def vanishing(event: Json, s: float) -> None:
    far_off(event)
    duel(event)["auc"] = 0.96
    event["gradients"]["generator"] = 0.5 * 10 ** (-3 * s)


def exploding(event: Json, s: float) -> None:
    duel(event)["real_mean"] = 100 * s


def collapse(event: Json, s: float) -> None:
    far_off(event)
    made(event).update(coverage=0.95 * (1 - s), missing=s, diversity=1 - s)


def hopping(event: Json, s: float) -> None:
    where = event["step"] // (STEPS // LOOKS) % 10
    cells = np.full(10, (1 - 0.9 * s) / 10)
    cells[where] += 0.9 * s
    made(event)["cells"] = cells.tolist()


def swinging(event: Json, s: float) -> None:
    wave = 0.2 * s * np.sin(2 * np.pi * event["step"] / 800)
    made(event)["cells"] = (0.1 + np.tile([wave, -wave], 5) / 2).tolist()


def overfitting(event: Json, s: float) -> None:
    duel(event).update(train_auc=0.5 + 0.5 * s, auc=0.5)


def memorising(event: Json, s: float) -> None:
    made(event).update(copies=s, nearest=1 - s)


def standing(event: Json, s: float) -> None:
    if s >= 1:
        event["gradients"]["generator"] = 0.0


def stalling(event: Json, s: float) -> None:
    event["watch"]["value"] = 0.03 * (1 + 9 * s)


def overclaiming(event: Json, s: float) -> None:
    duel(event).update(exact=1.0, estimate=3 * s)


def breaking(event: Json, s: float) -> None:
    made(event)["finite"] = 1 - s


FAULTS: dict[str, Fault] = {
    "critic-wins": critic_wins,
    "vanishing-gradient": vanishing,
    "exploding": exploding,
    "mode-collapse": collapse,
    "mode-hopping": hopping,
    "oscillation": swinging,
    "critic-overfits": overfitting,
    "memorisation": memorising,
    "stuck": standing,
    "distance-stalls": stalling,
    "bound-above-truth": overclaiming,
    "non-finite": breaking,
}
"""By the key of the finding that must name it."""

SIGNALS = {
    "critic-wins": "critics.duel.auc",
    "vanishing-gradient": "gradients.generator",
    "exploding": "made.x.diversity",
    "mode-collapse": "made.x.coverage",
    "mode-hopping": "made.x.missing",
    "oscillation": "made.x.missing",
    "critic-overfits": "critics.duel.train_auc",
    "memorisation": "made.x.nearest",
    "stuck": "gradients.generator",
    "distance-stalls": "watch.value",
    "bound-above-truth": "critics.duel.exact",
}
"""A number without which a finding must not be judged."""


def sick(key: str, strength: float = 1.0, onset: int = STEPS // 5) -> Evidence:
    """A healthy record in which a fault sets in."""
    found = healthy()
    for event in found.events:
        if event["step"] >= onset:
            FAULTS[key](event, strength)
    return found


def without(evidence: Evidence, path: str) -> Evidence:
    """The same record where a number was not written."""
    *above, last = path.split(".")
    for event in evidence.events:
        inner = event
        for name in above:
            inner = inner[name]
        inner.pop(last)
    return evidence
