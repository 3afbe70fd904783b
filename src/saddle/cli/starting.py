"""How a run begins: the data is told of as soon as it is read, then the plan, then what it costs.

Pictures are read, and their card is shown, before torch is imported.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

from saddle import terminal

if TYPE_CHECKING:
    from saddle.build.materials import Materials
    from saddle.build.session import Session
    from saddle.recipe import Recipe
    from saddle.runs import Json
    from saddle.sources.base import Described, Source
    from saddle.training.state import State

Parts = tuple["Recipe", "Materials", "State"]


def begin(made: Recipe, out: Path, *, trusted: bool, quiet: bool, as_json: bool) -> Session:
    """Start a run, once it is said what is about to be trained."""
    parts, notes = planned(made, trusted=trusted, quiet=quiet, silent=as_json)
    from saddle.build.session import begun

    session = begun(*parts, out, notes=notes)
    if not as_json:
        terminal.show_facts([("run", str(session.run.path))])
    return session


def tell_plan(made: Recipe, *, trusted: bool, quiet: bool, as_json: bool) -> None:
    """Check everything that a recipe names, and tell the plan; as JSON the recipe itself."""
    parts, _ = planned(made, trusted=trusted, quiet=quiet, silent=as_json)
    if as_json:
        terminal.show_json(parts[0].model_dump(mode="json"))


def planned(made: Recipe, *, trusted: bool, quiet: bool, silent: bool) -> tuple[Parts, Json]:
    """The checked parts of a run and what was forecast; card, plan and forecast are shown."""
    reading = Reading(quiet=quiet or silent)
    opened = reading.open(made)
    early = opened_card(opened)
    if early is not None and not silent:
        terminal.show_facts(early.facts, warnings=early.warnings)
    from saddle.build.card import plan
    from saddle.build.forecast import forecast
    from saddle.build.session import checked

    parts = checked(made, own={}, trusted=trusted, opened=opened)
    recipe, materials, state = parts
    if not silent:
        whole = materials.described()
        shown = [] if early is None else early.facts
        said = [] if early is None else early.warnings
        terminal.show_facts(
            [
                *(fact for fact in whole.facts if fact not in shown),
                *plan(recipe, materials, state.game),
            ],
            warnings=[it for it in whole.warnings if it not in said],
        )
    cost = forecast(recipe, materials, trusted=trusted)
    if cost is None:
        return parts, {}
    if not silent:
        terminal.show_facts([("forecast", cost.words())])
    return parts, cost.json()


def opened_card(source: Source | None) -> Described | None:
    """What a source tells of itself, where it is open."""
    from saddle.sources import describe

    return None if source is None else describe(source)


class Reading:
    """Opens pictures, and tells of it where that takes more than a moment."""

    def __init__(self, *, quiet: bool) -> None:
        self.quiet = quiet
        self.began = self.told = time.monotonic()

    def open(self, made: Recipe) -> Source | None:
        """The pictures that a recipe names; None for other data, which are quickly read."""
        from saddle.build.pictures import may_have_gpu, names_pictures, open_named

        if made.second is not None or not names_pictures(made.data):
            return None
        return open_named(made, made.data, None, gpu=has_gpu(made, may_have_gpu()), tell=self.hear)

    def hear(self, words: str) -> None:
        """The first words at once, later ones now and then."""
        now = time.monotonic()
        if not self.quiet and (self.told == self.began or now - self.told > PAUSE):
            terminal.note(words)
            self.told = now


PAUSE = 5.0
"""Seconds between two lines of how reading goes on."""


def has_gpu(made: Recipe, likely: bool) -> bool:
    """Whether the run will have a GPU; torch is asked only where there may be one."""
    if not likely:
        return False
    from saddle.build.plan import find_device

    return find_device(made.device).type != CPU


CPU = "cpu"
