"""Files of pictures: what every form of pixel becomes, one size for all, and broken files."""

from __future__ import annotations

import io
import os
import struct
import time
import zipfile
import zlib

import numpy as np
import pytest
from PIL import Image

from saddle.errors import BadData
from saddle.sources import Options, describe, open_source
from saddle.sources.pictures import decoding
from saddle.sources.pictures.choosing import side_for
from saddle.sources.pictures.decoding import Unreadable, decoded, header
from saddle.sources.pictures.options import shown
from saddle.sources.pictures.pieces import is_ignored

WHITE, RED = (255, 255, 255), (255, 0, 0)


def coded(image, kind="PNG", **options):
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def of(values, mode=None):
    image = Image.fromarray(np.asarray(values))
    return image if mode is None else image.convert(mode)


def pixels(data, options=Options(), channels=None):  # noqa: B008
    head = header(data, options)
    channels = channels or (1 if head.grey else 3)
    return decoded(data, (head.height, head.width, channels), options)


def gradient(side=32):
    return np.add.outer(np.arange(side) * 5, np.arange(side) * 2).astype(np.uint8)


def colourful(side=32, seed=0):
    small = np.random.default_rng(seed).integers(0, 256, size=(4, 4, 3), dtype=np.uint8)
    return np.asarray(Image.fromarray(small).resize((side, side), Image.Resampling.BICUBIC))


def folder(path, n=20, side=16):
    path.mkdir(parents=True, exist_ok=True)
    for i in range(n):
        Image.fromarray(colourful(side, seed=i)).save(path / f"ok{i:02}.png")
    return path


def facts_of(source):
    return " | ".join(f"{k}: {v}" for k, v in describe(source).facts)


# ---------------------------------------------------------------- pixels


@pytest.mark.parametrize("kind", ["PNG", "BMP", "TIFF", "GIF", "PPM", "WEBP", "JPEG"])
def test_grey_and_colour_keep_their_values(kind):
    grey, colour = gradient(), colourful()
    lossless = {"WEBP": {"lossless": True}}.get(kind, {})
    far, near = {"JPEG": (60, 14), "GIF": (60, 0)}.get(kind, (0, 0))
    got = pixels(coded(of(colour), kind, **lossless))
    assert np.abs(got.astype(int) - colour).max() <= far
    got = pixels(coded(of(grey), kind, **lossless), channels=1)
    assert np.abs(got[..., 0].astype(int) - grey).max() <= near


@pytest.mark.parametrize("background", [WHITE, RED, (0, 0, 0)])
@pytest.mark.parametrize("kind", ["PNG", "WEBP", "TIFF"])
def test_what_is_clear_shows_the_background(kind, background):
    rgba = np.dstack([colourful(), np.zeros((32, 32), np.uint8)])
    rgba[:16, :, 3], rgba[16:24, :, 3] = 255, 128
    lossless = {"WEBP": {"lossless": True, "exact": True}}.get(kind, {})
    got = pixels(coded(of(rgba), kind, **lossless), Options(background=background)).astype(float)
    assert np.array_equal(got[:16], rgba[:16, :, :3])
    assert (got[24:] == background).all()
    half = rgba[16:24, :, :3] * (128 / 255) + np.array(background) * (127 / 255)
    assert np.abs(got[16:24] - half).max() <= 1.01


def test_a_clear_edge_does_not_bleed_when_made_smaller():
    rgba = np.zeros((64, 64, 4), np.uint8)  # clear black beside opaque red
    rgba[:, 30:] = (255, 0, 0, 255)
    got = decoded(coded(of(rgba)), (16, 16, 3), Options()).astype(int)
    assert (got[..., 0] >= 254).all()  # white to red: a black edge would darken red


def test_grey_with_alpha_and_palettes():
    la = np.dstack([gradient(), np.full((32, 32), 255, np.uint8)])
    la[:8, :, 1] = 0
    data = coded(Image.fromarray(la, "LA") if False else of(gradient()).convert("LA"))
    assert header(data, Options()).grey
    image = of(gradient()).convert("LA")
    image.putalpha(of(la[..., 1]))
    got = pixels(coded(image))
    assert (got[:8] == 255).all() and np.array_equal(got[8:, :, 0], gradient()[8:])
    assert not header(coded(image), Options(background=RED)).grey
    palette = of(colourful()).convert("P", palette=Image.Palette.ADAPTIVE)
    assert pixels(coded(palette)).shape == (32, 32, 3)
    greys = Image.new("P", (8, 8))
    greys.putpalette([i // 3 for i in range(768)])
    assert header(coded(greys), Options()).grey
    palette.info["transparency"] = 0
    clear = pixels(coded(palette, transparency=0))
    assert (clear[np.asarray(palette) == 0] == 255).all()


def test_more_than_eight_bits_are_scaled():
    deep = gradient().astype(np.uint16) * 257
    for kind in ("PNG", "TIFF"):
        data = coded(Image.fromarray(deep), kind)
        assert "16 bits" in header(data, Options()).traits
        assert np.array_equal(pixels(data)[..., 0], gradient())
    floats = coded(Image.fromarray((gradient() / 255).astype(np.float32)), "TIFF")
    assert np.abs(pixels(floats)[..., 0].astype(int) - gradient()).max() <= 1
    data = png16(colourful().astype(np.uint16) * 257)
    assert "16 bits" in header(data, Options()).traits
    assert np.array_equal(pixels(data), colourful())


def png16(rgb):
    """A PNG of 16 bits a channel, which Pillow reads and does not write."""

    def chunk(name, body):
        return struct.pack(">I", len(body)) + name + body + struct.pack(
            ">I", zlib.crc32(name + body))  # fmt: skip

    height, width = rgb.shape[:2]
    lines = b"".join(b"\0" + row.astype(">u2").tobytes() for row in rgb)
    head = struct.pack(">IIBBBBB", width, height, 16, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(
        b"IDAT", zlib.compress(lines)) + chunk(b"IEND", b"")  # fmt: skip


def test_cmyk_rotation_and_the_first_frame():
    assert pixels(coded(of(colourful()).convert("CMYK"), "JPEG")).shape == (32, 32, 3)
    wide = np.zeros((20, 40, 3), np.uint8)
    wide[:, :20] = 255
    exif = Image.Exif()
    exif[0x0112] = 6
    for kind in ("PNG", "JPEG", "WEBP", "TIFF"):
        data = coded(of(wide), kind, exif=exif.tobytes())
        head = header(data, Options())
        assert (head.width, head.height, "rotated" in head.traits) == (20, 40, True), kind
        got = pixels(data)
        assert got.shape == (40, 20, 3) and got[:18].min() > 200 and got[22:].max() < 60
    frames = [of(np.full((16, 16, 3), level, np.uint8)) for level in (10, 200, 90)]
    for kind in ("GIF", "WEBP", "PNG", "TIFF"):
        lossless = {"WEBP": {"lossless": True}}.get(kind, {})
        data = coded(frames[0], kind, save_all=True, append_images=frames[1:], **lossless)
        assert "several frames" in header(data, Options()).traits, kind
        assert (pixels(data) == 10).all()


# ---------------------------------------------------------------- one size


def test_the_size_that_is_chosen():
    assert side_for([(28, 28)] * 3) == 28 and side_for([(512, 512)] * 3) == 256
    assert side_for([(28, 28), (28, 29)]) == 16 and side_for([(3, 5)]) == 8
    assert side_for([(200, 300), (64, 64), (130, 900)]) == 128


@pytest.mark.parametrize("fit", ["crop", "pad", "stretch"])
def test_how_a_wide_picture_becomes_a_square(fit):
    wide = np.zeros((40, 80, 3), np.uint8)
    wide[:, 16:64] = (0, 200, 0)
    got = decoded(coded(of(wide)), (20, 20, 3), Options(fit=fit, background=RED)).astype(int)
    green, red = (got == (0, 200, 0)).all(-1), (got == RED).all(-1)
    assert green[10, 1:19].all() == (fit == "crop")
    assert red[:4].all() == red[-4:].all() == (fit == "pad") and green[10, 10]
    assert got[10, 0, 1] > 180 if fit == "crop" else got[10, 0, 1] < 20


def test_what_was_done_is_said(tmp_path):
    folder(tmp_path, 20, side=40)
    Image.fromarray(colourful(100)[:, :60]).save(tmp_path / "big.png")
    Image.fromarray(gradient(40)).save(tmp_path / "grey.png")
    Image.fromarray(np.dstack([colourful(40), np.full((40, 40), 9, np.uint8)])).save(
        tmp_path / "clear.png")  # fmt: skip
    (tmp_path / "notes.txt").write_text("hello")
    (tmp_path / ".DS_Store").write_bytes(b"x")
    source = open_source(tmp_path)
    told = facts_of(source)
    assert source.shape == (32, 32, 3)
    assert "23 resized from 40 x 40 up to 60 x 100 to 32 x 32 by crop" in told
    assert "1 with transparency put on the background (255, 255, 255)" in told
    assert "1 made red, green and blue" in told and "ignored: 2 files" in told
    padded = open_source(tmp_path, pictures=Options(size=64, fit="pad", grey=True))
    assert padded.shape == (64, 64, 1) and "bars of (255, 255, 255)" in facts_of(padded)
    assert "23 of them made larger" in facts_of(padded) and "22 made grey" in facts_of(padded)


def test_arrays_are_resized_like_files():
    images = np.stack([colourful(48, seed=i)[:, :40] for i in range(12)])
    source = open_source(images)
    assert source.shape == (32, 32, 3)
    data = coded(of(images[0]))
    assert np.array_equal(
        source.rows(np.array([0]))["x"][0], decoded(data, (32, 32, 3), Options())
    )
    rgba = np.concatenate([images, np.zeros((12, 48, 40, 1), np.uint8)], axis=3)
    rgba[:, :24, :, 3] = 255
    clear = open_source(rgba)
    assert (clear.rows(np.arange(12))["x"][:, 20:] == 255).all()
    assert "put on the background (255, 255, 255)" in facts_of(clear)


def test_a_jpeg_is_decoded_small_where_that_is_enough():
    big = coded(of(colourful(1024)), "JPEG", quality=95)
    small = decoded(big, (64, 64, 3), Options()).astype(int)
    plain = np.asarray(of(colourful(1024)).resize((64, 64), Image.Resampling.LANCZOS)).astype(int)
    assert np.abs(small - plain).mean() < 2


# ---------------------------------------------------------------- broken files


def fuzzed(path):
    """Twenty good files and everything that a folder may hold besides; how many have to go."""
    folder(path)
    whole = coded(of(colourful(64)))
    photo = coded(of(colourful(64)), "JPEG")
    bomb = bytearray(png16(np.zeros((4, 4, 3), np.uint16)))
    bomb[16:24] = struct.pack(">II", 60_000, 60_000)
    bomb[29:33] = struct.pack(">I", zlib.crc32(bytes(bomb[12:29])))
    broken = {
        "truncated.png": whole[: len(whole) // 2],
        "truncated.jpg": photo[: len(photo) // 2],
        "head.png": whole[:20],
        "zero.png": b"",
        "text.jpg": b"this is no picture",
        "bomb.png": bytes(bomb),
        "flipped.png": whole[:60] + bytes(255 - b for b in whole[60:]),
        "film.mp4": os.urandom(0) + b"\0\0\0\x18ftypmp42" + bytes(500),
        "vector.svg": b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        "script.eps": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n",
    }
    for name, data in broken.items():
        (path / name).write_bytes(data)
    for name in ("notes.txt", "Thumbs.db", ".hidden.png", "list.json"):
        (path / name).write_bytes(b"x")
    (path / "wrong.jpg").write_bytes(whole)  # a PNG by another ending is read
    (path / "no ending").write_bytes(coded(of(colourful(64, seed=77))))
    (path / ("\N{SNOWMAN}" * 60 + ".png")).write_bytes(coded(of(colourful(64, seed=78))))
    (path / "one.png").write_bytes(coded(of(np.array([[7]], np.uint8))))
    (path / "loop").symlink_to(path)
    (path / "self.png").symlink_to(path / "self.png")
    (path / "nowhere.png").symlink_to(path / "gone.png")
    os.mkfifo(path / "pipe.png")
    return len(broken) + 4


def test_a_fuzzed_folder_never_crashes_and_names_what_it_left_out(tmp_path):
    wrong = fuzzed(tmp_path)
    source = open_source(tmp_path)
    out = {item.path: item.why for item in source.left_out}
    assert len(source.groups) == 24 and len(out) == len(source.left_out) == wrong
    assert "60000 x 60000" in out["bomb.png"] or "million" in out["bomb.png"]
    assert out["zero.png"] == "an empty file" and out["pipe.png"] == "not a plain file"
    assert "no picture in a format" in out["text.jpg"] and "no picture" in out["script.eps"]
    assert out["loop"] == "a folder that was met before" and "no such file" in out["nowhere.png"]
    assert all(out.values()) and source.told.ignored == 4
    assert source.shape == (16, 16, 3)
    assert f"left out: {wrong}: bomb.png (" in facts_of(source)
    assert any("14 files were left out" in text for text in describe(source).warnings)
    assert list(source.left_out) == sorted(source.left_out)


def test_random_damage_never_crashes(tmp_path):
    folder(tmp_path)
    rng = np.random.default_rng(0)
    kinds = ("PNG", "JPEG", "GIF", "WEBP", "TIFF", "BMP", "PPM", "ICO")
    for i in range(160):
        data = bytearray(coded(of(colourful(24, seed=i)), kinds[i % 8]))
        for at in rng.integers(0, len(data), size=1 + i // 16):
            data[at] = rng.integers(256)
        (tmp_path / f"damaged{i:03}").write_bytes(data[: rng.integers(1, len(data) + 1)])
    source = open_source(tmp_path, pictures=Options(worst=1))
    assert 20 <= len(source.groups) and len(source.groups) + len(source.left_out) == 180
    assert all(item.why for item in source.left_out)


def test_too_many_broken_files_are_an_error(tmp_path):
    folder(tmp_path, 5)
    for i in range(7):
        (tmp_path / f"bad{i}.png").write_bytes(b"junk")
    with pytest.raises(BadData, match=r"7 of 12 files had to be left out: bad0\.png .*4 more"):
        open_source(tmp_path)
    assert len(open_source(tmp_path, pictures=Options(worst=0.6)).groups) == 5


def test_no_picture_at_all_is_an_error(tmp_path):
    with pytest.raises(BadData, match="no picture is there"):
        open_source(tmp_path)
    (tmp_path / "a.txt").write_text("x")
    with pytest.raises(BadData, match="with 1 no pictures by their endings"):
        open_source(tmp_path)
    (tmp_path / "b.zip").write_bytes(b"PK no zip")
    with pytest.raises(BadData, match="b.zip cannot be read"):
        open_source(tmp_path / "b.zip")


def test_a_zip_with_broken_members(tmp_path):
    with zipfile.ZipFile(tmp_path / "z.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for i in range(12):
            archive.writestr(f"{i}.png", coded(of(colourful(16, seed=i))))
        archive.writestr("../out.png", coded(of(colourful(16, seed=99))))
        archive.writestr("empty.png", b"")
        archive.writestr("__MACOSX/._1.png", b"junk")
    data = bytearray((tmp_path / "z.zip").read_bytes())
    data[60] ^= 255  # inside of the first member
    (tmp_path / "z.zip").write_bytes(data)
    source = open_source(tmp_path / "z.zip")
    assert len(source.groups) == 12 and {i.path for i in source.left_out} == {"0.png", "empty.png"}
    assert not (tmp_path.parent / "out.png").exists()


def test_a_picture_of_too_many_pixels_is_not_decoded(monkeypatch):
    monkeypatch.setattr(decoding, "PIXELS", 1000)
    with pytest.raises(Unreadable, match="32 x 40 pixels, more than"):
        header(coded(of(np.zeros((40, 32), np.uint8))), Options())


def test_a_folder_that_may_not_be_read_is_named(tmp_path, monkeypatch):
    folder(tmp_path / "open")
    folder(tmp_path / "shut", 4)
    plain = os.scandir

    def refusing(path):
        if str(path).endswith("shut"):
            raise PermissionError(13, "Permission denied")
        return plain(path)

    monkeypatch.setattr(os, "scandir", refusing)
    source = open_source(tmp_path)
    assert len(source.groups) == 20 and source.left_out[0] == ("shut", "permission denied")


def test_what_was_left_out_does_not_move_the_size(tmp_path):
    folder(tmp_path, 10)
    for i in range(8):
        data = coded(of(colourful(200, seed=i)))
        (tmp_path / f"half{i}.png").write_bytes(data[: len(data) // 2])
    assert open_source(tmp_path).shape == (16, 16, 3)


def test_names_that_a_terminal_cannot_show():
    assert shown("a\nb\x1b[0m") == "a\\nb\\x1b[0m" and shown("\udcff.png") == "\\udcff.png"
    assert is_ignored("x/.DS_Store") and not is_ignored("x/photo.JPG")


def test_eight_hundred_files_are_read_in_seconds(tmp_path):
    rng = np.random.default_rng(0)
    for i in range(800):
        side = int(rng.choice([64, 128, 256, 512], p=[0.4, 0.3, 0.2, 0.1]))
        image = of(colourful(side, seed=i))
        image.save(tmp_path / f"{i}.{'jpg' if i % 2 else 'png'}")
    start = time.process_time()
    source = open_source(tmp_path)
    assert len(source.groups) == 800
    assert time.process_time() - start < 20  # 3 s on a quiet machine; far off means a bug
