"""`GAN`: training and what comes after it, with scikit-learn's conventions."""

from __future__ import annotations

import math
import shutil
import tempfile
import warnings
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_is_fitted, validate_data
from torch import nn

from saddle.build.custom import reference
from saddle.build.ending import stopped
from saddle.build.materials import open_passed
from saddle.build.resuming import resume, unfinished
from saddle.build.session import Session, start
from saddle.distances.base import Direct, Distance
from saddle.errors import BadData, Incompatible, bad
from saddle.evaluate import Trained
from saddle.evaluate import load as load_run
from saddle.games import GAMES
from saddle.judge.sections import Options
from saddle.presets import preset as preset_recipe
from saddle.presets import with_stop, without_critic
from saddle.recipe import Recipe
from saddle.runs import Json
from saddle.sources import is_source
from saddle.sources.base import Source
from saddle.sources.pictures.numbers import is_picture_array
from saddle.sources.reading import Frame
from saddle.training.loop import Moment

Array = npt.NDArray[Any]
Watcher = Callable[[Moment], None]


def _has_likelihood(gan: GAN) -> bool:
    """Whether the game is one that can tell it: the game that was played, or that is named."""
    fitted = "run_" in vars(gan)
    if fitted:
        return "log_prob" in gan.trained_.game.can
    return gan.game in GAMES and "log_prob" in GAMES[str(gan.game)].can


class GAN(BaseEstimator):  # type: ignore[misc]
    """A generative adversarial network that is fitted like any estimator of scikit-learn.

    Every argument is a value of the recipe, or None for the preset's own. `fit` leaves a run
    folder; whatever is asked afterwards is read from it. A pickled estimator holds the path of
    its run, not its weights: `save` copies the run to where it shall stay.

    Args:
        preset: the recipe to start from.
        game: who plays; what fits the data where None.
        distance: what close means: a name, or an object such as `saddle.FDivergence(...)`.
        steps: turns to play; where None the run stops by itself once it has settled.
        stop: `auto` or `never`, where steps are given too.
        budget: wall time of training in seconds that the run ends within.
        batch: rows of a move.
        seed: of every draw.
        device: auto, cpu, cuda or mps.
        generator: a name of the catalogue, or a module of your own; a copy of it is trained.
        critic: a name of the catalogue, or a module of your own; a copy of it is trained.
        encoder: a name of the catalogue, or a module of your own; a copy of it is trained.
        columns: which columns of a file or a data frame are the points, "a,b".
        given: which column of them conditions the rest.
        settings: further values of the recipe by dotted path: `{"penalties.r1": 0.5}`.
        out: folder that the run is kept in; a temporary one, which stays, where None.
        watch: called with every moment of training.

    Attributes:
        run_: the run folder.
        steps_: turns that were played.
        n_features_in_: columns of the points.
        feature_names_in_: their names, where X is a data frame with names.
        source_: where the rows came from.
    """

    def __init__(
        self,
        preset: str = "default",
        *,
        game: str | None = None,
        distance: str | Distance | Direct | None = None,
        steps: int | None = None,
        stop: str | None = None,
        budget: float | None = None,
        batch: int | None = None,
        seed: int = 0,
        device: str | None = None,
        generator: str | nn.Module | None = None,
        critic: str | nn.Module | None = None,
        encoder: str | nn.Module | None = None,
        columns: str | None = None,
        given: str | None = None,
        settings: Mapping[str, Any] | None = None,
        out: str | Path | None = None,
        watch: Watcher | None = None,
    ) -> None:
        self.preset = preset
        self.game = game
        self.distance = distance
        self.steps = steps
        self.stop = stop
        self.budget = budget
        self.batch = batch
        self.seed = seed
        self.device = device
        self.generator = generator
        self.critic = critic
        self.encoder = encoder
        self.columns = columns
        self.given = given
        self.settings = settings
        self.out = out
        self.watch = watch

    # ------------------------------------------------------------------------------ training

    def recipe(self) -> Recipe:
        """The recipe that the arguments describe; an object of your own by its `module:Class`."""
        plain = {
            "game": self.game,
            "steps": self.steps,
            "stop": self.stop,
            "budget": self.budget,
            "batch": self.batch,
            "seed": self.seed,
            "device": self.device,
            "columns": self.columns,
            "given": self.given,
            "distance": self.distance,
            "generator.name": self.generator,
            "critic.name": self.critic,
            "encoder.name": self.encoder,
        }
        own = {id(thing): reference(thing) for thing in self._own().values()}
        named = {key: own.get(id(value), value) for key, value in plain.items()}
        wanted = {key: value for key, value in named.items() if value is not None}
        wanted |= dict(self.settings or {})
        spared = without_critic(wanted, own=self._own().get("distance"))
        return with_stop(preset_recipe(self.preset).amended({**spared, **wanted}))

    def fit(self, X: Any, y: Any = None) -> GAN:  # noqa: N803
        """Train, and leave a run.

        Args:
            X: rows (n, d), pictures (n, H, W, C), a data frame, a name, a file, a folder of
                pictures, a drawing, or a source.
            y: what is given beside each row of X, labels (n,) or points (n, k); or a second
                domain to translate to and from. It is a second domain where `game` is one of two
                domains (`cycle`, `align`), where y is itself a name, a file or a source, and
                where it is an array (m, d) with another number of rows than X.

        Raises:
            KeyboardInterrupt: Ctrl-C; the run is saved, usable, and can be resumed.
        """
        source, names = self._source(X, y)
        recipe = self.recipe().amended(names)
        out = Path(self.out) if self.out is not None else Path(tempfile.mkdtemp(prefix="saddle-"))
        self._play(start(recipe, out, data=source, own=self._own()))
        return self

    def resume(self, steps: int = 0, *, settings: Mapping[str, Any] | None = None) -> GAN:
        """Train on: add steps, change values by dotted path."""
        check_is_fitted(self)
        changes = unfinished(self.run_, settings or {}, added=steps or None)
        own, source = self._own(), vars(self).get("source_")
        self._play(resume(self.run_, changes, data=source, own=own))
        return self

    def _play(self, session: Session) -> None:
        """Play a session to its end and keep what it left."""
        for moment in session.play():
            if self.watch is not None:
                self.watch(moment)
        self.run_ = session.run
        self.source_ = session.materials.source
        self.steps_ = session.state.step
        self._trained = load_run(session.run, own=self._own())
        self.n_features_in_ = math.prod(self._trained.spaces[self._trained.domain(False)].shape)
        told = stopped(session.run)
        if told is not None and told["reason"] == "finding":
            warnings.warn(told["sentence"], stacklevel=3)
        if not session.over:
            raise KeyboardInterrupt(f"stopped at step {self.steps_}, saved; resume() goes on")

    # --------------------------------------------------------------------------------- using

    @property
    def trained_(self) -> Trained:
        """The trained game, read from the run when it is first asked for."""
        check_is_fitted(self, "run_")
        if "_trained" not in vars(self):
            self._trained = load_run(self.run_, own=self._own())
        return self._trained

    def sample(
        self,
        n: int | None = None,
        *,
        given: Any = None,
        seed: int | None = None,
        seeds: Sequence[int] | None = None,
        truncation: float = 1.0,
    ) -> Array:
        """Draw n samples of x, (n, d); of a game of two domains (2, n, d), a and then b.

        Args:
            n: how many, 100 where nobody says.
            given: one condition, or one for each sample; drawn from the data's where None.
            seed: of the draw, 0 where nobody says; sample i of a seed is the same whatever n is.
            seeds: one for each sample, in place of n and seed: a seed has the same latent in
                every call, whatever is given.
            truncation: what latents are multiplied by, in (0, 1]; below 1 less varied.

        Raises:
            Incompatible: the two domains differ in width; `draw` returns them by name.
        """
        drawn = self.draw(n, given=given, seed=seed, seeds=seeds, truncation=truncation)
        domains = [drawn[key] for key in ("a", "b") if key in drawn]
        if len({rows.shape for rows in domains}) > 1:
            a, b = (rows.shape for rows in domains)
            raise Incompatible(
                f"samples of a are {a} and of b {b}, which is no one array: "
                "use draw, which returns each by its name"
            )
        return np.stack(domains) if domains else drawn["x"]

    def draw(
        self,
        n: int | None = None,
        *,
        given: Any = None,
        seed: int | None = None,
        seeds: Sequence[int] | None = None,
        truncation: float = 1.0,
    ) -> dict[str, Array]:
        """Draw as `sample` does, with all that belongs to it: `x`, and `given` where it is."""
        if seeds is None:
            count, first = 100 if n is None else n, 0 if seed is None else seed
            return self.trained_.sample(count, given=given, seed=first, truncation=truncation)
        if n is not None or seed is not None:
            raise Incompatible(
                "seeds says how many samples and from what: leave out n and seed, got "
                f"n={n!r} and seed={seed!r}"
            )
        return self.trained_.sample_seeds(seeds, given=given, truncation=truncation)

    def walk(
        self, seeds: Sequence[int], frames: int = 60, *, given: Any = None, truncation: float = 1.0
    ) -> Array:
        """Samples on the way from seed to seed and back to the first, (frames, ...)."""
        return self.trained_.walk(seeds, frames, given=given, truncation=truncation)

    def translate(self, X: Any, *, back: bool = False) -> Array:  # noqa: N803
        """Carry rows of a to b, or back."""
        return self.trained_.translate(np.asarray(X), back=back)

    def encode(self, X: Any, *, back: bool = False) -> Array:  # noqa: N803
        """The latents of rows, (n, latent); of domain b where `back`, as in `translate`."""
        return self.trained_.encode(np.asarray(X), back=back)

    def classify(self, X: Any) -> Array:  # noqa: N803
        """The class that rows of x most likely are of, (n,), among those of the labels.

        Raises:
            Incompatible: the game sorts nothing; `semi-supervised` does.
        """
        return self.trained_.classify(np.asarray(X))

    def log_prob(self, X: Any, *, back: bool = False) -> Array:  # noqa: N803
        """The log-likelihood of rows in their own units, (n,), in nats: what flows can tell.

        Args:
            X: rows of x, or of domain a.
            back: whether they are of domain b instead.

        Raises:
            Incompatible: the game has no likelihood; `align` has one.
        """
        return self.trained_.log_prob(np.asarray(X), back=back)

    @available_if(_has_likelihood)  # type: ignore[untyped-decorator]
    def score_samples(self, X: Any) -> Array:  # noqa: N803
        """`log_prob` under scikit-learn's name; only games with a likelihood have it."""
        return self.log_prob(X)

    def report(self) -> Path:
        """Measure the run and write its page; returns the path of `report.html`."""
        from saddle.listing import references_of
        from saddle.report import write_report

        self.evaluate()
        return write_report(self.run_, references=references_of(self.trained_.recipe))

    def evaluate(
        self, data: Any = None, options: Options | None = None, n: int | None = None
    ) -> Json:
        """Judge it by rows that it never saw, of its own data or of `data`: `saddle.evaluate`."""
        from saddle.evaluate import Judging, assess

        check_is_fitted(self)
        held = vars(self).get("source_") if data is None else data
        return assess(
            self.run_, data=held, own=self._own(), judging=Judging(options or Options(), n)
        )

    def save(self, path: str | Path) -> Path:
        """Copy the run folder; `saddle.load` reads it."""
        check_is_fitted(self)
        target = Path(path)
        if target.exists():
            raise bad("path", str(target), "a folder that does not exist yet")
        try:
            shutil.copytree(self.run_.path, target)
        except OSError as problem:
            raise BadData(f"{target} cannot be written: {problem}") from problem
        return target

    # ------------------------------------------------------------------------------- inside

    def _own(self) -> dict[str, Any]:
        """The objects among the arguments, by role."""
        given = {
            "generator": self.generator,
            "critic": self.critic,
            "encoder": self.encoder,
            "distance": self.distance,
        }
        return {k: v for k, v in given.items() if v is not None and not isinstance(v, str)}

    def _source(self, X: Any, y: Any) -> tuple[Source | None, dict[str, Any]]:  # noqa: N803
        """The source of X and y, None where their names say it all, and what a recipe keeps."""
        if isinstance(X, str | Path) and isinstance(y, str | Path | None):
            return None, {"data": str(X), "second": None if y is None else str(y)}
        rows = self._rows(X)
        second = y if y is not None and self._is_domain(rows, y) else None
        beside = self.given if y is None or second is not None else _labels(y)
        source = open_passed(self.recipe(), rows, second, beside)
        own = y is None and source is X
        name = reference(X) if own else "python"
        return source, {"data": name, "second": None, "columns": None, "given": None}

    def _rows(self, X: Any) -> Any:  # noqa: N803
        """Rows checked as scikit-learn checks them; whatever names a source as it is."""
        if is_source(X) or (isinstance(X, np.ndarray) and is_picture_array(X.shape)):
            return X
        if isinstance(X, Frame) and (self.given is not None or self.columns is not None):
            return X
        checked = validate_data(self, X, dtype=np.float64, ensure_min_samples=3)
        return X if isinstance(X, Frame) else checked

    def _is_domain(self, rows: Any, y: Any) -> bool:
        """Whether y is a second domain: see `fit`."""
        if self.game in GAMES and GAMES[str(self.game)].needs == {"a", "b"}:
            return True
        if is_source(y):
            return True
        shape = np.shape(y)
        return len(shape) == 2 and (is_source(rows) or shape[0] != len(rows))

    def __getstate__(self) -> dict[str, Any]:
        """Everything but what the run folder holds."""
        state: dict[str, Any] = super().__getstate__()
        return {key: value for key, value in state.items() if key not in ("_trained", "source_")}


def _labels(y: Any) -> Array:
    """What is given beside rows, refused where scikit-learn would refuse it."""
    values = np.asarray(y)
    if np.iscomplexobj(values):
        raise BadData("Complex data not supported: y must be labels or real numbers")
    if np.issubdtype(values.dtype, np.floating) and not np.isfinite(values).all():
        raise BadData("Input y contains NaN or infinity")
    return values
