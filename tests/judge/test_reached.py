"""Held-out rows that nothing made comes near: counted, by class, by name, against real rows."""

import numpy as np
import pytest

from saddle.judge.reached import reached, sentences
from saddle.judge.sides import read_sides
from saddle.judge.why import unreached
from saddle.sources import open_source

CENTRES = np.array([[0.0, 0.0], [9.0, 0.0], [0.0, 9.0]])


def blobs(n, seed, kinds=(0, 1, 2)):
    """Rows around centres, and of which each is."""
    rng = np.random.default_rng(seed)
    labels = rng.choice(kinds, n)
    return CENTRES[labels] + rng.normal(size=(n, 2)), labels


def test_a_class_that_is_never_made_is_named_first_and_its_rows_are_the_farthest():
    (real, labels), (other, _), (made, _) = blobs(300, 0), blobs(400, 1), blobs(300, 2, (0, 2))
    found = reached(real, made, other, labels=labels, called=lambda i: f"row {i}")
    first = found["classes"][0]
    lost = int((labels == 1).sum())
    assert (first["label"], first["n"]) == ("1", lost)
    assert first["unreached"] >= 0.95 * lost > 4 * first["floor"]
    assert found["unreached"] == sum(it["unreached"] for it in found["classes"])
    assert all(labels[int(name.removeprefix("row "))] == 1 for name in found["farthest"])
    said = sentences(found)
    assert said[0].startswith("Never made, or made badly: ")
    assert said[2] == f"Most so: 1, {first['unreached']} of {lost}."


@pytest.mark.parametrize("seed", range(5))
def test_a_perfect_sampler_leaves_as_many_as_real_rows_do(seed):
    (real, labels), (other, _), (made, _) = (blobs(300, 3 * seed + k) for k in range(3))
    found = reached(real, made, other, labels=labels)
    assert sentences(found)[0].startswith("Nothing is seen to be left out")
    assert sentences(reached(real, other, made))[1].startswith(
        "Other real pictures in their place"
    )


def test_equal_numbers_of_samples_and_of_real_rows_are_compared():
    (real, _), (other, _), (made, _) = blobs(100, 0), blobs(60, 1), blobs(500, 2)
    assert reached(real, made, other)["made"] == 60
    assert reached(real, made, other) == reached(real, made[:60], other)
    assert reached(real, made, other)["classes"] == []


def test_rows_that_are_not_finite_reach_nothing_and_few_rows_tell_nothing():
    (real, _), (other, _) = blobs(100, 0), blobs(100, 1)
    broken = np.where(np.arange(100)[:, None] % 2, np.nan, other)
    kept = reached(real, broken, other)["unreached"]
    assert kept >= reached(real, other, other)["unreached"]
    assert reached(real, np.full((100, 2), np.nan), other) is None
    assert reached(real[:19], other, other) is None


def test_twins_are_reached_by_their_own_copies_alone():
    real = np.repeat([[0.0, 0.0], [5.0, 5.0]], 20, axis=0)
    found = reached(real, real[:20] + 0.0, real)
    assert (found["unreached"], found["floor"]) == (20, 20)


def squares(n, seed, kinds):
    """Pictures of a bright square in one of three corners, and which corner."""
    rng = np.random.default_rng(seed)
    labels = rng.choice(kinds, n)
    images = rng.integers(0, 40, (n, 16, 16)).astype(np.uint8)
    for image, label in zip(images, labels, strict=True):
        row, column = divmod(int(label), 2)
        image[8 * row + 1 : 8 * row + 7, 8 * column + 1 : 8 * column + 7] += 200
    return images, labels


def test_why_tells_of_pictures_which_class_is_never_made():
    images, labels = squares(240, 0, (0, 1, 2))
    real = open_source(images, given=labels.astype(str))
    said = unreached(read_sides(squares(240, 1, (0, 2))[0], real), 0)
    assert said[0].startswith("Never made, or made badly: ") and said[2].startswith("Most so: 1, ")
    same = unreached(read_sides(squares(240, 2, (0, 1, 2))[0], real), 0)
    assert same[0].startswith("Nothing is seen to be left out")
    points = np.random.default_rng(0).normal(size=(100, 2))
    assert unreached(read_sides(points, points + 1), 0) == []
