"""Does a Wasserstein GAN hardly ever collapse? Three losses, three noises, ten seeds, MNIST.

The vanilla game (non-saturating), WGAN (clipped weights) and WGAN-GP are played as published, on
DCGAN's networks at a quarter of their width; WGAN-GP's critic has no batch norm. A run has
collapsed where its samples are less than half as diverse as real digits (E |x - x'|^2), or where
they are spread over fewer than five digits (e to the entropy of what a classifier reads).

References:
    Arjovsky, Chintala, Bottou (2017), Wasserstein GAN: mode collapse was not seen.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from _classifier import Classifier, Pictures
from _common import OUT, Bench, Row
from _pictures import Judge, Rows, drawn, halves
from saddle.build.session import start
from saddle.measure.floors import wilson
from saddle.presets import preset

SAMPLES, LEAST_DIVERSE, LEAST_DIGITS = 2_000, 0.5, 5.0

NETS: Mapping[str, Any] = {
    "generator": {"name": "dcgan", "width": 16, "depth": 1},
    "critic": {"name": "dcgan", "width": 16, "depth": 1},
}
LOSSES: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "vanilla": ("dcgan", NETS),
    "wgan": ("wgan", NETS),
    "wgan-gp": ("wgan-gp", {**NETS, "critic": {"name": "dcgan-plain", "width": 16, "depth": 1}}),
}
"""Preset, and what it needs to play pictures."""

NOISES: Mapping[str, Mapping[str, Any]] = {
    "normal, 100": {"noise": "normal", "latent": 100},
    "uniform, 100": {"noise": "uniform", "latent": 100},
    "normal, 2": {"noise": "normal", "latent": 2},
}


def spread(pictures: Pictures) -> float:
    """E |x - x'|^2."""
    flat = pictures.reshape(len(pictures), -1) / 255.0
    return 2 * float(flat.var(0).sum())


def digits(pictures: Pictures, told: Classifier) -> float:
    """How many digits there are: the exponential of the entropy of what is read."""
    p = np.bincount(told.classes(pictures), minlength=10) / len(pictures)
    return float(np.exp(-(p[p > 0] * np.log(p[p > 0])).sum()))


def played(bench: Bench, loss: str, noise: str, seed: int, judge: Judge, real: float) -> Row:
    """One run."""
    name, nets = LOSSES[loss]
    asked = {"data": "mnist", "game": "gan", "stop": "never", "looks": 1, "saves": 1}
    asked |= {**nets, **NOISES[noise], "steps": bench.options.turns}
    session = start(bench.recipe(preset(name), asked, seed=seed), Path(bench.options.runs))
    for _ in session.play():
        pass
    made = drawn(session, SAMPLES)
    diverse, modes = spread(made) / real, digits(made, judge.told)
    return {
        "loss": loss,
        "noise": noise,
        "seed": seed,
        "diversity": diverse,
        "digits": modes,
        "kernel": judge(made)["kernel"],
        "collapsed": diverse < LEAST_DIVERSE or modes < LEAST_DIGITS,
    }


def summary(rows: list[Row]) -> list[Row]:
    """The rate of collapse of each loss and noise, with Wilson's interval."""
    found: list[Row] = []
    for loss in LOSSES:
        for noise in (*NOISES, "all"):
            of = [r for r in rows if r["loss"] == loss and noise in (r["noise"], "all")]
            if of:
                count = sum(bool(row["collapsed"]) for row in of)
                share = wilson(count, len(of))
                between = f"{share.low:.0%} to {share.high:.0%}"
                found.append(
                    {
                        "loss": loss,
                        "noise": noise,
                        "seed": f"{len(of)} runs",
                        "collapsed": f"{count / len(of):.0%} ({between})",
                        "diversity": float(np.mean([float(r["diversity"] or 0) for r in of])),
                        "kernel": float(np.mean([float(r["kernel"] or 0) for r in of])),
                    }
                )
    return found


def main() -> None:
    """Play what is not there yet, and print the rates."""
    bench = Bench(
        "picture_collapse",
        "How often runs on MNIST collapse",
        seeds="0-9",
        turns=500,
        rows=str(OUT / "picture_collapse.rows.jsonl"),
        runs=str(OUT / "kept" / "picture_collapse"),
    )
    rows, judge = Rows(bench.options.rows), Judge.of("mnist", OUT)
    x, _, test = halves("mnist")
    real = spread(x[test])
    for seed in bench.seeds:
        for loss in LOSSES:
            for noise in NOISES:
                if not rows.of(loss=loss, noise=noise, seed=seed):
                    rows.add(played(bench, loss, noise, seed, judge, real))
                    bench.tell(str(rows.all[-1]))
    found = [row for row in rows.all if row["seed"] in bench.seeds]
    bench.show(found, shown=summary(found))


if __name__ == "__main__":
    main()
