"""Where clouds are drawn: on a line, in the plane, or in the plane of the two main directions.

Both canvases answer the same calls, so a figure is written once for every dimension.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from saddle.report.read import Array, Floats
from saddle.report.shade import Shade
from saddle.report.style import ACCENT, FAKE, INK, MUTED, REAL, densities, shades

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Box = tuple[float, ...]
BINS = 72
ARROWS = 160


class Canvas(Protocol):
    """Draws clouds of one space on one pair of axes."""

    @property
    def box(self) -> Box:
        """The edges of what is drawn, a pair an axis."""
        ...

    @property
    def note(self) -> str:
        """What a reader must know to read the axes; mostly nothing."""
        ...

    def at(self, x: Array) -> Floats:
        """Where rows (n, d) are drawn, (n, 2)."""
        ...

    def dress(self, ax: Axes) -> None:
        """Limits, labels and proportions."""

    def real(self, ax: Axes, x: Array, *, label: str = "data", color: str = REAL) -> None:
        """Real rows."""

    def fake(self, ax: Axes, x: Array, *, label: str = "samples", color: str = FAKE) -> None:
        """Generated rows."""

    def ground(self, ax: Axes, grid: Floats, box: Box, shade: Shade) -> Any:
        """The critic's surface as the ground under the points."""

    def critic(self, ax: Axes, grid: Floats, box: Box, shade: Shade) -> Any:
        """The critic's surface as the subject; what a colour bar can read, or None."""

    def density(self, ax: Axes, log_p: Array, box: Box) -> None:
        """The true density."""

    def centres(self, ax: Axes, centres: Array) -> None:
        """The true modes."""

    def arrows(self, ax: Axes, x: Array, field: Array) -> float:
        """Arrows from x along the field; returns what one of a tenth of the width is."""

    def outside(self, x: Array) -> int:
        """How many rows lie outside of what is drawn."""


@dataclass(frozen=True)
class Plane:
    """Two dimensions: coordinates, or the projection (x - centre) basis."""

    box: Box
    centre: Floats
    basis: Floats
    labels: tuple[str, str]
    note: str = ""

    def at(self, x: Array) -> Floats:
        """Where rows (n, d) are drawn, (n, 2)."""
        drawn: Floats = (np.asarray(x, dtype=np.float64) - self.centre) @ self.basis
        return drawn

    def dress(self, ax: Axes) -> None:
        """Limits, labels and equal units."""
        ax.set_xlim(self.box[0], self.box[1])
        ax.set_ylim(self.box[2], self.box[3])
        ax.set_aspect("equal", adjustable="box")
        ax.set_xlabel(self.labels[0])
        ax.set_ylabel(self.labels[1])
        ax.locator_params(nbins=5)

    def real(self, ax: Axes, x: Array, *, label: str = "data", color: str = REAL) -> None:
        """Real rows as small open dots."""
        self._dots(ax, x, label, color, 0.42, 1.15)

    def fake(self, ax: Axes, x: Array, *, label: str = "samples", color: str = FAKE) -> None:
        """Generated rows as small full dots."""
        self._dots(ax, x, label, color, 0.68, 1.0)

    def ground(self, ax: Axes, grid: Floats, box: Box, shade: Shade) -> Any:
        """The surface in steps of colour."""
        return ax.imshow(
            shade.seen(grid),
            extent=spread(box),
            origin="lower",
            cmap=shades(),
            vmin=shade.low,
            vmax=shade.high,
            interpolation="bicubic",
            interpolation_stage="data",
            aspect="auto",
            zorder=0,
        )

    def critic(self, ax: Axes, grid: Floats, box: Box, shade: Shade) -> Any:
        """The surface, and the line along which the critic is undecided."""
        image, seen = self.ground(ax, grid, box, shade), shade.seen(grid)
        if seen.min() < shade.middle < seen.max():
            x = np.linspace(box[0], box[1], grid.shape[1])
            y = np.linspace(box[2], box[3], grid.shape[0])
            ax.contour(x, y, seen, levels=[shade.middle], colors=[INK], linewidths=0.8, alpha=0.7)
        return image

    def density(self, ax: Axes, log_p: Array, box: Box) -> None:
        """The true density as a pale green ground."""
        p = np.exp(log_p - np.max(log_p))
        extent = spread(box)
        ax.imshow(p, extent=extent, origin="lower", cmap=densities(), aspect="auto", zorder=0)

    def centres(self, ax: Axes, centres: Array) -> None:
        """The true modes as crosses."""
        at = self.at(centres)
        ax.plot(at[:, 0], at[:, 1], "+", color=INK, ms=5, mew=0.8, label="true modes")

    def arrows(self, ax: Axes, x: Array, field: Array) -> float:
        """Arrows, one in ten longer than 9 % of the picture."""
        at, by = self.at(x[:ARROWS]), field[:ARROWS] @ self.basis
        unit = typical(by) / (0.09 * (self.box[1] - self.box[0])) or 1.0
        ax.quiver(
            *at.T, *by.T, angles="xy", scale_units="xy", scale=unit, color=ACCENT, width=0.0032,
            headwidth=4, headlength=4.6, headaxislength=4.2, zorder=4,
        )  # fmt: skip
        return unit * (self.box[1] - self.box[0]) / 10

    def outside(self, x: Array) -> int:
        """Rows beyond the box."""
        at = self.at(x)
        low, high = np.array(self.box[0::2]), np.array(self.box[1::2])
        return len(x) - int(((at >= low) & (at <= high)).all(1).sum())

    def _dots(
        self, ax: Axes, x: Array, label: str, color: str, alpha: float, scale: float
    ) -> None:
        at = self.at(x)
        size = scale * float(np.clip(90 / np.sqrt(max(len(at), 1)), 1.6, 5.0))
        ax.plot(
            at[:, 0],
            at[:, 1],
            "o",
            ms=size,
            mew=0,
            color=color,
            alpha=alpha,
            label=label,
            zorder=2,
        )


@dataclass(frozen=True)
class Line:
    """One dimension: histograms over one axis, the critic as a curve.

    The height is that of the data's own histogram and half as much, so that it stays where it is
    from look to look.
    """

    box: Box
    top: float = 1.0
    label: str = "x"
    note: str = ""

    def at(self, x: Array) -> Floats:
        """On the axis: (x, 0)."""
        return np.column_stack([x[:, 0], np.zeros(len(x))])

    def dress(self, ax: Axes) -> None:
        """Limits and labels."""
        ax.set_xlim(self.box[0], self.box[1])
        ax.set_ylim(0, self.top)
        ax.set_xlabel(self.label)
        ax.set_yticks([])
        ax.spines["left"].set_visible(False)

    def real(self, ax: Axes, x: Array, *, label: str = "data", color: str = REAL) -> None:
        """Real rows as a filled histogram."""
        self._bars(ax, x, label, color, histtype="stepfilled", alpha=0.38)

    def fake(self, ax: Axes, x: Array, *, label: str = "samples", color: str = FAKE) -> None:
        """Generated rows as the outline of a histogram."""
        self._bars(ax, x, label, color, histtype="step", lw=1.5)

    def ground(self, ax: Axes, grid: Floats, box: Box, shade: Shade) -> Any:
        """The critic's score as a strip of colour behind the histograms."""
        return ax.imshow(
            shade.seen(grid)[None, :],
            extent=(box[0], box[1], 0, 1),
            transform=ax.get_xaxis_transform(),
            cmap=shades(),
            vmin=shade.low,
            vmax=shade.high,
            interpolation="nearest",
            aspect="auto",
            zorder=0,
            alpha=0.75,
        )

    def critic(self, ax: Axes, grid: Floats, box: Box, shade: Shade) -> Any:
        """The score as a curve, green where it says real and purple where it says fake."""
        over = ax.twinx()
        x, v = np.linspace(box[0], box[1], len(grid)), shade.seen(grid)
        real, fake = SURFACE_ENDS
        over.fill_between(
            x, shade.middle, v, where=v >= shade.middle, color=real, alpha=0.35, lw=0
        )
        over.fill_between(
            x, shade.middle, v, where=v <= shade.middle, color=fake, alpha=0.35, lw=0
        )
        over.axhline(shade.middle, color=MUTED, lw=0.7)
        over.plot(x, v, color=INK, lw=1.4)
        over.set_ylim(shade.low, shade.high)
        over.set_ylabel(shade.label)
        over.spines["right"].set_visible(False)
        return None

    def density(self, ax: Axes, log_p: Array, box: Box) -> None:
        """The true density as a curve."""
        x = np.linspace(box[0], box[1], len(log_p))
        ax.plot(x, np.exp(log_p), color=INK, lw=1.0, ls=(0, (4, 2)), label="true density")

    def centres(self, ax: Axes, centres: Array) -> None:
        """The true modes as ticks on the axis."""
        at = finite(centres)[:, 0]
        base = ax.get_xaxis_transform()
        ax.plot(at, np.zeros(len(at)), "|", color=INK, ms=7, transform=base, label="true modes")

    def arrows(self, ax: Axes, x: Array, field: Array) -> float:
        """Level arrows at heights that keep them apart."""
        at, by = x[:ARROWS, 0], field[:ARROWS, 0]
        unit = typical(by[:, None]) / (0.09 * (self.box[1] - self.box[0])) or 1.0
        heights = ax.get_ylim()[1] * (0.06 + 0.88 * ((np.arange(len(at)) * 0.6180339887) % 1))
        ax.quiver(
            at, heights, by, np.zeros(len(at)), angles="xy", scale_units="xy", scale=unit,
            color=ACCENT, width=0.0026, zorder=4,
        )  # fmt: skip
        return unit * (self.box[1] - self.box[0]) / 10

    def outside(self, x: Array) -> int:
        """Rows beyond the box."""
        return len(x) - int(((x[:, 0] >= self.box[0]) & (x[:, 0] <= self.box[1])).sum())

    def _bars(self, ax: Axes, x: Array, label: str, color: str, **how: Any) -> None:
        share, edges = bars(finite(x), self.box)
        ax.hist(
            edges[:-1],
            bins=edges.tolist(),
            weights=share,
            color=color,
            label=label,
            zorder=2,
            **how,
        )


SURFACE_ENDS = (REAL, FAKE)
LABEL = 28
"""Letters of an axis' name."""


def canvas(
    real: Array, *, box: Box | None = None, name: str = "x", columns: Sequence[str] = ()
) -> Canvas:
    """The canvas that fits rows (n, d): a line, the plane, or the plane of the main directions.

    Axes are called by the data's columns where these have names, else by the key and a number.
    """
    rows = finite(real)
    if rows.shape[1] == 1:
        edges = box[:2] if box else around(rows)
        (label,) = named(columns, (name,))
        return Line(edges, 1.5 * float(bars(rows, edges)[0].max()) or 1.0, label)
    if rows.shape[1] == 2:
        across, up = named(columns, (f"{name}₁", f"{name}₂"))
        return Plane(box or square(rows), np.zeros(2), np.eye(2), (across, up))
    centre, basis = rows.mean(0), main_directions(rows)
    at = (rows - centre) @ basis
    note = f"shown along the two main directions of {rows.shape[1]} dimensions"
    return Plane(square(at), centre, basis, ("1st main direction", "2nd main direction"), note)


def named(columns: Sequence[str], otherwise: Sequence[str]) -> list[str]:
    """The columns' names, short enough for an axis; numbers, as arrays have them, are no names."""
    if len(columns) != len(otherwise) or all(column.isdigit() for column in columns):
        return list(otherwise)
    return [c if len(c) <= LABEL else f"{c[: LABEL - 1]}…" for c in columns]


def bars(rows: Floats, box: Box) -> tuple[Floats, Floats]:
    """The share of rows in each bin by its width, and the edges; rows outside of them count."""
    count, edges = np.histogram(rows[:, 0], bins=BINS, range=(box[0], box[1]))
    share: Floats = count / (max(len(rows), 1) * (edges[1] - edges[0]))
    return share, edges


def main_directions(rows: Floats) -> Floats:
    """The two directions of greatest variance, (d, 2), each with its largest entry positive."""
    _, _, turned = np.linalg.svd(rows - rows.mean(0), full_matrices=False)
    two: Floats = turned[:2].T
    if two.shape[1] < 2:
        two = np.pad(two, ((0, 0), (0, 1)))
    signs = np.sign(two[np.abs(two).argmax(0), range(2)])
    return two * np.where(signs == 0, 1, signs)


def around(rows: Floats, margin: float = 0.12) -> Box:
    """Lowest and highest of each column, with a margin, as (min, max, min, max, ...)."""
    low, high = np.quantile(rows, 0.001, axis=0), np.quantile(rows, 0.999, axis=0)
    room = np.maximum((high - low) * margin, 1e-9 + np.abs(high) * 1e-6)
    return tuple(float(v) for pair in zip(low - room, high + room, strict=True) for v in pair)


def rise(place: Canvas) -> float:
    """Height by width of what is drawn, for the shape of a figure; 1 where it is not a plane."""
    if len(place.box) != 4:
        return 1.0
    x0, x1, y0, y1 = place.box
    return float(np.clip((y1 - y0) / (x1 - x0), 0.4, 1.6))


def square(rows: Floats) -> Box:
    """The smallest square around the rows, with a margin."""
    x0, x1, y0, y1 = around(rows)
    half = max(x1 - x0, y1 - y0) / 2
    across, up = (x0 + x1) / 2, (y0 + y1) / 2
    return (across - half, across + half, up - half, up + half)


def spread(box: Box) -> tuple[float, float, float, float]:
    """The four edges of a box of the plane."""
    x0, x1, y0, y1 = box
    return (x0, x1, y0, y1)


def finite(x: Array) -> Floats:
    """Rows (n, d) in float64 without those that are not finite; (n,) becomes (n, 1)."""
    rows = np.asarray(x, dtype=np.float64)
    rows = rows[:, None] if rows.ndim == 1 else rows
    kept: Floats = rows[np.isfinite(rows).all(1)]
    return kept


def typical(field: Floats) -> float:
    """The length that nine in ten arrows do not exceed."""
    lengths = np.linalg.norm(finite(field), axis=1)
    return float(np.quantile(lengths, 0.9)) if len(lengths) else 0.0
