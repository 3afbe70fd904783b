"""Presets: a table of functions that return a recipe's values, published settings among them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from saddle.catalogue import Catalogue
from saddle.errors import BadData, BadValue, BrokenRun, UnknownName, nearest
from saddle.recipe import Recipe
from saddle.reference import Reference
from saddle.runs import Run, read_lines

Values = Mapping[str, Any]


@dataclass(frozen=True)
class Preset:
    """A named starting point.

    Attributes:
        about: one line for lists.
        values: what differs from the default recipe, by dotted path.
        reference: where the settings were published, or None where they are ours.
    """

    about: str
    values: Callable[[], Values]
    reference: Reference | None = None


GOODFELLOW = Reference(
    "goodfellow2014",
    "Generative Adversarial Nets",
    "Goodfellow, Ian and Pouget-Abadie, Jean and Mirza, Mehdi and others",
    2014,
    "NeurIPS, arXiv 1406.2661",
)
ARJOVSKY = Reference(
    "arjovsky2017",
    "Wasserstein GAN",
    "Arjovsky, Martin and Chintala, Soumith and Bottou, Leon",
    2017,
    "ICML, arXiv 1701.07875, Algorithm 1",
)
GULRAJANI = Reference(
    "gulrajani2017",
    "Improved Training of Wasserstein GANs",
    "Gulrajani, Ishaan and Ahmed, Faruk and Arjovsky, Martin and others",
    2017,
    "NeurIPS, arXiv 1704.00028, Algorithm 1",
)
HUANG = Reference(
    "huang2024",
    "The GAN is dead; long live the GAN! A Modern GAN Baseline",
    "Huang, Nick and Gokaslan, Aaron and Kuleshov, Volodymyr and Tompkin, James",
    2024,
    "NeurIPS, arXiv 2501.05441",
)
NOWOZIN = Reference(
    "nowozin2016",
    "f-GAN: Training Generative Neural Samplers using Variational Divergence Minimization",
    "Nowozin, Sebastian and Cseke, Botond and Tomioka, Ryota",
    2016,
    "NeurIPS, arXiv 1606.00709",
)
FLAT: Values = {
    "schedules.warm": 0.0,
    "schedules.decay": 0.0,
    "schedules.rate": {"hold": 1.0},
    "schedules.critic_rate": {"hold": 1.0},
    "schedules.penalty": {"hold": 1.0},
}
"""Constant learning rate and penalty weight."""

PLAIN: Values = {
    "generator": {"name": "mlp", "width": 128, "depth": 3, "activation": "relu"},
    "critic": {"name": "mlp", "width": 128, "depth": 3, "activation": "leaky-relu"},
    "noise": "normal",
    "latent": 2,
}
"""Plain networks, as the classic papers' experiments on points had."""


def _classical() -> Values:
    return {
        **FLAT,
        "distance": "non-saturating",
        "penalties": {},
        **PLAIN,
        "optimise_generator": {"name": "adam", "rate": 2e-4, "beta1": 0.5},
        "optimise_critic": {"name": "adam", "rate": 2e-4, "beta1": 0.5},
        "schedules.beta2": {"hold": 0.999},
    }


def _wgan() -> Values:
    return {
        **FLAT,
        "distance": "wasserstein",
        "penalties": {"clip:0.01": 1.0},
        **PLAIN,
        "rule": "alternating:5",
        "batch": 64,
        "optimise_generator": {"name": "rmsprop", "rate": 5e-5},
        "optimise_critic": {"name": "rmsprop", "rate": 5e-5},
    }


def _wgan_gp() -> Values:
    return {
        **FLAT,
        "distance": "wasserstein",
        "penalties": {"gp:between": 10.0},
        **PLAIN,
        "rule": "alternating:5",
        "batch": 64,
        "optimise_generator": {"name": "adam", "rate": 1e-4, "beta1": 0.0},
        "optimise_critic": {"name": "adam", "rate": 1e-4, "beta1": 0.0},
        "schedules.beta2": {"hold": 0.9},
    }


def _r3gan() -> Values:
    return {
        "distance": "relativistic:logistic",
        "penalties": {"r1": 0.05, "r2": 0.05},
        "latent": 64,
        "noise": "normal",
        "batch": 512,
        "optimise_generator": {"name": "adam", "rate": 5e-5, "beta1": 0.0},
        "optimise_critic": {"name": "adam", "rate": 5e-5, "beta1": 0.0},
        "schedules.warm": 1.0,
        "schedules.decay": 0.0,
        "schedules.rate": {"start": 4.0, "hold": 1.0},
        "schedules.critic_rate": {"start": 4.0, "hold": 1.0},
        "schedules.penalty": {"start": 1.0, "hold": 0.1},
        "schedules.beta2": {"start": 0.9, "hold": 0.99},
        "schedules.memory": {"start": 0.0, "hold": 0.9999},
    }


def _fgan() -> Values:
    return {
        **FLAT,
        "distance": "kl",
        "ratio": "bound",
        "objective": "zero-sum",
        "penalties": {},
        "generator": {"name": "affine", "width": 1, "depth": 1},
        "critic": {"name": "mlp", "width": 64, "depth": 2, "activation": "tanh"},
        "latent": 1,
        "noise": "normal",
        "data": "fgan-mixture",
        "rule": "simultaneous",
        "batch": 1024,
        "optimise_generator": {"name": "sgd", "rate": 0.01},
        "optimise_critic": {"name": "sgd", "rate": 0.01},
    }


PER_GAME: Mapping[str, Values] = {
    "bigan": {"latent": 2, "encoder.name": "fourier-mlp:60", "steps": 8_000},
    "cycle": {"weights.cycle": 0.1, "steps": 4_000},
    "align": {
        "generator": {"name": "spline-coupling", "width": 64, "depth": 2, "activation": "silu"}
    },
}
"""What a game changes of the default recipe."""


def for_game(recipe: Recipe, game: str) -> Recipe:
    """The recipe for a game: what was left at its default takes the game's own default.

    >>> for_game(Recipe(), "align").generator.name
    'spline-coupling'
    """
    default = Recipe()
    own = PER_GAME.get(game, {})
    left = {key: v for key, v in own.items() if recipe.value(key) == default.value(key)}
    return recipe.amended({"game": game, **left})


PRESETS: Catalogue[Preset] = Catalogue(
    "preset",
    {
        "default": Preset(
            "relativistic pairing, R1 and R2 at every step, both decayed", dict, HUANG
        ),
        "classical": Preset("the non-saturating game, Adam, no penalty", _classical, GOODFELLOW),
        "wgan": Preset("clip 0.01, RMSprop 5e-5, 5 critic moves, batch 64", _wgan, ARJOVSKY),
        "wgan-gp": Preset("gradient penalty 10, Adam (0, 0.9), 5 moves", _wgan_gp, GULRAJANI),
        "r3gan": Preset("loss, optimiser and cosine burn-in for CIFAR-10", _r3gan, HUANG),
        "f-gan": Preset("single-step zero-sum on the bound, Gaussian model", _fgan, NOWOZIN),
    },
)


def preset(name: str) -> Recipe:
    """The recipe of a preset.

    >>> preset("wgan").rule
    'alternating:5'
    """
    return Recipe().amended(PRESETS[name].values())


def chosen(name: str | None, file: Path | None, start: Path | None, wanted: Values) -> Recipe:
    """The recipe that a command line asks for: a preset, a file or another run, then flags."""
    origins = {"--preset": name, "--recipe": file, "--from": start}
    named = [flag for flag, value in origins.items() if value is not None]
    if len(named) > 1:
        raise BadValue(f"{' and '.join(named)} all say where the recipe comes from: give one")
    if start is not None:
        return started_from(Run.open(start)).amended(wanted)
    if file is not None:
        return from_file(file).amended(wanted)
    return preset(name or "default").amended({**without_critic(wanted), **wanted})


def from_file(file: Path) -> Recipe:
    """The recipe of a YAML file; what is not there is called by its nearest name."""
    if not file.is_file():
        folder = file.parent
        close = nearest(file.name, [p.name for p in folder.glob("*.y*ml")])
        hint = f": did you mean {str(folder / close)!r}?" if close else ""
        raise UnknownName(f"--recipe: no file is called {str(file)!r}{hint}")
    try:
        return Recipe.read(file)
    except BrokenRun as problem:
        raise BadData(f"--recipe: {problem}") from problem


def without_critic(wanted: Values, *, own: object = None) -> Values:
    """No penalties where the distance that is asked for has no critic to penalise.

    A preset's penalties are meant for its own distance; penalties that were asked for by name
    are left to be refused with the reason. `own` is a distance of the caller's own.
    """
    from saddle.distances import DISTANCES, Direct

    name = str(wanted.get("distance", ""))
    asked = any(key.partition(".")[0] == "penalties" for key in wanted)
    distance = DISTANCES[name] if own is None and name in DISTANCES else own
    return {} if asked or not isinstance(distance, Direct) else {"penalties": {}}


def started_from(run: Run) -> Recipe:
    """The recipe of a run with its amendments, to start again from its last weights."""
    step = run.latest()
    if step is None:
        raise BadValue(f"{run.path} has no checkpoint to start from")
    return amended_recipe(run).amended({"start": str(run.checkpoint(step))})


def amended_recipe(run: Run) -> Recipe:
    """The recipe of a run with every later change."""
    recipe = Recipe.read(run.recipe)
    for line in read_lines(run.amendments):
        recipe = recipe.amended({line["key"]: line["new"]})
    return recipe
