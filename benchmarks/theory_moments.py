"""Matching moments: training passes the tests that it trains on, and a learned test still tells.

A generator of numbers descends the distance of means and variances to two narrow modes until the
tests of mean and of variance (Welch's t, of numbers and of squares) pass on fresh samples. A
classifier then tells its samples from real ones.
"""

from __future__ import annotations

import torch

from _lines import Gaussians
from _show import Bench, Row
from saddle.distances import DISTANCES, Direct
from saddle.measure import two_sample
from saddle.measure.base import Floats
from saddle.networks import GENERATORS, Shape

DATA = Gaussians((0.5, 0.5), (-2.0, 2.0), (0.3, 0.3))


def table(*, steps: int, seed: int, n: int = 1000) -> list[Row]:
    """One row a look, until both tests pass; the last row has the learned test."""
    from scipy.stats import ttest_ind

    moments, rng = DISTANCES["moments"], torch.Generator().manual_seed(seed)
    assert isinstance(moments, Direct)
    G = GENERATORS["mlp"](Shape((2,), 1, width=32), rng)
    adam = torch.optim.Adam(G.parameters(), 1e-2)
    rows: list[Row] = []
    for step in range(steps + 1):
        if step % 50 == 0:
            with torch.no_grad():
                y = G(torch.randn(n, 2, generator=rng)).double().numpy()
            x = DATA.draw(n, rng, torch.float64).numpy()
            mean = float(ttest_ind(x[:, 0], y[:, 0], equal_var=False).pvalue)
            variance = _variance_test(x[:, 0], y[:, 0])
            told = two_sample(x, y, tests=["c2st", "energy"], seed=seed)
            rows.append(
                {
                    "step": step,
                    "mean p": mean,
                    "variance p": variance,
                    "c2st": told[0].statistic,
                    "c2st p": told[0].p_value,
                    "energy p": told[1].p_value,
                }
            )
            if min(mean, variance) > 0.2:
                return rows
        loss = moments.between(DATA.draw(1024, rng), G(torch.randn(1024, 2, generator=rng)))
        adam.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        adam.step()
    return rows


def _variance_test(x: Floats, y: Floats) -> float:
    """P of equal variances: a t test of squared distances from each cloud's own mean."""
    from scipy.stats import ttest_ind

    squares = ((c - c.mean()) ** 2 for c in (x, y))
    return float(ttest_ind(*squares, equal_var=False).pvalue)


if __name__ == "__main__":
    bench = Bench("theory_moments", "Trained on mean and variance", steps=1000, seed=0)
    bench.show(table(steps=bench.options.steps, seed=bench.options.seed))
