"""Sets of pictures from their public homes: what was broken off goes on, what is wrong is refused.

A file is written beside its place under the ending `.part`, checked, and moved into its place.
"""

from __future__ import annotations

import hashlib
import http.client
import os
import tarfile
import urllib.error
import urllib.request
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from saddle.catalogue import Catalogue
from saddle.errors import BadData, RunError
from saddle.sources.named import DATA, places

CHUNK = 1 << 16
TRIES = 4
"""How often a file is asked for before it is given up, as long as each try brings some of it."""

PATIENCE = 30
"""Seconds without a byte after which a try has failed."""

Opener = Callable[[urllib.request.Request], Any]
"""From a request to its answer; `urllib.request.urlopen` is one."""

Progress = Callable[[str, int, int | None], None]
"""Told a file's name, the bytes there are of it, and how many there will be where it is known."""


@dataclass(frozen=True)
class Remote:
    """A file of a set.

    Attributes:
        name: what it is called on the disk.
        md5: what it must hash to.
    """

    name: str
    md5: str


@dataclass(frozen=True)
class Home:
    """Where a set lives.

    Attributes:
        about: whose it is, and on what terms.
        address: what the files' names are appended to.
        files: those of the set.
        members: of an archive, what is taken out and how many bytes each has; other names,
            folders and links in it are never looked at.
    """

    about: str
    address: str
    files: tuple[Remote, ...]
    members: Mapping[str, int] | None = None


CIFAR_BYTES = 10_000 * 3073

HOMES: Catalogue[Home] = Catalogue(
    "set that can be fetched",
    {
        "mnist": Home(
            "Yann LeCun and Corinna Cortes; CC BY-SA 3.0",
            "https://ossci-datasets.s3.amazonaws.com/mnist/",
            (
                Remote("train-images-idx3-ubyte.gz", "f68b3c2dcbeaaa9fbdd348bbdeb94873"),
                Remote("train-labels-idx1-ubyte.gz", "d53e105ee54ea40749a09fcbcd1e9432"),
                Remote("t10k-images-idx3-ubyte.gz", "9fb629c4189551a2d022fa330f9573f3"),
                Remote("t10k-labels-idx1-ubyte.gz", "ec29112dd5afa0611ce80d1b7f02629c"),
            ),
        ),
        "fashion-mnist": Home(
            "Zalando SE; MIT",
            "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
            (
                Remote("train-images-idx3-ubyte.gz", "8d4fb7e6c68d591d4c3dfef9ec88bf0d"),
                Remote("train-labels-idx1-ubyte.gz", "25c81989df183df01b3e8a0aad5dffbe"),
                Remote("t10k-images-idx3-ubyte.gz", "bef4ecab320f06d8554ea6380940ec79"),
                Remote("t10k-labels-idx1-ubyte.gz", "bb300cfdad3c16e7a12a480ee83cd310"),
            ),
        ),
        "cifar10": Home(
            "Alex Krizhevsky; research data, no licence is stated",
            "https://www.cs.toronto.edu/~kriz/",
            (Remote("cifar-10-binary.tar.gz", "c32a1d4ab5d03f1284b67883e8d87530"),),
            {
                **{f"data_batch_{i}.bin": CIFAR_BYTES for i in range(1, 6)},
                "test_batch.bin": CIFAR_BYTES,
            },
        ),
    },
)
"""Where each set is fetched from."""


def terms_of(name: str) -> str:
    """Whose a set is, and on what terms."""
    return DATA[name].terms or HOMES[DATA[name].base or name].about


def home_of(name: str) -> Path:
    """The folder in which a fetched set is looked for: below the cache."""
    return places(name)[-1]


def fetch(
    name: str,
    into: str | Path | None = None,
    *,
    opener: Opener | None = None,
    progress: Progress | None = None,
    homes: Mapping[str, Home] = HOMES,
) -> Path:
    """Bring a set to this machine; files that are there already are left as they are.

    Args:
        name: of the set.
        into: the folder to put its files in; by default where sets are looked for.
        opener: what answers requests.
        progress: told as bytes arrive.
        homes: where sets live.

    Returns:
        The folder, which `open_source` reads.
    """
    home = homes[name]
    folder = home_of(name) if into is None else Path(into)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if home.members is not None and _all_there(folder, home.members):
            return folder
        for remote in home.files:
            _fetch(home.address + remote.name, folder / remote.name, remote, opener, progress)
            if home.members is not None:
                _take_out(folder / remote.name, folder, home.members)
    except OSError as problem:
        raise RunError(f"{name} could not be fetched into {folder}: {problem}") from problem
    return folder


# ---------------------------------------------------------------- one file


class _BrokenOff(Exception):
    """A try ended before the file did."""


def _fetch(
    address: str, path: Path, remote: Remote, opener: Opener | None, progress: Progress | None
) -> None:
    """One file, in as many tries as it takes while each brings some of it."""
    if path.exists() and _md5(path) == remote.md5:
        return
    part = path.with_name(path.name + ".part")
    for left in reversed(range(TRIES)):
        before = _length(part)
        try:
            _go_on(address, part, opener or _open, progress)
            break
        except (_BrokenOff, http.client.HTTPException, urllib.error.URLError, OSError) as problem:
            if left == 0 or (_length(part) <= before and left < TRIES - 1):
                raise RunError(
                    f"{address} broke off after {_length(part)} bytes: {_said(problem)}; the same "
                    "command goes on from there"
                ) from problem
    found = _md5(part)
    if found != remote.md5:
        part.unlink()
        raise BadData(
            f"{address} is not the file that was expected: its md5 is {found} and should be "
            f"{remote.md5}; it was removed"
        )
    os.replace(part, path)


def _open(request: urllib.request.Request) -> Any:
    return urllib.request.urlopen(request, timeout=PATIENCE)


def _go_on(address: str, part: Path, opener: Opener, progress: Progress | None) -> None:
    """Ask for what is missing and append it; start anew where the server sends all of it."""
    have = _length(part)
    request = urllib.request.Request(address, headers={"Range": f"bytes={have}-"} if have else {})
    try:
        answer = opener(request)
    except urllib.error.HTTPError as problem:
        if problem.code == 416 and have:  # nothing is missing: the checksum tells
            problem.close()
            return
        raise
    with answer:
        goes_on = answer.status == 206
        if have and not goes_on:
            have = 0
        told = answer.headers.get("Content-Length")
        whole = None if told is None else have + int(told)
        with part.open("ab" if goes_on else "wb") as file:
            while block := answer.read(CHUNK):
                file.write(block)
                have += len(block)
                if progress is not None:
                    progress(part.stem, have, whole)
    if whole is not None and have < whole:
        raise _BrokenOff(f"{whole} bytes were told")


def _length(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _said(problem: Exception) -> str:
    return str(problem) or type(problem).__name__


def _md5(path: Path) -> str:
    """What its publisher tells; against damage, not against an enemy."""
    digest = hashlib.md5(usedforsecurity=False)
    with path.open("rb") as file:
        while block := file.read(CHUNK):
            digest.update(block)
    return digest.hexdigest()


# ---------------------------------------------------------------- what is in an archive


def _all_there(folder: Path, members: Mapping[str, int]) -> bool:
    return all(_length(folder / name) == count for name, count in members.items())


def _take_out(archive: Path, folder: Path, members: Mapping[str, int]) -> None:
    """Write the known members under names of our own; then the archive is removed."""
    try:
        with tarfile.open(archive, "r:gz") as tar:
            for info in tar:
                name = PurePosixPath(info.name).name
                file = tar.extractfile(info) if name in members and info.isreg() else None
                if file is not None and info.size == members[name]:
                    part = folder / f"{name}.part"
                    part.write_bytes(file.read())
                    os.replace(part, folder / name)
    except (tarfile.TarError, EOFError, zlib.error) as problem:
        raise BadData(f"{archive} cannot be unpacked: {problem}") from problem
    missing = [name for name, count in members.items() if _length(folder / name) != count]
    if missing:
        raise BadData(f"{archive} does not hold {', '.join(missing)} of the size expected")
    archive.unlink()
