"""A recipe is typed values: what is wrong is named, and nothing that is passed in is changed."""

import pytest

from saddle.errors import BadValue, UnknownName
from saddle.recipe import Recipe, find


def test_changes_are_taken_in_order_and_left_as_they_came():
    changes = {"critic": {"name": "mlp", "width": 8}, "critic.name": "groupsort"}
    made = Recipe().amended(changes)
    assert (made.critic.name, made.critic.width) == ("groupsort", 8)
    assert changes["critic"] == {"name": "mlp", "width": 8}


WRONG = {
    "stepz": (5, UnknownName, "did you mean 'steps'"),
    "optimise_critic.name": ("adm", UnknownName, "did you mean 'adam'"),
    "optimise_critic": ({"name": "adam"}, BadValue, "optimise_critic.rate is missing"),
    "generator": ({"width": 3, "widht": 4}, UnknownName, "generator.widht"),
    "views": ("packing:2", BadValue, "a list"),
    "batch": (1, BadValue, "a whole number of at least 2, got 1"),
    "schedules.half_life": ({"hold": -1}, BadValue, "of at least 0"),
}


@pytest.mark.parametrize("key", WRONG)
def test_what_is_wrong_is_named(key):
    value, kind, words = WRONG[key]
    with pytest.raises(kind, match=words):
        Recipe().amended({key: value})


def test_a_recipe_is_the_same_after_it_was_written_and_read(tmp_path):
    made = Recipe().amended({"schedules.half_life": {"hold": 0.1}, "penalties.clip:0.01": 1.0})
    made.write(tmp_path / "recipe.yaml")
    assert Recipe.read(tmp_path / "recipe.yaml") == made
    assert find(made.model_dump(), "schedules.half_life.hold") == 0.1
    assert made.amended({"schedules.half_life": None}).schedules.half_life is None
