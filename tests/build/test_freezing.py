"""The first layers of a critic stay as another run left them, and everything else learns."""

import numpy as np
import pytest
import torch
from torch import nn

from saddle.build.card import plan
from saddle.build.heal import heal
from saddle.build.resuming import resume
from saddle.build.session import checked, start
from saddle.build.together import play_ensemble, together
from saddle.doctor import Remedy
from saddle.errors import Incompatible
from saddle.listing import references_of
from saddle.networks import CRITICS, Shape, early_layers
from saddle.presets import chosen
from saddle.training.rules import RULES
from training.small import begun, differences, played, recipe

PICTURES = np.random.default_rng(0).integers(0, 255, (40, 12, 12, 1), dtype=np.uint8)
BODIES = {"conv": (1, 1), "dcgan": (1, 2), "residual": (2, 1), "dcgan-plain": (1, 1)}
"""Critics of pictures: how many layers are held, and the depth."""


def tuned(run, **changes):
    return chosen(None, None, run.path, {"frozen": 1, **changes})


def parts(session):
    """The critic's weights that are held, and the matrices that are not, as numbers."""
    critics = session.state.game.critics
    held = [p.detach().clone() for p in critics.parameters() if not p.requires_grad]
    free = [p.detach().clone() for p in critics.parameters() if p.requires_grad and p.dim() > 1]
    return held, free


def same(one, other):
    return [torch.equal(a, b) for a, b in zip(one, other, strict=True)]


def moved(made, out, data=None):
    """Plays the recipe: the held weights are those of its start, and all others have moved."""
    session = start(made, out, data=data)
    held, free = parts(session)
    first = [layer for c in session.state.game.critics.values() for layer in early_layers(c)]
    assert held and not any(weight.requires_grad for weight in first[0])
    played(session)
    after, learnt = parts(session)
    assert all(same(held, after)) and not any(same(free, learnt))
    return session


@pytest.mark.parametrize("name", BODIES)
def test_critics_of_pictures_hold_their_first_layers(name, tmp_path):
    """R1 and R2 differentiate by the picture, through what is held."""
    frozen, depth = BODIES[name]
    small = {"name": name, "width": 4, "depth": depth}
    made = recipe("gan", data="python", critic=small, generator={"name": "conv", "width": 4})
    made = made.amended({"penalties": {"r1": 0.1, "r2": 0.1}, "steps": 4, "looks": 1, "saves": 1})
    run = played(start(made, tmp_path, data=PICTURES))
    moved(tuned(run, frozen=frozen), tmp_path, data=PICTURES)


@pytest.mark.parametrize("rule", RULES)
def test_no_rule_thaws_what_is_held_and_it_resumes_to_the_same_bits(rule, tmp_path):
    run = played(begun(tmp_path / "first", recipe(rule=rule, steps=4)))
    made = tuned(run, steps=12)
    moved(made, tmp_path / "moved")
    alone = played(begun(tmp_path / "alone", made))
    often = played(begun(tmp_path / "often", made), until=5)
    played(resume(often))
    assert differences(alone, often) == []


PENALTIES = {
    "clip:0.05": {"distance": "wasserstein"},
    "spectral-norm": {},
    "gp:between": {},
    "dragan": {},
}


@pytest.mark.parametrize("penalty", PENALTIES)
def test_penalties_leave_what_is_held_alone(penalty, tmp_path):
    made = recipe(**PENALTIES[penalty], penalties={penalty: 1.0}, steps=4)
    run = played(begun(tmp_path, made))
    moved(tuned(run), tmp_path)


def test_clip_does_not_clamp_weights_that_were_learnt_without_it(tmp_path):
    run = played(begun(tmp_path, recipe(steps=4)))
    moved(tuned(run, distance="wasserstein", penalties={"clip:0.01": 1.0}), tmp_path)


def test_critics_of_two_duels_and_heads_on_a_body_are_held_too(tmp_path):
    for game in ("cycle", "semi-supervised"):
        run = played(begun(tmp_path, recipe(game, steps=4)))
        moved(tuned(run), tmp_path)


def test_an_ensemble_holds_what_its_members_hold(tmp_path):
    run = played(begun(tmp_path, recipe(steps=4)))
    made = [tuned(run, seed=seed) for seed in (1, 2)]
    sessions = [begun(tmp_path / "many", one) for one in made]
    before = [parts(session) for session in sessions]
    for _ in play_ensemble(together(sessions)):
        pass
    for (held, free), session in zip(before, sessions, strict=True):
        after, learnt = parts(session)
        assert held and all(same(held, after)) and not any(same(free, learnt))


def test_it_is_said_in_the_plan_and_cited(tmp_path):
    run = played(begun(tmp_path, recipe(steps=4)))
    made, materials, state = checked(tuned(run), own={})
    said = dict(plan(made, materials, state.game))["frozen"]
    assert said == "the critic's first layer, 24 weights, stay as they start"
    assert "mo2020" in [reference.key for reference in references_of(made)]
    made, materials, state = checked(tuned(run, frozen=0), own={})
    assert "frozen" not in dict(plan(made, materials, state.game))
    assert "mo2020" not in [reference.key for reference in references_of(made)]


def test_what_cannot_be_held_is_refused_with_what_can(tmp_path):
    with pytest.raises(Incompatible, match=r"starts from nothing: `saddle train --from RUN`"):
        checked(recipe(frozen=1), own={})
    run = played(begun(tmp_path, recipe(steps=4)))
    with pytest.raises(Incompatible, match=r"\(mlp\) has 1 layer .* at most frozen=1"):
        checked(tuned(run, frozen=2), own={})
    linear = played(begun(tmp_path, recipe(steps=4, **{"critic.name": "linear"})))
    with pytest.raises(Incompatible, match=r"\(linear\) has no layers with weights"):
        checked(tuned(linear), own={})
    direct = played(begun(tmp_path, recipe(steps=4, distance="energy", penalties={})))
    with pytest.raises(Incompatible, match="'energy' has none: frozen=0"):
        checked(tuned(direct), own={})


def test_a_run_that_starts_anew_holds_nothing(tmp_path):
    run = played(begun(tmp_path, recipe(steps=4)))
    held = played(begun(tmp_path, tuned(run)))
    assert chosen(None, None, held.path, {}).frozen == 1
    assert chosen(None, None, held.path, {"start": None}).frozen == 0
    cure = Remedy(("lost",), {"seed": 7}, "anew", since=2)
    assert heal(held, cure).recipe.frozen == 0


@pytest.mark.parametrize("name", CRITICS)
def test_every_critic_knows_its_early_layers(name):
    entry = CRITICS[name]
    seen = (3, 16, 16) if entry.pictures else 4
    inputs = (seen, 3) if entry.classifies else (seen,)
    critic = entry(Shape(inputs, width=8, depth=2), torch.Generator().manual_seed(0))
    layers = [weight for layer in early_layers(critic) for weight in layer]
    body = list(critic.body.parameters())
    assert [id(weight) for weight in layers] == [id(weight) for weight in body]


def test_a_critic_of_ones_own_may_have_a_body():
    body = nn.Linear(2, 3)
    assert [len(layer) for layer in early_layers(nn.ModuleDict({"body": body}))] == [2]
    assert early_layers(nn.Linear(2, 1)) == []
