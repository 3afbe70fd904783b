"""The run folder: what its page says it holds is what it holds."""

from __future__ import annotations

import pytest

import saddle
from saddle import runs


@pytest.mark.parametrize("data", ["ring", [[0.0, 1.0], [1.0, 0.5], [2.0, 0.1], [0.5, 3.0]] * 5])
def test_the_page_names_all_that_a_run_holds(tmp_path, data):
    settings = {"looks": 1, "saves": 1}
    gan = saddle.GAN(steps=2, batch=8, settings=settings, out=tmp_path).fit(data)
    gan.report()
    held = {path.name for path in gan.run_.path.iterdir()}
    assert {"recipe.yaml", "events.jsonl", "real.npz", "checkpoints", "report.html"} <= held
    assert [name for name in sorted(held) if name not in (runs.__doc__ or "")] == []
