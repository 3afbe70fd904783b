"""Pictures as a source: every form they come in, what is done to them, and the laws of rows."""

from __future__ import annotations

import gzip
import io
import json
import lzma
import struct
import zipfile
from shutil import make_archive

import numpy as np
import pytest
from PIL import Image

from saddle.errors import BadData, BadValue, Incompatible, MissingExtra, UnknownName
from saddle.sources import Options, Pictures, describe, open_source
from saddle.sources.arrays import Rows
from saddle.sources.keeping import pack, unpack
from saddle.sources.pictures import KINDS, array_pictures, kind_of, open_pictures
from saddle.sources.pictures.shelving import memory_limit

PARTS = ("train", "watch", "final")


def noise(n=40, side=16, channels=3, seed=0):
    """Smooth random pictures, no two alike."""
    rng = np.random.default_rng(seed)
    small = rng.integers(0, 256, size=(n, 4, 4, channels), dtype=np.uint8)
    return np.stack([
        np.asarray(Image.fromarray(s.squeeze()).resize((side, side), Image.Resampling.BICUBIC))
        .reshape(side, side, channels) for s in small
    ])  # fmt: skip


def save(path, image, **options):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.asarray(image).squeeze()).save(path, **options)


def folder_of(tmp_path, images, ending="png", classes=()):
    for i, image in enumerate(images):
        inside = tmp_path / classes[i % len(classes)] if classes else tmp_path
        save(inside / f"{i:04}.{ending}", image)
    return tmp_path


def everything(source):
    """All pictures in the order in which they came."""
    return source.rows(np.arange(len(source.groups)))["x"]


def facts_of(source):
    told = describe(source)
    return " | ".join(f"{k}: {v}" for k, v in told.facts), told.warnings


def idx(array):
    return b"\0\0\x08" + bytes([array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape) + (
        array.tobytes())  # fmt: skip


# ---------------------------------------------------------------- forms


def test_a_flat_folder(tmp_path):
    images = noise()
    source = open_source(folder_of(tmp_path, images))
    assert isinstance(source, Pictures) and source.gives == {"x"} and not source.aligned
    assert source.spaces == {"x": "image"} and source.shape == (16, 16, 3)
    x = everything(source)
    assert x.dtype == np.uint8 and np.array_equal(x, images)
    assert source.batch(np.arange(7))["x"].shape == (7, 16, 16, 3)
    assert source.sizes == {"train": 32, "watch": 4, "final": 4}


def test_a_folder_a_class_and_deeper_ones(tmp_path):
    images = noise(channels=1)
    for i, image in enumerate(images):
        save(tmp_path / ("cats", "dogs")[i % 2] / f"deep{i % 3}" / f"{i:03}.png", image)
    source = open_source(str(tmp_path))
    assert source.spaces == {"x": "image", "given": "label"} and source.aligned
    assert source.shape == (16, 16, 1)
    batch = source.batch(np.arange(500))
    assert set(batch["given"]) == {"cats", "dogs"}
    cats = {image.tobytes() for image in images[::2]}
    for image, label in zip(batch["x"], batch["given"], strict=True):
        assert (image.tobytes() in cats) == (label == "cats")
    assert "2 labels: cats (20), dogs (20)" in facts_of(source)[0]


def test_pictures_outside_of_the_class_folders_mean_no_classes(tmp_path):
    folder_of(tmp_path, noise(20), classes=("a", "b"))
    save(tmp_path / "loose.png", noise(1, seed=9)[0])
    source = open_source(tmp_path)
    assert (
        source.gives == {"x"} and "no classes: 1 of the files lie outside" in facts_of(source)[0]
    )


def test_a_zip_as_a_folder_and_with_a_list_of_labels(tmp_path):
    images = noise()
    folder_of(tmp_path / "f", images, classes=("a", "b"))
    files = sorted((tmp_path / "f").rglob("*.png"))
    with zipfile.ZipFile(tmp_path / "plain.zip", "w") as archive:
        for file in files:
            archive.write(file, file.relative_to(tmp_path / "f").as_posix())
    with zipfile.ZipFile(tmp_path / "listed.zip", "w") as archive:
        names = [f"0/{i}.png" for i in range(len(files))]
        for name, file in zip(names, files, strict=True):
            archive.write(file, name)
        labels = [[name, i % 3] for i, name in enumerate(names[:-1])]
        archive.writestr("dataset.json", json.dumps({"labels": labels}))
    plain, folder = open_source(tmp_path / "plain.zip"), open_source(tmp_path / "f")
    at = np.arange(64)
    assert all(np.array_equal(plain.batch(at)[k], folder.batch(at)[k]) for k in ("x", "given"))
    listed = open_source(tmp_path / "listed.zip")
    assert listed.labels.dtype == np.int64 and len(listed.labels) == 39
    assert "no label in dataset.json" in listed.left_out[0].why


def test_a_bad_list_of_labels_is_told(tmp_path):
    folder_of(tmp_path, noise(10))
    for text in ("{", '{"labels": 3}', '{"labels": [["0000.png", 1.5]]}', "[" * 100_000):
        (tmp_path / "dataset.json").write_text(text)
        with pytest.raises(BadData, match=r"dataset\.json"):
            open_source(tmp_path)
    (tmp_path / "dataset.json").write_text('{"labels": null}')
    assert open_source(tmp_path).labels is None


@pytest.mark.parametrize("layout", ["nhw", "nhwc", "nchw"])
@pytest.mark.parametrize("ending", ["npy", "npz"])
def test_arrays_of_bytes(tmp_path, layout, ending):
    images = noise(channels=1 if layout == "nhw" else 3)
    stored = {"nhw": images[..., 0], "nhwc": images, "nchw": np.moveaxis(images, 3, 1)}[layout]
    if ending == "npy":
        np.save(tmp_path / "p.npy", stored)
    else:
        np.savez(tmp_path / "p.npz", images=stored, labels=np.arange(40) % 4)
    for what in (tmp_path / f"p.{ending}", stored):
        source = open_source(what)
        assert np.array_equal(everything(source), images)
    labels = open_source(tmp_path / f"p.{ending}").labels
    assert (labels is None) == (ending == "npy")


@pytest.mark.parametrize(
    ("turn", "told"),
    [
        (lambda x: x / 255, "numbers from 0 to 1 scaled"),
        (lambda x: (x / 127.5 - 1).astype(np.float32), "numbers from -1 to 1 scaled"),
        (lambda x: x.astype(np.float64), None),
        (lambda x: x.astype(np.uint16) * 257, "16 bits from 0 to 65535 scaled"),
        (lambda x: x.astype(np.int64), None),
        (lambda x: x * 3.0 - 40, "scaled to 0 to 255"),
    ],
    ids=["unit", "signed", "floats", "16-bit", "whole", "other"],
)
def test_arrays_of_other_numbers_are_scaled_and_it_is_said(turn, told):
    images = noise()
    images[0, 0, 0], images[0, 1, 1] = 0, 255
    source = open_source(turn(images))
    assert np.array_equal(everything(source), images)
    assert (told or "") in facts_of(source)[0]
    assert ("scaled" in facts_of(source)[0]) == (told is not None)


def test_arrays_that_are_no_pictures():
    with pytest.raises(BadData, match=r"pictures of shape \(n, H, W\).*sides of at least 4"):
        open_source(np.zeros((256, 256, 3)))
    with pytest.raises(BadData, match=r"pictures of shape"):
        open_source(np.zeros((9, 8, 8, 7)))
    with pytest.raises(BadData, match="2 of 9 pictures have a value that is not finite"):
        open_source(np.where(np.arange(9)[:, None, None] > 6, np.nan, np.zeros((9, 8, 8))))
    with pytest.raises(BadData, match="at least 4 different rows, got 1"):
        open_source(np.zeros((9, 8, 8)))
    with pytest.raises(BadData, match="pictures are numbers"):
        open_source(np.full((9, 8, 8), "a"))
    with pytest.raises(BadData, match=r"40 pictures, but labels of shape \(3,\)"):
        open_source(noise(), given=[1, 2, 3])


def test_two_arrays_under_unknown_keys(tmp_path):
    np.savez(tmp_path / "p.npz", line=noise(), colour=noise())
    with pytest.raises(BadData, match="under the key x or images, got line, colour"):
        open_source(tmp_path / "p.npz")


@pytest.mark.parametrize("packed", [False, True])
def test_idx_with_its_labels_and_its_test_part(tmp_path, packed):
    images, more = noise(60, channels=1)[..., 0], noise(9, channels=1, seed=5)[..., 0]
    for part, some in (("train", images), ("t10k", more)):
        for kind, data in (("images-idx3", some), ("labels-idx1", np.arange(len(some)) % 10)):
            whole = idx(data.astype(np.uint8))
            name = f"{part}-{kind}-ubyte" + (".gz" if packed else "")
            (tmp_path / name).write_bytes(gzip.compress(whole) if packed else whole)
    file = tmp_path / ("train-images-idx3-ubyte" + (".gz" if packed else ""))
    for what in (tmp_path, file):
        source = open_source(what)
        assert source.sizes == {"train": 54, "watch": 6, "final": 9}
        assert np.array_equal(source.part("final")["x"][..., 0], more)
        assert np.array_equal(source.part("final")["given"], np.arange(9))
        assert "a test part of its own" in facts_of(source)[0]
    file.write_bytes(gzip.compress(idx(images)[:-1]) if packed else idx(images)[:-1])
    with pytest.raises(BadData, match="it is damaged"):
        open_source(file)
    file.write_bytes(b"no such thing")
    with pytest.raises(BadData, match="cannot be read|no IDX file"):
        open_source(file)


@pytest.mark.parametrize("ending", [".bin", ".bin.xz", ".bin.gz"])
def test_cifar_rows(tmp_path, ending):
    packers = {".bin": bytes, ".bin.xz": lzma.compress, ".bin.gz": gzip.compress}
    images = noise(30, side=32)
    planes = np.moveaxis(images, 3, 1).reshape(30, -1)
    rows = np.concatenate([(np.arange(30) % 10)[:, None], planes], axis=1).astype(np.uint8)
    for name, part in (("data_batch_1", rows[:20]), ("test_batch", rows[20:])):
        (tmp_path / (name + ending)).write_bytes(packers[ending](part.tobytes()))
    whole = open_source(tmp_path)
    assert np.array_equal(everything(whole), images)
    assert whole.sizes == {"train": 18, "watch": 2, "final": 10}
    one = open_source(tmp_path / f"data_batch_1{ending}")
    assert np.array_equal(everything(one), images[:20]) and one.sizes["final"] == 2
    (tmp_path / f"test_batch{ending}").write_bytes(packers[ending](b"abc"))
    with pytest.raises(BadData, match="3073 bytes"):
        open_source(tmp_path)


def test_parquet_of_pictures(tmp_path, monkeypatch):
    pandas = pytest.importorskip("pandas")
    images, cells = noise(), []
    for image in images:
        file = io.BytesIO()
        Image.fromarray(image).save(file, "PNG")
        cells.append({"bytes": file.getvalue(), "path": None})
    labels = np.arange(40) % 3
    pandas.DataFrame({"image": cells, "label": labels}).to_parquet(tmp_path / "a.parquet")
    bare = [cell["bytes"] for cell in cells[:-1]] + [None]
    pandas.DataFrame({"image": bare}).to_parquet(tmp_path / "b.parquet")
    pandas.DataFrame({"u": np.arange(9.0), "v": np.ones(9)}).to_parquet(tmp_path / "t.parquet")
    source = open_source(tmp_path / "a.parquet")
    assert np.array_equal(everything(source), images)
    assert np.array_equal(source.labels, labels)
    source = open_source(tmp_path / "b.parquet")
    assert np.array_equal(everything(source), images[:-1])
    assert source.left_out[0].path == "row 39"
    assert isinstance(open_source(tmp_path / "t.parquet"), Rows)
    monkeypatch.setitem(__import__("sys").modules, "pyarrow.parquet", None)
    monkeypatch.setitem(__import__("sys").modules, "pandas", None)
    with pytest.raises(MissingExtra, match="pip install"):
        open_source(tmp_path / "a.parquet")


def test_what_is_a_table_stays_one(tmp_path):
    np.save(tmp_path / "t.npy", np.random.default_rng(0).standard_normal((50, 3)))
    np.savetxt(tmp_path / "t.csv", np.random.default_rng(0).standard_normal((50, 2)))
    for name in ("t.npy", "t.csv"):
        assert kind_of(tmp_path / name) is None
        assert isinstance(open_source(tmp_path / name), Rows)
    assert all(kind.name for kind in KINDS)
    with pytest.raises(BadData, match="no set of pictures is there. Known: a folder of IDX"):
        open_pictures(tmp_path / "t.csv")


# ---------------------------------------------------------------- laws


@pytest.mark.parametrize("limit", [None, 0], ids=["held", "streamed"])
def test_rows_depend_on_seed_and_position_alone(tmp_path, limit):
    folder_of(tmp_path, noise(50), classes=("a", "b"))
    source, again = (open_pictures(tmp_path, seed=2, limit=limit) for _ in range(2))
    assert source.held == (limit is None)
    at = np.random.default_rng(0).integers(0, 500, size=120)
    for split in PARTS:
        whole = source.batch(at, split)
        parts = [again.batch(p, split) for p in np.split(at, [1, 5, 60])]
        for key, rows in whole.items():
            assert np.array_equal(np.concatenate([p[key] for p in parts]), rows)
    other = open_pictures(tmp_path, seed=3, limit=limit).batch(at)["x"]
    assert not np.array_equal(other, source.batch(at)["x"])


def test_streamed_pictures_are_the_held_ones(tmp_path):
    folder_of(tmp_path, noise(50), classes=("a", "b"))
    held, streamed = open_pictures(tmp_path), open_pictures(tmp_path, limit=0)
    for split in PARTS:
        assert all(
            np.array_equal(held.part(split)[k], streamed.part(split)[k]) for k in ("x", "given")
        )
    assert streamed.kept() is None and "read from files as needed" in facts_of(streamed)[0]
    assert streamed.batch(np.arange(0))["x"].shape == (0, 16, 16, 3)
    for file in tmp_path.rglob("*.png"):
        file.write_bytes(b"gone")
    with pytest.raises(BadData, match=r"\.png can no longer be read"):
        streamed.batch(np.arange(3))
    assert memory_limit() > 1 << 20


def test_neither_names_nor_their_order_nor_the_seed_move_the_parts(tmp_path):
    images = noise(60)
    first = open_source(folder_of(tmp_path / "a", images), seed=0)
    second = open_source(folder_of(tmp_path / "b", images[::-1]), seed=9)
    for split in PARTS:
        sides = [{x.tobytes() for x in s.part(split)["x"]} for s in (first, second)]
        assert sides[0] == sides[1]


def test_what_was_passed_in_is_kept_and_comes_back(tmp_path):
    images = noise(60)
    a = array_pictures(images, labels=np.arange(60) % 2, seed=4, name="mine", watched=3, tested=7)
    (tmp_path / "a.npz").write_bytes(pack(a))
    again = unpack(tmp_path / "a.npz", seed=4)
    at = np.arange(100)
    assert (
        again.name == "mine"
        and again.sizes == a.sizes
        and [again.sizes[part] for part in ("watch", "final")] == [3, 7]
    )
    for split in PARTS:
        for key, rows in a.batch(at, split).items():
            assert np.array_equal(again.batch(at, split)[key], rows)
    pair = open_source(images, second=noise(50, seed=3), seed=1)
    (tmp_path / "b.npz").write_bytes(pack(pair))
    both = unpack(tmp_path / "b.npz", seed=1)
    for key, rows in pair.batch(at).items():
        assert np.array_equal(both.batch(at)[key], rows)


def test_two_folders_are_two_domains(tmp_path):
    a, b = folder_of(tmp_path / "a", noise(30)), folder_of(tmp_path / "b", noise(50, seed=1))
    pair = open_source(a, second=b)
    assert pair.gives == {"a", "b"} and pair.spaces == {"a": "image", "b": "image"}
    assert not pair.aligned and pair.size == 40
    batch = pair.batch(np.arange(12))
    assert batch["a"].shape == batch["b"].shape == (12, 16, 16, 3)
    assert pair.sizes["watch"] == 3 and "a: pictures" in facts_of(pair)[0]
    small = open_source(a, second=b, pictures=Options(size=8)).batch(np.arange(3))
    assert small["a"].shape == small["b"].shape == (3, 8, 8, 3)


def test_labels_may_be_passed_beside_pictures(tmp_path):
    folder_of(tmp_path, noise())
    for what in (tmp_path, noise()):
        source = open_source(what, given=np.arange(40) % 2)
        assert source.spaces["given"] == "label" and source.labels.tolist() == [0, 1] * 20
    with pytest.raises(Incompatible, match="choose from a table"):
        open_source(tmp_path, given="label")
    with pytest.raises(Incompatible, match="choose from a table"):
        open_source(tmp_path, columns="a,b")


def test_wrong_options_are_refused():
    with pytest.raises(UnknownName, match="did you mean 'crop'"):
        Options(fit="crp")
    for wrong in ({"size": 2}, {"worst": 2}, {"background": (1, 2)}, {"background": (1, 2, 999)}):
        with pytest.raises(BadValue):
            Options(**wrong)


# ---------------------------------------------------------------- copies


def jpeg(image, quality=80):
    file = io.BytesIO()
    Image.fromarray(image).save(file, "JPEG", quality=quality)
    return np.asarray(Image.open(file))


def changed(images):
    """Each picture again: coded by JPEG, a little darker, made smaller and larger again."""
    ways = [
        jpeg,
        lambda x: np.rint(x * 0.8).astype(np.uint8),
        lambda x: np.asarray(Image.fromarray(x).resize((58, 58)).resize((64, 64))),
    ]
    return np.stack([way(image) for way in ways for image in images])


def test_near_duplicates_fall_on_one_side():
    images = noise(100, side=64)
    whole = np.concatenate([images, changed(images)])
    source = open_source(whole)
    groups = source.groups.reshape(4, 100)
    assert (groups == groups[0]).mean() > 0.98 and len(np.unique(groups[0])) == 100
    side = np.empty(400, dtype=int)
    for number, rows in enumerate(source.parts.values()):
        side[rows] = number
    for group in np.unique(source.groups):
        assert len(set(side[source.groups == group])) == 1
    assert "near-duplicates, in 100 groups that are kept on one side" in facts_of(source)[0]


def test_copies_fall_on_one_side_and_are_counted():
    source = open_source(np.repeat(noise(30), 4, axis=0))
    assert "90 copies of another and 0 near-duplicates, in 30 groups" in facts_of(source)[0]
    for rows in source.parts.values():
        assert len(np.unique(source.groups[rows])) * 4 == len(rows)


def test_pictures_of_one_outline_in_other_colours_are_no_duplicates():
    y, x = np.mgrid[:32, :32]
    disc = ((x - 16) ** 2 + (y - 16) ** 2 < 100)[..., None]
    colours = np.random.default_rng(0).integers(0, 200, size=(40, 3))
    images = np.where(disc, colours[:, None, None], 255).astype(np.uint8)
    assert len(np.unique(open_source(images).groups)) > 30


def test_flat_pictures_are_not_one_group():
    rng = np.random.default_rng(0)
    flat = np.repeat(np.arange(60, 180, dtype=np.uint8), 256).reshape(-1, 16, 16)
    flat[:, 0, 0] += rng.integers(0, 3, size=120, dtype=np.uint8)
    assert len(np.unique(open_source(flat).groups)) == 120


def test_a_near_duplicate_in_the_test_part_is_told():
    images = noise(100, side=32)
    test = np.rint(images[:5] * 0.9).astype(np.uint8)
    source = array_pictures(np.concatenate([images, test]), tested=5)
    assert any("5 pictures to train on have a near-dup" in w for w in facts_of(source)[1])


# ---------------------------------------------------------------- parts of their own


def in_folders(root, **counts):
    """Pictures of noise in folders, `train__ant=20` for train/ant; each folder's own."""
    for i, (name, n) in enumerate(counts.items()):
        folder_of(root / name.replace("__", "/"), noise(n, seed=i))


def rows_of(source, split):
    return {x.tobytes() for x in source.part(split)["x"]}


@pytest.mark.parametrize("kind", ["folder", "zip"])
def test_folders_that_are_parts_are_no_classes(tmp_path, kind):
    root = tmp_path / "set"
    in_folders(root, Train__ant=20, Train__bee=30, test__ant=6, test__bee=5, valid__ant=4)
    if kind == "zip":
        make_archive(str(root), "zip", root)
    source = open_source(root if kind == "folder" else root.with_suffix(".zip"))
    assert source.sizes == {"train": 50, "watch": 4, "final": 11}
    assert sorted(set(source.labels)) == ["ant", "bee"]
    last = {x.tobytes() for x in everything(open_source(root / "test"))}
    assert rows_of(source, "final") == last
    told = facts_of(source)[0]
    parts = "Train/ is the part train; test/ is the part final; valid/ is the part watch"
    assert f"done: {parts}" in told
    assert "(a part to watch of its own) (a test part of its own)" in told
    counts = dict(zip(*np.unique(source.part("final")["given"], return_counts=True), strict=True))
    assert counts == {"ant": 6, "bee": 5}


def test_a_test_folder_alone_leaves_a_tenth_to_watch_and_needs_no_classes(tmp_path):
    in_folders(tmp_path, train=40, test=6)
    source = open_source(tmp_path)
    assert source.sizes == {"train": 36, "watch": 4, "final": 6} and source.labels is None
    in_folders(tmp_path / "b", train=40, val=6)
    assert open_source(tmp_path / "b").sizes == {"train": 36, "watch": 6, "final": 4}


def test_a_broken_picture_of_a_part_is_left_out_of_that_part(tmp_path):
    root = tmp_path / "set"
    in_folders(root, train=40, val=6, test=9)
    for part in ("test", "val"):
        (root / part / "bad.png").write_bytes(b"none")
    source = open_source(root)
    assert len(source.left_out) == 2
    assert source.sizes == {"train": 40, "watch": 6, "final": 9}
    in_folders(tmp_path / "near", train=40)
    folder_of(tmp_path / "near" / "val", noise(3))
    assert any("3 pictures to train on" in w for w in facts_of(open_source(tmp_path / "near"))[1])


def test_folders_of_a_part_beside_others_are_classes_and_that_is_said(tmp_path):
    in_folders(tmp_path, train=20, test=6, tram=20)
    source = open_source(tmp_path)
    assert sorted(set(source.labels)) == ["test", "train", "tram"]
    assert "done: test and train are no parts: tram beside" in facts_of(source)[0]
    in_folders(tmp_path / "b", train=20, plane=20)
    assert sorted(set(open_source(tmp_path / "b").labels)) == ["plane", "train"]
    in_folders(tmp_path / "c", val=20, test=20)
    assert sorted(set(open_source(tmp_path / "c").labels)) == ["test", "val"]


def test_a_list_of_labels_goes_with_parts(tmp_path):
    in_folders(tmp_path, train=20, test=6)
    names = [p.relative_to(tmp_path).as_posix() for p in sorted(tmp_path.rglob("*.png"))]
    listed = [[name, int(name.startswith("test"))] for name in names]
    (tmp_path / "dataset.json").write_text(json.dumps({"labels": listed}))
    source = open_source(tmp_path)
    assert set(source.part("final")["given"].tolist()) == {1}
    assert set(source.part("train")["given"].tolist()) == {0}


# ---------------------------------------------------------------- warnings


def test_what_a_user_should_know_is_told(tmp_path):
    images = noise(60)
    labels = np.where(np.arange(60) < 3, "rare", "usual")
    _, said = facts_of(open_source(images, given=labels))
    for words in (
        "a small set",
        "few pictures for their size: 48 of 16 x 16",
        "uneven classes: r",
    ):
        assert any(words in text for text in said), words
    grey = np.repeat(noise(60, channels=1), 3, axis=3)
    assert any("no picture has any colour" in text for text in facts_of(open_source(grey))[1])
    assert open_source(grey, pictures=Options(grey=True)).shape == (16, 16, 1)
