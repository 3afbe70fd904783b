"""A critic as penalties see it, for plain loops: its judge, and the side that it judged."""

from __future__ import annotations

from torch import Tensor, nn

from saddle.distances import Side
from saddle.distances.base import Judge, Slopes, slopes_at


def judge_of(critic: nn.Module) -> Judge:
    """From parts to the critic's scores."""

    def judge(parts: tuple[Tensor, ...]) -> Tensor:
        scores: Tensor = critic(*parts).values
        return scores

    return judge


def side_of(judge: Judge, x: Tensor) -> Side:
    """Samples (n, d), their scores and slopes there."""
    parts = (x.detach(),)
    return Side(parts, judge(parts), (True,), Slopes(lambda: slopes_at(judge, parts, (True,))))
