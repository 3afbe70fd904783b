"""What is measured of a trained run, and what each row says of itself."""

from __future__ import annotations

import json

import numpy as np
import pytest

import saddle
from saddle.build.resuming import take_up
from saddle.distances import DISTANCES, FDivergence
from saddle.evaluate.assess import assess
from saddle.evaluate.critic import critic_report, f_of, live_generators
from saddle.evaluate.rows import clouds
from saddle.measure import GENERATORS, MEASURES

QUICK = {"looks": 1, "saves": 1}


def trained(out, data="mixture-1d:uneven", second=None, **changes):
    """A run of a few turns."""
    settings = {**QUICK, "latent": 1, **changes.pop("settings", {})}
    gan = saddle.GAN(**{"steps": 3, "batch": 16, **changes}, settings=settings, out=out)
    return gan.fit(data, second)


def report_of(gan):
    """What is said of its critic."""
    recipe = gan.trained_.recipe
    return critic_report(gan.trained_, take_up(recipe, gan.run_, None, trusted=False))


# ------------------------------------------------------------------------------------ measures


def test_a_default_run_is_measured_with_floors_and_intervals(tmp_path):
    gan = trained(tmp_path, "grid", settings={"latent": 3}, steps=5)
    found = assess(gan.run_)
    json.dumps(found, allow_nan=False)
    rows = {row["name"]: row for row in found["measures"]}
    assert {"modes", "w1(x)", "kl-neighbours(x)", "jsd(x)", "auc(duel)"} <= rows.keys()
    for row in rows.values():
        assert row["value"] is not None and row["floor"] is not None and row["n"] > 0, row
        low, high = row["interval"]
        assert low <= row["value"] <= high, row


def test_a_floor_is_at_the_n_of_its_row(numpy_rng):
    a, b, c = numpy_rng.normal(size=(3, 1600, 2))
    rows = {row["name"]: row for row in clouds("{name}(x)", a, b[:1550], c, unit=2.0)}
    used = {"w1(x)": 1500, "w2(x)": 1500}
    for name, row in rows.items():
        assert row["n"] == used.get(name, 1550)
    a, b, c = a[:1550], b[:1550], c[:1550]
    rows = {row["name"]: row for row in clouds("{name}(x)", a, b, c, unit=2.0)}
    row, energy = rows["energy(x)"], MEASURES["energy"].compute
    assert row["value"] == energy(a / 2, b / 2) and row["floor"] == energy(c / 2, b / 2)


def test_what_is_infinite_is_told_as_nothing(numpy_rng):
    point = np.ones((100, 2))
    rows = clouds("{name}(x)", point, point, point, unit=1.0)
    json.dumps(rows, allow_nan=False)
    assert {row["name"]: row["value"] for row in rows}["kl-neighbours(x)"] is None


def test_what_real_rows_have_no_value_for_has_no_floor(tmp_path, numpy_rng):
    x = numpy_rng.normal(size=(60, 2))
    gan = trained(tmp_path, x, x[:40] + 1, settings={"latent": 2})
    rows = {row["name"]: row for row in assess(gan.run_, data=None)["measures"]}
    assert rows["cycle(a)"]["floor"] is None and rows["cycle(b)"]["floor"] is None
    assert rows["w1(b)"]["floor"] > 0


# ---------------------------------------------------------------------------------- the critic


def test_the_critic_is_compared_with_the_generator_it_was_trained_against(tmp_path):
    gan = trained(tmp_path, steps=20)
    live = live_generators(gan.trained_)
    kept = dict(gan.trained_.game.generators.named_parameters())
    assert any((p != kept[name]).any() for name, p in live.named_parameters())
    found = report_of(gan)
    assert found["measured"] and found["mass_q"] == pytest.approx(1, abs=0.05)
    for p, held in zip(live.parameters(), kept.values(), strict=True):
        held.data.copy_(p)
    assert report_of(gan) == found, "the average is read"


def test_where_noise_and_data_differ_in_dimension_q_is_estimated(tmp_path):
    found = report_of(trained(tmp_path, settings={"latent": 3}, steps=20))
    assert found["measured"] and found["q_from"] == "samples on a grid"
    assert found["smoothed"], "the default penalises"
    assert 0 < found["mean_error_floor"] < 0.05 and 0 < found["exact_floor"] < 0.01
    assert found["draws"] > 100_000 and found["bandwidth"][0] > 0 < found["sampling_error"]
    assert found["bound_low"] < found["bound"] < found["bound_high"] < found["exact"]
    assert found["gap"] == found["exact"] - found["bound"]
    assert -1 <= found["correlation"] <= 1
    assert np.isfinite(found["estimate"]) and found["estimate_n"] > 0


def test_a_paired_critic_is_beside_the_optimum_of_pairs(tmp_path):
    found = report_of(trained(tmp_path, distance="relativistic", steps=20))
    assert found["pairs_value"] < found["pairs_optimum"] < 0
    assert found["pairs_bound"] == pytest.approx(found["estimate"], abs=0.02), "all pairs or some"
    assert found["pairs_exact"] == pytest.approx(found["pairs_optimum"] + np.log(2))
    assert "pairs_value" not in report_of(trained(tmp_path, distance="js"))


def test_where_the_density_of_the_data_is_unknown_only_the_estimate_is_told(tmp_path, numpy_rng):
    found = report_of(trained(tmp_path, numpy_rng.normal(size=(60, 2))))
    assert not found["measured"] and "density of the data" in found["why"]
    assert np.isfinite(found["estimate"]) and found["estimate_n"] > 0


LEARNED = [name for name, row in DISTANCES.items() if hasattr(row, "critic_loss")]


OTHERWISE = {"non-saturating": "js", "f:u*log(u)": "kl"}
"""Rows whose f stands among the generators under another name."""
MEASURED = [n for n in LEARNED if OTHERWISE.get(n, n) in GENERATORS]


@pytest.mark.parametrize("name", [n for n in MEASURED if isinstance(DISTANCES[n], FDivergence)])
def test_the_bound_is_of_the_distances_own_f(name):
    told, f = f_of(DISTANCES[name])
    u = np.linspace(0.1, 5, 50)
    known = GENERATORS[OTHERWISE.get(name, name)](u)
    gap = f(u) - known
    # f is told up to c (u - 1), which changes no divergence.
    slope = gap[-1] / (u[-1] - 1)
    assert told == DISTANCES[name].name
    np.testing.assert_allclose(gap, slope * (u - 1), atol=1e-9)


def test_the_bound_of_another_distance_is_of_jsd():
    name, f = f_of(DISTANCES["relativistic"])
    assert name == "jsd" and f(np.ones(1)) == 0


@pytest.mark.parametrize("name", ["kl", "reverse-kl", "relativistic", "hinge"])
def test_the_report_is_plain_json_and_names_its_f(tmp_path, name):
    found = report_of(trained(tmp_path, distance=name))
    json.dumps(found, allow_nan=False)
    assert np.isfinite(found["estimate"])
    if found["measured"]:
        assert found["bound_of"] == (name if name in GENERATORS else "jsd")
