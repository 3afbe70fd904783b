"""What a comparison will cost: a few turns of every contender, timed."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from saddle.build.session import start
from saddle.build.together import play_ensemble, together
from saddle.compare.design import Design

TURNS = 24
"""Turns that are timed; the first quarter warms up."""


def forecast(design: Design) -> list[float]:
    """Processor seconds that all seeds of each contender will take, about."""
    return [_of(design, number) for number in range(len(design.contenders))]


def _of(design: Design, number: int) -> float:
    recipe = design.contenders[number].recipe
    alone = design.apart is not None
    seeds = design.seeds[:1] if alone else design.seeds
    with tempfile.TemporaryDirectory(prefix="saddle-forecast-") as out:
        sessions = [start(design.recipe(number, seed), Path(out)) for seed in seeds]
        begun = time.process_time()
        walk: Iterator[object] = (
            sessions[0].play() if alone else play_ensemble(together(sessions), threads=1)
        )
        next(walk)
        look = time.process_time() - begun
        for _ in range(TURNS // 4):
            next(walk, None)
        begun = time.process_time()
        for _ in range(TURNS):
            next(walk, None)
        turn = (time.process_time() - begun) / TURNS
    once = look * recipe.looks + turn * recipe.steps
    return once * (len(design.seeds) if alone else 1)
