"""What a source and a game must keep, and is refused for otherwise."""

import numpy as np
import pytest
import torch

from saddle.build.laws import check_conditions
from saddle.build.session import start
from saddle.errors import BadData, Incompatible
from saddle.games import Conditional, Streams
from saddle.games.gan import Gan
from saddle.sources import SOURCES
from training.small import begun, played, recipe


class Own:
    """A source of labelled points of the caller's own."""

    name, gives, aligned = "own", frozenset({"x", "given"}), True
    spaces, size, modes = {"x": "points", "given": "label"}, None, None

    def batch(self, positions, split="train"):
        rows = [np.random.default_rng([int(p), len(split)]) for p in positions]
        x = np.array([row.normal(size=2) for row in rows])
        return {"x": x, "given": np.array([int(row.integers(3)) for row in rows])}

    def log_prob(self, x):
        return None


class Apart(Own):
    aligned = False


class Forgetful(Own):
    """Draws rows anew each time that they are asked for."""

    def __init__(self):
        self.rng = np.random.default_rng(0)

    def batch(self, positions, split="train"):
        return super().batch(self.rng.integers(1000, size=len(positions)), split)


def test_a_source_that_keeps_the_contract_plays(tmp_path):
    assert played(begun(tmp_path, recipe("conditional", steps=2), data=Own())).latest() == 2


REFUSED = {
    "rows that change": (Forgetful, BadData, "a function of the seed and the position"),
    "conditions of other rows": (Apart, Incompatible, "aligned=False"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_a_source_that_breaks_a_law_leaves_no_folder(what, tmp_path):
    source, kind, words = REFUSED[what]
    with pytest.raises(kind, match=words):
        start(recipe("conditional"), tmp_path / "runs", data=source())
    assert not (tmp_path / "runs").exists()


# ---------------------------------------------------------------- the law of fake conditions


class OtherPrior(Conditional):
    """Draws fakes under labels that are all equally likely, whatever the real ones are."""

    def stage(self, batch, streams):
        real = super().stage(batch, streams)
        c = torch.eye(8)[torch.arange(len(batch["x"])) % 8]
        fake = super().stage({**batch, "given": c}, streams)
        return {**real, "fake": fake["fake"], "fake_c": c}


class Shuffled(Conditional):
    """Draws fakes under the batch's own conditions, in another order."""

    def stage(self, batch, streams):
        real = super().stage(batch, streams)
        c = batch["given"].flip(0)
        return {**real, "fake": super().stage({**batch, "given": c}, streams)["fake"], "fake_c": c}


@pytest.fixture
def played_as(monkeypatch):
    """Let a conditional game be of that kind, its critic shown the fakes' own conditions."""
    usual = Conditional.make

    def put(kind):
        def make(bench):
            game = usual(bench)
            game.__class__ = kind
            game.duels[0].fake = lambda scene: (scene["fake"], scene["fake_c"])
            return game

        monkeypatch.setattr(Conditional, "make", make)

    return put


def test_fakes_of_another_prior_are_refused(played_as, tmp_path):
    played_as(OtherPrior)
    with pytest.raises(Incompatible, match=r"log p\(c\)/q\(c\)") as told:
        start(recipe("conditional"), tmp_path / "runs")
    assert "game 'conditional': duel 'duel'" in str(told.value)
    assert not (tmp_path / "runs").exists()


def test_fakes_of_the_batchs_own_conditions_in_another_order_play(played_as, tmp_path):
    played_as(Shuffled)
    assert played(begun(tmp_path, recipe("conditional", steps=2))).latest() == 2


@pytest.mark.parametrize("name", [n for n in SOURCES if "given" in SOURCES[n](0).gives])
def test_the_packages_own_conditional_game_keeps_the_law(name, tmp_path):
    assert begun(tmp_path, recipe("conditional", data=name)).state.step == 0


def test_a_game_without_conditions_is_not_asked():
    check_conditions("gan", Gan.__new__(Gan), {"x": torch.zeros(2, 1)}, Streams(0))
