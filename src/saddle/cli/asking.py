"""The commands that tell what there is before training: `inspect` and `list`."""

from __future__ import annotations

import shlex
from typing import Annotated

import typer

from saddle import terminal
from saddle.cli.options import (
    Background,
    Columns,
    Fit,
    Given,
    Grey,
    Json,
    Plain,
    Quiet,
    Second,
    Size,
    app,
    of_pictures,
)


@app.command(cls=Plain)
def inspect(
    data: Annotated[str, typer.Argument(metavar="DATA", help="A folder, a file, a name.")],
    second: Second = None,
    columns: Columns = None,
    given: Given = None,
    size: Size = None,
    fit: Fit = None,
    background: Background = None,
    grey: Grey = False,
    as_json: Json = False,
) -> None:
    """Tell what training would see of DATA, and how to train on it."""
    from saddle.build.card import data_card
    from saddle.build.materials import find_source
    from saddle.build.pictures import left_out, must_suit
    from saddle.recipe import Recipe

    rows = {"data": data, "second": second, "columns": columns, "given": given}
    recipe = Recipe().amended({**rows, **of_pictures(size, fit, background, grey)})
    source = find_source(recipe, None, None, trusted=False)
    must_suit(recipe, source)
    facts, said = data_card(source)
    named = {"--columns": columns, "--given": given, "--size": size, "--fit": fit}
    named |= {"--background": background}
    chosen = [str(word) for pair in named.items() if pair[1] is not None for word in pair]
    words = ["saddle", "train", data, *([second] if second else []), *chosen, *["--grey"] * grey]
    if as_json:
        told = {"facts": dict(facts), "warnings": said, "next": shlex.join(words)}
        out = [{"path": one.path, "why": one.why} for one in left_out(source)]
        terminal.show_json({**told, "left_out": out})
        return
    terminal.show_facts(facts, warnings=said)
    terminal.say(f"next  {shlex.join(words)}")


@app.command(cls=Plain)
def data(
    name: Annotated[
        str | None, typer.Argument(metavar="NAME", help="The set to bring here; all are listed.")
    ] = None,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """List the sets of pictures that have a name, or bring one here.

    Nothing is fetched unasked. What was broken off goes on; a folder that SADDLE_DATA names is
    looked in first.
    """
    from saddle.sources import DATA
    from saddle.sources.fetch import terms_of
    from saddle.sources.named import where

    if name is None:
        rows = [
            {"name": key, "about": it.about, "terms": terms_of(head), "here": where(head)}
            for key, it in DATA.describe()
            for head in [key.partition(":")[0]]
        ]
        terminal.show_table(rows, as_json=as_json)
        return
    folder = where(name) or brought(DATA[name].base or name, quiet=quiet or as_json)
    told = {"name": name, "here": folder, "terms": terms_of(name)}
    if as_json:
        terminal.show_json(told)
        return
    terminal.say(f"{name} is in {folder}: {told['terms']}")
    terminal.say(f"next  saddle train {name}")


def brought(name: str, *, quiet: bool) -> str:
    """Fetch a set, and say how far it is."""
    from saddle.errors import RunError
    from saddle.sources.fetch import fetch

    try:
        with terminal.Loading(quiet=quiet) as loading:
            return str(fetch(name, progress=loading.see))
    except RunError as problem:
        raise RunError(
            f"{problem}\nwithout a network: put the files into a folder {name} and name the "
            "folder above it in SADDLE_DATA"
        ) from problem


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
