"""The application, and the options that several commands share."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperCommand


class Plain(TyperCommand):
    """A command whose help leaves out the types of Python."""

    def get_help(self, ctx: Any) -> str:
        """The help, with blanks where a type stood."""
        words = re.sub(r" <[\w\[\]]+>", lambda type_: " " * len(type_[0]), super().get_help(ctx))
        return re.sub(r"\{(\w+)\}", r"\1", words).replace("  [required]", "")


app = typer.Typer(
    name="saddle",
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def whole(text: str) -> int:
    """A whole number of the command line."""
    try:
        return int(text)
    except ValueError:
        raise typer.BadParameter(f"it must be a whole number, got {text!r}") from None


Data = Annotated[
    str | None, typer.Argument(metavar="DATA", help="A source's name, or a file of points.")
]
Second = Annotated[
    str | None, typer.Argument(metavar="DATA_B", help="A second domain, to translate to.")
]
RunName = Annotated[
    str, typer.Argument(metavar="RUN", help="A run's folder, or its number in runs/.")
]
Rows = Annotated[Path, typer.Argument(metavar="INPUT", help="A file of rows: .csv, .npy, .npz.")]
Given = Annotated[
    str | None, typer.Option(metavar="COLUMN", help="Column that conditions the rest.")
]
Columns = Annotated[str | None, typer.Option(metavar="A,B", help="Columns that are the points.")]
Setting = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY=VALUE", help="Change a value of the recipe."),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Trust = Annotated[bool, typer.Option("--trust-code", help="Import your own module:Class.")]
Board = Annotated[bool, typer.Option("--tensorboard", help="Also write TensorBoard events.")]
Quiet = Annotated[bool, typer.Option("--quiet", help="Show no progress.")]
Which = Annotated[
    str, typer.Option("--checkpoint", metavar="STEP", help="latest, best, or a step that is kept.")
]
Out = Annotated[
    Path | None,
    typer.Option("--out", metavar="FILE", help=".csv, .npy, .npz, .parquet, or .png (a picture)."),
]


def number(name: str, words: str) -> Any:
    """An option that takes a whole number."""
    return typer.Option(name, metavar="N", parser=whole, help=words)


def text(metavar: str, words: str) -> Any:
    """An option that takes a text."""
    return typer.Option(metavar=metavar, help=words)
