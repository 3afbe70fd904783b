"""High likelihood without quality, and quality without likelihood."""

from __future__ import annotations

import math

import numpy as np
import pytest

from theory_likelihood import log_kernels, table


@pytest.fixture(scope="module")
def rows():
    return {row["q"]: row for row in table(300, seed=0, width=1e-4)}


def test_ninety_nine_parts_of_noise_lose_at_most_log_one_hundred(rows):
    mixed = rows[".01 p + .99 noise"]
    assert 0 < mixed["below p by"] <= math.log(100)
    assert mixed["high quality, %"] < 3
    assert mixed["energy test p"] < 0.01


def test_memorised_rows_look_right_and_are_no_density(rows):
    copied = rows["memorised rows"]
    assert copied["high quality, %"] > 97 and copied["modes of 8"] == 8
    assert copied["energy test p"] > 0.01
    assert copied["below p by"] > 100


def test_the_bound_holds_for_every_point_whatever_the_noise():
    rng = np.random.default_rng(0)
    log_p, log_noise = rng.normal(0, 50, (2, 1000))
    mixed = np.logaddexp(math.log(0.01) + log_p, math.log(0.99) + log_noise)
    assert (mixed >= log_p - math.log(100) - 1e-12).all()


def test_kernels_integrate_to_one():
    x = np.linspace(-3, 3, 241)
    mesh = np.stack(np.meshgrid(x, x), -1).reshape(-1, 2)
    density = np.exp(log_kernels(mesh, np.array([[0.0, 0.5], [1.0, -1.0]]), 0.2))
    assert density.sum() * (x[1] - x[0]) ** 2 == pytest.approx(1, abs=1e-9)
