"""The commands that judge samples of any tool: `evaluate`, `why`."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from saddle import terminal
from saddle.cli.options import Columns, Json, Plain, app, number, text
from saddle.errors import Incompatible, bad
from saddle.runs import Run, read_json, write_json

if TYPE_CHECKING:
    from saddle.judge.checks import Check
    from saddle.judge.sections import Options
    from saddle.judge.sides import Drawn, Sides

Fake = Annotated[
    str, typer.Argument(metavar="FAKE", help="A file or a folder of samples, a run, a name.")
]
Against = Annotated[str | None, text("REAL", "What FAKE should be like: a file, a folder, a run.")]
Train = Annotated[str | None, text("TRAIN", "What the maker of FAKE has seen: tells memory.")]
Count = Annotated[int | None, number("-n", "Rows a side, at most.")]
FeatureName = Annotated[str, text("FEATURES", "What fidelity is measured on: raw, trained, ...")]
Page = Annotated[Path | None, text("FILE", "Also write a page that needs no other file: .html.")]
Margin = Annotated[
    float | None,
    typer.Option(metavar="SHARE", help="What is close: a share of the data's spread."),
]
FailUnder = Annotated[
    list[str] | None,
    typer.Option(metavar="NAME=BOUND", help="Exit with 1 where a measure is worse; repeatable."),
]
Duality = Annotated[
    bool, typer.Option("--duality", help="Only: what each player of a run could gain alone.")
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
    features: FeatureName = "raw",
    margin: Margin = None,
    out: Page = None,
    fail_under: FailUnder = None,
    duality: Duality = False,
    as_json: Json = False,
) -> None:
    """Judge samples of any tool by real rows.

    Can they be told apart, and by what?
    FAKE and REAL are files of any tool, sources, or runs; no training is needed. A run alone is
    judged by the part of its data that it never saw.
    """
    if duality:
        refuse({"--train": train, "--columns": columns, "--out": out})
        refuse({"-n": n, "--margin": margin, "--fail-under": fail_under or None}, NOT_ASKED)
        gap_of_run(named(fake), against, as_json=as_json)
        return
    from saddle.judge.checks import read_check
    from saddle.judge.sections import Options

    checks = [read_check(text) for text in fail_under or ()]
    options = Options(seed=seed, features=features, margin=margin)
    if against is None:
        refuse({"--train": train, "--columns": columns, "--out": out})
        of_run(named(fake), options, n, checks, as_json=as_json)
        return
    must_be_page(out)
    refuse_unknown(checks, options)
    sides = read_sides_of(fake, against, train, columns, n=n, seed=seed)
    judge(sides, options, checks, out, as_json=as_json)


def refuse_unknown(checks: list[Check], options: Options, more: Iterable[str] = ()) -> None:
    """Refuse a check of what will not be measured, before any work is done."""
    from saddle.judge.checks import must_know
    from saddle.judge.naming import names_of

    must_know(checks, names_of(options).union(more))


def read_sides_of(
    fake: str,
    real: str,
    train: str | None,
    columns: str | None,
    *,
    n: int | None,
    seed: int,
) -> Sides:
    """The sides that the words name."""
    from saddle.judge.sides import read_sides

    seen = None if train is None else named(train)
    return read_sides(named(fake), named(real), seen, n=n, seed=seed, columns=columns, draw=draw)


def judge(
    sides: Sides, options: Options, checks: list[Check], out: Path | None, *, as_json: bool
) -> None:
    """Judge, show what was found and whether the checks hold, write the page."""
    from saddle.judge.checks import checked
    from saddle.judge.evaluation import evaluation

    found = evaluation(sides, options, doing=terminal.doing)
    kept = checked(found, checks)
    if as_json:
        terminal.show_json({**found, "checks": kept})
    else:
        sys.stdout.write(f"{found}\n")
    if out is not None:
        from saddle.report import evaluation_page

        evaluation_page(found, out)
        sys.stderr.write(f"page  {out}\n")
    leave_by(kept, quiet=as_json)


def leave_by(kept: list[dict[str, Any]], *, quiet: bool) -> None:
    """Tell of every check that failed, and leave with 1 where one did."""
    failed = [it["words"] for it in kept if not it["passed"]]
    for words in failed:
        sys.stderr.write(f"failed: {words}\n")
    if failed:
        raise typer.Exit(1)
    if kept and not quiet:
        terminal.say(f"checks passed: {len(kept)}")


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
    """Say what tells FAKE from REAL.

    What is missing, what is invented, what differs.

    Clusters, boxes, columns and pairs of columns are found on some rows and tested on others;
    what carries most of the difference comes first. Where nothing differs nothing is named.
    """
    from saddle.judge.why import why_of

    sides = read_sides_of(fake, real, None, columns, n=n, seed=seed)
    with terminal.doing("looking for what tells them apart"):
        found = why_of(sides, seed=seed)
    if as_json:
        terminal.show_json(found.json())
        return
    sys.stdout.write(f"{found}\n")


def of_run(
    what: str,
    options: Options,
    n: int | None,
    checks: list[Check],
    *,
    as_json: bool,
) -> None:
    """Measure a run on its own data, and write its report anew."""
    from saddle.cli.acts import finish
    from saddle.evaluate import Judging
    from saddle.judge.checks import stem
    from saddle.judge.sides import folder_of_run

    path = folder_of_run(what)
    if path is None:
        raise Incompatible(
            f"{what!r} is no run: `saddle evaluate FAKE --against REAL` judges samples by real "
            "rows, `saddle evaluate RUN` a run by its own data"
        )
    earlier = path / "evaluation.json"
    if earlier.exists():  # it tells what this run's own measures are called
        known = read_json(earlier).get("measures", [])
        refuse_unknown(checks, options, {stem(row["name"]) for row in known})
    how = Judging(options, n, doing=terminal.doing)
    found = finish(Run(path), as_json=as_json, judging=how, checks=checks)
    leave_by(found["checks"], quiet=as_json)


TWO_SIDES = (
    "--against REAL: a run alone is judged by its own data, and its page stays in its folder"
)
NOT_ASKED = "an evaluation: --duality tells what each player could gain, and nothing else"


def refuse(words: dict[str, object], goes_with: str = TWO_SIDES) -> None:
    """Refuse options that would be read by nobody."""
    given = [name for name, value in words.items() if value is not None]
    if given:
        raise Incompatible(f"{' and '.join(given)} goes with {goes_with}")


def must_be_page(out: Path | None) -> None:
    """Refuse a page whose name says something else, before any work is done."""
    if out is not None and out.suffix.lower() not in PAGES:
        raise bad("--out", str(out), f"a file that ends in {' or '.join(PAGES)}")


PAGES = (".html", ".htm")


def gap_of_run(what: str, against: str | None, *, as_json: bool) -> None:
    """Tell the duality gap of a run, and keep it beside what else was measured of it."""
    from saddle.evaluate.duality import duality_gap
    from saddle.judge.sides import folder_of_run

    path = folder_of_run(what)
    if path is None or against is not None:
        raise Incompatible(
            "--duality lets each player of a run go on alone: `saddle evaluate RUN --duality`, "
            "with a run and without --against"
        )
    with terminal.doing("letting each player go on alone"):
        found = duality_gap(Run(path)).json()
    evaluation = path / "evaluation.json"
    if evaluation.exists():
        write_json(evaluation, {**read_json(evaluation), "duality": found})
    if as_json:
        terminal.show_json(found)
        return
    terminal.say(found["words"])


def named(what: str) -> str:
    """A run's number in runs/ as its folder; everything else as it is."""
    if not what.isdecimal() or Path(what).exists():
        return what
    return str(terminal.find(what, Path("runs")).path)


def draw(path: Path, n: int, seed: int) -> Drawn:
    """Samples of a run; only here is code for training imported."""
    from saddle.evaluate.anything import draw_from

    return draw_from(path, n, seed)
