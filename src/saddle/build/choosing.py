"""What a recipe says nothing of is chosen from the data and the machine, and told with reasons.

Points keep the recipe's own defaults. Pictures get networks of their size, a penalty in the
data's own scale and, where they are few, augmentation that adapts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from saddle.build.materials import Materials
from saddle.build.plan import find_device
from saddle.games import GAMES
from saddle.presets import Values
from saddle.recipe import Recipe
from saddle.sources.pictures.source import few
from saddle.spaces import Images


@dataclass(frozen=True)
class Choice:
    """Values of a recipe, and why.

    Attributes:
        about: what is chosen, in a word or two.
        values: by dotted path, value by value, so that each can be said alone; only those that
            the recipe says nothing of are taken.
        why: one line.
    """

    about: str
    values: Values
    why: str


@dataclass(frozen=True)
class Seen:
    """What a choice is made from.

    Attributes:
        channels, height, width: of a picture.
        rows: training pictures, or None where they are endless.
        spread: E |x - x'|^2, encoded.
        device: `cpu`, `cuda`, `mps`.
        shown: whether critics see the pictures, and not codes of them alone.
    """

    channels: int
    height: int
    width: int
    rows: int | None
    spread: float
    device: str
    shown: bool

    @property
    def scale(self) -> Scale:
        """What goes with their size."""
        return next(scale for scale in SCALES if self.side <= scale.side)

    @property
    def side(self) -> int:
        """The short side."""
        return min(self.height, self.width)


def with_choices(recipe: Recipe, materials: Materials) -> Recipe:
    """The recipe with everything chosen that it says nothing of."""
    said = recipe.said()
    every = (pair for choice in choices(recipe, materials) for pair in choice.values.items())
    return recipe.amended({key: value for key, value in every if key not in said})


def choices(recipe: Recipe, materials: Materials) -> list[Choice]:
    """Every choice for this data and this machine, in order; none for points."""
    space = materials.spaces.get("x")
    if not isinstance(space, Images):
        return []
    c, h, w = space.shape
    device = find_device(recipe.device).type
    shown = recipe.game is None or GAMES[recipe.game].shows
    seen = Seen(c, h, w, materials.source.size, space.spread, device, shown)
    return [choice for choice in (choose(seen) for choose in CHOICES) if choice.values]


@dataclass(frozen=True)
class Scale:
    """What goes with a size of pictures, tried on 8, 28 and 64 px; beyond 64 px it is a guess.

    Attributes:
        side: the short side that it is for, at most.
        width: channels at half size, over those at 32 px.
        steps: turns at most.
        rate: learning rate of both players.
        gamma: weight of R1 and R2 over E |x - x'|^2.
    """

    side: int
    width: float
    steps: int
    rate: float
    gamma: float


SCALES = (
    Scale(side=16, width=1.0, steps=6_000, rate=2e-3, gamma=5e-3),
    Scale(side=32, width=1.0, steps=60_000, rate=2e-3, gamma=5e-3),
    Scale(side=64, width=0.5, steps=20_000, rate=1e-3, gamma=1e-3),
    Scale(side=10**9, width=0.5, steps=30_000, rate=5e-4, gamma=1e-3),
)
"""The first that is large enough counts."""


def _networks(seen: Seen) -> Choice:
    """The small form without norms on a processor, the residual one on a GPU."""
    row, width, depth, why = NETWORKS[seen.device != "cpu"]
    wide = round(width * seen.scale.width)
    form = {"name": row, "width": wide, "depth": depth, "activation": "leaky-relu"}
    both = {f"{player}.{k}": v for player in PLAYERS for k, v in form.items()}
    values = {**both, "latent": 64, "noise": "normal"}
    return Choice("networks", values, f"{row}, {wide} channels at {seen.side} px: {why}")


PLAYERS = ("generator", "critic")

NETWORKS = {
    False: ("conv", 32, 1, "a processor plays the residual form twenty times slower"),
    True: ("residual", 96, 2, "the best known form, without norms"),
}
"""Row, width, depth and reason, by whether there is a GPU."""


def _steps(seen: Seen) -> Choice:
    """Small batches: a move costs what its pictures do, and more moves learn more."""
    values = {"batch": BATCH, "steps": seen.scale.steps}
    return Choice("turns", values, f"{BATCH} pictures a move")


BATCH = 32


def _penalty(seen: Seen) -> Choice:
    """R1 and R2 in the data's own scale: a slope of one over the way between two pictures."""
    part = seen.scale.gamma
    gamma = float(f"{part * seen.spread:.2g}")
    values = {"penalties": {"r1": gamma, "r2": gamma}}
    return Choice("penalties", values, f"{part:g} of E |x - x'|^2 = {seen.spread:.4g}")


def _rates(seen: Seen) -> Choice:
    values = {
        "optimise_generator.rate": seen.scale.rate,
        "optimise_critic.rate": seen.scale.rate,
        "schedules.warm": 0.0,
        "schedules.decay": 0.5,
        "schedules.rate": {"end": 0.05},
        "schedules.critic_rate": {"end": 0.05},
        "schedules.penalty": {"end": 0.1, "geometric": True},
        "schedules.memory": {"hold": 0.999},
    }
    return Choice("rates", values, "falling over the last half of the run")


def _augmentation(seen: Seen) -> Choice:
    """Pictures that are few are changed on the critic's way, as much as it knows them by heart."""
    rows, least = seen.rows, few(seen.side)
    if rows is None or rows >= least or not seen.shown:
        return Choice("views", {}, "")
    why = f"{rows:,} pictures are few at {seen.side} px ({least:,} are not)"
    return Choice("views", {"views": ("ada:0.4",)}, why)


CHOICES: tuple[Callable[[Seen], Choice], ...] = (
    _networks,
    _steps,
    _penalty,
    _rates,
    _augmentation,
)
"""What is chosen for pictures."""

Reasons = Mapping[str, str]


def reasons(recipe: Recipe, materials: Materials) -> Reasons:
    """Why each choice was made, where the recipe holds it as it was chosen."""
    return {
        choice.about: choice.why
        for choice in choices(recipe, materials)
        if recipe.amended(choice.values) == recipe
    }
