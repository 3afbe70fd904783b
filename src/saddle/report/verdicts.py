"""What the theory says of a run, as pictures: from its record, its distance and its rule."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from saddle.report.curves import dress, several
from saddle.report.read import Floats, Record, dig
from saddle.report.style import (
    ACCENT,
    CRITIC,
    DASHES,
    FAKE,
    INK,
    MUTED,
    REAL,
    SERIES,
    decades,
    drawn,
    legend,
    sheet,
    words,
)
from saddle.runs import Json

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

SIZE = (5.2, 3.1)
TRUTH = {
    "exact": ("the exact divergence", "D"),
    "pairs_exact": ("JSD(p×q, q×p), exact", "D"),
}
"""Values of the last measuring that the estimate is held against: their names and marks."""

OF_ITS_F = ("exact",)
"""Those that are in the units of the estimate only where they are of the distance's own f."""


def said(*keys: str) -> Callable[[Record], list[str]]:
    """One figure where the theory's part was written and measured."""

    def parts(record: Record) -> list[str]:
        found = dig(record.theory, keys)
        return [""] * (bool(found) and dig({"it": found}, ("it", "measured")) is not False)

    return parts


def unsaid(record: Record) -> str:
    """Why the theory says nothing, or not all; empty where it does."""
    whole, part = record.theory, dig(record.theory, ("calibration",))
    reasons = [
        str(held["why"]) for held in (whole, part) if isinstance(held, dict) and "why" in held
    ]
    return "; ".join(reasons)


@drawn
def estimates(record: Record) -> Figure:
    """Each duel's estimate of its own distance on watch rows, beside what it should be."""
    figure = sheet(*SIZE)
    ax = figure.subplots()
    for number, duel in enumerate(record.names("critics")):
        color, dash = SERIES[number % len(SERIES)], DASHES[number % len(DASHES)]
        dot = "o" if len(record.events) == 1 else None
        steps, value = record.series("critics", duel, "estimate")
        ax.plot(steps, value, color=color, ls=dash, marker=dot, label=words(duel, 30))
        steps, bound = record.series("critics", duel, "certified")
        if len(bound):
            label = f"{words(duel, 30)}: certified lower bound"
            ax.plot(steps, bound, color=ACCENT, ls=DASHES[2], label=label)
    for key, at, true in truths(record):
        label, mark = TRUTH[key]
        ax.plot([at], [true], mark, color=REAL, ms=6, label=label, clip_on=False, zorder=4)
    ax.axhline(0, color=MUTED, lw=0.7)
    dress(ax, record, f"{words(record.recipe.get('distance', 'distance'))}: the critic's estimate")
    several(ax)
    return figure


def truths(record: Record) -> list[tuple[str, float, float]]:
    """Name, step and value of what was measured in the units of the estimate."""
    found = record.evaluation.get("critic")
    step = record.evaluation.get("step")
    if not isinstance(found, dict) or not isinstance(step, int):
        return []
    own = found.get("bound_of") == record.theory.get("distance")
    keys = [key for key in TRUTH if own or key not in OF_ITS_F]
    return [(key, step, float(found[key])) for key in keys if found.get(key) is not None]


@drawn
def rest(record: Record) -> Figure:
    """The critic's loss beside what it is where the critic cannot tell."""
    figure = sheet(*SIZE)
    ax = figure.subplots()
    duel, at_rest = str(record.theory["duel"]), float(record.theory["rest"])
    steps, loss = record.series("losses", f"critic.{duel}")
    ax.plot(steps, loss, color=CRITIC, label="the critic's loss, mean since the last look")
    ax.axhline(at_rest, color=REAL, lw=1.2, ls=DASHES[1], label=f"at p = q: {named(at_rest)}")
    ax.margins(y=0.12)
    dress(ax, record, "how far the critic is below its loss at p = q")
    legend(ax)
    return figure


def named(value: float) -> str:
    """A value of the theory by its usual name, where it has one.

    >>> named(2 * 0.6931471805599453), named(0.25)
    ('log 4 = 1.386', '0.25')
    """
    known = {np.log(2): "log 2", np.log(4): "log 4", 0.0: "0"}
    close = [name for exact, name in known.items() if abs(value - exact) < 1e-9]
    text = f"{value:.4g}"
    return f"{close[0]} = {text}" if close and close[0] != text else text


@drawn
def pulls(record: Record) -> Figure:
    """How hard a sample of score v is pulled: by the generator's loss, by the critic's."""
    held = record.theory["pulls"]
    v = np.asarray(held["v"], dtype=np.float64)
    lines = {key: np.asarray(w, dtype=np.float64) for key, w in held.items() if key != "v"}
    figure = sheet(9.0, 3.1)
    sides = figure.subplots(1, 2)
    for ax, (player, shown) in zip(sides, WEIGHTS.items(), strict=True):
        drawn_here = {key: lines[key] for key in shown if key in lines}
        for (key, w), dash in zip(drawn_here.items(), DASHES, strict=False):
            ax.plot(v, w, color=shown[key], ls=dash, label=key)
        ax.set_title(f"the {player}'s weight")
        steep(ax, list(drawn_here.values()))
        ax.axvline(0, color=MUTED, lw=0.7)
        ax.set_xlabel("score v of the sample, log p/q at its best")
        ax.grid(axis="y")
        legend(ax)
    return figure


WEIGHTS = {
    "generator": {"generator": FAKE, "u^2 f''(u)": ACCENT},
    "critic": {"critic at real": REAL, "critic at fake": FAKE, "u f''(u)": ACCENT},
}
"""The lines of each player's weight, and their colours."""


def steep(ax: Axes, lines: list[Floats]) -> None:
    """A logarithmic axis where weights grow a thousandfold and none is negative."""
    top, low = max(float(w.max()) for w in lines), min(float(w.min()) for w in lines)
    if top > 20 and low >= 0:
        ax.set_yscale("log")
        ax.set_ylim(bottom=1e-3)
        decades(ax.yaxis)


@drawn
def calibration(record: Record) -> Figure:
    """D of held-out rows and draws against the share of real rows among those of that D."""
    bins: list[Json] = record.theory["calibration"]["bins"]
    D, share, n = (np.array([row[key] for row in bins], dtype=float) for key in ("D", "real", "n"))
    figure = sheet(*SIZE)
    ax = figure.subplots()
    error = 1.96 * np.sqrt(np.maximum(share * (1 - share), 1 / n) / n)
    ax.plot([0, 1], [0, 1], color=MUTED, lw=0.9, ls=DASHES[1], label="D = p / (p + q)")
    ax.errorbar(D, share, yerr=error, fmt="o", ms=4, color=CRITIC, lw=1, label="bins of equal n")
    low, high = min(D.min(), (share - error).min()), max(D.max(), (share + error).max())
    room = max(0.06 * (high - low), 0.01)
    ax.set(xlim=(max(low - room, 0), min(high + room, 1)), xlabel="D = sigmoid(v)")
    ax.set_ylim(ax.get_xlim())
    ax.set_title("D beside the share of real rows")
    ax.grid()
    legend(ax)
    return figure


@drawn
def smallest(record: Record) -> Figure:
    """The run's choices on one point: the path of both players, the field about the end."""
    held = record.theory["smallest"]
    path, at, field = (np.array(held[k], dtype=float) for k in ("path", "at", "field"))
    figure = sheet(9.0, 3.6)
    left, right = figure.subplots(1, 2, width_ratios=(1, 1.3))
    portrait(left, path, at, field)
    norm = np.hypot(*path.T)
    right.plot(np.maximum(norm, 1e-12), color=CRITIC)
    right.set_yscale("log")
    decades(right.yaxis)
    right.set(xlabel="turn", title="distance to the equilibrium (0, 0)")
    right.grid(axis="y")
    penalties = ", ".join(f"{k} {v:g}" for k, v in held["penalties"].items()) or "no penalty"
    told = f"{held['rule']}, rate {held['rate']:g}, {penalties}"
    right.annotate(
        words(told, 60), (1, 1), xycoords="axes fraction", ha="right", va="top", color=MUTED,
        xytext=(-2, -2), textcoords="offset points", fontsize=7.5,
    )  # fmt: skip
    return figure


def portrait(ax: Axes, path: Floats, at: Floats, field: Floats) -> None:
    """Arrows of one length for where both players are pulled, and the path from its start."""
    long = np.hypot(*field.T)
    unit = field / np.where(long > 0, long, 1)[:, None]
    ax.quiver(*at.T, *unit.T, color="#c9cbc7", width=0.004, pivot="mid", scale=26)
    ax.plot(*path.T, color=CRITIC, lw=1.1)
    ax.plot(*path[0], "o", color=INK, ms=4)
    ax.plot(0, 0, "+", color=REAL, ms=9, mew=1.6)
    edge = float(np.abs(at).max())
    ax.set(
        xlim=(-edge, edge), ylim=(-edge, edge), xlabel="θ, the generator", ylabel="ψ, the critic"
    )
    ax.set_aspect("equal", adjustable="box")
    ax.set_title("p = δ at 0, q = δ at θ, v = ψx")


def table(record: Record) -> list[dict[str, Any]]:
    """What the pictures are held against, as rows; what was not measured says so."""
    held, truth = record.theory, dig(record.evaluation, ("critic",))
    if not held.get("measured"):
        return []
    truth = truth if isinstance(truth, dict) else {}
    exact = next((value for _, _, value in truths(record)), None)
    units = truth.get("bound_of") or "its f"
    bound = truth.get("bound")
    return [
        {"what": "the generator minimises, at the optimal critic", "value": held.get("minimises")},
        {"what": "the critic's loss at p = q", "value": named(float(held["rest"]))},
        {"what": "the exact divergence, in the units of the estimate", "value": known(exact)},
        {"what": f"the critic's bound of {units}", "value": known(bound)},
        {"what": f"the exact divergence, of {units}", "value": known(truth.get("exact"))},
    ]


def known(value: float | None) -> Any:
    """A value, or that it was not measured."""
    return "not measured" if value is None else value
