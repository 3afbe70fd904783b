"""One picture of a comparison: the measure against steps, against time, and where it ended."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from saddle.compare.record import MEASURED, Curves
from saddle.compare.verdicts import Standing, Verdict
from saddle.measure.base import Floats
from saddle.measure.paired import t_interval

COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00", "#000000", "#999999")
"""Okabe and Ito's, which those who see few colours tell apart."""

POINTS = 120


def draw(
    names: Sequence[str], curves: Mapping[str, Curves], found: Verdict, path: Path | None = None
) -> Figure:
    """Three panels; written to a file where one is named."""
    tall = max(3.4, 1.6 + 0.42 * len(names))
    figure = Figure(figsize=(11, tall), layout="constrained")
    left, middle, right = figure.subplots(1, 3, width_ratios=(1, 1, 1.1))
    colours = {name: COLOURS[k % len(COLOURS)] for k, name in enumerate(names)}
    for name in names:
        _band(left, [(c.step, c.value) for c in curves[name]], colours[name])
        _band(middle, [(c.cpu, c.value) for c in curves[name]], colours[name])
    words = MEASURED[found.measure].words
    left.set(xlabel="steps", ylabel=words)
    middle.set(xlabel="processor seconds a run")
    middle.axvline(found.cpu, color="#888888", linewidth=0.8, linestyle=":")
    for axes in (left, middle):
        _frame(axes, found)
    _ends(right, found.at_step, [colours[name] for name in names])
    right.set(xlabel=f"{words}, step {found.step:.0f}", title="ends, mean with 95 % interval")
    left.set(title="equal steps")
    middle.set(title="equal processor time")
    for axes in (left, middle, right):
        axes.title.set_fontsize(10)
        axes.spines[["top", "right"]].set_visible(False)
    if path is not None:
        figure.savefig(path, dpi=150)
    return figure


def _band(axes: Axes, lines: Sequence[tuple[Floats, Floats]], colour: str) -> None:
    """The mean over seeds with its interval, on straight lines between looks."""
    there = [(x, y) for x, y in lines if len(x) > 1]
    if not there:
        return
    last = min(x[-1] for x, _ in there)
    at = np.linspace(max(x[0] for x, _ in there), last, POINTS)
    values = np.array([np.interp(at, x, y) for x, y in there])
    axes.plot(at, values.mean(0), color=colour, linewidth=1.6)
    ends = [t_interval(column) for column in values.T]
    if all(end is not None for end in ends):
        low, high = np.array(ends, dtype=float).T
        axes.fill_between(at, np.maximum(low, values.min(0) * 0.5), high, color=colour, alpha=0.15)


def _frame(axes: Axes, found: Verdict) -> None:
    """A logarithmic scale where a measure is the better the lower, and what real rows score."""
    if MEASURED[found.measure].better == "lower":
        axes.set_yscale("log")
    if found.floor is not None:
        axes.axhline(found.floor, color="#888888", linewidth=0.8, linestyle="--")
        axes.annotate("real rows", (0.99, found.floor), xycoords=("axes fraction", "data"),
                      ha="right", va="bottom", fontsize=8, color="#666666")  # fmt: skip


def _ends(axes: Axes, standings: Sequence[Standing], colours: Sequence[str]) -> None:
    """Every seed as a point, the mean with its interval."""
    for k, (standing, colour) in enumerate(zip(standings, colours, strict=True)):
        y = len(standings) - 1 - k
        axes.plot(standing.values, np.full(len(standing.values), y + 0.14), ".", color=colour,
                  alpha=0.5, markersize=5)  # fmt: skip
        if standing.interval is not None:
            axes.plot(standing.interval, (y, y), color=colour, linewidth=2)
        axes.plot([standing.mean], [y], "o", color=colour, markersize=6)
    axes.set_yticks(range(len(standings)), [it.name for it in reversed(standings)])
    axes.set_ylim(-0.6, len(standings) - 0.4)
