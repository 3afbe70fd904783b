"""The commands that judge samples of any tool: `evaluate`, `why`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from saddle import terminal
from saddle.cli.options import Columns, Json, Plain, app, number, text
from saddle.errors import Incompatible
from saddle.runs import Run

if TYPE_CHECKING:
    from saddle.judge.evaluation import Evaluation
    from saddle.judge.sides import Drawn

Fake = Annotated[
    str, typer.Argument(metavar="FAKE", help="A file of samples, a run, or a source's name.")
]
Against = Annotated[str | None, text("REAL", "What FAKE should be like: a file, a source, a run.")]
Train = Annotated[str | None, text("TRAIN", "What the maker of FAKE has seen: tells memory.")]
Count = Annotated[int | None, number("-n", "Rows a side, at most.")]
Margin = Annotated[
    float | None,
    typer.Option(metavar="SHARE", help="What is close: a share of the data's spread."),
]
FailUnder = Annotated[
    list[str] | None,
    typer.Option(metavar="NAME=BOUND", help="Exit with 1 where a measure is worse; repeatable."),
]
Seed = Annotated[int, number("--seed", "Seed of every draw.")]


@app.command(cls=Plain)
def evaluate(
    fake: Fake,
    against: Against = None,
    train: Train = None,
    columns: Columns = None,
    n: Count = None,
    seed: Seed = 0,
    margin: Margin = None,
    fail_under: FailUnder = None,
    as_json: Json = False,
) -> None:
    """Judge samples by real rows: can they be told apart, and by what?

    FAKE and REAL are files of any tool, sources, or runs; no training is needed. A run alone is
    judged by the part of its data that it never saw.
    """
    if against is None:
        of_run(named(fake), as_json=as_json)
        return
    from saddle.judge.checks import checked, read_check
    from saddle.judge.evaluation import evaluation
    from saddle.judge.sections import Options
    from saddle.judge.sides import read_sides

    wanted = [read_check(text) for text in fail_under or ()]
    sides = read_sides(
        named(fake), named(against), train, n=n, seed=seed, columns=columns, draw=draw
    )
    found = evaluation(sides, Options(seed=seed, margin=margin), doing=terminal.doing)
    tell(found, checked(found, wanted), as_json=as_json)


def tell(found: Evaluation, checks: list[dict[str, Any]], *, as_json: bool) -> None:
    """Show what was found, then the checks; leave with 1 where one failed."""
    if as_json:
        terminal.show_json({**found, "checks": checks})
    else:
        sys.stdout.write(f"{found}\n")
    failed = [it["words"] for it in checks if not it["passed"]]
    for words in failed:
        sys.stderr.write(f"failed: {words}\n")
    if failed:
        raise typer.Exit(1)
    if checks and not as_json:
        terminal.say(f"\nchecks passed: {len(checks)}")


@app.command(cls=Plain)
def why(
    fake: Fake,
    real: Annotated[
        str, typer.Argument(metavar="REAL", help="What FAKE should be like: a file, a source.")
    ],
    columns: Columns = None,
    n: Count = None,
    seed: Seed = 0,
    as_json: Json = False,
) -> None:
    """Say what tells FAKE from REAL: what is missing, invented or different.

    Clusters, boxes, columns and pairs of columns are found on some rows and tested on others;
    what carries most of the difference comes first. Where nothing differs nothing is named.
    """
    from saddle.judge.sides import read_sides
    from saddle.judge.why import why_of

    sides = read_sides(named(fake), named(real), n=n, seed=seed, columns=columns, draw=draw)
    with terminal.doing("looking for what tells them apart"):
        found = why_of(sides, seed=seed)
    if as_json:
        terminal.show_json(found.json())
        return
    sys.stdout.write(f"{found}\n")


def of_run(what: str, *, as_json: bool) -> None:
    """Measure a run on its own data, and write its report anew."""
    from saddle.cli.acts import finish
    from saddle.judge.sides import folder_of_run

    path = folder_of_run(what)
    if path is None:
        raise Incompatible(
            f"{what!r} is no run: `saddle evaluate FAKE --against REAL` judges samples by real "
            "rows, `saddle evaluate RUN` a run by its own data"
        )
    finish(Run(path), as_json=as_json)


def named(what: str) -> str:
    """A run's number in runs/ as its folder; everything else as it is."""
    if not what.isdecimal() or Path(what).exists():
        return what
    return str(terminal.find(what, Path("runs")).path)


def draw(path: Path, n: int, seed: int) -> Drawn:
    """Samples of a run; only here is code for training imported."""
    from saddle.evaluate import load
    from saddle.judge.sides import Drawn
    from saddle.output import names_of

    trained = load(path)
    rows = trained.sample(n, seed=seed)["x"]
    return Drawn(rows, tuple(names_of(trained.spaces).get("x", ())))
