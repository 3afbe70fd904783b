"""What the theory says of a run's own choices, from its distance, penalties and rule alone.

    rest         the critic's least loss where it cannot tell: min over c of L_c(c, c), p = q
    pulls        how hard each player is pulled at a score v, from the losses themselves
    calibration  D = sigmoid(v) beside the share of real rows among those of about that D
    smallest     the same choices on p = delta_0, q = delta_theta, v(x) = psi x: where they lead

References:
    Mescheder, Geiger, Nowozin (2018), Which training methods for GANs do actually converge?
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from saddle.build.materials import Materials
from saddle.distances import PENALTIES, Distance, FDivergence, Relabelled, Side, Slopes, slopes_at
from saddle.distances.base import Judge
from saddle.evaluate.critic import held_out_scores, live_generators, why_not_judged
from saddle.evaluate.trained import Trained
from saddle.games.base import Player
from saddle.games.duel import Duel
from saddle.networks import steady
from saddle.recipe import Recipe
from saddle.runs import Json
from saddle.training.rules import RULES, Team, Teams

FLOAT = torch.float64
SCORES = torch.linspace(-6, 6, 97, dtype=FLOAT)
BINS = 12

TURNS, RATE, EDGE, SIDE = 240, 0.2, 1.6, 13
"""Turns of the smallest game and the rate of both players; half width and points of its field."""


def theory_report(trained: Trained, materials: Materials) -> Json:
    """What can be said of the run's first duel; the reason alone where it has no critic."""
    if not len(trained.game.critics):
        return {"measured": False, "why": "there is no critic"}
    duel = trained.game.duels[0]
    assert isinstance(duel, Duel)
    return {
        "measured": True,
        "duel": duel.name,
        "distance": duel.distance.name,
        "minimises": duel.distance.minimises,
        "rest": duel.weight * rest(duel.distance),
        "pulls": pulls(duel.distance),
        "calibration": calibration(trained, materials, duel),
        "smallest": on_one_point(duel, trained.recipe),
    }


def rest(distance: Distance) -> float:
    """The critic's least loss at equal constant scores, its optimum at p = q; log 4 for a GAN."""
    at = [distance.critic_loss(c.expand(2), c.expand(2)) for c in SCORES]
    return float(torch.stack(at).min())


# ------------------------------------------------------------------------------ at a single score


def pulls(distance: Distance) -> Json:
    """How hard each loss pulls at one score, the other side's score being zero.

    Minus its slope, which is up; at a fake sample the critic's pulls down, and has the other sign.
    An f-divergence also names the weights of its exact gradient, u^2 f''(u) and u f''(u).
    """
    found: Json = {"v": SCORES.tolist()}
    found["critic at real"] = [-_slope(distance.critic_loss, v, side=0) for v in SCORES]
    found["critic at fake"] = [_slope(distance.critic_loss, v, side=1) for v in SCORES]
    found["generator"] = [-_slope(distance.generator_loss, v, side=1) for v in SCORES]
    row = distance.distance if isinstance(distance, Relabelled) else distance
    if isinstance(row, FDivergence):
        log_u, slope = _log_ratios(row)
        names = ("generator", "u^2 f''(u)", "u f''(u)")
        weights = (row.weights(log_u)[0], *row.pulls(log_u))
        found |= {name: (w * slope).tolist() for name, w in zip(names, weights, strict=True)}
    return found


def _log_ratios(row: FDivergence) -> tuple[Tensor, Tensor]:
    """Log u at the scores, and its slope there: one where the score is the log ratio itself."""
    v = SCORES.clone().requires_grad_()
    log_u = row.log_ratio(v)
    assert log_u is not None, "an f-divergence's score tells its log ratio"
    (slope,) = torch.autograd.grad(log_u.sum(), v)
    return log_u.detach(), slope


def _slope(loss: Callable[[Tensor, Tensor], Tensor], v: Tensor, *, side: int) -> float:
    """The slope of a loss in one of its two scores, at v; the other one is zero."""
    scores = [torch.zeros(1, dtype=FLOAT), torch.zeros(1, dtype=FLOAT)]
    scores[side] = v.reshape(1).clone().requires_grad_()
    (found,) = torch.autograd.grad(loss(*scores), scores[side])
    return float(found)


# -------------------------------------------------------------------------------- on held-out rows


def calibration(trained: Trained, materials: Materials, duel: Duel) -> Json:
    """Equal numbers of held-out rows and draws, in bins of D: mean D, share of real rows, n.

    A critic at its optimum has D = p/(p+q), which is the share of real rows where it says D.
    """
    if reason := why_not_judged(trained):
        return {"measured": False, "why": reason}
    real, fake = held_out_scores(trained, materials, duel, live_generators(trained))
    n = min(len(real), len(fake))
    v = duel.distance.log_ratio(torch.cat([real[:n], fake[:n]]), fake)
    if v is None:
        return {"measured": False, "why": f"the score is a {duel.distance.score.value}"}
    return {"measured": True, "bins": bins_of(torch.sigmoid(v.double()).numpy(), n)}


def bins_of(d: npt.NDArray[Any], n: int) -> list[Json]:
    """Bins of equal counts by rising D, of n real rows and after them n draws; ties alternate."""
    turns = np.arange(2 * n).reshape(2, n).T.ravel()
    parts = np.array_split(turns[np.argsort(d[turns], kind="stable")], BINS)
    return [
        {"D": float(d[at].mean()), "real": float((at < n).mean()), "n": len(at)}
        for at in parts
        if len(at)
    ]


# ------------------------------------------------------------------------------- the smallest game


class Point(nn.Module):
    """The generator that is one point."""

    def __init__(self, at: float) -> None:
        super().__init__()
        self.theta = nn.Parameter(torch.tensor([[at]], dtype=FLOAT))


def on_one_point(duel: Duel, recipe: Recipe) -> Json:
    """The smallest game, where views and a critic of bounded slope do not lead elsewhere."""
    if recipe.views:
        return {"measured": False, "why": f"one point is not seen through {recipe.views[0]}"}
    if steady(duel.critic):
        return {"measured": False, "why": "the critic's slope is bounded by construction"}
    return smallest_game(duel.distance, recipe)


def smallest_game(distance: Distance, recipe: Recipe) -> Json:
    """The path of (theta, psi) from (1, 1) under the run's rule, and the field about (0, 0)."""
    game = _Smallest(distance, recipe, (1.0, 1.0))
    path = [game.place()]
    for _ in range(TURNS):
        game.rule.turn(game.teams, game.loss)
        path.append(game.place())
    axis = torch.linspace(-EDGE, EDGE, SIDE, dtype=FLOAT).tolist()
    places = [(theta, psi) for psi in axis for theta in axis]
    field = [_Smallest(distance, recipe, place).field() for place in places]
    return {
        "rule": recipe.rule,
        "penalties": dict(recipe.penalties),
        "rate": RATE,
        "path": _short(path),
        "at": _short(places),
        "field": _short(field),
    }


class _Smallest:
    """Dirac-GAN: p = delta_0, q = delta_theta, v(x) = psi x, two rows a side."""

    def __init__(self, distance: Distance, recipe: Recipe, start: tuple[float, float]) -> None:
        self.distance = distance
        self.penalties = [(PENALTIES[name], weight) for name, weight in recipe.penalties.items()]
        linear = nn.Linear(1, 1, bias=False, dtype=FLOAT)
        with torch.no_grad():
            linear.weight.fill_(start[1])
        self.critic: nn.Module = linear
        for penalty, _ in self.penalties:
            self.critic = penalty.build(self.critic)
        self.generator = Point(start[0])
        self.rule = RULES[recipe.rule]()
        self.teams: Teams = {
            Player.GENERATOR: self._team(self.generator, lambda: None),
            Player.CRITIC: self._team(self.critic, self._after),
        }

    def _team(self, module: nn.Module, after: Callable[[], None]) -> Team:
        return Team(module, torch.optim.SGD(module.parameters(), RATE), after)

    def _after(self) -> None:
        for penalty, _ in self.penalties:
            penalty.after_step(self.critic)

    def loss(self, player: Player, move: int) -> Tensor:
        """The loss of a player at the present weights."""
        zeros = torch.zeros(2, 1, dtype=FLOAT)
        fake = self.generator.theta.expand(2, 1)
        if player is Player.GENERATOR:
            return self.distance.generator_loss(self._judge((zeros,)), self._judge((fake,)))
        real, made = self._side(zeros), self._side(fake.detach())
        rng = torch.Generator().manual_seed(move)
        terms = [w * p.term(self._judge, real, made, rng) for p, w in self.penalties]
        return self.distance.critic_loss(real.scores, self._judge((fake,))) + sum(terms)

    def _judge(self, parts: tuple[Tensor, ...]) -> Tensor:
        scores: Tensor = self.critic(parts[0])[:, 0]
        return scores

    def _side(self, x: Tensor) -> Side:
        judge: Judge = self._judge
        slopes = Slopes(lambda: slopes_at(judge, (x,), (True,)))
        return Side((x,), judge((x,)), (True,), slopes)

    def place(self) -> tuple[float, float]:
        """Theta and psi, the slope of the score."""
        with torch.no_grad():
            psi = self._judge((torch.ones(1, 1, dtype=FLOAT),))
        return float(self.generator.theta.detach()), float(psi)

    def field(self) -> tuple[float, float]:
        """Where both players are pulled: minus the gradient of each loss by its own weight."""
        pulled = []
        for player, team in self.teams.items():
            found = torch.autograd.grad(self.loss(player, 0), team.parameters, allow_unused=True)
            pulled.append(-sum(float(g.sum()) for g in found if g is not None))
        return pulled[0], pulled[1]


def _short(pairs: list[tuple[float, float]]) -> list[list[float | None]]:
    """Five digits that count; what is not finite, or left the page, as None."""
    return [[float(f"{x:.5g}") if abs(x) < 1e6 else None for x in pair] for pair in pairs]
