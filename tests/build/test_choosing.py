"""What a recipe says nothing of is chosen; what it says stands, value by value."""

from __future__ import annotations

import numpy as np
import pytest

from saddle.build.choosing import choices, reasons, with_choices
from saddle.build.materials import gather
from saddle.build.session import checked
from saddle.recipe import Recipe
from saddle.sources.pictures import array_pictures


@pytest.fixture(scope="module")
def pictures():
    x = np.random.default_rng(0).integers(0, 256, (60, 16, 16, 3), np.uint8)
    return gather(Recipe(data="python"), array_pictures(x, seed=0, name="noise"))


def test_points_keep_the_defaults_of_the_recipe():
    materials = gather(Recipe())
    assert choices(Recipe(), materials) == []
    assert with_choices(Recipe(), materials) == Recipe()


def test_pictures_get_networks_of_pictures(pictures):
    made = with_choices(Recipe(), pictures)
    assert made.generator.name == made.critic.name == "conv"
    assert made.penalties["r1"] == pytest.approx(made.penalties["r2"])


@pytest.mark.parametrize(
    "said",
    [
        {"generator.width": 12},
        {"critic.name": "dcgan-plain"},
        {"penalties.r1": 3.0},
        {"schedules.rate.hold": 0.5},
        {"batch": 8},
        {"latent": 3},
    ],
    ids=str,
)
def test_what_is_said_stands_and_the_rest_is_chosen(pictures, said):
    made = with_choices(Recipe().amended(said), pictures)
    for key, value in said.items():
        assert made.value(key) == value
    free = with_choices(Recipe(), pictures)
    named = {key.partition(".")[0] for key in said}
    for key in ("generator.name", "critic.width", "steps", "optimise_critic.rate"):
        if key.partition(".")[0] not in named:
            assert made.value(key) == free.value(key)
    assert made.generator.name == "conv"


def test_a_choice_once_made_is_made_again(pictures):
    made = with_choices(Recipe(), pictures)
    assert with_choices(made, pictures) == made
    assert with_choices(Recipe.of(made.model_dump()), pictures) == made


def test_reasons_are_told_of_what_was_chosen_alone(pictures):
    free = with_choices(Recipe(), pictures)
    assert set(reasons(free, pictures)) == {choice.about for choice in choices(free, pictures)}
    own = with_choices(Recipe().amended({"latent": 3}), pictures)
    assert "networks" not in reasons(own, pictures)


def test_bf16_is_for_pictures_and_decided_once(pictures):
    x = np.random.default_rng(0).integers(0, 256, (60, 16, 16, 1), np.uint8)
    made, _, _ = checked(Recipe(data="python"), array_pictures(x, seed=0, name="n"), own={})
    assert made.precision in {"float32", "bfloat16"}
    plain, _, _ = checked(Recipe(), own={})
    assert plain.precision == "float32"


def test_few_pictures_are_changed_on_the_critics_way_and_many_are_not(pictures):
    assert with_choices(Recipe(), pictures).views == ("ada:0.4",)
    assert with_choices(Recipe(views=()), pictures).views == ()
    x = np.random.default_rng(0).integers(0, 256, (1500, 8, 8, 1), np.uint8)
    many = gather(Recipe(data="python"), array_pictures(x, seed=0, name="noise"))
    assert with_choices(Recipe(), many).views == ()


def test_a_critic_of_codes_is_shown_no_changed_pictures(pictures):
    assert with_choices(Recipe(game="aae"), pictures).views == ()
