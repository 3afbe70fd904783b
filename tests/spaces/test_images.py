"""Pictures as a space: what goes in comes back, and what measures compare follows what is seen."""

from __future__ import annotations

import io
import json
import zipfile

import numpy as np
import pytest
import torch
from PIL import Image

from saddle.errors import BadData, BadValue
from saddle.measure.transport import sliced_wasserstein
from saddle.spaces import Images, load
from saddle.spaces.picture_files import folder_of, save_pictures
from saddle.spaces.sheets import by_class, class_sheet, film, png, sheet


def noise(n: int = 6, h: int = 8, w: int = 10, c: int = 3, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (n, h, w, c), np.uint8)


def fitted(pictures: np.ndarray) -> Images:
    space = Images()
    space.fit(pictures)
    return space


@pytest.mark.parametrize("c", [1, 3])
def test_every_value_of_eight_bits_comes_back(c):
    pictures = np.arange(256, dtype=np.uint8).reshape(4, 8, 8, 1).repeat(c, axis=3)
    space = fitted(pictures)
    encoded = space.encode(pictures)
    assert encoded.shape == (4, c, 8, 8) and encoded.dtype == torch.float32
    assert encoded.min() == -1 and encoded.max() == 1
    assert encoded.is_contiguous(memory_format=torch.channels_last)
    np.testing.assert_array_equal(space.decode(encoded), pictures)


def test_what_lies_outside_of_the_range_becomes_its_end():
    space = fitted(noise())
    made = space.decode(torch.tensor([-3.0, 3.0]).reshape(2, 1, 1, 1).expand(2, 3, 8, 10))
    assert (made[0] == 0).all() and (made[1] == 255).all()


def test_the_spread_is_the_mean_squared_distance_of_two_pictures():
    pictures = noise(40)
    space = fitted(pictures)
    x = space.encode(pictures).flatten(1).double()
    apart = torch.cdist(x, x).square().mean()  # over all pairs, a picture with itself among them
    assert space.spread == pytest.approx(float(apart), rel=1e-5)


def test_state_comes_back_through_json():
    pictures = noise(30)
    space = fitted(pictures)
    again = load(json.loads(json.dumps(space.state())))
    assert again.state() == space.state()
    np.testing.assert_array_equal(again.rows(pictures), space.rows(pictures))


def test_rows_of_a_picture_do_not_depend_on_the_others():
    pictures = noise(600, 16, 16)
    space = fitted(pictures)
    np.testing.assert_allclose(space.rows(pictures)[:7], space.rows(pictures[:7]), atol=1e-6)


@pytest.mark.parametrize("fault", ["darker", "blurred", "flipped", "fewer"])
def test_descriptors_see_what_an_eye_sees(fault):
    """Sliced W1 of a faulty set is above twice that of a sound one."""
    rng = np.random.default_rng(0)
    ramp = np.linspace(0, 200, 16)[None, None, :, None]
    x = (ramp + rng.normal(0, 30, (900, 16, 16, 1))).clip(0, 255).astype(np.uint8)
    half, other = x[:300], x[300:600]
    wrong = {
        "darker": x[600:] // 2,
        "blurred": x[600:].reshape(300, 8, 2, 8, 2, 1).mean((2, 4)).repeat(2, 1).repeat(2, 2),
        "flipped": x[600:, :, ::-1],
        "fewer": x[600:605].repeat(60, 0),
    }[fault].astype(np.uint8)
    rows = fitted(half).rows

    def apart(made):
        return sliced_wasserstein(rows(made), rows(half), order=1, directions=64)

    assert apart(wrong) > 2 * apart(other)


@pytest.mark.parametrize(
    "wrong",
    [np.zeros((3, 8, 8)), np.zeros((3, 8, 8, 3)), np.zeros((3, 8, 9, 3), np.uint8)],
    ids=["three axes", "floats", "another size"],
)
def test_what_is_no_picture_of_the_space_is_refused(wrong):
    with pytest.raises(BadData, match="pictures must be"):
        fitted(noise(4, 8, 8)).encode(wrong)


def test_a_space_that_is_not_fitted_says_so():
    with pytest.raises(BadData, match="not fitted"):
        Images().encode(noise())


def test_pictures_that_are_all_the_same_are_warned_of():
    assert fitted(np.zeros((5, 8, 8, 1), np.uint8)).warnings()
    assert not fitted(noise()).warnings()


# ---- sheets and files ---------------------------------------------------------------------------


def test_a_sheet_holds_every_picture_unchanged():
    pictures = noise(5, 300, 310, 3)
    page = sheet(pictures, columns=2)
    for i, picture in enumerate(pictures):
        y, x = 2 + (i // 2) * 302, 2 + (i % 2) * 312
        np.testing.assert_array_equal(page[y : y + 300, x : x + 310], picture)


def test_a_class_sheet_has_one_class_a_row():
    pictures = np.arange(6, dtype=np.uint8)[:, None, None, None].repeat(8, 1).repeat(8, 2)
    labels = np.array(["b", "a", "b", "b", "a", "c"])
    assert by_class(labels) == [[1, 4], [0, 2, 3], [5]]
    page = class_sheet(pictures, labels)[..., 0]
    step = (page.shape[0] - 2) // 3
    firsts = [int(page[2 + row * step, 2]) for row in range(3)]
    assert firsts == [1, 0, 5]


@pytest.mark.parametrize("c", [1, 3])
def test_png_and_film_are_what_was_drawn(c):
    frames = noise(3, 12, 9, c)
    with Image.open(io.BytesIO(png(frames[0]))) as opened:
        np.testing.assert_array_equal(np.asarray(opened).reshape(12, 9, c), frames[0])
    with Image.open(io.BytesIO(film(list(frames)))) as moving:
        assert moving.n_frames == 3


@pytest.mark.parametrize("labels", [None, np.array([1, 0, 1]), np.array(["a/b", "..", "a/b"])])
@pytest.mark.parametrize("ending", [".npy", ".npz", ".zip", "", ".png"])
def test_pictures_in_files_are_the_pictures(tmp_path, ending, labels):
    pictures = noise(3)
    arrays = {"x": pictures} | ({} if labels is None else {"given": labels})
    path = tmp_path / f"made{ending}"
    save_pictures(path, arrays)
    found = READ[ending](path)
    if found is not None:
        np.testing.assert_array_equal(found, pictures)
    assert not [p for p in tmp_path.iterdir() if p.name.startswith(".")]


def _zip(path):
    with zipfile.ZipFile(path) as archive:
        names = sorted(n for n in archive.namelist() if n.endswith(".png"))
        return np.stack([_opened(archive.open(n)) for n in names])


def _folder(path):
    files = sorted(path.rglob("*.png"), key=lambda p: p.name)
    return np.stack([_opened(p) for p in files])


def _opened(path):
    with Image.open(path) as picture:
        return np.asarray(picture)


READ = {
    ".npy": lambda path: np.load(path),
    ".npz": lambda path: np.load(path)["x"],
    ".zip": _zip,
    "": _folder,
    ".png": lambda path: None if _opened(path).ndim == 3 else pytest.fail("no picture"),
}


def test_a_folder_that_holds_something_is_spared(tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("mine")
    with pytest.raises(BadData, match="not empty"):
        save_pictures(tmp_path / "out", {"x": noise()})
    assert (tmp_path / "out" / "mine.txt").read_text() == "mine"


def test_an_ending_for_rows_is_refused(tmp_path):
    with pytest.raises(BadValue, match=r"\.zip"):
        save_pictures(tmp_path / "made.csv", {"x": noise()})


@pytest.mark.parametrize("label", ["", ".", "..", "/etc", "a\\b", "nul\0", "x" * 300])
def test_a_label_never_leaves_its_folder(label):
    name = folder_of(label)
    assert name and set(name) - {"."} and not set(name) & set("/\\\0") and len(name) <= 100
