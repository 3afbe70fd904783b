"""The example runs, whatever learned distance it is given, and comes closer to the truth."""

from __future__ import annotations

import importlib.util
import math
from pathlib import Path
from types import ModuleType

import pytest

from saddle.distances import DISTANCES
from saddle.distances.base import Distance

PATH = Path(__file__).resolve().parents[2] / "examples" / "gan_on_one_page.py"
LEARNED = [name for name in DISTANCES if isinstance(DISTANCES[name], Distance)]


@pytest.fixture(scope="module")
def page() -> ModuleType:
    spec = importlib.util.spec_from_file_location("gan_on_one_page", PATH)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", LEARNED)
def test_ten_steps_under_every_distance(page: ModuleType, name: str) -> None:
    lines = page.train(DISTANCES[name], steps=10)
    assert lines[-1]["step"] == 10
    assert all(math.isfinite(value) for line in lines for value in line.values())


def test_js_comes_closer(page: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    lines = page.train(DISTANCES["js"], steps=400)
    # A point mass at 0 is 2 away; three seeds came to 0.2 to 0.3, so 0.6 leaves room for another
    # machine's rounding, and one lost mode (at least 1) cannot pass.
    assert lines[-1]["exact W1"] < 0.6
    page.main("js", "8")
    assert "truth" in capsys.readouterr().out


def test_a_seed_decides_everything(page: ModuleType, global_streams_rest: None) -> None:
    first, again = (page.train(DISTANCES["js"], steps=8, seed=3) for _ in range(2))
    assert first == again
