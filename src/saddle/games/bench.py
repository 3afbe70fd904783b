"""What a game is made from, where only names, sizes and weights are known."""

from __future__ import annotations

from typing import Protocol

from torch import nn

from saddle.games.noise import Noise
from saddle.games.seats import Stakes
from saddle.networks import Size


class Bench(Protocol):
    """Networks of the sizes that a game asks for, and what its duels are fought under.

    A role names a network, and the stream that its first weights are drawn from: `generator`,
    `generator.a_to_b`, `critic.b`.
    """

    @property
    def stakes(self) -> Stakes:
        """Distance, penalties and views."""
        ...

    @property
    def noise(self) -> Noise:
        """The law of z."""
        ...

    def shape(self, key: str) -> Size:
        """Shape of one encoded sample of a key."""
        ...

    def generator(
        self, role: str, inputs: tuple[int | Size, ...], output: int | Size
    ) -> nn.Module:
        """A generator's network."""
        ...

    def encoder(self, role: str, inputs: tuple[int | Size, ...], output: int | Size) -> nn.Module:
        """An encoder's network."""
        ...

    def flow(self, role: str, size: Size) -> nn.Module:
        """An invertible network."""
        ...

    def critic(self, role: str, *sizes: int | Size) -> nn.Module | None:
        """A critic for parts of these shapes; None under a direct distance."""
        ...

    def linear(self, role: str, inputs: int, outputs: int) -> nn.Linear:
        """A linear map, for a head that a game puts on a network."""
        ...

    def critics(self, *keys: str) -> dict[str, nn.Module] | None:
        """A critic for each key; None under a direct distance."""
        ...

    def weight(self, **defaults: float) -> dict[str, float]:
        """The weights of the game's terms: those asked for, else these; others are refused."""
        ...
