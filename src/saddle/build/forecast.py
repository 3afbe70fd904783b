"""What a run of pictures will take on this machine: a few turns and a look, timed beforehand.

What is timed is a twin of the run: it plays with networks of its own and writes nothing.
"""

from __future__ import annotations

import math
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from torch import nn

from saddle.build.game import assemble
from saddle.build.looks import Watch
from saddle.build.materials import Materials
from saddle.build.pictures import domains
from saddle.build.plan import clock_of, find_device, state_of, values_of
from saddle.build.precision import cast_of
from saddle.build.session import early_looks, remember_given
from saddle.errors import NonFinite
from saddle.games.base import Game
from saddle.progress import told
from saddle.recipe import Recipe
from saddle.runs import Json, Run
from saddle.sources import Pictures
from saddle.sources.pictures.source import few
from saddle.spaces import Images
from saddle.training.feed import Feed
from saddle.training.loop import Look, Plan, play

WARM, LEAST, MOST, ENOUGH = 2, 3, 24, 1.2
"""Turns before the clock runs; turns that are timed, at least and at most; seconds that do."""

FAR = 1000
"""Turns that the twin never comes to: there it would look, save and end."""

A_LOOK, SHARE = 6.0, 0.05
"""Turns that a look takes, about; of the run, the share from which looks are timed instead."""

SIDES = (32, 64, 128, 256)
"""Sizes that are told of, where the pictures are stored as large."""

LONG = 12 * 3600.0
"""Seconds beyond which a size is called too long without a GPU."""


@dataclass(frozen=True)
class Forecast:
    """What training takes, as it was measured.

    Attributes:
        seconds: of the whole run, at most where it may stop by itself.
        turn, look: seconds of one.
        side: pixels of the pictures' side.
        stored: of the side that they are stored at.
        rows: pictures to train on.
        gpu: whether one is used.
        at_most: whether the run may stop by itself.
    """

    seconds: float
    turn: float
    look: float
    side: int
    stored: int
    rows: int
    gpu: bool
    at_most: bool

    def at(self, side: int) -> float:
        """Seconds at another size: as many times more as there are pixels."""
        return self.seconds * (side / self.side) ** 2

    def json(self) -> Json:
        """What the run's environment.json keeps."""
        return {
            "forecast_seconds": round(self.seconds, 1),
            "forecast": {"turn": round(self.turn, 5), "look": round(self.look, 4)},
        }

    def words(self) -> str:
        """This size, and what others would take."""
        most = " at most" if self.at_most else ""
        first = (
            f"{self.side} px here: {told(self.seconds)}{most}, {1 / self.turn:.2g} turns a second"
        )
        others = [side for side in SIDES if side != self.side and side <= self.stored]
        far = [side for side in others if self.too_long(side)]
        return "; ".join([first, *(self._other(it) for it in others if it not in far[1:])])

    def too_long(self, side: int) -> bool:
        """Whether another size is out of the question here."""
        return self.at(side) > LONG and not self.gpu

    def _other(self, side: int) -> str:
        seconds, least = self.at(side), few(side)
        took = "too long without a GPU" if self.too_long(side) else f"about {told(seconds)}"
        if self.rows >= least or side < self.side:
            return f"{side} px: {took}"
        return f"{side} px: {took}, and {self.rows:,} pictures are few for it ({least:,} are not)"


def forecast(recipe: Recipe, materials: Materials, *, trusted: bool = False) -> Forecast | None:
    """What a run of pictures will take; None for other data, and where its first turns fail."""
    sides = [max(it.shape[1:]) for it in materials.spaces.values() if isinstance(it, Images)]
    if not sides:
        return None
    read = pictures_of(materials)
    with threads(recipe.threads):
        try:
            looks = looks_of(recipe, materials)
            quick = A_LOOK * looks < SHARE * recipe.end
            turn, look = _timed(recipe, materials, look=not quick, trusted=trusted)
        except NonFinite:
            return None
    seconds = turn * recipe.end + look * looks
    budget = math.inf if recipe.budget is None else recipe.budget
    return Forecast(
        seconds=min(seconds, budget),
        turn=turn,
        look=look,
        side=sides[0],
        stored=sides[0] if read is None else read.told.side,
        rows=materials.source.size or sys.maxsize,
        gpu=find_device(recipe.device).type != "cpu",
        at_most=AT_MOST[recipe.stop],
    )


def looks_of(recipe: Recipe, materials: Materials) -> int:
    """How often a run is looked at, in all."""
    every = max(1, round(recipe.steps / recipe.looks))
    return math.ceil(recipe.end / every) + 1 + len(early_looks(every, materials))


AT_MOST: Mapping[str, bool] = {"auto": True, "never": False}
"""Whether a run may end before its last turn, by the recipe's `stop`."""


def pictures_of(materials: Materials) -> Pictures | None:
    """The pictures that a run is trained on, as they were read; the first ones of two domains."""
    return next((one for one in domains(materials.source) if isinstance(one, Pictures)), None)


def _timed(
    recipe: Recipe, materials: Materials, *, look: bool, trusted: bool
) -> tuple[float, float]:
    """Seconds of a turn and of a look, which is guessed where few are to come."""
    device = find_device(recipe.device)
    game = assemble(recipe, materials.spaces, {}, trusted=trusted).to(device)
    remember_given(game, materials)
    state = state_of(recipe, game)
    state.looked = state.saved = 0  # neither is wanted of the twin
    clock = clock_of(recipe)
    plan = Plan(
        clock=replace(clock, steps=max(clock.steps, FAR)),
        values=values_of(recipe),
        seed=recipe.seed,
        look=_no_look,
        look_every=FAR,
        save_every=FAR,
        cast=cast_of(recipe, device),
    )
    feed = Feed(
        materials.source,
        materials.spaces,
        batch=recipe.batch,
        moves=state.rule.moves,
        device=device,
    )
    nowhere = Run(Path(tempfile.gettempdir()) / "saddle-forecast")
    turn = _turn(play(plan, feed, state, nowhere), device)
    if not look:
        return turn, A_LOOK * turn
    watch = Watch(materials, recipe.seed, device)
    watch(state.average.module, game, state.step)  # the first look finds its scales
    began = time.monotonic()
    watch(state.average.module, game, state.step)
    return turn, time.monotonic() - began


def _no_look(average: nn.ModuleDict, game: Game, step: int) -> Look:
    return Look({}, {})


def _turn(moments: Iterator[object], device: torch.device) -> float:
    """Seconds of a turn, after the first ones, which are slower."""
    next(moments)
    for _ in range(WARM):
        next(moments)
    began, turns = settled(device), 0
    while turns < MOST and (turns < LEAST or settled(device) - began < ENOUGH):
        next(moments)
        turns += 1
    return (settled(device) - began) / turns


def settled(device: torch.device) -> float:
    """The time, once the device has done what it was given."""
    if device.type == CUDA:
        torch.cuda.synchronize(device)
    return time.monotonic()


CUDA = "cuda"


@contextmanager
def threads(count: int) -> Iterator[None]:
    """With as many threads as the run will have."""
    before = torch.get_num_threads()
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)
