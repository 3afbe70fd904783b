"""The commands that train: `train` and `resume`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from saddle import terminal
from saddle.cli.acts import card, finish, play, settings, trust
from saddle.cli.options import (
    Board,
    Columns,
    Data,
    Given,
    Json,
    Plain,
    Quiet,
    Second,
    Setting,
    Trust,
    app,
    number,
    text,
)


@app.command(cls=Plain)
def train(
    data: Data = None,
    second: Second = None,
    game: Annotated[str | None, text("GAME", "Who plays: saddle list games.")] = None,
    preset: Annotated[str | None, text("PRESET", "Start from: saddle list presets.")] = None,
    distance: Annotated[
        str | None, text("DISTANCE", "What close means: saddle list distances.")
    ] = None,
    ratio: Annotated[
        str | None, text("WAY", "How f-divergences learn p/q: logistic, bound or link.")
    ] = None,
    objective: Annotated[
        str | None, text("WAY", "What G minimises of them: exact, zero-sum or swapped.")
    ] = None,
    columns: Columns = None,
    given: Given = None,
    steps: Annotated[int | None, number("--steps", "Turns to play.")] = None,
    batch: Annotated[int | None, number("--batch", "Rows of a move.")] = None,
    seed: Annotated[int | None, number("--seed", "Seed of every draw.")] = None,
    device: Annotated[str | None, text("DEVICE", "auto, cpu, cuda or mps.")] = None,
    change: Setting = None,
    recipe: Annotated[
        Path | None, text("FILE", "Start from a recipe in YAML, as --dry-run prints it.")
    ] = None,
    start_from: Annotated[
        str | None,
        typer.Option("--from", metavar="RUN", help="Start from a run's recipe and weights."),
    ] = None,
    out: Annotated[Path, text("DIR", "Folder that runs are kept in.")] = Path("runs"),
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Check everything, print the recipe, stop.")
    ] = False,
    tensorboard: Board = False,
    trust_code: Trust = False,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Train on DATA and leave a run with its report.

    DATA is a source's name (saddle list sources), a file of points (.csv, .npy, .npz, .parquet)
    or a drawing (.json). Without it: the grid of 25 Gaussians.
    """
    from saddle.presets import chosen

    rows = {"data": data, "second": second, "columns": columns, "given": given}
    play_as = {"game": game, "distance": distance, "ratio": ratio, "objective": objective}
    run = {"steps": steps, "batch": batch, "seed": seed, "device": device}
    flags = {**rows, **play_as, **run}
    wanted = {key: value for key, value in flags.items() if value is not None}
    origin = None if start_from is None else terminal.find(start_from, out).path
    made = chosen(preset, recipe, origin, wanted | settings(change))
    trust(trust_code)
    from saddle.build.session import checked, start

    if dry_run:
        sys.stdout.write(checked(made, own={}, trusted=trust_code)[0].text())
        return
    session = start(made, out, trusted=trust_code)
    if not as_json:
        card(session)
    play(session, tensorboard=tensorboard, quiet=quiet)
    finish(session.run, trusted=trust_code, as_json=as_json)


@app.command(cls=Plain)
def resume(
    run: Annotated[
        str | None, typer.Argument(metavar="RUN", help="The run; the latest if left out.")
    ] = None,
    steps: Annotated[int | None, number("--steps", "Turns to add to its end.")] = None,
    change: Setting = None,
    runs: Annotated[Path, text("DIR", "Folder that runs are kept in.")] = Path("runs"),
    tensorboard: Board = False,
    trust_code: Trust = False,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Take a run up where it was saved.

    --steps adds turns, --set changes values from there on.
    """
    trust(trust_code)
    from saddle.build.session import resume as take_up
    from saddle.build.session import unfinished

    found = terminal.find(run, runs)
    changes = unfinished(found, settings(change), added=steps)
    session = take_up(found, changes, trusted=trust_code)
    if not as_json:
        last = session.plan.clock.steps
        terminal.say(f"resume {found.path} at step {session.state.step} of {last}")
    play(session, tensorboard=tensorboard, quiet=quiet)
    finish(found, trusted=trust_code, as_json=as_json)
