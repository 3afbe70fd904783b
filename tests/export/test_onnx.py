"""What is exported draws what the run draws, in raw units, for any number of rows."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch

from saddle.build.session import start
from saddle.errors import Incompatible, RunError
from saddle.evaluate import load
from saddle.export import export, onnx
from saddle.recipe import Recipe
from saddle.sources.pictures import array_pictures

onnxruntime = pytest.importorskip("onnxruntime", reason="the extra `onnx` is not installed")
pytest.importorskip("onnxscript", reason="the extra `onnx` is not installed")


def pictures(c: int, h: int, w: int):
    rng = np.random.default_rng(0)
    x = rng.integers(0, 256, (60, h, w, c), np.uint8)
    return array_pictures(x, seed=0, labels=np.arange(60) % 3, name="noise")


SMALL = {"width": 8, "depth": 1}
RUNS = {
    "points": ("grid", {}),
    "labelled points": ("labelled-ring", {}),
    "conv": ((1, 12, 12), {"game": "gan", "generator": {"name": "conv", **SMALL}}),
    "dcgan": ((3, 16, 12), {"generator": {"name": "dcgan", **SMALL}}),
    "residual": ((3, 8, 8), {"game": "gan", "generator": {"name": "residual", **SMALL}}),
}


@pytest.fixture(scope="module", params=RUNS)
def trained(request, tmp_path_factory):
    """A run of two turns."""
    data, changes = RUNS[request.param]
    critic = {} if isinstance(data, str) else {"critic": {"name": "conv", **SMALL}}
    values = {"steps": 2, "looks": 1, "batch": 8, "precision": "float32", **critic, **changes}
    passed = None if isinstance(data, str) else pictures(*data)
    base = {"data": data if isinstance(data, str) else "python"}
    session = start(
        Recipe().amended({**base, **values}), tmp_path_factory.mktemp("runs"), data=passed
    )
    for _ in session.play():
        pass
    return load(session.run)


def test_the_file_draws_what_the_run_draws(trained, tmp_path):
    made = export(trained, tmp_path / "g.onnx")
    assert made.error < 1e-4 and made.bytes == made.path.stat().st_size
    session = onnxruntime.InferenceSession(str(made.path))
    rng = torch.Generator().manual_seed(3)
    z = trained.game.noise.draw(5, rng)
    fed = {"z": z.numpy()}
    if "given" in trained.spaces:
        fed["given"] = np.eye(trained.spaces["given"].shape[0], dtype=np.float32)[[0, 1, 2, 0, 1]]
    (found,) = session.run(None, fed)
    with torch.no_grad():
        parts = [torch.from_numpy(value) for value in fed.values()]
        encoded = trained.game.generators["generator"](*parts)
    wanted = trained.spaces["x"].decode(encoded).astype(np.float64)
    assert found.shape == wanted.shape
    near = 0.51 if wanted.ndim == 4 else 1e-3 * np.abs(wanted).max()  # pictures are rounded
    assert np.abs(found - wanted).max() < near


def test_the_file_tells_what_it_is(trained, tmp_path):
    made = export(trained, tmp_path / "g.onnx")
    told = onnxruntime.InferenceSession(str(made.path)).get_modelmeta().custom_metadata_map
    read = {key: json.loads(value) for key, value in told.items()}
    assert read["latent"] == trained.recipe.latent and read["made by"] == "saddle"
    assert ("classes" in read) == ("given" in trained.spaces)


def test_a_file_that_differs_is_not_written(trained, tmp_path, monkeypatch):
    monkeypatch.setattr(onnx, "TOLERANCE", -1.0)
    with pytest.raises(RunError, match="is not written"):
        export(trained, tmp_path / "g.onnx")
    assert not (tmp_path / "g.onnx").exists()


def test_a_game_without_noise_is_refused(tmp_path):
    values = {"data": "rotated-moons", "game": "cycle", "steps": 1, "looks": 1, "batch": 8}
    session = start(Recipe().amended(values), tmp_path)
    for _ in session.play():
        pass
    with pytest.raises(Incompatible, match="no generator that draws from noise"):
        export(load(session.run), tmp_path / "g.onnx")
