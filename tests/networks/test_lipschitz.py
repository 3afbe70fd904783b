"""Which critics are bounded by construction, whatever their weights."""

from __future__ import annotations

import math

import pytest
import torch
from torch import nn
from torch.nn.utils.parametrizations import spectral_norm

from saddle.networks import CRITICS, Shape, lipschitz, steady
from saddle.networks.layers import GroupSort, OrthonormalLinear

PLAIN = [name for name, row in CRITICS.items() if not (row.pictures or row.classifies)]


def rng(seed=0):
    return torch.Generator().manual_seed(seed)


def drawn(module):
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.normal_(generator=rng())
    return module


class Says(nn.Module):
    """A critic of one's own that says how steep it can be."""

    def __init__(self, bound):
        super().__init__()
        self.w = nn.Parameter(torch.ones(2, 1))
        self.bound = bound

    def forward(self, x):
        return x @ (self.w / self.w.norm())

    def lipschitz(self):
        return self.bound(self)


@pytest.mark.parametrize("name", PLAIN)
def test_of_the_rows_groupsort_alone_is_bounded_by_construction(name):
    critic = CRITICS[name](Shape((3,), width=16), rng())
    assert steady(critic) == (name == "groupsort")


OWN = {
    "a bound that holds": (lambda: Says(lambda own: 1.0), True),
    "a bound above one": (lambda: Says(lambda own: torch.tensor(3.0)), True),
    "a bound that grows": (lambda: Says(lambda own: float(own.w.detach().norm())), False),
    "no finite bound": (lambda: Says(lambda own: math.inf), False),
    "no bound said": (lambda: nn.Bilinear(2, 2, 1), False),
    "layers of ours": (
        lambda: drawn(
            nn.Sequential(OrthonormalLinear(2, 8), GroupSort(), OrthonormalLinear(8, 1))
        ),
        True,
    ),
    "plain layers": (lambda: nn.Sequential(nn.Linear(2, 8), nn.ReLU(), nn.Linear(8, 1)), False),
    "a weight over its norm": (lambda: spectral_norm(nn.Linear(4, 3)).double(), True),
    "no weights at all": (lambda: nn.Identity(), True),
    "a dead network": (lambda: nn.Linear(2, 1).requires_grad_(False).apply(zeroed), False),
}


def zeroed(module):
    for parameter in module.parameters():
        parameter.zero_()


@pytest.mark.parametrize("name", list(OWN))
def test_networks_of_ones_own(name):
    make, wanted = OWN[name]
    assert steady(make()) == wanted


def test_asking_puts_every_weight_back():
    critic = CRITICS["groupsort"](Shape((3,), width=16), rng())
    before = {name: value.clone() for name, value in critic.state_dict().items()}
    assert steady(critic)
    assert all(torch.equal(value, before[name]) for name, value in critic.state_dict().items())
    assert all(p.requires_grad and p.grad is None for p in critic.parameters())


def test_what_a_module_says_goes_before_what_its_layers_are():
    class Steps(nn.Sequential):
        def lipschitz(self):
            return 0.5

    assert lipschitz(Steps(nn.Linear(2, 2))) == 0.5
