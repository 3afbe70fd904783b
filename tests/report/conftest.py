from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))

import fake_runs
from fake_runs import GAMES

from saddle.runs import Run


@pytest.fixture(scope="session", params=list(GAMES))
def any_run(request, tmp_path_factory) -> Run:
    """A run of each game, in one dimension and in more."""
    return fake_runs.make(tmp_path_factory.mktemp("runs"), request.param)


@pytest.fixture(scope="session", params=list(fake_runs.PICTURES))
def any_pictures(request, tmp_path_factory) -> Run:
    """A run of pictures: with labels, without, and in colour beside what was found back."""
    return fake_runs.make(tmp_path_factory.mktemp("runs"), request.param)


@pytest.fixture
def run(tmp_path) -> Run:
    """A run of the plain game in the plane."""
    return fake_runs.make(tmp_path)
