"""What `report` draws without measuring: a run's film, its pictures, the page of the theory."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from saddle import terminal
from saddle.errors import Incompatible

if TYPE_CHECKING:
    from saddle.runs import Run

PAGE = Path("theory.html")


def what(
    run: str | None, *, theory: bool, out: Path | None, drawn: tuple[Path | None, ...]
) -> bool:
    """Whether the theory is asked for; refuses words that do not go together."""
    ofrun = [name for name, word in zip(("--film", "--pictures"), drawn, strict=True) if word]
    ofrun += ["RUN"] if run is not None else []
    if theory and ofrun:
        raise Incompatible(
            f"--theory is about no run, got {' and '.join(ofrun)} too; "
            "`saddle report --theory` and `saddle report RUN` are two commands"
        )
    if out is not None and not theory:
        raise Incompatible(
            f"--out {out} goes with --theory alone: a run's report stays in its folder; "
            "--film FILE and --pictures DIR say where they go"
        )
    if not theory and run is None:
        raise Incompatible(
            "report needs RUN, a run's folder or its number in runs/ (`saddle runs` lists them), "
            "or --theory"
        )
    return theory


def page(out: Path | None, *, as_json: bool) -> None:
    """Write the page of the theory, and say where it is."""
    from saddle.report import theory_page

    written = theory_page(out or PAGE)
    if as_json:
        terminal.show_json({"theory": str(written)})
        return
    terminal.say(f"theory  {written}")


def beside(
    named: Sequence[str],
    out: Path | None,
    *,
    drawn: tuple[Path | None, ...],
    theory: bool,
    as_json: bool,
) -> None:
    """Put several runs side by side, from what they recorded: tables, and a page."""
    from saddle.report import comparison, comparison_page

    if theory or any(drawn):
        raise Incompatible("--theory, --film and --pictures go with one run at most: name one RUN")
    runs = [terminal.find(name, Path("runs")) for name in named]
    if len({run.path.resolve() for run in runs}) < len(runs):
        raise Incompatible(f"a run is named twice: {', '.join(str(run.path) for run in runs)}")
    found = comparison(runs, brief=not as_json)
    written = comparison_page(runs, out or BESIDE)
    if as_json:
        terminal.show_json({**found, "report": str(written)})
        return
    for part in ("runs", "differences", "measures"):
        if found[part]:
            terminal.show_table(found[part])
            terminal.say("")
    terminal.say("measures: value / floor, what other real rows score at the same n")
    for line in filter(None, [found["care"]]):
        terminal.say(line)
    terminal.say(f"report  {written}")


BESIDE = Path("runs.html")


def draw(run: Run, film: Path | None, pictures: Path | None, *, as_json: bool) -> None:
    """Save the film and the pictures that were asked for, and say where they are."""
    from saddle.report import film as save_film
    from saddle.report import save_pictures

    moving = None if film is None else save_film(run, film)
    stills = [] if pictures is None else save_pictures(run, pictures)
    if as_json:
        terminal.show_json(
            {
                "run": str(run.path),
                "film": None if moving is None else str(moving),
                "pictures": [str(path) for path in stills],
            }
        )
        return
    if moving is not None:
        terminal.say(f"film      {moving}")
    if stills:
        terminal.say(f"pictures  {len(stills)} in {pictures}")
