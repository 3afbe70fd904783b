"""Codes: found again in what was drawn (InfoGAN), and of the law of the noise (aae)."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy.optimize import linear_sum_assignment
from torch.distributions import Normal
from torch.nn.functional import cross_entropy

from saddle.build.game import assemble
from saddle.errors import BadValue, Incompatible
from saddle.evaluate.trained import load, read_condition
from saddle.games import Autoencoder, Codes, Noise, Player, Stakes, Streams
from saddle.measure import nearest_mode
from saddle.networks import CRITICS, ENCODERS, Shape
from tiny_players import NOISE, Logistic, batch, judge, make, net, rng
from training.small import begun, played, recipe

STAKES = Stakes(Logistic())


def staged(game):
    scene = game.stage(batch(), Streams(0).at(0))
    return scene, game.loss(Player.GENERATOR, batch(), Streams(0).at(0))


# ---- the law of a code --------------------------------------------------------------------------


@pytest.mark.parametrize("law", ["normal", "uniform"])
def test_classes_are_alike_and_numbers_have_the_law_of_the_noise(law, float64):
    noise, codes = Noise(3, law), Codes(5, 2)
    z = noise.draw(20_000, rng())
    c = codes.of(z, noise)
    one_hot, numbers = codes.split(c)
    assert torch.equal(numbers, z[:, 1:]) and torch.equal(one_hot.sum(1), torch.ones(20_000))
    # One standard error of a share of 0.2 among 20,000 is 0.003.
    assert one_hot.mean(0).tolist() == pytest.approx([0.2] * 5, abs=0.012)


@pytest.mark.parametrize("law", ["normal", "uniform"])
def test_the_share_below_is_uniform(law, float64):
    below = Noise(1, law).below(Noise(1, law).draw(4000, rng())).squeeze(1).sort().values
    even = (torch.arange(4000) + 0.5) / 4000
    assert (below - even).abs().max() < 1.63 / 4000**0.5  # Kolmogorov, one per cent


def test_edges_of_the_law_are_classes_too():
    edge = torch.tensor([[-(3**0.5)], [3**0.5]])
    assert Codes(4, 0).of(edge, Noise(1, "uniform")).argmax(1).tolist() == [0, 3]
    assert Codes(0, 1).of(edge, Noise(1, "uniform")).shape == (2, 1)


def test_codes_that_are_none_are_refused():
    for classes, numbers in ((1, 0), (-2, 0), (0, 0), (2, -1)):
        with pytest.raises(BadValue, match="weights.codes|weights.numbers"):
            Codes(classes, numbers)
    codes = Codes(3, 1)
    assert codes.told(torch.tensor([[2, 0.5]])).tolist() == [[0, 0, 1, 0.5]]
    for wrong in ([[3.0, 0.5]], [[-1, 0.5]], [[0.5, 0.5]], [[1.0]]):
        with pytest.raises(BadValue, match="given"):
            codes.told(torch.tensor(wrong))


# ---- information --------------------------------------------------------------------------------


def test_information_is_the_negative_log_likelihood_of_the_code():
    game = make("infogan", STAKES)
    scene, terms = staged(game)
    logits, mu = scene["found"][:, :4], scene["found"][:, 4:]
    c, numbers = scene["c"][:, :4].argmax(1), scene["c"][:, 4:]
    assert terms["class_information"].item() == pytest.approx(cross_entropy(logits, c).item())
    nats = -Normal(mu, 1.0).log_prob(numbers).mean() - 0.5 * np.log(2 * np.pi)
    assert terms["number_information"].item() == pytest.approx(0.1 * nats.item())


def test_the_term_bounds_the_mutual_information():
    """H(c) + E log Q <= I(c; x) <= H(c), and no Q does better than the posterior."""
    rows = torch.tensor([[0.7, 0.3], [0.2, 0.8]])  # p(x|c), c uniform
    joint = rows / 2
    information = (joint * (joint / (joint.sum(0) * 0.5)).log()).sum()
    posterior = (joint / joint.sum(0)).log()
    for Q in (posterior, torch.randn(2, 2, generator=rng()).log_softmax(0)):
        assert np.log(2) + (joint * Q).sum().item() <= information.item() + 1e-6
    best = np.log(2) + (joint * posterior).sum().item()
    assert best == pytest.approx(information.item(), abs=1e-6)


def test_samples_are_drawn_for_a_code():
    game = make("infogan", STAKES)
    code = game.code(torch.tensor([[2, 0.5]]))
    assert game.sample(6, code, rng=rng())["x"].shape == (6, 2)
    with pytest.raises(Incompatible, match=r"codes \(n, 5\)"):
        game.sample(6, torch.zeros(6, 4), rng=rng())
    found = game.encode(batch()["x"])
    assert found.shape == (24, 5)
    assert found[:, :4].sum(1).tolist() == pytest.approx([1.0] * 24)


def test_weights_say_the_codes(tmp_path):
    made = recipe("infogan", **{"weights.codes": 3, "weights.numbers": 2})
    trained = load(played(begun(tmp_path, made)))
    x = trained.sample(5, given=[2, 0.0, 1.0])["x"]
    assert np.array_equal(x, trained.sample(5, given=read_condition(trained, "2,0,1"))["x"])
    assert not np.array_equal(x, trained.sample(5, given=[0, 0.0, 1.0])["x"])
    assert trained.encode(x).shape == (5, 5)
    with pytest.raises(BadValue, match="whole number"):
        assemble(recipe("infogan", **{"weights.codes": 2.5}), trained.spaces, {})


@pytest.mark.slow
@pytest.mark.parametrize("seed", [0, 1])
def test_codes_find_the_modes_of_the_ring_without_labels(seed, tmp_path):
    """Eight codes and eight modes: published, on digits, an error of 5 % (Sec. 7.2)."""
    changes = {"width": 64, "depth": 4, "activation": "relu"}
    made = recipe("infogan", seed=seed, steps=4000, batch=128, noise="uniform", looks=2, saves=1)
    made = made.amended(
        {
            "weights.codes": 8,
            "generator": {"name": "skip-mlp", **changes},
            "encoder": {"name": "mlp", **changes},
            "critic": {"name": "fourier-mlp:100", "width": 64, "depth": 2},
        }
    )
    session = begun(tmp_path, made)
    trained = load(played(session))
    source = session.materials.source
    x = session.materials.rows("final", 4000)["x"]
    mode, _ = nearest_mode(x, source.modes)
    table = np.zeros((8, 8))
    np.add.at(table, (mode, trained.encode(x).argmax(1)), 1)
    matched = table[linear_sum_assignment(-table)].sum() / len(x)
    assert matched >= 0.95


# ---- an adversarial autoencoder -----------------------------------------------------------------


def test_the_duel_is_over_codes_and_the_tether_over_rows():
    game = make("aae", STAKES)
    scene, terms = staged(game)
    (duel,) = game.duels
    assert duel.real(scene)[0] is scene["z"] and duel.fake(scene)[0] is scene["encoded"]
    wanted = 10 * (scene["x"] - scene["again"]).square().mean()
    assert terms["reconstruction"].item() == pytest.approx(wanted.item())


def test_the_duel_moves_the_encoder_and_the_reconstruction_both():
    for term, moved in (("duel", {"encoder"}), ("reconstruction", {"encoder", "generator"})):
        game = make("aae", STAKES)
        game.loss(Player.GENERATOR, batch(), Streams(0).at(0))[term].backward()
        with_slope = {
            name
            for name, network in game.generators.items()
            if any(p.grad is not None and p.grad.any() for p in network.parameters())
        }
        assert with_slope == moved


def test_an_autoencoder_without_a_reconstruction_is_refused():
    with pytest.raises(Incompatible, match="nothing but weights.reconstruction"):
        Autoencoder(
            generator=net(3),
            encoder=net(2, output=3),
            noise=NOISE,
            stakes=STAKES,
            critic=judge(3),
            reconstruction=0.0,
        )


# ---- encoders of pictures -----------------------------------------------------------------------

PICTURES = [name for name in ENCODERS if ENCODERS[name].pictures]


@pytest.mark.parametrize("picture", [(1, 28, 28), (3, 16, 15)], ids=str)
@pytest.mark.parametrize("name", PICTURES)
def test_encoders_of_pictures_are_the_critics_body_and_a_linear_head(name, picture):
    network = ENCODERS[name](Shape((picture,), 6, width=4), rng())
    x = torch.randn(5, *picture, generator=rng(1))
    code = network(x)
    assert code.shape == (5, 6) and code.isfinite().all()
    code.square().sum().backward()
    assert all(p.grad is not None and p.grad.any() for p in network.parameters())
    critic = CRITICS[name](Shape((picture,), width=4), rng())
    assert torch.equal(network.train()(x), network(x))
    named = dict(critic.body.named_parameters())
    assert all(torch.equal(p, named[key]) for key, p in network.body.named_parameters())


@pytest.mark.parametrize("name", PICTURES)
def test_encoders_of_pictures_refuse_what_is_none(name):
    for shape in (Shape((4,), 2), Shape(((1, 8, 8), 3), 2), Shape(((1, 8, 8),), (1, 8, 8))):
        with pytest.raises(Incompatible, match="in one picture"):
            ENCODERS[name](shape, rng())
    with pytest.raises(Incompatible, match="at least 4 x 4"):
        ENCODERS[name](Shape(((1, 3, 8),), 2), rng())


@pytest.mark.parametrize("encoder", PICTURES)
@pytest.mark.parametrize("game", ["infogan", "aae"])
def test_pictures_are_encoded_and_drawn_again(game, encoder, tmp_path):
    x = np.random.default_rng(0).integers(256, size=(60, 8, 8, 3), dtype=np.uint8)
    small = {"width": 4, "depth": 1}
    made = recipe(game, steps=3, data="python").amended(
        {
            "generator": {"name": "conv", **small},
            "critic.name": {"infogan": "conv", "aae": "mlp"}[game],
            "encoder": {"name": encoder, **small},
        }
    )
    trained = load(played(begun(tmp_path, made, data=x)))
    assert trained.sample(4)["x"].shape == (4, 8, 8, 3)
    assert trained.encode(x[:5]).shape == (5, {"infogan": 10, "aae": 2}[game])
    if "reconstruct" in trained.game.can:
        assert trained.reconstruct(x[:5]).shape == (5, 8, 8, 3)
