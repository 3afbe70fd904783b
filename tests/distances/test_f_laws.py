"""The laws of f-divergences, over every row, in float64."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
import torch
from scipy import integrate
from scipy.special import lambertw

from saddle.distances import DISTANCES, OBJECTIVES, RATIOS, FDivergence, from_expression
from saddle.distances.f_rows import jeffrey_link
from saddle.distances.forms import curvature, derived, slope

ROWS = {name: row for name, row in DISTANCES.items() if isinstance(row, FDivergence)}
MORE = ["alpha:-3", "alpha:1.7", "alpha:3", "js-weighted:0.1", "js-weighted:0.9"]
ROWS |= {name: DISTANCES[name] for name in MORE}
ROWS |= {
    e: from_expression(e) for e in ("sqrt(1+(u-1)^2)", "exp(-u)", "u*log(u)+3*(u-1)+5", "u^4")
}
SMOOTH = {name: row for name, row in ROWS.items() if name != "total-variation"}
every_row = pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
every_smooth_row = pytest.mark.parametrize("row", SMOOTH.values(), ids=SMOOTH)

V = torch.linspace(-10, 10, 401, dtype=torch.float64)


def within(row, v=V):
    return v[v.abs() <= row.reach]


def laws(seed, k=7):
    rng = torch.Generator().manual_seed(seed)
    p, q = torch.rand(2, k, generator=rng, dtype=torch.float64).add(0.05)
    return p / p.sum(), q / q.sum()


def divergence(row, p, q):
    return (q * row.shifted(p / q)).sum()


@every_row
def test_f_is_convex_and_zero_at_one(row):
    u = within(row).exp()
    assert abs(float(row.shifted(torch.ones(1, dtype=torch.float64)))) < 1e-15
    middle = row.shifted((u[:-1] + u[1:]) / 2)
    chord = (row.shifted(u[:-1]) + row.shifted(u[1:])) / 2
    assert (middle <= chord + 1e-12 * (1 + chord.abs())).all()


@every_smooth_row
def test_conjugate_satisfies_fenchel_young(row):
    v = within(row)
    u = v.exp()
    T = slope(row.shifted, u)
    right = u * T - row.shifted(u)
    # Rounding of u f'(u), from which f(u) is taken off.
    assert torch.allclose(row.conjugate(v), right, rtol=1e-9, atol=1e-9)


@every_row
def test_output_rises_and_lands_where_the_conjugate_is_finite(row):
    v = within(row)
    T = row.output(v)
    near = v.abs() <= 1.5  # further out T may be level with its limit in floating point
    assert (T[near].diff() > 0).all()
    assert (T.diff() >= 0).all()
    assert torch.isfinite(row.conjugate(v)).all()


@every_smooth_row
def test_derived_equals_closed(row):
    v = within(row)
    form = derived(row.shifted)
    for mine, closed in (
        (form.output(v), row.output(v)),
        (form.conjugate(v), row.conjugate(v)),
        (form.weight(v), row.pulls(v)[0]),
    ):
        assert torch.allclose(mine, closed, rtol=1e-9, atol=1e-9)


def lambert(t):
    """W(e^t)."""
    return torch.from_numpy(lambertw(t.exp().numpy()).real)


# f* as published, on t = f'(u), and the published output activations g_f.
CONJUGATES = {
    "kl": lambda t: torch.exp(t - 1),
    "reverse-kl": lambda t: -1 - torch.log(-t),
    "pearson": lambda t: t**2 / 4 + t,
    "neyman": lambda t: 2 - 2 * torch.sqrt(1 - t),
    "squared-hellinger": lambda t: t / (1 - t),
    "jeffrey": lambda t: lambert(1 - t) + 1 / lambert(1 - t) + t - 2,
    "js": lambda t: -torch.log(2 - torch.exp(t)),
    "minimax": lambda t: -torch.log(1 - torch.exp(t)) - 2 * math.log(2),
    "js-weighted:0.1": lambda t: 0.9 * torch.log(0.9 / (1 - 0.1 * torch.exp(t / 0.1))),
    "alpha:0.5": lambda t: (t * -0.5 + 1) ** (0.5 / -0.5) / 0.5 - 1 / 0.5,
    "alpha:3": lambda t: (t * 2 + 1) ** (3 / 2) / 3 - 1 / 3,
}
LINKS = {
    "kl": lambda v: v,
    "reverse-kl": lambda v: -torch.exp(-v),
    "pearson": lambda v: v,
    "neyman": lambda v: 1 - torch.exp(-v),
    "squared-hellinger": lambda v: 1 - torch.exp(-v),
    "jeffrey": lambda v: v,
    "js": lambda v: math.log(2) - torch.log(1 + torch.exp(-v)),
    "minimax": lambda v: -torch.log(1 + torch.exp(-v)),
    "js-weighted:0.1": lambda v: -0.1 * math.log(0.1) - torch.log(1 + torch.exp(-v)),
    "alpha:0.5": lambda v: 1 / 0.5 - torch.log(1 + torch.exp(-v)),
    "alpha:3": lambda v: v,
}


@pytest.mark.parametrize("name", CONJUGATES)
def test_conjugate_is_the_published_one(name):
    row = ROWS[name]
    v = V[V.abs() <= 5]  # the published forms cancel further out
    published = CONJUGATES[name](row.output(v))
    assert torch.allclose(row.conjugate(v), published, rtol=1e-7, atol=1e-7)


@pytest.mark.parametrize("name", LINKS)
def test_link_gives_the_published_output(name):
    row = replace(ROWS[name], ratio="link")
    least = {"pearson": -1.9, "alpha:3": -0.49, "js-weighted:0.1": -2.0}.get(name, -3.0)
    v = torch.linspace(least, 3, 101, dtype=torch.float64)
    r = row.log_ratio(v)
    inside = r.abs() < row.reach
    assert inside.sum() > 30
    assert torch.allclose(row.output(r)[inside], LINKS[name](v)[inside], rtol=1e-8, atol=1e-10)


def test_jeffrey_link_and_its_gradient():
    v = torch.linspace(-200, 200, 401, dtype=torch.float64, requires_grad=True)
    r = jeffrey_link(v)
    assert torch.allclose(r - torch.expm1(-r), v, rtol=1e-12, atol=1e-12)
    (d,) = torch.autograd.grad(r.sum(), v, create_graph=True)
    assert torch.allclose(d, 1 / (1 + torch.exp(-r)), rtol=1e-10)
    (dd,) = torch.autograd.grad(d.sum(), v)
    # r' = s(r), s the logistic function, so r'' = s'(r) r'.
    assert torch.allclose(dd, torch.sigmoid(r).square() * torch.sigmoid(-r), atol=1e-10)


@every_smooth_row
@pytest.mark.parametrize("seed", range(3))
def test_bound_is_tight_at_the_ratio_and_never_exceeded(row, seed):
    p, q = laws(seed)
    v = (p / q).log()
    exact = divergence(row, p, q)

    def bound(v):
        return (p * row.output(v)).sum() - (q * row.conjugate(v)).sum()

    assert torch.allclose(bound(v), exact, rtol=1e-9, atol=1e-11)
    rng = torch.Generator().manual_seed(seed)
    for scale in (0.01, 0.3, 3.0):
        other = v + scale * torch.randn(v.shape, generator=rng, dtype=v.dtype)
        assert bound(other) <= exact + 1e-12


@pytest.mark.parametrize("seed", range(3))
def test_the_link_of_total_variation_is_a_lower_bound(seed):
    p, q = laws(seed)
    row, exact = ROWS["total-variation"], (p - q).abs().sum() / 2
    v = (p / q).log()
    bound = [(p * row.output(s * v)).sum() - (q * row.conjugate(s * v)).sum() for s in (1, 3, 1e4)]
    assert bound[0] < bound[1] < exact
    assert torch.allclose(bound[2], exact, rtol=1e-3)


def gaussians():
    """P = N(0, 1) and Q = N(1, 0.8^2): log densities."""
    return (
        lambda x: -(x**2) / 2 - math.log(math.sqrt(2 * math.pi)),
        lambda x: -(((x - 1) / 0.8) ** 2) / 2 - math.log(0.8 * math.sqrt(2 * math.pi)),
    )


@every_smooth_row
def test_bound_between_two_gaussians_equals_quadrature_of_f(row):
    log_p, log_q = gaussians()

    def at(x):
        v = torch.tensor([log_p(x) - log_q(x)], dtype=torch.float64)
        return math.exp(log_p(x)), math.exp(log_q(x)), v

    def bound(x):
        p, q, v = at(x)
        return p * float(row.output(v)) - q * float(row.conjugate(v))

    def exact(x):
        _, q, v = at(x)
        return q * float(row.shifted(v.exp()))

    # Between -1.5 and 4 the ratio stays within every row's reach.
    left = integrate.quad(bound, -1.5, 4, epsabs=1e-10)[0]
    right = integrate.quad(exact, -1.5, 4, epsabs=1e-10)[0]
    assert left == pytest.approx(right, rel=1e-7, abs=1e-9)


def test_closed_forms_between_two_gaussians():
    """KL, reverse KL, Jeffrey, Pearson, squared Hellinger of N(0, 1) and N(m, s^2)."""
    m, s = 0.3, 1.1
    x = torch.linspace(-12, 12, 40_001, dtype=torch.float64)
    log_p = -(x**2) / 2 - 0.5 * math.log(2 * math.pi)
    log_q = -(((x - m) / s) ** 2) / 2 - math.log(s * math.sqrt(2 * math.pi))
    kl = math.log(s) + (1 + m**2) / (2 * s**2) - 0.5
    reverse = -math.log(s) + (s**2 + m**2) / 2 - 0.5
    affinity = math.sqrt(2 * s / (1 + s**2)) * math.exp(-(m**2) / (4 * (1 + s**2)))
    # E_Q u^2 = int p^2 / q: a Gaussian integral with precision 2 - 1/s^2.
    a = 2 - 1 / s**2
    pearson = s / math.sqrt(a) * math.exp(m**2 / (2 * s**4 * a) + m**2 / (2 * s**2)) - 1
    known = {
        "kl": kl,
        "reverse-kl": reverse,
        "jeffrey": kl + reverse,
        "squared-hellinger": 2 - 2 * affinity,
        "alpha:0.5": 4 * (1 - affinity),
        "pearson": pearson,
        "alpha:2": pearson / 2,
    }
    inside = (log_p - log_q).abs() < 9.9
    for name, value in known.items():
        row = DISTANCES[name]
        v = (log_p - log_q)[inside]
        p, q = log_p.exp()[inside], log_q.exp()[inside]
        bound = torch.trapezoid(p * row.output(v) - q * row.conjugate(v), x[inside])
        assert float(bound) == pytest.approx(value, rel=1e-6), name


@every_smooth_row
@pytest.mark.parametrize("c", [-2.0, 0.7])
def test_adding_a_multiple_of_u_minus_one_changes_nothing(row, c):
    # Computed by autograd on both sides: a closed form would have to be given anew.
    one = FDivergence(name="one", f=row.f, reach=row.reach)
    two = FDivergence(name="two", f=lambda u: row.f(u) + c * (u - 1) + 4, reach=row.reach)
    rng = torch.Generator().manual_seed(0)
    real, fake = torch.randn(2, 64, generator=rng, dtype=torch.float64)
    fake.requires_grad_()
    for objective in OBJECTIVES:
        grads = [
            torch.autograd.grad(
                replace(d, objective=objective).generator_loss(real, fake), fake, retain_graph=True
            )[0]
            for d in (one, two)
        ]
        if objective == "exact":
            assert torch.allclose(*grads, rtol=1e-9, atol=1e-12)
    # T moves by c and f*(T) by c: the bound stays.
    assert torch.allclose(two.output(real), one.output(real) + c, rtol=1e-9, atol=1e-9)
    assert torch.allclose(two.estimate(real, fake), one.estimate(real, fake), rtol=1e-9, atol=1e-9)


@every_smooth_row
def test_weights_are_those_of_the_second_derivative(row):
    v = within(row)
    u = v.exp()
    dd = curvature(row.shifted, u)
    fake, real = row.pulls(v)
    assert torch.allclose(fake, u**2 * dd, rtol=1e-8, atol=1e-9)
    assert torch.allclose(real, u * dd, rtol=1e-8, atol=1e-9)
    fake, real = replace(row, objective="swapped").weights(v)
    assert torch.allclose(fake, u * dd, rtol=1e-8, atol=1e-9)


EXACT = {
    name: replace(row, objective="exact", normalise=False, clip=50.0)
    for name, row in SMOOTH.items()
}


@pytest.mark.parametrize("row", EXACT.values(), ids=EXACT)
def test_exact_gradients_of_both_sides_on_a_ring(row):
    """On a circle nothing is cut off: sample gradients integrate to the divergence's, exactly.

    p and q are densities on [0, 2 pi); the law moves by x -> x + t sin x on either side, whose
    effect on D_f is computed from the pushed densities.
    """
    n = 4096
    x = torch.arange(n, dtype=torch.float64) * (2 * math.pi / n)
    dx = 2 * math.pi / n

    def p(x):
        return (1 + 0.5 * torch.cos(x)) / (2 * math.pi)

    def q(x):
        return (1 + 0.4 * torch.sin(x + 0.3)) / (2 * math.pi)

    def pushed(density, t):
        # First order in t: all that a derivative at zero needs.
        y = x.clone().requires_grad_()
        (d,) = torch.autograd.grad((density(y) * torch.sin(y)).sum(), y)
        return density(x) - t * d

    v = (p(x) / q(x)).log()
    y = x.clone().requires_grad_()
    (dv,) = torch.autograd.grad((p(y) / q(y)).log().sum(), y)
    t = torch.zeros((), dtype=torch.float64, requires_grad=True)
    D = (pushed(q, t) * row.shifted(p(x) / pushed(q, t))).sum() * dx
    (fake_truth,) = torch.autograd.grad(D, t)
    D = (q(x) * row.shifted(pushed(p, t) / q(x))).sum() * dx
    (real_truth,) = torch.autograd.grad(D, t)
    at_fake, at_real = row.weights(v)
    assert torch.allclose(-(q(x) * at_fake * dv * torch.sin(x)).sum() * dx, fake_truth, rtol=1e-8)
    assert torch.allclose((p(x) * at_real * dv * torch.sin(x)).sum() * dx, real_truth, rtol=1e-8)


@every_smooth_row
@pytest.mark.parametrize("normalise", [False, True])
def test_exact_loss_passes_these_weights_on_to_both_sides(row, normalise):
    row = replace(row, objective="exact", normalise=normalise)
    rng = torch.Generator().manual_seed(1)
    real, fake = torch.randn(2, 32, generator=rng, dtype=torch.float64).requires_grad_()
    up, down = torch.autograd.grad(row.generator_loss(real, fake), (real, fake))
    length = row.weights(fake.detach())[0].mean() if normalise else 1
    assert torch.allclose(down, -row.weights(fake.detach())[0] / 32 / length, rtol=1e-12)
    assert torch.allclose(up, row.weights(real.detach())[1] / 32 / length, rtol=1e-12)


@every_row
@pytest.mark.parametrize("objective", ["zero-sum", "swapped"])
def test_every_objective_has_the_weights_it_tells(row, objective):
    row = replace(row, objective=objective)
    rng = torch.Generator().manual_seed(2)
    real, fake = torch.randn(2, 32, generator=rng, dtype=torch.float64).requires_grad_()
    up, down = torch.autograd.grad(row.generator_loss(real, fake), (real, fake))
    at_fake, at_real = row.weights(fake.detach())[0], row.weights(real.detach())[1]
    assert torch.allclose(down, -at_fake / 32, rtol=1e-9, atol=1e-12)
    assert torch.allclose(up, at_real / 32, rtol=1e-9, atol=1e-12)


@every_smooth_row
@pytest.mark.parametrize("ratio", RATIOS)
def test_every_way_of_learning_has_its_optimum_at_the_ratio(row, ratio):
    if ratio == "link" and row.link is None:
        pytest.skip("no published link")
    row = replace(row, ratio=ratio)
    p, q = laws(3)
    truth = (p / q).log()
    raw = raw_score(row, truth).requires_grad_()

    def loss(raw):
        return weighted(row, raw, p, q)

    (g,) = torch.autograd.grad(loss(raw), raw)
    # Bisection places the score to 1e-12; slopes of T reach 2e2 on these laws.
    assert torch.allclose(g, torch.zeros_like(g), atol=1e-9)
    rng = torch.Generator().manual_seed(0)
    for _ in range(5):
        away = raw.detach() + 0.02 * torch.randn(7, generator=rng, dtype=raw.dtype)
        assert loss(away) > loss(raw)


def weighted(row, raw, p, q):
    """The critic's loss on laws with atoms: one half at a time, one atom at a time."""
    real = torch.stack([row.real_loss(v) for v in raw[:, None]])
    fake = torch.stack([row.fake_loss(v) for v in raw[:, None]])
    return (p * real).sum() + (q * fake).sum()


def raw_score(row, r):
    """The raw score that reads as the log ratio r, by bisection."""
    low, high = torch.full_like(r, -500.0), torch.full_like(r, 500.0)
    for _ in range(90):
        middle = (low + high) / 2
        below = row.log_ratio(middle) < r
        low, high = torch.where(below, middle, low), torch.where(below, high, middle)
    return middle


def test_the_texts_contradiction_is_the_softened_reverse_kl():
    """KL(q || p) - 2 JSD(p, q) = 2 KL((p + q)/2 || p), on random laws and as rows."""
    for seed in range(20):
        p, q = laws(seed)
        m = (p + q) / 2
        kl = (q * (q / p).log()).sum()
        jsd = ((p * (p / m).log()).sum() + (q * (q / m).log()).sum()) / 2
        right = 2 * (m * (m / p).log()).sum()
        assert torch.allclose(kl - 2 * jsd, right, rtol=1e-12, atol=1e-15)
        row = DISTANCES["softened-reverse-kl"]
        assert torch.allclose(divergence(row, p, q), right, rtol=1e-12, atol=1e-15)
        assert torch.allclose(divergence(DISTANCES["js"], p, q), 2 * jsd, rtol=1e-12, atol=1e-15)
        half = DISTANCES["js-weighted:0.5"]
        assert torch.allclose(divergence(half, p, q), jsd, rtol=1e-12, atol=1e-15)


SWAPPED = {
    "minimax": (1.0, "softened-reverse-kl"),
    "js": (1.0, "softened-reverse-kl"),
    "kl": (1.0, "reverse-kl"),
    "reverse-kl": (0.5, "neyman"),
    "pearson": (2.0, "kl"),
    "neyman": (2.0, "alpha:-2"),
    "squared-hellinger": (0.5, "alpha:-0.5"),
    "alpha:3": (1.0, "alpha:2"),
}


@pytest.mark.parametrize("name", SWAPPED)
def test_the_swapped_objective_drives_another_row(name):
    factor, other = SWAPPED[name]
    v = V[V.abs() <= 5]
    at_fake = replace(DISTANCES[name], objective="swapped").weights(v)[0]
    assert torch.allclose(at_fake, factor * DISTANCES[other].pulls(v)[0], rtol=1e-9)


def test_swapped_weights_of_jeffrey():
    """f''/u = 1/u^2 + 1/u^3: reverse KL and half of Neyman's."""
    at_fake = replace(DISTANCES["jeffrey"], objective="swapped").weights(V)[0]
    neyman, reverse = DISTANCES["neyman"].pulls(V)[0], DISTANCES["reverse-kl"].pulls(V)[0]
    assert torch.allclose(at_fake, reverse + neyman / 2, rtol=1e-12)


def test_the_classical_game():
    """V(G, D*) = -log 4 at p = q; -E_q log D in the generator; both from the textbook's D."""
    p, q = laws(5)
    D = p / (p + q)
    v = (p / q).log()
    row = DISTANCES["minimax"]
    value = (p * D.log()).sum() + (q * (1 - D).log()).sum()
    bound = (p * row.output(v)).sum() - (q * row.conjugate(v)).sum()
    assert torch.allclose(bound, value + math.log(4), rtol=1e-12)
    assert torch.allclose(bound, divergence(row, p, q), rtol=1e-12)
    rng = torch.Generator().manual_seed(0)
    real, fake = torch.randn(2, 100, generator=rng, dtype=torch.float64) * 4
    swapped = DISTANCES["non-saturating"].generator_loss(real, fake)
    text = -torch.sigmoid(fake).log().mean() - (1 - torch.sigmoid(real)).log().mean()
    assert float(swapped) == pytest.approx(float(text) - math.log(4), rel=1e-9)


def test_root_jsd_is_a_metric():
    rng = torch.Generator().manual_seed(0)
    laws_ = torch.rand(3, 2000, 5, generator=rng, dtype=torch.float64) ** 4
    a, b, c = laws_ / laws_.sum(2, keepdim=True)

    def d(p, q):
        return (q * DISTANCES["js-weighted:0.5"].shifted(p / q)).sum(1).clamp_min(0).sqrt()

    assert (d(a, c) <= d(a, b) + d(b, c) + 1e-12).all()
    assert torch.allclose(d(a, b), d(b, a), atol=1e-12)
    assert (d(a, b) <= math.sqrt(math.log(2)) + 1e-12).all()
    assert d(a, a).max() < 1e-7


@every_row
def test_scores_far_out_keep_a_gradient_and_stay_finite(row):
    for dtype in (torch.float32, torch.float64):
        real = torch.tensor([-300.0, 50.0], dtype=dtype, requires_grad=True)
        fake = torch.tensor([300.0, -50.0], dtype=dtype, requires_grad=True)
        for loss in (row.critic_loss, row.generator_loss, row.estimate):
            value = loss(real, fake)
            assert value.dtype == dtype
            assert torch.isfinite(value)
            for g in torch.autograd.grad(value, (real, fake)):
                assert torch.isfinite(g).all()


@every_row
def test_single_precision_agrees_with_double(row):
    rng = torch.Generator().manual_seed(0)
    real, fake = torch.randn(2, 64, generator=rng, dtype=torch.float64) * 2
    for loss in (row.critic_loss, row.generator_loss, row.estimate):
        single = loss(real.float(), fake.float())
        assert float(single) == pytest.approx(float(loss(real, fake)), rel=2e-5, abs=2e-5)


@every_row
def test_the_losses_can_be_differentiated_twice(row):
    v = torch.linspace(-2, 2, 9, dtype=torch.float64, requires_grad=True)
    loss = row.critic_loss(v, v.flip(0))
    (g,) = torch.autograd.grad(loss, v, create_graph=True)
    (gg,) = torch.autograd.grad(g.square().sum(), v)
    assert torch.isfinite(gg).all()


def test_works_without_gradients_and_in_inference_mode():
    row = FDivergence(name="mine", f=lambda u: u * u.log())
    v = torch.linspace(-1, 1, 5)
    expected = row.estimate(v, -v)
    with torch.no_grad():
        assert torch.equal(row.estimate(v, -v), expected)
    with torch.inference_mode():
        assert torch.equal(row.estimate(v, -v), expected)
    assert not expected.requires_grad
