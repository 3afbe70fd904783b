"""Checkerboards: energy at the highest frequency, transposed convolutions against upsampling.

DCGAN's generator is played on MNIST with its three ways of doubling a picture: transposed 4 x 4
filters, each pixel repeated before 3 x 3 filters, and bilinear resampling before them. What is
measured is the share of a picture's variance at the Nyquist frequency (half a period a pixel,
across or down), as new networks draw and after training, over that of real digits.

References:
    Odena, Dumoulin, Olah (2016), Deconvolution and checkerboard artifacts.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from _classifier import Pictures
from _common import OUT, Bench, Row, Target
from _pictures import Rows, drawn, halves
from saddle.build.session import start
from saddle.presets import preset

WAYS = {
    "transposed": "dcgan",
    "nearest": "dcgan-upsample:nearest",
    "bilinear": "dcgan-upsample:bilinear",
}
SAMPLES = 1_000


def at_nyquist(pictures: Pictures) -> float:
    """Share of the variance that stands in the last row and column of frequencies."""
    x = pictures[..., 0].astype(np.float64)
    power = np.square(np.abs(np.fft.fft2(x - x.mean((1, 2), keepdims=True)))).mean(0)
    edge = power[len(power) // 2].sum() + power[:, power.shape[1] // 2].sum()
    return float(edge / power.sum())


def played(bench: Bench, way: str, seed: int, real: float) -> Row:
    """One run, measured before its first turn and after its last."""
    asked = {
        "data": "mnist",
        "game": "gan",
        "generator": {"name": WAYS[way], "width": 16, "depth": 1},
        "critic": {"name": "dcgan", "width": 16, "depth": 1},
        "steps": bench.options.turns,
        "stop": "never",
        "looks": 1,
        "saves": 1,
    }
    session = start(bench.recipe(preset("dcgan"), asked, seed=seed), Path(bench.options.runs))
    fresh = at_nyquist(drawn(session, SAMPLES))
    for _ in session.play():
        pass
    trained = at_nyquist(drawn(session, SAMPLES))
    return {"way": way, "seed": seed, "new": fresh / real, "trained": trained / real}


def main() -> None:
    """Play what is not there yet, and compare the ways."""
    bench = Bench(
        "nyquist",
        "Energy at the Nyquist frequency over that of real digits",
        seeds="0-2",
        turns=1_000,
        rows=str(OUT / "nyquist.rows.jsonl"),
        runs=str(OUT / "kept" / "nyquist"),
    )
    rows = Rows(bench.options.rows)
    x, _, test = halves("mnist")
    real = at_nyquist(x[test])
    for seed in bench.seeds:
        for way in WAYS:
            if not rows.of(way=way, seed=seed):
                rows.add(played(bench, way, seed, real))
                bench.tell(str(rows.all[-1]))
    found = [row for row in rows.all if row["seed"] in bench.seeds]
    bench.show(found, targets=[higher(found, when) for when in ("new", "trained")])


def higher(rows: list[Row], when: str) -> Target:
    """Transposed filters over the better of the two others, the least of the seeds."""
    of = {(row["way"], row["seed"]): float(row[when] or 0) for row in rows}
    ratios = [
        of["transposed", seed] / max(of["nearest", seed], of["bilinear", seed])
        for seed in sorted({row["seed"] for row in rows})
    ]
    return Target(
        f"{when}: transposed over the higher of the others, least of the seeds",
        "> 1",
        f"{min(ratios):.2f}",
        min(ratios) > 1,
    )


if __name__ == "__main__":
    main()
