"""The commands that look into a generator of pictures: `walk`, `nearest`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from saddle import terminal
from saddle.cli.acts import Reading
from saddle.cli.options import (
    Json,
    Plain,
    RunName,
    Seeds,
    Truncation,
    Trust,
    Value,
    Which,
    app,
    number,
)
from saddle.cli.seeding import (
    classes_of,
    condition_of,
    in_groups,
    must_make_pictures,
    one_way,
    read_seeds,
)

if TYPE_CHECKING:
    from saddle.evaluate.nearest import Neighbours


@app.command(cls=Plain)
def walk(
    run: RunName,
    out: Annotated[
        Path, typer.Option(metavar="FILE", help=".gif, .webp or .png (animated).")
    ] = Path("walk.webp"),
    seeds: Seeds = "0-3",
    frames: Annotated[int, number("--frames", "Frames of the film.")] = 60,
    rows: Annotated[
        int, number("--rows", "Walks side by side, each with its share of seeds.")
    ] = 1,
    given: Value = None,
    every_class: Annotated[
        bool, typer.Option("--every-class", help="Each walk under every label, a column a label.")
    ] = False,
    truncation: Truncation = 1.0,
    checkpoint: Which = "latest",
    trust_code: Trust = False,
    as_json: Json = False,
) -> None:
    """Film the way from picture to picture.

    From the picture of one seed to that of the next, and back to the first: along great circles
    where noise is normal, straight where it is uniform. The label stays the first seed's, or is
    the one given.
    """
    from saddle.output import must_be_film, write_walks

    must_be_film(out)
    one_way(every_class, given)
    walks = in_groups(read_seeds(seeds or ""), rows)
    to = Reading(checkpoint, trust_code, as_json)
    trained = to.load(run)
    must_make_pictures(trained, "walk")
    conditions = [*classes_of(trained)] if every_class else [condition_of(trained, given)]
    with terminal.doing("walking", quiet=as_json):
        found = [
            trained.walk(some, frames, given=condition, truncation=truncation)
            for some in walks
            for condition in conditions
        ]
    write_walks(found, out, columns=len(conditions) if every_class else None)
    told = {"frames": frames, "walks": walks, "step": trained.step, "out": str(out)}
    labels = [str(it) for it in conditions] if every_class else []
    across = f", from left to right {', '.join(labels)}," if labels else ""
    many = "a walk" if len(walks) == 1 else f"{len(walks)} walks"
    to.tell(told | {"classes": labels}, f"{frames} frames of {many}{across} in {out}")


@app.command(cls=Plain)
def nearest(
    run: RunName,
    seeds: Seeds = "0-15",
    k: Annotated[int, number("-k", "Training pictures beside each sample.")] = 3,
    given: Value = None,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Also write a sheet of them: .png.")
    ] = None,
    checkpoint: Which = "latest",
    trust_code: Trust = False,
    as_json: Json = False,
) -> None:
    """Find the training pictures nearest to samples.

    Copies show as distances far below those of held-out pictures, which stand beside them.
    Distances are between what measures compare: small pictures and where their edges lie.
    """
    from saddle.build.resuming import take_up
    from saddle.evaluate.nearest import neighbours_of
    from saddle.output import must_be_sheet

    must_be_sheet(out)
    wanted = read_seeds(seeds or "")
    to = Reading(checkpoint, trust_code, as_json)
    trained = to.load(run)
    must_make_pictures(trained, "nearest")
    condition = condition_of(trained, given)
    materials = take_up(trained.recipe, trained.run, None, trusted=trust_code)
    with terminal.doing("comparing with training pictures", quiet=as_json):
        found = neighbours_of(trained, materials, wanted, k=k, given=condition)
    show(found, out, as_json=as_json, step=trained.step)


def show(found: Neighbours, out: Path | None, *, as_json: bool, step: int) -> None:
    """Distances beside those of held-out pictures; the sheet, where one was asked for."""
    from saddle.output import write_neighbours

    if out is not None:
        write_neighbours(found.samples, found.train, out)
    floor = found.floor()
    if as_json:
        where = None if out is None else str(out)
        terminal.show_json(
            {"step": step, "held out": floor, "samples": found.told(), "out": where}
        )
        return
    columns = ("seed", "nearest", "held-out rows that are nearer")
    terminal.show_table(
        [
            {**{key: it[key] for key in columns}, "training row": it["training rows"][0]}
            for it in found.told()
        ]
    )
    terminal.say(
        f"held-out pictures: {floor['median']:.4g} from the nearest of {floor['of']} "
        f"in the median, 90 % between {floor['5 %']:.4g} and {floor['95 %']:.4g} "
        f"(n = {floor['n']})"
    )
    if out is not None:
        terminal.say(f"sheet  {out}")
