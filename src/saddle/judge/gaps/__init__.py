"""What two clouds differ in: clusters, boxes, columns, pairs, values; each tested and mended."""

from saddle.judge.gaps.account import Account, Carried
from saddle.judge.gaps.base import Clouds, Gap, Told
from saddle.judge.gaps.finders import FINDERS
from saddle.judge.gaps.search import Found, Search, candidates

__all__ = [
    "FINDERS",
    "Account",
    "Carried",
    "Clouds",
    "Found",
    "Gap",
    "Search",
    "Told",
    "candidates",
]
