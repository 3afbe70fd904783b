"""Every learned distance with its default objective and penalty on the grid of 25.

A mode counts where at least 1 % of 10,000 samples lie within three of its standard deviations.
Planted beside them: uniform noise; the saturating game without a penalty against a critic that
was trained to its optimum first, where a generator that starts between the modes must find no
gradient; wasserstein clipped at 0.01, reported whatever it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from _common import Bench, Row, Target, attempted, column, medians
from saddle.build.session import Session, start
from saddle.distances import DISTANCES, Distance
from saddle.games.base import Player
from saddle.games.streams import Streams
from saddle.measure import high_quality_of_perfect, mode_report
from saddle.presets import preset
from saddle.recipe import Recipe
from saddle.sources import SOURCES

DRAWN = 10_000
STEPS = 8_000
"""Of each run: about half of the default recipe's, the phases in proportion."""
MODES, QUALITY = 22, 85.0
CLIPPED: Mapping[str, Any] = {
    "penalties": {"clip:0.01": 1.0},
    "distance": "wasserstein",
    "steps": STEPS,
}
STRONG = 3_000
"""Moves that the planted critic gets before the generator is asked for its gradient."""


def learned() -> list[str]:
    """Every row of the catalogue that has a critic, each family by its example."""
    return [name for name in DISTANCES if isinstance(DISTANCES[name], Distance)]


def quality(x: np.ndarray[Any, Any]) -> Row:
    """Modes and high quality of samples of the grid."""
    modes = SOURCES["grid"](0).modes
    assert modes is not None
    report = mode_report(x, modes)
    return {
        "modes": report.captured_share,
        "HQ %": 100 * report.high_quality,
        "KL": report.kl_uniform,
    }


def rows_of(bench: Bench, label: str, changes: Mapping[str, Any]) -> list[Row]:
    """One row a seed."""
    found = []
    for seed in bench.seeds:

        def work(seed: int = seed) -> Row:
            recipe = bench.recipe(preset("default"), {"data": "grid", **changes}, seed=seed)
            with bench.trial(recipe) as trial:
                drawn = quality(trial.trained.sample(DRAWN, seed=10_000 + seed)["x"])
                return {**drawn, "CPU s": trial.cpu}

        found.append(attempted(work, {"distance": label, "seed": seed}))
        bench.tell(" ".join(f"{key}={value}" for key, value in found[-1].items()))
    return found


def noise(seed: int) -> Row:
    """Uniform noise over the grid's box."""
    x = np.random.default_rng(seed).uniform(-4.2, 4.2, (DRAWN, 2))
    return {"distance": "uniform noise", "seed": seed, **quality(x)}


class Beside(nn.Module):
    """A generator whose samples all lie about one point between four modes, 28 std from each."""

    def __init__(self, latent: int) -> None:
        super().__init__()
        self.linear = nn.Linear(latent, 2)
        nn.init.constant_(self.linear.weight, 0.01)
        nn.init.constant_(self.linear.bias, 1.0 / 2.8289)  # (1, 1) over the grid's scale

    def forward(self, z: Tensor) -> Tensor:
        """From (n, latent) to (n, 2)."""
        x: Tensor = self.linear(z)
        return x


@contextmanager
def apart(game: torch.nn.Module) -> Iterator[None]:
    """Leave the generator as it is."""
    game.requires_grad_(False)
    yield
    game.requires_grad_(True)


def generator_gradient(session: Session, streams: Streams) -> float:
    """Norm of the generator's gradient at the present weights, on a fixed batch."""
    game = session.state.game
    terms = game.loss(Player.GENERATOR, session.feed(10**6, 0), streams.at(10**6))
    grads = torch.autograd.grad(sum(terms.values()), list(game.generators.parameters()))  # type: ignore[arg-type]
    return float(torch.cat([g.flatten() for g in grads]).norm())


def planted(recipe: Recipe, bench: Bench) -> Row:
    """The generator's gradient before and after the critic alone was trained to its optimum."""
    with bench.folder() as out:
        own = {"generator": Beside(recipe.latent)}
        session = start(recipe, out, own=own)
        game, streams = session.state.game, Streams(recipe.seed)
        before = generator_gradient(session, streams)
        optimiser = torch.optim.Adam(game.critics.parameters(), 1e-3)
        for step in range(STRONG):
            with apart(game.generators):
                terms = game.loss(Player.CRITIC, session.feed(step, 0), streams.at(step))
                sum(terms.values()).backward()  # type: ignore[union-attr]
            optimiser.step()
            optimiser.zero_grad()
        after = generator_gradient(session, streams)
    return {"gradient before": before, "gradient after": after}


def vanishing(bench: Bench, objective: str) -> list[Row]:
    """The planted rows of one objective of the classical game."""
    changes = {"data": "grid", "distance": objective, "penalties": {}}
    found = []
    for seed in bench.seeds:
        recipe = bench.recipe(preset("default"), changes, seed=seed)
        label = {"distance": f"{objective}, no penalty, critic at its optimum", "seed": seed}
        found.append({**label, **planted(recipe, bench)})
    return found


def targets(rows: Sequence[Row], names: Sequence[str]) -> list[Target]:
    """Which distances stay below what was asked for; the planted game must vanish."""
    weak = []
    for name in names:
        mine = [row for row in rows if row["distance"] == name]
        good = [
            row
            for row in mine
            if (row.get("modes") or 0) >= MODES and row["HQ %"] >= QUALITY  # type: ignore[operator]
        ]
        if len(good) < len(mine):
            weak.append(f"{name} ({len(good)} of {len(mine)})")
    ratios = [
        after / before
        for row in rows
        if str(row["distance"]).startswith("minimax, no")
        for after, before in zip(
            column([row], "gradient after"), column([row], "gradient before"), strict=True
        )
    ]
    worst = max(ratios, default=float("inf"))
    return [
        Target(
            "every learned distance",
            f">= {MODES} modes of 1 % and >= {QUALITY:g} % HQ in every seed",
            "all" if not weak else f"below it: {', '.join(weak)}",
            not weak,
        ),
        Target(
            "saturating game at the optimal critic",
            "the generator's gradient vanishes, below 1 % of the first",
            f"at most {worst:.2g} of the first",
            worst < 0.01,
        ),
    ]


def main() -> None:
    bench = Bench("distances", "Every learned distance on the grid", seeds="0-2", only=None)
    names = [name for name in learned() if bench.wanted(name)]
    rows: list[Row] = []
    summary: list[Row] = []
    for name in names:
        found = rows_of(bench, name, {"distance": name, "steps": STEPS})
        rows += found
        summary.append(
            medians({"distance": name, "seed": "median"}, found, ("modes", "HQ %", "KL", "CPU s"))
        )
    rows += [noise(seed) for seed in bench.seeds]
    for objective in ("minimax", "non-saturating"):
        rows += vanishing(bench, objective)
    if bench.wanted("clip"):
        rows += rows_of(bench, "wasserstein, clip 0.01 instead of R1 + R2", CLIPPED)
        published = {k: v for k, v in wgan().items() if k not in ("data", "seed", "steps")}
        rows += rows_of(bench, "wasserstein, preset wgan", {**published, "steps": STEPS})
    bench.show(
        rows,
        summary=summary,
        targets=targets(rows, names),
        notes=[
            f"{STEPS} steps; distance, objective and ratio at their defaults; the rest is default",
            f"a perfect sampler: 25 modes, HQ {100 * high_quality_of_perfect(2):.2f} %",
        ],
    )


def wgan() -> dict[str, Any]:
    """What the preset `wgan` changes."""
    base, published = preset("default").model_dump(), preset("wgan").model_dump()
    return {key: value for key, value in published.items() if value != base[key]}


if __name__ == "__main__":
    main()
