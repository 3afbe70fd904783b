"""From a run to one ONNX file that draws: latents in, samples in raw units out.

    z (n, latent), [given (n, k)]  ->  x

Points come out in the data's own units, (n, d) float32. Pictures come out as (n, H, W, C) float32
from 0 to 255, not rounded. Labels go in as one-hot rows in the order of the classes that the
file's metadata tells. The file is run by onnxruntime before it is kept: on 16 latents it must
agree with the run to 1e-4 of the samples' range, or nothing is written.
"""

from __future__ import annotations

import io
import json
import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from saddle.errors import BadData, Incompatible, MissingExtra, RunError
from saddle.evaluate import Trained
from saddle.runs import Json, write_bytes, writing
from saddle.spaces import Images, Labels, Points
from saddle.spaces.base import Space

CHECKED = 16
"""Latents on which the file is compared with the run."""

TOLERANCE = 1e-4
"""The largest difference that passes, as a share of the samples' range."""


@dataclass(frozen=True)
class Exported:
    """What was written.

    Attributes:
        path: the file.
        error: the largest difference to the run on 16 samples, as a share of their range.
        bytes: its size.
        metadata: what the file tells of itself.
    """

    path: Path
    error: float
    bytes: int
    metadata: Json


class Drawing(nn.Module):
    """The averaged generator, with the space's way back behind it."""

    def __init__(self, generator: nn.Module, back: nn.Module) -> None:
        super().__init__()
        self.generator, self.back = generator, back

    def forward(self, *parts: Tensor) -> Tensor:
        """From latents (and conditions) to samples in raw units."""
        made: Tensor = self.back(self.generator(*parts))
        return made


class ToPoints(nn.Module):
    """x = mean + scale e."""

    mean: Tensor
    scale: Tensor

    def __init__(self, space: Points) -> None:
        super().__init__()
        self.register_buffer("mean", torch.from_numpy(space.mean).float())
        self.register_buffer("scale", torch.from_numpy(space.scale).float())

    def forward(self, e: Tensor) -> Tensor:
        """From (n, d) encoded to (n, d) in the data's units."""
        return e * self.scale + self.mean


class ToPictures(nn.Module):
    """x = 127.5 (e + 1), held within 0 and 255, (n, C, H, W) -> (n, H, W, C)."""

    def forward(self, e: Tensor) -> Tensor:
        """From encoded pictures to values of 8 bits, not rounded."""
        return ((e + 1) * 127.5).clamp(0, 255).permute(0, 2, 3, 1)


def export(trained: Trained, path: Path) -> Exported:
    """Write the generator of a run that draws from noise.

    Raises:
        Incompatible: the game draws from no noise, or a space has no way back.
        RunError: the file does not agree with the run.
    """
    _ready()
    drawing = Drawing(generator_of(trained), back_of(trained.spaces["x"])).eval()
    parts = tried(trained)
    data = written(drawing, parts, metadata := told(trained))
    with torch.no_grad():
        wanted = drawing(*parts).numpy()
    error = difference(data, parts, wanted)
    if error > TOLERANCE:
        raise RunError(
            f"{path} is not written: the ONNX file differs from the run by {error:.2g} of the "
            f"samples' range, more than {TOLERANCE:g}"
        )
    with writing(path):
        write_bytes(path, data)
    return Exported(path, error, len(data), metadata)


def _ready() -> None:
    try:
        import onnx  # noqa: F401
        import onnxruntime  # noqa: F401
        import onnxscript  # noqa: F401
    except ImportError as problem:
        raise MissingExtra(
            f"export needs {problem.name}: pip install 'saddle-gan[onnx]'"
        ) from None


def generator_of(trained: Trained) -> nn.Module:
    """The one network that draws from noise; refused where a game has none, or several."""
    generators = trained.game.generators
    if "generator" not in generators:
        raise Incompatible(
            f"game {trained.recipe.game!r} has no generator that draws from noise; it has "
            f"{', '.join(generators)}"
        )
    return generators["generator"]


def back_of(space: Space) -> nn.Module:
    """What takes an encoded sample back to raw units."""
    if isinstance(space, Points):
        return ToPoints(space)
    if isinstance(space, Images):
        return ToPictures()
    raise Incompatible(f"samples of the space {space.name!r} cannot be exported yet")


def tried(trained: Trained) -> tuple[Tensor, ...]:
    """Latents, and conditions where there are some, to try the file on."""
    rng = torch.Generator().manual_seed(0)
    z = trained.game.noise.draw(CHECKED, rng)
    if "given" not in trained.spaces:
        return (z,)
    drawn = trained.game.sample(CHECKED, rng=rng)
    return (z, drawn["given"])


def told(trained: Trained) -> Json:
    """What a user of the file has to know."""
    given = trained.spaces.get("given")
    classes = given.classes.tolist() if isinstance(given, Labels) else None
    noise = trained.game.noise
    return {
        "made by": "saddle",
        "run": trained.run.path.name,
        "step": trained.step,
        "latent": noise.size,
        "noise": f"{noise.law}, mean 0 and variance 1",
        "samples": trained.spaces["x"].name,
        **({"classes": classes} if classes is not None else {}),
    }


@contextmanager
def quiet() -> Iterator[None]:
    """Without what PyTorch's exporter says of operators that nobody uses here."""
    log = logging.getLogger("torch.onnx")
    before = log.level
    log.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        log.setLevel(before)


def written(drawing: nn.Module, parts: tuple[Tensor, ...], metadata: Json) -> bytes:
    """The bytes of the file; the number of rows is left open."""
    import onnx

    names = ["z", "given"][: len(parts)]
    rows = torch.export.Dim("n", min=1, max=1 << 20)
    with quiet():
        program = torch.onnx.export(
            drawing,
            parts,
            dynamo=True,
            input_names=names,
            output_names=["x"],
            dynamic_shapes=(tuple({0: rows} for _ in parts),),
            verbose=False,
        )
    if program is None:
        raise RunError("PyTorch made no ONNX program of the generator")
    model = program.model_proto
    onnx.helper.set_model_props(model, {k: json.dumps(v) for k, v in metadata.items()})
    file = io.BytesIO()
    onnx.save_model(model, file)
    return file.getvalue()


def difference(data: bytes, parts: tuple[Tensor, ...], wanted: npt.NDArray[Any]) -> float:
    """The largest difference between the file's samples and these, as a share of their range."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])
    names = [put.name for put in session.get_inputs()]
    fed = {name: part.numpy() for name, part in zip(names, parts, strict=True)}
    found = np.asarray(session.run(None, fed)[0])
    if found.shape != wanted.shape:
        raise BadData(f"the ONNX file gives {found.shape}, the run {wanted.shape}")
    spread = float(wanted.max() - wanted.min()) or 1.0
    return float(np.abs(found - wanted).max()) / spread
