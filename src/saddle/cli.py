"""The command line: parse, make a recipe, call one function.

Torch is imported by the commands that need it and by nothing else, so that help is quick.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from saddle import terminal
from saddle.errors import SaddleError, UserError

if TYPE_CHECKING:
    from saddle.build.session import Session
    from saddle.runs import Run

app = typer.Typer(
    name="saddle",
    help="Generative adversarial networks: pick what close means, train until it is close, "
    "know that it is.\n\nTry:  saddle train grid  |  saddle list distances  |  saddle inspect moons",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

Setting = Annotated[
    list[str] | None, typer.Option("--set", help="Change a value of the recipe: key=value.")
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Trust = Annotated[bool, typer.Option("--trust-code", help="Import `module:Class` of the recipe.")]
Board = Annotated[bool, typer.Option("--tensorboard", help="Also write TensorBoard events.")]
Quiet = Annotated[bool, typer.Option("--quiet", help="Show no progress.")]
Which = Annotated[str, typer.Option("--checkpoint", help="latest, best, or a step that is kept.")]
Out = Annotated[Path | None, typer.Option("--out", help="File to write, told by its ending.")]


@app.command()
def train(
    data: Annotated[str | None, typer.Argument(help="A source's name or a file.")] = None,
    second: Annotated[str | None, typer.Argument(help="The second domain.")] = None,
    game: Annotated[str | None, typer.Option(help="Who plays: `saddle list games`.")] = None,
    preset: Annotated[str, typer.Option(help="Start from: `saddle list presets`.")] = "default",
    distance: Annotated[str | None, typer.Option(help="`saddle list distances`.")] = None,
    ratio: Annotated[str | None, typer.Option(help="logistic or bound.")] = None,
    objective: Annotated[str | None, typer.Option(help="exact, zero-sum or swapped.")] = None,
    given: Annotated[str | None, typer.Option(help="Column that conditions.")] = None,
    steps: Annotated[int | None, typer.Option(help="Turns to play.")] = None,
    batch: Annotated[int | None, typer.Option(help="Rows of a move.")] = None,
    seed: Annotated[int | None, typer.Option(help="Of every draw.")] = None,
    device: Annotated[str | None, typer.Option(help="auto, cpu, cuda or mps.")] = None,
    recipe: Annotated[Path | None, typer.Option(help="A recipe in YAML.")] = None,
    start_from: Annotated[
        Path | None, typer.Option("--from", help="A run whose recipe and weights to start from.")
    ] = None,
    change: Setting = None,
    out: Annotated[Path, typer.Option("--out", help="Folder that runs are kept in.")] = Path(
        "runs"
    ),
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print the recipe and stop.")] = False,
    tensorboard: Board = False,
    trust_code: Trust = False,
    quiet: Quiet = False,
) -> None:
    """Train on DATA and leave a run with its report.

    DATA is a source's name (`saddle list sources`), a .csv, .npy, .npz or .parquet of points, or
    a .json drawing. Without it, the grid of 25 Gaussians.
    """
    from saddle.presets import chosen

    flags = {
        "data": data,
        "second": second,
        "game": game,
        "distance": distance,
        "ratio": ratio,
        "objective": objective,
        "given": given,
        "steps": steps,
        "batch": batch,
        "seed": seed,
        "device": device,
    }
    wanted = {key: value for key, value in flags.items() if value is not None}
    made = chosen(preset, recipe, start_from, wanted | settings(change))
    if dry_run:
        sys.stdout.write(made.text())
        return
    from saddle.build.session import start

    session = start(made, out, trusted=trust_code)
    card(session)
    play(session, tensorboard=tensorboard, quiet=quiet, trusted=trust_code)


@app.command()
def resume(
    run: Annotated[Path | None, typer.Argument(help="The run; the latest where left out.")] = None,
    steps: Annotated[int, typer.Option(help="Turns to add.")] = 0,
    change: Setting = None,
    runs: Annotated[Path, typer.Option("--runs", help="Where runs are kept.")] = Path("runs"),
    tensorboard: Board = False,
    trust_code: Trust = False,
    quiet: Quiet = False,
) -> None:
    """Take a run up where it was saved; --steps adds turns, --set changes values."""
    from saddle.build.session import amended
    from saddle.build.session import resume as take_up

    found = find(run, runs)
    changes = settings(change)
    if steps:
        changes["steps"] = amended(found)[0].steps + steps
    session = take_up(found, changes, trusted=trust_code)
    terminal.say(f"resume {found.path} at step {session.state.step} of {session.plan.clock.steps}")
    play(session, tensorboard=tensorboard, quiet=quiet, trusted=trust_code)


@app.command()
def sample(
    run: Annotated[Path, typer.Argument(help="The run.")],
    n: Annotated[int, typer.Option("-n", help="How many.")] = 1000,
    given: Annotated[str | None, typer.Option(help="Condition: a label, or numbers.")] = None,
    seed: Annotated[int, typer.Option(help="Of the draw.")] = 0,
    out: Out = None,
    checkpoint: Which = "latest",
    trust_code: Trust = False,
) -> None:
    """Draw samples; --out FILE.npy, .npz, .csv, .parquet or .png."""
    from saddle.evaluate import load, read_condition
    from saddle.output import write_rows

    trained = load(run, checkpoint=checkpoint, trusted=trust_code)
    condition = None if given is None else read_condition(trained, given)
    drawn = trained.sample(n, given=condition, seed=seed)
    path = out or trained.run.path / "samples" / f"{trained.step:08d}-seed{seed}.csv"
    write_rows(drawn, path)
    terminal.say(f"{n} samples of step {trained.step} in {path}")


@app.command()
def translate(
    run: Annotated[Path, typer.Argument(help="The run.")],
    input: Annotated[Path, typer.Argument(help="A file of rows.")],
    back: Annotated[bool, typer.Option("--back", help="From b to a.")] = False,
    out: Out = None,
    checkpoint: Which = "latest",
    trust_code: Trust = False,
) -> None:
    """Carry the rows of a file from one domain to the other."""
    from saddle.evaluate import load
    from saddle.output import read_rows, write_rows

    trained = load(run, checkpoint=checkpoint, trusted=trust_code)
    trained.must("translate")
    made = trained.translate(read_rows(input), back=back)
    path = out or input.with_name(f"{input.stem}-translated{input.suffix}")
    write_rows({"a" if back else "b": made}, path)
    terminal.say(f"{len(made)} rows in {path}")


@app.command()
def encode(
    run: Annotated[Path, typer.Argument(help="The run.")],
    input: Annotated[Path, typer.Argument(help="A file of rows.")],
    out: Out = None,
    checkpoint: Which = "latest",
    trust_code: Trust = False,
) -> None:
    """Find the latents of the rows of a file."""
    from saddle.evaluate import load
    from saddle.output import read_rows, write_rows

    trained = load(run, checkpoint=checkpoint, trusted=trust_code)
    trained.must("encode")
    made = trained.encode(read_rows(input))
    path = out or input.with_name(f"{input.stem}-encoded{input.suffix}")
    write_rows({"z": made}, path)
    terminal.say(f"{len(made)} latents in {path}")


@app.command()
def inspect(
    data: Annotated[str, typer.Argument(help="A source's name or a file.")],
    second: Annotated[str | None, typer.Argument(help="The second domain.")] = None,
    given: Annotated[str | None, typer.Option(help="Column that conditions.")] = None,
    as_json: Json = False,
) -> None:
    """Tell what training would see of DATA, before training."""
    from saddle.sources import describe, open_source

    described = describe(open_source(data, seed=0, second=second, given=given))
    facts = [*described.facts]
    if as_json:
        terminal.show_json({"facts": dict(facts), "warnings": list(described.warnings)})
    else:
        terminal.show_facts(facts, warnings=described.warnings)


@app.command("list")
def list_(
    kind: Annotated[str | None, typer.Argument(help="distances, sources, games, ...")] = None,
    as_json: Json = False,
) -> None:
    """List what can be chosen, kind by kind."""
    from saddle.listing import KINDS

    if kind is None:
        kinds = [{"kind": name, "what": table.what} for name, table in KINDS.items()]
        terminal.show_table(kinds, as_json=as_json)
        return
    terminal.show_table(KINDS[kind].rows(), as_json=as_json)


@app.command()
def cite(run: Annotated[Path, typer.Argument(help="The run.")], as_json: Json = False) -> None:
    """Print the references of what a run used, as BibTeX."""
    from saddle.listing import references_of
    from saddle.recipe import Recipe

    found = references_of(Recipe.read(find(run, run.parent).recipe))
    if as_json:
        terminal.show_table([vars(reference) for reference in found], as_json=True)
        return
    sys.stdout.write("\n\n".join(reference.bibtex() for reference in found) + "\n")


@app.command()
def report(run: Annotated[Path, typer.Argument(help="The run.")]) -> None:
    """Measure a run again and write its report anew."""
    finish(find(run, run.parent))


@app.command()
def runs(
    folder: Annotated[Path, typer.Argument(help="Where runs are kept.")] = Path("runs"),
    as_json: Json = False,
) -> None:
    """List the runs of a folder."""
    from saddle.listing import rows_of_runs

    terminal.show_table(rows_of_runs(folder), as_json=as_json)


def settings(change: list[str] | None) -> dict[str, Any]:
    """The values of --set."""
    from saddle.recipe import parse_setting

    return dict(parse_setting(text) for text in change or [])


def find(run: Path | None, root: Path) -> Run:
    """The named run, or the latest."""
    from saddle.runs import Run

    return Run.last(root) if run is None else Run.open(run)


def card(session: Session) -> None:
    """Say what is about to be trained."""
    from saddle.build.card import facts, warnings

    terminal.show_facts(facts(session), warnings=warnings(session))


def play(session: Session, *, tensorboard: bool, quiet: bool, trusted: bool) -> None:
    """Play to the end, show it, and leave the report."""
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
        terminal.say(f"stopped at step {session.state.step} of {last}, saved")
        terminal.say(f"go on with: saddle resume {session.run.path}")
        raise typer.Exit(130)
    finish(session.run, trusted=trusted)


def finish(run: Run, *, trusted: bool = False) -> None:
    """Measure, write the report, and say where it is."""
    from saddle.build.session import amended
    from saddle.evaluate import assess
    from saddle.listing import references_of
    from saddle.report import write_report

    found = assess(run, trusted=trusted)
    page = write_report(run, references=references_of(amended(run)[0]))
    columns = ("name", "value", "floor", "n", "better")
    terminal.show_table([{key: row[key] for key in columns} for row in found["measures"]])
    terminal.say(f"report  {page}")
    terminal.say(f"next    saddle sample {run.path} -n 1000 --out samples.csv")


def main() -> None:
    """Run the command line; a user's mistake exits with 2, a failed run with 1."""
    try:
        app()
    except UserError as problem:
        sys.stderr.write(f"saddle: {problem}\n")
        raise SystemExit(2) from None
    except SaddleError as problem:
        sys.stderr.write(f"saddle: {problem}\n")
        raise SystemExit(1) from None


if __name__ == "__main__":
    main()
