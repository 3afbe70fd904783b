"""Several runs side by side: what they differ in, how close each is, their curves and samples."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from html import escape
from typing import TYPE_CHECKING, Any

from saddle.report import clouds, sheets, summary
from saddle.report.curves import logarithmic
from saddle.report.read import Record
from saddle.report.shown import DRAWN
from saddle.report.style import DASHES, MUTED, SERIES, drawn, legend, sheet, thousands, words
from saddle.report.tables import leaves, number

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Runs = Mapping[str, Record]
"""Records by what they are called: the folder's name."""

Line = dict[str, Any]


# --------------------------------------------------------------------------------------- tables


def differences(runs: Runs) -> list[Line]:
    """The values of the recipes in which the runs differ, a row a value."""
    held = {name: dict(leaves(record.recipe)) for name, record in runs.items()}
    keys = dict.fromkeys(key for recipe in held.values() for key in recipe)
    rows = [{"value": key, **{n: recipe.get(key) for n, recipe in held.items()}} for key in keys]
    return [row for row in rows if len({str(row[name]) for name in runs}) > 1]


def measures(runs: Runs, show: Callable[[Line | None], Any] | None = None) -> list[Line]:
    """Every measure that a run has, a row a measure; `show` makes the cell of a run."""
    held = {name: {row["name"]: row for row in rows_of(record)} for name, record in runs.items()}
    names = dict.fromkeys(key for rows in held.values() for key in rows)
    say = show or told
    return [
        {"measure": key, **{name: say(rows.get(key)) for name, rows in held.items()}}
        for key in names
    ]


def numbers(row: Line | None) -> Line | None:
    """A measure as plain numbers."""
    return None if row is None else {key: row.get(key) for key in ("value", "floor", "interval")}


def brief(row: Line | None) -> str | None:
    """A measure in a narrow cell: value and floor.

    >>> brief({"value": 0.25, "floor": 0.1})
    '0.25 / 0.1'
    """
    if row is None or row.get("value") is None:
        return None
    floor = row.get("floor")
    return f"{row['value']:.3g}{'' if floor is None else f' / {floor:.3g}'}"


def rows_of(record: Record) -> list[Line]:
    """The lines of a run's evaluation: its own, then those of its samples as of any tool's."""
    judged = record.evaluation.get("judged") or {}
    beside = [
        {**row, "name": f"{key}: {row['name']}" if len(judged) > 1 else row["name"]}
        for key, it in judged.items()
        for row in it.get("measures") or ()
    ]
    return [*record.evaluation.get("measures", ()), *beside]


def told(row: Line | None) -> str | None:
    """A measure in one cell: value, interval, floor.

    >>> told({"value": 0.25, "interval": [0.2, 0.3], "floor": 0.1})
    '0.25 (0.2 to 0.3), floor 0.1'
    """
    if row is None or row.get("value") is None:
        return None
    ends = summary.between(row.get("interval"))
    floor = row.get("floor")
    return (
        f"{number(row['value'])}{f' ({ends})' * (ends is not None)}"
        f"{'' if floor is None else f', floor {number(floor)}'}"
    )


def verdicts(runs: Runs) -> list[Line]:
    """Steps, time, the watched distance and the first sentence of the verdict, a row a run."""
    found = []
    for name, record in runs.items():
        seen, seconds = summary.last_watch(record), record.latest("seconds")
        judged = (record.evaluation.get("judged") or {}).values()
        said = [it["verdict"]["sentences"][0] for it in judged]
        found.append(
            {
                "run": name,
                "steps": record.step,
                "time": None if seconds is None else summary.duration(float(seconds)),
                "distance": None if seen is None else seen[1],
                "floor": None if seen is None else seen[2],
                "verdict": " ".join(said) or "not judged: saddle evaluate RUN",
            }
        )
    return found


def unequal(runs: Runs) -> str:
    """What makes a comparison unfair, in a sentence; empty where nothing does.

    Under another seed an endless source gives other rows of the same law.
    """
    names = {str(_data(record).get("name")) for record in runs.values()}
    seeds = {record.recipe.get("seed") for record in runs.values()}
    drawn = {(it.recipe.get("seed"), _data(it).get("fingerprint")) for it in runs.values()}
    steps = {record.step for record in runs.values()}
    parts = ["their data is not the same"] * (len(names) > 1 or len(drawn) > len(seeds))
    parts += ["they were not trained for the same number of steps"] * (len(steps) > 1)
    return f"Read with care: {' and '.join(parts)}." if parts else ""


def _data(record: Record) -> Mapping[str, Any]:
    data = record.environment.get("data")
    return data if isinstance(data, dict) else {}


# ------------------------------------------------------------------------------------- pictures


@drawn
def curves(runs: Runs) -> Figure:
    """The watched distance of every run over its steps, and over its seconds."""
    figure = sheet(9.0, 3.2)
    for ax, key in zip(figure.subplots(1, 2), ("step", "seconds"), strict=True):
        for place, (name, record) in enumerate(runs.items()):
            line(ax, place, name, record, key)
        lowest = min((float(v.min()) for v in watched(runs)), default=0.0)
        if lowest > 0:
            logarithmic(ax)
        ax.set_title("distance to held-out rows")
        ax.set_xlabel(key)
        thousands(ax.xaxis)
        ax.grid(axis="y")
    legend(figure.axes[0])
    return figure


def watched(runs: Runs) -> list[Any]:
    """The watched distance of each run that has one."""
    held = [record.series("watch", "value")[1] for record in runs.values()]
    return [values for values in held if len(values)]


def line(ax: Any, place: int, name: str, record: Record, key: str) -> None:
    """One run's distance, and its floor as a dotted line of the same colour."""
    color, dash = SERIES[place % len(SERIES)], DASHES[place % 2]
    across = [(e[key], e["watch"]) for e in record.events if key in e and "watch" in e]
    at = [x for x, _ in across]
    ax.plot(at, [w["value"] for _, w in across], color=color, ls=dash, label=words(name, 34))
    floors = [(x, w["floor"]) for x, w in across if w.get("floor") is not None]
    ax.plot(*zip(*floors, strict=True) if floors else ([], []), color=color, lw=0.8, ls=DASHES[2])


@drawn
def samples(runs: Runs) -> Figure:
    """The last samples of every run over its data, on equal axes."""
    shown = [
        (name, record, clouds.panels(record, look)[0], look.step)
        for name, record in runs.items()
        for look in clouds.drawn_rows(record)[-1:]
    ]
    across = min(3, len(shown))
    down = -(-len(shown) // across)
    figure = sheet(9.0, (9.0 / across + 0.3) * down)
    axes = list(figure.subplots(down, across, squeeze=False).flat)
    for ax in axes[len(shown) :]:
        ax.set_visible(False)
    for ax, (name, _, panel, step) in zip(axes, shown, strict=False):
        clouds.over(ax, panel)
        ax.set(xlabel="", ylabel="")
        ax.set_title(f"{words(name, 30)}, step {step:,}", color=MUTED, fontsize=8)
    return figure


def any_samples(runs: Runs) -> bool:
    """Whether any run recorded rows."""
    return any(clouds.drawn_rows(record) for record in runs.values())


def last_sheets(runs: Runs) -> list[sheets.Sheet]:
    """Held-out pictures of the first run that has some, then the last samples of every run."""
    held = {name: sheets.real_and_made(record) for name, record in runs.items()}
    made = [
        replace(sheet, title=f"{name}, {sheet.title}")
        for name, parts in held.items()
        for part in parts
        if part in MADE
        for sheet in [sheets.side(runs[name], part)]
    ]
    real = [
        sheets.side(runs[name], part) for name, p in held.items() for part in p if part not in MADE
    ]
    return [*real[:1], *made]


MADE = {made for made, *_ in DRAWN}
"""What a look holds of samples."""


def captioned(title: str, reads: str) -> str:
    """A caption of a picture."""
    return f"<figcaption><h3>{escape(title)}</h3>{escape(reads)}</figcaption>"


def short_names(names: Sequence[str]) -> list[str]:
    """The numbers of runs where these tell them apart, else the whole names.

    >>> short_names(["00001-ring-gan", "00002-ring-gan"]), short_names(["a", "b"])
    (['00001', '00002'], ['a', 'b'])
    """
    heads = [name.partition("-")[0] for name in names]
    return heads if len(set(heads)) == len(names) and all(map(str.isdecimal, heads)) else [*names]
