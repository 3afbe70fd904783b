"""Judging in one pass or two, slopes at the sides, and which gradients arrive."""

from __future__ import annotations

import pytest
import torch

from saddle.distances.base import slopes_at
from saddle.games import Player, Stakes, Streams
from saddle.games.seats import make_duel, parts
from tiny_players import R1, R2, Logistic, Paired, batch, judge, loss, make, rng

STAKES = Stakes(Paired(), ((R1(), 0.3), (R2(), 0.7)), smooth=frozenset({"x"}))


def duel(smooth=(True, False)):
    """A duel over (x, c) in float64; x is smooth, c is not."""
    return make_duel(
        "duel",
        STAKES,
        critic=judge(2, 4).double(),
        real=parts("x", "c"),
        fake=parts("fake", "c"),
        smooth=smooth,
    )


def sides(seed):
    draws = rng(seed)
    return tuple(torch.randn(9, size, generator=draws, dtype=torch.float64) for size in (2, 4))


def test_one_pass_equals_two():
    """Float64, one matrix product split in two: only the order of sums may differ."""
    one = duel()
    joined = one.sides(sides(0), sides(1))
    one.critic.pointwise = False
    apart = one.sides(sides(0), sides(1))
    for a, b in zip(joined, apart, strict=True):
        torch.testing.assert_close(a.scores, b.scores, rtol=1e-12, atol=1e-12)
        torch.testing.assert_close(a.slopes(), b.slopes(), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("smooth", [(True, False), (True, True), (False, True)])
def test_slopes_at_the_sides_equal_slopes_asked_for_apart(smooth):
    one = duel(smooth)
    for side, shown in zip(one.sides(sides(0), sides(1)), (sides(0), sides(1)), strict=True):
        wanted = slopes_at(one.judge, shown, smooth)
        torch.testing.assert_close(side.slopes(), wanted, rtol=1e-12, atol=1e-12)
        squares = sum(slope.square().sum(1) for slope in wanted)
        torch.testing.assert_close(side.square_slope(), squares, rtol=1e-12, atol=1e-12)


def test_r1_and_r2_pull_the_critic_as_penalties_computed_apart():
    """Through the terms: both penalties' gradient by the critic's weights."""
    one = duel()
    shown = dict(zip(("x", "c"), sides(0), strict=True), fake=sides(1)[0])
    terms = one.critic_terms(shown, Streams(0).at(0))
    got = torch.autograd.grad(terms["duel.r1"] + terms["duel.r2"], one.critic.body.parameters())
    total = torch.zeros((), dtype=torch.float64)
    for weight, x in ((0.3, shown["x"]), (0.7, shown["fake"])):
        (slope,) = slopes_at(one.judge, (x, shown["c"]), (True, False))
        total = total + weight * 0.5 * slope.square().sum(1).mean()
    wanted = torch.autograd.grad(total, one.critic.body.parameters(), allow_unused=True)
    # A bias behind the last activation has no say in the slope: None there, zero here.
    for a, b in zip(got, wanted, strict=True):
        torch.testing.assert_close(a, torch.zeros_like(a) if b is None else b, atol=1e-12, rtol=0)


def test_bigans_real_side_reaches_the_encoder():
    """E appears on the real side alone: its gradient must come through there."""
    game = make("bigan", Stakes(Logistic()))
    loss(game, Player.GENERATOR).backward()
    assert all(
        p.grad is not None and p.grad.any() for p in game.generators["encoder"].parameters()
    )


def test_bigan_encodes_and_reconstructs():
    game = make("bigan", Stakes(Logistic()))
    x = batch()["x"]
    assert game.encode(x).shape == (len(x), 3)
    again = game.generators["generator"](game.generators["encoder"](x))
    assert torch.equal(game.reconstruct(x), again.detach())


def test_adversarial_weight_scales_terms_and_penalties():
    weighted = make_duel(
        "duel",
        STAKES,
        critic=judge(2),
        real=parts("x"),
        fake=parts("fake"),
        smooth=(True,),
        weight=3.0,
    )
    scene = {"x": batch()["x"], "fake": batch(seed=1)["x"]}
    heavy = weighted.critic_terms(scene, Streams(0).at(0))
    weighted.weight = 1.0
    light = weighted.critic_terms(scene, Streams(0).at(0))
    assert {key: value.item() for key, value in heavy.items()} == pytest.approx(
        {key: 3 * value.item() for key, value in light.items()}, rel=1e-6
    )


class Counting(torch.nn.Module):
    """A critic that counts how often it is asked."""

    pointwise = True

    def __init__(self, critic):
        super().__init__()
        self.critic, self.asked = critic, 0

    def forward(self, *shown):
        self.asked += 1
        return self.critic(*shown)


@pytest.mark.parametrize(("distance", "wanted"), [(Logistic(), 1), (Paired(), 2)])
def test_a_real_side_that_only_adds_a_constant_is_not_judged_for_the_generator(distance, wanted):
    one = make_duel(
        "duel", Stakes(distance), critic=Counting(judge(2)), real=parts("x"), fake=parts("fake"),
        smooth=(True,),
    )  # fmt: skip
    x = torch.randn(8, 2, generator=rng(0))
    made = torch.randn(8, 2, generator=rng(1)).requires_grad_()
    (pull,) = torch.autograd.grad(
        one.generator_terms({"x": x, "fake": made}, Streams(0).at(0))["duel"], made
    )
    assert one.critic.asked == wanted
    whole = distance.generator_loss(one.judge((x,)), one.judge((made,)))
    assert torch.equal(pull, torch.autograd.grad(whole, made)[0])


def test_a_real_side_that_carries_a_gradient_is_always_judged():
    one = make_duel(
        "duel", Stakes(Logistic()), critic=Counting(judge(2)), real=parts("x"),
        fake=parts("fake"), smooth=(True,),
    )  # fmt: skip
    scene = {name: torch.randn(8, 2, generator=rng(2)).requires_grad_() for name in ("x", "fake")}
    one.generator_terms(scene, Streams(0).at(0))
    assert one.critic.asked == 2
