"""DCGAN at 32 x 32 x 3, batch 64: the library's full step against the loop that everyone writes.

Both train the same two networks from the same weights: binary cross entropy, Adam (2e-4, .5),
one pass of the generator a step, batch norm in both. The plain loop is the common one: float32,
pictures in torch's default layout, Adam as it comes, the critic's gradients computed in the
generator's turn and thrown away. It keeps no average and no record; the library does. They take
short turns in one process on one thread, each with the other's neighbours; what counts is the
median step, so that looks and checkpoints, which the plain loop has none of, are left out.
"""

from __future__ import annotations

import copy
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits as cross_entropy

from _common import Bench, Row, Target
from saddle.build.session import Session, start
from saddle.networks.few import FewFilters, FewTransposedFilters
from saddle.presets import PRESETS
from saddle.recipe import Recipe

SIDE, CHANNELS, BATCH, WIDTH, LATENT = 32, 3, 64, 64, 100
TURN = 10
"""Steps of one before the others have their turn."""

DCGAN: Mapping[str, Any] = {
    **PRESETS["dcgan"].values(),
    "data": "python",
    "schedules.memory": {"hold": 0.999},
    "steps": 100_000,
    "looks": 20,
    "saves": 10,
}

RELATIVISTIC: Mapping[str, Any] = {
    **DCGAN,
    "distance": "relativistic",
    "penalties": {"r1": 0.1, "r2": 0.1},
    "generator": {"name": "conv", "width": WIDTH, "depth": 1},
    "critic": {"name": "conv", "width": WIDTH, "depth": 1},
}


def pictures(seed: int) -> np.ndarray[Any, np.dtype[np.uint8]]:
    """Smooth random pictures, (2000, 32, 32, 3): what they show does not matter to the clock."""
    rng = np.random.default_rng(seed)
    small = rng.integers(0, 256, (2_000, 8, 8, CHANNELS))
    return small.repeat(4, axis=1).repeat(4, axis=2).astype(np.uint8)


# ---- the plain loops ----------------------------------------------------------------------------


def plain_networks(session: Session) -> tuple[nn.Module, nn.Module]:
    """Copies of the session's networks of torch's own layers, in torch's default layout."""
    game = session.state.game
    (G,), (D,) = game.generators.values(), game.critics.values()
    made = [copy.deepcopy(network).to(memory_format=torch.contiguous_format) for network in (G, D)]
    for layer in (layer for network in made for layer in network.modules()):
        layer.__class__ = TORCHS.get(type(layer), type(layer))
    first, second = made
    return first, second


TORCHS: Mapping[type[nn.Module], type[nn.Module]] = {
    FewFilters: nn.Conv2d,
    FewTransposedFilters: nn.ConvTranspose2d,
}
"""Layers that the library computes in another way, and what everyone writes in their place."""


def batches(x: Tensor, rng: torch.Generator) -> Iterator[Tensor]:
    """Pictures in [-1, 1], shuffled anew each epoch."""
    while True:
        for rows in torch.randperm(len(x), generator=rng)[: len(x) // BATCH * BATCH].split(BATCH):
            yield x[rows].float() / 127.5 - 1


def loop_of_dcgan(session: Session, x: Tensor) -> Iterator[int]:
    """The loop of every tutorial, a step an iteration."""
    G, D = plain_networks(session)
    opt_g, opt_d = (torch.optim.Adam(p.parameters(), 2e-4, (0.5, 0.999)) for p in (G, D))
    rng = torch.Generator().manual_seed(0)
    ones, zeros = torch.ones(BATCH), torch.zeros(BATCH)
    for step, real in enumerate(batches(x, rng), 1):
        # Critic
        D.zero_grad()
        fake = G(torch.randn(BATCH, LATENT, generator=rng))
        cross_entropy(D(real).values, ones).backward()
        cross_entropy(D(fake.detach()).values, zeros).backward()
        opt_d.step()

        # Generator
        G.zero_grad()
        cross_entropy(D(fake).values, ones).backward()
        opt_g.step()
        yield step


def loop_of_default(session: Session, x: Tensor) -> Iterator[int]:
    """Relativistic pairs with R1 and R2, as R3GAN's page of code reads."""
    G, D = plain_networks(session)
    opt_g, opt_d = (torch.optim.Adam(p.parameters(), 2e-4, (0.0, 0.99)) for p in (G, D))
    rng = torch.Generator().manual_seed(0)
    gamma = session.recipe.penalties["r1"]

    def squared(scores: Tensor, at: Tensor) -> Tensor:
        (slope,) = torch.autograd.grad(scores.sum(), at, create_graph=True)
        return slope.square().sum((1, 2, 3)).mean()

    for step, drawn in enumerate(batches(x, rng), 1):
        # Critic
        D.zero_grad()
        real = drawn.requires_grad_()
        fake = G(torch.randn(BATCH, LATENT, generator=rng)).detach().requires_grad_()
        on_real, on_fake = D(real).values, D(fake).values
        loss = nn.functional.softplus(on_fake - on_real).mean()
        penalty = gamma / 2 * (squared(on_real, real) + squared(on_fake, fake))
        (loss + penalty).backward()
        opt_d.step()

        # Generator
        G.zero_grad()
        made = D(G(torch.randn(BATCH, LATENT, generator=rng))).values
        nn.functional.softplus(D(drawn.detach()).values - made).mean().backward()
        opt_g.step()
        yield step


# ---- the race -----------------------------------------------------------------------------------

Loop = Callable[[Session, Tensor], Iterator[int]]


def raced(bench: Bench, seed: int, recipe: Mapping[str, Any], loop: Loop) -> Row:
    """Processor seconds a step of the plain loop and of the library in both precisions."""
    data = pictures(seed)
    x = torch.from_numpy(data).permute(0, 3, 1, 2).contiguous()
    with bench.folder() as out:
        made = {
            precision: start(
                bench.recipe(Recipe(), {**recipe, "precision": precision}, seed=seed),
                out,
                data=data,
            )
            for precision in ("float32", "bfloat16")
        }
        walks: dict[str, Iterator[object]] = {
            name: session.play() for name, session in made.items()
        }
        walks["plain"] = loop(made["float32"], x)
        for walk in walks.values():
            for _ in range(3):
                next(walk)
        spent: dict[str, list[float]] = {name: [] for name in walks}
        for _ in range(bench.options.turns):
            for name, walk in walks.items():
                spent[name] += [advance(walk) for _ in range(TURN)]
    return {"seed": seed, **{name: float(np.median(each)) for name, each in spent.items()}}


def advance(walk: Iterator[object]) -> float:
    """Processor seconds of a step."""
    before = time.process_time()
    next(walk)
    return time.process_time() - before


def rated(row: Row, what: str) -> Row:
    """Pictures a second, and ratios to the plain loop."""
    seconds = {name: float(row[name] or 0) for name in ("plain", "float32", "bfloat16")}
    return {
        "game": what,
        "seed": row["seed"],
        **{f"{name}, pictures/s": BATCH / each for name, each in seconds.items()},
        "float32 / plain": seconds["plain"] / seconds["float32"],
        "bfloat16 / plain": seconds["plain"] / seconds["bfloat16"],
    }


def convolutions(dtype: torch.dtype) -> float:
    """GFLOP/s of one convolution of DCGAN's middle: 128 to 256 channels at 16 x 16, batch 64."""
    x = torch.full((BATCH, 128, 16, 16), 0.3).to(dtype, memory_format=torch.channels_last)
    W = torch.full((256, 128, 4, 4), 0.1).to(dtype, memory_format=torch.channels_last)
    operations = 2 * BATCH * 8 * 8 * 256 * 128 * 16
    with torch.no_grad():
        spent = []
        for _ in range(20):
            before = time.process_time()
            nn.functional.conv2d(x, W, None, 2, 1)
            spent.append(time.process_time() - before)
    return operations / float(np.median(spent)) / 1e9


def operations_a_step(session: Session) -> float:
    """Multiplications and additions of a step's convolutions and products, in GFLOP.

    Forward passes are counted by hooks; a backward pass costs twice its forward pass, once where
    only the input's gradient is needed.
    """
    game = session.state.game
    (G,), (D,) = game.generators.values(), game.critics.values()
    drawn = counted(G, torch.zeros(BATCH, LATENT))
    told = counted(D, torch.zeros(BATCH, CHANNELS, SIDE, SIDE))
    return (3 * drawn + 2 * 3 * told + 2 * told) / 1e9


def counted(network: nn.Module, x: Tensor) -> float:
    """Multiplications and additions of one forward pass."""
    from torch.utils.flop_counter import FlopCounterMode

    with torch.no_grad(), FlopCounterMode(display=False) as flops:
        network(x)
    return float(flops.get_total_flops())


def main() -> None:
    """Race both games, and hold the first against what was asked for."""
    bench = Bench(
        "speed_pictures", "Pictures a second, one thread", seeds="0-2", turns=15, only=None
    )
    games = {"dcgan": (DCGAN, loop_of_dcgan), "default": (RELATIVISTIC, loop_of_default)}
    rows = [
        rated(raced(bench, seed, recipe, loop), name)
        for name, (recipe, loop) in games.items()
        if bench.wanted(name)
        for seed in bench.seeds
    ]
    targets = [
        *target(rows, "dcgan", "bfloat16 / plain", 1.8),
        *target(rows, "dcgan", "float32 / plain", 1.15),
        *target(rows, "default", "bfloat16 / plain", 1.2),
    ]
    bench.show(rows, targets=targets, notes=shares(bench, rows))


def target(rows: list[Row], game: str, key: str, wanted: float) -> list[Target]:
    """The median over seeds of a ratio against what was asked for."""
    found = [float(row[key] or 0) for row in rows if row["game"] == game]
    if not found:
        return []
    got = float(np.median(found))
    return [Target(f"{game}: {key}", f">= {wanted}", f"{got:.2f}", got >= wanted)]


def shares(bench: Bench, rows: list[Row]) -> list[str]:
    """Which part of the measured rate of a convolution a step reaches."""
    fast = [float(row["bfloat16, pictures/s"] or 0) for row in rows if row["game"] == "dcgan"]
    if not fast:
        return []
    with bench.folder() as out:
        session = start(Recipe().amended(DCGAN), out, data=pictures(0))
    work = operations_a_step(session) * float(np.median(fast)) / BATCH
    rates = {"float32": convolutions(torch.float32), "bfloat16": convolutions(torch.bfloat16)}
    told = ", ".join(f"{name} {rate:.0f}" for name, rate in rates.items())
    share = work / rates["bfloat16"]
    return [
        f"one convolution of it: {told} GFLOP/s; a step of it in bf16: {work:.0f} GFLOP/s, "
        f"{share:.0%} of that"
    ]


if __name__ == "__main__":
    main()
