"""The doctor's zoo: runs with a planted fault each, of random size and onset.

A case is a recipe, what is changed of it at the onset, and what is done to the players there. All
but two play on a ring of four to eight Gaussians that a sound recipe learns in a thousand turns.
"""

from __future__ import annotations

import math
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from saddle.build.materials import gather
from saddle.build.resuming import resume
from saddle.build.session import Session, start
from saddle.doctor import FAILURE
from saddle.errors import NonFinite, UserError
from saddle.networks.base import Scores
from saddle.presets import FLAT, amended_recipe, preset, without_critic
from saddle.recipe import Recipe
from saddle.runs import Run, read_lines
from saddle.sources.mixtures import Mixture, isotropic, on_circle, on_grid
from saddle.training.state import State

Values = Mapping[str, Any]
Rng = np.random.Generator


class Ring(Mixture):
    """K round Gaussians on the unit circle, wide enough to be learned in a thousand turns."""

    k = 8

    def __init__(self, seed: int) -> None:
        super().__init__(
            f"wide-ring-{self.k}", isotropic(on_circle(self.k, radius=1.0), 0.1), seed=seed
        )


class Ring4(Ring):
    """Four of them."""

    k = 4


class Ring5(Ring):
    """Five of them."""

    k = 5


class Ring6(Ring):
    """Six of them."""

    k = 6


class Grid(Mixture):
    """Nine round Gaussians on a grid."""

    def __init__(self, seed: int) -> None:
        centres = on_grid((-1.0, 0.0, 1.0))
        super().__init__("wide-grid-9", isotropic(centres, 0.1), seed=seed)


RINGS = {ring.k: ring for ring in (Ring4, Ring5, Ring6, Ring)}


class OneMode(nn.Module):
    """G(z) = c + z / 12, whatever the data: all samples lie on one mode."""

    def __init__(self, shape: Any) -> None:
        super().__init__()
        self.centre = nn.Parameter(torch.full((shape.output,), 0.7))
        self.output = shape.output

    def forward(self, *parts: Tensor) -> Tensor:
        """From z (n, l) to (n, d)."""
        return self.centre + parts[0][:, : self.output] / 12


class Linear(nn.Module):
    """v(x) = w x: against a shift, the game is bilinear."""

    pointwise = True

    def __init__(self, shape: Any) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.full((shape.joined,), 0.5))

    def forward(self, *parts: Tensor) -> Scores:
        """From parts with n rows to (n,)."""
        x = torch.cat([part.flatten(1) for part in parts], 1)
        return Scores(x @ self.weight, x)


class Shift(nn.Module):
    """G(z) = m + z, which begins away from the data."""

    def __init__(self, shape: Any) -> None:
        super().__init__()
        self.m = nn.Parameter(torch.full((shape.output,), 0.7))

    def forward(self, *parts: Tensor) -> Tensor:
        """From z (n, d) to (n, d)."""
        return self.m + parts[0]


class Memorised(nn.Module):
    """G(z) is a training row that z picks, moved by hardly anything."""

    def __init__(self, rows: Tensor) -> None:
        super().__init__()
        self.register_buffer("rows", rows)
        self.shift = nn.Parameter(torch.zeros(rows.shape[1]))

    def forward(self, *parts: Tensor) -> Tensor:
        """From z (n, l), uniform with variance 1, to (n, d)."""
        rows = self.get_buffer("rows")
        share = (parts[0][:, 0] / math.sqrt(12) + 0.5).clamp(0, 1 - 1e-6)
        return rows[(share * len(rows)).long()] + 1e-5 * self.shift


# -------------------------------------------------------------------------- what is done at onset


def nothing(state: State, rng: Rng) -> None:
    """The recipe says it all."""


def kill_generator(state: State, rng: Rng) -> None:
    """The last layer at zero, and rectifiers before it that never open again."""
    layers = [m for m in state.game.generators.modules() if isinstance(m, nn.Linear)]
    with torch.no_grad():
        layers[-1].weight.zero_()
        for layer in layers[:-1]:
            layer.bias.fill_(-100.0)


def break_row(state: State, rng: Rng) -> None:
    """A row of one weight of either player becomes nan."""
    players = (state.game.generators, state.game.critics)
    player = players[int(rng.integers(2))]
    layers = [m for m in player.modules() if isinstance(m, nn.Linear)]
    with torch.no_grad():
        layers[int(rng.integers(len(layers)))].weight[0] = float("nan")


@dataclass(frozen=True)
class Case:
    """One planted fault.

    Attributes:
        values: of the recipe from the start.
        changes: of the recipe at the onset, drawn from the seed.
        done: to the players at the onset.
        rows: how many rows the data has, (fewest, most); endless where None.
        beside: coordinates of plain noise that these rows have beside the ring's two.
        own: whether its generator is made of the training rows.
        late: whether the onset is later than the start.
    """

    values: Values = field(default_factory=dict)
    changes: Callable[[Rng], Values] = lambda rng: {}
    done: Callable[[State, Rng], None] = nothing
    rows: tuple[int, int] | None = None
    beside: int = 0
    own: bool = False
    late: bool = True


def factor(rng: Rng, low: float, high: float) -> float:
    """A factor between two, even on a logarithmic scale."""
    return float(np.exp(rng.uniform(np.log(low), np.log(high))))


BASE: Values = {
    "generator.width": 32,
    "critic.name": "fourier-mlp:10",
    "batch": 64,
    "steps": 1_200,
    "looks": 40,
    "saves": 20,
    "threads": 1,
}
"""Small enough for a hundred runs, long enough for all modes."""

RATES = ("optimise_generator.rate", "optimise_critic.rate")

CASES: Mapping[str, Case] = {
    "converged-critic": Case(
        changes=lambda rng: {
            "distance": "minimax",
            "penalties": {},
            "rule": f"alternating:{rng.integers(4, 8)}",
            "optimise_critic.rate": 1.5e-3 * factor(rng, 2, 4),
        },
        values={"data": "ring"},
    ),
    "unbounded-critic": Case(
        changes=lambda rng: {
            "distance": "wasserstein",
            "penalties": {"gp:between": 1e-7 * factor(rng, 0.1, 10)},
        }
    ),
    "generator-rate-x100": Case(
        changes=lambda rng: {"optimise_generator.rate": 1.5e-3 * factor(rng, 70, 140)}
    ),
    "critic-rate-x100": Case(
        changes=lambda rng: {"optimise_critic.rate": 1.5e-3 * factor(rng, 70, 140)}
    ),
    "few-points": Case(rows=(120, 140), beside=8, late=False, values={"latent": 10}),
    "dead-generator": Case(done=kill_generator, values={"generator.name": "mlp"}),
    "one-mode-generator": Case(late=False, values={"generator.name": "zoo_cases:OneMode"}),
    "bilinear-cycling": Case(
        values={
            **FLAT,
            "data": "gaussian:2",
            "distance": "wasserstein",
            "penalties": {"clip:5": 1.0},
            "generator.name": "zoo_cases:Shift",
            "critic.name": "zoo_cases:Linear",
            "noise": "normal",
            "optimise_generator": {"name": "sgd", "rate": 0.1},
            "optimise_critic": {"name": "sgd", "rate": 0.1},
            "steps": 2_000,
            "looks": 100,
        },
        changes=lambda rng: {
            "optimise_generator.rate": 0.1 * factor(rng, 0.7, 1.5),
            "optimise_critic.rate": 0.1 * factor(rng, 0.7, 1.5),
        },
    ),
    "r1-without-r2": Case(
        values={**FLAT, **dict.fromkeys(RATES, 3e-3), "data": "ring"},
        changes=lambda rng: {"penalties": {"r1": 0.01 * factor(rng, 0.5, 2)}},
    ),
    "nan-row": Case(done=break_row),
    "generator-rate-0": Case(changes=lambda rng: {"schedules.rate": {"hold": 0.0}}),
    "memorised-set": Case(rows=(300, 900), own=True, late=False),
}
"""By the names of zoo/expected.yaml."""


SOUND = ("zoo_cases:Ring6", "zoo_cases:Grid")
"""What is learned in health."""


def sound(distance: str, data: str, seed: int) -> Recipe:
    """A recipe without a fault, under any distance."""
    wanted = {"distance": distance, "data": data, "seed": seed}
    return preset("default").amended({**BASE, **wanted, **without_critic(wanted)})


@dataclass(frozen=True)
class Planted:
    """A case as a seed makes it.

    Attributes:
        recipe: as the run begins.
        onset: the turn before which the fault is planted.
        changes: what is changed there.
        case: what else is done.
        rng: what the case still draws from.
        modes: of the data.
    """

    recipe: Recipe
    onset: int
    changes: Values
    case: Case
    rng: Rng
    modes: Any


def planted(name: str, seed: int, folder: Path) -> Planted:
    """The case of that name and seed; its rows, where they are few, go to a file."""
    case, rng = CASES[name], np.random.default_rng([seed, *name.encode()])
    k = int(rng.choice(list(RINGS)))
    ring = RINGS[k](seed)
    data = f"zoo_cases:{RINGS[k].__name__}"
    if case.rows is not None:
        path = folder / f"{name}-{seed}.npy"
        folder.mkdir(parents=True, exist_ok=True)
        n = int(rng.integers(*case.rows))
        noise = rng.normal(size=(n, case.beside))
        np.save(path, np.hstack([ring.batch(np.arange(n))["x"], noise]))
        data = str(path)
    recipe = preset("default").amended({**BASE, "data": data, **case.values, "seed": seed})
    share = float(rng.uniform(0.05, 0.2)) if case.late else 0.0
    return Planted(
        recipe, round(share * recipe.steps), case.changes(rng), case, rng, ring.components
    )


def play(name: str, seed: int, folder: Path) -> Run:
    """Play a case to its end, or to where it breaks down."""
    plan = planted(name, seed, folder)
    session = begun(plan, folder)
    state = session.state
    if plan.changes:
        session.plan = replace(session.plan, stop=lambda: state.step == plan.onset)
    try:
        for moment in session.play():
            if moment.step == plan.onset:
                plan.case.done(session.state, plan.rng)
        if plan.changes:
            for _ in resume(session.run, plan.changes, trusted=True).play():
                pass
    except NonFinite:
        pass  # the case's fault may end it: the record says so
    return session.run


def onset_of(name: str, seed: int) -> int:
    """The turn at which a case is planted."""
    with tempfile.TemporaryDirectory() as folder:
        return planted(name, seed, Path(folder)).onset


def played(name: str, seed: int, folder: Path) -> Run:
    """A case from the folder where it was played, or played now."""
    found = kept(folder)
    return play(name, seed, folder) if found is None else found


def played_sound(distance: str, data: str, seed: int, folder: Path) -> Run | None:
    """A sound run from its folder, or played now; None where a distance does not fit the data."""
    found = kept(folder)
    if found is not None:
        return found
    try:
        session = start(sound(distance, data, seed), folder, trusted=True)
    except UserError:
        return None
    try:
        for _ in session.play():
            pass
    except NonFinite:
        pass  # it did not end well, and is not counted
    return session.run


def kept(folder: Path) -> Run | None:
    """The run of a folder that was played to its end, or to where it broke down."""
    for path in sorted(folder.glob("0*/events.jsonl")):
        run, steps = Run(path.parent), amended_recipe(Run(path.parent)).steps
        over = read_lines(run.events)[-1:] and read_lines(run.events)[-1]["step"] == steps
        if over or (run.path / FAILURE).exists():
            return run
    return None


WELL = {"high_quality": 0.8, "coverage": 0.5, "distance": 3.0}
"""A run ended well with all modes, that share of high quality, that share of what training rows
cover, and that many times the distance of real rows. Where no modes are known, the last two."""


def ended_well(run: Run) -> bool:
    """Whether the samples of a run's last look are good, by the data and not by the doctor."""
    last = read_lines(run.events)[-1]
    made, watch, modes = last["made"]["x"], last["watch"], last.get("modes")
    known = modes is None or (
        modes["captured"] == modes["of"] and modes["high_quality"] >= WELL["high_quality"]
    )
    near = watch["value"] is not None and watch["value"] <= WELL["distance"] * watch["floor"]
    covered = made.get("coverage", 0.0) >= WELL["coverage"] * made.get("coverage_floor", 1.0)
    return bool(known and near and covered and last["step"] == amended_recipe(run).steps)


PLAIN = str.maketrans(":*", "_x", "()")
"""Names of distances as names of folders."""


def begun(plan: Planted, folder: Path) -> Session:
    """The session of a case, with a generator of its rows where it has one."""
    if not plan.case.own:
        return start(plan.recipe, folder, trusted=True)
    return start(plan.recipe, folder, own={"generator": memorised(plan.recipe)}, trusted=True)


def memorised(recipe: Recipe) -> Memorised:
    """A generator of a recipe's training rows."""
    found = gather(recipe)
    return Memorised(found.spaces["x"].encode(found.rows("train", 10_000)["x"]))
