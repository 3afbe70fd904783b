"""The functions around `GAN`: a run that is read again, and samples that are judged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sklearn.utils.validation import check_is_fitted

from saddle.api.gan import GAN
from saddle.evaluate import Trained
from saddle.evaluate import load as load_run
from saddle.judge.sections import Options
from saddle.runs import Json, Run


def load(
    path: str | Path,
    *,
    checkpoint: str = "latest",
    own: Mapping[str, Any] | None = None,
    trust_code: bool = False,
) -> Trained:
    """A trained run, ready to sample, translate or encode.

    Args:
        path: the run's folder.
        checkpoint: `latest`, `best`, or a step that is kept.
        own: the objects of your own that it was trained with, by argument: `{"generator": net}`.
        trust_code: import them by the `module:Class` that the recipe names instead.
    """
    return load_run(Path(path), checkpoint=checkpoint, own=own, trusted=trust_code)


def evaluate(
    fake: Any,
    against: Any = None,
    *,
    train: Any = None,
    data: Any = None,
    columns: str | Sequence[str] | None = None,
    n: int | None = None,
    options: Options | None = None,
) -> Json:
    """Judge samples of any tool by real rows, or a run by the part of its data it never saw.

    What comes back is what `saddle evaluate --json` prints; printed, that of two sides reads from
    the top.

    Args:
        fake: an array, a data frame, a file, a source's name, a run's folder, or a fitted GAN.
        against: what it should be like; a run or a GAN alone is judged by its own data.
        train: what the maker of `fake` has seen: tells memory.
        data: what a run was trained on, where its folder alone cannot tell.
        columns: which columns are compared, "a,b" or a list.
        n: rows a side, at most.
        options: seed, margin, features and more.
    """
    from saddle.evaluate.anything import evaluate_run, evaluate_sides

    wanted = options or Options()
    if against is not None:
        made, real, seen = map(folder_of, (fake, against, train))
        return evaluate_sides(made, real, seen, columns=columns, n=n, options=wanted)
    if isinstance(fake, GAN):
        return fake.evaluate(data, wanted, n)
    return evaluate_run(fake, data, n=n, options=wanted)


def folder_of(what: Any) -> Any:
    """The folder of a run or of a GAN; everything else as it is."""
    if isinstance(what, GAN):
        check_is_fitted(what)
        return what.run_.path
    return what.path if isinstance(what, Run) else what
