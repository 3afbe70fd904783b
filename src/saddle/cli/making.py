"""The commands that train: `train` and `resume`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from saddle import terminal
from saddle.cli.acts import fail_where_found, finish, play, settings, trust
from saddle.cli.options import (
    Background,
    Batch,
    Board,
    Budget,
    Columns,
    Data,
    Device,
    DistanceName,
    DryRun,
    Fit,
    GameName,
    Given,
    Grey,
    Json,
    Objective,
    Origin,
    Place,
    Plain,
    PresetName,
    Quiet,
    Ratio,
    RecipeFile,
    Second,
    Seed,
    Setting,
    Size,
    Steps,
    Stop,
    Trust,
    app,
    number,
    of_pictures,
)
from saddle.cli.starting import begin, tell_plan


@app.command(cls=Plain)
def train(
    data: Data = None,
    second: Second = None,
    game: GameName = None,
    preset: PresetName = None,
    distance: DistanceName = None,
    ratio: Ratio = None,
    objective: Objective = None,
    columns: Columns = None,
    given: Given = None,
    size: Size = None,
    fit: Fit = None,
    background: Background = None,
    grey: Grey = False,
    steps: Steps = None,
    stop: Stop = None,
    budget: Budget = None,
    batch: Batch = None,
    seed: Seed = None,
    device: Device = None,
    change: Setting = None,
    recipe: RecipeFile = None,
    start_from: Origin = None,
    out: Place = Path("runs"),
    dry_run: DryRun = False,
    tensorboard: Board = False,
    trust_code: Trust = False,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Train on DATA and leave a run with its report.

    DATA is a folder or .zip of pictures, a set's name (saddle data), a source's name (saddle list
    sources), a file of points (.csv, .npy, .npz, .parquet) or a drawing (.json). Without it: the
    grid of 25 Gaussians.
    """
    from saddle.presets import chosen, with_stop

    rows = {"data": data, "second": second, "columns": columns, "given": given}
    play_as = {"game": game, "distance": distance, "ratio": ratio, "objective": objective}
    length = {"steps": steps, "stop": stop, "budget": budget}
    run = {**length, "batch": batch, "seed": seed, "device": device}
    flags = {**rows, **of_pictures(size, fit, background, grey), **play_as, **run}
    wanted = {key: value for key, value in flags.items() if value is not None}
    origin = None if start_from is None else terminal.find(start_from, out).path
    made = with_stop(chosen(preset, recipe, origin, wanted | settings(change)))
    trust(trust_code)
    if dry_run:
        tell_plan(made, trusted=trust_code, quiet=quiet, as_json=as_json)
        return
    session = begin(made, out, trusted=trust_code, quiet=quiet, as_json=as_json)
    play(session, tensorboard=tensorboard, quiet=quiet)
    finish(session.run, trusted=trust_code, as_json=as_json, quiet=quiet)
    fail_where_found(session.run)


@app.command(cls=Plain)
def resume(
    run: Annotated[
        str | None, typer.Argument(metavar="RUN", help="The run; the latest if left out.")
    ] = None,
    steps: Annotated[int | None, number("--steps", "Turns to add to its end.")] = None,
    change: Setting = None,
    runs: Place = Path("runs"),
    tensorboard: Board = False,
    trust_code: Trust = False,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Take a run up where it was saved.

    --steps adds turns, --set changes values from there on.
    """
    trust(trust_code)
    from saddle.build.resuming import resume as take_up
    from saddle.build.resuming import unfinished

    found = terminal.find(run, runs)
    changes = unfinished(found, settings(change), added=steps)
    session = take_up(found, changes, trusted=trust_code)
    if not as_json:
        last = session.plan.clock.steps
        terminal.say(f"resume {found.path} at step {session.state.step} of {last}")
    play(session, tensorboard=tensorboard, quiet=quiet)
    finish(found, trusted=trust_code, as_json=as_json, quiet=quiet)
    fail_where_found(found)
