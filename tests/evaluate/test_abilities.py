"""What each game is measured by, on truths that are known."""

from __future__ import annotations

import numpy as np
import pytest

import saddle
from saddle.build.resuming import take_up
from saddle.distances import DISTANCES
from saddle.evaluate import abilities, densities, duels
from saddle.evaluate.abilities import ASSESSED, _of_known_map, _of_labels
from saddle.evaluate.assess import assess
from saddle.evaluate.duels import _proved, _Unit, of_duels
from saddle.evaluate.rows import CLOUDS, LAWS, MODES
from saddle.games.duel import Duel
from saddle.judge import fidelity
from saddle.judge.clouds import MORE
from saddle.measure import MEASURES, entropy
from saddle.sources import SOURCES

QUICK = {"looks": 1, "saves": 1}


@pytest.fixture(autouse=True)
def few(monkeypatch):
    """Fewer rows than a user gets, for speed."""
    for module in (abilities, duels):
        monkeypatch.setattr(module, "DRAWN", 1000)
    monkeypatch.setattr(densities, "MANY", 20_000)


def fitted(out, data, second=None, **changes):
    settings = {**QUICK, **changes.pop("settings", {})}
    gan = saddle.GAN(**{"steps": 3, "batch": 16, **changes}, settings=settings, out=out)
    gan = gan.fit(data, second)
    return gan.trained_, take_up(gan.trained_.recipe, gan.run_, None, trusted=False)


def by_name(rows):
    return {row["name"]: row for row in rows}


def test_every_measure_has_its_place_in_an_assessment():
    assert sorted(MEASURES) == sorted([*MORE, *LAWS, *MODES, *fidelity.NAMES])
    assert set(CLOUDS) < set(MORE)
    assert {name for name in MEASURES if MEASURES[name].needs == "modes"} == set(MODES)


# ------------------------------------------------------------------------------------ conditional


def test_the_asked_label_is_looked_for():
    source = SOURCES["labelled-ring"](seed=0)
    real, drawn = (source.batch(np.arange(2000), part) for part in ("final", "watch"))
    rows = by_name(_of_labels(drawn, real, source.modes))
    assert rows["asked"]["value"] == rows["asked"]["floor"] == 1
    assert rows["asked"]["interval"][0] > 0.99 and rows["asked"]["n"] == 2000
    assert rows["asked-within-3-std"]["value"] == pytest.approx(0.9889, abs=0.01)
    wrong = drawn["given"].copy()
    wrong[wrong == 3] = 4
    rows = by_name(_of_labels({**drawn, "given": wrong}, real, source.modes))
    assert rows["asked"]["value"] == pytest.approx(7 / 8, abs=0.03)
    assert rows["asked-worst"]["value"] == pytest.approx(1 / 2, abs=0.06)
    assert "label 4" in rows["asked-worst"]["note"] and rows["asked-worst"]["floor"] == 1


def test_a_label_that_no_held_out_row_bears_has_no_floor():
    source = SOURCES["labelled-ring"](seed=0)
    drawn = source.batch(np.arange(200))
    real = {key: rows[drawn["given"] != 3] for key, rows in drawn.items()}
    asked = {**drawn, "x": np.where(drawn["given"][:, None] == 3, 0, drawn["x"])}
    row = by_name(_of_labels(asked, real, source.modes))["asked-worst"]
    assert "label 3" in row["note"] and row["floor"] is None


def test_labels_that_number_no_modes_are_passed_over():
    source = SOURCES["labelled-ring"](seed=0)
    rows = source.batch(np.arange(50))
    for given in (rows["given"] + 100, np.char.add("a", rows["given"].astype(str))):
        assert _of_labels({**rows, "given": given}, rows, source.modes) == []


def test_a_conditional_run_is_asked(tmp_path):
    run, materials = fitted(tmp_path, "labelled-ring")
    rows = by_name(ASSESSED["sample"](run, materials))
    assert {"asked", "asked-worst", "asked-within-3-std", "w1(x)"} <= rows.keys()


# ------------------------------------------------------------------------------------------ bigan


def test_bigan_is_tested_on_pairs(tmp_path):
    run, materials = fitted(tmp_path, "ring", game="bigan")
    rows = by_name(ASSESSED["reconstruct"](run, materials))
    low, high = rows["inverts"]["interval"]
    assert low <= rows["inverts"]["value"] <= high
    joint = rows["energy(x, z)"]
    assert joint["value"] > joint["floor"] > 0 and "p = 0.005" in joint["note"]


# -------------------------------------------------------------------------------- cycle and align


@pytest.mark.parametrize("name", ["rotated-mixtures", "spiral-pair", "parallel-lines:1"])
def test_the_known_map_is_at_distance_zero_from_itself(name):
    source = SOURCES[name](seed=0)
    rows = source.batch(np.arange(100))
    made = {False: source.truth(rows["a"]), True: source.truth_back(rows["b"])}
    for back, start in ((False, rows["a"]), (True, rows["b"])):
        (row,) = _of_known_map(source, start, made[back], back=back)
        assert row["value"] == pytest.approx(0, abs=1e-12) and row["floor"] is None
        (off,) = _of_known_map(source, start, made[back] + [3.0, 4.0], back=back)
        spread = np.sqrt(made[back].var(0).sum())
        assert off["value"] == pytest.approx(5 / spread) and "information" in off["note"]


def test_domains_without_a_known_map_have_no_such_row(tmp_path, numpy_rng):
    x = numpy_rng.normal(size=(60, 2))
    names = by_name(ASSESSED["translate"](*fitted(tmp_path, x, x[:40] + 1)))
    assert "cycle(a)" in names and not any(name.startswith("known-map") for name in names)
    run, materials = fitted(tmp_path, "rotated-mixtures")
    assert {"known-map(a)", "known-map(b)"} <= by_name(
        ASSESSED["translate"](run, materials)
    ).keys()


def test_nats_are_beside_the_entropy(tmp_path):
    run, materials = fitted(tmp_path, "rotated-mixtures", game="align")
    rows = by_name(ASSESSED["log_prob"](run, materials))
    truth = entropy(materials.source.domains["a"].log_prob, dimension=2, bounds=((-4, 4),) * 2)
    for key in ("a", "b"):  # turned, which keeps the entropy
        nats, beyond = rows[f"nats({key})"], rows[f"kl({key})"]
        # the mean of -log p over 1,000 rows, whose deviation is about one
        assert nats["floor"] == pytest.approx(truth, abs=0.13)
        assert nats["value"] - nats["floor"] == pytest.approx(beyond["value"])
        assert beyond["value"] > 0 == beyond["floor"]


def test_nats_without_a_known_law_have_no_floor(tmp_path, numpy_rng):
    x = numpy_rng.normal(size=(60, 2))
    rows = by_name(ASSESSED["log_prob"](*fitted(tmp_path, x, x[:40], game="align")))
    assert rows["nats(a)"]["floor"] is None and "kl(a)" not in rows


# ----------------------------------------------------------------------------------------- critics

CLIPPED = {"distance": "wasserstein", "settings": {"penalties": {"clip": 0.1}}}


@pytest.mark.parametrize("views", [[], ["packing:2"]])
def test_the_certified_gap_lies_below_w1_in_any_unit(tmp_path, numpy_rng, views):
    x = numpy_rng.normal(size=(3000, 2))
    told = []
    for unit in (1.0, 1000.0):
        settings = {**CLIPPED["settings"], "views": views}
        run, materials = fitted(
            tmp_path, x * unit, distance="wasserstein", settings=settings, steps=60
        )
        rows = by_name([*of_duels(run, materials), *ASSESSED["sample"](run, materials)])
        told.append(rows["certified-w1(duel)"])
        assert abs(told[-1]["value"]) < rows["w1(x)"]["value"]
        assert "data's scale" in told[-1]["note"] and rows["auc(duel)"]["floor"] == 0.5
    # the parts are told by the rows' bytes, so that the two runs see other rows
    assert 1 / 5 < told[0]["value"] / told[1]["value"] < 5


def test_axes_of_unequal_scale_keep_the_bound_below(tmp_path, numpy_rng):
    x = numpy_rng.normal(size=(3000, 2)) * [1.0, 500.0]
    run, materials = fitted(tmp_path, x, steps=10, **CLIPPED)
    rows = by_name([*of_duels(run, materials), *ASSESSED["sample"](run, materials)])
    assert abs(rows["certified-w1(duel)"]["value"]) < rows["w1(x)"]["value"] / 100


def test_a_slope_without_a_bound_is_told_as_the_reason():
    import torch

    duel = Duel("duel", DISTANCES["wasserstein"], torch.nn.Bilinear(1, 1, 1), None, None, (True,))
    (row,) = _proved(duel, np.ones(3), np.zeros(3), _Unit(1.0, ""))
    assert row["value"] is None and row["note"].startswith("not measured: a layer")


def test_every_duel_has_its_auc(tmp_path):
    run, materials = fitted(tmp_path, "rotated-mixtures")
    assert by_name(of_duels(run, materials)).keys() == {"auc(a)", "auc(b)"}
    run, materials = fitted(tmp_path, "ring", distance="energy")
    assert of_duels(run, materials) == []


def test_of_a_wasserstein_run_the_certificate_is_in_the_file(tmp_path):
    gan = saddle.GAN(
        steps=3,
        batch=16,
        distance="wasserstein",
        out=tmp_path,
        settings={**QUICK, **CLIPPED["settings"]},
    ).fit("ring")
    names = {row["name"] for row in assess(gan.run_)["measures"]}
    assert {"certified-w1(duel)", "auc(duel)"} <= names
