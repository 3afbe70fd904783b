"""Pictures of what training makes of the theory: measured by benchmarks, or closed forms."""

from __future__ import annotations

import itertools
import math
from typing import TYPE_CHECKING, Any

import numpy as np

from saddle.report.lessons.laws import finish, level
from saddle.report.lessons.lines import LOG2, X, log_normal, mixture
from saddle.report.lessons.measured import column, rows
from saddle.report.read import Array
from saddle.report.style import (
    ACCENT,
    CRITIC,
    DASHES,
    FAKE,
    LABELS,
    MUTED,
    REAL,
    decades,
    drawn,
    sheet,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


@drawn
def fgan_table() -> Figure:
    """The Gaussian that each divergence picks, by quadrature and by training."""
    figure = sheet(9.0, 3.9)
    left, right = figure.subplots(1, 2)
    p = np.exp(mixture((0.33, -1.0, math.sqrt(0.065)), (0.67, 2.0, math.sqrt(2.0))))
    left.fill_between(X, p, color=REAL, alpha=0.25, lw=0, label="the data")
    for number, row in enumerate(rows("theory_fgan_table", objective="exact")):
        how: dict[str, Any] = {"color": LABELS[number], "label": row["divergence"]}
        left.plot(X, np.exp(log_normal(X, row["mu"], row["sigma"])), ls=DASHES[number % 4], **how)
        right.plot(row["mu*"], row["sigma*"], "o", ms=9, mfc="none", **how)
    for objective, mark, color in (("exact", "x", CRITIC), ("zero-sum", "+", ACCENT)):
        at = [column("theory_fgan_table", key, objective=objective) for key in ("mu", "sigma")]
        right.plot(*at, mark, ms=7, mew=1.4, ls="", color=color, label=f"learned, {objective}")
    for row in rows("theory_fgan_table", objective="zero-sum"):
        if row["worst gap"] > 0.1:
            lost = f"{row['divergence']}, zero-sum"
            right.annotate(lost, (row["mu"], row["sigma"]), xytext=(6, 5),
                           textcoords="offset points", fontsize=7.5)  # fmt: skip
    left.set(xlim=(-5, 7), yticks=[], xlabel="x", title="the Gaussian that each f learns")
    right.set(xlabel="μ", ylabel="σ", title="circles: the optimum by quadrature")
    left.legend(fontsize=7)
    right.legend(fontsize=7, ncols=1, loc="upper left", bbox_to_anchor=(1, 1))
    right.grid()
    return figure


@drawn
def collapse() -> Figure:
    """Modes that forward KL keeps on the grid of 25, three ways to play, four seeds each."""
    figure = sheet(9.0, 3.0)
    ways = list(dict.fromkeys(row["way"] for row in rows("theory_collapse")))
    for ax, way in zip(figure.subplots(1, len(ways), sharey=True), ways, strict=True):
        for number, row in enumerate(rows("theory_collapse", way=way)):
            seen = [int(n) for n in str(row["at five looks"]).split()]
            ax.plot(range(1, 6), seen, color=LABELS[number], marker="o", ms=3)
        level(ax, 25, "all 25")
        ax.set(ylim=(0, 27), xlabel="look", xticks=range(1, 6))
        ax.set_title(way, fontsize=8.5)
        ax.grid(axis="y")
    return figure


@drawn
def parallel_lines() -> Figure:
    """Two lines at distance theta: what each distance says, and what critics learned."""
    figure = sheet(9.0, 3.4)
    left, right = figure.subplots(1, 2)
    theta = np.linspace(-2, 2, 401)
    at = column("theory_parallel_lines", "theta")
    apart = theta != 0
    left.plot(theta, np.where(apart, LOG2, np.nan), color=CRITIC, label="JSD")
    left.plot(0, 0, "o", ms=5, color=CRITIC)
    learned = column("theory_parallel_lines", "JSD learned")
    left.plot(at, learned, "x", ms=6, color=ACCENT, label="learned by a logistic critic")
    left.annotate("KL is infinite for every θ ≠ 0", (-1.9, 0.3), color=MUTED, fontsize=8)
    level(left, LOG2, "log 2")
    right.plot(theta, np.abs(theta), color=CRITIC, label="W1 = |θ|")
    learned = column("theory_parallel_lines", "W1 learned")
    right.plot(at, learned, "x", ms=6, color=ACCENT, label="learned, over the proved slope")
    left.set(ylim=(-0.05, 0.85), xlabel="θ", title="no slope to follow")
    right.set(xlabel="θ", title="a slope everywhere")
    finish(left, right)
    return figure


@drawn
def clipping() -> Figure:
    """A clipped critic beside a penalised one: its weights, and what it sees of W1."""
    figure = sheet(9.0, 3.0)
    kinds = list(dict.fromkeys(row["critic"] for row in rows("theory_clipping")))
    panels = (("at the clip, %", "weights within 1 % of the clip, %"),
              ("rise, %", "what it sees beyond the radius, %"),
              ("of W1, %", "gap over steepest slope, % of W1"))  # fmt: skip
    for ax, (key, title) in zip(figure.subplots(1, 3, sharey=True), panels, strict=True):
        for number, kind in enumerate(kinds):
            values = column("theory_clipping", key, critic=kind)
            ax.barh(number, values.mean(), 0.6, color=LABELS[number], alpha=0.75)
            ax.plot(values, np.full(len(values), number), "o", ms=3, color="#26282c")
        ax.set_title(title, fontsize=8)
        ax.set_yticks(range(len(kinds)), kinds)
        ax.axvline(0, color=MUTED, lw=0.7)
        ax.grid(axis="x")
    return figure


@drawn
def average_picture() -> Figure:
    """Least squares for data of two branches: both solutions run between, where nothing is."""
    rng = np.random.default_rng(0)
    x = rng.uniform(-1, 1, 600)
    y = np.where(rng.random(600) < 0.5, 1.0, -1.0) * (0.6 + 0.4 * x) + 0.05 * rng.normal(size=600)
    A = np.stack([np.ones_like(x), x, x**2], 1)
    closed = np.linalg.lstsq(A, y, rcond=None)[0]
    w, gaps = np.zeros(3) + 0.8, []
    for _ in range(400):
        w = w - 0.5 * (A.T @ (A @ w - y)) / len(x)
        gaps.append(float(np.linalg.norm(w - closed)))
    figure = sheet(9.0, 3.4)
    left, right = figure.subplots(1, 2)
    at = np.linspace(-1, 1, 60)
    basis = np.stack([np.ones_like(at), at, at**2], 1)
    left.plot(x, y, "o", ms=2.5, mew=0, color=REAL, alpha=0.5, label="data")
    left.plot(at, basis @ closed, color=FAKE, label="closed form")
    left.plot(at[::4], (basis @ w)[::4], "o", ms=4, color=ACCENT, label="by gradient descent")
    left.set(xlabel="what is given", ylabel="x", title="the least mean square is a mean")
    right.plot(gaps, color=CRITIC)
    right.set(yscale="log", xlabel="step", title="descent, distance to the closed form")
    decades(right.yaxis)
    finish(left)
    right.grid(axis="y")
    return figure


@drawn
def likelihood() -> Figure:
    """Held-out likelihood and quality part: each impostor has the one without the other."""
    figure = sheet(9.0, 2.7)
    left, right = figure.subplots(1, 2, sharey=True)
    names = [str(row["q"]) for row in rows("theory_likelihood")]
    below = column("theory_likelihood", "below p by")
    quality = column("theory_likelihood", "high quality, %")
    for ax, values, title in ((left, below, "held-out log q, nats below log p"),
                              (right, quality, "samples of high quality, %")):  # fmt: skip
        bars = ax.barh(names, values, 0.6, color=[REAL, ACCENT, FAKE])
        ax.bar_label(bars, [f"{v:.3g}" for v in values], padding=3, fontsize=8)
        ax.set_title(title)
        ax.margins(x=0.15)
        ax.invert_yaxis()
    left.set_xscale("symlog")
    left.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
    return figure


@drawn
def moments() -> Figure:
    """Trained on mean and variance: these tests pass while a learned test still rejects."""
    figure = sheet(9.0, 3.0)
    ax = figure.subplots()
    steps = column("theory_moments", "step")
    lines = (("mean p", REAL), ("variance p", CRITIC), ("c2st p", FAKE), ("energy p", ACCENT))
    for number, (key, color) in enumerate(lines):
        p = np.maximum(column("theory_moments", key), 1e-12)
        ax.plot(steps, p, color=color, ls=DASHES[number], marker="o", ms=3, label=key)
    level(ax, 0.05, "p = 0.05")
    ax.set(
        yscale="log", ylim=(1e-12, 3), xlabel="step", title="p-value of each test (at least 1e-12)"
    )
    decades(ax.yaxis)
    finish(ax)
    return figure


@drawn
def two_maps() -> Figure:
    """BiGAN's optimum over all maps of three points, a cycle's symmetries, an exact flow."""
    figure = sheet(9.0, 6.2)
    (joint, flow), (left, right) = figure.subplots(2, 2)
    inverse, other = bigan_values()
    edges = np.linspace(0, LOG2, 29).tolist()
    joint.hist([other, inverse], edges, stacked=True, color=[MUTED, ACCENT],
               label=["other pairs of maps", f"{len(inverse)} pairs, E inverts G"])  # fmt: skip
    joint.set(xlabel="JSD of (x, E(x)) and (G(z), z)", yscale="log", title="BiGAN on three points")
    joint.legend(fontsize=7.5)
    decades(joint.yaxis)
    scales = np.array([0.1, 0.3, 1, 2, 3, 4])
    kinds: tuple[type[np.floating[Any]], ...] = (np.float32, np.float64)
    for number, kind in enumerate(kinds):
        errors = [[cycle_error(s, kind, seed) for seed in range(8)] for s in scales]
        flow.plot(scales, np.median(errors, 1), color=LABELS[number], marker="o", ms=3,
                  label=kind.__name__)  # fmt: skip
    flow.set(
        yscale="log", xlabel="size of random weights", title="a coupling flow, there and back"
    )
    decades(flow.yaxis)
    finish(flow)
    for ax, degrees in ((left, 0), (right, 90)):
        square(ax, degrees)
    return figure


def bigan_values() -> tuple[list[float], list[float]]:
    """JSD of both joint laws over all 27 x 27 pairs of maps: of inverse pairs, of the others."""
    maps = list(itertools.product(range(3), repeat=3))
    found: dict[bool, list[float]] = {True: [], False: []}
    for G, E in itertools.product(maps, maps):
        found[all(E[G[k]] == k and G[E[k]] == k for k in range(3))].append(joint_jsd(G, E))
    return found[True], found[False]


def joint_jsd(G: tuple[int, ...], E: tuple[int, ...]) -> float:
    """JSD of (x, E(x)) and (G(z), z), x and z uniform on three points."""
    a, b = np.zeros((3, 3)), np.zeros((3, 3))
    for k in range(3):
        a[k, E[k]] += 1 / 3
        b[G[k], k] += 1 / 3
    m = np.maximum((a + b) / 2, 1e-300)
    terms = [x * np.log(np.where(x > 0, x, m) / m) for x in (a, b)]
    return float(sum(term.sum() for term in terms) / 2)


def cycle_error(scale: float, kind: type[np.floating[Any]], seed: int) -> float:
    """Largest |T^-1(T(x)) - x| of six affine couplings with random weights of that size."""
    rng = np.random.default_rng(seed)
    layers: list[Array] = [(scale * rng.normal(size=(2, 8))).astype(kind) for _ in range(6)]
    x: Array = rng.normal(size=(256, 2)).astype(kind)
    y = x.copy()
    for number, weights in enumerate(layers):
        y = coupled(y, weights, number % 2, back=False)
    for number, weights in reversed(list(enumerate(layers))):
        y = coupled(y, weights, number % 2, back=True)
    return float(np.abs(y - x).max()) or float(np.finfo(kind).eps)


def coupled(x: Array, weights: Array, half: int, *, back: bool) -> Array:
    """One half scaled and shifted by functions of the other, or back again."""
    y: Array = x.copy()
    other = x[:, 1 - half]
    hidden = np.tanh(x[:, half, None] * weights[0] + weights[1])
    log_scale, shift = np.tanh(hidden[:, :4].sum(1)), hidden[:, 4:].sum(1)
    there, again = other * np.exp(log_scale) + shift, (other - shift) * np.exp(-log_scale)
    y[:, 1 - half] = again if back else there
    return y


def square(ax: Axes, degrees: float) -> None:
    """Four modes and their image under a turn that keeps the law, by the mode they came from."""
    rng = np.random.default_rng(0)
    corners = np.array([(1, 1), (1, -1), (-1, 1), (-1, -1)])
    t = math.radians(degrees)
    R = np.array([[math.cos(t), -math.sin(t)], [math.sin(t), math.cos(t)]])
    for number, corner in enumerate(corners):
        a = corner + 0.22 * rng.normal(size=(90, 2))
        ax.plot(*a.T, "o", ms=3, mfc="none", mew=0.6, color=LABELS[number], alpha=0.5)
        ax.plot(*(a @ R.T).T, "o", ms=2.2, mew=0, color=LABELS[number])
    ax.set_aspect("equal")
    ax.set(xticks=[], yticks=[])
    name = "a quarter turn" if degrees else "left as it is"
    ax.set_title(f"a zero-loss cycle: {name}")
    ax.set_xlabel("rings a, dots G(a)")
