"""Seventeen tips for training GANs, one at a time, against the same run without the tip.

Two baselines: the plain game (non-saturating, Adam with beta1 0.5, no penalty, no average) and the
default recipe. Both play the grid of 25 Gaussians for a stated number of steps from the same eight
seeds. A tip is judged by the paired difference of sliced W1 to held-out rows at the last step:
it helps, or harms, where the 95 % interval over seeds leaves out zero, and is neutral otherwise.
The seeds of a run are one batch where its networks allow it. `docs/hacks.md` is written from what
this leaves (`scripts/hacks`).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from _common import Bench, Row, column
from saddle.build.custom import Own
from saddle.build.session import Session, start
from saddle.build.together import apart, play_ensemble, together
from saddle.errors import NonFinite
from saddle.measure.paired import paired
from saddle.presets import chosen
from saddle.recipe import Recipe
from saddle.runs import read_lines

Values = Mapping[str, Any]
NETWORK = {"width": 64, "depth": 3}
PLAIN: Values = {
    "preset": "classical",
    "generator": {"name": "mlp", "activation": "relu", **NETWORK},
    "critic": {"name": "mlp", "activation": "leaky-relu", **NETWORK},
    "optimise_generator.rate": 1e-3,
    "optimise_critic.rate": 1e-3,
}
"""The plain game: what DCGAN trained with, on points; the rate suits short runs."""

DEFAULT: Values = {"preset": "default"}
RING: Values = {**PLAIN, "data": "ring"}
LABELLED: Values = {**PLAIN, "data": "labelled-ring", "game": "conditional"}
BASES = {"plain": PLAIN, "default": DEFAULT, "ring": RING, "labelled": LABELLED}


class Tanh(nn.Module):
    """1.6 tanh(G(z)): with data of unit scale, that of data in [-1, 1] after tanh."""

    def __init__(self, inner: nn.Module) -> None:
        super().__init__()
        self.inner = inner

    def forward(self, z: Tensor) -> Tensor:
        """From z to (n, d)."""
        return 1.6 * torch.tanh(self.inner(z))


class Dropped(nn.Module):
    """Half of the units dropped, at training and at sampling; each call draws anew."""

    calls: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("calls", torch.zeros((), dtype=torch.int64))

    def forward(self, x: Tensor) -> Tensor:
        """Masked (n, d)."""
        self.calls += 1
        rng = torch.Generator().manual_seed(int(self.calls))
        return 2 * x * (torch.rand(x.shape, generator=rng) < 0.5)


def body(between: Callable[[], nn.Module]) -> nn.Sequential:
    """The plain generator with something between its layers."""
    layers: list[nn.Module] = []
    for size in (2, 64, 64):
        layers += [nn.Linear(size, 64), between(), nn.ReLU()]
    return nn.Sequential(*layers, nn.Linear(64, 2))


@dataclass(frozen=True)
class Tip:
    """One tip, as the change of a recipe that follows it, or that leaves it.

    Attributes:
        number: in the list of 2016.
        says: what it says.
        change: values of the recipe.
        own: networks of one's own.
        leaves: whether the baseline follows the tip and the change leaves it.
        against: the baselines that it is tried on.
        base: what the change is made to, where that is another run than the baseline.
    """

    number: str
    says: str
    change: Values = field(default_factory=dict)
    own: Callable[[], Own] = dict
    leaves: bool = False
    against: tuple[str, ...] = ("plain",)
    base: str | None = None


BOTH = ("plain", "default")
TIPS = (
    Tip("1", "tanh at the generator's end, data within [-1, 1]",
        own=lambda: {"generator": Tanh(body(nn.Identity))}),
    Tip("2", "the non-saturating loss for the generator", {"distance": "minimax"}, leaves=True),
    Tip("3", "Gaussian noise, not uniform", {"noise": "uniform"}, leaves=True),
    Tip("3", "Gaussian noise, not uniform", {"noise": "normal"}, against=("default",)),
    Tip("4", "batch normalisation in the generator",
        own=lambda: {"generator": body(lambda: nn.BatchNorm1d(64))}),
    Tip("5", "LeakyReLU in the generator too", {"generator.activation": "leaky-relu"},
        against=BOTH),
    Tip("6", "soft labels: 0.9 for real", {"labels": ["one-sided:0.9"]}),
    Tip("6", "noisy labels: 5 % flipped", {"labels": ["noisy:0.05"]}),
    Tip("8", "replay: the critic also meets past fakes", {"views": ["replay:50"]}, against=BOTH),
    Tip("9", "SGD for the critic",
        {"optimise_critic": {"name": "sgd", "rate": 0.05}}),
    Tip("9", "Adam with beta1 0.5, not 0",
        {"optimise_critic.beta1": 0.0, "optimise_generator.beta1": 0.0}, leaves=True),
    Tip("9", "Adam with beta1 0.5, not 0",
        {"optimise_critic.beta1": 0.5, "optimise_generator.beta1": 0.5}, against=("default",)),
    Tip("12", "labels, where there are any (ring)", against=("ring",), base="labelled"),
    Tip("13", "instance noise that fades", {"views": ["noise:0.1"], "schedules.decay": 1.0}),
    Tip("13", "instance noise that fades", {"views": ["noise:0.1"]}, against=("default",)),
    Tip("14", "five critic steps a generator step", {"rule": "alternating:5"}),
    Tip("15", "minibatch discrimination", {"critic.name": "mlp-minibatch-discrimination"}),
    Tip("15", "packing, two rows judged as one", {"views": ["packing:2"]}, against=BOTH),
    Tip("17", "dropout 0.5 in the generator, in training", {"generator.name": "mlp-dropout:0.5"},
        against=("plain",)),
    Tip("17", "dropout 0.5 in the generator, sampling too",
        own=lambda: {"generator": body(Dropped)}),
    Tip("none", "R1 and R2, which came later", {"penalties": {"r1": 0.1, "r2": 0.1}}),
)  # fmt: skip

LATER = {
    "5": "pooling and upsampling without holes: needs images",
    "7": "DCGAN and hybrids: needs images",
    "9, SGD under the default recipe": "on seeds of their own all its runs were lost",
    "10": "track failures: `saddle doctor` does",
    "11": "no balancing by loss statistics: nothing here does",
    "16": "discrete conditions as channels: needs images",
}
"""Tips that points cannot try."""

MEASURES = ("sliced W1", "HQ %", "modes")


def scored(sessions: Sequence[Session]) -> list[Row]:
    """Play all seeds of one recipe; what each came to."""
    why = apart(sessions[0])
    began = time.process_time()
    lost: dict[int, str] = {}
    if why is None:
        ensemble = together(sessions)
        for _ in play_ensemble(ensemble):
            pass
        lost = {k: str(m.failed) for k, m in enumerate(ensemble.members) if m.failed}
    else:
        for k, session in enumerate(sessions):
            try:
                for _ in session.play():
                    pass
            except NonFinite as problem:
                lost[k] = str(problem)
    cpu = (time.process_time() - began) / len(sessions)
    return [
        {"CPU s": cpu, "batch": why is None, **(_last(s) if k not in lost else {"lost": lost[k]})}
        for k, s in enumerate(sessions)
    ]


def _last(session: Session) -> Row:
    event = read_lines(session.run.events)[-1]
    modes = event["modes"]
    numbers = (event["watch"]["value"], 100 * modes["high_quality"], modes["captured"])
    return dict(zip(MEASURES, numbers, strict=True))


class Trials:
    """Every recipe is played once, however many tips stand against it."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self.rows: list[Row] = []

    def play(self, label: Row, base: str, tip: Tip | None = None) -> list[Row]:
        """All seeds of a base, with a tip's change."""
        asked = {**BASES[base], **(tip.change if tip else {})}
        made = chosen(asked.pop("preset"), None, None, {"looks": 2, "saves": 1, **asked})
        with self.bench.folder() as out:
            sessions = [
                start(self.recipe(made, seed), Path(out), own=tip.own() if tip else {})
                for seed in self.bench.seeds
            ]
            found = scored(sessions)
        for seed, row in zip(self.bench.seeds, found, strict=True):
            self.rows.append({**label, "seed": seed, **row})
        self.bench.tell(f"{label} {found[0]} {np.mean(column(found, 'sliced W1')):.4f}")
        return found

    def recipe(self, made: Recipe, seed: int) -> Recipe:
        """One run."""
        return self.bench.recipe(made, {"steps": STEPS, "batch": BATCH}, seed=seed)


STEPS, BATCH = 800, 64
"""Short runs: what a tip does early."""

JUDGED = {-1: "helps", 0: "neutral", 1: "harms"}


def judged(tip: Tip, against: str, base: Sequence[Row], changed: Sequence[Row]) -> Row:
    """A tip's effect: what follows it minus what does not."""
    before, after = (changed, base) if tip.leaves else (base, changed)
    before, after = list(before), list(after)
    pairs = [(a, b) for a, b in zip(before, after, strict=True) if "lost" not in (a | b)]  # type: ignore[operator]
    found = {
        name: paired([a[name] for a, _ in pairs], [b[name] for _, b in pairs])  # type: ignore[arg-type]
        for name in MEASURES
    }
    main = found["sliced W1"]
    low, high = main.interval or (-np.inf, np.inf)
    lost = [sum("lost" in row for row in side) for side in (before, after)]
    ends = (low, high) if lost[0] == lost[1] else (lost[1] - lost[0],) * 2
    verdict = JUDGED[int(ends[0] > 0) - int(ends[1] < 0)]
    return {
        "tip": tip.number,
        "says": tip.says,
        "against": against,
        "without": float(np.mean([float(a["sliced W1"]) for a, _ in pairs])),  # type: ignore[arg-type]
        "with": float(np.mean([float(b["sliced W1"]) for _, b in pairs])),  # type: ignore[arg-type]
        "difference": main.difference,
        "low": low,
        "high": high,
        "p": main.p_value,
        "HQ % with - without": found["HQ %"].difference,
        "modes with - without": found["modes"].difference,
        "lost": lost[1],
        "verdict": verdict,
    }


def main() -> None:
    bench = Bench("hacks", "Tips for GANs, tested", seeds="0-7", only=None)
    trials, summary = Trials(bench), list[Row]()
    bases = {
        name: trials.play({"run": name}, name)
        for name in BASES
        if name != "labelled" and bench.wanted(name)
    }
    for tip in TIPS:
        for against in tip.against:
            if against in bases:
                label = {"run": f"{tip.number}: {tip.says}", "against": against}
                found = trials.play(label, tip.base or against, tip)
                summary.append(judged(tip, against, bases[against], found))
                bench.show(trials.rows, shown=[], summary=summary, notes=notes(bench))


def notes(bench: Bench) -> list[str]:
    """How to read the table."""
    steps, seeds = bench.options.steps or STEPS, len(bench.seeds)
    return [
        f"{steps} steps, batch {BATCH}, {seeds} seeds, 25 Gaussians (labels: 8 on a ring)",
        "difference: sliced W1 to 2,000 held-out rows with the tip minus without, paired over "
        "seeds; helps or harms where the 95 % interval leaves out zero, neutral otherwise; ",
        "a tip that loses runs harms",
        "no correction for the number of tips: one in twenty neutral ones is called otherwise",
    ]


if __name__ == "__main__":
    main()
