"""What two clouds differ in: clusters, boxes, columns, pairs; how each is tested and mended."""

from saddle.judge.gaps.account import Account, Judge
from saddle.judge.gaps.base import Clouds, Gap, Shares
from saddle.judge.gaps.finders import FINDERS

__all__ = ["FINDERS", "Account", "Clouds", "Gap", "Judge", "Shares"]
