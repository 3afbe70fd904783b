"""Judge anything against anything, runs among them: what draws from a run stands here."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from saddle.errors import Incompatible
from saddle.evaluate.assess import assess
from saddle.evaluate.judged import Judging, names_of_columns
from saddle.evaluate.trained import load
from saddle.judge.evaluation import Evaluation, evaluation
from saddle.judge.sections import Options
from saddle.judge.sides import Drawn, read_sides
from saddle.runs import Json, Run


def evaluate_sides(
    fake: Any,
    real: Any,
    train: Any,
    *,
    columns: str | Sequence[str] | None,
    n: int | None,
    options: Options,
) -> Evaluation:
    """One side judged by the other; each is rows, a file, a source's name or a run's folder."""
    sides = read_sides(fake, real, train, n=n, seed=options.seed, columns=columns, draw=draw_from)
    return evaluation(sides, options)


def evaluate_run(run: Any, data: Any, *, n: int | None, options: Options) -> Json:
    """A run judged by the part of its data that it never saw."""
    if not isinstance(run, str | Path | Run):
        raise Incompatible(
            f"rows alone cannot be judged, got {type(run).__name__}: "
            "saddle.evaluate(fake, against=real)"
        )
    found = run if isinstance(run, Run) else Run.open(Path(run))
    return assess(found, data=data, judging=Judging(options, n))


def draw_from(path: Path, n: int, seed: int) -> Drawn:
    """Samples of a run, and what its columns are called."""
    trained = load(path)
    rows = trained.sample(n, seed=seed)
    if "x" not in rows:
        raise Incompatible(f"{path} draws {' and '.join(rows)}, and x is compared")
    if rows["x"].ndim == 4:
        return Drawn(rows["x"], ())
    x = rows["x"].reshape(n, -1)
    return Drawn(x, tuple(names_of_columns(trained, "x", x.shape[1])))
