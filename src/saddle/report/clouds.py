"""Pictures of samples over the data, and the frames of the film."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from saddle.report.canvas import Canvas, canvas, rise
from saddle.report.read import Array, Floats, Look, Record
from saddle.report.shade import Shade, undecided
from saddle.report.shown import CLOUDS, DRAWN, kind_of, looks_of
from saddle.report.style import MUTED, cloud_legend, drawn, framed, sheet, words

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


@dataclass(frozen=True)
class Panel:
    """Generated rows beside the real rows they should resemble.

    Attributes:
        title: how the generated rows are called.
        truth: how the real rows are called.
        key: of the real rows in the batch.
        canvas: where it is drawn.
        real: real rows, which may be none.
        fake: generated rows.
        duel: the critic between the two on its own box, or None where none was recorded.
    """

    title: str
    truth: str
    key: str
    canvas: Canvas
    real: Array
    fake: Array
    duel: str | None


def panels(record: Record, look: Look) -> list[Panel]:
    """What a look shows: one panel, or one a direction."""
    held, found = look.arrays, []
    for name, key, title, truth in DRAWN:
        if name in held and kind_of(held[name]) == CLOUDS:
            fake = rows(held[name])
            real = rows(record.real[key]) if key in record.real else fake[:0]
            place = canvas(
                real if len(real) else fake,
                box=record.box(key),
                name=key,
                columns=record.columns(key),
            )
            found.append(Panel(title, truth, key, place, real, fake, duel_of(look, key)))
    return found


def key_of(duel: str) -> str:
    """The key of the batch that a duel is about: a duel of two domains is named after its key."""
    return next((key for _, key, *_ in DRAWN if key == duel), DRAWN[0][1])


def duel_of(look: Look, key: str) -> str | None:
    """The duel whose critic is shown over a key whatever is given, or None."""
    return next((d for d in look.surfaces() if key_of(d) == key and "@" not in d), None)


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
    tall = max(0.9 + 4.8 * rise(shown[0].canvas), 4.2)
    figure = sheet(9.0, (tall if shown[0].fake.shape[1] > 1 else 4.2) * len(shown))
    for part, panel in zip(
        figure.subfigures(len(shown), 1, squeeze=False).flat, shown, strict=True
    ):
        both, one, other = part.subplot_mosaic("AAB;AAC").values()
        over(both, panel)
        cloud_legend(both)
        both.set_title(f"{panel.title} over {panel.truth}, step {look.step:,}")
        alone(record, panel, one)
        panel.canvas.fake(other, panel.fake)
        panel.canvas.dress(other)
        other.set_title(f"{panel.title} alone (n = {len(panel.fake):,})")
        for ax in (one, other):
            ax.set_xlabel("")
            ax.set_ylabel("")
            ax.set_ylim(both.get_ylim())
    return figure


def alone(record: Record, panel: Panel, ax: Axes) -> None:
    """The data alone, over its true density where that is known."""
    box, log_p = record.box(panel.key), record.truth.get("log_p")
    panel.canvas.real(ax, panel.real)
    if log_p is not None and box is not None:
        panel.canvas.density(ax, log_p, box)
    if "centres" in record.truth:
        panel.canvas.centres(ax, record.truth["centres"])
    panel.canvas.dress(ax)
    ax.set_title(f"{panel.truth} alone (n = {len(panel.real):,})")


def over(ax: Axes, panel: Panel) -> None:
    """Samples over data, and how many of them fall outside of the picture."""
    panel.canvas.real(ax, panel.real, label=panel.truth)
    panel.canvas.fake(ax, panel.fake, label=panel.title)
    panel.canvas.dress(ax)
    remark(ax, missing(panel), panel.canvas.note)


def missing(panel: Panel) -> str:
    """How many samples cannot be seen, in words; empty where all can."""
    beyond = panel.canvas.outside(panel.fake)
    return f"{beyond:,} of {len(panel.fake):,} samples lie outside" if beyond else ""


def remark(ax: Axes, *texts: str) -> None:
    """Small words under the title line, inside of the axes."""
    said = "\n".join(text for text in texts if text)
    ax.text(0.015, 0.985, said, transform=ax.transAxes, va="top", color=MUTED, fontsize=7.5)


def drawn_rows(record: Record) -> list[Look]:
    """The looks that hold generated rows."""
    return looks_of(record, CLOUDS)


# ------------------------------------------------------------------------------------ one frame


@drawn
def frame(record: Record, look: Look, shade: Shade | None) -> Figure:
    """One picture of the film: samples over data over the critic, all on fixed axes."""
    shown = panels(record, look)
    flat, two = shown[0].fake.shape[1] == 1, len(shown) > 1
    tall = 0.9 + 4.0 * max(rise(panel.canvas) for panel in shown) + 0.25 * two
    size = (6.4, 2.9 * len(shown)) if flat else (4.6 * len(shown), tall)
    figure = sheet(*size)
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
    if panel.duel is None or shade is None or (box := record.box(panel.key)) is None:
        return
    here = replace(shade, shift=undecided(record, panel.duel, look.step))
    panel.canvas.ground(ax, look.surfaces()[panel.duel], box, here)


def phase(record: Record, look: Look) -> str:
    """The phase of a look, to be put behind its step."""
    named = [event.get("phase") for event in record.events if event["step"] == look.step]
    return f" · {words(named[0], 20)}" if named and named[0] else ""
