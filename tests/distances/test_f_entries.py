"""What an f must be: refusals name the interval; and the choices that a row is made of."""

from __future__ import annotations

import re
from dataclasses import FrozenInstanceError, replace

import pytest
import torch

from saddle.distances import DISTANCES, FDivergence, Form, from_expression
from saddle.errors import BadValue, Incompatible, UnknownName

REFUSED = {
    "abs(u-1)": "straight.*u in",
    "abs(u-1)+(u-1)^2": r"kink for u in \[0.9\d*|kink for u in \[1",
    "max((u-1)^2, 2*(u-1)^2-1)": "kink for u in",
    "max(u-1,0)^2": r"straight \(f'' = 0\) for u in \[4.54e-05, 1.01\]",
    "u": "straight",
    "3": "straight",
    "log(u)": "not convex for u in",
    "sin(u)": r"not convex for u in \[0.0004, 3.2\]",
    "tanh(u)": "not convex",
    "(u-1)^2-0.1*(u-1)^4": "not convex",
    "log(u-1)": "finite at u = 1",
    "sqrt(u-0.5)": "not finite .* for u in",
    "u<1": "expected an operator",
    "u*lg(u)": "did you mean 'log'",
    "x": "expected one of",
}


@pytest.mark.parametrize("text", REFUSED)
def test_a_bad_f_is_refused_with_its_interval(text):
    with pytest.raises(BadValue, match=REFUSED[text]):
        DISTANCES[f"f:{text}"]


GOOD = ["u*log(u)", "-log(u)", "(u-1)^2", "1/u", "-sqrt(u)", "(u-1)^4", "abs(u-1)^3", "exp(u)"]


@pytest.mark.parametrize("text", [*GOOD, "exp(-u)", "u^20", "u**-15", "cosh(log(u))"])
def test_a_good_f_is_taken(text):
    row = DISTANCES[f"f:{text}"]
    assert row.name == f"f:{text}"
    assert 3 <= row.reach <= 10
    v = torch.linspace(-row.reach, row.reach, 101, dtype=torch.float64)
    assert torch.isfinite(row.conjugate(v)).all()


def test_an_expression_is_the_function_that_it_says():
    for text, name in {"u*log(u)": "kl", "(u-1)^2/u": "neyman", "(sqrt(u)-1)^2": None}.items():
        row, known = from_expression(text), DISTANCES[name or "squared-hellinger"]
        v = torch.linspace(-5, 5, 51, dtype=torch.float64)
        assert torch.allclose(row.output(v), known.output(v), rtol=1e-9, atol=1e-9)
        assert torch.allclose(row.pulls(v)[0], known.pulls(v)[0], rtol=1e-9, atol=1e-9)


def test_a_python_f_is_a_distance():
    row = FDivergence(name="mine", f=lambda u: u * u.log())
    v = torch.tensor([0.5, 1.0])
    assert torch.allclose(row.output(v), 1 + v)
    assert "mine" in row.minimises


@pytest.mark.parametrize(
    "f", [lambda u: 1.0, lambda u: u.sum(), lambda u: u.nope(), lambda u: u + "a"]
)
def test_what_is_no_function_of_tensors_is_refused(f):
    with pytest.raises(BadValue, match="f of 'mine' must map a tensor"):
        FDivergence(name="mine", f=f)


def test_exact_weights_of_a_kinked_f_are_refused():
    with pytest.raises(Incompatible, match=r"total-variation.*u in \[4.54e-05, 2.2e\+04\]"):
        replace(DISTANCES["total-variation"], objective="exact")


def test_a_wrong_closed_form_is_refused():
    def f(u):
        return u * u.log()

    FDivergence("mine", f, form=Form(lambda v: 1 + v, torch.exp, torch.exp))
    for form, fault in {
        Form(lambda v: -v, torch.exp, torch.exp): "rises",
        Form(lambda v: 1 + v, lambda v: v, torch.exp): "conjugate",
        Form(lambda v: 1 + v, torch.exp, lambda v: 2 * torch.exp(v)): "weight",
    }.items():
        with pytest.raises(BadValue, match=fault):
            FDivergence("mine", f, form=form)


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"objective": "swaped"}, "did you mean 'swapped'"),
        ({"ratio": "logistics"}, "did you mean 'logistic'"),
        ({"clip": 0.0}, "clip must be above 0, got 0.0"),
        ({"reach": -1.0}, "reach must be above 0"),
    ],
)
def test_wrong_choices_are_named(change, fault):
    with pytest.raises((UnknownName, BadValue), match=fault):
        replace(DISTANCES["kl"], **change)


def test_a_row_without_a_published_link_says_so():
    with pytest.raises(BadValue, match="names no published link"):
        replace(DISTANCES["softened-reverse-kl"], ratio="link")


@pytest.mark.parametrize("name", ["alpha:1", "alpha:0", "alpha:x", "alpha:nan", "js-weighted:1"])
def test_parameters_out_of_range_are_refused(name):
    with pytest.raises(BadValue, match=re.escape(repr(name.partition(":")[2]))):
        DISTANCES[name]


def test_rows_do_not_change():
    with pytest.raises(FrozenInstanceError):
        DISTANCES["kl"].clip = 3.0


def test_choices_are_independent():
    row = replace(DISTANCES["kl"], ratio="bound", objective="swapped", clip=5.0)
    assert row.minimises == "KL(q || p)"
    assert DISTANCES["kl"].minimises == "KL(p || q)"
    v = torch.linspace(-2, 2, 9)
    assert torch.equal(row.estimate(v, -v), DISTANCES["kl"].estimate(v, -v))
    assert not torch.equal(row.critic_loss(v, -v), DISTANCES["kl"].critic_loss(v, -v))
