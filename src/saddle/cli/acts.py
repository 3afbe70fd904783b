"""What commands do in common: play a run, finish it, carry the rows of a file through it."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from saddle import terminal

if TYPE_CHECKING:
    from saddle.build.session import Session
    from saddle.runs import Run


def settings(change: list[str] | None) -> dict[str, Any]:
    """The values of --set."""
    from saddle.recipe import parse_setting

    return dict(parse_setting(words) for words in change or [])


def trust(trusted: bool) -> None:
    """Let Python find the user's own modules in the present folder, where that was asked."""
    if trusted and os.getcwd() not in sys.path:
        sys.path.insert(0, os.getcwd())


def apply(
    ability: str,
    words: tuple[str, Path],
    out: Path | None,
    checkpoint: str,
    trusted: bool,
    *,
    keys: tuple[str, str],
) -> None:
    """Translate or encode the rows of a file and write what comes out."""
    from saddle.output import must_write, names_of, read_rows, write_rows

    trust(trusted)
    must_write(out)
    from saddle.evaluate import load

    trained = load(terminal.find(words[0], Path("runs")), checkpoint=checkpoint, trusted=trusted)
    trained.must(ability)
    names = names_of(trained.spaces)
    rows = read_rows(words[1], names.get(keys[0]))
    acts: dict[str, Callable[[], Any]] = {
        "translate": lambda: trained.translate(rows, back=keys[0] == "b"),
        "encode": lambda: trained.encode(rows),
    }
    made = acts[ability]()
    path = out or words[1].with_name(f"{words[1].stem}-{ability}d.csv")
    write_rows({keys[1]: made}, path, names=names)
    terminal.say(f"{len(made)} rows in {path}")


def card(session: Session) -> None:
    """Say what is about to be trained."""
    from saddle.build.card import facts, warnings

    terminal.show_facts(facts(session), warnings=warnings(session))


def play(session: Session, *, tensorboard: bool, quiet: bool) -> None:
    """Play to the end; a run that was stopped says how to go on."""
    from saddle.training.watchers import tensorboard as board

    watcher = board(session.run.path / "tensorboard") if tensorboard else None
    last = session.plan.clock.steps
    with terminal.Meter(session.state.step, last, quiet=quiet) as meter:
        for moment in meter.follow(session.play()):
            if watcher is not None and moment.event is not None:
                watcher.tell(moment.event)
    if watcher is not None:
        watcher.close()
    if session.state.step < last:
        words = shlex.join(["saddle", "resume", str(session.run.path)])
        sys.stderr.write(f"stopped at step {session.state.step} of {last}, saved\n")
        sys.stderr.write(f"go on with: {words}\n")
        raise typer.Exit(130)


def finish(run: Run, *, trusted: bool = False, as_json: bool = False) -> None:
    """Measure, write the report, and say where it is."""
    from saddle.evaluate import assess
    from saddle.listing import references_of
    from saddle.presets import amended_recipe
    from saddle.report import write_report

    found = assess(run, trusted=trusted)
    page = write_report(run, references=references_of(amended_recipe(run)))
    if as_json:
        terminal.show_json({"run": str(run.path), "report": str(page), **found})
        return
    columns = ("name", "value", "floor", "n", "better")
    terminal.show_table([{key: row[key] for key in columns} for row in found["measures"]])
    terminal.say(f"report  {page}")
    terminal.say(f"next    {next_command(run)}")


def next_command(run: Run) -> str:
    """What the run is good for."""
    from saddle.games import GAMES
    from saddle.presets import amended_recipe

    can = GAMES[str(amended_recipe(run).game)].can
    ends = {"translate": "points.csv", "sample": "-n 1000 --out samples.csv"}
    ability = next(name for name in ends if name in can)
    return f"saddle {ability} {shlex.quote(str(run.path))} {ends[ability]}"
