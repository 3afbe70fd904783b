"""Pictures of rows that belong to something: to what was given, or to a partner."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from saddle.report.canvas import Canvas, canvas, finite, rise
from saddle.report.clouds import panels, remark, rows
from saddle.report.read import Array, Arrays, Record
from saddle.report.shown import CLOUDS, kind_of
from saddle.report.style import FAKE, INK, LABELS, MUTED, cloud_legend, drawn, legend, sheet

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Given = tuple[str, Array, Array]
"""A title, rows, and what was given for each of them."""

PAIRS = (
    ("watched", "reconstruction", "x", "G(E(x))"),
    ("a", "a_to_b", "a", "a → b"),
    ("b", "b_to_a", "b", "b → a"),
)
"""Rows of which each has a partner: from, to, and how both are called."""

JOINS = 120
"""Pairs of which the joining line is drawn."""


@drawn
def conditional(record: Record) -> Figure:
    """Data and samples side by side, coloured by what was given."""
    look = [look for look in record.looks if "given" in look.arrays][-1]
    panel = panels(record, look)[0]
    sides = [("data", panel.real, record.real.get("given"))]
    sides += [("samples", panel.fake, look.arrays["given"])]
    held = [(title, x, given) for title, x, given in sides if given is not None and len(x)]
    if all(given.ndim == 1 for _, _, given in held):
        return by_label(held, panel.canvas)
    return by_point([(title, x, rows(given)) for title, x, given in held], panel.canvas)


def by_label(sides: list[Given], place: Canvas) -> Figure:
    """A colour a class; its number stands at the mean of its rows."""
    high = 0.7 + 4.0 * rise(place) if sides[0][1].shape[1] > 1 else 3.4
    figure = sheet(4.5 * len(sides) + (len(sides) < 2), high)
    classes = sorted({c for _, _, given in sides for c in given.tolist()})
    axes = figure.subplots(1, len(sides), squeeze=False)
    for ax, (title, x, given) in zip(axes.flat, sides, strict=True):
        for number, label in enumerate(classes):
            if (mine := x[: len(given)][given == label]).size:
                place.fake(ax, mine, color=LABELS[number % len(LABELS)], label=str(label))
        place.dress(ax)
        ax.set_title(f"{title} by label")
        if x.shape[1] == 1 and len(classes) <= len(LABELS):
            legend(ax, loc="upper right", ncols=2, title="label")
        name_classes(ax, place, x[: len(given)], given, classes)
    return figure


def name_classes(ax: Axes, place: Canvas, x: Array, given: Array, classes: list[Any]) -> None:
    """The number of each class in the plane, beside its rows on the outer side."""
    middle = np.median(place.at(finite(x)), axis=0)
    for label in classes if x.shape[1] > 1 else []:
        inside = finite(x[given == label])
        if len(inside):
            at = np.median(place.at(inside), axis=0)
            away = at - middle
            beside = 15 * away / max(float(np.linalg.norm(away)), 1e-12)
            ax.annotate(
                str(label), (float(at[0]), float(at[1])), xytext=(beside[0], beside[1]),
                textcoords="offset points", ha="center", va="center", fontsize=8, color=INK,
                fontweight="bold", annotation_clip=True,
            )  # fmt: skip


def by_point(sides: list[Given], place: Canvas) -> Figure:
    """The given as a colour, or as the first axis where it and the sample are one number each."""
    flat = sides[0][1].shape[1] == 1
    figure = sheet(4.5 * len(sides) + (len(sides) < 2), 4.2)
    low, high = np.quantile(finite(sides[0][2])[:, 0], [0.01, 0.99])
    axes = figure.subplots(1, len(sides), squeeze=False, sharex=flat, sharey=flat)
    for ax, (title, x, given) in zip(axes.flat, sides, strict=True):
        c, n = given[:, 0], min(len(x), len(given))
        at = np.column_stack([c[:n], x[:n, 0]]) if flat else place.at(x[:n])
        dots = ax.scatter(*at.T, c=c[:n], s=7, lw=0, cmap="cividis", vmin=low, vmax=high)
        if flat:
            ax.set(xlabel="given", ylabel="x")
        else:
            place.dress(ax)
        ax.set_title(f"{title} by what was given")
    if not flat:
        bar = figure.colorbar(dots, ax=axes, shrink=0.8, aspect=28, pad=0.02)
        bar.set_label("given, first coordinate")
        bar.outline.set_visible(False)
    return figure


@drawn
def pairs(record: Record) -> Figure:
    """Each row and its partner: joined in the plane, one against the other on a line."""
    look = [look for look in record.looks if paired(look.arrays)][-1]
    shown = paired(look.arrays)
    flat = rows(look.arrays[shown[0][0]]).shape[1] == 1
    draw = graph if flat else partial(joined, columns=record.columns("x"))
    figure = sheet(9.0, 4.6) if len(shown) > 1 else sheet(6.2, 5.6)
    axes = figure.subplots(1, len(shown), squeeze=False)
    for ax, (start, end, *names) in zip(axes.flat, shown, strict=True):
        draw(ax, rows(look.arrays[start]), rows(look.arrays[end]), names)
        ax.set_title(f"{names[0]} and {names[1]}, step {look.step:,}")
    return figure


def joined(ax: Axes, x: Array, y: Array, names: list[str], *, columns: Sequence[str] = ()) -> None:
    """Rows of the plane and their partners, a thin line between."""
    place = canvas(np.concatenate([x, y]), columns=columns)
    place.real(ax, x, label=names[0])
    place.fake(ax, y, label=names[1])
    place.dress(ax)
    start, end = place.at(x[:JOINS]), place.at(y[:JOINS])
    both = np.stack([start, end, np.full_like(start, np.nan)], axis=1).reshape(-1, 2)
    ax.plot(both[:, 0], both[:, 1], color=INK, lw=0.6, alpha=0.6, zorder=3)
    cloud_legend(ax)
    remark(ax, place.note)


def graph(ax: Axes, x: Array, y: Array, names: list[str]) -> None:
    """Numbers against their partners; on the thin line the two are equal."""
    ax.plot(x[:, 0], y[:, 0], "o", ms=2.6, mew=0, color=FAKE, alpha=0.6)
    ax.axline((float(finite(x)[0, 0]), float(finite(x)[0, 0])), slope=1, color=MUTED, lw=0.7)
    ax.set(xlabel=names[0], ylabel=names[1])
    ax.margins(0.08)


def paired(held: Arrays) -> list[tuple[str, str, str, str]]:
    """The pairs of rows that a look holds, of equal dimension."""
    return [p for p in both_of(held, CLOUDS) if width(held[p[0]]) == width(held[p[1]])]


def both_of(held: Arrays, kind: str) -> list[tuple[str, str, str, str]]:
    """The pairs of a kind that a look holds."""
    there = [pair for pair in PAIRS if pair[0] in held and pair[1] in held]
    return [p for p in there if {kind_of(held[p[0]]), kind_of(held[p[1]])} == {kind}]


def width(x: Array) -> int:
    """Numbers of a row."""
    return int(rows(x).shape[1])


@drawn
def rows_alone(held: dict[str, Array], names: Mapping[str, Sequence[str]]) -> Figure:
    """Rows by key, a panel a key, by what was given where there is that."""
    given = held.get("given")
    shown = {key: rows(x) for key, x in held.items() if key != "given"}
    if given is not None and "x" in shown:
        place = canvas(shown["x"], columns=names.get("x", ()))
        if given.ndim == 1 and given.dtype.kind in "iubUS":
            return by_label([("samples", shown["x"], given)], place)
        return by_point([("samples", shown["x"], rows(given))], place)
    figure = sheet(5.4 * len(shown), 5.4)
    axes = figure.subplots(1, len(shown), squeeze=False)
    for ax, (key, x) in zip(axes.flat, shown.items(), strict=True):
        place = canvas(x, name=key, columns=names.get(key, ()))
        place.fake(ax, x)
        place.dress(ax)
        remark(ax, place.note)
        ax.set_title(f"{key} (n = {len(x):,})")
    return figure
