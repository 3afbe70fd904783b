"""Drawing what is asked for."""

from __future__ import annotations

import pytest
import torch

from saddle.distances import DISTANCES, Direct
from saddle.errors import BadValue, Incompatible
from saddle.games import Conditional, Player, Stakes, Streams
from tiny_players import NOISE, Logistic, batch, judge, make, net, rng

STAKES = Stakes(Logistic())


def conditions(distance):
    """What each real row, and the fake of its place, stand under."""
    stakes, row = Stakes(DISTANCES[distance]), DISTANCES[distance]
    critic = None if isinstance(row, Direct) else judge(2, 4)
    game = Conditional(generator=net(3, 4), noise=NOISE, stakes=stakes, critic=critic)
    scene = game.stage(batch(), Streams(0).at(0))
    return scene["c"], scene["of"]


@pytest.mark.parametrize("distance", ["relativistic", "relativistic:logistic"])
def test_paired_scores_stand_beside_another_rows_condition(distance):
    real, fake = conditions(distance)
    assert torch.equal(real, batch()["given"]) and torch.equal(fake, real.roll(1, dims=0))


@pytest.mark.parametrize("distance", ["js", "least-squares", "hinge", "mean-square"])
def test_every_other_distance_keeps_the_rows_together(distance):
    """`gp:between` joins row i of both sides: it should stay within one condition."""
    real, fake = conditions(distance)
    assert torch.equal(real, batch()["given"]) and torch.equal(fake, real)


def test_what_depends_on_the_condition_alone_is_no_optimum_of_pairs():
    """v + h(c) must cost something: else v is log p/q only up to any function of c."""
    game = make("conditional", Stakes(DISTANCES["relativistic"]))
    scene = game.stage(batch(), Streams(0).at(0))
    h = scene["c"] @ torch.linspace(-5, 5, scene["c"].shape[1])
    other = scene["of"] @ torch.linspace(-5, 5, scene["c"].shape[1])
    loss = DISTANCES["relativistic"].critic_loss
    assert loss(h, other) > loss(torch.zeros_like(h), torch.zeros_like(h)) + 0.1


def test_labels_are_not_smooth_and_points_may_be():
    assert make("conditional", STAKES).duels[0].smooth == (True, False)
    both = Stakes(Logistic(), smooth=frozenset({"x", "given"}))
    assert make("conditional", both).duels[0].smooth == (True, True)


def test_unasked_samples_follow_the_remembered_law():
    game = make("conditional", STAKES)
    labels = torch.tensor([0] * 90 + [1] * 10)
    game.remember({"given": torch.eye(4)[labels]})
    share = game.sample(4000, rng=rng())["given"].mean(0)
    # 4,000 draws: one standard error of a share of 0.1 is 0.005.
    assert share.tolist() == pytest.approx([0.9, 0.1, 0.0, 0.0], abs=0.02)


def test_asked_samples_keep_what_was_asked():
    game = make("conditional", STAKES)
    asked = batch(5)["given"]
    assert torch.equal(game.sample(5, asked, rng=rng())["given"], asked)
    one = game.sample(5, asked[:1], rng=rng())
    assert torch.equal(one["given"], asked[:1].expand(5, -1)) and len(one["x"]) == 5
    with pytest.raises(Incompatible, match="1 row or 5"):
        game.sample(5, asked[:3], rng=rng())


def test_without_a_law_the_condition_must_be_asked():
    with pytest.raises(BadValue, match="'given' was not asked for"):
        make("conditional", STAKES).sample(3, rng=rng())


def test_the_law_is_kept_in_the_checkpoint():
    game, resumed = make("conditional", STAKES), make("conditional", STAKES)
    game.remember(batch(50))
    resumed.keeps.load_state_dict(game.keeps.state_dict())
    assert torch.equal(game.sample(9, rng=rng())["given"], resumed.sample(9, rng=rng())["given"])


@pytest.mark.parametrize("weight", [0.0, 2.0])
def test_reconstruction_is_a_tether_of_its_weight(weight):
    game = Conditional(
        generator=net(3, 4),
        noise=NOISE,
        stakes=STAKES,
        critic=judge(2, 4),
        reconstruction=weight,
    )
    terms = game.loss(Player.GENERATOR, batch(), Streams(0).at(0))
    scene = game.stage(batch(), Streams(0).at(0))
    wanted = weight * (scene["x"] - scene["fake"]).abs().mean()
    assert ("reconstruction" in terms) == (weight > 0)
    assert terms.get("reconstruction", torch.zeros(())).item() == pytest.approx(wanted.item())


def test_a_negative_weight_is_refused():
    with pytest.raises(BadValue, match="the weight of 'reconstruction'"):
        Conditional(
            generator=net(3, 4),
            noise=NOISE,
            stakes=STAKES,
            critic=judge(2, 4),
            reconstruction=-1.0,
        )
