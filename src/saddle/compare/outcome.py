"""A comparison that was played: its table, its JSON, its picture, read from folders."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from matplotlib.figure import Figure

from saddle.compare.design import Design
from saddle.compare.page import page
from saddle.compare.picture import draw
from saddle.compare.playing import run_of, why_failed
from saddle.compare.record import Curve, Curves, curve
from saddle.compare.verdicts import Verdict, as_json, rows, sentences, verdict
from saddle.runs import Json, Run, write_json, write_text

RESULT, PICTURE, PAGE = "result.json", "compare.png", "compare.html"


@dataclass(frozen=True)
class Comparison:
    """What several ways of training came to, seed by seed.

    Attributes:
        names: the contenders; the others are compared with the first.
        curves: the record of every run, by contender.
        measure: what it goes by.
        folder: where it is kept, or None.
        notes: what a reader should know.
    """

    names: tuple[str, ...]
    curves: Mapping[str, Curves]
    measure: str
    folder: Path | None = None
    notes: tuple[str, ...] = ()

    @cached_property
    def verdict(self) -> Verdict:
        """Means, differences, p-values."""
        return verdict(self.names, self.curves, self.measure)

    @property
    def table(self) -> list[Json]:
        """A row a contender."""
        return rows(self.verdict)

    @property
    def sentences(self) -> list[str]:
        """What it says in words."""
        return sentences(self.verdict)

    @property
    def json(self) -> Json:
        """All of it."""
        runs = {name: [curve.run for curve in self.curves[name]] for name in self.names}
        return {**as_json(self.verdict), "runs": runs, "notes": list(self.notes)}

    def by(self, measure: str) -> Comparison:
        """The same runs by another measure."""
        curves = {
            name: [curve(Run(Path(it.run)), measure, it.failed) if it.run else it for it in each]
            for name, each in self.curves.items()
        }
        return replace(self, curves=curves, measure=measure)

    def __str__(self) -> str:
        """The sentences, a line each."""
        return "\n".join(self.sentences)

    def plot(self, path: Path | str | None = None) -> Figure:
        """The picture; written to a file where one is named."""
        return draw(self.names, self.curves, self.verdict, None if path is None else Path(path))

    def write(self, folder: Path) -> Path:
        """Leave numbers, picture and page in a folder; where the page is."""
        write_json(folder / RESULT, self.json)
        picture = self.plot(folder / PICTURE)
        runs = [
            {"contender": name, "run": curve.run, "end": curve.end[0], "failed": curve.failed}
            for name in self.names
            for curve in self.curves[name]
        ]
        write_text(folder / PAGE, page(self.verdict, picture, self.notes, runs))
        return folder / PAGE


def outcome(design: Design, folder: Path) -> Comparison:
    """What the runs of a folder came to."""
    curves = {
        contender.name: [_curve(design, folder, k, seed) for seed in design.seeds]
        for k, contender in enumerate(design.contenders)
    }
    names = tuple(contender.name for contender in design.contenders)
    return Comparison(names, curves, design.measure, folder, notes(design))


def _curve(design: Design, folder: Path, number: int, seed: int) -> Curve:
    run = run_of(design, folder, number, seed)
    assert run is not None, "a comparison is told when all its runs are there"
    return curve(run, design.measure, why_failed(run))


def notes(design: Design) -> tuple[str, ...]:
    """What a reader should know of how it was played."""
    how = (
        f"the {len(design.seeds)} seeds of a contender were played as one batch; its time is "
        "shared among them"
        if design.apart is None
        else f"every run was played by itself ({design.apart})"
    )
    return (
        how,
        "at equal processor time the slower ones are not at their end, nor their rates at rest",
    )
