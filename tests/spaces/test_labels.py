"""Labels: one-hot vectors and back, unknown names, the empirical law."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch

from saddle.errors import BadData, UnknownName
from saddle.spaces import SPACES, Labels, load

WORDS = np.array(["cat", "dog", "cat", "eel"])
NUMBERS = np.array([10, 2, 2, -1])


def fitted(raw):
    space = Labels()
    space.fit(raw)
    return space


@pytest.mark.parametrize("raw", [WORDS, NUMBERS, WORDS.astype(object), NUMBERS[:, None]])
def test_round_trip(raw):
    space = fitted(raw)
    encoded = space.encode(raw)
    assert encoded.dtype == torch.float32 and encoded.shape == (4, 3) == (4, *space.shape)
    assert (encoded.sum(dim=1) == 1).all()
    assert space.decode(encoded).tolist() == raw.ravel().tolist()
    assert not space.smooth and space.name == "label"


@pytest.mark.parametrize("raw", [WORDS, NUMBERS])
def test_state_comes_back_bit_for_bit(raw):
    space = fitted(raw)
    again = load(json.loads(json.dumps(space.state())))
    assert again.state() == space.state()
    assert torch.equal(again.encode(raw), space.encode(raw))
    assert again.decode(again.encode(raw)).tolist() == raw.tolist()


def test_shares_are_the_empirical_law():
    assert fitted(WORDS).shares.tolist() == [0.5, 0.25, 0.25]
    assert fitted(NUMBERS).classes.tolist() == [-1, 2, 10]


def test_numbers_are_found_by_their_text():
    space = fitted(NUMBERS)
    assert space.numbers(np.array(["10", "2", "-1"])).tolist() == [2, 1, 0]
    assert space.numbers("2").tolist() == [1]
    assert fitted(np.array(["1", "10", "2"])).numbers(np.array([2, 10])).tolist() == [2, 1]


def test_an_unknown_label_names_the_known():
    with pytest.raises(UnknownName, match="unknown label 'dgo': did you mean 'dog'"):
        fitted(WORDS).encode(np.array(["cat", "dgo"]))
    with pytest.raises(UnknownName, match="unknown label '3'.*Known: -1, 10, 2"):
        fitted(NUMBERS).encode(np.array([3]))
    with pytest.raises(UnknownName, match="unknown label '11'"):
        fitted(NUMBERS).encode(np.array([11]))


def test_what_is_no_label():
    with pytest.raises(BadData, match="whole numbers or text, got float64"):
        fitted(np.array([0.5]))
    with pytest.raises(BadData, match=r"shape \(n,\), got \(2, 2\)"):
        fitted(np.zeros((2, 2), dtype=int))
    with pytest.raises(BadData, match="not fitted"):
        Labels().encode(WORDS)
    with pytest.raises(BadData, match="1 to 10000 classes, got 10001"):
        fitted(np.arange(10_001))


def test_rare_labels_are_told():
    many = np.array([0] * 5000 + [1])
    assert fitted(many).warnings() == ["labels under a thousandth of the rows: 1"]
    assert fitted(WORDS).facts() == [("classes", "3: cat, dog, eel")]


def test_the_catalogue_knows_all():
    assert list(SPACES) == ["points", "label", "image"]
    with pytest.raises(UnknownName, match="did you mean 'points'"):
        load({"space": "point"})
