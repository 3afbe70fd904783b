"""A recipe: everything that decides a run, as typed values, to and from YAML.

A run is a function of (recipe, amendments, seed, data). Names are checked against the catalogues
when the run is built (`saddle.build`); here types and ranges are.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from saddle.errors import BadValue, BrokenRun
from saddle.recipe.explain import explained
from saddle.recipe.paths import OPEN, find, paths, put, split
from saddle.recipe.setting import first_words, parse_setting
from saddle.runs import write_text

__all__ = [
    "Ending",
    "Network",
    "Optimiser",
    "Pictures",
    "Recipe",
    "Scheduled",
    "Schedules",
    "Share",
    "find",
    "parse_setting",
    "paths",
    "put",
    "split",
]

Positive = Field(gt=0, allow_inf_nan=False)
Count = Field(ge=1)
Weight = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, validate_default=True)


class Network(_Strict):
    """One player's network.

    Attributes:
        name: a name of the network catalogue, or `module:Class`.
        width: units of a hidden layer.
        depth: number of hidden layers.
        activation: between layers.
    """

    name: str = "mlp"
    width: int = Count
    depth: int = Field(default=3, ge=0)
    activation: str = "leaky-relu"


class Optimiser(_Strict):
    """One player's optimiser; `beta2` of Adam is scheduled, see `Schedules`."""

    name: Literal["adam", "rmsprop", "sgd"] = "adam"
    rate: float = Positive
    beta1: float = Field(default=0.0, ge=0, lt=1)
    momentum: float = Field(default=0.0, ge=0, lt=1)
    weight_decay: Weight = 0.0


class Scheduled(_Strict):
    """A value in three phases: see `saddle.training.schedules.Schedule`."""

    hold: Weight = 1.0
    start: Weight | None = None
    end: Weight | None = None
    geometric: bool = False
    over: float = Field(default=1.0, gt=0, le=1)


class Share(Scheduled):
    """A scheduled memory, which must stay below or at one."""

    hold: float = Field(default=1.0, ge=0, le=1)
    start: float | None = Field(default=None, ge=0, le=1)
    end: float | None = Field(default=None, ge=0, le=1)


class Schedules(_Strict):
    """What changes over the run.

    Attributes:
        warm, decay: how long these phases are, as shares of the steps.
        rate, critic_rate: factors of each player's learning rate.
        penalty: factor of every penalty's weight.
        beta2: Adam's second memory.
        memory: what the average of the generator keeps a step, once it is old enough; 0 is no
            average.
        half_life: of that average, as a share of the steps; takes memory's place where given.
        views: factor of the views that fade.
    """

    warm: float = Field(default=0.01, ge=0, lt=1)
    decay: float = Field(default=0.75, ge=0, le=1)
    rate: Scheduled = Scheduled(start=0.01, end=0.01, over=0.85)
    critic_rate: Scheduled = Scheduled(start=0.1, end=0.6, geometric=True)
    penalty: Scheduled = Scheduled(end=0.04, geometric=True, over=0.4)
    beta2: Share = Share(hold=0.99)
    memory: Share = Share(hold=0.9999)
    half_life: Scheduled | None = None
    views: Scheduled = Scheduled(end=0.0)


class Ending(_Strict):
    """Where a run decays and ends, once that is decided: by the stop rule, or by hand.

    Attributes:
        decay: first step of the decay.
        steps: where the run ends.
    """

    decay: int = Field(ge=0)
    steps: int = Count


class Pictures(_Strict):
    """How pictures are read; what is left out is chosen (`saddle.sources.pictures.Options`).

    Attributes:
        size: pixels of the side.
        fit: how a picture becomes a square: `crop`, `pad` or `stretch`.
        background: what shows through, and the bars: `#rrggbb`.
        grey: whether they have one channel.
        worst: the share of the files that may be left out.
    """

    size: int | None = Field(default=None, ge=4, le=4096)
    fit: Literal["crop", "pad", "stretch"] | None = None
    background: str | None = Field(default=None, pattern="^#[0-9a-fA-F]{6}$")
    grey: bool | None = None
    worst: float | None = Field(default=None, ge=0, le=1)


class Recipe(_Strict):
    """Everything that decides a run.

    Attributes:
        data: a source's name, a path, or `python` for what was passed in.
        second: the second domain, where the game needs one and `data` does not give it.
        columns: which columns are the points, `a,b`; all but the given one where none is named.
        given: column or field that conditions, where the data has several.
        pictures: how pictures become squares of one size.
        game: who plays; what fits the source where none is named.
        distance: what close means.
        ratio: how the ratio is learned (f-divergences), or the distance's own way.
        objective: what the generator minimises (f-divergences), or the distance's own.
        penalties: weight of each penalty, by name.
        views: what the critic sees, in order: `noise:0.1`, `packing:2`, `replay:50`.
        labels: the critic's labels: `one-sided:0.9`, `noisy:0.05`.
        weights: factors of the game's own terms: `features` (gan, infogan, semi-supervised),
            `reconstruction` (conditional, aae), `auxiliary` (conditional), `labelled`
            (semi-supervised), `class_information` and `number_information` (infogan), `cycle` and
            `identity` (cycle), `likelihood` and `adversarial` (align); and counts: cycle's
            `pool`, how many older fakes its critics are shown from, infogan's `codes`, how many
            classes, and `numbers`, how many numbers beside.
        generator, critic, encoder: the networks.
        latent: size of z.
        noise: law of z.
        rule: in which order and how often the players move.
        optimise_generator, optimise_critic: each player's optimiser.
        steps: turns of the rule; with `stop: auto`, at most.
        stop: `auto` ends a run whose watched distance has settled, `never` plays every turn.
        budget: wall time of training in seconds that the run ends within, or none.
        ending: where it decays and ends, where that is decided already.
        batch: rows of a move.
        looks: how often the run is looked at, in all.
        saves: how often it is saved, in all.
        seed: of every stream.
        device: where it runs.
        precision: `float32`, or `bfloat16` products; `auto` is bfloat16 for pictures where the
            machine computes it in hardware.
        threads: processor threads; more than one changes the last bits.
        start: folder of the checkpoint whose weights it starts from, or none.
        frozen: how many of the first layers of every critic keep the weights they start with.
    """

    data: str = "grid"
    second: str | None = None
    columns: str | None = None
    given: str | None = None
    pictures: Pictures = Pictures()
    game: str | None = None
    distance: str = "relativistic"
    ratio: str | None = None
    objective: str | None = None
    penalties: dict[str, Weight] = {"r1": 1.0, "r2": 1.0}
    views: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    weights: dict[str, Weight] = {}
    generator: Network = Network(name="skip-mlp", width=64, depth=4, activation="relu")
    critic: Network = Network(name="fourier-mlp:100", width=64, depth=2)
    encoder: Network = Network(name="mlp", width=64, depth=4, activation="relu")
    latent: int = Field(default=2, ge=1)
    noise: str = "uniform"
    rule: str = "alternating:1"
    optimise_generator: Optimiser = Optimiser(rate=1.5e-3)
    optimise_critic: Optimiser = Optimiser(rate=1.5e-3)
    schedules: Schedules = Schedules()
    steps: int = Field(default=15_000, ge=1)
    stop: Literal["auto", "never"] = "never"
    budget: float | None = Field(default=None, gt=0, allow_inf_nan=False)
    ending: Ending | None = None
    batch: int = Field(default=256, ge=2)
    looks: int = Field(default=50, ge=1)
    saves: int = Field(default=10, ge=1)
    seed: int = Field(default=0, ge=0)
    device: str = "auto"
    precision: Literal["auto", "float32", "bfloat16"] = "auto"
    threads: int = Field(default=1, ge=1)
    start: str | None = None
    frozen: int = Field(default=0, ge=0)

    @property
    def end(self) -> int:
        """The step at which the run ends, as far as that is decided."""
        return self.steps if self.ending is None else self.ending.steps

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Recipe:
        """A recipe from nested values; the first wrong one is named with what is allowed."""
        try:
            return cls.model_validate(dict(values))
        except ValidationError as problem:
            raise explained(problem, cls) from None

    @classmethod
    def read(cls, path: Path) -> Recipe:
        """A recipe from a YAML file."""
        try:
            values = yaml.safe_load(path.read_text())
        except (OSError, UnicodeDecodeError) as problem:
            raise BrokenRun(f"{path} cannot be read: {problem}") from problem
        except yaml.YAMLError as problem:
            raise BadValue(f"{path} is not YAML: {first_words(problem)}") from problem
        if not isinstance(values, dict):
            raise BadValue(f"{path} must hold `key: value` lines, got {type(values).__name__}")
        return cls.of(values)

    def write(self, path: Path) -> None:
        """Write it as YAML."""
        write_text(path, self.text())

    def text(self) -> str:
        """The recipe as YAML."""
        values = self.model_dump(mode="json")
        return yaml.safe_dump(values, sort_keys=False, default_flow_style=None, width=99)

    def amended(self, changes: Mapping[str, Any]) -> Recipe:
        """The recipe with values changed by dotted path.

        >>> Recipe().amended({"generator.width": 32}).generator.width
        32
        """
        values, said = self.model_dump(mode="python"), self.said()
        for key, value in changes.items():
            put(values, key, copy.deepcopy(value))  # a later path may reach into it
            said |= {key, *(f"{key}.{path}" for path in _paths_of(value))}
        recipe = Recipe.of(values)
        _keep_said(recipe, said)
        return recipe

    def said(self) -> set[str]:
        """The dotted paths of what was given a value, be it the default one.

        >>> Recipe(steps=15_000).said(), Recipe().said()
        ({'steps'}, set())
        """
        return set(paths(self.model_dump(mode="python", exclude_unset=True)))

    def value(self, key: str) -> Any:
        """The value at a dotted path; None for a penalty or weight that is not there."""
        values = self.model_dump(mode="json")
        path, last = split(key)
        return values[path].get(last) if path in OPEN else find(values, key)


def _keep_said(model: BaseModel, said: set[str]) -> None:
    """Forget of a model's fields, and of the models inside, that they were given a value."""
    model.model_fields_set.intersection_update(key.partition(".")[0] for key in said)
    for name, inner in model:
        if isinstance(inner, BaseModel):
            _keep_said(inner, {k.partition(".")[2] for k in said if k.startswith(f"{name}.")})


def _paths_of(value: Any) -> list[str]:
    return paths(value) if isinstance(value, Mapping) else []
