"""Laws of every distance that reads scores: margins, relativistic, potential, labels."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
import torch
from torch.nn.functional import softplus

from saddle.distances import (
    DISTANCES,
    MARGINS,
    Distance,
    ScoreMeaning,
    averaged,
    certified_gap,
    noisy_labels,
    paired,
    smooth_labels,
)
from saddle.errors import BadValue, Incompatible, UnknownName
from saddle.reference import Reference

LEARNED = {name: d for name, d in DISTANCES.items() if isinstance(d, Distance)}
for margin in MARGINS:
    for make in (paired, averaged):
        LEARNED[make(margin).name] = make(margin)
for base in ("logistic", "least-squares", "hinge", "kl"):
    LEARNED |= {d.name: d for d in (smooth_labels(LEARNED[base]), noisy_labels(LEARNED[base]))}
every = pytest.mark.parametrize("d", LEARNED.values(), ids=LEARNED)


def scores(n=16, dtype=torch.float64):
    rng = torch.Generator().manual_seed(0)
    return torch.randn(2, n, generator=rng, dtype=dtype)


def laws(seed=0, k=6):
    rng = torch.Generator().manual_seed(seed)
    p, q = torch.rand(2, k, generator=rng, dtype=torch.float64).add(0.1)
    return p / p.sum(), q / q.sum()


@every
def test_every_distance_tells_what_it_is(d):
    assert isinstance(d, Distance)
    assert isinstance(d.name, str) and isinstance(d.reference, Reference)
    assert isinstance(d.score, ScoreMeaning) and d.minimises
    assert d.separable in (True, False) and d.bounded_critic in (True, False)
    v = scores()[0]
    known = d.score is ScoreMeaning.LOG_RATIO
    assert (d.log_ratio(v) is not None) == known
    if "link" not in d.name and "+" not in d.name and known:
        assert torch.equal(d.log_ratio(v), v)


@every
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_every_loss_is_a_scalar_that_reaches_both_sides(d, dtype):
    real, fake = scores(dtype=dtype)
    real.requires_grad_(), fake.requires_grad_()
    for loss in (d.critic_loss, d.generator_loss, d.estimate):
        value = loss(real, fake)
        assert value.shape == () and value.dtype == dtype
        for g in torch.autograd.grad(value, (real, fake)):
            assert torch.isfinite(g).all()
    for g in torch.autograd.grad(d.generator_loss(real, fake), (real, fake)):
        assert (g != 0).any()


@every
def test_the_critic_is_pushed_to_raise_real_scores_and_the_generator_fake_ones(d):
    v = torch.zeros(8, dtype=torch.float64)
    real, fake = v.clone().requires_grad_(), v.clone().requires_grad_()
    up, down = torch.autograd.grad(d.critic_loss(real, fake), (real, fake))
    assert (up < 0).all() and (down > 0).all()
    up, down = torch.autograd.grad(d.generator_loss(real, fake), (real, fake))
    assert (up > 0).all() and (down < 0).all()


@every
def test_separable_losses_split_into_shards_and_others_do_not(d):
    real, fake = scores()
    halves = (d.critic_loss(real[:8], fake[:8]) + d.critic_loss(real[8:], fake[8:])) / 2
    assert torch.allclose(halves, d.critic_loss(real, fake)) == d.separable


GAINS = {
    "logistic": lambda p, q: (
        ((p * (2 * p / (p + q)).log()).sum() + (q * (2 * q / (p + q)).log()).sum()) / 2
    ),
    "least-squares": lambda p, q: ((p - q) ** 2 / (p + q)).sum() / 4,
    "hinge": lambda p, q: (p - q).abs().sum() / 2,
}
OPTIMA = {
    "logistic": lambda p, q: (p / q).log(),
    "least-squares": lambda p, q: (p - q) / (p + q),
    "hinge": lambda p, q: (p - q).sign(),
}


@pytest.mark.parametrize("name", GAINS)
@pytest.mark.parametrize("seed", range(3))
def test_a_margins_estimate_is_its_divergence_at_the_optimum_and_below_elsewhere(name, seed):
    margin, (p, q) = MARGINS[name], laws(seed)

    def estimate(v):
        risk = (p * margin.phi(v)).sum() + (q * margin.phi(-v)).sum()
        return margin.phi(torch.zeros((), dtype=v.dtype)) - risk / 2

    v = OPTIMA[name](p, q)
    truth = GAINS[name](p, q)
    assert torch.allclose(estimate(v), truth, rtol=1e-12)
    rng = torch.Generator().manual_seed(seed)
    for _ in range(20):
        other = v + torch.randn(v.shape, generator=rng, dtype=v.dtype)
        assert estimate(other) <= truth + 1e-12


def test_the_gradient_that_least_squares_says_it_minimises():
    """(1 - v) grad v at v = tanh(r/2) is u^2 g''(u) grad r with g'' = 4/(u (1+u)^3)."""
    r = torch.linspace(-5, 5, 101, dtype=torch.float64, requires_grad=True)
    v = torch.tanh(r / 2)
    (g,) = torch.autograd.grad(MARGINS["least-squares"].psi(v).sum(), r)
    u = r.detach().exp()
    assert torch.allclose(-g, u**2 * 4 / (u * (1 + u) ** 3), rtol=1e-10)


def test_hinge_generator_loss_is_the_gap():
    real, fake = scores()
    assert torch.allclose(DISTANCES["hinge"].generator_loss(real, fake), real.mean() - fake.mean())


def test_least_squares_and_logistic_are_symmetric():
    real, fake = scores()
    for name in ("least-squares", "logistic"):
        d = DISTANCES[name]
        assert torch.allclose(d.generator_loss(real, fake), d.critic_loss(fake, real))


@pytest.mark.parametrize("seed", range(5))
def test_paired_relativistic_value_at_its_optimum(seed):
    """-E log(1 + e^-(v - v')) at v = log p/q + c is JSD(p x q, q x p) - log 2, and highest."""
    p, q = laws(seed)
    pq, qp = torch.outer(p, q), torch.outer(q, p)
    m = (pq + qp) / 2
    jsd = ((pq * (pq / m).log()).sum() + (qp * (qp / m).log()).sum()) / 2

    def value(v):
        return -(pq * softplus(-(v[:, None] - v[None]))).sum()

    v = (p / q).log() + 3
    assert torch.allclose(value(v), jsd - math.log(2), rtol=1e-12)
    rng = torch.Generator().manual_seed(seed)
    for _ in range(20):
        assert value(v + 0.3 * torch.randn(v.shape, generator=rng, dtype=v.dtype)) < value(v)
    # The distance's own estimate, on all pairs of atoms, each as often as pq says.
    often = (pq * 50_000).round().long()
    i, j = torch.meshgrid(torch.arange(6), torch.arange(6), indexing="ij")
    real = v[i.flatten().repeat_interleave(often.flatten())]
    fake = v[j.flatten().repeat_interleave(often.flatten())]
    d = paired()
    # Rounding to whole pairs: 36 half pairs of 50,000.
    assert float(d.estimate(real, fake)) == pytest.approx(float(jsd), abs=1e-3)


def test_paired_scores_are_normalised_by_fake_ones():
    p, q = laws()
    v = (p / q).log() + 5
    fake = torch.repeat_interleave(v, (q * 100_000).round().long())
    d = paired()
    assert d.score is ScoreMeaning.LOG_RATIO_UP_TO_CONSTANT
    # q is rounded to 1e-5.
    assert torch.allclose(d.log_ratio(v, fake), (p / q).log(), atol=1e-4)
    assert d.log_ratio(v) is None
    assert paired("hinge").log_ratio(v, fake) is None
    assert averaged().log_ratio(v, fake) is None


@pytest.mark.parametrize("margin", MARGINS)
def test_relativistic_losses_do_not_see_a_constant(margin):
    real, fake = scores()
    for d in (paired(margin), averaged(margin)):
        for loss in (d.critic_loss, d.generator_loss, d.estimate):
            assert torch.allclose(loss(real + 7, fake + 7), loss(real, fake))


def test_pairs_need_equal_numbers():
    real, fake = scores()
    with pytest.raises(BadValue, match="5 fake and 16 real"):
        paired().critic_loss(real, fake[:5])
    assert torch.isfinite(averaged().critic_loss(real, fake[:5]))


def test_a_relativistic_row_needs_a_margin():
    with pytest.raises(UnknownName, match="did you mean 'hinge'"):
        DISTANCES["relativistic:hinges"]
    assert DISTANCES["relativistic"].name == "relativistic:logistic"
    assert DISTANCES["relativistic-average"].name == "relativistic-average:logistic"


def test_wasserstein_is_the_gap_in_both_signs():
    d, (real, fake) = DISTANCES["wasserstein"], scores()
    gap = real.mean() - fake.mean()
    assert torch.allclose(d.critic_loss(real, fake), -gap)
    assert torch.allclose(d.generator_loss(real, fake), gap)
    assert torch.allclose(d.estimate(real, fake), gap)
    assert not d.bounded_critic
    assert certified_gap(3.0, 1.5) == 2.0 and certified_gap(0.0, 0.0) == 0.0
    with pytest.raises(BadValue, match="critic_norm"):
        certified_gap(1.0, -1.0)


# -- labels ---------------------------------------------------------------------------------


@pytest.mark.parametrize("make", [smooth_labels, noisy_labels])
@pytest.mark.parametrize("name", ["logistic", "kl", "minimax"])
def test_relabelled_optimum_reads_back_the_ratio(make, name):
    """The critic log(a p + b q) - log((1-a) p + (1-b) q) is optimal, and gives log p/q."""
    d = make(DISTANCES[name])
    p, q = laws()
    a, b = d.real, d.fake
    v = ((a * p + b * q) / ((1 - a) * p + (1 - b) * q)).log().requires_grad_()
    loss = (p * torch.stack([d.real_loss(x) for x in v[:, None]])).sum() + (
        q * torch.stack([d.fake_loss(x) for x in v[:, None]])
    ).sum()
    (g,) = torch.autograd.grad(loss, v)
    assert torch.allclose(g, torch.zeros_like(g), atol=1e-12)
    assert torch.allclose(d.log_ratio(v), (p / q).log(), rtol=1e-10)


def test_one_sided_smoothing_is_the_published_loss():
    """-0.9 log D(x) - 0.1 log(1 - D(x)) on real samples, -log(1 - D) on fake ones."""
    real, fake = scores()
    d = smooth_labels(DISTANCES["minimax"], real=0.9)
    D, F = torch.sigmoid(real), torch.sigmoid(fake)
    text = -(0.9 * D.log() + 0.1 * (1 - D).log()).mean() - (1 - F).log().mean()
    assert torch.allclose(d.critic_loss(real, fake), text)


def test_noisy_labels_are_the_expected_loss_of_flipping():
    real, fake = scores()
    base = DISTANCES["least-squares"]
    loss = noisy_labels(base, share=0.2).critic_loss(real, fake)
    mixed = 0.8 * base.critic_loss(real, fake) + 0.2 * base.critic_loss(fake, real)
    assert torch.allclose(loss, mixed)


def test_scores_that_no_label_allows_are_read_at_the_edge():
    d = smooth_labels(DISTANCES["logistic"], real=0.9)
    read = d.log_ratio(torch.tensor([-90.0, 0.0, math.log(9) + 0.1, 90.0], requires_grad=True))
    assert torch.isfinite(read).all()
    assert read[2] == read[3] == 10


@pytest.mark.parametrize("name", ["wasserstein", "relativistic", "relativistic-average", "mmd"])
def test_labels_are_refused_where_there_are_none(name):
    with pytest.raises(Incompatible, match=f"smooth labels do not go with {name}"):
        smooth_labels(DISTANCES[name])


def test_labels_are_refused_through_a_link():
    with pytest.raises(Incompatible, match="published link"):
        smooth_labels(replace(DISTANCES["kl"], ratio="link"))


@pytest.mark.parametrize("real", [0.5, 1.1, float("nan")])
def test_label_shares_out_of_range_are_refused(real):
    with pytest.raises(BadValue, match="share of real"):
        smooth_labels(DISTANCES["logistic"], real=real)
