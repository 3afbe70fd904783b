"""Code of the caller's own may draw from the global streams: a run stays what it was promised."""

import random
import sys

import numpy as np
import pytest
import torch
from torch import nn

from saddle.build.resuming import resume
from saddle.evaluate import load
from saddle.training.foreign import lent
from training.small import abandon, begun, differences, played, recipe


class Drawn(nn.Module):
    """A network with every kind of draw from a global stream; what is made of it is (n, out)."""

    def __init__(self, inputs, outputs):
        super().__init__()
        self.first = nn.Linear(inputs, 8)
        self.last = nn.Linear(8, outputs)
        self.drop = nn.Sequential(nn.Dropout(0.3), nn.AlphaDropout(0.1), nn.RReLU())

    def forward(self, *parts):
        h = self.drop(self.first(torch.cat(parts, 1)))
        h = h + 0.1 * torch.rand(8) + 0.1 * float(np.random.rand()) + 0.1 * random.random()
        return self.last(h)


class DrawnGenerator(Drawn):
    """As a recipe names it: of a shape."""

    def __init__(self, shape):
        super().__init__(sum(shape.inputs), shape.output)


def networks():
    torch.manual_seed(0)
    return {"generator": Drawn(2, 2), "critic": Drawn(2, 1)}


@pytest.mark.parametrize("rule", ["alternating:2", "extragradient", "consensus:0.1"])
def test_own_modules_that_draw_resume_to_the_same_bits(rule, tmp_path):
    own, made = networks(), recipe(rule=rule)
    alone = played(begun(tmp_path / "alone", made, own=own))
    torch.rand(7), random.random()
    often = played(begun(tmp_path / "often", made, own=own), until=5)
    torch.rand(3), np.random.rand(3)
    played(resume(often, own=own))
    assert differences(alone, often) == []


def test_what_was_killed_after_its_last_save_is_played_again_alike(tmp_path):
    own = networks()
    alone = played(begun(tmp_path / "alone", recipe(), own=own))
    killed = abandon(begun(tmp_path / "killed", recipe(), own=own), 7)
    torch.rand(5)
    played(resume(killed, own=own))
    assert differences(alone, killed) == []


def test_another_seed_drops_others(tmp_path):
    own = networks()
    one, other = (
        played(begun(tmp_path / str(seed), recipe(seed=seed), own=own)) for seed in (0, 1)
    )
    assert any(name.startswith("critics") for name in differences(one, other))


def test_the_callers_streams_are_left_where_they_were(global_streams_rest, tmp_path):
    rng = torch.random.get_rng_state()
    own = {"generator": Drawn(2, 2), "critic": Drawn(2, 1)}
    torch.random.set_rng_state(rng)
    run = played(begun(tmp_path, recipe(), own=own))
    load(run, own=own).sample(10)


def test_samples_of_a_module_that_draws_are_of_their_seed(tmp_path):
    own = networks()
    trained = load(played(begun(tmp_path, recipe(steps=2), own=own)), own=own)
    first = trained.sample(5, seed=3)["x"]
    torch.rand(4)
    assert np.array_equal(trained.sample(9, seed=3)["x"][:5], first)
    assert not np.array_equal(trained.sample(5, seed=4)["x"], first)


def test_a_module_that_a_recipe_names_begins_at_weights_of_the_seed(tmp_path, monkeypatch):
    """Torch draws first weights from its global stream; a run is a function of its seed alone."""
    monkeypatch.setitem(sys.modules, "own_networks", sys.modules[__name__])
    made = recipe(**{"generator.name": "own_networks:DrawnGenerator"})
    before = torch.random.get_rng_state()
    one = played(begun(tmp_path / "one", made, trusted=True))
    assert torch.equal(torch.random.get_rng_state(), before)
    torch.rand(11)
    other = played(begun(tmp_path / "other", made, trusted=True))
    assert differences(one, other) == []
    often = played(begun(tmp_path / "often", made, trusted=True), until=5)
    played(resume(often, trusted=True))
    assert differences(one, often) == []


def test_what_is_lent_is_put_back_even_where_it_fails(global_streams_rest):
    with pytest.raises(KeyError), lent(0, 1, 2):
        torch.rand(2), np.random.rand(2), random.random()
        raise KeyError


def test_nothing_is_lent_to_the_packages_own_parts(tmp_path):
    plan = begun(tmp_path, recipe()).plan
    before = torch.random.get_rng_state()
    with plan.lend(0, 0):
        assert torch.equal(torch.random.get_rng_state(), before)
