"""What every test shares: one thread, no screen, seeded streams, and where real data lies."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("MKL_NUM_THREADS", "1")
os.environ["MPLBACKEND"] = "Agg"

import hypothesis  # noqa: E402
import numpy as np  # noqa: E402
import pytest  # noqa: E402
import torch  # noqa: E402

torch.set_num_threads(1)

# The same examples on every machine, and no verdict that depends on how busy it is.
hypothesis.settings.register_profile("house", deadline=None, derandomize=True, database=None)
hypothesis.settings.load_profile("house")


@pytest.fixture
def float64() -> Iterator[None]:
    """Double precision as torch's default, for one test."""
    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(before)


@pytest.fixture
def rng() -> torch.Generator:
    """A torch stream of the test's own."""
    return torch.Generator().manual_seed(0)


@pytest.fixture
def numpy_rng() -> np.random.Generator:
    """A NumPy stream of the test's own."""
    return np.random.default_rng(0)


@pytest.fixture
def global_streams_rest() -> Iterator[None]:
    """Fails where the test drew from a global stream of torch, NumPy or Python."""
    before = _global_streams()
    yield
    moved = [name for name, state in _global_streams().items() if state != before[name]]
    assert not moved, f"drew from the global stream of {', '.join(moved)}"


def _global_streams() -> dict[str, str]:
    numpy_state = np.random.get_state(legacy=False)  # noqa: NPY002
    return {
        "torch": str(torch.get_rng_state().tolist()),
        "numpy": f"{numpy_state['state']['pos']} {numpy_state['state']['key'].tolist()}",
        "python": str(random.getstate()),
    }


@pytest.fixture(scope="session")
def data_folder() -> Path:
    """The folder of real data sets that SADDLE_DATA names; without it the test is skipped."""
    named = os.environ.get("SADDLE_DATA", "")
    if not named:
        pytest.skip("needs real data: set SADDLE_DATA to the folder that holds it")
    folder = Path(named)
    if not folder.is_dir():
        pytest.skip(f"needs real data: SADDLE_DATA is {named!r}, which is no folder")
    return folder
