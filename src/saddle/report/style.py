"""How every figure looks: one palette, one type size, one way to the file.

Figures are made without pyplot, so drawing leaves no trace in the caller's session.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Callable
from functools import lru_cache, wraps
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

P = ParamSpec("P")
T = TypeVar("T")

REAL = "#008837"
FAKE = "#7b3294"
CRITIC = "#1f5a93"
ACCENT = "#c8590a"
INK = "#26282c"
MUTED = "#72767d"
HAIR = "#e4e5e2"
PAPER = "#fdfdfc"

SERIES = ("#1f5a93", "#c8590a", "#2a9d8f", "#a23b72", "#8a7a1f", "#5b5f97", "#6b6b6b", "#00876c")
"""Lines of one kind, in the order of their showing; dash and colour both tell them apart."""

LABELS = (
    "#0072b2", "#e69f00", "#009e73", "#cc79a7", "#d55e00", "#56b4e9", "#8a7a1f", "#444444",
)  # fmt: skip
"""Classes: Okabe and Ito's colours, which remain apart for colour-blind readers."""

DASHES: tuple[Any, ...] = ("-", (0, (5, 1.6)), (0, (1.4, 1.2)), (0, (6, 1.5, 1.4, 1.5)))

SURFACE = ("#b997c8", "#d3bedd", "#eae1ee", "#f9f9f7", "#deefdf", "#b3dab9", "#82c092")
"""From fake (purple) over undecided (paper) to real (green), pale: points are drawn on it."""

STYLE: dict[str, Any] = {
    "font.family": "DejaVu Sans",
    "font.size": 8.5,
    "axes.titlesize": 9.5,
    "axes.titlelocation": "left",
    "axes.titleweight": "bold",
    "axes.titlecolor": INK,
    "axes.titlepad": 7,
    "axes.labelsize": 8.5,
    "axes.labelcolor": MUTED,
    "axes.edgecolor": "#c9cbc7",
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.facecolor": PAPER,
    "axes.axisbelow": True,
    "axes.unicode_minus": True,
    "figure.facecolor": PAPER,
    "savefig.facecolor": PAPER,
    "grid.color": HAIR,
    "grid.linewidth": 0.7,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "xtick.labelsize": 8,
    "ytick.labelsize": 8,
    "xtick.major.size": 0,
    "ytick.major.size": 0,
    "xtick.minor.size": 0,
    "ytick.minor.size": 0,
    "legend.frameon": False,
    "legend.fontsize": 8,
    "legend.handlelength": 1.8,
    "lines.linewidth": 1.6,
    "lines.solid_capstyle": "round",
    "text.color": INK,
    "text.parse_math": False,
    "svg.hashsalt": "saddle",
    "svg.fonttype": "path",
    "path.simplify": True,
}


def drawn(draw: Callable[P, T]) -> Callable[P, T]:
    """Run a drawing function in the house style, whatever the caller's settings are."""

    @wraps(draw)
    def styled(*args: P.args, **kwargs: P.kwargs) -> T:
        from matplotlib import style

        with style.context(["default", STYLE]):
            return draw(*args, **kwargs)

    return styled


def sheet(width: float, height: float) -> Figure:
    """An empty figure of width x height inches, laid out when it is saved."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    figure.set_layout_engine("constrained", w_pad=0.09, h_pad=0.09)
    FigureCanvasAgg(figure)
    return figure


def framed(figure: Figure, *, left: float, right: float, bottom: float, top: float) -> None:
    """Fixed margins in inches in the place of a layout: a film must not tremble."""
    width, height = figure.get_size_inches()
    figure.set_layout_engine(None)
    figure.subplots_adjust(left / width, bottom / height, 1 - right / width, 1 - top / height)


@drawn
def png(figure: Figure, *, dpi: int = 144) -> bytes:
    """The figure as PNG; the same figure gives the same bytes."""
    file = io.BytesIO()
    figure.savefig(file, format="png", dpi=dpi, metadata={"Software": None})
    return file.getvalue()


@drawn
def svg(figure: Figure) -> bytes:
    """The figure as SVG, without a date; the same figure gives the same bytes."""
    file = io.BytesIO()
    figure.savefig(file, format="svg", metadata={"Date": None, "Creator": None})
    return file.getvalue()


def inline(data: bytes, form: str) -> str:
    """An image as an address that holds it."""
    return f"data:image/{form};base64,{base64.b64encode(data).decode()}"


@drawn
def pixels(figure: Figure, *, dpi: int) -> tuple[int, int, bytes]:
    """Width, height and the RGBA bytes of the figure."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    figure.set_dpi(dpi)
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    width, height = canvas.get_width_height()
    return width, height, bytes(canvas.buffer_rgba())


def words(text: object, limit: int = 60) -> str:
    """A name as it can be drawn: one line, of characters that the font has, not too long.

    >>> words("a" * 10, 6)
    'aaaaa…'
    """
    line = " ".join(str(text).split())
    line = "".join(letter if ord(letter) in _letters() else "?" for letter in line)
    return line if len(line) <= limit else f"{line[: limit - 1]}…"


def shades(colours: tuple[str, ...] = SURFACE) -> Any:
    """The diverging map of the critic's surface, in steps that read as level sets."""
    from matplotlib.colors import LinearSegmentedColormap

    return LinearSegmentedColormap.from_list("critic", colours, N=14)


def densities() -> Any:
    """The map of a true density: paper to pale green."""
    from matplotlib.colors import LinearSegmentedColormap

    return LinearSegmentedColormap.from_list("density", (PAPER, "#cfe8d3", "#8cc79b"), N=64)


def thousands(axis: Any) -> None:
    """Write ticks as 12,000."""
    from matplotlib.ticker import MaxNLocator

    axis.set_major_locator(MaxNLocator(nbins=5, integer=True))
    axis.set_major_formatter(lambda value, _: f"{value:,.0f}")


def decades(axis: Any) -> None:
    """A logarithmic axis whose ticks are powers of ten, written plainly."""
    from matplotlib.ticker import LogLocator, NullFormatter

    axis.set_major_locator(LogLocator(numticks=8))
    axis.set_major_formatter(lambda value, _: f"{value:g}")
    axis.set_minor_formatter(NullFormatter())


def legend(ax: Axes, **where: Any) -> None:
    """A legend, where more than nothing is named."""
    if ax.get_legend_handles_labels()[0]:
        ax.legend(**where)


def cloud_legend(ax: Axes) -> None:
    """A legend of clouds, at the upper right, with dots of a size that can be seen."""
    legend(ax, loc="upper right")
    shown = ax.get_legend()
    for handle in shown.get_lines() if shown else ():
        handle.set(markersize=5.0, alpha=0.9)


@lru_cache(1)
def _letters() -> frozenset[int]:
    from matplotlib.font_manager import FontProperties, findfont, get_font

    return frozenset(get_font(findfont(FontProperties(family="DejaVu Sans"))).get_charmap())
