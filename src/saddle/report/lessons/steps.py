"""Pictures of how players move: circles, spirals, long steps, gradients that fade."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from saddle.report.lessons.laws import finish, level
from saddle.report.lessons.lines import LOG2, X, jsd, log_normal
from saddle.report.lessons.measured import column, rows
from saddle.report.read import Floats
from saddle.report.style import CRITIC, DASHES, FAKE, INK, LABELS, REAL, decades, drawn, sheet

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Move = Callable[[float, float], tuple[float, float]]
"""From (theta, psi) to the direction of both players."""

START, RATE = (1.0, -1.0), 0.2


def sigmoid(t: Floats | float) -> Floats:
    """1 / (1 + e^-t)."""
    return np.asarray(1 / (1 + np.exp(-np.asarray(t, dtype=float))))


def played(
    fake: Callable[[float], float], pull: Callable[[float], float], gamma: float = 0.0
) -> Move:
    """The Dirac field: theta' = psi pull(psi theta), psi' = -theta fake(psi theta) - gamma psi."""
    return lambda theta, psi: (psi * pull(psi * theta), -theta * fake(psi * theta) - gamma * psi)


def logistic(t: float) -> float:
    """Slope of log(1 + e^t), the critic's at a fake score t."""
    return float(sigmoid(t))


def _noisy(theta: float, psi: float, std: float = 0.7) -> tuple[float, float]:
    """The classical game with instance noise on both sides, by Gauss and Hermite's rule."""
    e, w = np.polynomial.hermite_e.hermegauss(40)
    e, w = std * e, w / w.sum()
    at_fake, at_real = sigmoid(psi * (theta + e)), sigmoid(-psi * e)
    return psi * float(w @ at_fake), float(w @ (e * at_real) - w @ ((theta + e) * at_fake))


def _calmed(theta: float, psi: float) -> tuple[float, float]:
    """The classical field v less grad |v|^2 / 2, |v|^2 = (theta^2 + psi^2) s^2."""
    s = logistic(psi * theta)
    turn = (theta**2 + psi**2) * (1 - s)
    return psi * s - s * s * (theta + turn * psi), -theta * s - s * s * (psi + turn * theta)


METHODS: dict[str, tuple[Move, float]] = {
    "GAN": (played(logistic, logistic), math.inf),
    "NS-GAN": (played(logistic, lambda t: logistic(-t)), math.inf),
    "WGAN": (played(lambda t: 1.0, lambda t: 1.0), math.inf),
    "WGAN clip 1": (played(lambda t: 1.0, lambda t: 1.0), 1.0),
    "WGAN-GP .7": (
        lambda theta, psi: (psi, -theta - 0.7 * (abs(psi) - 1) * float(np.sign(psi))),
        math.inf,
    ),
    "instance noise .7": (_noisy, math.inf),
    "consensus 1": (_calmed, math.inf),
    "GAN + R1 .3": (played(logistic, logistic, 0.3), math.inf),
    "GAN + R1 1": (played(logistic, logistic, 1.0), math.inf),
    "NS-GAN + R1 .3": (played(logistic, lambda t: logistic(-t), 0.3), math.inf),
}
"""Fields in the sign of psi that calls real positive, and the clip of psi."""


def walk(move: Move, *, clip: float, alternating: bool, steps: int = 500) -> Floats:
    """The path from (1, -1), (steps + 1, 2); alternating, the generator moves first."""
    path = [START]
    for _ in range(steps):
        theta, psi = path[-1]
        down = move(theta, psi)
        after = theta + RATE * down[0]
        up = move(after, psi)[1] if alternating else down[1]
        path.append((after, min(max(psi + RATE * up, -clip), clip)))
    return np.array(path)


@drawn
def dirac() -> Figure:
    """Five hundred steps of each method, simultaneous and alternating."""
    figure = sheet(9.0, 4.4)
    told = {str(row["method"]): row for row in rows("theory_dirac")}
    for ax, (name, (move, clip)) in zip(figure.subplots(2, 5).flat, METHODS.items(), strict=True):
        for alternating, color, label in (
            (False, FAKE, "simultaneous"),
            (True, CRITIC, "alternating"),
        ):
            path = walk(move, clip=clip, alternating=alternating)
            ax.plot(*path.T, color=color, lw=0.7, label=label)
            ax.plot(*path[-1], "o", ms=3, color=color)
        ax.plot(*START, "o", ms=3, color=INK)
        ax.plot(0, 0, "+", color=REAL, ms=8, mew=1.4)
        ax.set(xlim=(-3, 3), ylim=(-3, 3), xticks=[], yticks=[])
        ax.set_aspect("equal")
        ax.set_title(name, fontsize=8.5)
        ax.set_xlabel(f"λ {told[name]['eigenvalue']}", fontsize=7)
    handles, labels = ax.get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=2)
    return figure


def bilinear(rule: str, h: float, steps: int) -> Floats:
    """Min over x, max over y of xy from (1, 1): the path of a rule, (steps + 1, 2)."""
    path = [np.array([1.0, 1.0])]
    for _ in range(steps):
        path.append(TURNS[rule](path[-1], path[max(len(path) - 2, 0)], h))
    return np.array(path)


def _down(w: Floats) -> Floats:
    return np.array([w[1], -w[0]])


def _alternate(w: Floats, h: float) -> Floats:
    x = w[0] - h * w[1]
    return np.array([x, w[1] + h * x])


TURNS: dict[str, Callable[[Floats, Floats, float], Floats]] = {
    "simultaneous": lambda w, last, h: w - h * _down(w),
    "alternating": lambda w, last, h: _alternate(w, h),
    "extragradient": lambda w, last, h: w - h * _down(w - h * _down(w)),
    "optimistic": lambda w, last, h: w - h * (2 * _down(w) - _down(last)),
}
"""From w = (x, y), the one before it and the rate to the next."""


@drawn
def convex_is_not_enough() -> Figure:
    """The paths of xy under each rule, their norms, and the average of the alternating one."""
    figure = sheet(9.0, 3.8)
    left, right = figure.subplots(1, 2, width_ratios=(1, 1.4))
    for number, name in enumerate(TURNS):
        how = {"color": LABELS[number], "ls": DASHES[number]}
        path = bilinear(name, 0.2, 200)
        left.plot(*path[:60].T, lw=1.0, label=name, **how)
        right.plot(np.hypot(*path.T), label=name, **how)
    path = bilinear("alternating", 0.2, 200)
    mean = np.cumsum(path, 0) / np.arange(1, len(path) + 1)[:, None]
    right.plot(np.hypot(*mean.T), color=INK, lw=0.9, label="average of the alternating steps")
    left.plot(0, 0, "+", color=REAL, ms=9, mew=1.5)
    left.set(xlim=(-3, 3), ylim=(-3, 3), xlabel="x", ylabel="y", title="60 steps from (1, 1)")
    left.set_aspect("equal")
    right.set(yscale="log", xlabel="step", ylim=(1e-3, 1e2), title="distance to (0, 0)")
    decades(right.yaxis)
    finish(right)
    return figure


@drawn
def step_size() -> Figure:
    """JSD on the way from N(3, 1) to N(0, 1), the critic renewed or not."""
    plays = {
        "h = 0.1, critic renewed": (0.1, 1),
        "h = 1, critic renewed": (1.0, 1),
        "h = 6, critic renewed": (6.0, 1),
        "h = 0.1, one fixed critic": (0.1, 0),
        "h = 0.1, renewed every 25": (0.1, 25),
    }
    figure = sheet(9.0, 3.4)
    ax = figure.subplots()
    for number, (name, (h, refresh)) in enumerate(plays.items()):
        path = descend(h, refresh=refresh, steps=80)
        ax.plot(path, color=LABELS[number], ls=DASHES[number % 4], label=name)
    level(ax, LOG2, "log 2")
    ax.set(xlabel="step of the generator", title="JSD(p, q)")
    finish(ax)
    return figure


def descend(h: float, *, refresh: int, steps: int) -> Floats:
    """JSD after every step on E_q log(1 - D), D optimal anew every `refresh` steps (0: never)."""
    z = np.linspace(-8, 8, 1601)
    phi = np.exp(log_normal(z, 0.0, 1.0)) * (z[1] - z[0])
    mu = critic = 3.0
    path = [mu]
    for step in range(steps):
        critic = mu if refresh and step % refresh == 0 else critic
        v = log_normal(mu + z, 0.0, 1.0) - log_normal(mu + z, critic, 1.0)
        # d/dmu E log sigmoid(-v): v is straight in x, of slope -critic.
        mu += h * float(phi @ sigmoid(v)) * -critic
        path.append(mu)
    p = log_normal(X, 0.0, 1.0)
    return np.array([jsd(p, log_normal(X, m, 1.0)) for m in path])


@drawn
def saturation() -> Figure:
    """The generator's gradient as the critic improves, measured."""
    figure = sheet(9.0, 3.4)
    axes = figure.subplots(1, 2)
    steps = column("theory_saturation", "critic steps")
    for ax, objective in zip(axes, ("minimax", "non-saturating"), strict=True):
        for what, color, dash in (("norm", CRITIC, "-"), ("std", FAKE, DASHES[1])):
            y = column("theory_saturation", f"{what}, {objective}")
            ax.plot(
                np.maximum(steps, 3), y, color=color, ls=dash, marker="o", ms=3, label=NOTED[what]
            )
        ax.set(xscale="log", yscale="log", xlabel="steps of the critic (the first is 0)")
        ax.set_ylim(1e-6, 10)
        ax.set_title(f"G's gradient, {objective}")
        decades(ax.xaxis)
        decades(ax.yaxis)
    finish(*axes)
    return figure


NOTED = {"norm": "its size", "std": "its spread over critics"}
