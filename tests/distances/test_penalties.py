"""Laws of every penalty, and the table of what goes together."""

from __future__ import annotations

import copy
import math

import pytest
import torch
from torch import nn

from saddle.distances import DISTANCES, PENALTIES, PLACES, LeCam, Side, Slopes, check
from saddle.distances.penalties import root
from saddle.distances.spectral import SpectralNorm
from saddle.errors import BadValue, Incompatible, UnknownName
from saddle.games import Duel, Streams
from saddle.networks import Scores

ROWS = dict(PENALTIES.items()) | {
    f"{kind}:{at}": PENALTIES[f"{kind}:{at}"] for kind in ("gp", "gp-one-sided") for at in PLACES
}
every = pytest.mark.parametrize("name", ROWS)
SLOPED = [n for n in ROWS if n.startswith(("gp", "r1", "r2", "dragan"))]


def generator(seed=0):
    return torch.Generator().manual_seed(seed)


def sides(judge, n=64, d=3, m=None, smooth=(True,), labels=False):
    rng = generator(3)
    out = []
    for k in (n, m or n):
        parts = [torch.randn(k, d, generator=rng, dtype=torch.float64)]
        if labels:
            parts.append(torch.randn(k, 2, generator=rng, dtype=torch.float64))
        held = tuple(p.requires_grad_(s) for p, s in zip(parts, smooth, strict=True))
        scores = judge(held)
        wanted = [p for p, s in zip(held, smooth, strict=True) if s]

        def slopes(scores=scores, wanted=wanted):
            return torch.autograd.grad(scores.sum(), wanted, create_graph=True)

        out.append(Side(held, scores, smooth, Slopes(slopes)))
    return out


def critic(seed=0, d=3):
    torch_rng = generator(seed)
    net = nn.Sequential(nn.Linear(d, 16), nn.Tanh(), nn.Linear(16, 1)).double()
    with torch.no_grad():
        for p in net.parameters():
            p.normal_(0, 0.7, generator=torch_rng)
    return net, lambda parts: net(torch.cat(parts, 1)).squeeze(1)


def linear(w):
    return lambda parts: parts[0] @ w + 0.3


@every
def test_every_penalty_tells_what_it_is(name):
    row = PENALTIES[name]
    assert row.name.partition(":")[0] == name.partition(":")[0]
    assert row.reference.bibtex() and row.weight > 0
    assert row.at_sides in (True, False) and row.bounds in (True, False)


W = torch.tensor([2.0, -1.0, 0.5], dtype=torch.float64)
SLOPE = float(W.norm())
LINEAR = {
    "gp": (SLOPE - 1) ** 2,
    "gp-one-sided": (SLOPE - 1) ** 2,
    "dragan": (SLOPE - 1) ** 2,
    "r1": SLOPE**2 / 2,
    "r2": SLOPE**2 / 2,
}


@pytest.mark.parametrize("name", [n for n in SLOPED if not n.endswith("fd")])
def test_known_values_on_a_linear_critic(name):
    kind = name.partition(":")[0]
    for scale, centre in ((1.0, LINEAR), (0.1, None)):
        judge = linear(scale * W)
        value = ROWS[name].term(judge, *sides(judge), generator())
        gentle = {"gp-one-sided": 0.0, "r1": None, "r2": None}
        if centre:
            assert value.item() == pytest.approx(centre[kind], rel=1e-9)
        elif kind in gentle:
            # A gentle slope costs a one-sided penalty nothing, a zero-centred one its square.
            expected = gentle[kind]
            expected = (scale * SLOPE) ** 2 / 2 if expected is None else expected
            assert value.item() == pytest.approx(expected, rel=1e-9)
        else:
            assert value.item() == pytest.approx((scale * SLOPE - 1) ** 2, rel=1e-9)


@pytest.mark.parametrize("name", ["r1-fd", "r2-fd"])
def test_finite_differences_are_the_penalty_on_average(name):
    _, judge = critic()
    real, fake = sides(judge, n=16)
    exact = ROWS[name.removesuffix("-fd")].term(judge, real, fake, generator()).detach()
    rng = generator()
    terms = torch.stack([ROWS[name].term(judge, real, fake, rng).detach() for _ in range(3000)])
    # Five standard errors, and eps^2 of what the surface bends.
    tolerance = 5 * float(terms.std()) / math.sqrt(3000) + 1e-3
    assert float(terms.mean()) == pytest.approx(float(exact), abs=tolerance)


def test_finite_differences_pass_the_penaltys_gradient_on_to_the_generator():
    """Rules that differentiate the critic's loss by the generator need it: consensus, unrolled."""
    _, judge = critic()
    layer = nn.Linear(2, 3).double()
    with torch.no_grad():
        for p in layer.parameters():
            p.normal_(0, 0.5, generator=generator(2))
    z = torch.randn(20_000, 2, generator=generator(4), dtype=torch.float64)
    x = layer(z)
    scores = judge((x,))
    fake = Side(
        (x,),
        scores,
        (True,),
        Slopes(lambda: torch.autograd.grad(scores.sum(), x, create_graph=True)),
    )
    exact, differences = (
        torch.cat(
            [
                g.flatten()
                for g in torch.autograd.grad(
                    ROWS[name].term(judge, fake, fake, generator(5)),
                    list(layer.parameters()),
                    retain_graph=True,
                )
            ]
        )
        for name in ("r2", "r2-fd")
    )
    # 20,000 draws of n leave about 2 %; a graph cut on one side is off by a factor of 1 / eps.
    assert float((differences - exact).norm()) < 0.06 * float(exact.norm())


CONSTANT_ZERO = [n for n in ROWS if not n.startswith(("gp:", "dragan"))]


@every
def test_a_constant_critic_costs_nothing_but_a_slope_of_one_that_it_lacks(name):
    def judge(parts):
        return parts[0].sum(1) * 0 + 2

    value = ROWS[name].term(judge, *sides(judge), generator())
    assert value.item() == pytest.approx(float(name not in CONSTANT_ZERO), abs=1e-9)


@every
def test_the_term_reaches_the_parameters(name):
    """Double backward: the gradient equals the finite difference over a parameter's direction."""
    net, judge = critic()
    row = PENALTIES[name]

    def term():
        return copy.deepcopy(row).term(judge, *sides(judge), generator())

    if not isinstance(row, LeCam) and name not in SLOPED:
        assert term().item() == 0
        return
    parameters = list(net.parameters())
    grads = torch.autograd.grad(term(), parameters, allow_unused=True)
    rng, h = generator(1), 1e-6
    way = [torch.randn(p.shape, generator=rng, dtype=p.dtype) for p in parameters]
    told = sum(float((g * w).sum()) for g, w in zip(grads, way, strict=True) if g is not None)
    ends = []
    for sign in (1, -1):
        with torch.no_grad():
            for p, w in zip(parameters, way, strict=True):
                p += sign * h * w
        ends.append(float(term().detach()))
        with torch.no_grad():
            for p, w in zip(parameters, way, strict=True):
                p -= sign * h * w
    measured = (ends[0] - ends[1]) / (2 * h)
    if isinstance(row, LeCam):
        # Its averages start as this batch's means, and carry no gradient.
        assert told != 0
    else:
        assert told == pytest.approx(measured, rel=1e-4, abs=1e-7)


@pytest.mark.parametrize("name", [n for n in SLOPED if n not in ("r1", "r2")])
def test_draws_come_from_the_generator_alone(name):
    _, judge = critic()
    row, both = ROWS[name], sides(judge)
    before = torch.get_rng_state()
    one, again = (row.term(judge, *both, generator(5)).item() for _ in range(2))
    other = row.term(judge, *both, generator(6)).item()
    assert one == again
    assert torch.equal(torch.get_rng_state(), before)
    drawn = name.endswith(("between", "fd", "dragan"))
    assert (one != other) == drawn


@pytest.mark.parametrize("name", SLOPED)
def test_parts_that_are_not_smooth_are_left_alone(name):
    w = torch.tensor([3.0, 0.0, 4.0, 100.0, 7.0], dtype=torch.float64)

    def judge(parts):
        return torch.cat(parts, 1) @ w

    real, fake = sides(judge, labels=True, smooth=(True, False), n=4000)
    value = ROWS[name].term(judge, real, fake, generator()).item()
    expected = 16.0 if name.startswith(("gp", "dragan")) else 12.5
    # A chi-square of one degree over 4000 draws: five standard errors are 11 %.
    assert value == pytest.approx(expected, rel=0.11 if name.endswith("fd") else 1e-9)


@pytest.mark.parametrize("name", ["gp", "gp-one-sided", "gp:real", "gp:fake"])
def test_sides_may_differ_in_number(name):
    _, judge = critic()
    real, fake = sides(judge, n=10, m=7)
    assert torch.isfinite(PENALTIES[name].term(judge, real, fake, generator()))


def test_root_has_no_slope_at_zero():
    x = torch.zeros(2, requires_grad=True)
    (g,) = torch.autograd.grad(root(x).sum(), x)
    assert torch.equal(g, torch.zeros(2))


def test_clip_puts_every_weight_back():
    net, _ = critic()
    PENALTIES["clip:0.05"].after_step(net)
    assert all(p.abs().max() == 0.05 for p in net.parameters())


def points_of(name):
    """The parts of both sides, and where the penalty asked the critic for a slope."""
    seen = []

    def judge(parts):
        seen.append(parts[0].detach())
        return parts[0] @ W

    real, fake = sides(judge)
    seen.clear()
    PENALTIES[name].term(judge, real, fake, generator())
    return real.parts[0].detach(), fake.parts[0].detach(), seen[0]


def test_dragan_stays_beside_the_real_samples():
    x, _, points = points_of("dragan")
    step = points - x
    assert (step >= 0).all() and (step <= 0.5 * x.std()).all()
    assert step.max() > 0.3 * x.std()


def test_gp_between_lies_between():
    x, y, points = points_of("gp")
    share = (points - y) / (x - y)
    assert torch.allclose(share, share[:, :1].expand_as(share))
    assert (share >= 0).all() and (share <= 1).all()


# -- rules that differentiate through the critic's loss -------------------------------------


def moved(name, theta):
    """The slope of a penalty by the critic's weights where both sides move with theta."""
    net, judge = critic()
    rng = generator(5)
    x, y, up = (torch.randn(32, 3, generator=rng, dtype=torch.float64) for _ in range(3))
    duel = Duel(
        "duel",
        DISTANCES["logistic"],
        Judged(judge),
        real=lambda scene: (scene["x"],),
        fake=lambda scene: (scene["y"],),
        smooth=(True,),
        penalties=((ROWS[name], 1.0),),
    )
    scene = {"x": x + theta.cos() * up, "y": 1.3 * theta * y + theta.square()}
    (term,) = (v for k, v in duel.critic_terms(scene, Streams(0).at(0)).items() if "." in k)
    slopes = torch.autograd.grad(term, net.parameters(), create_graph=True, allow_unused=True)
    weigh = generator(6)
    return sum(
        (s * torch.randn(s.shape, generator=weigh, dtype=torch.float64)).sum()
        for s in slopes
        if s is not None
    )


class Judged(nn.Module):
    pointwise = True

    def __init__(self, judge):
        super().__init__()
        self.judge = judge

    def forward(self, *parts):
        return Scores(self.judge(parts))


@pytest.mark.parametrize("name", SLOPED)
def test_the_slope_by_the_critic_moves_with_the_samples(name):
    """What consensus and unrolled differentiate: the generator's part in the critic's gradient."""
    theta = torch.tensor(0.7, dtype=torch.float64, requires_grad=True)
    (slope,) = torch.autograd.grad(moved(name, theta), theta)
    h = 1e-5
    with torch.no_grad():
        ahead, behind = (theta + h).requires_grad_(), (theta - h).requires_grad_()
    wanted = (moved(name, ahead) - moved(name, behind)).item() / (2 * h)
    assert abs(wanted) > 1e-3
    # Central differences are right to order h^2, and lose 1e-16 / h of the value to rounding;
    # finite-difference penalties divide by eps^2 on top.
    assert slope.item() == pytest.approx(wanted, rel=1e-5)


# -- lecam ----------------------------------------------------------------------------------


def fixed(real, fake):
    return [Side((v[:, None],), v, (True,), Slopes(tuple)) for v in (real, fake)]


def test_lecam_follows_both_means_and_keeps_them_in_its_state():
    row = PENALTIES["lecam:0.9"]
    real, fake = torch.tensor([1.0, 3.0]), torch.tensor([-1.0, 0.0])
    first = row.term(None, *fixed(real, fake), generator())
    m_p, m_q = 2.0, -0.5
    assert first.item() == pytest.approx(float(((real - m_q) ** 2 + (fake - m_p) ** 2).mean()))
    second = row.term(None, *fixed(real + 1, fake), generator())
    m_p = 0.9 * 2 + 0.1 * 3
    assert second.item() == pytest.approx(
        float(((real + 1 - m_q) ** 2 + (fake - m_p) ** 2).mean()), rel=1e-6
    )
    resumed = PENALTIES["lecam:0.9"]
    resumed.load_state_dict(row.state_dict())
    again = [r.term(None, *fixed(real * 2, fake), generator()) for r in (row, resumed)]
    assert torch.equal(*again)


def test_each_lecam_is_its_own():
    assert PENALTIES["lecam"] is not PENALTIES["lecam"]
    assert PENALTIES["r1"] is PENALTIES["r1"]


# -- spectral norm --------------------------------------------------------------------------


def test_spectral_norm_is_exact_at_first_and_follows():
    net, _ = critic()
    before = torch.get_rng_state()
    net = SpectralNorm().build(net)
    assert torch.equal(torch.get_rng_state(), before)
    for layer in (net[0], net[2]):
        assert float(torch.linalg.matrix_norm(layer.weight.detach(), 2)) == pytest.approx(1.0)
    optimiser = torch.optim.SGD(net.parameters(), lr=0.05)
    x = torch.randn(32, 3, generator=generator(), dtype=torch.float64)
    for _ in range(50):
        optimiser.zero_grad()
        net(x).square().mean().backward()
        optimiser.step()
    for layer in (net[0], net[2]):
        norm = float(torch.linalg.matrix_norm(layer.weight.detach(), 2))
        assert norm == pytest.approx(1.0, abs=0.02)


def test_spectral_norm_does_not_move_without_gradients_and_can_be_saved():
    net, _ = critic()
    other = SpectralNorm().build(copy.deepcopy(net))
    net = SpectralNorm().build(net)
    x = torch.randn(8, 3, generator=generator(), dtype=torch.float64)
    with torch.no_grad():
        for p in net.parameters():
            p.normal_(generator=generator(1))
        assert torch.equal(net(x), net(x))
    net(x).sum().backward()
    other.load_state_dict(net.state_dict())
    with torch.no_grad():
        assert torch.equal(net(x), other(x))
    assert torch.equal(copy.deepcopy(net)(x), net(x))


def test_spectral_norm_of_convolutions():
    net = nn.Conv2d(2, 4, 3).double()
    with torch.no_grad():
        for p in net.parameters():
            p.normal_(generator=generator())
    net = SpectralNorm().build(net)
    matrix = net.weight.detach().flatten(1)
    assert float(torch.linalg.matrix_norm(matrix, 2)) == pytest.approx(1.0)


def test_spectral_norm_needs_layers_and_comes_once():
    with pytest.raises(Incompatible, match="linear or convolution"):
        SpectralNorm().build(nn.Tanh())
    net, _ = critic()
    with pytest.raises(Incompatible, match="rewritten already"):
        SpectralNorm().build(SpectralNorm().build(net))


# -- what goes together ---------------------------------------------------------------------


def of(*names):
    return [PENALTIES[name] for name in names]


@pytest.mark.parametrize("name", [n for n, row in ROWS.items() if row.bounds])
def test_wasserstein_takes_whatever_bounds_the_critic(name):
    check(DISTANCES["wasserstein"], of(name))


REFUSED = [
    ("wasserstein", (), False, "nothing bounds the critic"),
    ("wasserstein", ("lecam",), False, "nothing bounds the critic"),
    ("mmd", ("r1",), False, "there is no critic"),
    ("js", ("clip", "spectral-norm"), False, "clipping them bounds nothing"),
    ("wasserstein", ("clip", "gp"), False, "far below the one"),
    ("js", ("r1", "r1-fd"), False, "one penalty"),
    ("js", ("r2", "r2-fd"), False, "one penalty"),
    ("js", ("r1", "r1"), False, "named twice"),
    ("wasserstein", ("clip",), True, "bounded by construction"),
    ("js", ("spectral-norm",), True, "bounded by construction"),
]


@pytest.mark.parametrize(("distance", "penalties", "steady", "reason"), REFUSED)
def test_what_does_not_go_together_is_refused(distance, penalties, steady, reason):
    with pytest.raises(Incompatible, match=f"^{distance} with .*{reason}"):
        check(DISTANCES[distance], of(*penalties), steady=steady)


ALLOWED = [
    ("wasserstein", (), True),
    ("relativistic", ("r1", "r2"), False),
    ("js", (), False),
    ("mmd", (), False),
    ("hinge", ("spectral-norm", "gp"), False),
    ("js", ("gp:real", "gp:fake", "lecam"), False),
]


@pytest.mark.parametrize(("distance", "penalties", "steady"), ALLOWED)
def test_what_goes_together_is_taken(distance, penalties, steady):
    check(DISTANCES[distance], of(*penalties), steady=steady)


def test_every_learned_distance_takes_the_default_penalties():
    for name in DISTANCES:
        if not hasattr(DISTANCES[name], "between"):
            check(DISTANCES[name], of("r1", "r2"))


@pytest.mark.parametrize("name", ["clip:0", "clip:a", "lecam:1", "lecam:x", "clip:nan"])
def test_parameters_out_of_range_are_refused(name):
    with pytest.raises(BadValue, match="C of clip|DECAY of lecam"):
        PENALTIES[name]


def test_a_wrong_place_suggests_the_nearest():
    with pytest.raises(UnknownName, match="did you mean 'between'"):
        PENALTIES["gp:betwen"]
