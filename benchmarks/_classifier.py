"""The evaluator of picture benchmarks: a small classifier, trained once and fixed by its seed.

Two convolution levels, dropout, one hidden layer of 128 units, whose values are the features that
kernel distance, recall and coverage are measured on. It is trained on the whole training file,
with shifts of up to two pixels, and never sees the test file; its accuracy there is printed.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from torch.nn import functional

from saddle.networks import Dropout, initialise

Pictures = npt.NDArray[np.uint8]
Labels = npt.NDArray[np.int64]

STEPS, BATCH, RATE, HIDDEN, SHIFT = 3_000, 128, 2e-3, 128, 2


class Network(nn.Module):
    """From pictures in [-1, 1] to features and classes."""

    def __init__(self, channels: int, side: int, classes: int) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(channels, 32, 5, padding=2),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Conv2d(32, 64, 3, padding=1),
            nn.BatchNorm2d(64),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Conv2d(64, 64, 3, padding=1),
            nn.BatchNorm2d(64),
            nn.ReLU(),
            nn.Flatten(),
            Dropout(0.25),
            nn.Linear(64 * (side // 4) ** 2, HIDDEN),
            nn.ReLU(),
        )
        self.head = nn.Linear(HIDDEN, classes)

    def forward(self, x: Tensor) -> Tensor:
        """Logits, (n, classes)."""
        out: Tensor = self.head(self.body(x))
        return out


@dataclass(frozen=True, eq=False)
class Classifier:
    """A trained evaluator.

    Attributes:
        network: at rest.
        accuracy: on the test file.
    """

    network: Network
    accuracy: float

    @torch.no_grad()
    def features(self, pictures: Pictures) -> npt.NDArray[np.float64]:
        """Hidden values, (n, 128)."""
        parts = [self.network.body(encoded(part)).numpy() for part in _chunks(pictures)]
        return np.concatenate(parts).astype(np.float64)

    @torch.no_grad()
    def classes(self, pictures: Pictures) -> Labels:
        """The most likely class of each picture."""
        parts = [self.network(encoded(part)).argmax(1).numpy() for part in _chunks(pictures)]
        return np.concatenate(parts)


def classifier(
    train: tuple[Pictures, Labels],
    test: tuple[Pictures, Labels],
    kept: Path,
    *,
    steps: int = STEPS,
) -> Classifier:
    """The evaluator of these files: read where it is kept, else trained and kept."""
    pictures, labels = train
    network = _network(pictures, labels)
    if kept.exists():
        network.load_state_dict(load_file(kept))
    else:
        fit(network, pictures, labels, steps=steps)
        kept.parent.mkdir(parents=True, exist_ok=True)
        save_file(network.state_dict(), kept)
    made = Classifier(network.eval().requires_grad_(False), math.nan)
    accuracy = float((made.classes(test[0]) == test[1]).mean())
    return Classifier(made.network, accuracy)


def _network(pictures: Pictures, labels: Labels) -> Network:
    network = Network(pictures.shape[3], pictures.shape[1], int(labels.max()) + 1)
    return initialise(network, torch.Generator().manual_seed(0))


def fit(
    network: Network, pictures: Pictures, labels: Labels, *, steps: int = STEPS, seed: int = 0
) -> None:
    """Train on shifted pictures, the rate falling by a half cosine."""
    rng = torch.Generator().manual_seed(seed)
    for layer in network.modules():
        if isinstance(layer, Dropout):
            layer.rng = rng
    optimiser = torch.optim.AdamW(network.parameters(), RATE, weight_decay=1e-3)
    falling = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, steps)
    y = torch.from_numpy(np.asarray(labels, np.int64))
    network.train()
    for _ in range(steps):
        rows = torch.randint(len(pictures), (BATCH,), generator=rng)
        batch = _shifted(encoded(pictures[rows.numpy()]), rng)
        optimiser.zero_grad()
        functional.cross_entropy(network(batch), y[rows]).backward()
        optimiser.step()
        falling.step()


def _shifted(x: Tensor, rng: torch.Generator) -> Tensor:
    """A whole batch moved by up to two pixels, another way each time."""
    dy, dx = (int(d) for d in torch.randint(-SHIFT, SHIFT + 1, (2,), generator=rng))
    return torch.roll(x, (dy, dx), (2, 3))


def encoded(pictures: Pictures) -> Tensor:
    """(n, H, W, C) uint8 to (n, C, H, W) in [-1, 1]."""
    whole = torch.from_numpy(np.ascontiguousarray(pictures)).permute(0, 3, 1, 2)
    return whole.float() / 127.5 - 1


def _chunks(pictures: Pictures) -> list[Pictures]:
    return [pictures[i : i + 500] for i in range(0, len(pictures), 500)]
