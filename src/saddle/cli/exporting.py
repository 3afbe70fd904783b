"""The command `export`: a run's generator for other programs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from saddle.cli.acts import Reading
from saddle.cli.options import Json, Plain, RunName, Trust, Which, app
from saddle.errors import bad


@app.command(cls=Plain)
def export(
    run: RunName,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="Where; RUN/generator.onnx.")
    ] = None,
    checkpoint: Which = "latest",
    trust_code: Trust = False,
    as_json: Json = False,
) -> None:
    """Write a run's generator as ONNX, checked against the run.

    Its input is noise (and a condition where the run has any), its output samples in the data's
    own units: no code of saddle is needed to draw.
    """
    if out is not None and out.suffix.lower() != ".onnx":
        raise bad("--out", str(out), "a file that ends in .onnx")
    to = Reading(checkpoint, trust_code, as_json)
    trained = to.load(run)
    from saddle.export import export as write

    made = write(trained, out or trained.run.path / "generator.onnx")
    to.tell(
        {"out": str(made.path), "error": made.error, "bytes": made.bytes, **made.metadata},
        f"{made.path}: {made.bytes / 2**20:.1f} MiB, within {made.error:.1g} of the run's samples",
    )
