"""Pictures of samples: over the data, under the critic, with its pull, and as a film's frame."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from saddle.report.canvas import ARROWS, Canvas, canvas
from saddle.report.read import Array, Floats, Look, Record
from saddle.report.shade import LOG_RATIO, Shade, meaning, probability, score, undecided
from saddle.report.style import MUTED, drawn, framed, legend, sheet, words

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

DRAWN = (
    ("samples", "x", "samples", "data"),
    ("a_to_b", "b", "a → b", "b"),
    ("b_to_a", "a", "b → a", "a"),
)
"""What a look may hold of generated rows, the real rows to resemble, both names."""


@dataclass(frozen=True)
class Panel:
    """Generated rows beside the real rows they should resemble.

    Attributes:
        title: how the generated rows are called.
        truth: how the real rows are called.
        canvas: where it is drawn.
        real: real rows, which may be none.
        fake: generated rows.
        duel: the critic between the two, or None where none was recorded.
    """

    title: str
    truth: str
    canvas: Canvas
    real: Array
    fake: Array
    duel: str | None


def panels(record: Record, look: Look) -> list[Panel]:
    """What a look shows: one panel, or one a direction."""
    held, found = look.arrays, []
    for name, key, title, truth in DRAWN:
        if name in held:
            fake = rows(held[name])
            real = rows(record.real[key]) if key in record.real else fake[:0]
            duel = duel_of(look, key)
            place = canvas(real if len(real) else fake, box=look.box(duel or ""), name=key)
            found.append(Panel(title, truth, place, real, fake, duel))
    return found


def duel_of(look: Look, key: str) -> str | None:
    """The duel whose surface lies over a key: the only one, or the one named after it."""
    duels = list(look.surfaces())
    named = [duel for duel in duels if duel == key or duel.endswith(f"_{key}")]
    return named[0] if named else duels[0] if len(duels) == 1 else None


def rows(x: Array) -> Floats:
    """Rows (n, d) in float64; (n,) becomes (n, 1)."""
    x = np.asarray(x, dtype=np.float64)
    return x[:, None] if x.ndim == 1 else x.reshape(len(x), -1)


# ------------------------------------------------------------------------------ over the data


@drawn
def samples(record: Record) -> Figure:
    """Samples over data at the last look, with each of the two alone beside it."""
    look = drawn_rows(record)[-1]
    shown = panels(record, look)
    figure = sheet(9.0, 5.7 * len(shown) if shown[0].real.shape[1] > 1 else 4.2 * len(shown))
    for part, panel in zip(
        figure.subfigures(len(shown), 1, squeeze=False).flat, shown, strict=True
    ):
        both, one, other = part.subplot_mosaic("AAB;AAC").values()
        over(both, panel, legend_at="upper right")
        both.set_title(f"{panel.title} over {panel.truth}, step {look.step:,}")
        alone(record, look, panel, one)
        panel.canvas.fake(other, panel.fake)
        panel.canvas.dress(other)
        other.set_title(f"{panel.title} alone (n = {len(panel.fake):,})")
        for ax in (one, other):
            ax.set_xlabel("")
            ax.set_ylabel("")
            ax.set_ylim(both.get_ylim())
    return figure


def alone(record: Record, look: Look, panel: Panel, ax: Axes) -> None:
    """The data alone, over its true density where that is known."""
    box, log_p = look.box(panel.duel or ""), record.truth.get("log_p")
    panel.canvas.real(ax, panel.real)
    if log_p is not None and box is not None and panel.title == "samples":
        panel.canvas.density(ax, log_p, box)
    if "centres" in record.truth and panel.title == "samples":
        panel.canvas.centres(ax, record.truth["centres"])
    panel.canvas.dress(ax)
    ax.set_title(f"{panel.truth} alone (n = {len(panel.real):,})")


def over(ax: Axes, panel: Panel, *, legend_at: str | None = None) -> None:
    """Samples over data, and how many of them fall outside of the picture."""
    panel.canvas.real(ax, panel.real, label=panel.truth)
    panel.canvas.fake(ax, panel.fake, label=panel.title)
    panel.canvas.dress(ax)
    if legend_at:
        legend(ax, loc=legend_at, markerscale=2.2)
    remark(ax, missing(panel), panel.canvas.note)


def missing(panel: Panel) -> str:
    """How many samples cannot be seen, in words; empty where all can."""
    beyond = panel.canvas.outside(panel.fake)
    return f"{beyond:,} of {len(panel.fake):,} samples lie outside" if beyond else ""


def remark(ax: Axes, *texts: str) -> None:
    """Small words under the title line, inside of the axes."""
    said = "\n".join(text for text in texts if text)
    ax.text(0.015, 0.985, said, transform=ax.transAxes, va="top", color=MUTED, fontsize=7.5)


def shows(look: Look) -> bool:
    """Whether a look holds generated rows."""
    return any(name in look.arrays for name, *_ in DRAWN)


def drawn_rows(record: Record) -> list[Look]:
    """The looks that hold generated rows."""
    return [look for look in record.looks if shows(look)]


# ---------------------------------------------------------------------------------- the critic


@drawn
def critic(record: Record, duel: str) -> Figure:
    """A critic's score over the data, and D = sigmoid(v) where the score is a log ratio."""
    look = [look for look in record.looks if duel in look.surfaces()][-1]
    shown = [score(record, duel, [look])]
    shown += [probability()] if meaning(record, duel) == LOG_RATIO else []
    flat = look.surfaces()[duel].ndim == 1
    figure = sheet(
        9.0 if len(shown) > 1 or flat else 6.2, 3.6 if flat else 4.3 + (len(shown) == 1)
    )
    for ax, shade in zip(figure.subplots(1, len(shown), squeeze=False).flat, shown, strict=True):
        judged(ax, record, look, duel, shade)
        ax.set_title(f"{words(duel)}: {'D' if shade.probability else 'score'}{smoothing(record)}")
    return figure


def judged(ax: Axes, record: Record, look: Look, duel: str, shade: Shade) -> None:
    """One critic on one scale, with the clouds that it tells apart."""
    grid, box = look.surfaces()[duel], look.box(duel)
    mine = [panel for panel in panels(record, look) if panel.duel == duel]
    place = mine[0].canvas if mine else canvas(corners(box, grid), box=box)
    for panel in mine:
        panel.canvas.real(ax, panel.real[:600])
        panel.canvas.fake(ax, panel.fake[:600])
    image = place.critic(ax, grid, box or place.box, shade)
    place.dress(ax)
    if image is not None:
        bar = ax.figure.colorbar(image, ax=ax, shrink=0.82, aspect=28, pad=0.02)
        bar.set_label(shade.label)
        bar.outline.set_visible(False)


def corners(box: tuple[float, ...] | None, grid: Array) -> Floats:
    """Two rows that span a box, or the unit box where none was kept."""
    edges = np.reshape(box or (0.0, 1.0) * grid.ndim, (grid.ndim, 2))
    spanned: Floats = edges.T.astype(np.float64)
    return spanned


def smoothing(record: Record) -> str:
    """What keeps the critic from its optimum, in brackets; empty where nothing does."""
    penalties = record.recipe.get("penalties")
    names = ", ".join(str(name) for name in penalties) if isinstance(penalties, dict) else ""
    return f" (smoothed by {words(names, 28)})" if names else ""


@drawn
def field(record: Record) -> Figure:
    """Where the generator's objective pulls each sample: minus its gradient by the sample."""
    look = [look for look in record.looks if "field" in look.arrays][-1]
    panel = panels(record, look)[0]
    flat = panel.fake.shape[1] == 1
    figure = sheet(9.0 if flat else 6.2, 3.6 if flat else 6.0)
    ax = figure.subplots()
    arrows = rows(look.arrays["field"])[:ARROWS]
    pulled = panel.fake[: len(arrows)]
    panel.canvas.real(ax, panel.real)
    panel.canvas.fake(ax, panel.fake if flat else pulled)
    panel.canvas.dress(ax)
    long = panel.canvas.arrows(ax, pulled, arrows)
    ax.set_title(f"where the objective pulls the samples, step {look.step:,}")
    remark(ax, f"an arrow of a tenth of the width: {long:.3g}", panel.canvas.note)
    return figure


# ------------------------------------------------------------------------------------ one frame


@drawn
def frame(record: Record, look: Look, shade: Shade | None) -> Figure:
    """One picture of the film: samples over data over the critic, all on fixed axes."""
    shown = panels(record, look)
    flat, two = shown[0].fake.shape[1] == 1, len(shown) > 1
    figure = sheet(4.6 * len(shown) if not flat else 6.4, 4.9 if not flat else 2.9 * len(shown))
    grid = (len(shown), 1) if flat else (1, len(shown))
    for ax, panel in zip(figure.subplots(*grid, squeeze=False).flat, shown, strict=True):
        ground(ax, record, look, panel, shade)
        over(ax, panel)
        ax.set(xlabel="", ylabel="", title=panel.title if two else "")
    figure.suptitle(
        f"step {look.step:,}{phase(record, look)}", x=0.02, ha="left", fontsize=10, weight="bold"
    )
    framed(figure, left=0.15 if flat else 0.45, right=0.15, bottom=0.35, top=0.75 if two else 0.5)
    return figure


def ground(ax: Axes, record: Record, look: Look, panel: Panel, shade: Shade | None) -> None:
    """The critic of a panel under it, where both a surface and its box were recorded."""
    if panel.duel is None or shade is None or (box := look.box(panel.duel)) is None:
        return
    here = replace(shade, shift=undecided(record, panel.duel, look.step))
    panel.canvas.ground(ax, look.surfaces()[panel.duel], box, here)


def phase(record: Record, look: Look) -> str:
    """The phase of a look, to be put behind its step."""
    named = [event.get("phase") for event in record.events if event["step"] == look.step]
    return f" · {words(named[0], 20)}" if named and named[0] else ""
