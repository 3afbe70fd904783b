"""What the doctor found of a run, on a time line over the watched distance, and in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING, Any

from saddle.doctor.messages import message, told
from saddle.report.curves import dress
from saddle.report.read import Record
from saddle.report.style import ACCENT, FAKE, INK, MUTED, drawn, sheet, words

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Finding = Mapping[str, Any]


def spells(record: Record) -> list[Finding]:
    """What holds at the end, then what passed, in the order in which they began."""
    held = [*record.findings.get("now", ()), *record.findings.get("earlier", ())]
    return sorted(held, key=lambda it: (it["since"], it["key"]))


def found_any(record: Record) -> list[str]:
    """One figure where anything was found."""
    return [""] * bool(spells(record))


@drawn
def timeline(record: Record) -> Figure:
    """The watched distance, and below it a bar for each finding, as long as it held."""
    held = spells(record)
    figure = sheet(9.0, 2.4 + 0.34 * len(held))
    above, below = figure.subplots(2, 1, sharex=True, height_ratios=[2.0, 0.2 + 0.34 * len(held)])
    steps, value = record.series("watch", "value")
    above.plot(steps, value, color=FAKE)
    dress(above, record, words(record.latest("watch", "name") or "watched distance"))
    above.set_xlabel("")
    end = float(record.step or 0)
    for line, it in enumerate(held):
        until = end if it.get("until") is None else float(it["until"])
        color = COLOURS.get(it.get("severity", ""), MUTED)
        below.plot([it["since"], max(until, it["since"])], [line, line], color=color, lw=5)
        below.plot([it["since"]], [line], color=color, marker="o", ms=6)
        above.axvline(it["since"], color=color, lw=0.8, alpha=0.6)
    below.set_yticks(range(len(held)), [words(title(it), 34) for it in held], color=INK)
    below.set_ylim(len(held) - 0.4, -0.6)
    below.set_xlabel("step")
    return figure


COLOURS = {"fault": ACCENT, "note": MUTED}


def title(finding: Finding) -> str:
    """What a finding is called."""
    return message(str(finding["key"])).title


def in_words(record: Record) -> str:
    """Every finding: what it means, its evidence, since when, the remedy."""
    if not record.findings:
        return "<p class='none'>Not examined: `saddle doctor RUN` does.</p>"
    held = spells(record)
    if not held:
        well = len(record.findings.get("well", ()))
        said = (
            f"Nothing was found; {well} things were looked for." if well else "Nothing was found."
        )
        return f"<p>{said}</p>{unmeasured(record)}"
    return f"{''.join(map(one, held))}{unmeasured(record)}"


def one(finding: Finding) -> str:
    """One finding in a paragraph, with the command of its likeliest remedy."""
    key = str(finding["key"])
    since, until = finding["since"], finding.get("until")
    when = f"since step {since:,}" if until is None else f"from step {since:,} to {until:,}"
    numbers = told(key, finding["evidence"])
    remedies: Sequence[Finding] = finding.get("remedies") or ()
    what = "".join(f"<pre>{escape(it['command'])}</pre>" for it in remedies[:1])
    return (
        f"<h3>{escape(title(finding))}, {when}</h3>"
        f"<p>{escape(message(key).means)} {escape(numbers[:1].upper() + numbers[1:])}.</p>{what}"
    )


def unmeasured(record: Record) -> str:
    """What the record does not hold: it was not found well, it was not looked at."""
    missing = record.findings.get("not_measured") or ()
    names = ", ".join(title({"key": key}) for key in missing)
    return f"<p class='none'>Not measured: {escape(names)}.</p>" if names else ""
