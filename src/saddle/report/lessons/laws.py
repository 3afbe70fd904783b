"""Pictures of what is true of divergences and of the optimal critic."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from saddle.report.lessons.lines import (
    FORMS,
    LOG2,
    LOG4,
    X,
    integral,
    jsd,
    kl,
    log_normal,
    log_sigmoid,
    mixture,
    value,
)
from saddle.report.read import Floats
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

P = log_normal(X, 0.0, 1.0)


@drawn
def f_laws() -> Figure:
    """Every bound is tight at the log ratio and nowhere above; the weights of the gradients."""
    figure = sheet(9.0, 3.6)
    left, right = figure.subplots(1, 2)
    q = log_normal(X, 0.7, 1.2)
    scale, v = np.linspace(0.2, 1.8, 81), np.linspace(-5, 5, 201)
    for number, (name, form) in enumerate(FORMS.items()):
        how = {"color": LABELS[number], "ls": DASHES[number % 4]}
        truth = integral(np.exp(q) * form.f(np.exp(P - q)))
        left.plot(scale, [bound(name, q, t) / truth for t in scale], label=name, **how)
        right.plot(v, form.weight(np.exp(v)), label=name, **how)
    left.axhline(1, color=MUTED, lw=0.7)
    left.axvline(1, color=MUTED, lw=0.7)
    left.set(ylim=(0, 1.06), xlabel="t, of a critic v = t log p/q")
    left.set_title("the bound over the divergence")
    right.set(yscale="log", ylim=(1e-3, 1e3), xlabel="v = log p/q")
    right.set_title("u² f''(u): how hard f pulls a sample")
    decades(right.yaxis)
    finish(left, right, legend=False)
    right.legend(ncols=2, fontsize=7)
    return figure


def bound(name: str, log_q: Floats, t: float) -> float:
    """E_P T - E_Q f*(T) at the critic v = t log p/q."""
    form, u = FORMS[name], np.exp(np.clip(t * (P - log_q), -30, 30))
    return integral(np.exp(P) * form.output(u) - np.exp(log_q) * form.conjugate(u))


@drawn
def value_of_the_game() -> Figure:
    """V(G, D*) = -log 4 + 2 JSD, its D*, the relativistic value, and the metric."""
    figure = sheet(9.0, 6.2)
    (game, best), (pairs, metric) = figure.subplots(2, 2)
    means = np.linspace(-5, 5, 41)
    at_best = [value(P, q, P - q) for q in (log_normal(X, m, 1.0) for m in means)]
    by_jsd = [-LOG4 + 2 * jsd(P, log_normal(X, m, 1.0)) for m in means]
    game.plot(means, at_best, color=CRITIC, label="E_p log D* + E_q log(1 − D*)")
    game.plot(means[::4], by_jsd[::4], "o", ms=4, color=ACCENT, label="−log 4 + 2 JSD")
    level(game, -LOG4, "−log 4")
    game.set(xlabel="μ of q = N(μ, 1), p = N(0, 1)", title="V(G, D*)")
    for number, mean in enumerate((0.0, 1.0, 3.0)):
        D = np.exp(log_sigmoid(P - log_normal(X, mean, 1.0)))
        best.plot(X, D, color=LABELS[number], ls=DASHES[number], label=f"μ = {mean:g}")
    best.set(xlim=(-4, 6), ylim=(0, 1.02), xlabel="x", title="D* = p / (p + q)")
    relativistic(pairs)
    triangle(metric)
    finish(game, best, pairs)
    return figure


def relativistic(ax: Axes) -> None:
    """E log sigmoid(v(x) - v(y)) at v = log p/q beside JSD(p x q, q x p) - log 2."""
    x, means = X[::20], np.linspace(-3, 3, 13)
    cell, log_p = (x[1] - x[0]) ** 2, log_normal(x, 0.0, 1.0)
    direct, by_jsd = [], []
    for mean in means:
        log_q = log_normal(x, float(mean), 1.0)
        one, other = log_p[:, None] + log_q, log_q[:, None] + log_p
        v = log_p - log_q
        middle = np.logaddexp(one, other) - LOG2
        direct.append((np.exp(one) * log_sigmoid(v[:, None] - v)).sum() * cell)
        by_jsd.append((np.exp(one) * (one - middle)).sum() * cell - LOG2)
    ax.plot(means, direct, color=CRITIC, label="E log σ(v(x) − v(y)) at v = log p/q")
    ax.plot(means, by_jsd, "o", ms=4, color=ACCENT, label="JSD(p×q, q×p) − log 2")
    level(ax, -LOG2, "−log 2")
    ax.set(xlabel="μ of q", title="relativistic pairs at their optimum")


def triangle(ax: Axes) -> None:
    """d(a, c) / (d(a, b) + d(b, c)) on random triples, d = sqrt(JSD) and d = JSD."""
    laws = np.random.default_rng(0).dirichlet(np.full(4, 0.5), (4000, 3))
    a, b, c = (np.maximum(laws[:, k], 1e-12) for k in range(3))
    edges = np.linspace(0, 2, 81)
    for root, color, name in ((0.5, CRITIC, "√JSD"), (1.0, MUTED, "JSD")):
        far, one, two = (_discrete(*pair) ** root for pair in ((a, c), (a, b), (b, c)))
        label = f"{name}: at most {(far / (one + two)).max():.2f}"
        ax.hist(far / (one + two), edges.tolist(), color=color, histtype="step", label=label)
    ax.axvline(1, color=ACCENT, lw=1.0)
    ax.set(xlabel="d(a, c) over d(a, b) + d(b, c)", yticks=[])
    ax.set_title("√JSD keeps the triangle, JSD does not")
    ax.legend(loc="upper right")


def _discrete(p: Floats, q: Floats) -> Floats:
    m = (p + q) / 2
    found: Floats = (p * np.log(p / m) + q * np.log(q / m)).sum(1) / 2
    return np.maximum(found, 0.0)


@drawn
def softened() -> Figure:
    """KL(q||p) - 2 JSD is a divergence; its gradient is that of -E_q log D with D held."""
    figure = sheet(9.0, 3.4)
    left, right = figure.subplots(1, 2)
    means = np.linspace(0, 3, 31)
    laws = [log_normal(X, m, 1.0) for m in means]
    reverse, twice = [kl(q, P) for q in laws], [2 * jsd(P, q) for q in laws]
    soft = [2 * kl(np.logaddexp(P, q) - LOG2, P) for q in laws]
    left.plot(means, reverse, color=FAKE, label="KL(q‖p)")
    left.plot(means, twice, color=REAL, ls=DASHES[1], label="2 JSD")
    left.plot(means, np.subtract(reverse, twice), color=CRITIC, label="their difference")
    left.plot(means[::3], soft[::3], "o", ms=4, color=ACCENT, label="2 KL((p + q)/2 ‖ p)")
    left.set(xlabel="μ of q = N(μ, 1)", title="no contradiction: one divergence")
    held = [slope(lambda m, c=c: surrogate(m, c), c) for c in means]
    follows = [slope(lambda m: surrogate(m, m), c) for c in means]
    exact = [slope(lambda m: 2 * kl(np.logaddexp(P, N(m)) - LOG2, P), c) for c in means]
    right.plot(means, exact, color=CRITIC, label="of 2 KL((p + q)/2 ‖ p)")
    right.plot(means[::3], held[::3], "o", ms=4, color=ACCENT, label="of −E_q log D, D held")
    right.plot(means, follows, color=FAKE, ls=DASHES[1], label="of −E_q log D*, D* following")
    right.set(xlabel="μ", title="the slope in μ")
    finish(left, right)
    return figure


def N(mean: float) -> Floats:
    """Log density of the Gaussian of that mean and variance one."""
    return log_normal(X, mean, 1.0)


def surrogate(mean: float, critic: float) -> float:
    """-E_q log D where D is optimal for N(critic, 1)."""
    return -integral(np.exp(N(mean)) * log_sigmoid(P - N(critic)))


def slope(f: object, at: float, h: float = 1e-4) -> float:
    """The central difference."""
    assert callable(f)
    return float(f(at + h) - f(at - h)) / (2 * h)


@drawn
def conditional() -> Figure:
    """D*(x, c), and what fakes of another law of c teach it."""
    figure = sheet(9.0, 3.4)
    left, right = figure.subplots(1, 2)
    prior, other = (0.2, 0.5, 0.3), (0.6, 0.2, 0.2)
    real = [log_normal(X, m, s) for m, s in ((-2, 0.7), (0, 1.0), (2, 0.5))]
    fake = [log_normal(X, m, s) for m, s in ((-1, 1.0), (0, 1.0), (2, 0.8))]
    joint = sum(w * value(p, q, p - q) for w, p, q in zip(prior, real, fake, strict=True))
    mean = sum(w * jsd(p, q) for w, p, q in zip(prior, real, fake, strict=True))
    near = (X > -5) & (X < 5)
    for c, (p, q) in enumerate(zip(real, fake, strict=True)):
        how = {"color": LABELS[c], "ls": DASHES[c]}
        left.plot(X[near], np.exp(log_sigmoid(p - q))[near], label=f"c = {c}", **how)
        shift = np.log(prior[c] / other[c])
        right.plot(X[near], (p - q)[near], label=f"c = {c}", **how)
        right.plot(X[near], (p - q + shift)[near], color=LABELS[c], lw=0.7)
    left.set(ylim=(0, 1.02), title="D*(x, c)")
    left.set_xlabel(f"x;  its value {joint:.4f}, −log 4 + 2 E_c JSD = {-LOG4 + 2 * mean:.4f}")
    right.set(ylim=(-8, 8), xlabel="x")
    right.set_title("log p/q; thin: shifted by log p(c)/q(c)")
    finish(left, right)
    return figure


@drawn
def sides_of_kl() -> Figure:
    """What dropping and inventing cost, and what one Gaussian makes of two modes."""
    figure = sheet(9.0, 3.6)
    left, right = figure.subplots(1, 2)
    p = mixture((0.5, -3, 1), (0.5, 3, 1))
    invents = mixture((0.495, -3, 1), (0.495, 3, 1), (0.01, 12, 0.5))
    half = mixture((0.25, -3, 1), (0.25, 3, 1), (0.5, 12, 0.5))
    guesses = {"drops one of two": log_normal(X, -3, 1), "invents 1 %": invents,
               "invents 50 %": half}  # fmt: skip
    place = np.arange(len(guesses))
    sides = (("KL(q‖p)", FAKE, [kl(q, p) for q in guesses.values()]),
             ("KL(p‖q)", REAL, [kl(p, q) for q in guesses.values()]))  # fmt: skip
    for number, (name, color, costs) in enumerate(sides):
        bars = left.bar(place + 0.38 * number, costs, 0.36, color=color, label=name)
        left.bar_label(bars, [f"{c:.2g}" for c in costs], fontsize=7.5, padding=2)
    left.set_xticks(place + 0.19, list(guesses))
    left.set(yscale="log", ylim=(5e-3, 80), title="what a mode costs, nats")
    decades(left.yaxis)
    right.fill_between(X, np.exp(p), color=REAL, alpha=0.25, lw=0, label="p")
    for name, color, forward in (("least KL(q‖p)", FAKE, False), ("least KL(p‖q)", CRITIC, True)):
        right.plot(X, np.exp(nearest(p, forward=forward)), color=color, label=name)
    right.set(xlim=(-9, 9), yticks=[], xlabel="x", title="one Gaussian for two modes")
    finish(left, right)
    return figure


def nearest(p: Floats, *, forward: bool) -> Floats:
    """The Gaussian nearest to p on a grid of means and deviations."""
    guesses = [
        log_normal(X, m, s) for m in np.linspace(-4, 4, 33) for s in np.linspace(0.7, 4, 34)
    ]
    return min(guesses, key=lambda q: kl(p, q) if forward else kl(q, p))


def level(ax: Axes, height: float, name: str) -> None:
    """A thin line at a known height, with its name."""
    ax.axhline(height, color=MUTED, lw=0.9, ls=DASHES[2])
    ax.annotate(
        name, (1, height), xycoords=("axes fraction", "data"), ha="right", va="bottom",
        xytext=(-3, 2), textcoords="offset points", color=MUTED, fontsize=7.5,
    )  # fmt: skip


def finish(*axes: Axes, legend: bool = True) -> None:
    """Hair lines and legends."""
    for ax in axes:
        ax.grid(axis="y")
        if legend:
            ax.legend(fontsize=7.5)
