"""Convolutional networks, a layer a level: DCGAN as published, and small ones without norms.

    generator   z -> (h, w) -> ... -> (H, W), each step doubling
    critic      (H, W) -> ... -> (h, w) -> v, each step a 4 x 4 convolution that halves

The levels between have `width` channels at half the picture's size, 2 `width` at a quarter, and
so on. `depth` is one whatever is asked for.
"""

from __future__ import annotations

from collections.abc import Callable

from torch import nn

from saddle.networks.blueprint import Shape, Size
from saddle.networks.few import doubling_filters, halving_filters
from saddle.networks.heads import Judging, PictureCritic, PictureEncoder, Pool, Projected
from saddle.networks.layers import ACTIVATIONS, Dropout
from saddle.networks.pictures import (
    HE,
    SLOPE,
    Crop,
    Dense,
    DoublingFilters,
    Enlarge,
    Filters,
    Grid,
    Latent,
    Norm,
    Painter,
    Seedling,
    cropping,
    drawn,
    encoded,
    grids,
    halving,
    laid,
    seen,
    widths,
)

PUBLISHED = 0.02
"""The standard deviation of DCGAN's weights."""

Doubling = Callable[[int, int, Grid, bool], list[nn.Module]]
"""From channels in and out, the finer size and whether there is a bias, to layers."""


def transposed(inputs: int, outputs: int, fine: Grid, bias: bool) -> list[nn.Module]:
    """DCGAN's own step."""
    return [doubling_filters(inputs, outputs, std=PUBLISHED, bias=bias), Crop(fine)]


def repeated(inputs: int, outputs: int, fine: Grid, bias: bool) -> list[nn.Module]:
    """Each pixel repeated, then 3 x 3 filters."""
    filters = DoublingFilters(inputs, outputs, 3, std=PUBLISHED, bias=bias)
    return [filters, Crop(fine)]


def bilinear(inputs: int, outputs: int, fine: Grid, bias: bool) -> list[nn.Module]:
    """Bilinear resampling, then 3 x 3 filters."""
    return [Enlarge(fine), Filters(inputs, outputs, 3, std=PUBLISHED, bias=bias)]


DOUBLINGS: dict[str, Doubling] = {"nearest": repeated, "bilinear": bilinear}


def dcgan_generator(row: str, shape: Shape, doubling: Doubling = transposed) -> Painter:
    """Batch norm and rectifiers between the levels, tanh at the end.

    References:
        Radford, Metz, Chintala (2016), DCGAN, Sec. 3.
    """
    picture = drawn(row, shape)
    sizes = grids(picture)
    channels = [picture[0], *widths(shape.width, len(sizes) - 1)]
    latent = Latent(shape)
    layers: list[nn.Module] = [
        Seedling(latent.size, channels[-1], sizes[-1], std=PUBLISHED, bias=False)
    ]
    for level in reversed(range(len(sizes) - 1)):
        layers += [Norm(channels[level + 1]), nn.ReLU(inplace=True)]
        layers += doubling(channels[level + 1], channels[level], sizes[level], level == 0)
    return laid(Painter(latent, nn.Sequential(*layers, nn.Tanh())))


def conv_generator(row: str, shape: Shape) -> Painter:
    """No norm; the last level is made at half the size, four pixels at a time.

    Tanh keeps what is drawn in the range of pictures: without it the critic tells a background
    that is almost black from one that is, and the small form learns little else.
    """
    picture, act = drawn(row, shape), ACTIVATIONS[shape.activation].make
    sizes, latent = grids(picture), Latent(shape)
    channels = widths(shape.width, len(sizes) - 1)
    std = latent.size**-0.5
    layers: list[nn.Module] = [Seedling(latent.size, channels[-1], sizes[-1], std=std, bias=True)]
    for level in reversed(range(1, len(channels))):
        inputs = channels[level]
        filters = DoublingFilters(inputs, channels[level - 1], 3, std=HE * (9 * inputs) ** -0.5)
        layers += [act(), filters, *cropping(sizes[level + 1], sizes[level])]
    last = Filters(channels[0], 4 * picture[0], 3, std=(9 * channels[0]) ** -0.5)
    layers += [act(), last, nn.PixelShuffle(2), *cropping(sizes[1], sizes[0]), nn.Tanh()]
    return laid(Painter(latent, nn.Sequential(*layers)))


def dcgan_critic(
    row: str, shape: Shape, *, norm: bool, judging: Judging = Projected
) -> PictureCritic:
    """Leaky rectifiers, with batch norm behind all but the first layer, or without.

    References:
        Radford, Metz, Chintala (2016), DCGAN, Sec. 3.
    """
    at, picture, given = seen(row, shape)
    body, features = _dcgan_body(shape, picture, norm=norm)
    head = judging(features, given, std=PUBLISHED)
    return laid(PictureCritic(body, nn.Flatten(), head, at=at, pointwise=not norm))


def dcgan_encoder(row: str, shape: Shape) -> PictureEncoder:
    """The critic's body as published, under a linear map to the latent."""
    body, features = _dcgan_body(shape, encoded(row, shape), norm=True)
    head = Dense(features, shape.numbers, std=PUBLISHED)
    return laid(PictureEncoder(body, nn.Flatten(), head))


def _dcgan_body(shape: Shape, picture: Size, *, norm: bool) -> tuple[nn.Module, int]:
    """From a picture to the coarsest level, and the numbers there."""
    sizes = grids(picture)
    layers: list[nn.Module] = []
    inputs = picture[0]
    for level, outputs in enumerate(widths(shape.width, len(sizes) - 1)):
        normed = norm and level > 0
        layers += halving(sizes[level])
        layers += [halving_filters(inputs, outputs, std=PUBLISHED, bias=not normed)]
        layers += [*([Norm(outputs)] if normed else []), nn.LeakyReLU(SLOPE, inplace=True)]
        inputs = outputs
    return nn.Sequential(*layers), inputs * sizes[-1][0] * sizes[-1][1]


def conv_critic(
    row: str, shape: Shape, judging: Judging = Projected, *, drop: float = 0.0
) -> PictureCritic:
    """No norm; a filter a channel over the coarsest level, and a linear head.

    Each level drops a share of its numbers while it trains, where one is asked for.
    """
    at, picture, given = seen(row, shape)
    body, features = _conv_body(shape, picture, drop=drop)
    head = judging(features, given, std=features**-0.5)
    return laid(PictureCritic(body, Pool(features, grids(picture)[-1]), head, at=at))


def conv_encoder(row: str, shape: Shape) -> PictureEncoder:
    """The critic's body and its pool, under a linear map to the latent."""
    picture = encoded(row, shape)
    body, features = _conv_body(shape, picture)
    head = Dense(features, shape.numbers, std=features**-0.5)
    return laid(PictureEncoder(body, Pool(features, grids(picture)[-1]), head))


def _conv_body(shape: Shape, picture: Size, *, drop: float = 0.0) -> tuple[nn.Module, int]:
    """From a picture to the coarsest level, and the channels there."""
    sizes, act = grids(picture), ACTIVATIONS[shape.activation].make
    layers: list[nn.Module] = []
    inputs, gain = picture[0], 1.0
    for grid, outputs in zip(sizes, widths(shape.width, len(sizes) - 1), strict=False):
        filters = halving_filters(inputs, outputs, std=gain * (16 * inputs) ** -0.5)
        layers += [*halving(grid), filters, act(), *([Dropout(drop)] if drop else [])]
        inputs, gain = outputs, HE
    return nn.Sequential(*layers), inputs
