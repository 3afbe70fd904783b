"""The paired relativistic value at its optimum is JSD(p x q, q x p) - log 2."""

from __future__ import annotations

import math

import pytest
import torch

from saddle.distances import DISTANCES

ROW = DISTANCES["relativistic:logistic"]
COUNTS = [((3, 1, 4, 2), (2, 5, 1, 2)), ((1, 1, 8), (8, 1, 1)), ((5, 5), (5, 5))]


def pairs(p, q):
    """Indices of every pair (x, y), each as often as p(x) q(y) says."""
    i, j = (torch.repeat_interleave(torch.tensor(c)) for c in (p, q))
    return i.repeat_interleave(len(j)), j.repeat(len(i))


def product_jsd(p, q):
    p, q = (torch.tensor(c, dtype=torch.float64) / sum(c) for c in (p, q))
    a, b = p[:, None] * q, q[:, None] * p
    m = (a + b) / 2
    return float((a * (a / m).log() + b * (b / m).log()).sum() / 2)


@pytest.mark.parametrize(("p", "q"), COUNTS)
def test_the_value_at_the_optimum(p, q):
    real, fake = pairs(p, q)
    v = torch.zeros(len(p), dtype=torch.float64, requires_grad=True)
    search = torch.optim.LBFGS(
        [v], max_iter=300, tolerance_grad=1e-13, tolerance_change=0, line_search_fn="strong_wolfe"
    )

    def closure():
        search.zero_grad()
        loss = ROW.critic_loss(v[real], v[fake])
        loss.backward()
        return loss

    search.step(closure)
    value = -closure().item()
    expected = product_jsd(p, q)
    # The optimum is flat: an error of 1e-6 in v is one of 1e-12 in the value.
    assert value == pytest.approx(expected - math.log(2), abs=1e-11)
    v = v.detach()
    assert float(ROW.estimate(v[real], v[fake])) == pytest.approx(expected, abs=1e-11)
    ratio = torch.tensor(p, dtype=v.dtype).log() - torch.tensor(q, dtype=v.dtype).log()
    torch.testing.assert_close(v - v.mean(), ratio - ratio.mean(), rtol=0, atol=1e-5)
    at = ROW.log_ratio(v, v[torch.repeat_interleave(torch.tensor(q))])
    torch.testing.assert_close(at, ratio, rtol=0, atol=1e-5)


def test_the_root_of_jsd_is_a_metric_on_random_triples():
    """The root of JSD never breaks the triangle; JSD itself does, on some of the triples."""
    rng = torch.Generator().manual_seed(0)
    laws = torch.distributions.utils.clamp_probs(torch.rand(4000, 3, 5, generator=rng).double())
    a, b, c = (laws**6 / (laws**6).sum(2, keepdim=True)).unbind(1)

    def jsd(p, q):
        m = (p + q) / 2
        return ((p * (p / m).log() + q * (q / m).log()).sum(1) / 2).clamp_min(0)

    ab, bc, ac = jsd(a, b), jsd(b, c), jsd(a, c)
    assert (ac.sqrt() <= ab.sqrt() + bc.sqrt() + 1e-12).all()
    assert (ac > ab + bc + 1e-3).any()
    torch.testing.assert_close(ab, jsd(b, a), rtol=0, atol=1e-15)
    assert (jsd(a, a) == 0).all()
