"""Runs played in step as one batch are the runs that they would have been alone."""

from __future__ import annotations

from collections.abc import Callable
from math import nan
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file
from torch import Tensor

from saddle.build.resuming import resume
from saddle.build.session import Session
from saddle.build.together import (
    TOLERANCE,
    apart,
    play_ensemble,
    product_error,
    quick_products,
    together,
)
from saddle.distances import DISTANCES, PENALTIES
from saddle.distances.base import Direct
from saddle.networks import CRITICS, GENERATORS
from saddle.runs import Run, read_lines
from saddle.spaces import Labels, Points
from saddle.training.ensemble import play_together
from saddle.training.rules import RULES
from training import small

SEEDS = (3, 4)


@pytest.fixture(autouse=True)
def double(float64: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """All of it in double precision: a batch adds up in another order."""
    for space in (Points, Labels):
        monkeypatch.setattr(space, "encode", widened(space.encode))


def widened(encode: Callable[..., Tensor]) -> Callable[..., Tensor]:
    return lambda self, raw: encode(self, raw).double()


def batch(out: Path, **changes: Any) -> list[Session]:
    made = small.recipe(**{"looks": 1, "saves": 1, **changes})
    return [small.begun(out, made.amended({"seed": seed})) for seed in SEEDS]


def both_ways(out: Path, **changes: Any) -> tuple[list[Run], list[Run]]:
    """The same runs, one after the other and as one batch."""
    alone = [small.played(session) for session in batch(out / "alone", **changes)]
    members = batch(out / "together", **changes)
    for _ in play_ensemble(together(members)):
        pass
    return alone, [member.run for member in members]


def gap(one: Run, other: Run) -> float:
    """The largest difference of what two runs have saved at their last step."""
    step = one.latest()
    assert step is not None and step == other.latest()
    found = [0.0]
    for file in ("generators", "critics", "state"):
        a, b = (load_file(run.checkpoint(step) / f"{file}.safetensors") for run in (one, other))
        assert a.keys() == b.keys()
        found += [float((a[key] - b[key]).abs().max()) for key in a if a[key].numel()]
    return max(found)


def check(out: Path, **changes: Any) -> None:
    for one, other in zip(*both_ways(out, **changes), strict=True):
        assert gap(one, other) < 1e-9
        a, b = (read_lines(run.events) for run in (one, other))
        for x, y in zip(a, b, strict=True):
            assert x.keys() == y.keys() and x["step"] == y["step"]
            assert x["losses"] == pytest.approx(y["losses"], rel=1e-6, abs=1e-9)
            assert x["watch"]["value"] == pytest.approx(y["watch"]["value"], rel=1e-5)


@pytest.mark.parametrize("name", DISTANCES)
def test_every_distance_plays_as_one_batch(name: str, tmp_path: Path) -> None:
    direct = isinstance(DISTANCES[name], Direct)
    check(tmp_path, distance=name, penalties={} if direct else {"r1": 0.5, "r2": 0.5}, steps=3)


@pytest.mark.parametrize("name", [n for n in PENALTIES if not PENALTIES[n].elsewhere])
def test_every_penalty_at_the_sides_plays_as_one_batch(name: str, tmp_path: Path) -> None:
    session = small.begun(tmp_path, small.recipe(penalties={name: 0.5}))
    if apart(session) is None:
        check(tmp_path, distance="non-saturating", penalties={name: 0.5}, steps=3)
    else:
        assert name == "spectral-norm"


OPTIMISERS = [
    {"name": "adam", "rate": 1e-2, "beta1": 0.5},
    {"name": "rmsprop", "rate": 1e-3},
    {"name": "sgd", "rate": 1e-2, "momentum": 0.5},
]


@pytest.mark.parametrize("optimiser", OPTIMISERS, ids=lambda it: it["name"])
def test_every_optimiser_steps_as_one_batch(optimiser: dict[str, Any], tmp_path: Path) -> None:
    check(tmp_path, optimise_generator=optimiser, optimise_critic=optimiser, steps=3)


@pytest.mark.parametrize("name", RULES)
def test_every_rule_plays_as_one_batch(name: str, tmp_path: Path) -> None:
    check(tmp_path, rule=name, distance="non-saturating", steps=2)


@pytest.mark.parametrize("game", ["bigan", "conditional", "infogan", "aae"])
def test_games_whose_rows_pass_alone_play_as_one_batch(game: str, tmp_path: Path) -> None:
    more = {"weights.reconstruction": 0.1} if game == "conditional" else {}
    made = small.recipe(game, seed=3, steps=2, looks=1, **more)
    alone = [small.played(small.begun(tmp_path, made.amended({"seed": s}))) for s in SEEDS]
    members = [small.begun(tmp_path, made.amended({"seed": s})) for s in SEEDS]
    assert apart(members[0]) is None
    for _ in play_ensemble(together(members)):
        pass
    for one, member in zip(alone, members, strict=True):
        assert gap(one, member.run) < 1e-9


@pytest.mark.parametrize("views", [["noise:0.1"], ["packing:2"], ["replay:3"]], ids=str)
def test_every_view_plays_as_one_batch(views: list[str], tmp_path: Path) -> None:
    check(tmp_path, views=views, steps=3)


NETWORKS = [
    (role, name)
    for role, rows in (("generator", GENERATORS), ("critic", CRITICS))
    for name in rows
    if not (rows[name].pictures or rows[name].classifies)
]


@pytest.mark.parametrize(("role", "name"), NETWORKS, ids=lambda it: str(it))
def test_every_network_plays_as_one_batch_or_says_why_not(
    role: str, name: str, tmp_path: Path
) -> None:
    session = small.begun(tmp_path, small.recipe(**{f"{role}.name": name}))
    why = apart(session)
    if why is None:
        check(tmp_path, **{f"{role}.name": name}, steps=2)
    else:
        layer = why.split()[2]
        assert layer in APART and any(
            type(m).__name__ == layer for m in session.state.game.modules()
        )


APART = ("Affine", "Triangular", "OrthonormalLinear", "MinibatchStd", "MinibatchDiscrimination")
"""Layers that read the whole batch, or whose weights are no plain matrix."""


@pytest.mark.parametrize("name", [n for n in PENALTIES if PENALTIES[n].elsewhere])
def test_a_penalty_with_points_of_its_own_is_played_alone(name: str, tmp_path: Path) -> None:
    why = apart(small.begun(tmp_path, small.recipe(penalties={name: 0.5})))
    assert why is not None and PENALTIES[name].name in why


def test_games_that_mix_rows_are_played_alone(tmp_path: Path) -> None:
    for game in ("cycle", "align"):
        assert "more than a pass" in str(apart(small.begun(tmp_path, small.recipe(game))))


@pytest.mark.parametrize("way", ["together", "alone"])
def test_a_batch_that_was_stopped_goes_on_together_or_alone(way: str, tmp_path: Path) -> None:
    whole = [small.played(session) for session in batch(tmp_path / "whole", steps=6)]
    members = batch(tmp_path, steps=6)
    for _ in play_ensemble(together(members), stop=lambda: members[0].state.step >= 2):
        pass
    again = [resume(member.run) for member in members]
    for moment in play_ensemble(together(again)) if way == "together" else []:
        assert moment.step >= 2
    runs = [it.run if way == "together" else small.played(it) for it in again]
    assert max(gap(one, run) for one, run in zip(whole, runs, strict=True)) < 1e-9


def test_a_member_that_is_lost_leaves_the_others_as_they_were(tmp_path: Path) -> None:
    alone = [small.played(session) for session in batch(tmp_path / "alone", steps=4)]
    members = batch(tmp_path / "batch", steps=4)
    ensemble = together(members)
    for moment in play_together(ensemble):
        if moment.step == 1:
            members[1].state.game.critics["duel"].get_parameter("head.weight").data.fill_(nan)
    kept, lost = (member.failed for member in ensemble.members)
    assert kept is None and "step 1: the critic's duel is nan" in str(lost)
    assert members[1].run.latest() != 4
    assert gap(alone[0], members[0].run) < 1e-9


def test_the_switch_of_products_is_put_back(tmp_path: Path) -> None:
    before = torch.get_float32_matmul_precision()
    with quick_products():
        assert product_error() < TOLERANCE
    assert torch.get_float32_matmul_precision() == before
