"""D*(x, c) = p(x|c) / (p(x|c) + q(x|c)) where both sides have one law of c, and only there."""

from __future__ import annotations

import math

import pytest
import torch
from torch.nn.functional import logsigmoid

from _lines import LOG4, integral, jsd, normal
from saddle.distances import DISTANCES

ROW = DISTANCES["minimax"]
PRIOR, OTHER = (0.2, 0.5, 0.3), (0.6, 0.2, 0.2)
REAL = [normal(-2, 0.7), normal(0, 1.0), normal(2, 0.5)]
FAKE = [normal(-1, 1.0), normal(0, 1.0), normal(2, 0.8)]


def value(score):
    """V of scores (3, len X), by quadrature, with `PRIOR` on both sides."""
    return sum(
        w * integral(p.log().exp() * logsigmoid(v) + q.log().exp() * logsigmoid(-v))
        for w, p, q, v in zip(PRIOR, REAL, FAKE, score, strict=True)
    )


def test_the_value_is_the_mean_of_the_conditional_ones():
    v = torch.stack([p.log() - q.log() for p, q in zip(REAL, FAKE, strict=True)])
    mean = sum(w * float(jsd(p.log(), q.log())) for w, p, q in zip(PRIOR, REAL, FAKE, strict=True))
    assert float(value(v)) == pytest.approx(-LOG4 + 2 * mean, abs=1e-11)
    for change in (0.2, torch.sin(torch.arange(3.0))[:, None]):
        assert value(v + change) < value(v)


def rows(laws, prior, n, rng):
    """Draws (n,) of x, and c (n,)."""
    c = torch.multinomial(torch.tensor(prior), n, replacement=True, generator=rng)
    x = torch.stack([law.draw(n, rng, torch.float64)[:, 0] for law in laws])
    return x[c, torch.arange(n)], c


def features(x, c):
    """(1, x, x^2) for each value of c: holds the log ratio of any two Gaussians a class."""
    powers = torch.stack((torch.ones_like(x), x, x**2), 1)
    return (torch.nn.functional.one_hot(c, 3)[:, :, None] * powers[:, None]).flatten(1)


def learned(real, fake):
    """The optimal critic among these on samples: weights (3, 3), a row for each c."""
    F, Q = features(*real), features(*fake)
    w = torch.zeros(9, dtype=torch.float64, requires_grad=True)
    search = torch.optim.LBFGS([w], max_iter=200, line_search_fn="strong_wolfe")

    def closure():
        search.zero_grad()
        loss = ROW.critic_loss(F @ w, Q @ w)
        loss.backward()
        return loss

    search.step(closure)
    return w.detach().reshape(3, 3)


def between(p, q):
    """log p/q of two Gaussians as coefficients of (1, x, x^2)."""
    (m, s), (n, t) = ((law.means[0], law.stds[0]) for law in (p, q))
    return [
        math.log(t / s) - m**2 / (2 * s**2) + n**2 / (2 * t**2),
        m / s**2 - n / t**2,
        1 / (2 * t**2) - 1 / (2 * s**2),
    ]


def test_a_critic_that_sees_c_learns_the_conditional_ratio(rng):
    w = learned(rows(REAL, PRIOR, 40_000, rng), rows(FAKE, PRIOR, 40_000, rng))
    for c in range(3):
        # 8,000 rows or more of each class: coefficients to about a tenth, scores to less.
        x = torch.linspace(REAL[c].means[0] - 1, REAL[c].means[0] + 1, 21, dtype=torch.float64)
        powers = torch.stack((torch.ones_like(x), x, x**2), 1)
        truth = powers @ torch.tensor(between(REAL[c], FAKE[c]), dtype=torch.float64)
        torch.testing.assert_close(powers @ w[c], truth, rtol=0, atol=0.15)


def test_fakes_of_another_prior_teach_it_the_prior(rng):
    """Where q(x|c) = p(x|c) already, the critic still tells: by log p(c) / q(c), for every x."""
    w = learned(rows(REAL, PRIOR, 40_000, rng), rows(REAL, OTHER, 40_000, rng))
    for c in range(3):
        x = torch.linspace(REAL[c].means[0] - 0.5, REAL[c].means[0] + 0.5, 11, dtype=w.dtype)
        v = torch.stack((torch.ones_like(x), x, x**2), 1) @ w[c]
        expected = math.log(PRIOR[c] / OTHER[c])
        torch.testing.assert_close(v, torch.full_like(v, expected), rtol=0, atol=0.1)
    w = learned(rows(REAL, PRIOR, 40_000, rng), rows(REAL, PRIOR, 40_000, rng))
    assert abs(float(w[1, 0])) < 0.1
