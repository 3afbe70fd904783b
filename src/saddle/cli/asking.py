"""The commands that tell what there is before training: `inspect` and `list`."""

from __future__ import annotations

import shlex
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
    """Tell what training would see of DATA, and how to train on it."""
    from saddle.build.card import data_card
    from saddle.sources import open_source

    source = open_source(data, seed=0, second=second, columns=columns, given=given)
    facts, said = data_card(source)
    named = {"--columns": columns, "--given": given}
    chosen = [word for pair in named.items() if pair[1] is not None for word in pair]
    words = ["saddle", "train", data, *([second] if second else []), *map(str, chosen)]
    if as_json:
        terminal.show_json({"facts": dict(facts), "warnings": said, "next": shlex.join(words)})
        return
    terminal.show_facts(facts, warnings=said)
    terminal.say(f"next  {shlex.join(words)}")


@app.command("list", cls=Plain)
def list_(
    kind: Annotated[
        str | None, typer.Argument(metavar="KIND", help="distances, sources, games, ...")
    ] = None,
    name: Annotated[
        str | None, typer.Argument(metavar="NAME", help="One of them, told in full.")
    ] = None,
    as_json: Json = False,
) -> None:
    """List what can be chosen: kinds, those of a KIND, or one."""
    from saddle.listing import KINDS

    if kind is None:
        kinds = [{"kind": key, "decides": table.what} for key, table in KINDS.items()]
        terminal.show_table(kinds, as_json=as_json)
    elif name is None:
        terminal.show_table(KINDS[kind].rows(), as_json=as_json)
    else:
        entry, columns = KINDS[kind].entries[name], KINDS[kind].columns
        told = {"name": name, **{title: say(entry) for title, say in columns.items()}}
        terminal.show_entry(told, as_json=as_json)
