"""The doctor's zoo: twelve planted faults that must be named, sixty sound runs that must not be.

What must be said of each fault stands in zoo/expected.yaml, written before any rule. A fault is
named when one of its findings holds at a look in the first half of the budget; the record alone
is read, look by look, as the doctor beside the run reads it. A sound run counts when it ends well
(`well` in zoo_cases), and any fault that is said of it at any look is a false alarm; notes are
counted beside. With --keep, runs that are there are examined and not played again; with
--kept-only 1 no sound run is played that is not there.
"""

from __future__ import annotations

from pathlib import Path

import yaml

import zoo_cases
from _common import Bench, Row, Target
from saddle.distances import DISTANCES
from saddle.doctor import evidence_of, history
from saddle.runs import Run

EXPECTED = Path(__file__).parent / "zoo" / "expected.yaml"
WANTED, ALARMS, SOUND_RUNS = 33, 1, 60


def planted_row(name: str, seed: int, keys: list[str], run: Run) -> Row:
    """What was said of one planted fault, and when."""
    evidence = evidence_of(run)
    spells = history(evidence)
    hits = [s for s in spells if s.finding.key in keys and s.named <= evidence.steps / 2]
    first = hits[0] if hits else None
    return {
        "case": name,
        "seed": seed,
        "onset": zoo_cases.onset_of(name, seed),
        "named": first is not None,
        "by": first.finding.key if first else None,
        "at": first.named if first else None,
        "since": first.finding.since if first else None,
        "of": evidence.steps,
        "all": " ".join(dict.fromkeys(spell.finding.key for spell in spells)),
    }


def sound_row(distance: str, data: str, seed: int, run: Run) -> Row:
    """Whether a sound run ended well, and what was said of it on the way."""
    spells = history(evidence_of(run))
    said = [spell.finding for spell in spells]
    return {
        "case": distance,
        "seed": seed,
        "data": data.partition(":")[2],
        "well": zoo_cases.ended_well(run),
        "alarms": " ".join(f.key for f in said if f.severity == "fault"),
        "notes": " ".join(f.key for f in said if f.severity == "note"),
    }


def main() -> None:
    bench = Bench("zoo", "The doctor's zoo", seeds="10-12", sound_seed=10, rounds=2,
                  kept_only=0)  # fmt: skip
    expected = yaml.safe_load(EXPECTED.read_text())
    planted: list[Row] = []
    sound: list[Row] = []
    with bench.folder() as folder:
        for seed in bench.seeds:
            for name, keys in expected.items():
                run = zoo_cases.played(name, seed, folder / str(seed) / name)
                planted.append(planted_row(name, seed, keys, run))
                bench.tell(str(planted[-1]))
        for place, data in enumerate(zoo_cases.SOUND * bench.options.rounds):
            seed = bench.options.sound_seed + place
            for distance in DISTANCES:
                where = folder / f"sound-{seed}-{place}" / distance.translate(zoo_cases.PLAIN)
                found = (
                    zoo_cases.kept(where)
                    if bench.options.kept_only
                    else zoo_cases.played_sound(distance, data, seed, where)
                )
                if found is not None:
                    sound.append(sound_row(distance, data, seed, found))
                    bench.tell(str(sound[-1]))
    named = sum(bool(row["named"]) for row in planted)
    well = [row for row in sound if row["well"]][:SOUND_RUNS]
    alarms = sum(bool(row["alarms"]) for row in well)
    noted = sum(bool(row["notes"]) for row in well)
    least = WANTED * len(planted) / 36
    bench.show(
        [*planted, *sound],
        targets=[
            Target("planted faults named before half of the budget", f">= {least:g}",
                   f"{named} of {len(planted)}", named >= least),
            Target("false alarms on sound runs", f"<= {ALARMS} of {SOUND_RUNS}",
                   f"{alarms} of {len(well)}", alarms <= ALARMS and len(well) >= SOUND_RUNS),
        ],
        notes=[f"sound runs that ended well: {len(well)} of {len(sound)}; with a note: {noted}"],
    )  # fmt: skip


if __name__ == "__main__":
    main()
