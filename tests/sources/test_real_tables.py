"""Real tables, where they are: points of a map, and cells that are missing."""

import numpy as np
import pytest

from saddle import GAN
from saddle.errors import BadData
from saddle.sources.reading import choose, read


@pytest.fixture
def tables(data_folder):
    return data_folder / "tables"


def test_two_columns_of_a_real_table_are_learned_in_their_own_units(tables, tmp_path):
    table = choose(read(tables / "housing.csv"), columns="longitude,latitude", given=None)
    assert table.x.shape == (20640, 2)
    gan = GAN(steps=300, seed=0, out=tmp_path).fit(table.x)
    made = gan.sample(2000)
    low, high = table.x.min(0), table.x.max(0)
    inside = ((made > low - 1) & (made < high + 1)).all(1)
    assert inside.mean() > 0.95
    assert np.abs(made.mean(0) - table.x.mean(0)).max() < 0.5 * table.x.std(0).max()


def test_cells_that_are_missing_are_counted(tables):
    with pytest.raises(BadData, match=r"line 292: an empty cell .* rows, 207 of 20640"):
        choose(read(tables / "housing.csv"), columns="total_bedrooms", given=None)
    with pytest.raises(BadData, match=r"line 5: 'NA' .* rows, 2 of 344"):
        choose(read(tables / "penguins.csv"), columns="bill_length_mm", given=None)
