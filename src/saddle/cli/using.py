"""The commands that read a run: `sample`, `translate`, `encode`, `report`, `cite`, `runs`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from saddle import terminal
from saddle.cli.acts import apply, finish, trust
from saddle.cli.options import Json, Out, Plain, Rows, RunName, Trust, Which, app, number, text


@app.command(cls=Plain)
def sample(
    run: RunName,
    n: Annotated[int, number("-n", "How many samples.")] = 1000,
    given: Annotated[
        str | None, text("VALUE", "Condition: a label, or numbers with commas between.")
    ] = None,
    seed: Annotated[int, number("--seed", "Seed of the draw.")] = 0,
    out: Out = None,
    checkpoint: Which = "latest",
    trust_code: Trust = False,
) -> None:
    """Draw samples from a run.

    Without --out they go to a .csv in the run's folder samples/.
    """
    from saddle.output import must_write, names_of, write_rows

    trust(trust_code)
    must_write(out)
    from saddle.evaluate import load, read_condition

    trained = load(terminal.find(run, Path("runs")), checkpoint=checkpoint, trusted=trust_code)
    trained.must("sample")
    condition = None if given is None else read_condition(trained, given)
    drawn = trained.sample(n, given=condition, seed=seed)
    path = out or trained.run.path / "samples" / f"{trained.step:08d}-seed{seed}.csv"
    write_rows(drawn, path, names=names_of(trained.spaces))
    terminal.say(f"{n} samples of step {trained.step} in {path}")


@app.command(cls=Plain)
def translate(
    run: RunName,
    input: Rows,
    back: Annotated[bool, typer.Option("--back", help="From b to a.")] = False,
    out: Out = None,
    checkpoint: Which = "latest",
    trust_code: Trust = False,
) -> None:
    """Carry the rows of a file from one domain to the other."""
    start, end = ("b", "a") if back else ("a", "b")
    apply("translate", (run, input), out, checkpoint, trust_code, keys=(start, end))


@app.command(cls=Plain)
def encode(
    run: RunName,
    input: Rows,
    out: Out = None,
    checkpoint: Which = "latest",
    trust_code: Trust = False,
) -> None:
    """Find the latents of the rows of a file."""
    apply("encode", (run, input), out, checkpoint, trust_code, keys=("x", "z"))


@app.command(cls=Plain)
def report(
    run: RunName,
    trust_code: Trust = False,
    as_json: Json = False,
) -> None:
    """Measure a run and write its report anew."""
    trust(trust_code)
    finish(terminal.find(run, Path("runs")), trusted=trust_code, as_json=as_json)


@app.command(cls=Plain)
def runs(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="Folder that runs are kept in.")
    ] = Path("runs"),
    as_json: Json = False,
) -> None:
    """List the runs of a folder.

    `distance` is the last distance to held-out rows, `floor` that of real rows to real rows.
    """
    terminal.show_table(terminal.rows_of_runs(folder), as_json=as_json)


@app.command(cls=Plain)
def cite(run: RunName, as_json: Json = False) -> None:
    """Print the BibTeX of what a run used."""
    from saddle.listing import references_of
    from saddle.presets import amended_recipe

    found = references_of(amended_recipe(terminal.find(run, Path("runs"))))
    if as_json:
        terminal.show_json([vars(reference) for reference in found])
        return
    sys.stdout.write("\n\n".join(reference.bibtex() for reference in found) + "\n")
