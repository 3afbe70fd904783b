"""The library with everything that a user gets, against a plain loop that records nothing.

Both play the same game: two networks of 2 x 128, batch 256, paired relativistic logistic loss, R1
and R2 at every critic step, fused Adam, EMA of the generator, decayed rate and penalty. The plain
loop is written as an expert would: one pass for both sides of the critic, gradients of both
penalties from one backward, the other player frozen. They take short turns in one process; a block
of the library's holds its looks, its save and its records.
"""

from __future__ import annotations

import copy
import cProfile
import math
import pstats
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import softplus

from _common import Bench, Row, Target
from saddle.build.session import Session, start
from saddle.recipe import Recipe

WANTED = 0.97
TURN = 50
"""Steps of one before the other has its turn."""

Cost = tuple[float, float]
"""Processor and wall seconds."""


def block_of(session: Session) -> int:
    """Steps from one save to the next: every block then holds the same records."""
    return session.plan.save_every


def mlp(inputs: int, outputs: int, recipe: Recipe) -> nn.Sequential:
    """The same layers as the library's, without its wrappers."""
    layers: list[nn.Module] = []
    for size in [inputs, *[recipe.critic.width] * (recipe.critic.depth - 1)]:
        layers += [nn.Linear(size, recipe.critic.width), nn.LeakyReLU(0.2)]
    return nn.Sequential(*layers, nn.Linear(recipe.critic.width, outputs))


def halved_cosine(recipe: Recipe, hold: float, end: float | None, step: int) -> float:
    """A value that is held, then decays along a half cosine."""
    first = (1 - recipe.schedules.decay) * recipe.steps
    if end is None or step < first:
        return hold
    share = (step - first) / (recipe.steps - first)
    return hold + (end - hold) * (0.5 - 0.5 * math.cos(math.pi * share))


def plain(recipe: Recipe) -> Iterator[int]:
    """The plain loop, a step an iteration."""
    rng = torch.Generator().manual_seed(recipe.seed)
    ticks = torch.tensor([-4.0, -2.0, 0.0, 2.0, 4.0])
    centres = torch.cartesian_prod(ticks, ticks)
    scale, batch = centres.std(), recipe.batch
    G, D = mlp(recipe.latent, 2, recipe), mlp(2, 1, recipe)
    average = copy.deepcopy(G).requires_grad_(False)
    g_rate, c_rate = recipe.optimise_generator.rate, recipe.optimise_critic.rate
    beta2 = recipe.schedules.beta2.hold
    opt_g = torch.optim.Adam(G.parameters(), g_rate, (0.0, beta2), fused=True)
    opt_d = torch.optim.Adam(D.parameters(), c_rate, (0.0, beta2), fused=True)
    r1, r2 = recipe.penalties.get("r1", 0.0), recipe.penalties.get("r2", 0.0)
    live, mean = list(G.parameters()), list(average.parameters())

    def data() -> Tensor:
        mode = torch.randint(25, (batch,), generator=rng)
        return (centres[mode] + 0.05 * torch.randn(batch, 2, generator=rng)) / scale

    def noise() -> Tensor:
        return torch.randn(batch, recipe.latent, generator=rng)

    for step in range(recipe.steps):
        rate = halved_cosine(recipe, recipe.schedules.rate.hold, recipe.schedules.rate.end, step)
        held = recipe.schedules.penalty
        strength = halved_cosine(recipe, held.hold, held.end, step)
        opt_g.param_groups[0]["lr"], opt_d.param_groups[0]["lr"] = rate * g_rate, rate * c_rate

        # Critic
        with torch.no_grad():
            fake = G(noise())
        both = torch.cat((data(), fake)).requires_grad_()
        scores = D(both).squeeze(1)
        (slopes,) = torch.autograd.grad(scores.sum(), both, create_graph=True)
        square = slopes.square().sum(1)
        loss = softplus(scores[batch:] - scores[:batch]).mean()
        penalty = r1 * square[:batch].mean() / 2 + r2 * square[batch:].mean() / 2
        (loss + strength * penalty).backward()
        opt_d.step()
        opt_d.zero_grad(set_to_none=True)

        # Generator
        D.requires_grad_(False)
        real, fake = D(data()).squeeze(1), D(G(noise())).squeeze(1)
        softplus(real - fake).mean().backward()
        D.requires_grad_(True)
        opt_g.step()
        opt_g.zero_grad(set_to_none=True)

        # Average
        with torch.no_grad():
            torch._foreach_lerp_(mean, live, 1 - recipe.schedules.memory.hold)
        yield step + 1


def advance(walk: Iterator[object], steps: int) -> Cost:
    """Processor and wall seconds of so many steps."""
    cpu, wall = time.process_time(), time.perf_counter()
    for _ in range(steps):
        next(walk)
    return time.process_time() - cpu, time.perf_counter() - wall


NETWORK = {"name": "mlp", "width": 128, "depth": 2, "activation": "leaky-relu"}
ADAM = {"name": "adam", "rate": 1e-3, "beta1": 0.0}
PLAYED: Mapping[str, Any] = {
    "data": "grid",
    "distance": "relativistic:logistic",
    "penalties": {"r1": 0.1, "r2": 0.1},
    "views": [],
    "generator": NETWORK,
    "critic": NETWORK,
    "latent": 2,
    "noise": "normal",
    "rule": "alternating:1",
    "optimise_generator": ADAM,
    "optimise_critic": ADAM,
    "schedules": {
        "decay": 0.3,
        "rate": {"hold": 1.0, "end": 0.0},
        "penalty": {"hold": 1.0, "end": 0.1},
    },
    "steps": 20_000,
    "batch": 256,
    "looks": 50,
    "saves": 10,
}
"""What both play, in full, so that no default moves it; looks and saves are the usual number."""


def two_by_128(bench: Bench, seed: int) -> Recipe:
    """The recipe of the comparison."""
    return bench.recipe(Recipe(), PLAYED, seed=seed)


def compared(bench: Bench, seed: int) -> list[Row]:
    """Blocks of both in turn; the first of each warms up and is left out."""
    recipe = two_by_128(bench, seed)
    with bench.folder() as out:
        session = start(recipe, out)
        block = block_of(session)
        library, alone = session.play(), plain(recipe)
        next(library)
        blocks = range(min(bench.options.blocks + 1, recipe.steps // block))
        rows = [_row(seed, turn, block, *raced(library, alone, block)) for turn in blocks]
        return rows[1:]


def raced(library: Iterator[object], alone: Iterator[object], steps: int) -> tuple[Cost, Cost]:
    """What so many steps cost each, taken in short turns so that a busy machine slows both."""
    ours = theirs = (0.0, 0.0)
    for turn in range(steps // TURN):
        for walk in (library, alone) if turn % 2 else (alone, library):
            cost = advance(walk, TURN)
            if walk is library:
                ours = (ours[0] + cost[0], ours[1] + cost[1])
            else:
                theirs = (theirs[0] + cost[0], theirs[1] + cost[1])
    return ours, theirs


def _row(seed: int, turn: int, block: int, ours: Cost, theirs: Cost) -> Row:
    return {
        "seed": seed,
        "block": turn,
        "steps": block,
        "saddle steps/s": block / ours[0],
        "plain steps/s": block / theirs[0],
        "ratio": theirs[0] / ours[0],
        "wall ratio": theirs[1] / ours[1],
    }


def profiled(bench: Bench) -> None:
    """Where the library's time goes: the functions of most own time, on the error stream."""
    with bench.folder() as out:
        session = start(two_by_128(bench, 1000), out)
        profile = cProfile.Profile()
        profile.enable()
        for _ in session.play():
            pass
        profile.disable()
        pstats.Stats(profile).sort_stats("tottime").print_stats(30)


def main() -> None:
    bench = Bench("speed", "Steps a second", seeds="0", blocks=9, profile=False)
    if bench.options.profile:
        profiled(bench)
        return
    rows = [row for seed in bench.seeds for row in compared(bench, seed)]
    middle: Callable[[str], float] = lambda key: float(np.median([row[key] for row in rows]))  # type: ignore[arg-type]  # noqa: E731
    keys = ("saddle steps/s", "plain steps/s", "ratio", "wall ratio")
    summary = {"seed": "median", **{key: middle(key) for key in keys}}
    ratio, wanted = middle("ratio"), f">= {WANTED}"
    bench.show(
        rows,
        summary=[summary],
        targets=[Target("steps/s over the plain loop's", wanted, f"{ratio:.3f}", ratio >= WANTED)],
        notes=["steps a second of processor time, one thread; the ratio is of paired blocks"],
    )


if __name__ == "__main__":
    main()
