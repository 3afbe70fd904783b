"""Pictures of numbers over the steps of a run, with its phases as the ground."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

import numpy as np

from saddle.report.read import Floats, Record
from saddle.report.style import (
    ACCENT,
    CRITIC,
    DASHES,
    FAKE,
    INK,
    MUTED,
    REAL,
    SERIES,
    drawn,
    legend,
    sheet,
    thousands,
    words,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

PLAYERS = ("generator", "critic")
PHASES = {"warm": "#f4efe6", "decay": "#edf1f6"}
"""The ground of a phase; hold is left white."""


@drawn
def losses(record: Record) -> Figure:
    """Each player's terms."""
    names = record.names("losses")
    sides = [(p, [n for n in names if n.partition(".")[0] == p]) for p in PLAYERS]
    shown = [(player, held) for player, held in sides if held]
    figure = sheet(9.0, 3.0)
    axes = figure.subplots(1, len(shown), squeeze=False)
    for ax, (player, held) in zip(axes.flat, shown, strict=True):
        for number, name in enumerate(held):
            line(ax, number, *record.series("losses", name), words(name.partition(".")[2], 30))
        dress(ax, record, f"the {player}'s terms")
        legend(ax, ncols=1 + (len(held) > 3))
    return figure


@drawn
def watch(record: Record) -> Figure:
    """The watched distance and its floor: what two sets of real rows differ by."""
    steps, value = record.series("watch", "value")
    figure = sheet(5.2, 2.9)
    ax = figure.subplots()
    ax.plot(steps, value, color=FAKE, marker="o", ms=2.6, label="samples to data")
    where, floor = record.series("watch", "floor")
    if len(floor):
        ax.plot(where, floor, color=REAL, lw=1.2, ls=DASHES[1], label="floor: data to data")
    if len(value) and min(np.nanmin(value), *floor[:1], np.inf) > 0:
        logarithmic(ax)
    dress(ax, record, words(record.latest("watch", "name") or "watched distance"))
    legend(ax)
    return figure


@drawn
def aucs(record: Record) -> Figure:
    """How strong each critic is: the share of pairs in which it scores real above fake."""
    figure = sheet(5.2, 2.9)
    ax = figure.subplots()
    for number, duel in enumerate(record.names("critics")):
        line(ax, number, *record.series("critics", duel, "auc"), words(duel, 30))
    ax.axhline(0.5, color=MUTED, lw=0.9, ls=DASHES[2])
    ax.annotate(
        "it cannot tell", (0, 0.5), xycoords=("axes fraction", "data"), va="top", color=MUTED,
        fontsize=7.5, xytext=(4, -3), textcoords="offset points",
    )  # fmt: skip
    ax.set_ylim(min(0.4, ax.get_ylim()[0]), 1.02)
    dress(ax, record, "how well the critic tells (AUC)")
    several(ax)
    return figure


@drawn
def scores(record: Record) -> Figure:
    """Mean of the scores of real and of fake rows, with one standard deviation."""
    duels = record.names("critics")
    figure = sheet(5.2, 2.5 * len(duels) + 0.4)
    for ax, duel in zip(figure.subplots(len(duels), 1, squeeze=False).flat, duels, strict=True):
        for side, color in (("real", REAL), ("fake", FAKE)):
            steps, mean = record.series("critics", duel, f"{side}_mean")
            ax.plot(steps, mean, color=color, label=side)
            same, spread = record.series("critics", duel, f"{side}_std")
            if len(same) == len(steps):
                ax.fill_between(steps, mean - spread, mean + spread, color=color, alpha=0.14, lw=0)
        dress(ax, record, f"{words(duel)}: the critic's scores")
        legend(ax, ncols=2)
    return figure


@drawn
def modes(record: Record) -> Figure:
    """Modes captured, and the share of samples that lie close to one."""
    of, captured = record.series("modes", "of")[1], record.series("modes", "captured")
    total = float(of[-1]) if len(of) else float(captured[1].max())
    quality = record.series("modes", "high_quality")
    figure = sheet(5.2, 2.9)
    axes = figure.subplots(1, 1 + bool(len(quality[1])), squeeze=False)[0]
    axes[0].plot(*captured, color=CRITIC, marker="o", ms=2.6)
    axes[0].axhline(total, color=MUTED, lw=0.9, ls=DASHES[2])
    axes[0].set_ylim(0, max(total, 1.0) * 1.06)
    axes[0].locator_params(axis="y", integer=True)
    dress(axes[0], record, f"modes captured, of {total:g}")
    for ax in axes[1:]:
        ax.plot(*quality, color=ACCENT, marker="o", ms=2.6, label="samples")
        steps, perfect = record.series("modes", "perfect")
        if len(perfect):
            ax.plot(steps, perfect, color=REAL, lw=1.2, ls=DASHES[1], label="perfect sampler")
        ax.set_ylim(0, 1.04)
        ax.yaxis.set_major_formatter(lambda value, _: f"{value:.0%}")
        dress(ax, record, "share of high quality")
        several(ax)
    return figure


@drawn
def gradients(record: Record) -> Figure:
    """The norm of each player's gradient."""
    figure = sheet(5.2, 2.9)
    ax = figure.subplots()
    for player, color in zip(PLAYERS, (FAKE, CRITIC), strict=True):
        steps, norm = record.series("gradients", player)
        if len(norm):
            ax.plot(steps, np.where(norm > 0, norm, np.nan), color=color, label=player)
    logarithmic(ax)
    dress(ax, record, "norm of the gradient")
    legend(ax)
    return figure


@drawn
def schedule(record: Record) -> Figure:
    """The scheduled values, each on its own scale."""
    names = record.names("schedule")
    figure = sheet(9.0, 2.1 * -(-len(names) // 3) + 0.2)
    axes = list(figure.subplots(-(-len(names) // 3), min(3, len(names)), squeeze=False).flat)
    for number, ax in enumerate(axes):
        ax.set_visible(number < len(names))
    for ax, name in zip(axes, names, strict=False):
        steps, value = record.series("schedule", name)
        ax.plot(steps, value, color=INK, lw=1.3)
        dress(ax, record, words(name, 30))
        ax.set_xlabel("")
        if len(value) and np.ptp(value) == 0:
            ax.set_yticks(value[:1])
        else:
            ax.locator_params(axis="y", nbins=4)
        ax.yaxis.set_major_formatter(lambda number, _: f"{number:.6g}")
    return figure


def line(ax: Axes, number: int, steps: Floats, value: Floats, label: str) -> None:
    """One of several lines of a kind, told apart by colour and by dash."""
    color, dash = SERIES[number % len(SERIES)], DASHES[number % len(DASHES)]
    dot = "o" if len(steps) == 1 else None
    ax.plot(steps, value, color=color, ls=dash, label=label, marker=dot)


def dress(ax: Axes, record: Record, title: str) -> None:
    """Title, steps, hair lines, phases."""
    ax.set_title(title, pad=15)
    ax.set_xlabel("step")
    thousands(ax.xaxis)
    ax.grid(axis="y")
    steps = [event["step"] for event in record.events]
    if len(steps) > 1:
        ax.set_xlim(steps[0], steps[-1])
    phases(ax, record)


def phases(ax: Axes, record: Record) -> None:
    """The ground of each phase, from its first look to the next phase's, its name above."""
    known = [(e["step"], str(e["phase"])) for e in record.events if e.get("phase")]
    begun = [(next(group)[0], name) for name, group in groupby(known, key=lambda item: item[1])]
    ends = [step for step, _ in begun[1:]] + [step for step, _ in known[-1:]]
    for (start, name), end in zip(begun, ends, strict=True):
        if name in PHASES and end > start:
            ax.axvspan(start, end, color=PHASES[name], lw=0, zorder=-2)
            ax.annotate(
                words(name, 12), ((start + end) / 2, 1), xycoords=("data", "axes fraction"),
                ha="center", va="bottom", xytext=(0, 2), textcoords="offset points", fontsize=7,
                color=MUTED,
            )  # fmt: skip


def logarithmic(ax: Axes) -> None:
    """A logarithmic axis with its ticks as plain numbers."""
    from matplotlib.ticker import LogLocator, NullFormatter

    ax.set_yscale("log")
    ax.yaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0), numticks=8))
    ax.yaxis.set_major_formatter(lambda value, _: f"{value:g}")
    ax.yaxis.set_minor_formatter(NullFormatter())


def several(ax: Axes) -> None:
    """A legend where there is more than one line to tell apart."""
    if len(ax.get_legend_handles_labels()[0]) > 1:
        legend(ax)
