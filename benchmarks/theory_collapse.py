"""Collapse is a matter of the dynamics too: an unpenalised alternating game under forward KL.

The generator can represent the data, and forward KL punishes a missing mode without bound. Played
without a penalty it leaves modes out all the same; with R1 and R2, nothing else changed, it
covers them.
"""

from __future__ import annotations

import numpy as np
import torch

from saddle.distances import DISTANCES, PENALTIES, Distance
from saddle.measure import mode_report
from saddle.networks import CRITICS, GENERATORS, Shape
from saddle.sources import SOURCES
from theory_critics import side_of
from theory_show import Bench, Row

BATCH = 256


def play(distance: str, penalty: float, *, steps: int, seed: int, looks: int = 4) -> list[Row]:
    """One row a look: modes of the ring that hold 1 % of 4,000 samples, and the largest share."""
    learned, rng = DISTANCES[distance], torch.Generator().manual_seed(seed)
    assert isinstance(learned, Distance)
    source = SOURCES["ring"](seed)
    G = GENERATORS["mlp"](Shape((4,), 2, width=64), rng)
    C = CRITICS["mlp"](Shape((2,), width=64), rng)
    adam = [torch.optim.Adam(net.parameters(), 1e-3, (0.5, 0.99), fused=True) for net in (G, C)]

    def judge(parts: tuple[Tensor, ...]) -> Tensor:
        scores: Tensor = C(*parts).values
        return scores

    def side(x: Tensor) -> Side:
        return Side((x,), judge((x,)), (True,), Slopes(lambda: slopes_at(judge, (x,), (True,))))

    rows: list[Row] = []
    for step in range(1, steps + 1):
        at = np.arange(BATCH * step, BATCH * (step + 1))
        x = torch.as_tensor(source.batch(at)["x"], dtype=torch.float32)
        y = G(torch.randn(BATCH, 4, generator=rng))
        real, fake = side_of(judge, x), side_of(judge, y)
        loss = learned.critic_loss(real.scores, fake.scores)
        for name in ("r1", "r2") if penalty else ():
            loss = loss + penalty * PENALTIES[name].term(judge, real, fake, rng)
        adam[1].zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        adam[1].step()
        adam[0].zero_grad()
        learned.generator_loss(judge((x,)), judge((y,))).backward()  # type: ignore[no-untyped-call]
        adam[0].step()
        if step % (steps // looks) == 0:
            with torch.no_grad():
                samples = G(torch.randn(4000, 4, generator=rng)).double().numpy()
            assert source.modes is not None
            # A look at which mode is nearest: unpenalised samples may lie off every mode
            near = np.linalg.norm(samples[:, None] - source.modes.centres, axis=2).argmin(1)
            shares = np.bincount(near, minlength=8) / len(near)
            report = mode_report(samples, source.modes)
            rows.append(
                {
                    "distance": distance,
                    "R1 + R2": penalty,
                    "seed": seed,
                    "step": step,
                    "nearest to 1 %": int((shares >= 0.01).sum()),
                    "largest share": float(shares.max()),
                    "modes": report.captured_share,
                    "high quality, %": 100 * report.high_quality,
                }
            )
    return rows


if __name__ == "__main__":
    bench = Bench(
        "theory_collapse",
        "Ring of 8 under one game, with and without a penalty",
        steps=2000,
        seeds=2,
        distances="kl,reverse-kl",
        penalty=0.02,
    )
    asked = bench.options
    bench.show(
        [
            line
            for distance in asked.distances.split(",")
            for penalty in (0.0, asked.penalty)
            for seed in range(asked.seeds)
            for line in play(distance, penalty, steps=asked.steps, seed=seed)
        ]
    )
