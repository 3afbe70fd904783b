"""What is compared: named, crossed, and refused with the reason."""

from __future__ import annotations

import pytest

from saddle.compare.contenders import Asked, penalties_of, split
from saddle.compare.design import design
from saddle.distances import PENALTIES
from saddle.errors import BadValue, Incompatible, UnknownName, UserError


def names(*axes: list[str]) -> list[str]:
    return [it.name for it in Asked(*axes).contenders({"data": "ring"})]


def test_options_are_crossed_in_order() -> None:
    found = Asked(["kl", "js"], ["r1+r2", "none"], [], ["critic.width=8,16", "steps=7"])
    made = found.contenders({"data": "ring"})
    assert len(made) == 8 and {it.recipe.steps for it in made} == {7}
    assert made[0].name == "kl r1+r2 width=8"
    last = made[-1].recipe
    assert (last.distance, last.penalties, last.critic.width) == ("js", {}, 16)


def test_presets_are_contenders() -> None:
    made = Asked([], [], ["classical", "default"], []).contenders({})
    assert [it.recipe.distance for it in made] == ["non-saturating", "relativistic"]


@pytest.mark.parametrize("name", PENALTIES)
def test_a_penalty_has_its_own_weight_unless_it_is_given_one(name: str) -> None:
    assert penalties_of(name) == {name: PENALTIES[name].weight}
    assert penalties_of(f"{name}=0.25") == {name: 0.25}


def test_a_direct_distance_sheds_the_penalties() -> None:
    assert Asked(["energy", "kl"]).contenders({})[0].recipe.penalties == {}


def test_brackets_keep_commas() -> None:
    assert split("[packing:2,noise:0.1],[]") == ["[packing:2,noise:0.1]", "[]"]


def test_one_contender_is_no_comparison() -> None:
    with pytest.raises(BadValue, match="two contenders at least, got 'kl' alone"):
        names(["kl"])
    with pytest.raises(BadValue, match="two contenders"):
        names()


def test_a_contender_is_named_once() -> None:
    with pytest.raises(BadValue, match="'kl' is named twice"):
        names(["kl", "kl"])


def test_names_that_look_alike_as_folders_have_a_folder_each() -> None:
    asked = Asked(["f:u*(3+u)", "f:u^3+u", "kl"]).contenders({"data": "ring"})
    made = design(asked, [0, 1], measure="sliced-w1", together=True)
    assert asked[0].slug == asked[1].slug
    assert [made.place(k) for k in range(3)] == ["f-u-3+u", "f-u-3+u~2", "kl"]
    assert [it["folder"] for it in made.state()["contenders"]] == ["f-u-3+u", "f-u-3+u~2", "kl"]


def test_a_seed_counts_once() -> None:
    asked = Asked(["kl", "js"]).contenders({"data": "ring"})
    with pytest.raises(BadValue, match="seeds must be different"):
        design(asked, [0, 3, 0], measure="sliced-w1", together=True)


def test_a_key_is_set_once() -> None:
    with pytest.raises(BadValue, match="--set steps is given twice"):
        names([], [], [], ["steps=1,2", "steps=3"])


def test_modes_are_counted_only_where_they_are_known() -> None:
    asked = Asked(["kl", "js"]).contenders({"data": "moons"})
    with pytest.raises(Incompatible, match="measure 'modes' counts known modes, which 'moons"):
        design(asked, [0, 1], measure="modes", together=True)


def test_a_wrong_name_is_answered_with_the_nearest() -> None:
    with pytest.raises(UnknownName, match="hinge"):
        design(Asked(["hing", "kl"]).contenders({}), [0], measure="sliced-w1", together=True)
    with pytest.raises(UnknownName, match="r1"):
        names(["kl"], ["r9", "r1"])
    with pytest.raises(UnknownName, match="critic.width"):
        names([], [], [], ["critic.widht=8,16"])


def test_what_cannot_play_is_named() -> None:
    asked = Asked(["kl", "js"]).contenders({"data": "ring", "game": "conditional"})
    with pytest.raises(Incompatible, match="contender 'kl': .*needs given and x"):
        design(asked, [0, 1], measure="sliced-w1", together=True)
    with pytest.raises(UserError, match="wasserstein"):
        asked = Asked(["kl", "wasserstein"], ["none"]).contenders({})
        design(asked, [0, 1], measure="sliced-w1", together=True)


def test_all_are_one_batch_or_none_is() -> None:
    both = Asked([], ["r1", "gp"], [], []).contenders({"data": "ring"})
    made = design(both, [0, 1], measure="sliced-w1", together=True)
    assert made.apart == "gp: penalty gp:between asks the critic at points of its own"
    free = design(Asked(["kl", "js"]).contenders({}), [0, 1], measure="sliced-w1", together=True)
    assert free.apart is None
