"""Features of a small network that is trained on the user's own real rows, once.

The network is fixed by the data: the same rows, in any order, give the same features, which are
kept (`kept.py`) and never trained again; other rows give other ones. So two samplers that are
measured on one data set are measured on the same features. Train them on rows that are not
compared with: the training rows of a run, or one half of the real ones.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from saddle.errors import BadData
from saddle.judge.features.base import Features, Labels, Maker, fingerprint, standard
from saddle.judge.features.kept import keep, kept
from saddle.judge.features.tasks import changes, loss_of
from saddle.measure.base import Floats
from saddle.networks import initialise
from saddle.networks.drawing import global_stream_kept
from saddle.networks.mlp import plain_body
from saddle.runs import Json

VERSION = 1
"""Part of the fingerprint: raise it whenever training changes."""
DIM, WIDTH, DEPTH = 32, 128, 2
STEPS, BATCH, RATE = 1000, 256, 2e-3
LEAST = 50
"""Rows that a network can be trained on, at least."""
HELD = 5
"""One row in so many is not trained on: the loss there is recorded."""


class Network(nn.Module):
    """Rows (n, d) to `DIM` features, and from these to the heads of the tasks."""

    def __init__(self, d: int, outputs: int) -> None:
        super().__init__()
        body = plain_body(d, WIDTH, DEPTH, "relu")
        self.features = nn.Sequential(body, nn.Linear(WIDTH, DIM))
        self.heads = nn.Sequential(nn.ReLU(), nn.Linear(DIM, outputs))
        for name in ("centre", "scale"):
            self.register_buffer(name, torch.zeros(d, dtype=torch.float64))
        for name in ("middle", "spread"):
            self.register_buffer(name, torch.zeros(DIM))

    def forward(self, z: Tensor) -> Tensor:
        """The outputs of all heads, (n, outputs)."""
        out: Tensor = self.heads(self.features(z))
        return out


class _Data(NamedTuple):
    """Rows in an order of their own, with the number of each row's class where there are any."""

    x: Floats
    labels: npt.NDArray[np.int64] | None

    @property
    def classes(self) -> int:
        return 0 if self.labels is None else int(self.labels.max()) + 1

    @property
    def key(self) -> str:
        """The fingerprint of the data and of how it is learned from."""
        numbers = np.array([VERSION, DIM, WIDTH, DEPTH, STEPS, BATCH, RATE])
        labelled = {} if self.labels is None else {"labels": self.labels}
        return fingerprint({"x": self.x, "recipe": numbers, **labelled})


def trained_features(real: Floats, labels: Labels | None = None) -> Features:
    """The features that belong to these rows: read where they are kept, else trained and kept."""
    data = _ordered(real, labels)
    network = _empty(data)
    found = kept(data.key)
    if found is not None:
        network.load_state_dict(found[0])
        return _features(network, found[1])
    held_loss = _train(network, data)
    record: Json = {
        "kind": "trained",
        "version": VERSION,
        "fingerprint": data.key,
        "rows": len(real),
        "columns": real.shape[1],
        "classes": data.classes,
        "loss_held_out": held_loss,
    }
    refused = keep(data.key, network.state_dict(), record)
    return _features(network, record if refused is None else {**record, "not_kept": refused})


def _ordered(real: Floats, labels: Labels | None) -> _Data:
    """Rows sorted, so that their order in a file makes no other data."""
    if len(real) < LEAST:
        raise BadData(
            f"trained features need at least {LEAST} real rows, got {len(real)}: use raw ones"
        )
    if labels is None:
        return _Data(real[np.lexsort(real.T[::-1])], None)
    if len(labels) != len(real):
        raise BadData(f"labels must be one a row, got {len(labels)} for {len(real)} rows")
    _, number = np.unique(labels, return_inverse=True)
    order = np.lexsort((number, *real.T[::-1]))
    return _Data(real[order], number[order].astype(np.int64))


def _empty(data: _Data) -> Network:
    """The network before training, the same for all data of these sizes."""
    d = data.x.shape[1]
    with global_stream_kept():
        network = Network(d, len(changes(d)) + data.classes)
    return initialise(network, torch.Generator().manual_seed(VERSION))


def _train(network: Network, data: _Data) -> float:
    """Train in place; the loss on rows that were held out."""
    rng = torch.Generator().manual_seed(VERSION)
    centre, scale = standard(data.x)
    _fill(network, centre=centre, scale=scale)
    z = _drawn_in(network, data.x)
    held = torch.arange(len(z)) % HELD == 0
    classes = None if data.labels is None else torch.from_numpy(data.labels)
    optimiser = torch.optim.Adam(network.parameters())
    for step, batch in enumerate(_batches(torch.nonzero(~held).squeeze(1), rng)):
        for group in optimiser.param_groups:
            group["lr"] = RATE * (1 + math.cos(math.pi * step / STEPS)) / 2
        loss = loss_of(network, z[batch], None if classes is None else classes[batch], rng)
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
    with torch.no_grad():
        phi = network.features(z).numpy().astype(np.float64)
        _fill(network, middle=phi.mean(0), spread=standard(phi)[1])
        some = classes[held] if classes is not None else None
        return float(loss_of(network, z[held], some, rng))


def _batches(rows: Tensor, rng: torch.Generator) -> Iterator[Tensor]:
    for _ in range(STEPS):
        yield rows[torch.randint(len(rows), (BATCH,), generator=rng)]


def _fill(network: Network, **values: Floats) -> None:
    with torch.no_grad():
        for name, value in values.items():
            network.get_buffer(name).copy_(torch.from_numpy(value))


def _drawn_in(network: Network, x: Floats) -> Tensor:
    """Columns in units of their deviation; far ones are drawn in, asinh z = z for small z."""
    z = (torch.from_numpy(x) - network.get_buffer("centre")) / network.get_buffer("scale")
    return torch.asinh(z).float()


def _features(network: Network, record: Json) -> Features:
    """The hidden layer before the heads, each feature of variance one on the real rows."""
    network.eval().requires_grad_(False)

    def of(x: Floats) -> npt.NDArray[np.float64]:
        phi = network.features(_drawn_in(network, np.asarray(x, np.float64)))
        phi = (phi - network.get_buffer("middle")) / network.get_buffer("spread")
        found: npt.NDArray[np.float64] = phi.numpy().astype(np.float64)
        return found

    return Features("trained", DIM, of, record)


TRAINED = Maker(
    "trained",
    "a small network trained on the real rows to tell what was changed, and classes",
    trained_features,
)
