"""What `saddle inspect` says: the source's own words, and what its spaces were fitted to."""

from __future__ import annotations

import numpy as np
import pytest

from saddle.build.card import data_card
from saddle.sources import open_source


def test_units_constant_columns_and_rare_labels_are_told():
    rng = np.random.default_rng(0)
    x = np.column_stack([rng.normal(size=(6000, 2)), np.full(6000, 4.0)])
    labels = np.array([0] * 5997 + [1] * 3)
    facts, warnings = data_card(open_source(x, given=labels))
    said = dict(facts)
    assert said["axes"] == "3"
    assert said["units"].startswith("one scale for all axes")
    assert said["given: classes"] == "2: 0, 1"
    assert "axis 2 is constant in the training rows" in warnings
    assert "given: labels under a thousandth of the rows: 1" in warnings


def test_two_domains_are_told_apart():
    a = np.random.default_rng(0).normal(size=(300, 2))
    facts, _ = data_card(open_source(a, second=a * [1.0, 1000.0]))
    said = dict(facts)
    assert said["a: units"].startswith("one scale")
    assert "more than tenfold" in said["b: units"]


@pytest.mark.parametrize("name", ["grid", "labelled-ring", "rotated-moons:90"])
def test_named_sources_have_a_card(name):
    facts, warnings = data_card(open_source(name))
    assert {"source", "plays"} <= dict(facts).keys() and not warnings
