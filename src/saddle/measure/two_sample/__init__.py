"""Two-sample tests: could both clouds have been drawn from one law?"""

from __future__ import annotations

from saddle.measure.two_sample.kernels import (
    energy,
    energy_judged,
    median_width,
    mmd,
    mmd_judged,
)
from saddle.measure.two_sample.result import Blind, Result, TwoSampleTest
from saddle.measure.two_sample.scores import auc_judged, auc_of
from saddle.measure.two_sample.table import DEFAULT_TESTS, PERMUTATIONS, TESTS, two_sample

__all__ = [
    "DEFAULT_TESTS",
    "PERMUTATIONS",
    "TESTS",
    "Blind",
    "Result",
    "TwoSampleTest",
    "auc_judged",
    "auc_of",
    "energy",
    "energy_judged",
    "median_width",
    "mmd",
    "mmd_judged",
    "two_sample",
]
