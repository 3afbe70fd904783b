"""Fidelity and memory as rows: names, floors, marks, refusals, and what planted faults do."""

import json

import numpy as np
import pytest

from saddle.errors import BadData, UnknownName
from saddle.judge.features import FEATURES, features_of
from saddle.judge.fidelity import NAMES, fidelity_rows, short
from saddle.judge.memory import MEMORY, memory_rows, neighbour_table
from saddle.measure import frechet, neighbours


def normal(n, d=3, seed=0, scale=1.0):
    return scale * np.random.default_rng(seed).normal(size=(n, d))


FAKE, REAL, OTHER = normal(400, seed=1), normal(400, seed=2), normal(400, seed=3)


def named(rows):
    return {row["name"].partition("-4")[0].removesuffix("-raw"): row for row in rows}


def test_rows_say_n_and_features_and_stand_beside_their_floor():
    rows = fidelity_rows(FAKE, REAL, other=OTHER)
    assert [row["name"] for row in rows] == [f"{name}-400-raw" for name in NAMES]
    found = named(rows)
    scale = REAL.std(0)
    assert found["frechet"]["value"] == pytest.approx(frechet(FAKE / scale, REAL / scale))
    assert found["frechet"]["floor"] == pytest.approx(frechet(OTHER / scale, REAL / scale))
    shares = neighbours(FAKE / scale, REAL / scale)
    for name in NAMES[2:]:
        assert found[name]["value"] == pytest.approx(shares._asdict()[name].value, abs=1e-9)
    for row in rows:
        low, high = row["interval"]
        assert low <= row["value"] <= high and row["n"] == 400 and "mark" not in row
    assert json.loads(json.dumps(rows)) == rows


def test_units_of_columns_change_nothing():
    units = np.array([1e-3, 1e3, 7.0])
    shift = np.array([5.0, -2.0, 100.0])
    before = fidelity_rows(FAKE, REAL, other=OTHER)
    after = fidelity_rows(FAKE * units + shift, REAL * units + shift, other=OTHER * units + shift)
    for a, b in zip(before, after, strict=True):
        assert b["value"] == pytest.approx(a["value"], rel=1e-6, abs=1e-9)


def test_without_other_rows_the_real_ones_are_halved():
    rows = fidelity_rows(FAKE, REAL, seed=5)
    assert {row["n"] for row in rows} == {200}
    assert rows == fidelity_rows(FAKE, REAL, seed=5) != fidelity_rows(FAKE, REAL, seed=6)


def test_few_rows_are_marked_and_too_few_refused():
    rows = fidelity_rows(FAKE[:29], REAL, other=OTHER)
    assert all("n = 29 < 10 x 3 features" in row["mark"] for row in rows)
    with pytest.raises(BadData, match="more than 10 rows"):
        fidelity_rows(FAKE[:10], REAL, other=OTHER)
    with pytest.raises(BadData, match="columns"):
        fidelity_rows(FAKE[:, :2], REAL)
    with pytest.raises(UnknownName, match="raw"):
        fidelity_rows(FAKE, REAL, features="rwa")


@pytest.mark.parametrize(("n", "text"), [(999, "999"), (1000, "1k"), (2500, "2.5k")])
def test_numbers_in_names_are_short(n, text):
    assert short(n) == text


def test_a_dropped_half_is_seen_where_it_should_be():
    real = np.concatenate([REAL, OTHER + 10])
    found = named(fidelity_rows(normal(800, seed=7), real[::2], other=real[1::2]))
    assert found["precision"]["value"] > 0.9
    for name in ("recall", "coverage"):
        assert found[name]["interval"][1] < 0.65 < 0.9 < found[name]["floor"]
    assert found["frechet"]["interval"][0] > found["frechet"]["floor"]
    assert found["kernel"]["interval"][0] > 0


# ---- memory -------------------------------------------------------------------------------------

TRAIN, HELD = normal(600, seed=8), normal(300, seed=9)


def test_new_samples_are_at_the_floor():
    found = named(memory_rows(FAKE, TRAIN, HELD))
    assert set(found) == set(MEMORY)
    assert found["copies"]["value"] == found["near-copies"]["floor"] == 0
    for name in ("c-t", "closer-to-train", "crowded"):
        low, high = found[name]["interval"]
        assert low <= found[name]["floor"] <= high, name
    low, high = found["authentic"]["interval"]
    assert low - 0.05 <= found["authentic"]["floor"] <= high + 0.05


@pytest.mark.parametrize("blur", [0.0, 1e-3])
def test_copies_are_seen_by_every_measure_of_memory(blur):
    fake = TRAIN[:400] + blur * FAKE
    found = named(memory_rows(fake, TRAIN, HELD))
    assert found["copies"]["value"] == (blur == 0)
    assert found["near-copies"]["interval"][0] > 0.9
    assert found["authentic"]["interval"][1] < found["authentic"]["floor"]
    assert found["c-t"]["interval"][1] < -3
    assert found["closer-to-train"]["interval"][0] > 0.5
    assert found["repeats"]["value"] == 0


def test_one_sample_again_and_again_is_seen_without_training_rows():
    found = named(memory_rows(np.tile(FAKE[:20], (20, 1)), None, HELD))
    assert found["repeats"]["value"] == 1 and found["repeats"]["floor"] == 0
    assert found["crowded"]["interval"][0] > 0.5
    for name in ("copies", "near-copies", "authentic", "c-t", "closer-to-train"):
        assert found[name]["value"] is None and "--train" in found[name]["note"]


def test_data_that_repeat_are_their_own_floor():
    rng = np.random.default_rng(0)
    fake, train, held = (rng.integers(0, 4, size=(n, 2)).astype(float) for n in (300, 300, 300))
    found = named(memory_rows(fake, train, held))
    assert found["copies"]["value"] == found["copies"]["floor"] == 1
    low, high = found["closer-to-train"]["interval"]
    assert low <= 0.5 <= high
    assert abs(found["c-t"]["value"]) < 3


def test_what_is_absent_is_said():
    rows = memory_rows(FAKE, TRAIN, None)
    told = [row["name"] for row in rows if row["value"] is None]
    assert told == ["c-t", "closer-to-train", "crowded"]
    few = named(memory_rows(FAKE[:5], TRAIN, HELD))
    assert "too few" in few["c-t"]["note"] and few["c-t"]["value"] is None
    assert "too few" in few["copies"]["mark"]
    hold = named(memory_rows(FAKE, TRAIN, HELD[:9]))
    assert "n = 9" in hold["closer-to-train"]["mark"] and "mark" not in hold["authentic"]


def test_neighbours_to_look_at_come_nearest_first():
    fake = FAKE.copy()
    fake[7] = TRAIN[33]
    table = neighbour_table(fake, TRAIN, most=3)
    first = table["closest"][0]
    assert first["index"] == 33 and first["distance"] == first["ratio"] == 0
    assert first["sample"] == first["train"] == TRAIN[33].tolist()
    ratios = [row["ratio"] for row in table["closest"]]
    assert ratios == sorted(ratios) and len(table["typical"]) == 3
    json.dumps(table, allow_nan=False)


# ---- features -----------------------------------------------------------------------------------


def test_features_that_are_there_are_taken_as_they_are():
    made = features_of("raw", REAL)
    assert features_of(made, OTHER) is made and made.dim == 3
    assert FEATURES["raw"].name == made.name


def test_a_column_that_never_changes_is_left_in_its_units():
    real = np.column_stack([REAL, np.full(400, 7.3)])
    made = features_of("raw", real).of(real)
    np.testing.assert_allclose(made.std(0), [1, 1, 1, 0], atol=1e-9)
