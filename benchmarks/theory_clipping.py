"""What clipping does to a critic: weights at the clip, a surface that is too simple.

The generator stands still: fake samples are real ones plus standard normal noise, on the ring of
8 in WGAN-GP's scale. One critic is trained as in WGAN's Algorithm 1 (clip, RMSprop), one as in
WGAN-GP's.

    at the clip      share of weights within 1 % of the largest, which is c where they are clipped
    rise             v at the modes less v halfway between neighbours on the ring, over the most
                     that the steepest slope allows: zero for a surface that only sees the radius
    of W1            E_p v - E_q v over the steepest slope on the grid, over the exact W1

References:
    Gulrajani et al. (2017), Improved training of Wasserstein GANs, Fig. 1.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor, nn

from _critics import judge_of, side_of
from _show import Bench, Row
from saddle.distances import DISTANCES, PENALTIES, Distance
from saddle.distances.base import slopes_at
from saddle.measure import wasserstein
from saddle.networks import CRITICS, Shape
from saddle.sources import SOURCES

SETTINGS = {
    "clip .01, as published": ("clip:0.01", "rmsprop", 5e-5),
    "clip .1": ("clip:0.1", "rmsprop", 5e-4),
    "gradient penalty": ("gp:between", "adam", 1e-3),
}
OPTIMISERS: dict[str, Callable[[nn.Module, float], torch.optim.Optimizer]] = {
    "rmsprop": lambda net, rate: torch.optim.RMSprop(net.parameters(), rate),
    "adam": lambda net, rate: torch.optim.Adam(net.parameters(), rate, (0.0, 0.9)),
}


def draws(n: int, step: int, rng: torch.Generator) -> tuple[Tensor, Tensor]:
    """Real samples, and other real samples plus standard normal noise."""
    at = np.arange(2 * n * step, 2 * n * (step + 1))
    x = torch.as_tensor(SOURCES["ring-wgan-gp"](0).batch(at)["x"], dtype=torch.float32)
    return x[:n], x[n:] + torch.randn(n, 2, generator=rng)


def learn(setting: str, *, steps: int, seed: int) -> nn.Module:
    """A critic trained under that setting."""
    kind, optimiser, rate = SETTINGS[setting]
    distance, penalty = DISTANCES["wasserstein"], PENALTIES[kind]
    assert isinstance(distance, Distance)
    rng = torch.Generator().manual_seed(seed)
    critic = CRITICS["mlp"](Shape((2,), width=128, depth=3, activation="relu"), rng)
    moves = OPTIMISERS[optimiser](critic, rate)

    judge = judge_of(critic)
    for step in range(steps):
        real, fake = (side_of(judge, x) for x in draws(128, step, rng))
        loss = distance.critic_loss(real.scores, fake.scores)
        loss = loss + penalty.weight * penalty.term(judge, real, fake, rng)
        moves.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        moves.step()
        penalty.after_step(critic)
    return critic


def at_the_clip(critic: nn.Module) -> float:
    """Share of weights within 1 % of the largest."""
    w = torch.cat([p.detach().flatten().abs() for p in critic.parameters() if p.dim() > 1])
    return float((w > 0.99 * w.max()).double().mean())


def steepest(critic: nn.Module) -> float:
    """The steepest slope on the square [-3, 3]^2."""
    axis = torch.linspace(-3, 3, 101)
    points = torch.stack(torch.meshgrid(axis, axis, indexing="ij"), -1).reshape(-1, 2)
    (slope,) = slopes_at(judge_of(critic), (points,), (True,))
    return float(slope.detach().norm(dim=1).max())


@torch.no_grad()
def rise(critic: nn.Module) -> float:
    """From halfway between two neighbouring modes on the ring to the modes, a unit of way."""
    modes = SOURCES["ring-wgan-gp"](0).modes
    assert modes is not None
    centres = torch.as_tensor(modes.centres, dtype=torch.float32)
    t = torch.tensor(math.pi / 8)
    turn = torch.stack((torch.stack((t.cos(), -t.sin())), torch.stack((t.sin(), t.cos()))))
    between = centres @ turn.T
    way = (centres - between).norm(dim=1).mean()
    return float((critic(centres).values.mean() - critic(between).values.mean()) / way)


def table(*, steps: int, seed: int, settings: tuple[str, ...] = tuple(SETTINGS)) -> list[Row]:
    """One row a setting."""
    rng = torch.Generator().manual_seed(seed + 1)
    real, fake = draws(1500, 10_000, rng)
    exact = wasserstein(real.numpy(), fake.numpy()).value
    rows: list[Row] = []
    for setting in settings:
        critic = learn(setting, steps=steps, seed=seed)
        slope = steepest(critic)
        with torch.no_grad():
            gap = float(critic(real).values.mean() - critic(fake).values.mean())
        rows.append(
            {
                "critic": setting,
                "seed": seed,
                "at the clip, %": 100 * at_the_clip(critic),
                "rise, %": 100 * rise(critic) / slope,
                "gap": gap,
                "steepest": slope,
                "gap / steepest": gap / slope,
                "W1": exact,
                "of W1, %": 100 * gap / slope / exact,
            }
        )
    return rows


if __name__ == "__main__":
    bench = Bench(
        "theory_clipping",
        "A clipped critic beside a penalised one, generator held",
        steps=3000,
        seeds=2,
    )
    bench.show(
        [
            line
            for seed in range(bench.options.seeds)
            for line in table(steps=bench.options.steps, seed=seed)
        ],
        "Of weights uniform on [-c, c], 1 % lie within 1 % of the ends.",
    )
