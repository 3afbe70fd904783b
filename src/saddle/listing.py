"""What can be chosen, kind by kind, and what a recipe's choices cite: read off the catalogues."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from saddle.build.stakes import LABELS, distance_of
from saddle.catalogue import Catalogue
from saddle.distances import DISTANCES, PENALTIES
from saddle.games import GAMES, VIEWS
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
    columns: dict[str, Callable[[Any], Any]]

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
    return entry.score.value if hasattr(entry, "score") else "no critic"


ABOUT = {"about": lambda entry: entry.about, "reference": _cited}

KINDS: Catalogue[Table] = Catalogue(
    "kind",
    {
        "distances": Table(
            "what close means",
            DISTANCES,
            {"score": _score, "minimises": lambda d: d.minimises, "reference": _cited},
        ),
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
        "labels": Table("what is done to the critic's labels", LABELS, {}),
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
    used = [
        GAMES[str(recipe.game)],
        distance_of(recipe) if _listed(recipe.distance, DISTANCES) else None,
        *(PENALTIES[name] for name in recipe.penalties),
        *(VIEWS[name] for name in recipe.views),
        RULES[recipe.rule](),
        SOURCES[recipe.data] if _listed(recipe.data, SOURCES) else None,
        *_networks(recipe),
    ]
    found = {entry.reference.key: entry.reference for entry in used if _has(entry)}
    return [*found.values(), AVERAGE] if AVERAGE.key not in found else [*found.values()]


def _networks(recipe: Recipe) -> Iterable[Any]:
    pairs = [(recipe.generator.name, GENERATORS), (recipe.critic.name, CRITICS)]
    return [table[name] for name, table in pairs if _listed(name, table)]


def _listed(name: str, table: Catalogue[Any]) -> bool:
    return name in table


def _has(entry: Any) -> bool:
    return entry is not None and entry.reference is not None


