"""What keeps a critic honest: bounds on its weights, its slope and its scores.

Terms carry no weight; each row's `weight` is the factor to begin with.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from saddle.catalogue import Catalogue
from saddle.distances.base import Judge, Parts, Penalty, Side, slopes_at, square_length
from saddle.errors import bad
from saddle.reference import Reference
from saddle.references import AFM, DRAGAN, LECAM, R1, WGAN, WGAN_GP, WGAN_LP


@dataclass(frozen=True)
class Clip(Penalty):
    """Every weight is put back into [-c, c] after the critic moved.

    References:
        Arjovsky, Chintala, Bottou (2017), Wasserstein GAN, Alg. 1.
    """

    c: float = 0.01
    reference: Reference = WGAN
    weight: float = 1.0
    at_sides: bool = False
    bounds: bool = True

    def __post_init__(self) -> None:
        if not 0 < self.c < float("inf"):
            raise bad("C of clip:C", self.c, "a number above 0")

    @property
    def name(self) -> str:  # type: ignore[override]
        """The row's name in the catalogue."""
        return f"clip:{self.c:g}"

    @torch.no_grad()
    def after_step(self, critic: nn.Module) -> None:
        """Clamps every parameter that is learnt, in place."""
        for parameter in critic.parameters():
            if parameter.requires_grad:
                parameter.clamp_(-self.c, self.c)


@dataclass(frozen=True)
class Place:
    """Where a slope is measured.

    Attributes:
        square: the squared slope there, (n,).
        at_sides: whether that reads a side's own slope.
    """

    square: Callable[[Judge, Side, Side, torch.Generator], Tensor]
    at_sides: bool


def between(critic: Judge, real: Side, fake: Side, rng: torch.Generator) -> Tensor:
    """At a x + (1 - a) y for each pair (x, y), a uniform on [0, 1]; (n,).

    A part that is not smooth (a label) is the real side's. Where the sides differ in number, the
    first of each are paired. The points keep the graph of the samples that carry one.
    """
    n = min(len(real.parts[0]), len(fake.parts[0]))
    a = torch.rand(n, generator=rng, device=rng.device).to(real.scores.device)
    points = tuple(
        y + _column(a, x) * (x - y) if smooth else x
        for x, y, smooth in zip(_first(real, n), _first(fake, n), real.smooth, strict=True)
    )
    return square_length(slopes_at(critic, points, real.smooth))


PLACES: Catalogue[Place] = Catalogue(
    "place",
    {
        "between": Place(between, at_sides=False),
        "real": Place(lambda critic, real, fake, rng: real.square_slope(), at_sides=True),
        "fake": Place(lambda critic, real, fake, rng: fake.square_slope(), at_sides=True),
    },
)


@dataclass(frozen=True)
class GradientPenalty(Penalty):
    """E (|grad v| - 1)^2, or E max(0, |grad v| - 1)^2 where one-sided.

    Attributes:
        at: where: a name in `PLACES`.
        one_sided: whether slopes below one are left alone.

    References:
        Gulrajani et al. (2017), Improved training of Wasserstein GANs, Eq. 3;
        Petzka, Fischer, Lukovnikov (2018), On the regularization of Wasserstein GANs.
    """

    at: str = "between"
    one_sided: bool = False
    weight: float = 10.0
    bounds: bool = True

    def __post_init__(self) -> None:
        PLACES[self.at]

    @property
    def name(self) -> str:  # type: ignore[override]
        """The row's name in the catalogue."""
        return f"gp-one-sided:{self.at}" if self.one_sided else f"gp:{self.at}"

    @property
    def reference(self) -> Reference:  # type: ignore[override]
        """Where it comes from."""
        return WGAN_LP if self.one_sided else WGAN_GP

    @property
    def at_sides(self) -> bool:  # type: ignore[override]
        """Whether it reads the slope at a side's own samples."""
        return PLACES[self.at].at_sides

    @property
    def elsewhere(self) -> bool:  # type: ignore[override]
        """Whether it asks the critic at points of its own."""
        return not self.at_sides

    def term(self, critic: Judge, real: Side, fake: Side, rng: torch.Generator) -> Tensor:
        """The mean over the points where the slope is measured."""
        excess = root(PLACES[self.at].square(critic, real, fake, rng)) - 1
        return (excess.clamp_min(0) if self.one_sided else excess).square().mean()


@dataclass(frozen=True)
class ZeroCentred(Penalty):
    """E_P |grad v|^2 / 2 (R1), or the same over Q (R2).

    Attributes:
        side: picks the side.

    References:
        Mescheder, Geiger, Nowozin (2018), Which training methods for GANs do actually converge?,
        Eq. 9.
    """

    name: str
    side: Callable[[Side, Side], Side]
    reference: Reference = R1
    weight: float = 1.0
    at_sides: bool = True
    bounds: bool = True
    squared_slope: bool = True

    def term(self, critic: Judge, real: Side, fake: Side, rng: torch.Generator) -> Tensor:
        """Half the mean squared slope at the side's samples."""
        return self.side(real, fake).square_slope().mean() / 2


@dataclass(frozen=True)
class FiniteDifference(Penalty):
    """E ((v(x + eps n) - v(x)) / eps)^2 / 2, n ~ N(0, I): R1 or R2 without a second backward pass.

    Over n the square is |grad v|^2 on average, up to order eps^2. Both scores keep the graph of
    the samples where they carry one, so that its share of order 1/eps cancels.

    Attributes:
        side: picks the side.
        eps: the step, in units of the data.

    References:
        Lin et al. (2025), Adversarial flow models.
    """

    name: str
    side: Callable[[Side, Side], Side]
    eps: float = 0.01
    reference: Reference = AFM
    weight: float = 1.0
    at_sides: bool = False
    elsewhere: bool = True
    bounds: bool = True
    squared_slope: bool = True

    def term(self, critic: Judge, real: Side, fake: Side, rng: torch.Generator) -> Tensor:
        """Half the mean squared difference quotient."""
        side = self.side(real, fake)
        moved = tuple(
            part + self.eps * _normal(part, rng) if smooth else part
            for part, smooth in zip(side.parts, side.smooth, strict=True)
        )
        return ((critic(moved) - side.scores) / self.eps).square().mean() / 2


@dataclass(frozen=True)
class Dragan(Penalty):
    """E (|grad v| - 1)^2 around the real samples, at x + a c std(x) b; a and b uniform on [0, 1].

    A is one number a sample, b one a coordinate, std that of the whole batch. The points keep the
    graph of the samples where these carry one (an encoder's codes).

    Attributes:
        c: how far out.

    References:
        Kodali et al. (2017), On convergence and stability of GANs, Alg. 1.
    """

    c: float = 0.5
    name: str = "dragan"
    reference: Reference = DRAGAN
    weight: float = 10.0
    at_sides: bool = False
    elsewhere: bool = True
    bounds: bool = True

    def term(self, critic: Judge, real: Side, fake: Side, rng: torch.Generator) -> Tensor:
        """The mean over points around the real samples."""
        a = torch.rand(len(real.parts[0]), generator=rng, device=rng.device)
        points = tuple(
            part + _column(a, part) * self.c * part.std() * _uniform(part, rng) if smooth else part
            for part, smooth in zip(real.parts, real.smooth, strict=True)
        )
        square = square_length(slopes_at(critic, points, real.smooth))
        return torch.square(root(square) - 1).mean()


class LeCam(nn.Module, Penalty):
    """E_P (v - m_q)^2 + E_Q (v - m_p)^2, m_p and m_q moving averages of both sides' mean scores.

    The averages are buffers, saved with the run. They start as the first batch's means.

    Attributes:
        decay: how much of an average is kept at each step.

    References:
        Tseng et al. (2021), Regularizing generative adversarial networks under limited data.
    """

    reference = LECAM
    weight = 0.3
    at_sides = False
    bounds = False
    means: Tensor
    started: Tensor

    def __init__(self, decay: float = 0.99) -> None:
        super().__init__()
        if not 0 <= decay < 1:
            raise bad("DECAY of lecam:DECAY", decay, "at least 0 and below 1")
        self.decay = decay
        self.name = f"lecam:{decay:g}"
        self.register_buffer("means", torch.zeros(2))
        self.register_buffer("started", torch.zeros(()))

    def term(self, critic: Judge, real: Side, fake: Side, rng: torch.Generator) -> Tensor:
        """The squared distance of each side's scores to the other side's average."""
        if self.training:
            self._follow(real.scores, fake.scores)
        m_p, m_q = self.means.clone().to(real.scores)
        return torch.square(real.scores - m_q).mean() + torch.square(fake.scores - m_p).mean()

    @torch.no_grad()
    def _follow(self, real: Tensor, fake: Tensor) -> None:
        now = torch.stack((real.mean(), fake.mean())).to(self.means)
        self.means.lerp_(now, 1 - self.started * self.decay)
        self.started.fill_(1)


def root(square: Tensor) -> Tensor:
    """The square root, with a slope of zero at zero."""
    return torch.sqrt(square.clamp_min(1e-24))


def _first(side: Side, n: int) -> Parts:
    return tuple(part[:n] for part in side.parts)


def _column(a: Tensor, like: Tensor) -> Tensor:
    """One number a row, to be multiplied with (n, ...)."""
    return a.to(like).reshape(-1, *[1] * (like.dim() - 1))


def _normal(like: Tensor, rng: torch.Generator) -> Tensor:
    return torch.randn(like.shape, generator=rng, device=rng.device).to(like)


def _uniform(like: Tensor, rng: torch.Generator) -> Tensor:
    return torch.rand(like.shape, generator=rng, device=rng.device).to(like)
