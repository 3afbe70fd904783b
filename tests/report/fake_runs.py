"""Run folders as a training leaves them, made without training."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from saddle.runs import Run, write_text

STEPS = (0, 1000, 2000, 4000, 6000, 8000)
G = 33

GRID = np.stack(np.meshgrid(range(-2, 3), range(-2, 3)), -1).reshape(-1, 2) * 2.0
RING = 2 * np.stack([np.cos(np.arange(8) * np.pi / 4), np.sin(np.arange(8) * np.pi / 4)], -1)
LINE = np.array([[-2.0], [0.5], [3.0]])


def turn(x: np.ndarray, angle: float) -> np.ndarray:
    c, s = np.cos(angle), np.sin(angle)
    return x @ np.array([[c, s], [-s, c]])


def mixture(rng: np.random.Generator, centres: np.ndarray, n: int, std: float) -> tuple:
    label = rng.integers(len(centres), size=n)
    return centres[label] + std * rng.normal(size=(n, centres.shape[1])), label


def moving(rng: np.random.Generator, target: np.ndarray, done: float) -> np.ndarray:
    """Rows on their way from one blob to their target."""
    start = rng.normal(size=target.shape) * 0.6
    return (done * target + (1 - done) * start).astype(np.float32)


def points(box: tuple[float, ...]) -> np.ndarray:
    if len(box) == 2:
        return np.linspace(*box, 200)[:, None]
    x, y = np.linspace(*box[:2], G), np.linspace(*box[2:], G)
    return np.stack(np.meshgrid(x, y), -1)


def log_density(at: np.ndarray, centres: np.ndarray, std: float) -> np.ndarray:
    square = ((at[..., None, :] - centres) ** 2).sum(-1) / (2 * std**2)
    d = centres.shape[1]
    norm = np.log(len(centres)) + d * np.log(std * np.sqrt(2 * np.pi))
    return np.logaddexp.reduce(-square, axis=-1) - norm


def surface(at: np.ndarray, centres: np.ndarray, std: float, done: float) -> np.ndarray:
    """A critic that knows the data and a wider fake."""
    wide = std + (1 - done) * 2 + 0.08
    v = log_density(at, centres, std + 0.05) - log_density(at, centres * (0.3 + 0.7 * done), wide)
    return np.clip(v, -6, 6).astype(np.float32)


Arrays = dict[str, np.ndarray]
Shown = tuple[Arrays, Callable[[np.random.Generator, float], Arrays], Arrays, list[str]]


def gan(rng: np.random.Generator, centres: np.ndarray = GRID, std: float = 0.15) -> Shown:
    x, _ = mixture(rng, centres, 1500, std)
    far = float(np.abs(centres).max()) + 1.5
    box = (-far, far) * centres.shape[1]
    goal, _ = mixture(rng, centres, 1200, std * 1.2)
    at = points(box)

    def look(rng: np.random.Generator, done: float) -> Arrays:
        samples = moving(rng, goal, done)
        v = surface(at, centres, std, done)
        near = centres[((samples[:256, None] - centres) ** 2).sum(-1).argmin(1)]
        field = (near - samples[:256]) * 0.02
        pull = {"at.duel": samples[:256], "field.duel": field}
        return {"samples": samples, "surface.duel": v, **pull}

    truth = {"log_p": log_density(at, centres, std), "centres": centres}
    return {"x": x, "box.x": np.reshape(box, (-1, 2))}, look, truth, ["duel"]


def conditional(rng: np.random.Generator) -> Shown:
    x, given = mixture(rng, RING, 1200, 0.15)
    goal, asked = mixture(rng, RING, 1000, 0.17)

    def look(rng: np.random.Generator, done: float) -> Arrays:
        seen = {
            f"surface.duel@{c}": surface(points((-3.5, 3.5) * 2), RING[c : c + 1], 0.15, done)
            for c in range(4)
        }
        return {"samples": moving(rng, goal, done), "given": asked, **seen}

    box = np.array([[-3.5, 3.5]] * 2)
    return {"x": x, "given": given, "box.x": box}, look, {"centres": RING}, ["duel"]


def conditional_line(rng: np.random.Generator) -> Shown:
    """A number given, a number drawn."""
    given = rng.uniform(-2, 2, size=(1200, 1))
    x = np.sin(2 * given) + 0.1 * rng.normal(size=given.shape)

    def look(rng: np.random.Generator, done: float) -> Arrays:
        noise = (0.1 + (1 - done)) * rng.normal(size=given.shape)
        return {"samples": np.sin(2 * given) * done + noise, "given": given}

    return {"x": x, "given": given}, look, {}, ["duel"]


def bigan(rng: np.random.Generator) -> Shown:
    """A moon embedded in ten dimensions."""
    angle = rng.uniform(0, np.pi, 1000)
    flat = np.stack([np.cos(angle), np.sin(angle)], -1) + 0.05 * rng.normal(size=(1000, 2))
    x = flat @ rng.normal(size=(2, 10))

    def look(rng: np.random.Generator, done: float) -> Arrays:
        back = x[:200] + (1.1 - done) * 0.4 * rng.normal(size=(200, 10))
        return {"samples": moving(rng, x[:600], done), "watched": x[:200], "reconstruction": back}

    return {"x": x}, look, {}, ["joint"]


def two_domains(rng: np.random.Generator, centres: np.ndarray = RING[:4]) -> Shown:
    a, _ = mixture(rng, centres, 600, 0.2)
    turned = turn(centres, 0.6) if centres.shape[1] == 2 else centres + 1
    b, _ = mixture(rng, turned, 600, 0.2)
    far = float(np.abs(centres).max()) + 1.5
    box = (-far, far) * centres.shape[1]
    at = points(box)

    def look(rng: np.random.Generator, done: float) -> Arrays:
        there = turn(a, 0.6 * done) if a.shape[1] == 2 else a + done
        back = turn(b, -0.6 * done) if a.shape[1] == 2 else b - done
        seen = {
            "surface.b": surface(at, turned, 0.2, done),
            "surface.a": surface(at, centres, 0.2, done),
            "at.b": there[:99],
            "field.b": (b - there)[:99] * 0.1,
        }
        return {"a": a, "b": b, "a_to_b": there, "b_to_a": back, **seen}

    edges = np.reshape(box, (-1, 2))
    return {"a": a, "b": b, "box.a": edges, "box.b": edges}, look, {}, ["b", "a"]


def pictures(rng: np.random.Generator, c: int = 1, labelled: bool = True) -> Shown:
    """Bright squares; a label is the number of the quarter in which they stand."""
    given = rng.integers(4, size=90)
    x = rng.integers(0, 60, size=(90, 12, 16, c)).astype(np.uint8)
    for picture, label in zip(x, given, strict=True):
        picture[6 * (label // 2) :, 8 * (label % 2) :][:6, :8] = 230
    real = {"x": x[:60]} | ({"given": given[:60]} if labelled else {})

    def look(rng: np.random.Generator, done: float) -> Arrays:
        noise = rng.integers(0, 256, size=x[30:].shape)
        made = {"samples": (done * x[30:] + (1 - done) * noise).astype(np.uint8)}
        return made | ({"given": given[30:]} if labelled else {})

    return real, look, {}, ["duel"]


def found_back(rng: np.random.Generator) -> Shown:
    """Pictures in colour, and what an encoder and a generator make of them."""
    real, look, *rest = pictures(rng, 3, labelled=False)

    def both(rng: np.random.Generator, done: float) -> Arrays:
        some = real["x"][:20]
        return look(rng, done) | {"watched": some, "reconstruction": 255 - some}

    return real, both, *rest


PICTURES: dict[str, tuple[str, Callable[[np.random.Generator], Shown]]] = {
    "gan-pictures": ("gan", lambda rng: pictures(rng, labelled=False)),
    "conditional-pictures": ("conditional", pictures),
    "bigan-pictures": ("bigan", found_back),
}
"""Runs of pictures."""

GAMES: dict[str, tuple[str, Callable[[np.random.Generator], Shown]]] = {
    "gan-plane": ("gan", gan),
    "gan-line": ("gan", lambda rng: gan(rng, LINE, 0.3)),
    "conditional-plane": ("conditional", conditional),
    "conditional-line": ("conditional", conditional_line),
    "bigan": ("bigan", bigan),
    "cycle-plane": ("cycle", two_domains),
    "cycle-line": ("cycle", lambda rng: two_domains(rng, LINE)),
    "align-plane": ("align", two_domains),
}


def event(step: int, duels: list[str], rng: np.random.Generator, meaning: str) -> dict[str, Any]:
    done = step / STEPS[-1]
    gap = 2 * (1 - done) + 0.1
    terms = {}
    for duel in duels:
        terms[f"generator.{duel}"] = 0.7 + gap + 0.02 * rng.normal()
        terms[f"critic.{duel}"] = 0.69 - 0.2 * gap + 0.02 * rng.normal()
        terms[f"critic.{duel}.r1"] = 0.1 * gap
        terms[f"critic.{duel}.r2"] = 0.12 * gap
    judged = {
        "real_mean": 3 + gap,
        "real_std": 0.5,
        "fake_mean": 3 - gap,
        "fake_std": 0.6,
        "auc": 0.5 + 0.4 * (1 - done) + 0.02,
        "estimate": 0.3 * gap,
        "meaning": meaning,
    }
    return {
        "step": step,
        "phase": "warm" if step < 1000 else "hold" if step < 6000 else "decay",
        "seconds": step / 140,
        "losses": terms,
        "schedule": {
            "rate": 2e-3 * (1 - 0.9 * done),
            "penalty": 1 - 0.9 * done,
            "beta2": 0.9 + 0.09 * done,
            "memory": 2000.0,
            "views": 0.0,
        },
        "critics": {duel: judged for duel in duels},
        "gradients": {"generator": 0.4 * gap, "critic": 0.2 + 0.05 * rng.random()},
        "watch": {"name": "sliced W1", "value": 0.02 + 0.9 * (1 - done) ** 2, "floor": 0.018},
        "modes": {
            "captured": round(25 * done),
            "of": 25,
            "high_quality": 0.97 * done,
            "perfect": 0.9889,
        },
    }


def make(
    root: Path,
    kind: str = "gan-plane",
    *,
    steps: tuple[int, ...] = STEPS,
    meaning: str = "log-ratio",
    recipe: dict[str, Any] | None = None,
) -> Run:
    """A run folder of one of `GAMES`."""
    game, shown = (GAMES | PICTURES)[kind]
    rng = np.random.default_rng(7)
    run = Run.create(root, kind)
    run.looks.mkdir()
    real, look, truth, duels = shown(rng)
    np.savez(run.path / "real.npz", **real)
    if truth:
        np.savez(run.path / "truth.npz", **truth)
    with open(run.events, "w") as lines:
        for step in steps:
            told = event(step, duels, rng, meaning)
            kept = {k: v for k, v in told.items() if k != "modes" or kind in GAMES}
            lines.write(json.dumps(kept) + "\n")
            np.savez(run.look(step), **look(np.random.default_rng(1), step / STEPS[-1]))
    write_text(run.recipe, json.dumps(RECIPE | {"game": game} | (recipe or {})))
    amended = {"step": 4000, "key": "penalties.r1", "old": 1.0, "new": 0.5}
    write_text(run.amendments, json.dumps(amended) + "\n")
    write_text(run.path / "environment.json", json.dumps(ENVIRONMENT))
    write_text(run.path / "evaluation.json", json.dumps(EVALUATION))
    write_text(run.path / "theory.json", json.dumps(theory(duels[0])))
    return run


STALLS = {"key": "distance-stalls", "severity": "note", "remedy": None, "remedies": []}
FINDINGS = {
    "now": [STALLS | {"since": 4000, "evidence": {"distance": 0.4, "floor": 0.02}}],
    "earlier": [
        STALLS | {"since": 0, "until": 2000, "evidence": {"distance": 0.6, "floor": 0.02}}
    ],
    "not_measured": ["bound-above-truth"],
}
"""What the doctor said of it: one note that holds, one that passed."""


def bare(root: Path) -> Run:
    """A run folder that holds a recipe and nothing else."""
    run = Run.create(root, "bare")
    write_text(run.recipe, "data: grid\ngame: gan\n")
    return run


RECIPE = {
    "data": "grid",
    "distance": "relativistic-logistic",
    "ratio": None,
    "objective": "non-saturating",
    "penalties": {"r1": 1.0, "r2": 1.0},
    "views": [],
    "generator": {"name": "mlp", "width": 128, "depth": 3, "activation": "silu"},
    "critic": {"name": "mlp", "width": 128, "depth": 3, "activation": "silu"},
    "rule": "alternating",
    "steps": 8000,
    "batch": 256,
    "seed": 3,
}
ENVIRONMENT = {
    "versions": {"python": "3.11.2", "torch": "2.13.0", "numpy": "2.1.0"},
    "platform": "Linux x86_64",
    "threads": 1,
    "device": "cpu",
    "data": {
        "name": "grid",
        "fingerprint": "sha256:5ac0",
        "facts": [["rows", "endless"], ["modes", "25, equally likely"], ["scale", "4.02"]],
        "warnings": [],
    },
    "penalty weights in data units": {"r1": 0.062, "r2": 0.062},
}
EVALUATION = {
    "step": 8000,
    "seconds": 3.2,
    "measures": [
        {
            "name": "sliced W1",
            "value": 0.0213,
            "floor": 0.0187,
            "n": 2500,
            "better": "lower",
            "interval": [0.0201, 0.0231],
            "note": "fresh points",
        },
        {"name": "modes", "value": 25, "floor": 25, "n": 2500, "better": "higher"},
        {"name": "high quality", "value": 0.9782, "floor": 0.9889, "n": 2500, "better": "closer"},
    ],
    "critic": {"measured": True, "bound_of": "kl", "bound": 0.011, "exact": 0.012},
}


def theory(duel: str) -> dict[str, Any]:
    """What the theory says of a run under KL, with a path that spirals in."""
    v, turn = np.linspace(-6, 6, 25), np.arange(50)
    spiral = 1.4 * 0.93**turn * np.exp(0.3j * turn)
    at = np.stack(np.meshgrid([-1.0, 0.0, 1.0], [-1.0, 0.0, 1.0]), -1).reshape(-1, 2)
    D = np.linspace(0.1, 0.9, 9)
    return {
        "measured": True,
        "duel": duel,
        "distance": "kl",
        "minimises": "KL(p || q)",
        "rest": float(2 * np.log(2)),
        "pulls": {
            "v": v.tolist(),
            "critic at real": (1 / (1 + np.exp(v))).tolist(),
            "critic at fake": (1 / (1 + np.exp(-v))).tolist(),
            "generator": np.exp(v).tolist(),
            "u^2 f''(u)": np.exp(v).tolist(),
            "u f''(u)": np.ones_like(v).tolist(),
        },
        "calibration": {
            "measured": True,
            "bins": [{"D": float(d), "real": float(d**1.1), "n": 900} for d in D],
        },
        "smallest": {
            "rule": "alternating",
            "penalties": {"r1": 1.0},
            "rate": 0.2,
            "path": [[float(z.real), float(z.imag)] for z in spiral],
            "at": at.tolist(),
            "field": np.stack([at[:, 1], -at[:, 0] - 0.3 * at[:, 1]], -1).tolist(),
        },
    }
