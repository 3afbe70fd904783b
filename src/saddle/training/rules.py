"""In which order and how often the players move.

A rule sees two teams (parameters and an optimiser each) and a function that computes a player's
loss for a numbered move; it knows nothing of networks, data or distances. One call of `turn` is
one step of a run. With losses L_g and L_c, v = (grad_g L_g, grad_c L_c) is the game's field.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial

import torch
from torch import Tensor, nn
from torch.func import functional_call

from saddle.catalogue import Catalogue, Family, positive, whole
from saddle.games.base import Player
from saddle.reference import Reference
from saddle.references import DCGAN, EXTRAGRADIENT, GAN, NUMERICS, OPTIMISTIC, UNROLLED
from saddle.training.adam import laid_out

LossOf = Callable[[Player, int], Tensor]
"""The loss of a player at the present weights, on the rows and noise of a move of this turn."""


@dataclass(eq=False)
class Team:
    """A player's networks, their optimiser, and what follows each of its steps."""

    module: nn.Module
    optimiser: torch.optim.Optimizer
    after_step: Callable[[], None] = lambda: None
    parameters: list[nn.Parameter] = field(init=False)

    def __post_init__(self) -> None:
        self.parameters = learning(self.module)

    def step(self, grads: Sequence[Tensor] | None = None) -> None:
        """One optimiser step, with these gradients where given, else with those in place."""
        if grads is not None:
            for parameter, grad in zip(self.parameters, grads, strict=True):
                parameter.grad = laid_out(grad, parameter)  # `backward` sees to that by itself
        self.optimiser.step()
        for parameter in self.parameters:
            parameter.grad = None
        self.after_step()


Teams = dict[Player, Team]


def learning(module: nn.Module) -> list[nn.Parameter]:
    """The weights that are learnt, in order: those that are frozen for good are nobody's."""
    return [parameter for parameter in module.parameters() if parameter.requires_grad]


class Rule(ABC):
    """The contract; `moves` says how many batches a turn consumes.

    Attributes:
        name: the row's name in the catalogue.
        reference: where it comes from.
        moves: batches a turn consumes.
        needs_critic: whether it means nothing for a generator alone.
        shares: whether both players' moves of a turn meet on one pass of the generators.
    """

    name: str
    reference: Reference
    moves: int = 1
    needs_critic: bool = False
    shares: bool = False

    @abstractmethod
    def turn(self, teams: Teams, loss: LossOf) -> None:
        """Move every player once, or as often as the rule says."""

    def state(self) -> dict[str, Tensor]:
        """Tensors that the next turn needs, for the checkpoint."""
        return {}

    def load(self, state: dict[str, Tensor]) -> None:
        """Take back what `state` gave."""


@contextmanager
def alone(teams: Teams, player: Player) -> Iterator[None]:
    """Freeze every other player, so that no graph is kept for them."""
    others = [p for name, team in teams.items() if name is not player for p in team.parameters]
    for parameter in others:
        parameter.requires_grad_(False)
    try:
        yield
    finally:
        for parameter in others:
            parameter.requires_grad_(True)


def gradients(teams: Teams, player: Player, loss: LossOf, move: int) -> list[Tensor]:
    """The player's own gradient at the present weights."""
    team = teams[player]
    with alone(teams, player):
        found = torch.autograd.grad(loss(player, move), team.parameters, allow_unused=True)
    return [_or_zero(g, p) for g, p in zip(found, team.parameters, strict=True)]


def field_of(teams: Teams, loss: LossOf, move: int) -> dict[Player, list[Tensor]]:
    """v: every player's gradient at the same weights, on the same batch."""
    return {player: gradients(teams, player, loss, move) for player in teams}


def _or_zero(grad: Tensor | None, parameter: Tensor) -> Tensor:
    return torch.zeros_like(parameter) if grad is None else grad


def _move(teams: Teams, player: Player, loss: LossOf, move: int) -> None:
    with alone(teams, player):
        loss(player, move).backward(inputs=teams[player].parameters)  # type: ignore[no-untyped-call]
    teams[player].step()


@dataclass(eq=False)
class Alternating(Rule):
    """k critic moves, then a generator move at the critic's new weights (or the other way)."""

    k: int = 1
    generator_first: bool = False
    name: str = "alternating"
    reference: Reference = GAN

    def __post_init__(self) -> None:
        order = [Player.CRITIC] * self.k + [Player.GENERATOR]
        self.order = order[::-1] if self.generator_first else order
        self.moves = len(order)

    def turn(self, teams: Teams, loss: LossOf) -> None:
        """Algorithm 1: the players move one after the other."""
        for move, player in enumerate(self.order):
            if player in teams:
                _move(teams, player, loss, move)


@dataclass(eq=False)
class Shared(Rule):
    """Alternating, on one batch and one pass of the generators a turn.

    The critic moves on what was drawn, then the generator answers the critic's new weights on the
    same samples, whose graph was kept. A turn costs a pass of the generator less, and the two
    moves are not independent draws.

    References:
        Radford, Metz, Chintala (2016), DCGAN, as its code is commonly written.
    """

    name: str = "shared"
    reference: Reference = DCGAN
    needs_critic: bool = True
    shares: bool = True

    def turn(self, teams: Teams, loss: LossOf) -> None:
        """The critic's move leaves the generators' graph in place for the generator's."""
        critic = teams[Player.CRITIC]
        loss(Player.CRITIC, 0).backward(inputs=critic.parameters)  # type: ignore[no-untyped-call]
        critic.step()
        _move(teams, Player.GENERATOR, loss, 0)


@dataclass(eq=False)
class Simultaneous(Rule):
    """w <- w - h v(w): every player moves from the same weights, on the same batch."""

    name: str = "simultaneous"
    reference: Reference = NUMERICS

    def turn(self, teams: Teams, loss: LossOf) -> None:
        """Compute v, then step everyone."""
        v = field_of(teams, loss, 0)
        for player, team in teams.items():
            team.step(v[player])


@dataclass(eq=False)
class Extragradient(Rule):
    """w' = w - h v(w), then w <- w - h v(w'): the field is asked where the step would lead.

    References:
        Gidel et al. (2019), A variational inequality perspective on GANs, Alg. 3.
    """

    name: str = "extragradient"
    moves: int = 2
    reference: Reference = EXTRAGRADIENT

    def turn(self, teams: Teams, loss: LossOf) -> None:
        """Step ahead, ask the field there, step back, step for good."""
        here = {player: [p.detach().clone() for p in t.parameters] for player, t in teams.items()}
        v = field_of(teams, loss, 0)
        for player, team in teams.items():
            team.step(v[player])
        ahead = field_of(teams, loss, 1)
        for player, team in teams.items():
            with torch.no_grad():
                for parameter, value in zip(team.parameters, here[player], strict=True):
                    parameter.copy_(value)
            team.step(ahead[player])


@dataclass(eq=False)
class Optimistic(Rule):
    """w <- w - h (2 v_t - v_{t-1}): the last change of the field is expected to go on."""

    name: str = "optimistic"
    reference: Reference = OPTIMISTIC
    last: dict[Player, list[Tensor]] = field(default_factory=dict)

    def turn(self, teams: Teams, loss: LossOf) -> None:
        """The first turn, without a past, is a simultaneous one."""
        v = field_of(teams, loss, 0)
        last = self.last or v
        for player, team in teams.items():
            pairs = zip(v[player], last[player], strict=True)
            team.step([2 * now - before.to(now) for now, before in pairs])
        self.last = v

    def state(self) -> dict[str, Tensor]:
        """The last field."""
        return {
            f"{player.value}.{i}": g
            for player, grads in self.last.items()
            for i, g in enumerate(grads)
        }

    def load(self, state: dict[str, Tensor]) -> None:
        """Put the last field back, in order."""
        self.last = {}
        for player in Player:
            grads = {k: g for k, g in state.items() if k.startswith(f"{player.value}.")}
            if grads:
                self.last[player] = [grads[f"{player.value}.{i}"] for i in range(len(grads))]


@dataclass(eq=False)
class Consensus(Rule):
    """w <- w - h (v + strength grad 1/2 |v|^2): the players also agree to calm the field."""

    strength: float = 1.0
    name: str = "consensus"
    reference: Reference = NUMERICS

    def turn(self, teams: Teams, loss: LossOf) -> None:
        """One graph for both losses, differentiated twice."""
        v = {
            player: torch.autograd.grad(
                loss(player, 0), team.parameters, create_graph=True, allow_unused=True
            )
            for player, team in teams.items()
        }
        energy = sum(
            (0.5 * g.square().sum() for grads in v.values() for g in grads if g is not None),
            start=torch.zeros(()),
        )
        everyone = [p for team in teams.values() for p in team.parameters]
        calm = iter(torch.autograd.grad(energy, everyone, allow_unused=True))
        steps = {
            player: [
                _or_zero(g, p).detach() + self.strength * _or_zero(next(calm), p)
                for g, p in zip(v[player], team.parameters, strict=True)
            ]
            for player, team in teams.items()
        }
        for player, team in teams.items():
            team.step(steps[player])


@dataclass(eq=False)
class Unrolled(Rule):
    """The generator descends L_g(g, c_k(g)), c_k being the critic after k imagined steps.

    The imagined steps are plain gradient steps of rate `rate`, kept in the graph, so that the
    generator's gradient sees how the critic would answer. They start from the critic that has
    just moved for real; the paper's start from the one before.

    References:
        Metz et al. (2017), Unrolled generative adversarial networks, Eq. 8 to 10.
    """

    k: int = 5
    rate: float = 0.1
    name: str = "unrolled"
    reference: Reference = UNROLLED
    needs_critic: bool = True

    def __post_init__(self) -> None:
        self.moves = self.k + 2

    def turn(self, teams: Teams, loss: LossOf) -> None:
        """The critic moves, imagines k more moves, and the generator answers those."""
        generator, critic = teams[Player.GENERATOR], teams[Player.CRITIC]
        _move(teams, Player.CRITIC, loss, 0)
        named = critic.module.named_parameters()
        imagined: dict[str, Tensor] = {name: p for name, p in named if p.requires_grad}
        for k in range(1, self.k + 1):
            value = _at(critic.module, imagined, partial(loss, Player.CRITIC, k))
            grads = torch.autograd.grad(
                value, list(imagined.values()), create_graph=True, allow_unused=True
            )
            steps = zip(imagined.items(), grads, strict=True)
            imagined = {n: c if g is None else c - self.rate * g for (n, c), g in steps}
        value = _at(critic.module, imagined, partial(loss, Player.GENERATOR, self.k + 1))
        found = torch.autograd.grad(value, generator.parameters, allow_unused=True)
        pairs = zip(found, generator.parameters, strict=True)
        generator.step([_or_zero(g, p) for g, p in pairs])


class _Within(nn.Module):
    """Asks a question while `inner` holds other weights."""

    def __init__(self, inner: nn.Module) -> None:
        super().__init__()
        self.inner = inner

    def forward(self, ask: Callable[[], Tensor]) -> Tensor:
        return ask()


def _at(module: nn.Module, weights: dict[str, Tensor], ask: Callable[[], Tensor]) -> Tensor:
    """The answer that `ask` gives while the module holds these weights, with their graph."""
    held = {f"inner.{name}": value for name, value in weights.items()}
    return functional_call(_Within(module), held, (ask,))  # type: ignore[no-any-return]


RULES: Catalogue[Callable[[], Rule]] = Catalogue(
    "rule",
    {
        "alternating": Family(
            lambda k: partial(Alternating, whole(k, "K of alternating:K", low=1)), "1", "K", "1"
        ),
        "generator-first": Family(
            lambda k: partial(Alternating, whole(k, "K of generator-first:K", low=1), True),
            "1",
            "K",
            "1",
        ),
        "shared": Shared,
        "simultaneous": Simultaneous,
        "extragradient": Extragradient,
        "optimistic": Optimistic,
        "consensus": Family(
            lambda s: partial(Consensus, positive(s, "STRENGTH of consensus:STRENGTH")),
            "1",
            "STRENGTH",
            "1",
        ),
        "unrolled": Family(
            lambda k: partial(Unrolled, whole(k, "K of unrolled:K", low=1)), "5", "K", "5"
        ),
    },
)
