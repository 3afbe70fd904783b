"""Fetching a set from its home: here a server on this machine; nothing leaves it."""

from __future__ import annotations

import gzip
import hashlib
import io
import re
import struct
import tarfile
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest

from saddle.errors import BadData, RunError, UnknownName
from saddle.sources import DATA, open_source
from saddle.sources.fetch import HOMES, Home, Remote, fetch, home_of
from saddle.sources.named import places


class Server:
    """Files over HTTP, with a record of what was asked for and a way to break off."""

    def __init__(self):
        self.files: dict[str, bytes] = {}
        self.asked: list[tuple[str, str | None]] = []
        self.cut = 0  # so many answers end after half of what was told
        self.ranges = True
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                outer.answer(self)

            def log_message(self, *said):
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.http.server_port}/"
        threading.Thread(target=self.http.serve_forever, daemon=True).start()

    def answer(self, handler):
        name, wanted = handler.path.lstrip("/"), handler.headers.get("Range")
        self.asked.append((name, wanted))
        if name not in self.files:
            handler.send_error(404)
            return
        data, start = self.files[name], 0
        if wanted and self.ranges:
            start = int(re.fullmatch(r"bytes=(\d+)-", wanted)[1])
            if start >= len(data):
                handler.send_error(416)
                return
        rest = data[start:]
        handler.send_response(206 if start else 200)
        handler.send_header("Content-Length", str(len(rest)))
        handler.end_headers()
        if self.cut > 0:
            self.cut -= 1
            rest = rest[: len(rest) // 2]
        handler.wfile.write(rest)


@pytest.fixture
def server():
    made = Server()
    yield made
    made.http.shutdown()
    made.http.server_close()


def home(server, data, members=None, name="f.bin"):
    server.files[name] = data
    remote = Remote(name, hashlib.md5(data).hexdigest())
    return {"set": Home("ours", server.address, (remote,), members)}


DATA_BYTES = np.random.default_rng(0).bytes(300_000)


def test_a_file_arrives_whole_and_is_not_fetched_again(server, tmp_path):
    homes, seen = home(server, DATA_BYTES), []
    folder = fetch("set", tmp_path / "a", homes=homes, progress=lambda *told: seen.append(told))
    assert (folder / "f.bin").read_bytes() == DATA_BYTES
    assert seen[-1] == ("f.bin", 300_000, 300_000) and len(seen) > 2
    fetch("set", tmp_path / "a", homes=homes)
    assert server.asked == [("f.bin", None)] and len(list(folder.iterdir())) == 1


@pytest.mark.parametrize("ranges", [True, False], ids=["resumed", "started anew"])
def test_what_broke_off_goes_on(server, tmp_path, ranges):
    homes = home(server, DATA_BYTES)
    server.cut, server.ranges = 1, ranges
    folder = fetch("set", tmp_path, homes=homes)
    assert (folder / "f.bin").read_bytes() == DATA_BYTES
    assert server.asked == [("f.bin", None), ("f.bin", "bytes=150000-")]


def test_a_later_command_goes_on_where_an_earlier_one_stopped(server, tmp_path):
    homes = home(server, DATA_BYTES)
    server.cut = 100
    with pytest.raises(RunError, match="broke off after 281250 bytes.*goes on from there"):
        fetch("set", tmp_path, homes=homes)
    server.cut = 0
    fetch("set", tmp_path, homes=homes)
    assert server.asked[-1] == ("f.bin", "bytes=281250-")
    assert (tmp_path / "f.bin").read_bytes() == DATA_BYTES


def test_a_whole_part_is_only_checked(server, tmp_path):
    homes = home(server, DATA_BYTES)
    (tmp_path / "f.bin.part").write_bytes(DATA_BYTES)
    fetch("set", tmp_path, homes=homes)
    assert (tmp_path / "f.bin").read_bytes() == DATA_BYTES


def test_a_wrong_checksum_is_refused_and_nothing_is_left(server, tmp_path):
    homes = home(server, DATA_BYTES)
    server.files["f.bin"] = DATA_BYTES[::-1]
    with pytest.raises(BadData, match="md5 is .* and should be .*; it was removed"):
        fetch("set", tmp_path, homes=homes)
    assert list(tmp_path.iterdir()) == []


def test_a_missing_file_and_a_server_that_is_away(server, tmp_path):
    homes = home(server, DATA_BYTES)
    server.files.clear()
    with pytest.raises(RunError, match="404"):
        fetch("set", tmp_path, homes=homes)
    away = {"set": Home("ours", "http://127.0.0.1:9/", homes["set"].files)}
    with pytest.raises(RunError, match="127.0.0.1:9"):
        fetch("set", tmp_path, homes=away)
    (tmp_path / "file").write_text("x")
    with pytest.raises(RunError, match="could not be fetched into"):
        fetch("set", tmp_path / "file", homes=homes)


def packed(members):
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w:gz") as tar:
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
        link = tarfile.TarInfo("d/test_batch.bin")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        tar.addfile(link)
    return file.getvalue()


def test_only_known_members_are_taken_out_of_an_archive(server, tmp_path):
    rows = np.random.default_rng(0).integers(0, 10, size=(20, 3073), dtype=np.uint8)
    whole = packed({
        "d/data_batch_1.bin": rows[:15].tobytes(), "d/test_batch.bin": rows[15:].tobytes(),
        "../../evil.bin": b"x", "d/readme.html": b"y",
    })  # fmt: skip
    sizes = {"data_batch_1.bin": 15 * 3073, "test_batch.bin": 5 * 3073}
    homes = home(server, whole, sizes, "c.tar.gz")
    folder = fetch("set", tmp_path / "a" / "b", homes=homes)
    assert sorted(f.name for f in folder.iterdir()) == sorted(sizes)
    assert not list(tmp_path.rglob("evil.bin"))
    assert open_source(folder).sizes["final"] == 5
    fetch("set", folder, homes=homes)
    assert len(server.asked) == 1
    short = home(server, whole, {**sizes, "more.bin": 3}, "c.tar.gz")
    with pytest.raises(BadData, match=r"does not hold more\.bin"):
        fetch("set", tmp_path / "c", homes=short)
    with pytest.raises(BadData, match="cannot be unpacked"):
        fetch("set", tmp_path / "d", homes=home(server, b"no archive", sizes, "d.tar.gz"))


def test_a_fetched_set_is_found_by_its_name(server, tmp_path, monkeypatch):
    monkeypatch.delenv("SADDLE_DATA", raising=False)
    monkeypatch.setenv("SADDLE_CACHE", str(tmp_path))
    with pytest.raises(BadData, match="`saddle data mnist` fetches it"):
        open_source("mnist")
    images = np.random.default_rng(0).integers(0, 256, size=(40, 8, 8), dtype=np.uint8)
    data = gzip.compress(b"\0\0\x08\x03" + struct.pack(">3I", 40, 8, 8) + images.tobytes())
    name = "train-images-idx3-ubyte.gz"
    remote = Remote(name, hashlib.md5(data).hexdigest())
    server.files[name] = data
    fetch("mnist", homes={"mnist": Home("ours", server.address, (remote,))})
    assert home_of("mnist") == tmp_path / "data" / "mnist"
    source = open_source("mnist", seed=1)
    assert source.name == "mnist" and source.size == 32


def test_every_set_but_the_one_at_hand_has_a_home():
    assert set(HOMES) == {name for name, it in DATA.items() if it.home is None and it.base is None}
    for name in HOMES:
        hosts = re.findall(r"//([^/]+)/", HOMES[name].address)
        assert hosts and all(len(remote.md5) == 32 for remote in HOMES[name].files)
        assert HOMES[name].about and DATA[name].about
    with pytest.raises(UnknownName, match="did you mean 'mnist'"):
        fetch("mnits")


def test_where_sets_are_looked_for(tmp_path, monkeypatch):
    monkeypatch.setenv("SADDLE_DATA", str(tmp_path / "data"))
    monkeypatch.delenv("SADDLE_CACHE", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "x"))
    cached = tmp_path / "x" / "saddle" / "data" / "cifar10"
    found = places("cifar10", part="cifar10-4k")
    assert found == [tmp_path / "data" / "cifar10", cached, tmp_path / "data" / "cifar10-4k"]
