"""From a recipe to a run: what is checked before a folder is made, and what the folder holds."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn

from saddle.build.resuming import resume
from saddle.build.session import interruptible, run_name, start
from saddle.distances import DISTANCES, PENALTIES
from saddle.errors import BadData, BadValue, Incompatible, UnknownName, UserError
from saddle.games import GAMES, VIEWS
from saddle.recipe import Recipe
from saddle.runs import Run, read_json
from training.small import DATA, begun, differences, played, recipe

WRONG = {
    "data=gird": UnknownName,
    "game=gam": UnknownName,
    "distance=wasserstien": UnknownName,
    "penalties.r3=1.0": UnknownName,
    "rule=alternatin": UnknownName,
    "generator.name=mpl": UnknownName,
    "critic.name=mpl": UnknownName,
    "views=[nosie]": UnknownName,
    "labels=[noisey]": UnknownName,
    "device=gpu": UnknownName,
    "rule=alternating:0": BadValue,
    "rule=consensus:-1": BadValue,
    "views=[packing:3]": BadValue,
    "labels=[noisy:2]": BadValue,
    "weights.cycle=1.0": BadValue,
    "schedules.warm=0.9": BadValue,
    "distance=f:u+": BadValue,
    "ratio=bound": Incompatible,
    "objective=zero-sum": Incompatible,
    "game=cycle": Incompatible,
    "game=conditional": Incompatible,
    "start=/nowhere/checkpoints/00000004": UserError,
}
"""A value that is off, and the kind of error that answers it."""


def changed(text):
    from saddle.recipe import parse_setting

    return recipe().amended(dict([parse_setting(text)]))


@pytest.mark.parametrize("text", WRONG)
def test_what_is_wrong_is_refused_before_a_folder_is_made(text, tmp_path):
    out = tmp_path / "runs"
    with pytest.raises(WRONG[text]) as told:
        start(changed(text), out)
    assert isinstance(told.value, UserError)
    assert len(str(told.value)) > 20
    assert not out.exists()


NEAR = {"distance=wasserstien": "wasserstein", "data=gird": "grid"}


@pytest.mark.parametrize("text", NEAR)
def test_a_wrong_name_is_answered_with_the_nearest(text, tmp_path):
    with pytest.raises(UnknownName, match=f"did you mean '{NEAR[text]}'"):
        start(changed(text), tmp_path)


@pytest.mark.parametrize("distance", DISTANCES)
def test_every_distance_plays_with_its_defaults(distance, tmp_path):
    """Ten steps are asked for elsewhere; here it is the whole way from its name to a run."""
    direct = not hasattr(DISTANCES[distance], "critic_loss")
    made = recipe(distance=distance, steps=3, looks=1, **({"penalties": {}} if direct else {}))
    run = played(begun(tmp_path, made))
    assert run.latest() == 3
    assert (run.checkpoint(3) / "critics.safetensors").exists()


@pytest.mark.parametrize("penalty", PENALTIES)
def test_every_penalty_plays(penalty, tmp_path):
    made = recipe(steps=3, penalties={penalty: 0.1})
    assert played(begun(tmp_path, made)).latest() == 3


@pytest.mark.parametrize("view", [name for name in VIEWS if not VIEWS[name].pictures])
def test_every_view_plays(view, tmp_path):
    assert played(begun(tmp_path, recipe(steps=3, batch=12, views=[view]))).latest() == 3


@pytest.mark.parametrize("game", GAMES)
def test_a_run_holds_what_its_readers_need(game, tmp_path):
    run = played(begun(tmp_path, recipe(game)))
    assert Recipe.read(run.recipe).game == game
    about = read_json(run.path / "environment.json")
    assert about["versions"]["torch"] == torch.__version__
    assert about["data"]["name"].startswith(DATA[game].partition(":")[0])
    assert {path.stem for path in (run.path / "spaces").glob("*.json")} == GAMES[game].needs
    assert (run.path / "real.npz").exists()
    assert run.checkpoint(run.latest()).name == "00000012"


def test_the_game_that_fits_the_data_is_played_where_none_is_named(tmp_path):
    for name, data in DATA.items():
        if name in ("gan", "conditional", "cycle"):
            session = begun(tmp_path, recipe(name).amended({"game": None, "data": data}))
            assert session.recipe.game == name


def test_runs_are_numbered_and_never_overwritten(tmp_path):
    first, second = (begun(tmp_path, recipe(steps=1)).run for _ in range(2))
    assert (first.name[:5], second.name[:5]) == ("00001", "00002")
    assert run_name(recipe(), begun(tmp_path, recipe()).materials) == first.name[6:]
    assert Run.last(tmp_path).name.startswith("00003")


def test_the_same_recipe_is_the_same_run_bit_for_bit(tmp_path):
    one, other = (played(begun(tmp_path / name, recipe())) for name in ("one", "other"))
    assert differences(one, other) == []


def test_another_seed_is_another_run(tmp_path):
    one = played(begun(tmp_path / "one", recipe()))
    other = played(begun(tmp_path / "other", recipe(seed=1)))
    assert len(differences(one, other)) > 3


# ---------------------------------------------------------------- what is passed in


def rows(n=400, seed=0):
    return np.random.default_rng(seed).normal(size=(n, 2)) * [3.0, 1.0] + 5


def test_an_array_is_kept_and_resumed_without_being_passed_again(tmp_path):
    alone = played(begun(tmp_path / "alone", recipe(), data=rows()))
    often = played(begun(tmp_path / "often", recipe(), data=rows()), until=5)
    played(resume(often))
    assert differences(alone, often) == []


def test_other_rows_are_refused_on_resume(tmp_path):
    run = played(begun(tmp_path, recipe(), data=rows()), until=5)
    with pytest.raises(BadData, match="has changed since it was started"):
        resume(run, data=rows(seed=1))


def test_a_file_that_changed_is_refused_on_resume(tmp_path):
    path = tmp_path / "points.npy"
    np.save(path, rows())
    run = played(begun(tmp_path / "runs", recipe(data=str(path))), until=5)
    np.save(path, rows(seed=1))
    with pytest.raises(BadData, match="has changed"):
        resume(run)


def test_two_arrays_are_two_domains(tmp_path):
    made = recipe("cycle")
    run = played(begun(tmp_path, made, data=rows(), second=rows(seed=1) + 3), until=5)
    assert played(resume(run)).latest() == 12


class Own(nn.Module):
    """A network of the caller's own."""

    def __init__(self, inputs, outputs):
        super().__init__()
        self.linear = nn.Linear(inputs, outputs)

    def forward(self, *parts):
        return self.linear(torch.cat(parts, 1))


def test_networks_of_ones_own_are_trained_kept_and_resumed(tmp_path):
    def networks():
        parts = {"generator": Own(2, 2), "critic": Own(2, 1)}
        for part in parts.values():
            nn.init.constant_(part.linear.weight, 0.5)
            nn.init.zeros_(part.linear.bias)
        return parts

    alone = played(begun(tmp_path / "alone", recipe(), own=networks()))
    often = played(begun(tmp_path / "often", recipe(), own=networks()), until=5)
    played(resume(often, own=networks()))
    assert differences(alone, often) == []


def test_resuming_without_a_checkpoint_says_so(tmp_path):
    session = begun(tmp_path, recipe())
    with pytest.raises(BadData, match="no checkpoint"):
        resume(session.run)


def test_threads_are_put_back_after_a_run(tmp_path):
    before = torch.get_num_threads()
    session = begun(tmp_path, recipe(steps=1))
    session.recipe = session.recipe.amended({"threads": 2})
    seen = []
    for _ in session.play():
        seen.append(torch.get_num_threads())
    assert set(seen) == {2}
    assert torch.get_num_threads() == before


def test_a_second_ctrl_c_interrupts_at_once():
    import signal

    with interruptible() as asked:
        assert not asked()
        signal.raise_signal(signal.SIGINT)
        assert asked()
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)


def test_a_stop_is_saved_where_it_was_asked(tmp_path):
    session = begun(tmp_path, recipe())
    session.plan = replace(session.plan, stop=lambda: session.state.step == 3)
    assert played(session).latest() == 3
