"""What the critic sees of each side: instance noise, packing, replay, changed pictures."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch

from saddle.catalogue import Catalogue, Family, positive, share, whole
from saddle.distances.base import Parts
from saddle.errors import BadValue
from saddle.games.adaptive import Adaptive
from saddle.games.differentiable import Augmentation
from saddle.games.duel import SideName, View
from saddle.games.pool import Pool
from saddle.games.streams import Purpose, Streams
from saddle.reference import Reference
from saddle.references import ADA, DIFFAUGMENT, INSTANCE_NOISE, PACGAN, REPLAY


class InstanceNoise(View):
    """x -> x + strength std e, e ~ N(0, I), fresh on both sides and in both players' turns.

    Clouds on thin supports that do not meet have no finite log ratio, and its slope says nothing;
    the noisy ones always overlap. Where `strength` fades to zero the view becomes the identity.
    Parts that are not smooth (labels) are left as they are.

    References:
        Sønderby et al. (2017), Amortised MAP inference (on both sides, annealed).
        Arjovsky, Bottou (2017), Towards principled methods for training GANs, Sec. 3.
        Roth et al. (2017), Stabilizing training of GANs (its limit of small std is a penalty).
    """

    def __init__(self, std: float, smooth: tuple[bool, ...]) -> None:
        super().__init__()
        self.name = f"noise:{std:g}"
        self.std = std
        self.smooth = smooth

    def forward(self, parts: Parts, side: SideName, streams: Streams) -> Parts:
        """Smooth parts with noise added."""
        scale = self.strength * self.std
        if scale == 0:
            return parts
        rng = streams[Purpose.AUGMENT]
        return tuple(
            part + scale * torch.randn(part.shape, generator=rng, device=rng.device).to(part)
            if smooth
            else part
            for part, smooth in zip(parts, self.smooth, strict=True)
        )


class Packing(View):
    """(x_1, ..., x_n) -> ((x_1, ..., x_m), (x_m+1, ..., x_2m), ...): m rows are judged as one.

    A cloud that lacks a mode gives itself away in m samples sooner than in one. Rows (n, d) become
    (n/m, m d), pictures (n, C, H, W) become (n/m, m C, H, W), in every part; the last n mod m
    rows are left out.

    References:
        Lin, Khetan, Fanti, Oh (2018), PacGAN.
    """

    def __init__(self, m: int) -> None:
        super().__init__()
        self.name = f"packing:{m}"
        self.widens = m

    def forward(self, parts: Parts, side: SideName, streams: Streams) -> Parts:
        """Every part in packs of m rows."""
        rows = len(parts[0]) // self.widens
        if rows == 0:
            raise BadValue(
                f"{self.name} needs at least {self.widens} rows a batch, got {len(parts[0])}"
            )
        return tuple(
            part[: rows * self.widens].reshape(rows, -1, *part.shape[2:]) for part in parts
        )


Smooth = tuple[bool, ...]


@dataclass(frozen=True)
class Sight:
    """A row of `VIEWS`; calling it makes a view, with a state of its own, for one duel.

    Attributes:
        make: from the duel's smooth flags to the view.
        reference: where it comes from.
        about: one line for lists.
        widens: by how much the view widens each part (a critic's input sizes times this).
        replays: whether it shows past fakes; a game with a pool of its own then adds none.
        pictures: whether it needs a picture (C, H, W) among the smooth parts.
    """

    make: Callable[[Smooth], View]
    reference: Reference
    about: str
    widens: int = 1
    replays: bool = False
    pictures: bool = False

    def __call__(self, smooth: Smooth) -> View:
        """A new view for a duel whose parts are smooth or not."""
        return self.make(smooth)


def _noise(text: str) -> Sight:
    std = positive(text, "STD of noise:STD")
    return Sight(
        lambda smooth: InstanceNoise(std, smooth),
        INSTANCE_NOISE,
        "Gaussian noise on both sides, in units of the data's scale; may fade",
    )


def _packing(text: str) -> Sight:
    m = whole(text, "M of packing:M", low=2)
    return Sight(lambda _: Packing(m), PACGAN, "several rows are judged as one", widens=m)


def _replay(text: str) -> Sight:
    batches = whole(text, "BATCHES of replay:BATCHES", low=1)
    about = "the critic also meets past fakes"
    return Sight(lambda _: Pool(batches), REPLAY, about, replays=True)


def _augment(text: str) -> Sight:
    _ = Augmentation(text, ())  # a wrong name is told at once
    about = "both sides' pictures are changed at random: operations joined by +"
    return Sight(lambda smooth: Augmentation(text, smooth), DIFFAUGMENT, about, pictures=True)


def _ada(text: str) -> Sight:
    target = share(text, "TARGET of ada:TARGET")
    about = "pictures are changed the more often, the more the critic knows by heart"
    return Sight(lambda smooth: Adaptive(target, smooth), ADA, about, pictures=True)


VIEWS: Catalogue[Sight] = Catalogue(
    "view",
    {
        "noise": Family(_noise, "0.1", "STD"),
        "packing": Family(_packing, "2", "M", "2"),
        "replay": Family(_replay, "50", "BATCHES", "50"),
        "augment": Family(_augment, "colour+shift+cutout", "OPERATIONS", "colour+shift+cutout"),
        "ada": Family(_ada, "0.6", "TARGET", "0.6"),
    },
)
