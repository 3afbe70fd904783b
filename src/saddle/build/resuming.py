"""A run that has begun, taken up again: what it was, what is changed of it, where it goes on."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any

from saddle.build.amend import check_amendable, check_steps, take_back
from saddle.build.custom import Own
from saddle.build.ending import forget_stop, stopped, undo_after
from saddle.build.environment import differences, environment
from saddle.build.game import assemble
from saddle.build.materials import (
    KEPT,
    Materials,
    check_there,
    find_source,
    fingerprint,
    narrowed,
    read_spaces,
)
from saddle.build.plan import clock_of, ended, find_device, state_of, values_of
from saddle.build.session import RECIPE, Session, lent_to, session_of
from saddle.errors import BadData, BadValue, BrokenRun, bad
from saddle.presets import recipes_of
from saddle.recipe import Recipe
from saddle.runs import Json, Run, held, read_json, read_lines, sha256, write_lines
from saddle.training.schedules import Clock
from saddle.training.stopping import decay_share


def resume(
    run: Run,
    changes: Mapping[str, Any] | None = None,
    *,
    data: object = None,
    own: Own | None = None,
    trusted: bool = False,
) -> Session:
    """Take a run up at its last checkpoint, with these values changed from there on."""
    changes = changes or {}
    with held(run.path):  # what is dropped here may be what another process just saved
        check_recipe(run)
        at = whole_checkpoint(run, changes)
        undo_after(run, at)
        recipe, _ = amended(run)
        changes = reopened(recipe, changes)
        check_amendable(changes, run)
        asked = recipe.amended(changes) if changes else recipe
        check_steps(asked, at)
        materials = take_up(recipe, run, data, trusted=trusted)
        device = find_device(asked.device)
        game = assemble(asked, materials.spaces, own or {}, trusted=trusted).to(device)
        state = state_of(asked, game)
        clock_of(asked), values_of(asked)
        take_back(state, run.checkpoint(at), changes, run)
        note_differences(run, environment(asked, materials, device))
        record_changes(run, at, recipe, asked, changes)  # once everything was found to fit
        if changes:
            forget_stop(run)
        recipe, clock = amended(run)
        run.forget_after(at)
        return lent_to(session_of(recipe, materials, state, run, clock), own or {})


def whole_checkpoint(run: Run, changes: Mapping[str, Any]) -> int:
    """The step of the latest checkpoint that is whole; a damaged later one is told of.

    Changes are meant for the step that the user knows of: they wait until that is made again. An
    earlier step than that of an amendment is none to go on from: the run would be another one.
    """
    at, wrong = run.newest_whole()
    if at is None:
        raise wrong or BadData(f"{run.path} has no checkpoint to resume from: start it again")
    if wrong is None:
        return at
    if any(line["step"] > at and "by" not in line for line in read_lines(run.amendments)):
        raise BrokenRun(
            f"{wrong}; that of step {at} is whole, but values were changed after it: "
            "`saddle sample RUN --checkpoint STEP` still draws from it"
        )
    if changes:
        raise BrokenRun(
            f"{wrong}; `saddle resume {run.path}` without changes plays it again from step {at}, "
            "the last that is whole"
        )
    warnings.warn(f"{wrong}: going on from step {at}", stacklevel=3)
    return at


def record_changes(
    run: Run, at: int, old: Recipe, new: Recipe, changes: Mapping[str, Any]
) -> None:
    """Append what was changed to the run's amendments, a line a value."""
    lines = [
        {"step": at, "key": key, "old": old.value(key), "new": new.value(key)} for key in changes
    ]
    if lines:
        write_lines(run.amendments, [*read_lines(run.amendments), *lines])


def unfinished(
    run: Run, changes: Mapping[str, Any], *, added: int | None = None
) -> dict[str, Any]:
    """The changes with which a run goes on, refused where there is nothing left to play."""
    recipe, wanted = amended(run)[0], dict(changes)
    if added is not None:
        if added < 1:
            raise bad("--steps", added, "a whole number of at least 1, the turns to add")
        if "steps" in wanted:
            raise BadValue("--steps adds turns, --set steps= sets how many there are: give one")
        wanted["steps"] = recipe.end + added
    said = stopped(run) if recipe.ending is not None else None
    if run.newest_whole()[0] == recipe.end and not ({"steps", "ending"} & wanted.keys()):
        if said is None or not wanted:
            why = f"its {recipe.end} turns are played" if said is None else said["sentence"]
            raise BadValue(
                f"{run.path} is finished, {why}: --steps N adds turns, "
                f"`saddle report {run.path}` measures it again"
            )
    return wanted


def reopened(recipe: Recipe, changes: Mapping[str, Any]) -> dict[str, Any]:
    """The changes with which a run whose end was decided goes on: that decision was for another.

    More steps are played as they are asked for; after other changes the stop rule looks anew.
    """
    lifted: dict[str, Any] = {}
    if changes and recipe.ending is not None:
        lifted["ending"] = None
    if "steps" in changes:
        played = {"stop": "never", "budget": None}
        lifted |= {key: value for key, value in played.items() if recipe.value(key) != value}
    return {**lifted, **changes}


def amended(run: Run) -> tuple[Recipe, Clock]:
    """The recipe with every amendment, and the phases: more steps hold and decay again."""
    (_, recipe), *later = recipes_of(run)
    clock = clock_of(recipe)
    for step, new in later:
        if new.ending is not None:
            clock = ended(clock, new.ending)
        elif new.end != recipe.end:
            clock = held_again(clock, clock_of(new), step)
        recipe = new
    return recipe, clock


def held_again(clock: Clock, new: Clock, step: int) -> Clock:
    """Hold from this step on, then decay for the share of what is left that the recipe gives."""
    hold = round((1 - decay_share(new)) * (new.steps - step))
    return Clock(min(clock.warm, step), step + hold, new.steps)


def check_recipe(run: Run) -> None:
    """Refuse a recipe that was edited by hand: another seed alone moves what is held out."""
    kept = read_json(run.path / "environment.json").get(RECIPE)
    if kept is not None and kept != sha256(run.recipe):
        raise BrokenRun(
            f"{run.recipe} is not what the run began with: put that back, and change values by "
            "`saddle resume RUN --set key=value`, or by `saddle train --from RUN` in another run"
        )


def note_differences(run: Run, now: Json) -> None:
    """Warn where the machine is not the one on which the run began: its bits may differ."""
    found = differences(read_json(run.path / "environment.json"), now)
    if found:
        warnings.warn(f"the bits of this run may differ: {'; '.join(found)}", stacklevel=3)


def take_up(recipe: Recipe, run: Run, data: object, *, trusted: bool) -> Materials:
    """The run's materials again, refused where the data is not the same."""
    kept = run.path / KEPT
    if data is None and kept.exists():
        data = kept
    if data is None:
        check_there(recipe, run)
    source = narrowed(recipe, find_source(recipe, data, None, trusted=trusted))
    materials = Materials(source, read_spaces(run, source.gives))
    then = read_json(run.path / "environment.json")["data"]["fingerprint"]
    now = fingerprint(materials)
    if now != then:
        raise BadData(
            f"the data of {run.path} has changed since it was started "
            f"(fingerprint {then} then, {now} now): a run resumes on the same data only"
        )
    return materials
