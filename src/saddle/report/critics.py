"""Pictures of what the critic says, and of where it sends the samples."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from saddle.report.canvas import ARROWS, Box, Canvas, canvas, rise
from saddle.report.clouds import Panel, key_of, panels, remark, rows
from saddle.report.read import Array, Floats, Look, Record
from saddle.report.shade import LOG_RATIO, Shade, base, meaning, probability, score
from saddle.report.style import drawn, sheet, words

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

POINTS = 600
"""Rows of each side that are drawn on a surface."""

ENOUGH = 20
"""Rows of exactly one condition that are enough to show; with fewer, their neighbours join."""


@drawn
def critic(record: Record, duel: str) -> Figure:
    """A critic's score over the data: beside D = sigmoid(v), or one panel a condition."""
    look = [look for look in record.looks if surfaces(look, duel)][-1]
    names = surfaces(look, duel)
    scales = [score(record, name, [look]) for name in names]
    limit = max(scale.limit for scale in scales)
    shown = [(n, replace(scale, limit=limit)) for n, scale in zip(names, scales, strict=True)]
    if len(names) == 1 and meaning(record, duel) == LOG_RATIO:
        shown.append((names[0], probability()))
    flat = look.surfaces()[names[0]].ndim == 1
    across = min(2, len(shown))
    down = -(-len(shown) // across)
    width = 9.0 if across > 1 or flat else 6.2
    tall = 0.8 + (width / across - 1.4) * rise(place_of(record, look, duel))
    figure = sheet(width, down * (3.6 if flat else tall))
    axes = list(figure.subplots(down, across, squeeze=False).flat)
    for ax in axes[len(shown) :]:
        ax.set_visible(False)
    for ax, (name, shade) in zip(axes, shown, strict=False):
        judged(ax, record, look, name, shade)
        what = "D" if shade.probability else "score"
        ax.set_title(given(name) or f"{words(duel, 30)}: {what}{smoothing(record, duel)}")
    if given(names[0]):
        title = f"{words(duel, 30)}: score{smoothing(record, duel)}"
        figure.suptitle(title, x=0.02, ha="left", fontsize=10, weight="bold")
    return figure


def surfaces(look: Look, duel: str) -> list[str]:
    """The surfaces of a duel: one, or one a condition."""
    return [name for name in look.surfaces() if base(name) == duel]


def given(name: str) -> str:
    """The condition of a surface in words; nothing where it has none.

    >>> given("duel@-3.14159, 0.5"), given("duel")
    ('given -3.14, 0.5', '')
    """
    c = condition(name)
    text = c if isinstance(c, str) else ", ".join(f"{value:.3g}" for value in c)
    return f"given {words(text, 24)}" if text else ""


def condition(name: str) -> list[float] | str:
    """The condition of a surface named `DUEL@1, 2` or `DUEL@left`; nothing where it has none."""
    text = name.partition("@")[2]
    try:
        return [float(part) for part in text.split(",")] if text else []
    except ValueError:  # a label that is a text
        return text


def judged(ax: Axes, record: Record, look: Look, name: str, shade: Shade) -> None:
    """One critic on one scale, with the clouds that it tells apart."""
    grid = look.surfaces()[name]
    box = record.box(key_of(base(name))) or unit(grid)
    place = place_of(record, look, base(name))
    for panel in mine(record, look, base(name)):
        real, fake = asked(record, look, panel, condition(name))
        place.real(ax, real[:POINTS])
        place.fake(ax, fake[:POINTS])
    image = place.critic(ax, grid, box, shade)
    place.dress(ax)
    if image is not None:
        bar = ax.figure.colorbar(image, cax=ax.inset_axes((1.03, 0.06, 0.03, 0.88)))
        bar.set_label(shade.label)
        bar.outline.set_visible(False)


def mine(record: Record, look: Look, duel: str) -> list[Panel]:
    """The clouds that a duel tells apart: one panel, or none."""
    return [panel for panel in panels(record, look) if panel.key == key_of(duel)]


def place_of(record: Record, look: Look, duel: str) -> Canvas:
    """Where a duel's clouds are drawn; its box alone where there are none."""
    held = mine(record, look, duel)
    if held:
        return held[0].canvas
    shown = [look.surfaces()[name] for name in surfaces(look, duel)]
    box = record.box(key_of(duel)) or unit(shown[0])
    return canvas(corners(box), box=box)


def asked(record: Record, look: Look, panel: Panel, c: list[float] | str) -> tuple[Array, Array]:
    """Real and generated rows of one condition; all of them where none is named."""
    sides = [(panel.real, record.real.get("given")), (panel.fake, look.arrays.get("given"))]
    if not c:
        return panel.real, panel.fake
    real, fake = (near(x, held, c) for x, held in sides)
    return real, fake


def near(x: Array, held: Array | None, c: list[float] | str) -> Array:
    """Rows of which the given is c, or is nearest to it where too few have it."""
    if held is None or len(held) != len(x):
        return x[:0]
    if isinstance(c, str):
        labelled: Array = x[held == c]
        return labelled
    away = np.linalg.norm(rows(held) - np.array(c), axis=1)
    wanted = max(ENOUGH, len(x) // 20)
    alike = int((away == 0).sum())
    return x[np.argsort(away, kind="stable")[: alike if alike >= ENOUGH else wanted]]


def unit(grid: Array) -> Box:
    """The box of a surface of which none was kept: from 0 to 1."""
    return (0.0, 1.0) * grid.ndim


def corners(box: Box) -> Floats:
    """Two rows that span a box."""
    edges: Floats = np.reshape(box, (-1, 2)).T.astype(np.float64)
    return edges


def smoothing(record: Record, duel: str) -> str:
    """What keeps the critic from its optimum, in brackets; empty where nothing does."""
    penalties, labels = (record.recipe.get(key) or () for key in ("penalties", "labels"))
    names, cures = (", ".join(map(str, found)) for found in (penalties, labels))
    off = "taken off" if meaning(record, duel) == LOG_RATIO else "shift it"
    said = [f"smoothed by {words(names, 28)}"] if names else []
    said += [f"labels {words(cures, 28)} {off}"] if cures else []
    return f" ({'; '.join(said)})" if said else ""


@drawn
def field(record: Record, duel: str) -> Figure:
    """Where the generator's objective pulls each sample: minus its gradient by the sample."""
    look = [look for look in record.looks if duel in pulls(look)][-1]
    start, pull = (rows(look.arrays[f"{name}.{duel}"]) for name in ("at", "field"))
    held = mine(record, look, duel)
    place = held[0].canvas if held else canvas(start)
    flat = start.shape[1] == 1
    figure = sheet(9.0 if flat else 6.2, 3.6 if flat else 0.8 + 5.3 * rise(place))
    ax = figure.subplots()
    for panel in held:
        place.real(ax, panel.real)
    place.fake(ax, held[0].fake if flat and held else start)
    place.dress(ax)
    long = place.arrows(ax, start[:ARROWS], pull[:ARROWS])
    ax.set_title(f"where the objective pulls the samples, step {look.step:,}")
    remark(ax, f"an arrow of a tenth of the width: {long:.3g}", place.note)
    return figure


def pulls(look: Look) -> list[str]:
    """The duels whose pull on the samples was recorded."""
    held = look.arrays
    return [name[6:] for name in held if name.startswith("field.") and f"at.{name[6:]}" in held]
