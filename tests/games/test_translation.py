"""Two domains: the exact cycle of flows, the learned cycle of maps, and their tethers."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from saddle.errors import BadValue, Incompatible
from saddle.games import Align, Cycle, Player, Stakes, Streams, tethers
from saddle.networks import FLOWS
from tiny_players import Logistic, batch, critics_turn, flow, judge, make, net, rng

STAKES = Stakes(Logistic())


def scattered(game, size=0.2):
    """The same game with every weight moved by N(0, size^2), in float64.

    At 0.2 the maps stretch some places a thousand times; rounding grows by as much.
    """
    game = game.double()
    draws = rng(11)
    with torch.no_grad():
        for p in game.generators.parameters():
            p.add_(size * torch.randn(p.shape, generator=draws, dtype=p.dtype))
    return game


def aligned(kind="coupling", size=2, **weights):
    flows = {"flow_a": flow(size, kind), "flow_b": flow(size, kind, seed=9)}
    return Align(**flows, stakes=STAKES, critics={"a": judge(size), "b": judge(size)}, **weights)


@pytest.mark.parametrize("kind", list(FLOWS))
@pytest.mark.parametrize("size", [1, 2, 5])
@pytest.mark.parametrize("back", [False, True])
def test_the_flows_cycle_is_exact_whatever_the_weights(kind, size, back):
    """Float64: the inverse is a formula, so that only rounding remains, stretched by the map."""
    game = scattered(aligned(kind, size))
    x = torch.randn(200, size, generator=rng(), dtype=torch.float64)
    again = game.translate(game.translate(x, back=back), back=not back)
    torch.testing.assert_close(again, x, rtol=0, atol=1e-10)


def test_a_translation_keeps_the_code():
    game = scattered(aligned())
    x = torch.randn(50, 2, generator=rng(), dtype=torch.float64)
    code = game.encode(game.translate(x), back=True)
    torch.testing.assert_close(code, game.encode(x), rtol=0, atol=1e-10)


def test_samples_are_pairs_of_one_code():
    game = scattered(aligned())
    drawn = game.sample(20, rng=rng())
    assert drawn["a"].dtype == torch.float64
    torch.testing.assert_close(game.translate(drawn["a"]), drawn["b"], rtol=0, atol=1e-10)


def test_log_prob_is_each_flows_own():
    game = aligned()
    x = batch()["a"]
    assert torch.equal(game.log_prob(x), game.generators["a"].log_prob(x).detach())
    assert torch.equal(game.log_prob(x, back=True), game.generators["b"].log_prob(x).detach())


def test_pure_likelihood_has_no_critics():
    game = aligned(adversarial=0.0, likelihood=2.0)
    assert len(game.critics) == 0 and not game.duels
    terms = game.loss(Player.GENERATOR, batch(), Streams(0).at(0))
    wanted = {
        f"likelihood.{key}": -2 * game.generators[key].log_prob(batch()[key]).mean()
        for key in "ab"
    }
    assert {k: v.item() for k, v in terms.items()} == pytest.approx(
        {k: v.item() for k, v in wanted.items()}
    )


def test_pure_duels_have_no_likelihood():
    terms = aligned(likelihood=0.0).loss(Player.GENERATOR, batch(), Streams(0).at(0))
    assert set(terms) == {"a", "b"}


def test_align_refuses_what_cannot_be_learned():
    with pytest.raises(BadValue, match="both 0"):
        aligned(likelihood=0.0, adversarial=0.0)
    with pytest.raises(BadValue, match="adversarial"):
        aligned(adversarial=-1.0)
    with pytest.raises(Incompatible, match="equal dimension, got 2 and 3"):
        Align(flow_a=flow(2), flow_b=flow(3), stakes=STAKES, critics={})


# ---- cycle --------------------------------------------------------------------------------------


class Turn(nn.Module):
    """A rotation, exactly invertible by its transpose."""

    def __init__(self, angle: float) -> None:
        super().__init__()
        angle = torch.tensor(angle, dtype=torch.float64)
        c, s = angle.cos(), angle.sin()
        self.R = nn.Parameter(torch.stack([torch.stack([c, -s]), torch.stack([s, c])]))

    def forward(self, x):
        return x @ self.R.T


def cycling(there, back, **options):
    critics = {"a": judge(2).double(), "b": judge(2).double()}
    return Cycle(a_to_b=there, b_to_a=back, stakes=STAKES, critics=critics, **options)


def doubles():
    return {key: value.double() for key, value in batch().items()}


def test_the_cycle_costs_nothing_where_back_inverts_there():
    terms = cycling(Turn(0.7), Turn(-0.7), identity=5.0).loss(
        Player.GENERATOR, doubles(), Streams(0).at(0)
    )
    assert terms["cycle"].item() < 1e-14  # rounding of one rotation and back
    assert terms["identity"].item() > 0.1


def test_identity_costs_nothing_where_nothing_moves():
    terms = cycling(Turn(0.0), Turn(0.0), identity=5.0).loss(
        Player.GENERATOR, doubles(), Streams(0).at(0)
    )
    assert terms["identity"].item() == 0 and terms["cycle"].item() == 0


def test_cycle_and_identity_have_their_weights():
    game = cycling(net(2).double(), net(2, seed=3).double(), identity=5.0)
    rows, G, F = doubles(), game.generators["a_to_b"], game.generators["b_to_a"]
    a, b = rows["a"], rows["b"]
    terms = game.loss(Player.GENERATOR, rows, Streams(0).at(0))
    wanted = 10 * ((F(G(a)) - a).abs().mean() + (G(F(b)) - b).abs().mean())
    torch.testing.assert_close(terms["cycle"], wanted, rtol=1e-12, atol=0)
    wanted = 5 * ((F(a) - a).abs().mean() + (G(b) - b).abs().mean())
    torch.testing.assert_close(terms["identity"], wanted, rtol=1e-12, atol=0)


def test_weights_of_zero_and_no_pool_leave_the_duels_alone():
    game = cycling(Turn(0.1), Turn(0.2), cycle=0.0, identity=0.0, pool=0)
    assert set(game.loss(Player.GENERATOR, doubles(), Streams(0).at(0))) == {"a", "b"}
    assert not game.duels[0].views
    for pool in (-1, 50.7):
        with pytest.raises(BadValue, match="pool must be a whole number"):
            cycling(Turn(0.1), Turn(0.2), pool=pool)


def test_translation_goes_both_ways():
    game = cycling(Turn(0.3), Turn(0.5))
    x = doubles()["a"]
    assert torch.equal(game.translate(x), Turn(0.3)(x).detach())
    assert torch.equal(game.translate(x, back=True), Turn(0.5)(x).detach())


def test_samples_are_translated_from_the_remembered_laws():
    game = cycling(Turn(0.3), Turn(0.5))
    one = {"a": torch.ones(1, 2, dtype=torch.float64), "b": -torch.ones(1, 2, dtype=torch.float64)}
    game.remember(one)
    drawn = game.sample(3, rng=rng())
    assert torch.equal(drawn["b"], Turn(0.3)(one["a"]).detach().expand(3, -1))
    assert torch.equal(drawn["a"], Turn(0.5)(one["b"]).detach().expand(3, -1))


def test_each_critic_judges_its_own_domain():
    game = make("cycle", STAKES)
    scene = game.stage(batch(), Streams(0).at(0))
    by_name = {duel.name: duel for duel in game.duels}
    assert by_name["b"].real(scene)[0] is batch_part(scene, "b")
    assert torch.equal(by_name["b"].fake(scene)[0], game.generators["a_to_b"](scene["a"]))
    assert torch.equal(by_name["a"].fake(scene)[0], game.generators["b_to_a"](scene["b"]))
    assert {name: game.critics[name] is duel.critic for name, duel in by_name.items()} == {
        "a": True,
        "b": True,
    }


def batch_part(scene, key):
    return scene[key]


def test_the_critics_turn_computes_no_tethers():
    assert set(critics_turn(make("cycle", STAKES), 0)) == {"a", "b"}


# ---- tethers ------------------------------------------------------------------------------------


def test_the_gap_vanishes_exactly_where_rows_agree():
    x, y = torch.randn(2, 30, 3, generator=rng(), dtype=torch.float64)
    assert tethers.gap(x, x).item() == 0
    wanted = torch.linalg.vector_norm(x - y, 1).item() / x.numel()
    assert tethers.gap(x, y).item() == pytest.approx(wanted, rel=1e-12)


def test_likelihood_of_the_standard_normal_is_its_entropy():
    """-E log p over its own law, by Gauss-Hermite quadrature: (1 + log 2 pi) / 2."""
    import numpy as np

    nodes, weights = np.polynomial.hermite_e.hermegauss(20)
    log_p = torch.distributions.Normal(0.0, 1.0).log_prob(torch.tensor(nodes))
    mass = torch.tensor(weights / weights.sum() * len(nodes))
    entropy = 0.5 * (1 + np.log(2 * np.pi))
    assert tethers.likelihood(mass * log_p).item() == pytest.approx(entropy, rel=1e-12)
