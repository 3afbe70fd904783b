"""What can be chosen, kind by kind, and what a recipe's choices cite: read off the catalogues."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import torch

from saddle.build.stakes import LABELS, distance_of
from saddle.catalogue import Catalogue
from saddle.distances import DISTANCES, OBJECTIVES, PENALTIES, RATIOS, Direct, FDivergence
from saddle.games import GAMES, NOISES, VIEWS
from saddle.judge.samplers import BASELINES
from saddle.measure import MEASURES, TESTS
from saddle.networks import ACTIVATIONS, CRITICS, ENCODERS, FLOWS, GENERATORS
from saddle.presets import PRESETS, Preset, preset
from saddle.recipe import Recipe
from saddle.records import RECORDED
from saddle.reference import Reference
from saddle.references import ADAM, AVERAGING, FREEZING
from saddle.sources import DATA, SOURCES
from saddle.training.rules import RULES

Row = dict[str, Any]


@dataclass(frozen=True)
class Table:
    """One kind of thing to choose from.

    Attributes:
        what: what the kind decides, in a few words.
        entries: its catalogue.
        columns: what is said of an entry beside its name.
    """

    what: str
    entries: Catalogue[Any]
    columns: Mapping[str, Callable[[Any], Any]]

    def rows(self) -> list[Row]:
        """A row an entry."""
        return [
            {"name": name, **{title: say(entry) for title, say in self.columns.items()}}
            for name, entry in self.entries.describe()
        ]


def _first_line(entry: Any) -> str:
    return str(entry.__doc__ or "").strip().partition("\n")[0]


def _cited(entry: Any) -> str:
    return entry.reference.key if entry.reference is not None else "-"


def _score(entry: Any) -> str:
    return "no critic" if isinstance(entry, Direct) else str(entry.score.value)


def _weight(v: float) -> Callable[[Any], Any]:
    """What the objective multiplies grad v by at a fake sample of that log ratio."""

    def at(row: FDivergence) -> float:
        return float(row.weights(torch.tensor([v], dtype=torch.float64))[0])

    return at


F_ROWS: Catalogue[FDivergence] = Catalogue(
    "f-divergence",
    {name: row for name, row in DISTANCES.items() if isinstance(row, FDivergence)},
)

ABOUT = {"about": lambda entry: entry.about, "reference": _cited}
SAYS = {"about": lambda entry: entry.says}

KINDS: Catalogue[Table] = Catalogue(
    "kind",
    {
        "distances": Table(
            "what close means",
            DISTANCES,
            {"score": _score, "minimises": lambda d: d.minimises, "reference": _cited},
        ),
        "weights": Table(
            "how hard each f pulls a fake sample whose log p/q is v",
            F_ROWS,
            {
                "objective": lambda row: row.objective,
                "v = -2": _weight(-2.0),
                "v = 0": _weight(0.0),
                "v = 2": _weight(2.0),
            },
        ),
        "ratios": Table("how a critic learns p/q under an f", RATIOS, SAYS),
        "objectives": Table("what the generator minimises under an f", OBJECTIVES, SAYS),
        "penalties": Table(
            "what keeps a critic honest",
            PENALTIES,
            {
                "about": _first_line,
                "weight": lambda penalty: penalty.weight,
                "bounds": lambda penalty: "yes" if penalty.bounds else "no",
                "reference": _cited,
            },
        ),
        "views": Table("what the critic sees", VIEWS, ABOUT),
        "labels": Table("what is done to the critic's labels", LABELS, ABOUT),
        "games": Table(
            "who plays",
            GAMES,
            {
                "about": _first_line,
                "needs": lambda game: ", ".join(sorted(game.needs)),
                "can": lambda game: ", ".join(sorted(game.can)),
                "reference": _cited,
            },
        ),
        "sources": Table("where real samples come from", SOURCES, ABOUT),
        "data": Table(
            "sets of pictures with a name",
            DATA,
            {"about": lambda entry: entry.about},
        ),
        "noises": Table("the law of z, of mean 0 and variance 1", NOISES, {}),
        "generators": Table("networks that draw", GENERATORS, ABOUT),
        "critics": Table("networks that tell apart", CRITICS, ABOUT),
        "encoders": Table("networks that find latents", ENCODERS, ABOUT),
        "flows": Table("invertible networks", FLOWS, ABOUT),
        "activations": Table("between layers", ACTIVATIONS, {}),
        "rules": Table(
            "in which order the players move",
            RULES,
            {
                "about": lambda rule: _first_line(rule()),
                "moves": lambda rule: rule().moves,
                "reference": lambda rule: _cited(rule()),
            },
        ),
        "presets": Table("recipes to start from", PRESETS, ABOUT),
        "measures": Table(
            "how close it is",
            MEASURES,
            {"about": lambda m: m.words, "better": lambda m: m.better, "reference": _cited},
        ),
        "tests": Table(
            "whether two clouds can come from one law",
            TESTS,
            {"about": lambda t: t.words, "level": lambda t: t.level, "reference": _cited},
        ),
        "baselines": Table(
            "samplers that need no adversary: what an evaluation puts beside the samples",
            BASELINES,
            ABOUT,
        ),
        "recorded": Table(
            "what a run records",
            RECORDED,
            {"what": lambda q: q.what, "cost": lambda q: q.cost, "place": lambda q: q.place},
        ),
    },
)


def references_of(recipe: Recipe) -> list[Reference]:
    """The references of everything that a recipe uses, each once, in a fixed order."""
    listed = recipe.distance in DISTANCES
    distance = distance_of(recipe) if listed else None
    used = [
        GAMES[str(recipe.game)],
        distance,
        *(PENALTIES[name] for name in recipe.penalties),
        *(LABELS[name] for name in recipe.labels),
        *(VIEWS[name] for name in recipe.views),
        RULES[recipe.rule](),
        SOURCES[recipe.data] if recipe.data in SOURCES else None,
        *networks_of(recipe, critic=not isinstance(distance, Direct)),
        *settings_of(recipe),
        *measures_of(recipe),
    ]
    cited = [entry.reference for entry in used if entry is not None]
    cited += [OPTIMISED.get(o.name) for o in (recipe.optimise_generator, recipe.optimise_critic)]
    cited.append(AVERAGING if averages(recipe) else None)
    cited.append(FREEZING if recipe.frozen else None)
    found = {reference.key: reference for reference in cited if reference is not None}
    return [*found.values()]


def averages(recipe: Recipe) -> bool:
    """Whether the generator that is drawn from is an average over turns."""
    memory = recipe.schedules.memory
    return bool(recipe.schedules.half_life or memory.hold or memory.start or memory.end)


OPTIMISED: Mapping[str, Reference] = {"adam": ADAM}
"""Where the optimisers come from."""


def networks_of(recipe: Recipe, *, critic: bool) -> list[Any]:
    """The rows of the networks that a recipe's game uses; one's own are no rows."""
    seats = GAMES[str(recipe.game)].networks
    chosen = {field: recipe.value(f"{field}.name") for field in seats if critic or field != CRITIC}
    return [seats[field][name] for field, name in chosen.items() if name in seats[field]]


CRITIC = "critic"
"""The network that a direct distance does without."""


def settings_of(recipe: Recipe) -> list[Preset]:
    """The presets whose distance and penalties a recipe plays: that pair is what they publish."""
    return [entry for name, entry in PRESETS.items() if pairing(preset(name)) == pairing(recipe)]


def pairing(recipe: Recipe) -> tuple[str, frozenset[str]]:
    """Distance and penalties by their full names, whatever was left to a default parameter."""
    known = recipe.distance in DISTANCES
    distance = DISTANCES[recipe.distance].name if known else recipe.distance
    return distance, frozenset(PENALTIES[name].name for name in recipe.penalties)


def measures_of(recipe: Recipe) -> list[Any]:
    """The measures that a run is assessed by; those of modes where the source has some."""
    modes = recipe.data in SOURCES and SOURCES[recipe.data]().modes is not None
    return [measure for measure in MEASURES.values() if modes or measure.needs != "modes"]
