"""What `saddle sample --refine` and `--weights` do: judge the draws of a run, and tell how."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from saddle import terminal

if TYPE_CHECKING:
    from saddle.cli.acts import Reading
    from saddle.evaluate import Trained
    from saddle.runs import Json


def draw_refined(
    trained: Trained, n: int, path: Path, *, seed: int, weights: bool, to: Reading
) -> None:
    """Write refined or weighted samples, and say what was thrown away or what they weigh."""
    from saddle.evaluate.refining import refine, refiner, weighted
    from saddle.output import names_of, write_rows

    with terminal.doing("learning what tells draws from real rows", quiet=to.as_json):
        judge = refiner(trained, trusted=to.trusted, seed=seed)
    made = (weighted if weights else refine)(trained, n, judge, seed=seed)
    write_rows(made.rows, path, names=names_of(trained.spaces))
    told = {"rows": n, "step": trained.step, "seed": seed, "out": str(path), **made.facts}
    to.tell(told, f"{n} samples of step {trained.step} in {path}\n{_in_words(made.facts)}")


def _in_words(facts: Json) -> str:
    """How they were judged, in two lines."""
    of = (
        f"{facts['acceptance']:.1%} of {facts['drawn']} draws were kept"
        if "acceptance" in facts
        else f"weighted, {facts['drawn']} samples say as much as {facts['effective']:.0f}"
    )
    return (
        f"{of}; p/q is held below {facts['cap']:.3g}, which {facts['capped_share']:.2%} of them "
        f"exceed\njudged by critics of {facts['real_rows']} real rows and as many draws: AUC "
        f"{facts['auc']:.3f}, calibration error {facts['calibration_error']:.3f}"
    )
