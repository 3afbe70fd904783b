"""Which held-out pictures a trained run never comes near."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from saddle.build.materials import Materials
from saddle.build.pictures import domains
from saddle.evaluate.trained import Trained
from saddle.judge.reached import reached
from saddle.runs import Json
from saddle.sources import Pictures
from saddle.spaces import Images, Labels

MOST = 1_000
"""Held-out pictures that are looked at, and samples that are drawn, at most."""


def reached_of(trained: Trained, materials: Materials) -> Json | None:
    """What `judge.reached` tells of a run of pictures; None of any other.

    Samples are drawn under the held-out pictures' own conditions, so that no class has fewer.
    """
    space = trained.spaces.get("x")
    if not isinstance(space, Images) or "sample" not in trained.game.can:
        return None
    rows = materials.rows("final", MOST)
    n = len(rows["x"])
    given = rows.get("given") if trained.game.takes_given else None
    made = trained.sample(n, given=given, seed=trained.recipe.seed + 1)["x"]
    other = materials.rows("train", n)["x"]
    labels = rows.get("given") if isinstance(trained.spaces.get("given"), Labels) else None
    called: Callable[[int], str] = str
    whole = domains(materials.source)[0]
    if isinstance(whole, Pictures):
        numbers = whole.numbers(np.arange(n), "final")
        labels = None if whole.labels is None else whole.labels[numbers]
        called = [whole.called(int(number)) for number in numbers].__getitem__
    real, drawn, known = (space.rows(it) for it in (rows["x"], made, other))
    return reached(real, drawn, known, labels=labels, called=called)
