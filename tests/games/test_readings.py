"""What is read of a critic beside its score: an auxiliary class, mean features."""

from __future__ import annotations

import pytest
import torch
from torch.nn.functional import cross_entropy

from saddle.build.game import assemble
from saddle.distances import DISTANCES, PENALTIES
from saddle.errors import BadValue, Incompatible
from saddle.games import VIEWS, Conditional, Gan, Player, Stakes, Streams
from saddle.games.tethers import feature_gap, squared_gap, surprise
from saddle.games.together import inseparable
from saddle.spaces import Labels, Points
from tiny_players import NOISE, R1, R2, Logistic, Means, Paired, batch, freeze, judge, net, rng
from training.small import recipe

PENALISED = Stakes(Logistic(), ((R1(), 0.1), (R2(), 0.1)))


def acgan(stakes=PENALISED, weight=0.5, critic="auxiliary-mlp"):
    return Conditional(
        generator=net(3, 4), noise=NOISE, stakes=stakes, critic=judge(2, 4, kind=critic),
        auxiliary=weight,
    )  # fmt: skip


def matching(stakes=PENALISED, weight=0.5, critic="mlp"):
    return Gan(
        generator=net(3), noise=NOISE, stakes=stakes, critic=judge(2, kind=critic), features=weight
    )


def terms(game, player, *, rows=None):
    return game.loss(player, rows or batch(), Streams(0).at(0))


# ---- the terms against what they are ------------------------------------------------------------


def test_surprise_is_the_cross_entropy_of_the_rows_whose_class_is_known(float64):
    logits = torch.randn(9, 4, generator=rng())
    c = torch.eye(4)[torch.arange(9) % 4]
    plain = cross_entropy(logits, torch.arange(9) % 4)
    assert surprise(logits, c).item() == pytest.approx(plain.item(), abs=1e-12)
    c[5:] = 0
    known = cross_entropy(logits[:5], torch.arange(5) % 4)
    assert surprise(logits, c).item() == pytest.approx(known.item(), abs=1e-12)
    assert surprise(logits, torch.zeros_like(c)).item() == 0


def test_surprise_pulls_each_logit_by_what_is_wrong_with_its_probability(float64):
    logits = torch.randn(6, 3, generator=rng()).requires_grad_()
    c = torch.eye(3)[torch.arange(6) % 3]
    (slope,) = torch.autograd.grad(surprise(logits, c), logits)
    torch.testing.assert_close(slope, (logits.softmax(1) - c).detach() / 6)


def test_gaps_are_zero_at_equality_and_squares_elsewhere(float64):
    h = torch.randn(8, 5, generator=rng())
    assert feature_gap(h, h.flip(0)).item() == pytest.approx(0, abs=1e-24)
    assert feature_gap(h, h + 2).item() == pytest.approx(4 * 5)
    assert squared_gap(h, h + 2).item() == pytest.approx(4)


# ---- an auxiliary class -------------------------------------------------------------------------


@pytest.mark.parametrize("stakes", [PENALISED, Stakes(Paired())], ids=["penalised", "paired"])
def test_both_players_lose_by_the_class_of_their_rows(stakes):
    game = acgan(stakes)
    scene = game.stage(batch(), Streams(0).at(0))
    duel = game.duels[0]
    real, fake = (duel.critic(*side(scene)).heads["class"] for side in (duel.real, duel.fake))
    of_real, of_fake = surprise(real, scene["c"]), surprise(fake, scene["of"])
    critics, generators = (terms(game, player)["auxiliary"] for player in ("critic", "generator"))
    assert critics.item() == pytest.approx(0.5 * (of_real + of_fake).item())
    assert generators.item() == pytest.approx(0.5 * of_fake.item())


def test_the_duel_itself_is_what_it_was():
    """The critic is asked once, and its scores do not know of the class."""
    game = acgan()
    passes = []
    game.critics["duel"].register_forward_hook(lambda *_: passes.append(1))
    assert set(terms(game, Player.CRITIC)) == {"duel", "duel.r1", "duel.r2", "auxiliary"}
    assert len(passes) == 1
    other = acgan(weight=2.0)
    for key in ("duel", "duel.r1", "duel.r2"):
        assert torch.equal(terms(game, Player.CRITIC)[key], terms(other, Player.CRITIC)[key])


def test_the_class_reaches_generator_and_head():
    game = acgan()
    terms(game, Player.GENERATOR)["auxiliary"].backward()
    assert all(p.grad is not None and p.grad.any() for p in game.generators.parameters())
    game = acgan()
    freeze(game.generators)
    terms(game, Player.CRITIC)["auxiliary"].backward()
    head = game.critics["duel"].head
    assert head.W.weight.grad.any() and head.psi.weight.grad is None


def test_replayed_fakes_keep_the_class_they_were_drawn_for():
    game = acgan(Stakes(Logistic(), (), (VIEWS["replay:1"],)))
    freeze(game.generators)
    for step in range(3):
        shown = game.loss(Player.CRITIC, batch(seed=step), Streams(0).at(step))
    fresh = terms(acgan(), Player.CRITIC, rows=batch(seed=2))
    assert shown["auxiliary"] != fresh["auxiliary"]


@pytest.mark.parametrize("distance", [n for n in DISTANCES if "critic_loss" in dir(DISTANCES[n])])
def test_every_learned_distance_plays_with_a_class(distance):
    penalties = ((PENALTIES["r1"], 0.1), (PENALTIES["r2"], 0.1))
    stakes = Stakes(DISTANCES[distance], penalties)
    for game in (acgan(stakes), matching(stakes)):
        for player in Player:
            assert all(bool(term.isfinite()) for term in terms(game, player).values())


def test_a_class_needs_a_critic_that_tells_it():
    with pytest.raises(Incompatible, match="reads 'class' of the critic, which gives features"):
        terms(acgan(critic="mlp"), Player.CRITIC)
    with pytest.raises(BadValue, match="the weight of 'auxiliary'"):
        acgan(weight=-1.0)
    with pytest.raises(Incompatible, match="weights.auxiliary reads a critic"):
        Conditional(generator=net(3, 4), noise=NOISE, stakes=Stakes(Means()), auxiliary=1.0)
    with pytest.raises(Incompatible, match="'packing:2' shows the critic several rows"):
        acgan(Stakes(Logistic(), (), (VIEWS["packing:2"],)))


def spaces(given=True):
    x, labels = Points(), Labels()
    x.fit(batch()["x"].numpy())
    labels.fit(torch.arange(24).numpy() % 4)
    numbers = Points()
    numbers.fit(batch()["a"].numpy())
    return {"x": x, "given": labels if given else numbers}


def made(critic, weight, *, given=True):
    weights = {"weights.auxiliary": weight} if weight else {}
    return assemble(recipe("conditional", **{"critic.name": critic, **weights}), spaces(given), {})


def test_a_recipe_asks_for_the_class_and_the_critic_together():
    assert [it.name for it in made("auxiliary-mlp", 1.0).duels[0].readings] == ["auxiliary"]
    assert not made("mlp", 0).duels[0].readings
    with pytest.raises(Incompatible, match="choose auxiliary-mlp"):
        made("mlp", 1.0)
    with pytest.raises(Incompatible, match="while weights.auxiliary is 0"):
        made("auxiliary-mlp", 0)
    with pytest.raises(Incompatible, match="not one of finitely many labels"):
        made("auxiliary-mlp", 1.0, given=False)


# ---- features -----------------------------------------------------------------------------------


def test_features_are_the_generators_and_match_on_average():
    game = matching()
    scene = game.stage(batch(), Streams(0).at(0))
    critic = game.critics["duel"]
    h, g = (critic(scene[name]).features.mean(0) for name in ("x", "fake"))
    found = terms(game, Player.GENERATOR)["features"]
    assert found.item() == pytest.approx(0.5 * (h - g).square().sum().item())
    assert "features" not in terms(game, Player.CRITIC)


def test_features_play_packed_and_need_a_critic():
    packed = Stakes(Logistic(), (), (VIEWS["packing:2"],))
    game = Gan(generator=net(3), noise=NOISE, stakes=packed, critic=judge(4), features=1.0)
    assert "features" in terms(game, Player.GENERATOR)
    with pytest.raises(Incompatible, match="weights.features reads a critic"):
        Gan(generator=net(3), noise=NOISE, stakes=Stakes(Means()), features=1.0)


def test_what_reads_a_critic_is_not_played_as_one_batch():
    assert "weights.features reads more" in str(inseparable(matching()))
    assert inseparable(matching(weight=0.0)) is None
