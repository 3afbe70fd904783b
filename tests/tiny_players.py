"""Small players for the tests of the games: networks, distances, and one of every game."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn.functional import softplus

from saddle.distances.base import Penalty, ScoreMeaning
from saddle.games import (
    GAMES,
    Align,
    Autoencoder,
    BiGan,
    Codes,
    Conditional,
    Cycle,
    Game,
    Gan,
    InfoGan,
    Noise,
    Player,
    SemiSupervised,
    Stakes,
)
from saddle.games.streams import Streams
from saddle.networks import CRITICS, FLOWS, GENERATORS, Shape, initialise
from saddle.networks.heads import Sorting
from saddle.reference import Reference

NOWHERE = Reference("none", "None", "Nobody", 2000, "nowhere")
ROWS = 24


class Logistic:
    """The non-saturating game: separable."""

    name, reference, score, separable = "logistic", NOWHERE, ScoreMeaning.LOG_RATIO, True
    minimises, bounded_critic = "js", True

    def critic_loss(self, real: Tensor, fake: Tensor) -> Tensor:
        return softplus(-real).mean() + softplus(fake).mean()

    def generator_loss(self, real: Tensor, fake: Tensor) -> Tensor:
        return softplus(-fake).mean() + softplus(real).mean()

    def estimate(self, real: Tensor, fake: Tensor) -> Tensor:
        return -self.critic_loss(real, fake)

    def log_ratio(self, v: Tensor, fake: Tensor | None = None) -> Tensor:
        return v


class Paired(Logistic):
    """The paired relativistic game: reads the whole batch."""

    name, separable = "paired", False

    def critic_loss(self, real: Tensor, fake: Tensor) -> Tensor:
        return softplus(fake - real).mean()

    def generator_loss(self, real: Tensor, fake: Tensor) -> Tensor:
        return softplus(real - fake).mean()


class Means:
    """A direct distance: squared difference of the means."""

    name, reference, minimises = "means", NOWHERE, "the gap of the means"

    def between(self, real: Tensor, fake: Tensor) -> Tensor:
        return (real.mean(0) - fake.mean(0)).square().sum()


class R1(Penalty):
    """Half the squared slope at the real side."""

    name, reference, at_sides = "r1", NOWHERE, True

    def term(self, critic, real, fake, rng):
        return 0.5 * real.square_slope().mean()


class R2(R1):
    """Half the squared slope at the fake side."""

    name = "r2"

    def term(self, critic, real, fake, rng):
        return 0.5 * fake.square_slope().mean()


class Counting(Penalty, nn.Module):
    """Remembers in a buffer how often it was asked."""

    name, reference = "counting", NOWHERE
    asked: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("asked", torch.zeros(()))

    def term(self, critic, real, fake, rng):
        self.asked += 1
        return real.scores.new_zeros(())


def rng(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def net(*inputs: int, output: int = 2, seed: int = 0) -> nn.Module:
    return GENERATORS["mlp"](Shape(inputs, output, width=8), rng(seed))


def judge(*inputs: int, kind: str = "mlp", seed: int = 1) -> nn.Module:
    return CRITICS[kind](Shape(inputs, width=8), rng(seed))


def flow(size: int = 2, kind: str = "coupling", seed: int = 2) -> nn.Module:
    return FLOWS[kind](Shape((size,), size, width=8, depth=2), rng(seed))


def _critics(stakes: Stakes, critic: str) -> dict[str, nn.Module]:
    """Critics of points (n, 2) for domains a and b; none under a direct distance."""
    if hasattr(stakes.distance, "between"):
        return {}
    m = widens(stakes)
    return {"a": judge(2 * m, kind=critic), "b": judge(2 * m, kind=critic, seed=5)}


def _critic(stakes: Stakes, kind: str, *inputs: int) -> nn.Module | None:
    if hasattr(stakes.distance, "between"):
        return None
    return judge(*(widens(stakes) * size for size in inputs), kind=kind)


def _sorting(stakes: Stakes, kind: str) -> nn.Module | None:
    """A critic of points (n, 2) that sorts them into four classes."""
    critic = _critic(stakes, kind, 2)
    if critic is None:
        return None
    features = critic(torch.zeros(2, 2 * widens(stakes))).features.shape[1]
    return Sorting(critic, initialise(nn.Linear(features, 4), rng(8)))


def widens(stakes: Stakes) -> int:
    m = 1
    for sight in stakes.views:
        m *= sight.widens
    return m


NOISE = Noise(3)
MAKERS: dict[str, Callable[[Stakes, str], Game]] = {
    "gan": lambda stakes, kind: Gan(
        generator=net(3), noise=NOISE, stakes=stakes, critic=_critic(stakes, kind, 2)
    ),
    "conditional": lambda stakes, kind: Conditional(
        generator=net(3, 4), noise=NOISE, stakes=stakes, critic=_critic(stakes, kind, 2, 4)
    ),
    "semi-supervised": lambda stakes, kind: SemiSupervised(
        generator=net(3), noise=NOISE, stakes=stakes, critic=_sorting(stakes, kind)
    ),
    "bigan": lambda stakes, kind: BiGan(
        generator=net(3),
        encoder=net(2, output=3, seed=4),
        noise=NOISE,
        stakes=stakes,
        critic=_critic(stakes, kind, 2, 3),
    ),
    "infogan": lambda stakes, kind: InfoGan(
        generator=net(3, 5),
        recogniser=net(2, output=5, seed=4),
        noise=NOISE,
        stakes=stakes,
        critic=_critic(stakes, kind, 2),
        codes=Codes(4, 1),
    ),
    "aae": lambda stakes, kind: Autoencoder(
        generator=net(3),
        encoder=net(2, output=3, seed=4),
        noise=NOISE,
        stakes=stakes,
        critic=_critic(stakes, kind, 3),
    ),
    "cycle": lambda stakes, kind: Cycle(
        a_to_b=net(2), b_to_a=net(2, seed=6), stakes=stakes, critics=_critics(stakes, kind), pool=2
    ),
    "align": lambda stakes, kind: Align(
        flow_a=flow(), flow_b=flow(seed=7), stakes=stakes, critics=_critics(stakes, kind)
    ),
}
assert set(MAKERS) == set(GAMES)


def make(name: str, stakes: Stakes, *, critic: str = "mlp") -> Game:
    """One of every game, in the plane."""
    return MAKERS[name](stakes, critic)


def batch(n: int = ROWS, seed: int = 0) -> dict[str, Tensor]:
    """A batch with every key that any game needs."""
    draws = rng(seed)
    points = {key: torch.randn(n, 2, generator=draws) for key in ("x", "a", "b")}
    labels = torch.randint(4, (n,), generator=draws)
    return {**points, "given": torch.eye(4)[labels]}


def loss(game: Game, player: Player, *, step: int = 0, rows: int = ROWS) -> Tensor:
    terms = game.loss(player, batch(rows, seed=step), Streams(0).at(step))
    return sum(terms.values(), start=torch.zeros(()))


def freeze(module: nn.Module, *, frozen: bool = True) -> None:
    for parameter in module.parameters():
        parameter.requires_grad_(not frozen)


def critics_turn(game: Game, step: int) -> dict[str, Tensor]:
    """The critic's terms as a rule asks for them: generators frozen."""
    freeze(game.generators)
    terms = game.loss(Player.CRITIC, batch(seed=step), Streams(0).at(step))
    freeze(game.generators, frozen=False)
    return terms
