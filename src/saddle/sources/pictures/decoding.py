"""From one encoded picture to pixels: whatever is stored, grey or red, green and blue."""

from __future__ import annotations

import io
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError
from PIL.GifImagePlugin import GifImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.TiffImagePlugin import TiffImageFile
from PIL.WebPImagePlugin import WebPImageFile

from saddle.sources.pictures.options import Bytes, Options

PIXELS = 64_000_000
"""Pixels of the largest picture that is decoded."""

KNOWN = "PNG JPEG GIF WEBP BMP DIB TIFF PPM AVIF JPEG2000 ICO QOI".split()
"""Formats that are opened: none runs another program."""

GREY = {"1", "L", "LA", "La", "I", "F", "I;16", "I;16B", "I;16L", "I;16N"}
DEEP = {"I", "F", "I;16", "I;16B", "I;16L", "I;16N"}
CLEAR = {"LA", "La", "PA", "RGBA", "RGBa"}
TURNED = {5, 6, 7, 8}
"""EXIF orientations that exchange width and height."""

ORIENTATION = 274


class Unreadable(Exception):
    """A picture that cannot be decoded; the text is the reason."""


@dataclass(frozen=True)
class Header:
    """What a picture's head tells.

    Attributes:
        width: after rotation.
        height: after rotation.
        grey: whether one channel holds all of it.
        traits: what has to be said of it: "transparent", "16 bits", ...
    """

    width: int
    height: int
    grey: bool
    traits: frozenset[str]


def formats() -> list[str]:
    """The known formats for which this Pillow has a decoder."""
    Image.init()
    return [name for name in KNOWN if name in Image.OPEN]


def opened(data: bytes) -> Image.Image:
    """The picture in these bytes, its pixels not decoded yet."""
    try:
        image = Image.open(io.BytesIO(data), formats=formats())
    except UnidentifiedImageError:
        raise Unreadable("no picture in a format that is read here") from None
    except Image.DecompressionBombError:
        raise Unreadable(f"more than {PIXELS // 10**6} million pixels") from None
    except Exception as problem:
        raise Unreadable(_short(problem)) from problem
    if image.width * image.height > PIXELS:
        size = f"{image.width} x {image.height}"
        raise Unreadable(f"{size} pixels, more than {PIXELS // 10**6} million")
    return image


def _short(problem: Exception) -> str:
    """A decoder's complaint; a broken file makes decoders raise whatever they like."""
    return str(problem).partition("\n")[0][:100] or type(problem).__name__


def header(data: bytes, options: Options) -> Header:
    """What the head tells, without decoding pixels."""
    image = opened(data)
    try:
        return _header(image, options)
    except Exception as problem:
        raise Unreadable(_short(problem)) from problem


def _header(image: Image.Image, options: Options) -> Header:
    turned = "exif" in image.info or isinstance(image, TiffImageFile)
    orientation = image.getexif().get(ORIENTATION, 1) if turned else 1
    width, height = image.size
    if orientation in TURNED and not isinstance(image, TiffImageFile):  # whose size is turned
        width, height = height, width
    clear = image.mode in CLEAR or "transparency" in image.info
    facts = {
        "transparent": clear,
        "16 bits": image.mode in DEEP or _has_deep_tiles(image),
        "several frames": _moves(image),
        "rotated": orientation in range(2, 9),
    }
    grey = image.mode in GREY or _grey_palette(image)
    tinted = clear and len(set(options.background)) > 1
    return Header(width, height, grey and not tinted, frozenset(k for k, v in facts.items() if v))


def _has_deep_tiles(image: Image.Image) -> bool:
    """Whether a colour picture is stored in 16 bits; Pillow keeps the upper 8."""
    tiles = image.tile if isinstance(image, PngImageFile | TiffImageFile) else []
    return any(";16" in str(tile[3]) for tile in tiles[:1])


def _moves(image: Image.Image) -> bool:
    """Whether there are frames after the first."""
    if isinstance(image, GifImageFile | WebPImageFile | PngImageFile):
        return bool(image.is_animated)
    return isinstance(image, TiffImageFile) and image.n_frames > 1


def _grey_palette(image: Image.Image) -> bool:
    """Whether a palette holds greys only."""
    if image.mode not in ("P", "PA"):
        return False
    colours = np.array(image.getpalette("RGB") or [0, 1, 2]).reshape(-1, 3)
    return bool((colours == colours[:, :1]).all())


# ---------------------------------------------------------------- pixels


def decoded(data: bytes, shape: tuple[int, int, int], options: Options) -> Bytes:
    """The pixels of a picture as (H, W, C) of that shape; Unreadable where there are none."""
    image = opened(data)
    try:
        _draft(image, shape)
        image.load()
        return fitted(plain(ImageOps.exif_transpose(image)), shape, options)
    except Exception as problem:
        raise Unreadable(_short(problem)) from problem


def _draft(image: Image.Image, shape: tuple[int, int, int]) -> None:
    """Let a JPEG be decoded at an eighth to a half where that is still twice what is wanted."""
    ratio = 2 * max(shape[:2]) / min(image.size)
    if ratio < 1:
        image.draft(None, (round(image.width * ratio), round(image.height * ratio)))


def plain(image: Image.Image) -> Image.Image:
    """As L, RGB, or premultiplied RGBa where something may show through."""
    if image.mode in DEEP:
        return _eight_bits(image)
    if image.mode in CLEAR or "transparency" in image.info:
        return image.convert("RGBA").convert("RGBa")
    return image.convert("L" if image.mode in GREY or _grey_palette(image) else "RGB")


def _eight_bits(image: Image.Image) -> Image.Image:
    """Grey of 16 bits over 257; floats from 0 to 1 times 255."""
    values = np.asarray(image, dtype=np.float32)
    scaled = values * 255 if image.mode.startswith("F") else values / 257
    return Image.fromarray(np.rint(scaled).clip(0, 255).astype(np.uint8))


# ---------------------------------------------------------------- shapes


def fitted(image: Image.Image, shape: tuple[int, int, int], options: Options) -> Bytes:
    """A plain picture as (H, W, C), cut or filled to the shape, on the background."""
    height, width, channels = shape
    if image.size != (width, height):
        image = SHAPING[options.fit](image, (width, height), options)
    return np.asarray(_opaque(image, options).convert(MODES[channels])).reshape(shape)


MODES = {1: "L", 3: "RGB"}


def _opaque(image: Image.Image, options: Options) -> Image.Image:
    """On the background where something shows through."""
    if not image.mode.endswith("a"):
        return image
    pixels = np.asarray(image, dtype=np.float32)
    behind = np.array(options.background, dtype=np.float32)
    mixed = pixels[..., :3] + (1 - pixels[..., 3:] / 255) * behind
    return Image.fromarray(np.rint(mixed).clip(0, 255).astype(np.uint8))


def _crop(image: Image.Image, size: tuple[int, int], options: Options) -> Image.Image:
    """The centre, in the wanted proportions."""
    scale = min(image.width / size[0], image.height / size[1])
    width, height = size[0] * scale, size[1] * scale
    left, top = (image.width - width) / 2, (image.height - height) / 2
    box = (left, top, left + width, top + height)
    return image.resize(size, Image.Resampling.LANCZOS, box=box)


def _pad(image: Image.Image, size: tuple[int, int], options: Options) -> Image.Image:
    """All of it, with bars of the background."""
    scale = min(size[0] / image.width, size[1] / image.height)
    inner = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    small = _opaque(image.resize(inner, Image.Resampling.LANCZOS), options)
    whole = Image.new("RGB", size, tuple(options.background))
    whole.paste(small.convert("RGB"), ((size[0] - inner[0]) // 2, (size[1] - inner[1]) // 2))
    return whole


def _stretch(image: Image.Image, size: tuple[int, int], options: Options) -> Image.Image:
    """All of it, in other proportions."""
    return image.resize(size, Image.Resampling.LANCZOS)


SHAPING = {"crop": _crop, "pad": _pad, "stretch": _stretch}
