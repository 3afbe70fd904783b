"""Where rows may be written."""

from __future__ import annotations

import pytest

from saddle.errors import BadValue
from saddle.output import must_spare, trained_on
from saddle.recipe import Recipe


@pytest.mark.parametrize("key", ["data", "second", "given"])
def test_nothing_that_a_run_was_trained_on_is_written_over(tmp_path, key):
    file = tmp_path / "rows.csv"
    file.write_text("1,2\n")
    recipe = Recipe.of({key: str(file)})
    for path in (file, tmp_path / "." / "rows.csv"):
        with pytest.raises(BadValue, match="would be lost"):
            must_spare(path, *trained_on(recipe))
    must_spare(tmp_path / "other.csv", *trained_on(recipe))
