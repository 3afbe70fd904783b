"""The commands that read a run: `sample`, `translate`, `encode`, `report`, `cite`, `runs`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from saddle import terminal
from saddle.cli.acts import ENCODE, LOG_PROB, TRANSLATE, Reading, apply, finish, trust
from saddle.cli.options import (
    Back,
    Json,
    Out,
    Plain,
    Rows,
    RunName,
    Seeds,
    Truncation,
    Trust,
    Value,
    Which,
    app,
    number,
    text,
)
from saddle.cli.seeding import Draw, must_agree
from saddle.errors import Incompatible


@app.command(cls=Plain)
def sample(
    run: RunName,
    n: Annotated[int | None, number("-n", "How many samples; 1000.")] = None,
    given: Value = None,
    every_class: Annotated[
        bool, typer.Option("--every-class", help="-n or --seeds of each class, from one noise.")
    ] = False,
    seed: Annotated[int | None, number("--seed", "Seed of the draw; 0.")] = None,
    seeds: Seeds = None,
    truncation: Truncation = 1.0,
    out: Out = None,
    refine: Annotated[
        bool,
        typer.Option("--refine", help="Keep the draws that are as likely as real rows (x alone)."),
    ] = False,
    weights: Annotated[
        bool, typer.Option("--weights", help="Keep every draw and write its weight beside it.")
    ] = False,
    checkpoint: Which = "latest",
    trust_code: Trust = False,
    as_json: Json = False,
) -> None:
    """Draw samples from a run.

    Without --out they go to a .csv in the run's folder samples/. --refine and --weights learn a
    critic from rows that training never saw, and take some seconds.
    """
    from saddle.output import (
        must_spare,
        must_suit,
        must_write,
        names_of,
        trained_on,
        usual_ending,
        write_rows,
    )

    must_write(out)
    must_agree(refine or weights, {"--given": given, "--seeds": seeds}, truncation, every_class)
    if refine and weights:
        raise Incompatible("--refine and --weights do not go together: ask for one")
    draw = Draw.of(n, seed, seeds, truncation=truncation, every_class=every_class)
    to = Reading(checkpoint, trust_code, as_json)
    trained = to.load(run)
    kind = "-refined" * refine + "-weighted" * weights
    ending = usual_ending(trained.spaces)
    path = out or trained.run.path / "samples" / f"{trained.step:08d}-{draw.name}{kind}{ending}"
    must_suit(path, trained.spaces)
    must_spare(path, *trained_on(trained.recipe))
    trained.must("sample")
    if refine or weights:
        from saddle.cli.refining import draw_refined

        draw_refined(trained, draw.n, path, seed=draw.seed, weights=weights, to=to)
        return
    drawn = draw.drawn(trained, given)
    write_rows(drawn, path, names=names_of(trained.spaces))
    count = len(next(iter(drawn.values())))
    told = {"rows": count, "step": trained.step, **draw.facts(), "out": str(path)}
    to.tell(told, f"{count} samples of step {trained.step} in {path}")


@app.command(cls=Plain)
def translate(
    run: RunName,
    input: Rows,
    back: Back = False,
    out: Out = None,
    checkpoint: Which = "latest",
    trust_code: Trust = False,
    as_json: Json = False,
) -> None:
    """Carry the rows of a file from one domain to the other.

    They are of domain a and become b; with --back the other way. Without --out they go to
    INPUT-translated.csv.
    """
    to = Reading(checkpoint, trust_code, as_json)
    apply(TRANSLATE, run, input, back=back, out=out, to=to)


@app.command(cls=Plain)
def encode(
    run: RunName,
    input: Rows,
    back: Back = False,
    log_prob: Annotated[
        bool, typer.Option("--log-prob", help="Write each row's log-likelihood instead (align).")
    ] = False,
    out: Out = None,
    checkpoint: Which = "latest",
    trust_code: Trust = False,
    as_json: Json = False,
) -> None:
    """Find the latents of the rows of a file.

    Without --out they go to INPUT-encoded.csv, log-likelihoods (in nats, of the rows in their
    own units) to INPUT-log_prob.csv.
    """
    to = Reading(checkpoint, trust_code, as_json)
    apply(LOG_PROB if log_prob else ENCODE, run, input, back=back, out=out, to=to)


@app.command(cls=Plain)
def report(
    run: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="RUN...", help="A run's folder, or its number in runs/; or several."
        ),
    ] = None,
    film: Annotated[
        Path | None, text("FILE", "Save the run's film alone: .gif, .webp or .png (animated).")
    ] = None,
    pictures: Annotated[
        Path | None, text("DIR", "Save the run's pictures alone, as .png files.")
    ] = None,
    theory: Annotated[
        bool, typer.Option("--theory", help="Write the theory as a page of pictures; no RUN.")
    ] = False,
    out: Annotated[
        Path | None,
        text("FILE", "Where --theory or several runs go; theory.html, runs.html here."),
    ] = None,
    trust_code: Trust = False,
    as_json: Json = False,
) -> None:
    """Measure a run and write its report anew, or compare several.

    What `saddle evaluate RUN` found of the same weights is kept. Several runs are put side by
    side on one page.

    --film and --pictures measure nothing: they draw what the run recorded.
    """
    from saddle.cli.drawing import beside, draw, page, what

    named = run or []
    first = named[0] if named else None
    if len(named) > 1:
        beside(named, out, drawn=(film, pictures), theory=theory, as_json=as_json)
        return
    if what(first, theory=theory, out=out, drawn=(film, pictures)):
        page(out, as_json=as_json)
        return
    found = terminal.find(first, Path("runs"))
    if film is not None or pictures is not None:
        draw(found, film, pictures, as_json=as_json)
        return
    trust(trust_code)
    finish(found, trusted=trust_code, as_json=as_json)


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
    found = terminal.rows_of_runs(folder)
    if not found and not as_json:
        terminal.say(f"no runs in {folder}; `saddle train` makes one")
        return
    terminal.show_table(found, as_json=as_json)


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
