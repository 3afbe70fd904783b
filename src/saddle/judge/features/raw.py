"""The values themselves, each column in units of the real rows' standard deviation."""

from __future__ import annotations

from saddle.judge.features.base import Features, Labels, Maker, standard
from saddle.measure.base import Floats


def raw_features(real: Floats, labels: Labels | None = None) -> Features:
    """Columns less the real mean over the real deviation: no column counts more by its units."""
    centre, scale = standard(real)
    return Features("raw", real.shape[1], lambda x: (x - centre) / scale, {"kind": "raw"})


RAW = Maker("raw", "the columns themselves, in units of their standard deviation", raw_features)
