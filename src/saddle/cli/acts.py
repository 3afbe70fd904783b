"""What commands do in common: begin, play and finish a run, carry rows of a file through it."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from saddle import terminal

if TYPE_CHECKING:
    from saddle.build.session import Session
    from saddle.evaluate import Judging, Trained
    from saddle.judge.checks import Check
    from saddle.runs import Json, Run


def settings(change: list[str] | None) -> dict[str, Any]:
    """The values of --set."""
    from saddle.recipe import parse_setting

    return dict(parse_setting(words) for words in change or [])


def trust(trusted: bool) -> None:
    """Let Python find the user's own modules in the present folder, where that was asked."""
    if trusted and os.getcwd() not in sys.path:
        sys.path.insert(0, os.getcwd())


# ------------------------------------------------------------------------------ rows of a file


@dataclass(frozen=True)
class Act:
    """What is done to each row of a file.

    Attributes:
        ability: what the game must be able to do.
        made: what comes out; also how the file that it goes to ends, where none is named.
        act: from the game, the rows, and whether they are of domain b, to what is written.
        keys: what the columns are named after, from domain a (or x) and from b.
        summary: what is said of it beside the number of rows.
    """

    ability: str
    made: str
    act: Callable[[Trained, Any, bool], Any]
    keys: tuple[str, str]
    summary: Callable[[Any], dict[str, float]] = lambda _: {}


TRANSLATE = Act(
    "translate", "translated", lambda it, rows, back: it.translate(rows, back=back), ("b", "a")
)
ENCODE = Act("encode", "encoded", lambda it, rows, back: it.encode(rows, back=back), ("z", "z"))
LOG_PROB = Act(
    "log_prob",
    "log_prob",
    lambda it, rows, back: it.log_prob(rows, back=back),
    ("log_prob", "log_prob"),
    lambda made: {"mean_log_prob": float(made.mean())},
)


def apply(act: Act, run: str, rows: Path, *, back: bool, out: Path | None, to: Reading) -> None:
    """Do it to the rows of a file and write what comes out."""
    from saddle.output import must_spare, must_write, names_of, read_rows, trained_on, write_rows

    must_write(out)
    trained = to.load(run)
    path = out or rows.with_name(f"{rows.stem}-{act.made}.csv")
    must_spare(path, rows, *trained_on(trained.recipe))
    trained.must(act.ability)
    names = names_of(trained.spaces)
    read = read_rows(rows, names.get(trained.domain(back)))
    made = act.act(trained, read, back)
    write_rows({act.keys[back]: made}, path, names=names)
    told = act.summary(made)
    to.tell(
        {"rows": len(made), "step": trained.step, "out": str(path), **told},
        f"{len(made)} rows in {path}"
        + "".join(f", {key.replace('_', ' ')} {value:.4f}" for key, value in told.items()),
    )


@dataclass(frozen=True)
class Reading:
    """How a run is read, and how what was done is told.

    Attributes:
        checkpoint: latest, best, or a step that is kept.
        trusted: whether the user's own code is imported.
        as_json: whether JSON is printed.
    """

    checkpoint: str
    trusted: bool
    as_json: bool

    def load(self, run: str) -> Trained:
        """The trained game."""
        trust(self.trusted)
        from saddle.evaluate import load

        found = terminal.find(run, Path("runs"))
        return load(found, checkpoint=self.checkpoint, trusted=self.trusted)

    def tell(self, facts: dict[str, Any], words: str) -> None:
        """Say what was done, in a line or as JSON."""
        if self.as_json:
            terminal.show_json(facts)
        else:
            terminal.say(words)


# --------------------------------------------------------------------------------------- a run


def play(session: Session, *, tensorboard: bool, quiet: bool) -> None:
    """Play to the end; a run that was stopped says how to go on."""
    from saddle.training.watchers import tensorboard as board

    watcher = board(session.run.path / "tensorboard") if tensorboard else None
    first, last, plain = session.state.step, session.plan.clock.steps, bool(session.plan.early)
    with terminal.Meter(first, last, quiet=quiet, plain=plain) as meter:
        sheet = FirstSheet(session.run, meter)
        for moment in meter.follow(session.play()):
            sheet.see(moment)
            if watcher is not None and moment.event is not None:
                watcher.tell(moment.event)
    if watcher is not None:
        watcher.close()
    if not session.over:
        last = session.plan.clock.steps
        words = shlex.join(["saddle", "resume", str(session.run.path)])
        sys.stderr.write(f"stopped at step {session.state.step} of {last}, saved\n")
        sys.stderr.write(f"go on with: {words}\n")
        raise typer.Exit(130)


class FirstSheet:
    """Says where the first sheet of pictures is, as soon as it is there."""

    def __init__(self, run: Run, meter: terminal.Meter) -> None:
        self.run, self.meter, self.told = run, meter, False

    def see(self, moment: terminal.Told) -> None:
        """Take a moment in; the sheet of a generator that learned nothing yet is passed over."""
        if self.told or moment.event is None or not moment.step:
            return
        path = self.run.sample(moment.step, ".png")
        self.told = True
        if path.exists() and not self.meter.quiet:
            self.meter.out.print(f"first sheet  {path}", soft_wrap=True)


def finish(
    run: Run,
    *,
    trusted: bool = False,
    as_json: bool = False,
    quiet: bool = False,
    judging: Judging | None = None,
    checks: Sequence[Check] | None = None,
) -> Json:
    """Measure, write the report, and say what was found, where it is, and what to do next."""
    from saddle.build.ending import stopped
    from saddle.evaluate import Judging, assess
    from saddle.judge.checks import checked, gathered
    from saddle.judge.sections import QUICK, Options
    from saddle.listing import references_of
    from saddle.presets import amended_recipe
    from saddle.progress import headlines
    from saddle.report import write_report

    how = judging or Judging(Options(sections=QUICK), keep=True)
    with terminal.doing("measuring on held-out rows", quiet=quiet):
        found = assess(run, trusted=trusted, judging=how)
    if checks is not None:
        found["checks"] = checked(gathered(found), checks)
    with terminal.doing("drawing the report", quiet=quiet):
        page = write_report(run, references=references_of(amended_recipe(run)))
    if as_json:
        ended = {"stop": stopped(run)}
        terminal.show_json({"run": str(run.path), "report": str(page), **ended, **found})
        return found
    for line in filter(None, [stopped(run)]):
        terminal.say(line["sentence"])
    for key, judged in found["judged"].items():
        sys.stdout.write(f"{told(judged, key, alone=len(found['judged']) == 1)}\n")
    for words in never_made(run, found):
        terminal.say(words)
    terminal.say("")
    columns = ("name", "value", "floor", "n", "better")
    terminal.show_table([{key: row[key] for key in columns} for row in found["measures"]])
    terminal.say("floor: what other real rows, or a perfect sampler, score at the same n")
    terminal.say(f"found   {', '.join(headlines(found['measures']))}")
    terminal.say(f"report  {page}")
    terminal.say(f"next    {next_command(run)}")
    return found


def never_made(run: Run, found: Json) -> list[str]:
    """What of the data is never made: held-out pictures, of other rows what the last look saw."""
    from saddle.judge.reached import sentences
    from saddle.progress import missing
    from saddle.runs import read_lines

    if "reached" in found:
        return sentences(found["reached"])
    events = read_lines(run.events)
    return missing(events[-1]) if events else []


def told(judged: Json, key: str, *, alone: bool) -> str:
    """The verdict of a run; by the key of its samples where there are several."""
    from saddle.judge.telling import wrapped

    of = [] if alone else [f"{key}:"]
    return "\n".join(line for it in (*of, *judged["verdict"]["sentences"]) for line in wrapped(it))


def fail_where_found(run: Run) -> None:
    """End with exit code 1 where a finding ended the run: what it made is not what was asked for.

    What it said of itself, and the amendment that may help, stand on standard error.
    """
    from saddle.build.ending import stopped

    told = stopped(run)
    if told is not None and told["reason"] == "finding":
        sys.stderr.write(f"{told['sentence']}\n")
        sys.stderr.write(f"see: {shlex.join(['saddle', 'doctor', str(run.path)])}\n")
        raise typer.Exit(1)


def next_command(run: Run) -> str:
    """What the run is good for."""
    from saddle.build.materials import read_spaces
    from saddle.games import GAMES
    from saddle.presets import amended_recipe

    can = GAMES[str(amended_recipe(run).game)].can
    some = DRAWN[any(len(space.shape) == 3 for space in read_spaces(run).values())]
    ends = {"translate": "points.csv", "sample": some}
    ability = next(name for name in ends if name in can)
    return f"saddle {ability} {shlex.quote(str(run.path))} {ends[ability]}"


DRAWN = {True: "-n 16", False: "-n 1000 --out samples.csv"}
"""How samples are drawn, by whether they are pictures."""
