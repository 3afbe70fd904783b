"""What is measured of a trained run, and what each row says of itself."""

from __future__ import annotations

import json

import numpy as np
import pytest

import saddle
from saddle.build.session import take_up
from saddle.distances import DISTANCES, FDivergence
from saddle.evaluate.assess import CARRIED, _compared, assess
from saddle.evaluate.critic import critic_report, f_of, live_generators
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


@pytest.mark.parametrize("name", CARRIED)
@pytest.mark.parametrize(("d", "used"), [(1, 2100), (2, 2000)])
def test_a_carried_distance_says_how_many_points_it_used(numpy_rng, name, d, used):
    a, b = numpy_rng.normal(size=(2, 2100, d))
    value, n = _compared(name, a, b)
    assert n == used and value == MEASURES[name].compute(a, b)


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


def test_without_a_known_q_the_distances_own_estimate_is_told(tmp_path):
    found = report_of(trained(tmp_path, settings={"latent": 3}))
    assert not found["measured"] and "another dimension" in found["why"]
    assert np.isfinite(found["estimate"]) and found["estimate_n"] > 0


LEARNED = [name for name, row in DISTANCES.items() if hasattr(row, "critic_loss")]


@pytest.mark.parametrize("name", [n for n in LEARNED if isinstance(DISTANCES[n], FDivergence)])
def test_the_bound_is_of_the_distances_own_f(name):
    told, f = f_of(DISTANCES[name])
    u = np.linspace(0.1, 5, 50)
    known = GENERATORS[{"non-saturating": "js", "f:u*log(u)": "kl"}.get(name, name)](u)
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
