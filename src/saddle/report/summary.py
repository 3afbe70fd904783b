"""A run in plain words and in a few numbers. No verdict: what was measured, and what was not."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from saddle.records import RECORDED
from saddle.report.read import Record
from saddle.report.shown import CLOUDS, SHEETS, kinds
from saddle.report.tables import Rows, leaves, number

NOT_MEASURED = "not measured"


@dataclass(frozen=True)
class Ability:
    """Something that a run can do, told by what its looks hold.

    Attributes:
        sign: the array of a look that tells it.
        says: what was learned, in words; {data} is the data's name.
        commands: what to do with it: a sentence and a command each; {run} is the folder,
            {some} and {draw} are words of `DRAWS`.
    """

    sign: str
    says: str
    commands: tuple[tuple[str, str], ...]


ABILITIES = (
    Ability(
        "a_to_b",
        "two generators learned to translate between {data}",
        (
            ("Translate from the first to the second", "saddle translate {run} INPUT --out OUT"),
            ("Translate back", "saddle translate {run} INPUT --back --out OUT"),
        ),
    ),
    Ability(
        "reconstruction",
        "a generator and an encoder learned to draw {data} and to find it back",
        (("Find the code of each row", "saddle encode {run} INPUT --out codes.csv"),),
    ),
    Ability(
        "given",
        "a generator learned to draw {data} for what is given",
        (("Draw {some} for a value", "saddle sample {run} {draw} --given VALUE"),),
    ),
    Ability(
        "samples",
        "a generator learned to draw {data}",
        (("Draw {some}", "saddle sample {run} {draw}"),),
    ),
    Ability(
        "",
        "{data} was trained on",
        (
            ("Go on for 1,000 more steps", "saddle resume {run} --steps 1000"),
            ("Measure it again and write this page anew", "saddle report {run}"),
            ("Save its film", "saddle report {run} --film film.gif"),
            ("Save its pictures", "saddle report {run} --pictures pictures"),
            ("Print what to cite", "saddle cite {run}"),
        ),
    ),
)
"""What is told first comes first; the last one every run has."""


DRAWS = {
    CLOUDS: {"some": "a thousand samples", "draw": "-n 1000 --out samples.csv"},
    SHEETS: {"some": "64 samples", "draw": "-n 64 --out samples.png"},
}
"""How samples of each kind are drawn."""


def abilities(record: Record) -> list[Ability]:
    """What the run can do, by what its last look holds."""
    held = record.last.arrays if record.last else {}
    return [ability for ability in ABILITIES if ability.sign in held or not ability.sign]


def data_name(record: Record) -> str:
    """The name of the data, as the environment or the recipe gives it."""
    data = record.environment.get("data")
    named = data.get("name") if isinstance(data, dict) else None
    return str(named or record.recipe.get("data") or "data that was not named")


def distance_name(record: Record) -> str:
    """The name of the distance."""
    return str(record.recipe.get("distance") or "a distance that was not named")


def duration(seconds: float) -> str:
    """Seconds in words.

    >>> duration(58.3), duration(192), duration(7265)
    ('58 s', '3 min 12 s', '2 h 1 min')
    """
    whole = round(seconds)
    if whole < 60:
        return f"{seconds:.1f} s" if seconds < 10 else f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def sentences(record: Record) -> list[str]:
    """What was trained on what, for how long, and how close it is: one thought a sentence."""
    told = [trained(record), closeness(record), modes(record), strength(record)]
    return [text for text in told if text]


def trained(record: Record) -> str:
    """What was trained, on what, how long."""
    what = abilities(record)[0].says.format(data=data_name(record))
    under = f"under the distance {distance_name(record)}"
    seconds = record.latest("seconds")
    lasted = f", in {duration(float(seconds))}" if seconds is not None else ""
    if record.step is None:
        return f"{what[0].upper()}{what[1:]}, {under}; no look was recorded yet."
    return f"{what[0].upper()}{what[1:]}, {under}, for {record.step:,} steps{lasted}."


def closeness(record: Record) -> str:
    """The watched distance beside its floor."""
    seen = last_watch(record)
    if seen is None:
        return "How far the samples are from held-out data was not measured."
    name, value, floor = seen
    told = (
        f"At its last look the watched distance from samples to held-out data ({name}, in the "
        f"units of training) is {number(value)}"
    )
    if floor is None:
        return f"{told}; its floor was not measured."
    return f"{told}; two sets of real rows differ by {number(floor)}{ratio(value, floor)}."


def ratio(value: float, floor: float) -> str:
    """How many times its floor a distance is, as a clause."""
    return f", so it stands at {value / floor:.2f} times its floor" if floor > 0 else ""


def last_watch(record: Record) -> tuple[str, float, float | None] | None:
    """Name, value and floor of the watched distance at its last look."""
    values, floors = record.series("watch", "value")[1], record.series("watch", "floor")[1]
    if not len(values):
        return None
    name = str(record.latest("watch", "name") or "watched distance")
    return name, float(values[-1]), float(floors[-1]) if len(floors) else None


def modes(record: Record) -> str:
    """Modes captured and the share of good samples; empty where the modes are not known."""
    captured, of = record.latest("modes", "captured"), record.latest("modes", "of")
    if captured is None or of is None:
        return ""
    quality = record.latest("modes", "high_quality")
    share = f", and {float(quality):.1%} of the samples lie close to one" if quality else ""
    ideal = record.latest("modes", "perfect")
    best = f" (a perfect sampler has {float(ideal):.1%})" if quality and ideal else ""
    return f"{int(captured)} of {int(of)} modes hold samples{share}{best}."


def strength(record: Record) -> str:
    """How well the critics tell, in one sentence; empty where it was not measured."""
    last = [record.series("critics", d, "auc")[1] for d in record.names("critics")]
    values = [float(auc[-1]) for auc in last if len(auc)]
    if not values:
        return ""
    best = max(values)
    who = "Its critic" if len(values) == 1 else "The stronger of its critics"
    return f"{who} scores a held-out real row above a sample in {best:.0%} of pairs."


def tiles(record: Record) -> list[tuple[str, str, str]]:
    """The numbers a reader looks for first: label, value, and what to hold it against."""
    seen = last_watch(record)
    seconds, of = record.latest("seconds"), record.latest("modes", "of")
    captured, quality = record.latest("modes", "captured"), record.latest("modes", "high_quality")
    aucs = [record.series("critics", d, "auc")[1] for d in record.names("critics")]
    auc = max((float(a[-1]) for a in aucs if len(a)), default=None)
    floor = f"floor {number(seen[2])}" if seen and seen[2] is not None else "floor not measured"
    modal = (
        tile("modes", captured, lambda v: f"{int(v)}", f"of {of}"),
        tile("high quality", quality, lambda v: f"{v:.1%}", perfect(record)),
    )
    return [
        ("steps", f"{record.step:,}" if record.step is not None else NOT_MEASURED, ""),
        ("time", duration(float(seconds)) if seconds is not None else NOT_MEASURED, ""),
        ("distance", number(seen[1]) if seen else NOT_MEASURED, floor if seen else ""),
        *(modal if CLOUDS in kinds(record) or captured is not None else ()),
        tile("critic's AUC", auc, lambda v: f"{v:.3f}", "0.5: it cannot tell"),
    ]


def tile(label: str, value: Any, show: Callable[[Any], str], note: str) -> tuple[str, str, str]:
    """One number with its note, or that it was not measured."""
    return (label, NOT_MEASURED, "") if value is None else (label, show(value), note)


def perfect(record: Record) -> str:
    """What a perfect sampler's share of good samples is, where it is known."""
    ideal = record.latest("modes", "perfect")
    return f"perfect: {float(ideal):.1%}" if ideal else "of the samples"


def recorded(record: Record) -> list[dict[str, Any]]:
    """A row a quantity of the table of records: what it says, and how often it was written."""
    return [
        {
            "quantity": name,
            "what it says": quantity.what,
            "of shape": quantity.shape,
            "stands in": quantity.place,
            "written": times or NOT_MEASURED,
        }
        for name, quantity in RECORDED.items()
        for times in [record.times(quantity)]
    ]


def not_measured(record: Record) -> list[str]:
    """The quantities that the run did not write."""
    return [name for name, quantity in RECORDED.items() if not record.times(quantity)]


def measures(record: Record) -> list[dict[str, Any]]:
    """The rows of the evaluation, with their floors and intervals."""
    held = record.evaluation.get("measures")
    found = [row for row in held if isinstance(row, dict)] if isinstance(held, list) else []
    table = [
        {
            "measure": row.get("name"),
            "value": row.get("value"),
            "floor": row.get("floor"),
            "interval": between(row.get("interval")),
            "n": row.get("n"),
            "better": row.get("better"),
            "note": row.get("note"),
        }
        for row in found
    ]
    empty = {key for key in table[0] if all(row[key] is None for row in table)} if table else set()
    return [{key: value for key, value in row.items() if key not in empty} for row in table]


def between(interval: Any) -> str | None:
    """An interval in words, or None where there is none."""
    if not isinstance(interval, (list, tuple)) or len(interval) != 2:
        return None
    return f"{number(float(interval[0]))} to {number(float(interval[1]))}"


def recipe(record: Record) -> Rows:
    """The recipe, a row a value; what is nothing is left out."""
    held = leaves(record.recipe)
    return [{"key": key, "value": v} for key, v in held if v not in (None, [], "")]


def commands(record: Record) -> list[tuple[str, str]]:
    """What to do with the run next: a sentence and a command each."""
    run = shlex.quote(str(record.run.path))
    words = DRAWS[min(kinds(record))]
    told = [pair for ability in abilities(record) for pair in ability.commands]
    return [(what.format(**words), it.format(run=run, **words)) for what, it in told]
