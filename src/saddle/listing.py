"""What can be chosen, kind by kind, and what a recipe's choices cite: read off the catalogues."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import torch

from saddle.build.stakes import LABELS, distance_of
from saddle.catalogue import Catalogue
from saddle.distances import DISTANCES, OBJECTIVES, PENALTIES, RATIOS, Direct, FDivergence
from saddle.games import GAMES, VIEWS
from saddle.games.base import NOISES
from saddle.measure import MEASURES
from saddle.networks import ACTIVATIONS, CRITICS, ENCODERS, FLOWS, GENERATORS
from saddle.presets import PRESETS
from saddle.recipe import Recipe
from saddle.records import RECORDED
from saddle.reference import Reference
from saddle.sources import SOURCES
from saddle.training.average import REFERENCE as AVERAGE
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
    ]
    cited = [entry.reference for entry in used if entry is not None]
    found = {reference.key: reference for reference in [*cited, AVERAGE] if reference is not None}
    return [*found.values()]


PLAYERS: dict[str, tuple[Catalogue[Any], Catalogue[Any] | None]] = {
    "gan": (GENERATORS, None),
    "conditional": (GENERATORS, None),
    "bigan": (GENERATORS, ENCODERS),
    "cycle": (GENERATORS, None),
    "align": (FLOWS, None),
}
"""Where each game takes its generators and its encoder from."""


def networks_of(recipe: Recipe, *, critic: bool) -> list[Any]:
    """The rows of the networks that a recipe's game uses; one's own are no rows."""
    generators, encoders = PLAYERS[str(recipe.game)]
    pairs = [
        (recipe.generator.name, generators),
        (recipe.encoder.name, encoders),
        (recipe.critic.name, CRITICS if critic else None),
    ]
    return [table[name] for name, table in pairs if table is not None and name in table]
