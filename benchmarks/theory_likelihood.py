"""High likelihood without quality, and quality without likelihood.

    q = .01 p + .99 noise: E_p log q >= E_p log p - log 100, and one sample in a hundred is good
    q = narrow kernels on n memorised rows: every sample is good, and held-out rows surprise it

References:
    Theis, van den Oord, Bethge (2016), A note on the evaluation of generative models, Sec. 3.
"""

from __future__ import annotations

import math

import numpy as np

from _show import Bench, Row
from saddle.measure import mode_report, two_sample
from saddle.measure.base import Floats
from saddle.sources import SOURCES

WIDE = 40.0
"""Side of the square that the noise is uniform on."""


def table(rows: int, *, seed: int, width: float) -> list[Row]:
    """Held-out log-likelihood, and what samples look like, of p and of the two impostors."""
    source = SOURCES["ring"].build(seed)
    at = np.arange(rows)
    train, held = source.batch(at)["x"], source.batch(at, "watch")["x"]
    real = source.batch(at + rows)["x"]
    rng = np.random.default_rng(seed)
    noise = rng.uniform(-WIDE / 2, WIDE / 2, (rows, 2))
    mixed = np.where(rng.random((rows, 1)) < 0.01, source.batch(at + 2 * rows)["x"], noise)
    copied = train[rng.permutation(rows)] + width * rng.standard_normal((rows, 2))
    log_p = source.log_prob(held)
    assert log_p is not None and source.modes is not None
    log_mixed = np.logaddexp(math.log(0.01) + log_p, math.log(0.99) - 2 * math.log(WIDE))
    kernels = log_kernels(held, train, width)
    told: list[Row] = []
    for name, samples, log_q in (
        ("p itself", real, log_p),
        (".01 p + .99 noise", mixed, log_mixed),
        ("memorised rows", copied, kernels),
    ):
        report = mode_report(samples, source.modes)
        test = two_sample(source.batch(at + 3 * rows)["x"], samples, tests=["energy"], seed=seed)
        told.append(
            {
                "q": name,
                "held-out log q, nats": float(log_q.mean()),
                "below p by": float((log_p - log_q).mean()),
                "high quality, %": 100 * report.high_quality,
                "modes of 8": report.captured,
                "energy test p": test[0].p_value,
            }
        )
    return told


def log_kernels(x: Floats, centres: Floats, width: float) -> Floats:
    """Log density of equal round Gaussians of that width on the centres."""
    from scipy.special import logsumexp

    square = np.square(x[:, None] - centres).sum(2) / (2 * width**2)
    logs: Floats = logsumexp(-square, axis=1)
    return logs - math.log(len(centres) * 2 * math.pi * width**2)


if __name__ == "__main__":
    bench = Bench(
        "theory_likelihood",
        "Likelihood and quality on the ring of 8",
        rows=400,
        seed=0,
        width=1e-4,
    )
    asked = bench.options
    bench.show(
        table(asked.rows, seed=asked.seed, width=asked.width), f"log 100 is {math.log(100):.3f}"
    )
