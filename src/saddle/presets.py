"""Presets: a table of functions that return a recipe's values, published settings among them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from saddle.catalogue import Catalogue
from saddle.errors import BadData, BadValue, BrokenRun, UnknownName, nearest
from saddle.recipe import Recipe
from saddle.reference import Reference
from saddle.references import DCGAN, FGAN, PACGAN, R3GAN, WGAN, WGAN_GP
from saddle.runs import Run, read_lines

Values = Mapping[str, Any]


@dataclass(frozen=True)
class Preset:
    """A named starting point.

    Attributes:
        about: one line for lists.
        values: what differs from the default recipe, by dotted path.
        reference: where the settings were published; for `default`, the loss.
    """

    about: str
    values: Callable[[], Values]
    reference: Reference | None = None


FLAT: Values = {
    "schedules.warm": 0.0,
    "schedules.decay": 0.0,
    "schedules.rate": {"hold": 1.0},
    "schedules.critic_rate": {"hold": 1.0},
    "schedules.penalty": {"hold": 1.0},
    "schedules.memory": {"hold": 0.0},
}
"""Constant learning rate and penalty weight, and samples from the weights as they are.

These papers keep no average of the generator's weights."""

PLAIN: Values = {
    "generator": {"name": "mlp", "width": 128, "depth": 3, "activation": "relu"},
    "critic": {"name": "mlp", "width": 128, "depth": 3, "activation": "leaky-relu"},
    "noise": "normal",
    "latent": 2,
}
"""Plain networks, as the classic papers' experiments on points had."""


def _classical() -> Values:
    """Adam and its batch as in DCGAN (Sec. 3); the networks are plain."""
    return {
        **FLAT,
        "distance": "non-saturating",
        "penalties": {},
        **PLAIN,
        "batch": 128,
        "optimise_generator": {"name": "adam", "rate": 2e-4, "beta1": 0.5},
        "optimise_critic": {"name": "adam", "rate": 2e-4, "beta1": 0.5},
        "schedules.beta2": {"hold": 0.999},
    }


def _dcgan() -> Values:
    """Sec. 3 and 4: Adam (2e-4, beta1 .5), 100 latents, 64 channels at half size.

    Batches of 64 and one pass of the generator for both moves are those of the common loop. There
    is nothing of it on points, whose networks are `classical`'s.
    """
    return {
        **_classical(),
        "rule": "shared",
        "generator": {"name": "dcgan", "width": 64, "depth": 1},
        "critic": {"name": "dcgan", "width": 64, "depth": 1},
        "latent": 100,
        "batch": 64,
    }


def _stacked_mnist() -> Values:
    """The data of VEEGAN and PacGAN (Sec. 4.2): 1,000 modes; the rest is chosen as always."""
    return {"data": "stacked-mnist:3"}


def _wgan() -> Values:
    """Algorithm 1 with its default values: alpha 5e-5, c 0.01, m 64, n_critic 5."""
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
    """Algorithm 1 with its default values: lambda 10, n_critic 5, alpha 1e-4, betas (0, 0.9)."""
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


R3GAN_BATCH = 512
R3GAN_BURN_IN = 20_000_000 / R3GAN_BATCH
"""Turns of the published burn-in for CIFAR-10: 2e7 images, 39,062 of them."""

R3GAN_HALF_LIFE = 5_000_000 / R3GAN_BATCH
"""Turns of the average's half-life at its end: 5e6 images, a quarter of the burn-in."""

BURN_IN = 0.8
"""Share of a run that the burn-in takes; `--steps 48828` plays it at its published length."""


def _r3gan() -> Values:
    """The settings for CIFAR-10, first -> last along a half cosine over the burn-in.

        learning rate 2e-4 -> 5e-5      beta2 0.9 -> 0.99      beta1 0
        gamma .05 -> .005, on R1 / 2 and R2 / 2 at every turn
        half-life of the average 0 -> 5e6 images

    The burn-in and the half-life keep their proportion to one another and scale with the run.
    The published augmentation belongs to pictures, and so do its networks.
    """
    return {
        "distance": "relativistic:logistic",
        "penalties": {"r1": 0.05, "r2": 0.05},
        "latent": 64,
        "noise": "normal",
        "batch": R3GAN_BATCH,
        "optimise_generator": {"name": "adam", "rate": 5e-5, "beta1": 0.0},
        "optimise_critic": {"name": "adam", "rate": 5e-5, "beta1": 0.0},
        "schedules.warm": BURN_IN,
        "schedules.decay": 0.0,
        "schedules.rate": {"start": 4.0, "hold": 1.0},
        "schedules.critic_rate": {"start": 4.0, "hold": 1.0},
        "schedules.penalty": {"start": 1.0, "hold": 0.1},
        "schedules.beta2": {"start": 0.9, "hold": 0.99},
        "schedules.half_life": {"start": 0.0, "hold": BURN_IN * R3GAN_HALF_LIFE / R3GAN_BURN_IN},
    }


def _fgan() -> Values:
    """The Gaussian fitted to a mixture (Sec. 3): single-step, on the bound at T = g_f(V)."""
    return {
        **FLAT,
        "distance": "kl",
        "ratio": "link",
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
    "bigan": {"encoder.name": "fourier-mlp:60", "steps": 8_000},
    "infogan": {},
    "aae": {"critic.name": "mlp"},
    "cycle": {"weights.cycle": 0.02, "steps": 8_000},
    "align": {
        "generator.name": "spline-coupling",
        "generator.depth": 2,
        "generator.activation": "silu",
        "steps": 2_000,
    },
}
"""What a game changes of the default recipe."""


def for_game(recipe: Recipe, game: str) -> Recipe:
    """The recipe for a game: what was not given a value takes the game's own default.

    >>> for_game(Recipe(), "align").steps, for_game(Recipe(steps=15_000), "align").steps
    (2000, 15000)
    """
    said = recipe.said()
    left = {key: value for key, value in PER_GAME.get(game, {}).items() if key not in said}
    return recipe.amended({"game": game, **left})


PRESETS: Catalogue[Preset] = Catalogue(
    "preset",
    {
        "default": Preset(
            "relativistic pairing, R1 and R2 at every step, both decayed", dict, R3GAN
        ),
        "classical": Preset("the non-saturating game, Adam, no penalty", _classical, DCGAN),
        "dcgan": Preset("of pictures: the non-saturating game, batch norm", _dcgan, DCGAN),
        "stacked-mnist": Preset(
            "1,000 known modes: digits in red, green and blue", _stacked_mnist, PACGAN
        ),
        "wgan": Preset("clip 0.01, RMSprop 5e-5, 5 critic moves, batch 64", _wgan, WGAN),
        "wgan-gp": Preset("gradient penalty 10, Adam (0, 0.9), 5 moves", _wgan_gp, WGAN_GP),
        "r3gan": Preset(
            "as for CIFAR-10: burn-in over 4/5 of the run, published length at --steps 48828",
            _r3gan,
            R3GAN,
        ),
        "f-gan": Preset(
            "single-step zero-sum on the bound through the published link, Gaussian model",
            _fgan,
            FGAN,
        ),
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
        recipe = started_from(Run.open(start))
    elif file is not None:
        recipe = from_file(file)
    else:
        recipe = preset(name or "default")
    return recipe.amended({**without_critic({**_open(recipe), **wanted}), **thawed(wanted)})


LONGER = 10
"""How many times the preset's steps a run may take that is given a time and no steps."""


def with_stop(recipe: Recipe) -> Recipe:
    """The recipe of a run whose length nobody gave: it stops by itself.

    With steps it plays them all; with a budget alone it may take more than the preset's, with as
    many steps from look to look and in the warm phase. What says how it stops is left as it is.

    >>> with_stop(Recipe()).stop, with_stop(Recipe(steps=100)).stop
    ('auto', 'never')
    """
    said = recipe.said()
    if said & {"stop", "steps", "ending"}:
        return recipe
    if recipe.budget is None:
        return recipe.amended({"stop": "auto"})
    counts = {key: LONGER * recipe.value(key) for key in ("steps", "looks", "saves")}
    warm = {"schedules.warm": recipe.schedules.warm / LONGER}
    return recipe.amended({"stop": "auto", **counts, **warm})


def _open(recipe: Recipe) -> Values:
    """The distance that a recipe names where it says nothing of penalties."""
    said = recipe.said()
    return {"distance": recipe.distance} if "distance" in said and "penalties" not in said else {}


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

    Penalties of a preset, a recipe or a run are meant for the distance that stands beside them;
    those that were asked for by name are left to be refused with the reason. `own` is a distance
    of the caller's own.
    """
    name = str(wanted.get("distance", ""))
    asked = any(key.partition(".")[0] == "penalties" for key in wanted)
    if asked or not (name or own):
        return {}
    from saddle.distances import DISTANCES, Direct

    distance = DISTANCES[name] if own is None and name in DISTANCES else own
    return {"penalties": {}} if isinstance(distance, Direct) else {}


def thawed(wanted: Values) -> Values:
    """Nothing frozen where a run is asked to start from nothing, unless that is asked for too.

    >>> thawed({"start": None})
    {'frozen': 0, 'start': None}
    """
    anew = START in wanted and wanted[START] is None
    return {**({"frozen": 0} if anew else {}), **wanted}


START = "start"
"""Where a recipe says whose weights a run starts from."""


def started_from(run: Run) -> Recipe:
    """The recipe of a run with its amendments, to start again from its last weights."""
    step = run.latest()
    if step is None:
        raise BadValue(f"{run.path} has no checkpoint to start from")
    return amended_recipe(run).amended({"start": str(run.checkpoint(step)), "ending": None})


def amended_recipe(run: Run) -> Recipe:
    """The recipe of a run with every later change."""
    return [*recipes_of(run)][-1][1]


def recipes_of(run: Run) -> Iterator[tuple[int, Recipe]]:
    """The recipe of a run and what each later change made of it, with the step it began at."""
    recipe = Recipe.read(run.recipe)
    yield 0, recipe
    for line in read_lines(run.amendments):
        recipe = recipe.amended({line["key"]: line["new"]})
        yield line["step"], recipe
