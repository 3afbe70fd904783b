"""Collapse is a matter of the dynamics too: an unpenalised alternating game under forward KL.

    p = (N(-2, .2^2) + N(2, .2^2)) / 2; the generator, a network, can represent both modes

Forward KL punishes a missing mode without bound. Played with a critic that learns slower than the
generator moves, the whole cloud still sits on one mode and hops to the other and back; with R1
and R2, nothing else changed, it does not. A look counts as collapsed where one mode holds more
than 95 % of the samples; looks begin at step 200.
"""

from __future__ import annotations

import torch

from saddle.distances import DISTANCES, PENALTIES, Distance
from saddle.networks import CRITICS, GENERATORS, Shape
from theory_critics import judge_of, side_of
from theory_lines import Gaussians
from theory_show import Bench, Row

P = Gaussians((0.5, 0.5), (-2.0, 2.0), (0.2, 0.2))
BATCH, RATES, BLIND = 128, (3e-3, 3e-4), 200


def play(distance: str, penalty: float, *, steps: int, seed: int) -> list[float]:
    """The share of samples below zero, at every 25th step from step 200."""
    learned, rng = DISTANCES[distance], torch.Generator().manual_seed(seed)
    assert isinstance(learned, Distance)
    G = GENERATORS["mlp"](Shape((2,), 1, width=32), rng)
    C = CRITICS["mlp"](Shape((1,), width=32), rng)
    adam_g, adam_c = (
        torch.optim.Adam(net.parameters(), rate, (0.5, 0.99), fused=True)
        for net, rate in zip((G, C), RATES, strict=True)
    )
    judge, shares = judge_of(C), list[float]()
    for step in range(1, steps + 1):
        x, y = P.draw(BATCH, rng), G(torch.randn(BATCH, 2, generator=rng))
        real, fake = side_of(judge, x), side_of(judge, y)
        loss = learned.critic_loss(real.scores, fake.scores)
        for name in ("r1", "r2") if penalty else ():
            loss = loss + penalty * PENALTIES[name].term(judge, real, fake, rng)
        adam_c.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        adam_c.step()
        adam_g.zero_grad()
        learned.generator_loss(judge((x,)), judge((y,))).backward()  # type: ignore[no-untyped-call]
        adam_g.step()
        if step % 25 == 0 and step > BLIND:
            with torch.no_grad():
                shares.append(float((G(torch.randn(1000, 2, generator=rng)) < 0).float().mean()))
    return shares


def collapsed(shares: list[float]) -> int:
    """Looks at which one mode holds more than 95 %."""
    return sum(min(share, 1 - share) < 0.05 for share in shares)


def line(distance: str, penalty: float, *, steps: int, seed: int) -> Row:
    """One row of the table."""
    shares = play(distance, penalty, steps=steps, seed=seed)
    return {
        "distance": distance,
        "R1 + R2": penalty,
        "seed": seed,
        "looks": len(shares),
        "collapsed": collapsed(shares),
        "share below 0, every 100 steps": " ".join(f"{share:.2f}" for share in shares[3::4]),
    }


if __name__ == "__main__":
    bench = Bench(
        "theory_collapse",
        "Two modes under one game, with and without a penalty",
        steps=800,
        seeds=8,
        distances="kl",
        penalty=0.5,
    )
    asked = bench.options
    bench.show(
        [
            line(distance, penalty, steps=asked.steps, seed=seed)
            for distance in asked.distances.split(",")
            for penalty in (0.0, asked.penalty)
            for seed in range(asked.seeds)
        ]
    )
