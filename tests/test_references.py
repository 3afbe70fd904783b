"""Every publication stands in one table, once, and is cited by what comes from it."""

from __future__ import annotations

import ast
from collections import Counter

import pytest

from house.syntax import ROOT
from saddle import references
from saddle.distances import DISTANCES
from saddle.listing import KINDS, references_of
from saddle.presets import for_game, preset
from saddle.recipe import Recipe
from saddle.reference import Reference
from saddle.references import R3GAN

TABLE = {name: value for name, value in vars(references).items() if isinstance(value, Reference)}
SOURCE = ROOT / "src" / "saddle"
FILES = sorted(SOURCE.rglob("*.py"))


def names_of(file):
    """Names that a file takes from the table."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    return {
        alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "saddle.references"
        for alias in node.names
    }


def test_each_key_comes_once_with_its_year_and_all_authors():
    assert max(Counter(entry.key for entry in TABLE.values()).values()) == 1
    assert max(Counter(entry.title.lower() for entry in TABLE.values()).values()) == 1
    for name, entry in TABLE.items():
        assert entry.key.endswith(str(entry.year)), name
        assert "others" not in entry.authors and "et al" not in entry.authors, name
        assert all(", " in author for author in entry.authors.split(" and ")), name
        assert entry.bibtex().count("{") == entry.bibtex().count("}"), name


def test_no_reference_is_made_elsewhere():
    made = [
        str(file.relative_to(SOURCE))
        for file in FILES
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "Reference"
    ]
    assert set(made) == {"references/__init__.py", "references/measures.py"}


def test_every_reference_is_used():
    used = set().union(*(names_of(file) for file in FILES))
    assert used == set(TABLE)


NO_PART_OF_A_RUN = {"weights", "tests", "baselines"}


def rows():
    for kind, table in KINDS.items():
        for name, entry in table.entries.items() if kind not in NO_PART_OF_A_RUN else ():
            made = entry() if kind == "rules" else entry
            reference = made.reference if "reference" in dir(made) else None
            if reference is not None:
                yield kind, name, reference


def play(kind, name):
    """A recipe that plays a row of a kind."""
    changes = {
        "distances": {"distance": name},
        "penalties": {"penalties": {name: 1.0}},
        "views": {"views": [name]},
        "labels": {"distance": "logistic", "labels": [name]},
        "sources": {"data": name},
        "generators": {"generator.name": name},
        "critics": {"critic.name": name},
        "encoders": {"game": "bigan", "encoder.name": name},
        "flows": {"game": "align", "generator.name": name},
        "rules": {"rule": name},
        "games": {"game": name},
        "measures": {},
    }
    recipe = preset(name) if kind == "presets" else Recipe().amended(changes[kind])
    return for_game(recipe, recipe.game or "gan")


ROWS = list(rows())


@pytest.mark.parametrize(
    ("kind", "name", "reference"), ROWS, ids=[f"{kind}-{name}" for kind, name, _ in ROWS]
)
def test_what_a_run_plays_is_what_it_cites(kind, name, reference):
    assert reference in references_of(play(kind, name))
    assert reference in TABLE.values()


@pytest.mark.parametrize("distance", ["relativistic", "relativistic:logistic"])
def test_a_default_run_cites_the_loss_it_plays(distance):
    keys = [entry.key for entry in references_of(play("distances", distance))]
    assert R3GAN.key in keys and "kingma2015" in keys and len(keys) == len(set(keys))


def test_another_distance_does_not_cite_it():
    others = [name for name in DISTANCES if DISTANCES[name].name != "relativistic:logistic"]
    for name in others:
        assert R3GAN not in references_of(play("distances", name)), name
