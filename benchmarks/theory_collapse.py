"""Collapse is a matter of the dynamics: one game under forward KL, played in three ways.

The data are the grid of 25, in units of its spread; the generator can represent them, and forward
KL punishes a missing mode without bound. An unpenalised alternating game with momentum leaves
modes out all the same, others at each look; R1 and R2 alone do not cure it at this rate. A critic
that keeps up does, without any penalty: less momentum and five moves a turn. The divergence is
one in all three.

A mode counts where at least a fifth of its share of 2,000 samples is nearest to it, wherever they
lie: what does not count is left out, not blurred.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from _critics import judge_of, side_of
from _show import Bench, Row
from saddle.distances import DISTANCES, PENALTIES, Distance
from saddle.networks import CRITICS, GENERATORS, Shape
from saddle.sources import SOURCES
from saddle.sources.base import Modes

BATCH, LOOKS = 128, 5


@dataclass(frozen=True)
class Way:
    """How the game is played.

    Attributes:
        penalty: weight of R1 and of R2.
        rate: of both players' Adam.
        momentum: its beta1.
        k: critic moves a turn.
        turns: generator moves.
    """

    penalty: float = 0.0
    rate: float = 5e-3
    momentum: float = 0.9
    k: int = 1
    turns: int = 2000


WAYS: Mapping[str, Way] = {
    "momentum .9, one critic move": Way(),
    "the same with R1 + R2": Way(penalty=0.1),
    "momentum .5, five critic moves": Way(rate=3e-3, momentum=0.5, k=5, turns=400),
}


def play(distance: str, way: Way, *, seed: int) -> list[int]:
    """Modes that are not left out, at five looks."""
    learned, rng = DISTANCES[distance], torch.Generator().manual_seed(seed)
    assert isinstance(learned, Distance)
    X, modes, scale = _data(seed)
    G = GENERATORS["mlp"](Shape((2,), 2, width=64), rng)
    C = CRITICS["mlp"](Shape((2,), width=64), rng)
    adam_g, adam_c = (
        torch.optim.Adam(net.parameters(), way.rate, (way.momentum, 0.99), fused=True)
        for net in (G, C)
    )
    judge, kept = judge_of(C), list[int]()
    for turn in range(1, way.turns + 1):
        for _ in range(way.k):
            x = X[torch.randint(len(X), (BATCH,), generator=rng)]
            y = G(torch.randn(BATCH, 2, generator=rng))
            real, fake = side_of(judge, x), side_of(judge, y)
            loss = learned.critic_loss(real.scores, fake.scores)
            for name in ("r1", "r2") if way.penalty else ():
                loss = loss + way.penalty * PENALTIES[name].term(judge, real, fake, rng)
            adam_c.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            adam_c.step()
        adam_g.zero_grad()
        learned.generator_loss(judge((x,)), judge((y,))).backward()  # type: ignore[no-untyped-call]
        adam_g.step()
        if turn % (way.turns // LOOKS) == 0:
            kept.append(_kept(G, modes, scale, rng))
    return kept


def _data(seed: int) -> tuple[Tensor, Modes, float]:
    """Rows of the grid in units of its spread, its modes, and that unit."""
    source = SOURCES["grid"](seed)
    assert source.modes is not None
    scale = float(source.modes.centres.std())
    rows = source.batch(np.arange(100_000))["x"] / scale
    return torch.as_tensor(rows, dtype=torch.float32), source.modes, scale


@torch.no_grad()
def _kept(G: nn.Module, modes: Modes, scale: float, rng: torch.Generator) -> int:
    samples = G(torch.randn(2000, 2, generator=rng)).double().numpy() * scale
    near = np.linalg.norm(samples[:, None] - modes.centres, axis=2).argmin(1)
    shares = np.bincount(near, minlength=len(modes.weights)) / len(near)
    return int((shares >= modes.weights / 5).sum())


if __name__ == "__main__":
    bench = Bench(
        "theory_collapse",
        "Modes of 25 that are not left out, one divergence, three ways to play",
        seeds=4,
        distances="kl",
    )
    asked = bench.options
    rows: list[Row] = []
    for distance in asked.distances.split(","):
        for name, way in WAYS.items():
            for seed in range(asked.seeds):
                kept = play(distance, way, seed=seed)
                rows.append(
                    {
                        "way": name,
                        "distance": distance,
                        "seed": seed,
                        "at the end": kept[-1],
                        "at five looks": " ".join(map(str, kept)),
                    }
                )
    bench.show(rows)
