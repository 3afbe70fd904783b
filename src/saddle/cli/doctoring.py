"""The command that examines a run: `doctor`."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from saddle import terminal
from saddle.cli.acts import finish, play, trust
from saddle.cli.options import Json, Place, Plain, Quiet, Trust, app

if TYPE_CHECKING:
    from saddle.doctor import Finding
    from saddle.runs import Run

WIDE = 76
"""Columns of a paragraph, four of them its indent."""


@app.command(cls=Plain)
def doctor(
    run: Annotated[
        str | None, typer.Argument(metavar="RUN", help="The run; the latest if left out.")
    ] = None,
    cure: Annotated[
        bool, typer.Option("--apply", help="Apply the first remedy, train, say if it helped.")
    ] = False,
    fail: Annotated[
        bool, typer.Option("--fail", help="Leave with 1 where a fault is found.")
    ] = False,
    runs: Place = Path("runs"),
    trust_code: Trust = False,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Examine a run: what is wrong, since when, what to do.

    It reads the record alone. What was not recorded is not measured, and is said to be.
    """
    from saddle.doctor import evidence_of, examine, keep_findings

    found = terminal.find(run, runs)
    if cure:
        treat(found, trusted=trust_code, quiet=quiet, as_json=as_json)
        return
    evidence = evidence_of(found)
    told = {"run": str(found.path), **keep_findings(found, evidence)}
    if as_json:
        terminal.show_json(told)
    else:
        show(told)
    faults = [one for one in examine(evidence) if one.severity in FAULTS]
    if fail and faults:
        raise typer.Exit(1)


FAULTS = ("fault",)


def show(told: dict[str, Any]) -> None:
    """Everything that was found, passed, looked well, or was not measured."""
    terminal.say(f"{told['run']}  step {told['step']} of {told['steps']}")
    for finding in told["now"]:
        show_finding(finding)
    if not told["now"]:
        terminal.say("nothing is wrong with what was measured")
    passed = [f"{one['key']} (steps {one['since']} to {one['until']})" for one in told["earlier"]]
    facts = {
        "passed": ", ".join(passed),
        "well": ", ".join(told["well"]),
        "not measured": ", ".join(told["not_measured"]),
    }
    terminal.show_facts([(name, text) for name, text in facts.items() if text])


def show_finding(finding: dict[str, Any]) -> None:
    """One finding in words: what, since when, by which numbers, and the remedy to copy."""
    from saddle.doctor import message, told, why

    words = message(finding["key"])
    terminal.say("")
    terminal.say(f"{finding['severity'].upper()}  {words.title}, since step {finding['since']}")
    paragraph(words.means)
    paragraph(f"{told(finding['key'], finding['evidence'])}.")
    for remedy in finding["remedies"]:
        paragraph(f"Remedy: {'; '.join(why(cause) for cause in remedy['causes'])}.")
        terminal.say(f"    {remedy['command']}")
    if not finding["remedies"]:
        paragraph("No remedy is known.")


def paragraph(text: str) -> None:
    """A text, indented and broken into lines."""
    terminal.say(textwrap.fill(text, WIDE, initial_indent="    ", subsequent_indent="    "))


def treat(run: Run, *, trusted: bool, quiet: bool, as_json: bool) -> None:
    """Apply the first remedy, play, and say whether it helped."""
    trust(trusted)
    from saddle.build.heal import first_cure, heal
    from saddle.doctor import evidence_of, examine

    before = examine(evidence_of(run))
    if not before:
        healthy({"run": str(run.path), "applied": None, "before": []}, as_json=as_json)
        return
    finding = first_cure(before)
    assert finding.cure is not None
    if not as_json:
        show_finding(finding.json(str(run.path), run.saved()))
    session = heal(run, finding.cure, trusted=trusted)
    if not as_json:
        begun = session.run.path
        how = "another run" if finding.cure.another else "it goes on"
        terminal.say(f"    applied: {how}, {begun} from step {session.state.step}")
    play(session, tensorboard=False, quiet=quiet)
    after = examine(evidence_of(session.run))
    outcome = helped(finding, before, after)
    if as_json:
        terminal.show_json(
            {
                "run": str(run.path),
                "applied": finding.json(str(run.path), run.saved()),
                "played": str(session.run.path),
                "before": [one.json(str(run.path)) for one in before],
                "after": [one.json(str(session.run.path)) for one in after],
                **outcome,
            }
        )
        return
    finish(session.run, trusted=trusted, quiet=quiet)
    terminal.say(f"doctor  {outcome['words']}")


def healthy(told: dict[str, Any], *, as_json: bool) -> None:
    """Say that there is nothing to apply."""
    words = "nothing is wrong with what was measured: nothing to apply"
    if as_json:
        terminal.show_json({**told, "words": words})
    else:
        terminal.say(words)


def helped(finding: Finding, before: list[Finding], after: list[Finding]) -> dict[str, Any]:
    """Whether the finding is gone, and whether anything is left or new, by the same rules."""
    still = {one.key for one in after}
    left = [one.key for one in after if one.severity in FAULTS]
    gone = [one.key for one in before if one.key not in still]
    well = finding.key in gone and not left
    words = f"{', '.join(gone)} {'is' if len(gone) == 1 else 'are'} gone" if gone else "no change"
    rest = f"; still there or new: {', '.join(left)}" if left else ""
    return {
        "helped": well,
        "gone": gone,
        "left": left,
        "words": f"{'it helped' if well else 'it did not help'}: {words}{rest}",
    }
