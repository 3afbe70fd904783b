"""Stacked digits: even modes, no picture on two sides, a row is a function of its position."""

from __future__ import annotations

import numpy as np
import pytest

from saddle.errors import BadData, BadValue, UserError
from saddle.sources.named import DATA
from saddle.sources.pictures import array_pictures
from saddle.sources.stacked import Stacked


@pytest.fixture(scope="module")
def stacked() -> Stacked:
    """Pictures that tell their digit and their number: 100 of each digit, unevenly split."""
    rng = np.random.default_rng(0)
    pictures = rng.integers(0, 256, (1000, 8, 8, 1), np.uint8)
    labels = np.arange(1000) % 10
    pictures[:, 0, 0, 0] = labels
    base = array_pictures(pictures, seed=0, labels=labels, name="told")
    return Stacked(base, channels=3, seed=5)


def test_a_row_is_a_function_of_its_position(stacked):
    whole = stacked.batch(np.arange(50))["x"]
    assert whole.shape == (50, 8, 8, 3) and whole.dtype == np.uint8
    np.testing.assert_array_equal(stacked.batch(np.array([7, 3]))["x"], whole[[7, 3]])
    other = Stacked(stacked.base, channels=3, seed=6).batch(np.arange(50))["x"]
    assert (other != whole).any()


def test_modes_are_even(stacked):
    """Chi-squared of 27,000 rows over 1,000 modes: mean 999, deviation 45."""
    n = 27_000
    digits = stacked.batch(np.arange(n))["x"][:, 0, 0].astype(int)
    counts = np.bincount(digits @ [100, 10, 1], minlength=1000)
    chi = np.square(counts - n / 1000).sum() / (n / 1000)
    assert 999 - 4 * 45 < chi < 999 + 4 * 45


def test_what_is_chosen_is_what_is_shown(stacked):
    _, digits = stacked.chosen(np.arange(100), "watch")
    np.testing.assert_array_equal(stacked.batch(np.arange(100), "watch")["x"][:, 0, 0].T, digits)


def test_no_picture_is_on_two_sides(stacked):
    seen = {
        split: {
            picture.tobytes()
            for row in stacked.batch(np.arange(3000), split)["x"]
            for picture in np.moveaxis(row, -1, 0)
        }
        for split in ("train", "watch", "final")
    }
    assert not seen["train"] & seen["final"] and not seen["train"] & seen["watch"]
    assert not seen["watch"] & seen["final"]


def test_a_part_without_a_digit_is_refused():
    pictures = np.random.default_rng(0).integers(0, 256, (30, 8, 8, 1), np.uint8)
    base = array_pictures(pictures, seed=0, labels=np.arange(30) % 10, name="few")
    with pytest.raises(BadData, match="every digit"):
        Stacked(base, channels=2, seed=0)


@pytest.mark.parametrize("name", ["stacked-mnist:1", "stacked-mnist:x"])
def test_channels_are_two_or_three(name):
    with pytest.raises((BadValue, UserError), match="stacked-mnist"):
        DATA[name]
