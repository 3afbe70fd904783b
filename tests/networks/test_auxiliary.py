"""The critic of rows of numbers that tells a class beside its score."""

import pytest
import torch

from saddle.errors import Incompatible
from saddle.networks import CRITICS, Shape

CLASSIFYING = [n for n, row in CRITICS.items() if row.classifies and not row.pictures]


def made(name, *inputs):
    return CRITICS[name](Shape(inputs, width=16), torch.Generator().manual_seed(0))


@pytest.mark.parametrize("name", CLASSIFYING)
def test_it_judges_x_alone_and_tells_its_class(name):
    network = made(name, 2, 3)
    x, c = torch.randn(6, 2), torch.eye(3)[torch.arange(6) % 3]
    said, other = network(x, c), network(x, c.flip(0))
    assert torch.equal(said.values, other.values) and said.values.shape == (6,)
    assert said.heads["class"].shape == (6, 3) and said.features.shape == (6, 16)
    (said.values.sum() + said.heads["class"].square().sum()).backward()
    assert all(p.grad is not None and p.grad.any() for p in network.parameters())


@pytest.mark.parametrize("name", CLASSIFYING)
def test_without_a_class_it_is_refused(name):
    with pytest.raises(Incompatible, match="a second part"):
        made(name, 2)
