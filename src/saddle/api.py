"""The library's front door: `GAN` with scikit-learn's conventions, and the functions around it."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted
from torch import nn

from saddle.build.session import Session, resume, start
from saddle.errors import bad
from saddle.evaluate import Trained
from saddle.evaluate import load as load_run
from saddle.presets import preset as preset_recipe
from saddle.recipe import Recipe
from saddle.runs import Json, Run
from saddle.training.loop import Moment

Array = npt.NDArray[Any]
Watcher = Callable[[Moment], None]


class GAN(BaseEstimator):  # type: ignore[misc]
    """A generative adversarial network that is fitted like any estimator.

    Every argument is a value of the recipe, or None for the preset's own. `fit` leaves a run
    folder; whatever is asked afterwards is read from it.

    Args:
        preset: the recipe to start from.
        game: who plays; what fits the data where None.
        distance: what close means.
        steps: turns to play.
        batch: rows of a move.
        seed: of every draw.
        generator, critic, encoder: a name of the catalogue, or a module of your own.
        settings: further values of the recipe by dotted path: `{"penalties.r1": 0.5}`.
        out: folder that the run is kept in; a temporary one where None.
        watch: called at every moment of training.
    """

    def __init__(
        self,
        preset: str = "default",
        *,
        game: str | None = None,
        distance: str | None = None,
        steps: int | None = None,
        batch: int | None = None,
        seed: int = 0,
        generator: str | nn.Module | None = None,
        critic: str | nn.Module | None = None,
        encoder: str | nn.Module | None = None,
        settings: Mapping[str, Any] | None = None,
        out: str | Path | None = None,
        watch: Watcher | None = None,
    ) -> None:
        self.preset = preset
        self.game = game
        self.distance = distance
        self.steps = steps
        self.batch = batch
        self.seed = seed
        self.generator = generator
        self.critic = critic
        self.encoder = encoder
        self.settings = settings
        self.out = out
        self.watch = watch

    def recipe(self) -> Recipe:
        """The recipe that the arguments describe."""
        plain = {key: getattr(self, key) for key in ("game", "distance", "steps", "batch", "seed")}
        named = {f"{key}.name": value for key, value in self._networks(str).items()}
        own = {f"{k}.name": _reference(v) for k, v in self._networks(nn.Module).items()}
        wanted = {key: value for key, value in plain.items() if value is not None}
        return preset_recipe(self.preset).amended(
            {**wanted, **named, **own, **dict(self.settings or {})}
        )

    def fit(self, X: Any, y: Any = None) -> GAN:  # noqa: N803
        """Train on X: a name, a path, an array, a DataFrame, a Source; with y the second domain,
        or the labels of the rows of X.
        """
        session = open_session(self, X, y)
        for moment in session.play():
            if self.watch is not None:
                self.watch(moment)
        self.run_ = session.run
        self.trained_ = load_run(session.run, networks=self._networks(nn.Module))
        self.n_features_in_ = _features(session)
        self.steps_ = session.state.step
        return self

    def sample(self, n: int = 100, *, given: Any = None, seed: int = 0) -> Array:
        """Draw n samples of x, (n, d); `given` is one condition, or one for each."""
        check_is_fitted(self)
        drawn = self._trained.sample(n, given=given, seed=seed)
        return drawn["x"] if "x" in drawn else np.stack([drawn["a"], drawn["b"]])

    def translate(self, X: Any, *, back: bool = False) -> Array:  # noqa: N803
        """Carry rows of a to b, or back."""
        check_is_fitted(self)
        return self._trained.translate(np.asarray(X), back=back)

    def encode(self, X: Any) -> Array:  # noqa: N803
        """The latents of rows."""
        check_is_fitted(self)
        return self._trained.encode(np.asarray(X))

    def resume(self, steps: int = 0, **changes: Any) -> GAN:
        """Train on: add steps, change values by dotted path."""
        check_is_fitted(self)
        if steps:
            changes["steps"] = self._trained.recipe.steps + steps
        own = self._networks(nn.Module)
        session = resume(self.run_, changes, networks=own)
        for moment in session.play():
            if self.watch is not None:
                self.watch(moment)
        self.trained_ = load_run(self.run_, networks=own)
        self.steps_ = session.state.step
        return self

    def save(self, path: str | Path) -> Path:
        """Copy the run folder; `saddle.load` reads it."""
        import shutil

        check_is_fitted(self)
        target = Path(path)
        if target.exists():
            raise bad("path", str(target), "a folder that does not exist yet")
        shutil.copytree(self.run_.path, target)
        return target

    @property
    def _trained(self) -> Trained:
        trained: Trained = self.trained_
        return trained

    def _networks(self, kind: type) -> dict[str, Any]:
        given = {"generator": self.generator, "critic": self.critic, "encoder": self.encoder}
        return {role: value for role, value in given.items() if isinstance(value, kind)}


def open_session(gan: GAN, X: Any, y: Any) -> Session:  # noqa: N803
    """A new run of an estimator on its data."""
    recipe = gan.recipe()
    out = Path(gan.out) if gan.out is not None else Path(tempfile.mkdtemp(prefix="saddle-"))
    networks = gan._networks(nn.Module)
    return start(recipe, out, data=X, second=y, networks=networks)


def load(path: str | Path, *, checkpoint: str = "latest", trust_code: bool = False) -> Trained:
    """A trained run, ready to sample, translate or encode."""
    return load_run(Path(path), checkpoint=checkpoint, trusted=trust_code)


def evaluate(run: str | Path | Run, *, data: Any = None) -> Json:
    """Measure a run against the held-out part of its data, each number beside its floor."""
    from saddle.evaluate import assess

    return assess(run if isinstance(run, Run) else Run.open(Path(run)), data=data)


def _reference(module: nn.Module) -> str:
    return f"{type(module).__module__}:{type(module).__qualname__}"


def _features(session: Session) -> int:
    spaces: Iterable[str] = session.materials.spaces
    key = "x" if "x" in spaces else "a"
    return int(np.prod(session.materials.spaces[key].shape))
