"""The Dirac-GAN table: eigenvalues, and what each method does."""

from __future__ import annotations

import cmath
import math

import pytest
import torch

from saddle.distances import DISTANCES, PENALTIES
from saddle.training.rules import RULES
from theory_dirac import METHODS, Method, at, eigenvalues, field, verdict, walk
from training.plays import Play


def with_penalty(gamma):
    """-g/2 +- sqrt(g^2/4 - f'^2), f'(0) = 1/2."""
    root = cmath.sqrt(gamma**2 / 4 - 0.25)
    return [-gamma / 2 - root, -gamma / 2 + root]


def with_noise(s):
    """f'' s^2 +- sqrt(f''^2 s^4 - f'^2), f''(0) = -1/4."""
    root = cmath.sqrt(s**4 / 16 - 0.25)
    return [-(s**2) / 4 - root, -(s**2) / 4 + root]


EIGENVALUES = {
    "GAN": [-0.5j, 0.5j],
    "NS-GAN": [-0.5j, 0.5j],
    "WGAN": [-1j, 1j],
    "WGAN clip 1": [-1j, 1j],
    "instance noise .7": with_noise(0.7),
    "consensus 1": [-0.25 - 0.5j, -0.25 + 0.5j],
    "GAN + R1 .3": with_penalty(0.3),
    "GAN + R1 1": with_penalty(1.0),
    "NS-GAN + R1 .3": with_penalty(0.3),
    "relativistic": [-0.5j, 0.5j],
}


def close(found, expected, tolerance=1e-6):
    """The same two numbers, in some order."""
    a, b = found
    c, d = expected
    straight, crossed = max(abs(a - c), abs(b - d)), max(abs(a - d), abs(b - c))
    return min(straight, crossed) < tolerance


@pytest.mark.parametrize("name", EIGENVALUES)
def test_eigenvalues_of_the_field(name):
    """Float64 and autograd. At g = 1 two roots meet, where rounding is as large as its root."""
    assert close(eigenvalues(field(METHODS[name])), EIGENVALUES[name])


@pytest.mark.parametrize("gamma", [0.01, 0.3, 0.9, 1.1, 3.0])
@pytest.mark.parametrize("penalty", ["r1", "r2"])  # r1-fd's draw n^2 is one on average only
def test_every_zero_centred_penalty_converges_and_turns_until_gamma_is_one(gamma, penalty):
    found = eigenvalues(field(Method("minimax", PENALTIES[penalty], gamma)))
    assert close(found, with_penalty(gamma))
    assert all(value.real < 0 for value in found)
    assert all((abs(value.imag) > 0) == (gamma < 1) for value in found)


@pytest.mark.parametrize("row", ["js", "kl", "reverse-kl", "pearson", "jeffrey", "logistic"])
def test_no_row_converges_without_a_penalty(row):
    """A linear critic of a point meets an equilibrium with an imaginary pair, whatever f is."""
    found = eigenvalues(field(Method(row)))
    assert all(abs(value.real) < 1e-12 and abs(value.imag) > 0.1 for value in found)


ENDS = {
    # final norms as published, 500 steps of h = .2 from a norm of 1.414: (sim, alt)
    "GAN": ("3.10", "1.42"),
    "NS-GAN": ("0.64", "0.28"),
    "WGAN": ("2.6e+04", "1.40"),
    "instance noise .7": ("5.7e-05", "4.0e-06"),
    "consensus 1": ("2.6e-10", "1.7e-11"),
    "GAN + R1 .3": ("2.6e-06", "2.3e-07"),
    "GAN + R1 1": ("9.5e-22", "7.5e-17"),
    "NS-GAN + R1 .3": ("2.2e-06", "1.5e-07"),
}
POINTS = {
    # final points as published, in the literature's sign of psi: (sim, alt)
    "WGAN clip 1": ((-0.07, 1.0), (0.98, 0.30)),
    "WGAN-GP .7": ((-0.18, -1.79), (-0.13, 1.21)),
}
VERDICTS = {
    "GAN": ("diverges", "cycles"),
    # Simultaneous steps push outwards as fast as the spiral falls: it settles on a circle
    "NS-GAN": ("cycles", "converges"),
    "WGAN": ("diverges", "cycles"),
    "WGAN clip 1": ("cycles", "cycles"),
    "WGAN-GP .7": ("cycles", "cycles"),
    "instance noise .7": ("converges", "converges"),
    "consensus 1": ("converges", "converges"),
    "GAN + R1 .3": ("converges", "converges"),
    "GAN + R1 1": ("converges", "converges"),
    "NS-GAN + R1 .3": ("converges", "converges"),
}
ways = pytest.mark.parametrize("way", ["sim", "alt"])


@ways
@pytest.mark.parametrize("name", [*ENDS, *POINTS])
def test_five_hundred_steps_end_where_they_did(name, way):
    path, index = walk(METHODS[name], alternating=way == "alt"), ["sim", "alt"].index(way)
    if name in ENDS:
        printed = ENDS[name][index]
        style = ".1e" if "e" in printed else ".2f"
        assert f"{float(path[-1].norm()):{style}}" == printed
    else:
        theta, psi = POINTS[name][index]
        assert path[-1].tolist() == pytest.approx([theta, -psi], abs=0.006)
    assert verdict(path.norm(dim=1)) == VERDICTS[name][index]


def losses(theta, psi):
    """The saturating game through the library's row."""
    row = DISTANCES["minimax"]
    real, fake = 0 * psi, psi * theta
    return row.generator_loss(real.detach(), fake), row.critic_loss(real, fake)


@pytest.mark.parametrize(
    ("rule", "name", "alternating"),
    [
        ("simultaneous", "GAN", False),
        ("generator-first", "GAN", True),
        ("consensus:1", "consensus 1", False),
    ],
)
def test_the_rules_walk_the_same_path(rule, name, alternating):
    mine = Play(RULES[rule](), losses, start=(1.0, -1.0)).walk(60)
    torch.testing.assert_close(
        mine, walk(METHODS[name], alternating=alternating, steps=60), rtol=1e-12, atol=1e-13
    )


def test_alternating_cycles_up_to_a_step_of_four():
    """sqrt(n_g n_d) h f'(0) <= 2: beyond h = 4 the linear game diverges, WGAN's beyond 2."""

    def linear(theta, psi):
        return -(psi * theta).sum(), (psi * theta).sum()

    within = Play(RULES["alternating"](), linear, h=1.95).walk(300).norm(dim=1)
    beyond = Play(RULES["alternating"](), linear, h=2.05).walk(300).norm(dim=1)
    assert within.max() < 30 and beyond[-1] > 1e6


def test_the_saturating_flow_keeps_its_radius():
    """theta' psi + psi' theta has no part along w: theta^2 + psi^2 is constant in the flow."""
    for theta, psi in ((1.0, -1.0), (0.3, 0.9), (-2.0, 0.1)):
        down = at(field(METHODS["GAN"]), theta, psi)
        assert abs(float(down @ torch.tensor([theta, psi], dtype=down.dtype))) < 1e-15


def test_the_relativistic_critic_has_the_field_of_the_classical_one():
    for theta, psi in ((1.0, -1.0), (0.3, 0.9)):
        one, two = (at(field(METHODS[name]), theta, psi) for name in ("GAN", "relativistic"))
        assert math.isclose(float(one[1]), float(two[1]), rel_tol=1e-14)
