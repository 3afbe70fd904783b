"""What two maps are at the optimum: BiGAN inverts, a cycle may turn, AlignFlow cannot miss."""

from __future__ import annotations

import itertools
import math

import pytest
import torch
from torch import nn

from saddle.distances import DISTANCES, PENALTIES
from saddle.games import Align, BiGan, Cycle, Noise, Player, Stakes, Streams
from saddle.networks import CRITICS, FLOWS, GENERATORS, Shape
from saddle.training.rules import RULES, Team

K = 3
EQUAL = (1 / 3, 1 / 3, 1 / 3)


def joint_jsd(G, E, p, r):
    """JSD of (x, E(x)), x ~ p, and (G(z), z), z ~ r, on K by K points."""
    a, b = torch.zeros(2, K, K, dtype=torch.float64)
    for k in range(K):
        a[k, E[k]] += p[k]
        b[G[k], k] += r[k]
    m = (a + b) / 2
    terms = torch.where(a > 0, a * (a / m).log(), 0) + torch.where(b > 0, b * (b / m).log(), 0)
    return float(terms.nan_to_num().sum() / 2)


def test_on_points_the_joint_laws_agree_where_the_encoder_inverts_and_only_there():
    """All 27 x 27 pairs of maps: zero for the 3! bijections with their inverses."""
    maps = list(itertools.product(range(K), repeat=K))
    for G, E in itertools.product(maps, maps):
        inverts = all(E[G[z]] == z for z in range(K)) and all(G[E[x]] == x for x in range(K))
        assert (joint_jsd(G, E, EQUAL, EQUAL) < 1e-12) == inverts


def test_where_no_bijection_carries_the_noise_to_the_data_no_pair_reaches_zero():
    p = (0.5, 0.3, 0.2)
    maps = list(itertools.product(range(K), repeat=K))
    least = min(joint_jsd(G, E, p, EQUAL) for G, E in itertools.product(maps, maps))
    assert least > 0.01


@pytest.mark.slow
def test_a_linear_bigan_learns_the_inverse(rng):
    """x ~ N(0, L L'), G(z) = A z, E(x) = B x: at the optimum A A' = L L' and B A = I."""
    shape = Shape((2,), 2)
    L = torch.tensor([[1.5, 0.0], [0.8, 0.6]])
    game = BiGan(
        generator=GENERATORS["triangular"](shape, rng),
        encoder=GENERATORS["triangular"](shape, rng),
        noise=Noise(2),
        critic=CRITICS["quadratic"](Shape((2, 2)), rng),
        stakes=Stakes(
            DISTANCES["relativistic:logistic"],
            ((PENALTIES["r1"], 0.05), (PENALTIES["r2"], 0.05)),
            smooth=frozenset({"x"}),
        ),
    )
    G, E = game.generators["generator"], game.generators["encoder"]
    walk(game, lambda: {"x": torch.randn(512, 2, generator=rng) @ L.T}, turns=2500)
    with torch.no_grad():
        torch.testing.assert_close(G.L @ G.L.T, L @ L.T, rtol=0, atol=0.15)
        torch.testing.assert_close(E.L @ G.L, torch.eye(2), rtol=0, atol=0.08)
        x = torch.randn(2000, 2, generator=rng) @ L.T
        gap = (game.reconstruct(x) - x).norm(dim=1).median()
    assert float(gap) < 0.1


def walk(game, draw, *, turns, rate=0.01):
    """Alternating Adam with a falling rate."""
    networks = {Player.GENERATOR: game.generators, Player.CRITIC: game.critics}
    teams = {
        player: Team(net, torch.optim.Adam(net.parameters(), rate, (0.0, 0.9)))
        for player, net in networks.items()
    }
    rule, streams = RULES["alternating"](), Streams(0)
    for turn in range(turns):
        for team in teams.values():
            team.optimiser.param_groups[0]["lr"] = rate * (1 - 0.99 * turn / turns)
        batches = [draw() for _ in range(rule.moves)]

        def loss(player, move, turn=turn, batches=batches):
            terms = game.loss(player, batches[move], streams.at(turn, move))
            return sum(terms.values())

        rule.turn(teams, loss)


# ---- a cycle cannot tell a symmetry from the truth ----------------------------------------------

CORNERS = torch.tensor([[1.0, 1.0], [1.0, -1.0], [-1.0, 1.0], [-1.0, -1.0]], dtype=torch.float64)


def log_square(x):
    """Log density of four equal Gaussians at the corners of a square, std .3."""
    square = (x[:, None] - CORNERS).square().sum(2) / (2 * 0.3**2)
    return torch.logsumexp(-square, 1) - math.log(4 * 2 * math.pi * 0.3**2)


def turned(degrees, mirrored=False):
    """A linear map of the plane that keeps the square."""
    t = math.radians(degrees)
    R = torch.tensor(
        [[math.cos(t), -math.sin(t)], [math.sin(t), math.cos(t)]], dtype=torch.float64
    )
    layer = nn.Linear(2, 2, bias=False, dtype=torch.float64)
    with torch.no_grad():
        layer.weight.copy_(R @ torch.diag(torch.tensor([1.0, -1.0 if mirrored else 1.0]).double()))
    return layer


def inverse_of(layer):
    back = nn.Linear(2, 2, bias=False, dtype=torch.float64)
    with torch.no_grad():
        back.weight.copy_(torch.linalg.inv(layer.weight))
    return back


SYMMETRIES = {
    "left as it is": (0, False),
    "a quarter turn": (90, False),
    "half a turn": (180, False),
    "a mirror": (0, True),
}


@pytest.mark.parametrize("name", SYMMETRIES)
def test_a_cycle_is_content_with_every_symmetry_of_its_target(name, rng):
    """Cycle term zero, both marginals right: nothing in the game prefers one of these maps."""
    G = turned(*SYMMETRIES[name])
    game = Cycle(a_to_b=G, b_to_a=inverse_of(G), stakes=Stakes(DISTANCES["energy"]), identity=0.0)
    which = torch.randint(4, (400,), generator=rng)
    a = CORNERS[which] + 0.3 * torch.randn(400, 2, generator=rng, dtype=torch.float64)
    terms = game.loss(Player.GENERATOR, {"a": a, "b": a}, Streams(0))
    assert terms["cycle"].item() < 1e-14
    # The law of G(a) is that of b, point by point: no critic can tell, the optimal one is 0.
    pushed = log_square(game.translate(a, back=True)) - torch.linalg.slogdet(G.weight)[1]
    torch.testing.assert_close(pushed, log_square(a), rtol=0, atol=1e-11)


def test_the_identity_tether_chooses_one_of_them(rng):
    a = torch.randn(50, 2, generator=rng, dtype=torch.float64)
    ties = {}
    for name, symmetry in SYMMETRIES.items():
        G = turned(*symmetry)
        game = Cycle(
            a_to_b=G, b_to_a=inverse_of(G), stakes=Stakes(DISTANCES["energy"]), identity=5.0
        )
        terms = game.loss(Player.GENERATOR, {"a": a, "b": a}, Streams(0))
        ties[name] = terms["identity"].item()
    assert ties["left as it is"] < 1e-14
    assert min(value for name, value in ties.items() if name != "left as it is") > 1


@pytest.mark.parametrize("kind", FLOWS)
@pytest.mark.parametrize(
    ("dtype", "scale", "tolerance"), [(torch.float32, 1.0, 1e-5), (torch.float64, 1.5, 1e-6)]
)
def test_the_cycle_of_two_flows_is_exact_whatever_the_weights(kind, dtype, scale, tolerance, rng):
    """Larger weights squeeze points together beyond what float32 holds between the two maps."""
    flows = [FLOWS[kind](Shape((2,), 2, width=32, depth=3), rng) for _ in range(2)]
    with torch.no_grad():
        for flow in flows:
            for parameter in flow.parameters():
                parameter.mul_(scale)
    game = Align(
        flow_a=flows[0], flow_b=flows[1], stakes=Stakes(DISTANCES["energy"]), likelihood=0.0
    )
    a = torch.randn(500, 2, generator=rng, dtype=dtype)
    b = game.translate(a)
    assert float((game.translate(b, back=True) - a).abs().max()) < tolerance
    assert float((b - a).abs().median()) > 0.05


@pytest.mark.parametrize("kind", FLOWS)
def test_the_likelihood_of_a_flow_is_that_of_its_jacobian(kind, rng):
    flow = FLOWS[kind](Shape((2,), 2, width=16, depth=2), rng).double()
    z = torch.randn(20, 2, generator=rng, dtype=torch.float64)
    for point in z:
        x = flow(point[None])
        J = torch.autograd.functional.jacobian(lambda t: flow(t[None])[0], point)
        log_normal = -0.5 * float(point.square().sum()) - math.log(2 * math.pi)
        expected = log_normal - float(torch.linalg.slogdet(J)[1])
        assert flow.log_prob(x).item() == pytest.approx(expected, abs=1e-6)
