"""Real sets of pictures, where they are: what is read, and which are near-duplicates."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from saddle.sources import describe, open_source

NAMES = {
    "mnist": ((28, 28, 1), {"train": 54_000, "watch": 6000, "final": 10_000}),
    "fashion-mnist": ((28, 28, 1), {"train": 54_000, "watch": 6000, "final": 10_000}),
    "cifar10": ((32, 32, 3), {"train": 3200, "watch": 400, "final": 400}),
}


def test_the_digits_need_no_file():
    source = open_source("digits")
    x = source.rows(np.arange(1797))["x"]
    assert x.shape == (1797, 8, 8, 1) and (x.min(), x.max()) == (0, 255)
    assert len(np.unique(x)) == 17 and np.array_equal(np.unique(source.labels), np.arange(10))


@pytest.mark.parametrize("name", NAMES)
def test_sets_with_a_name(name, data_folder):
    shape, sizes = NAMES[name]
    source = open_source(name)
    assert source.shape == shape and source.name == name and len(np.unique(source.labels)) == 10
    if source.sizes["final"] == sizes["final"]:  # the whole of CIFAR-10 may be there instead
        assert sum(source.sizes.values()) == sum(sizes.values())
        assert abs(source.sizes["watch"] - sizes["watch"]) <= 2
    count = np.bincount(source.groups)
    assert count.max() <= 10 and (count > 1).sum() < 300  # no set collapses
    assert dict(describe(source).facts)["given"].startswith("10 labels")


def test_recoded_photographs_are_found_again(data_folder):
    images = open_source("cifar10").rows(np.arange(500))["x"]
    again = []
    for image in images:
        file = io.BytesIO()
        Image.fromarray(image).save(file, "JPEG", quality=90)
        again.append(np.asarray(Image.open(file)))
    groups = open_source(np.concatenate([images, again])).groups.reshape(2, 500)
    assert (groups[0] == groups[1]).mean() > 0.99 and len(np.unique(groups[0])) == 500


def test_drawings_of_one_style(data_folder):
    source = open_source(data_folder / "emoji" / "noto64.npz")
    facts = dict(describe(source).facts)
    assert source.shape == (64, 64, 3) and facts["copies"].startswith("13 copies of another")
    assert np.bincount(source.groups).max() < 10


def test_a_test_part_is_told_by_its_name(data_folder):
    source = open_source(data_folder / "usps")
    assert source.sizes["final"] == 2007 and source.sizes["watch"] in range(725, 735)
