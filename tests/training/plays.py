"""Games of two small players, for the tests of the rules: weights, losses, teams."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn

from saddle.games.base import Player
from saddle.training.rules import Rule, Team, Teams

Losses = Callable[[Tensor, Tensor], tuple[Tensor, Tensor]]
"""From x (the generator's) and y (the critic's) to the loss of each."""


class Point(nn.Module):
    """A player that is one vector of weights."""

    def __init__(self, *values: float) -> None:
        super().__init__()
        self.w = nn.Parameter(torch.tensor(values, dtype=torch.float64))


def bilinear(x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
    """min over x, max over y of xy: convex in x, concave in y, equilibrium (0, 0)."""
    value = (x * y).sum()
    return value, -value


def sgd(module: nn.Module, h: float) -> torch.optim.Optimizer:
    return torch.optim.SGD(module.parameters(), h)


def adam(module: nn.Module, h: float) -> torch.optim.Optimizer:
    return torch.optim.Adam(module.parameters(), h, (0.5, 0.9))


OPTIMISERS = {"sgd": sgd, "adam": adam}


class Play:
    """Two points, a rule, and the path that they walk."""

    def __init__(
        self,
        rule: Rule,
        losses: Losses = bilinear,
        *,
        start: tuple[float, float] = (1.0, 1.0),
        h: float = 0.2,
        optimiser: str = "sgd",
    ) -> None:
        self.rule, self.losses = rule, losses
        self.x, self.y = Point(start[0]), Point(start[1])
        self.seen: list[tuple[Player, int]] = []
        make = OPTIMISERS[optimiser]
        self.teams: Teams = {
            Player.GENERATOR: Team(self.x, make(self.x, h)),
            Player.CRITIC: Team(self.y, make(self.y, h)),
        }

    def loss(self, player: Player, move: int) -> Tensor:
        self.seen.append((player, move))
        return self.losses(self.x.w, self.y.w)[player is Player.CRITIC]

    @property
    def at(self) -> Tensor:
        """(x, y)."""
        return torch.cat((self.x.w, self.y.w)).detach().clone()

    def walk(self, turns: int) -> Tensor:
        """The path, the start included, (turns + 1, 2)."""
        path = [self.at]
        for _ in range(turns):
            self.rule.turn(self.teams, self.loss)
            path.append(self.at)
        return torch.stack(path)
