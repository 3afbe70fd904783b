"""The command that compares ways of training: `compare`."""

from __future__ import annotations

import shlex
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from saddle import terminal
from saddle.cli.options import Batch, Columns, Given, Json, Plain, Quiet, Steps, app, number, text
from saddle.errors import BadValue, bad
from saddle.runs import Run

if TYPE_CHECKING:
    from saddle.compare.design import Design
    from saddle.compare.outcome import Comparison

Several = list[str] | None
Things = Annotated[
    Several,
    typer.Argument(metavar="[DATA|RUN...]", help="What to train on, or runs that are there."),
]
Distances = Annotated[str | None, text("A,B", "Distances, a contender each.")]
Penalties = Annotated[str | None, text("A,B", "Sets of penalties: r1+r2,gp:between=10,none.")]
Presets = Annotated[str | None, text("A,B", "Presets, a contender each.")]
Settings = Annotated[
    Several,
    typer.Option("--set", metavar="KEY=V1,V2", help="Vary a value; one value is for all."),
]
Seeds = Annotated[str, text("N", "How many seeds, or which: 100-107.")]
Measure = Annotated[str, text("NAME", "What it goes by: sliced-w1, high-quality or modes.")]
Jobs = Annotated[int | None, number("--jobs", "Processes; one a core if left out.")]
Where = Annotated[Path | None, text("DIR", "Folder of the comparison; alone, it goes on.")]
OneByOne = Annotated[bool, typer.Option("--one-by-one", help="Never play seeds as one batch.")]
Plan = Annotated[bool, typer.Option("--dry-run", help="Tell the plan and its cost, stop.")]


@app.command(cls=Plain)
def compare(
    things: Things = None,
    distance: Distances = None,
    penalties: Penalties = None,
    preset: Presets = None,
    change: Settings = None,
    columns: Columns = None,
    given: Given = None,
    seeds: Seeds = "8",
    steps: Steps = None,
    batch: Batch = None,
    measure: Measure = "sliced-w1",
    jobs: Jobs = None,
    out: Where = None,
    one_by_one: OneByOne = False,
    dry_run: Plan = False,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Compare ways of training on equal terms.

    The same data and seeds; equal steps, and equal processor time.

    --distance kl,js plays two contenders; several options are crossed. What was stopped goes on:
    finished runs are not played again. With runs instead of DATA nothing is trained.
    """
    from saddle.compare.contenders import Asked, split
    from saddle.compare.design import design, read
    from saddle.compare.existing import of_runs
    from saddle.compare.record import MEASURED

    _ = MEASURED[measure]
    named = things or []
    axes = [split(words) if words else [] for words in (distance, penalties, preset)]
    asked = Asked(axes[0], axes[1], axes[2], change or [])
    if asked.nothing:
        if out is not None and not named:
            play(read(out), out, jobs=jobs, quiet=quiet, as_json=as_json)
            return
        if len(named) > 1 or (named and (Path(named[0]) / "recipe.yaml").is_file()):
            runs = [terminal.find(name, Path("runs")) for name in named]
            show(of_runs(runs, measure), out, as_json=as_json)
            return
    if len(named) > 1:
        raise BadValue(f"`saddle compare` trains on one DATA, got {named[1]!r} as well")
    flags = {"columns": columns, "given": given, "steps": steps, "batch": batch}
    common = {"data": named[0] if named else "grid", "threads": 1}
    common |= {key: value for key, value in flags.items() if value is not None}
    made = design(
        asked.contenders(common), seeds_of(seeds), measure=measure, together=not one_by_one
    )
    folder = out or made.folder
    if dry_run:
        plan(made, folder, quiet=quiet, as_json=as_json)
        return
    play(made, folder, jobs=jobs, quiet=quiet, as_json=as_json)


def seeds_of(words: str) -> list[int]:
    """A number of seeds, or a range of them.

    >>> seeds_of("3"), seeds_of("100-102"), seeds_of("4,7")
    ([0, 1, 2], [100, 101, 102], [4, 7])
    """
    parts = words.split(",")
    ends = [part.partition("-") for part in parts]
    if not all(a.isdecimal() and (b.isdecimal() or not dash) for a, dash, b in ends):
        raise bad("--seeds", words, "a number, a range such as 100-107, or a list such as 3,5")
    if words.isdecimal():
        return list(range(int(words)))
    found = [n for a, _, b in ends for n in range(int(a), int(b or a) + 1)]
    if len(set(found)) < len(found) or any(dash and int(b) < int(a) for a, dash, b in ends):
        raise bad("--seeds", words, "each seed once, a range from its least to its largest")
    return found


def plan(made: Design, folder: Path, *, quiet: bool, as_json: bool) -> None:
    """What would be played, and what it will cost."""
    from saddle.compare.forecast import forecast
    from saddle.compare.outcome import notes

    with terminal.doing("timing a few turns of each contender", quiet=quiet):
        costs = forecast(made)
    rows = [
        {
            "contender": it.name,
            "steps": it.recipe.steps,
            "seeds": len(made.seeds),
            "CPU min": cost / 60,
        }
        for it, cost in zip(made.contenders, costs, strict=True)
    ]
    if as_json:
        terminal.show_json({"folder": str(folder), "contenders": rows, "apart": made.apart})
        return
    terminal.show_table(rows)
    terminal.say(f"{sum(costs) / 60:.1f} CPU minutes in all, about; {notes(made)[0]}")
    terminal.say(f"would be kept in {folder}")


def play(made: Design, folder: Path, *, jobs: int | None, quiet: bool, as_json: bool) -> None:
    """Play what is left, and tell what it came to; Ctrl-C tells how to go on."""
    from saddle.compare.api import played
    from saddle.compare.outcome import outcome

    total = sum(it.recipe.steps for it in made.contenders) * len(made.seeds)
    try:
        with terminal.Meter(_steps(made, folder), total, quiet=quiet) as meter:
            played(made, folder, jobs=jobs, tell=_Teller(made, folder, meter))
    except KeyboardInterrupt:
        words = shlex.join(["saddle", "compare", "--out", str(folder)])
        sys.stderr.write(f"stopped, everything played so far is saved\ngo on with: {words}\n")
        raise typer.Exit(130) from None
    show(outcome(made, folder), folder, as_json=as_json)


class _Teller:
    """Tells how far a comparison is, now and then."""

    def __init__(self, made: Design, folder: Path, meter: terminal.Meter) -> None:
        self.made, self.folder, self.meter = made, folder, meter

    def every(self, now: float) -> float:
        """Seconds from one line to the next."""
        return self.meter.pause(now) if self.meter.plain else 1.0

    def __call__(self) -> None:
        now = time.monotonic()
        if now - self.meter.told > self.every(now):
            self.meter.told = now
            step = _steps(self.made, self.folder)
            self.meter.tell(step, "step")
            self.meter.say(step)


def _steps(made: Design, folder: Path) -> int:
    """Steps that were recorded, over all runs."""
    from saddle.compare.playing import played_steps, run_of

    numbers = range(len(made.contenders))
    return sum(played_steps(run_of(made, folder, k, s)) for k in numbers for s in made.seeds)


def show(found: Comparison, folder: Path | None, *, as_json: bool) -> None:
    """The table, the sentences, where the page is."""
    page = found.write(folder) if folder is not None else None
    if as_json:
        terminal.show_json(found.json)
        return
    verdict = found.verdict
    terminal.show_table(found.table)
    floor = "" if verdict.floor is None else f", real rows {verdict.floor:.3g}"
    terminal.say(
        f"value: mean at step {verdict.step:.0f}{floor}; equal CPU: after {verdict.cpu:.1f} s each"
    )
    for line in [*found.sentences, *(f"note: {note}" for note in found.notes)]:
        terminal.say(line)
    for name, each in found.curves.items():
        for curve in each:
            if curve.failed is not None:
                terminal.say(f"failed: {name}, {Run(Path(curve.run)).name}: {curve.failed}")
    if page is not None:
        terminal.say(f"page    {page}")
