"""The application, and the options of its commands."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any

import typer

from saddle.cli.words import Checked, Doors


class Plain(Checked):
    """A command whose help leaves out the types of Python."""

    def get_help(self, ctx: Any) -> str:
        """The help, with blanks where a type stood."""
        words = re.sub(r" <[\w\[\]]+>", lambda type_: " " * len(type_[0]), super().get_help(ctx))
        return re.sub(r"\{(\w+)\}", r"\1", words).replace("  [required]", "")


app = typer.Typer(
    name="saddle",
    cls=Doors,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def whole(text: str | int) -> int:
    """A whole number of the command line, or a default.

    >>> whole("20000"), whole("2e4"), whole("-5"), whole(7)
    (20000, 20000, -5, 7)
    """
    try:
        return int(float(text)) if _POWER.match(str(text)) else int(text)
    except ValueError:
        raise typer.BadParameter(f"a whole number, got {text!r}") from None


_POWER = re.compile(r"\d+e\d\d?$")
"""A whole number as a power of ten, 2e4."""


def number(name: str, words: str) -> Any:
    """An option that takes a whole number."""
    return typer.Option(name, metavar="N", parser=whole, help=words)


def seconds(text: str | float) -> float:
    """A wall time of the command line in seconds: hours, minutes and seconds, or seconds alone.

    >>> seconds("90"), seconds("30m"), seconds("1h30m"), seconds("1.5h")
    (90.0, 1800.0, 5400.0, 5400.0)
    """
    found = _TIME.fullmatch(str(text))
    parts = [float(part) for part in found.groups(default="0")] if found else [0.0]
    total = sum(part * unit for part, unit in zip(parts, (3600, 60, 1), strict=False))
    if not total > 0:
        raise typer.BadParameter(f"a time above 0 such as 90s, 30m or 1h30m, got {text!r}")
    return float(total)


_NUMBER = r"(\d+(?:\.\d+)?)"
_TIME = re.compile(rf"(?:{_NUMBER}h)?(?:{_NUMBER}m)?(?:{_NUMBER}s?)?")


def of_pictures(
    size: int | None, fit: str | None, background: str | None, grey: bool
) -> dict[str, Any]:
    """What a recipe keeps of how pictures are read."""
    said = {"size": size, "fit": fit, "background": background, "grey": grey or None}
    return {f"pictures.{key}": value for key, value in said.items()}


def text(metavar: str, words: str) -> Any:
    """An option that takes a text."""
    return typer.Option(metavar=metavar, help=words)


# ---------------------------------------------------------------------- what several commands take

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
Seeds = Annotated[str | None, text("LIST", "A sample for each seed: 0-63, or 7,1,4.")]
Truncation = Annotated[
    float, typer.Option(metavar="PSI", help="Below 1: samples less varied, nearer to the middle.")
]
Value = Annotated[str | None, text("VALUE", "Condition: a label, or numbers with commas between.")]
Given = Annotated[
    str | None, typer.Option(metavar="COLUMN", help="Column that conditions the rest.")
]
Columns = Annotated[str | None, typer.Option(metavar="A,B", help="Columns that are the points.")]
Size = Annotated[int | None, number("--size", "Pictures: pixels of the side, 64.")]
Fit = Annotated[str | None, text("crop|pad|stretch", "Pictures: how they become squares.")]
Background = Annotated[str | None, text("COLOUR", 'Pictures: what shows through, "#ffffff".')]
Grey = Annotated[bool, typer.Option("--grey", help="Pictures: without their colour.")]
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
Back = Annotated[bool, typer.Option("--back", help="The rows are of the second domain, b.")]
Place = Annotated[Path, text("DIR", "Folder that runs are kept in.")]

# -------------------------------------------------------------------------------- what train takes

GameName = Annotated[str | None, text("GAME", "Who plays: saddle list games.")]
PresetName = Annotated[str | None, text("PRESET", "Start from: saddle list presets.")]
DistanceName = Annotated[str | None, text("DISTANCE", "What close means: saddle list distances.")]
Ratio = Annotated[str | None, text("WAY", "How f-divergences learn p/q: logistic, bound or link.")]
Objective = Annotated[
    str | None, text("WAY", "What G minimises of them: exact, zero-sum or swapped.")
]
Steps = Annotated[int | None, number("--steps", "Turns to play.")]
Stop = Annotated[
    str | None, text("auto|never", "End once it has settled; auto where no --steps are given.")
]
Budget = Annotated[
    float | None,
    typer.Option(metavar="TIME", parser=seconds, help="Time to train within: 90s, 30m, 1h30m."),
]
Batch = Annotated[int | None, number("--batch", "Rows of a move.")]
Seed = Annotated[int | None, number("--seed", "Seed of every draw.")]
Device = Annotated[str | None, text("DEVICE", "auto, cpu, cuda or mps.")]
RecipeFile = Annotated[
    Path | None, text("FILE", "Start from a recipe, as --dry-run --json prints it.")
]
Origin = Annotated[
    str | None,
    typer.Option("--from", metavar="RUN", help="Start from a run's recipe and weights."),
]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Check all, tell the plan, stop; --json: the recipe.")
]
