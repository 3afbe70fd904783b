"""Features: trained once for each data set and kept, or any ONNX file; what they refuse."""

import hashlib
import json
import sys

import numpy as np
import pytest
import torch

from saddle.errors import BadData, BadValue, Incompatible, MissingExtra, UnknownName
from saddle.judge.evaluation import evaluation
from saddle.judge.features import FEATURES, check_features, features_of, trained
from saddle.judge.features.kept import cache, place
from saddle.judge.features.onnx import BATCH
from saddle.judge.fidelity import fidelity_rows
from saddle.judge.sections import Options
from saddle.judge.sides import read_sides
from saddle.measure import frechet


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("SADDLE_CACHE", str(tmp_path / "cache"))


@pytest.fixture
def quick(monkeypatch):
    monkeypatch.setattr(trained, "STEPS", 60)


def moons(n, seed):
    rng = np.random.default_rng(seed)
    t, side = np.pi * rng.random(n), rng.integers(0, 2, n)
    x = np.where(side, 1 - np.cos(t), np.cos(t))
    y = np.where(side, 0.5 - np.sin(t), np.sin(t))
    return np.stack([x, y], 1) + 0.05 * rng.normal(size=(n, 2)), side


REAL, SIDE = moons(400, 0)


def no_training(*_):
    raise AssertionError("trained again")


# ---- trained once, and kept ---------------------------------------------------------------------


def test_features_are_trained_once_and_read_afterwards(quick, monkeypatch, global_streams_rest):
    first = features_of("trained", REAL)
    monkeypatch.setattr(trained, "_train", no_training)
    again = features_of("trained", REAL)
    turned = features_of("trained", REAL[::-1])  # the same rows in another order
    probe = moons(50, 1)[0]
    assert (first.of(probe) == again.of(probe)).all() and (
        first.of(probe) == turned.of(probe)
    ).all()
    key = first.record["fingerprint"]
    assert place(key).is_file() and again.record["fingerprint"] == key
    assert first.of(probe).shape == (50, first.dim)
    json.dumps(first.record)


def test_other_rows_or_labels_train_others(quick, monkeypatch):
    keys = {features_of("trained", REAL).record["fingerprint"]}
    keys.add(features_of("trained", REAL + 1e-9).record["fingerprint"])
    keys.add(features_of("trained", REAL, SIDE).record["fingerprint"])
    keys.add(features_of("trained", REAL, SIDE % 1).record["fingerprint"])
    assert len(keys) == 4 and len([*(cache() / "features").iterdir()]) == 4
    monkeypatch.setattr(trained, "VERSION", 2)
    assert features_of("trained", REAL).record["fingerprint"] not in keys


def test_a_damaged_file_is_made_anew(quick):
    first = features_of("trained", REAL)
    file = place(first.record["fingerprint"])
    whole = file.read_bytes()
    file.write_bytes(whole[:-4] + b"\0\0\0\0")
    again = features_of("trained", REAL)
    assert (again.of(REAL) == first.of(REAL)).all() and file.read_bytes() == whole
    file.write_bytes(whole[: len(whole) // 2])
    assert (features_of("trained", REAL).of(REAL) == first.of(REAL)).all()


def test_a_cache_that_cannot_be_written_is_told(quick, monkeypatch, tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    monkeypatch.setenv("SADDLE_CACHE", str(blocked))
    assert "not_kept" in features_of("trained", REAL).record


def test_the_cache_is_where_it_is_asked_for(monkeypatch, tmp_path):
    assert cache() == tmp_path / "cache"
    monkeypatch.delenv("SADDLE_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert cache() == tmp_path / "xdg" / "saddle"
    monkeypatch.delenv("XDG_CACHE_HOME")
    assert cache().parts[-2:] == (".cache", "saddle")


def test_units_of_columns_change_nothing(quick):
    units, shift = np.array([1e-3, 1e3]), np.array([1e4, -3.0])
    probe = moons(60, 2)[0]
    here = features_of("trained", REAL).of(probe)
    there = features_of("trained", REAL * units + shift).of(probe * units + shift)
    # training carries the rounding of 1e4 - 1e4 on; a feature's own deviation is one
    np.testing.assert_allclose(here, there, atol=0.02)


def test_trained_features_see_what_two_moments_hide(monkeypatch):
    """Samples of the same mean and covariance that are no moons."""
    monkeypatch.setattr(trained, "STEPS", 300)
    real, other = moons(500, 3)[0], moons(500, 4)[0]
    rng = np.random.default_rng(5)
    fake = rng.multivariate_normal(real.mean(0), np.cov(real.T), 500)
    found = {
        name: next(
            row for row in fidelity_rows(fake, real, other=other, features=name)
            if row["name"].startswith("frechet")
        )
        for name in ("raw", "trained")
    }  # fmt: skip
    assert found["raw"]["interval"][0] < 3 * found["raw"]["floor"]
    low, floor = found["trained"]["interval"][0], found["trained"]["floor"]
    assert low > 20 * floor
    assert found["trained"]["name"] == "frechet-500-trained"


def test_classes_are_features_too(monkeypatch):
    monkeypatch.setattr(trained, "STEPS", 200)
    features = features_of("trained", REAL, SIDE.astype(str))
    x, side = moons(300, 6)
    phi = features.of(x)
    direction = phi[side == 1].mean(0) - phi[side == 0].mean(0)
    score = phi @ direction
    assert ((score > np.median(score)) == side).mean() > 0.9
    assert features.record["classes"] == 2


def test_too_few_rows_are_refused():
    with pytest.raises(BadData, match="at least 50 real rows"):
        features_of("trained", REAL[:49])
    with pytest.raises(BadData, match="one a row"):
        features_of("trained", REAL, SIDE[:-1])


def test_one_column_and_constant_columns_are_taken(quick):
    assert np.isfinite(features_of("trained", REAL[:, :1]).of(REAL[:, :1])).all()
    still = np.column_stack([REAL, np.full(len(REAL), 3.0)])
    assert np.isfinite(features_of("trained", still).of(still)).all()


# ---- any ONNX file ------------------------------------------------------------------------------


def exported(path, network, columns, *, dynamic=True, rank=2):
    """A network as an ONNX file."""
    example = torch.zeros((2, columns) if rank == 2 else (2, 3, columns, columns))
    shapes = ({0: torch.export.Dim("n")},) if dynamic else None
    torch.onnx.export(
        network.eval(), (example,), path, dynamo=True, dynamic_shapes=shapes, verbose=False
    )
    return path


@pytest.fixture(scope="module")
def network():
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return torch.nn.Sequential(torch.nn.Linear(2, 8), torch.nn.Tanh(), torch.nn.Linear(8, 5))


@pytest.fixture(scope="module")
def file(tmp_path_factory, network):
    return exported(tmp_path_factory.mktemp("onnx") / "small.onnx", network, 2)


pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")


def test_an_onnx_file_gives_its_networks_output(file, network):
    made = features_of(f"onnx:{file}", REAL)
    x = moons(BATCH + 37, 7)[0]
    with torch.no_grad():
        truth = network(torch.from_numpy(x).float()).numpy()
    np.testing.assert_allclose(made.of(x), truth, atol=1e-5)
    assert (made.name, made.dim) == ("small", 5)
    weights = file.with_name("small.onnx.data")
    whole = file.read_bytes() + (weights.read_bytes() if weights.exists() else b"")
    assert made.record["sha256"] == hashlib.sha256(whole).hexdigest()
    assert made.record["resize"] is None and made.record["input"]["name"]
    row = fidelity_rows(x, REAL, features=made)[0]
    assert row["name"] == "frechet-200-small"
    half = np.random.default_rng(0).permutation(400)[:200]
    assert frechet(made.of(x), made.of(REAL[half])) > 0


def test_a_file_of_fixed_batch_is_given_whole_batches(tmp_path, network):
    path = exported(tmp_path / "two.onnx", network, 2, dynamic=False)
    made = features_of(f"onnx:{path}", REAL)
    with torch.no_grad():
        truth = network(torch.from_numpy(REAL[:7]).float()).numpy()
    np.testing.assert_allclose(made.of(REAL[:7]), truth, atol=1e-5)


def test_onnx_mistakes_are_named(file, tmp_path, network):
    with pytest.raises(BadData, match="there is no file"):
        features_of(f"onnx:{tmp_path}/none.onnx", REAL)
    broken = tmp_path / "broken.onnx"
    broken.write_bytes(b"no network")
    with pytest.raises(BadData, match="is no ONNX network"):
        features_of(f"onnx:{broken}", REAL)
    with pytest.raises(Incompatible, match="rows have 3 columns"):
        features_of(f"onnx:{file}", np.zeros((4, 3)))
    images = exported(tmp_path / "images.onnx", torch.nn.Flatten(), 4, rank=4)
    with pytest.raises(Incompatible, match="images are not read yet"):
        features_of(f"onnx:{images}", REAL)
    with pytest.raises(BadValue, match="onnx:PATH"):
        features_of("onnx", REAL)


def test_what_cannot_be_made_is_refused_before_any_work(file, tmp_path):
    check_features(f"onnx:{file}", 2)
    check_features(features_of("raw", REAL), 9)
    with pytest.raises(Incompatible, match="rows have 3 columns"):
        check_features(f"onnx:{file}", 3)
    sides = read_sides(REAL[:100], REAL[100:200])
    for name, problem in ((f"onnx:{tmp_path}/none.onnx", BadData), ("rwa", UnknownName)):
        with pytest.raises(problem):
            evaluation(sides, Options(features=name), doing=no_training)


def test_without_onnxruntime_it_says_how_to_install_it(file, monkeypatch):
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(MissingExtra, match=r"saddle-gan\[onnx\]"):
        features_of(f"onnx:{file}", REAL)


def test_the_catalogue_lists_all_three():
    assert [name for name, _ in FEATURES.describe()] == ["raw", "trained", "onnx:PATH"]
    assert all(maker.words for maker in FEATURES.values())
