"""V(G, D*) = -log 4 + 2 JSD, and D* = p / (p + q) is what a critic learns."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from torch.nn.functional import logsigmoid

from _lines import LOG4, Gaussians, X, integral, jsd, normal
from saddle.distances import DISTANCES
from saddle.measure import GENERATORS as F
from saddle.measure import critic_against_truth, pushforward_log_density
from saddle.networks import CRITICS, Shape
from saddle.networks import GENERATORS as NETWORKS

ROW = DISTANCES["minimax"]
P = Gaussians((0.3, 0.7), (-1.0, 1.5), (0.5, 1.0))
FAKES = {
    "the same": P,
    "shifted": normal(1.0, 1.0),
    "narrow": normal(0.0, 0.3),
    "far": normal(-9.0, 0.4),
    "one mode": normal(1.5, 1.0),
}


def value(v, p, q):
    """E_p log D + E_q log(1 - D), D = sigmoid(v)."""
    return integral(p * logsigmoid(v) + q * logsigmoid(-v))


@pytest.mark.parametrize("name", FAKES)
def test_the_value_at_the_optimal_critic(name):
    log_p, log_q = P.log(), FAKES[name].log()
    p, q, v = log_p.exp(), log_q.exp(), log_p - log_q
    # The trapezoid rule on these densities is exact to rounding.
    found = float(value(v, p, q))
    assert found == pytest.approx(-LOG4 + 2 * float(jsd(log_p, log_q)), abs=1e-12)
    if FAKES[name] is P:
        assert found == pytest.approx(-LOG4, abs=1e-12)
    bound = integral(p * ROW.output(v) - q * ROW.conjugate(v))
    assert float(bound) - LOG4 == pytest.approx(found, abs=1e-12)


def test_no_other_critic_has_a_larger_value():
    log_p, log_q = P.log(), FAKES["shifted"].log()
    p, q, v = log_p.exp(), log_q.exp(), log_p - log_q
    best = value(v, p, q)
    for change in (0.1 * torch.ones_like(X), 0.3 * X, torch.sin(3 * X), -v, v):
        assert value(v + change, p, q) < best


def test_far_apart_the_value_is_zero():
    assert float(value(*_far())) == pytest.approx(0, abs=1e-12)


def _far():
    log_p, log_q = normal(-8, 0.3).log(), normal(8, 0.3).log()
    return log_p - log_q, log_p.exp(), log_q.exp()


def learn(critic, real, fake, *, steps, batch, rate=1e-2):
    """Train a critic by the library's row; `real` and `fake` draw batches."""
    adam = torch.optim.Adam(critic.parameters(), rate)
    for step in range(steps):
        adam.param_groups[0]["lr"] = rate * (0.505 + 0.495 * math.cos(math.pi * step / steps))
        loss = ROW.critic_loss(critic(real(batch)).values, critic(fake(batch)).values)
        adam.zero_grad()
        loss.backward()
        adam.step()
    return critic


def judged(critic, x, log_p, log_q):
    """The critic against the truth on an even mesh (n,)."""
    with torch.no_grad():
        v = critic(torch.as_tensor(x, dtype=torch.float32)[:, None]).values
    return critic_against_truth(
        v.double().numpy(), log_p=log_p, log_q=log_q, volumes=x[1] - x[0], f=F["js"]
    )


@pytest.mark.parametrize(("kind", "rate"), [("quadratic", 0.1), ("mlp", 0.01)])
def test_a_critic_between_two_gaussians_learns_the_optimum(kind, rate, rng):
    p, q = normal(0, 1), normal(1, 0.8)
    critic = CRITICS[kind](Shape((1,), width=32, activation="tanh"), rng)
    draws = (lambda n: p.draw(n, rng), lambda n: q.draw(n, rng))
    learn(critic, *draws, steps=500, batch=1000, rate=rate)
    x = np.linspace(-8, 8, 4001)
    at = torch.as_tensor(x)
    truth = judged(critic, x, p.log(at).numpy(), q.log(at).numpy())
    # 500,000 samples a side, the last of them at a small rate: D to about a hundredth.
    assert truth.mean_error < 0.015
    assert -1e-9 < truth.gap < 0.003
    assert truth.exact == pytest.approx(2 * float(jsd(p.log(), q.log())), abs=1e-8)


def test_a_critic_learns_the_optimum_of_a_generator_pushed_forward(rng):
    """q is that of a network: its density comes from a mesh of noise."""
    G = NETWORKS["mlp"](Shape((1,), 1, width=16, activation="tanh"), rng)
    with torch.no_grad():
        for layer in G.parameters():
            layer.mul_(2.5)
    p = normal(0, 1)

    @torch.no_grad()
    def fake(n):
        return G(torch.randn(n, 1, generator=rng)) + 0

    critic = CRITICS["mlp"](Shape((1,), width=48, depth=3, activation="tanh"), rng)
    learn(critic, lambda n: p.draw(n, rng), fake, steps=600, batch=1000)
    x = np.linspace(-7, 7, 4001)
    z = torch.linspace(-8, 8, 40_001)
    with torch.no_grad():
        image = G(z[:, None])[:, 0]
    log_pz = (-(z.double() ** 2) / 2 - 0.5 * math.log(2 * math.pi)).numpy()
    log_q = pushforward_log_density(
        x, z=z.double().numpy(), x=image.double().numpy(), log_pz=log_pz
    )
    truth = judged(critic, x, p.log(torch.as_tensor(x)).numpy(), log_q)
    # The range of G ends where its units saturate: D* has edges that 48 tanh units round off.
    assert truth.mean_error < 0.05
    assert -0.001 < truth.gap < 0.05 * truth.exact + 0.005
