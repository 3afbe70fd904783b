"""The commands that tell what there is before training: `inspect` and `list`."""

from __future__ import annotations

from typing import Annotated

import typer

from saddle import terminal
from saddle.cli.options import Columns, Given, Json, Plain, Second, app


@app.command(cls=Plain)
def inspect(
    data: Annotated[str, typer.Argument(metavar="DATA", help="A source's name, or a file.")],
    second: Second = None,
    columns: Columns = None,
    given: Given = None,
    as_json: Json = False,
) -> None:
    """Tell what training would see of DATA."""
    from saddle.build.card import data_card
    from saddle.sources import open_source

    source = open_source(data, seed=0, second=second, columns=columns, given=given)
    facts, said = data_card(source)
    if as_json:
        terminal.show_json({"facts": dict(facts), "warnings": said})
    else:
        terminal.show_facts(facts, warnings=said)


@app.command("list", cls=Plain)
def list_(
    kind: Annotated[
        str | None, typer.Argument(metavar="KIND", help="distances, sources, games, ...")
    ] = None,
    as_json: Json = False,
) -> None:
    """List what can be chosen, kind by kind."""
    from saddle.listing import KINDS

    kinds = [{"kind": name, "decides": table.what} for name, table in KINDS.items()]
    terminal.show_table(kinds if kind is None else KINDS[kind].rows(), as_json=as_json)
