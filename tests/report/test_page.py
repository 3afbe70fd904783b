"""The page: complete, self-contained, honest about what is missing, and safe."""

from __future__ import annotations

import json
import re
import shlex
from html.parser import HTMLParser

import fake_runs
import numpy as np
import pytest

from saddle.errors import BrokenRun
from saddle.records import RECORDED
from saddle.reference import Reference
from saddle.report import summary, verdicts, write_report
from saddle.report.gallery import drawings
from saddle.report.page import SECTIONS, page, told
from saddle.report.read import read_run
from saddle.runs import Run, write_text

VOID = {"meta", "img", "input", "source", "br"}
CITED = Reference("doe2020", "On <A> & B", "Doe, Jane", 2020, "arXiv 1")


class Balance(HTMLParser):
    """Opens and closes every element, and keeps attributes, ids and what is read."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[tuple[str, dict]] = []
        self.text = ""

    def handle_starttag(self, tag, attrs):
        assert len({name for name, _ in attrs}) == len(attrs), f"{tag} repeats an attribute"
        self.seen.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if not {"script", "style"} & set(self.open):
            self.text += data


def parse(html: str) -> Balance:
    parser = Balance()
    parser.feed(html)
    parser.close()
    assert parser.open == []
    return parser


PAGES = ("gan-plane", "gan-line", "conditional-plane", "bigan", "cycle-line", "align-plane")


@pytest.fixture(scope="module", params=PAGES)
def written(request, tmp_path_factory) -> str:
    run = fake_runs.make(tmp_path_factory.mktemp("runs"), request.param)
    return write_report(run, references=[CITED, "a line"]).read_text(encoding="utf-8")


def test_page_of_every_game_is_balanced_and_complete(written):
    seen = parse(written)
    ids = [attributes["id"] for _, attributes in seen.seen if "id" in attributes]
    assert ids == [key for key, _ in SECTIONS]
    targets = {a["href"][1:] for tag, a in seen.seen if tag == "a"}
    assert targets == set(ids)
    images = [a for tag, a in seen.seen if tag == "img"]
    assert len(images) > 10
    assert all(a["src"].startswith("data:image/") and a["alt"].strip() for a in images)


def test_page_loads_nothing_from_outside(written):
    without_images = re.sub(r"data:image/[a-z+]+;base64,[A-Za-z0-9+/=]+", "", written)
    assert not re.search(r"https?:|//[a-z]|@import|url\(", without_images)
    loads = [
        a.get(key)
        for tag, a in parse(written).seen
        for key in ("src", "srcset", "href", "action", "data", "poster")
        if a.get(key)
    ]
    assert all(at.startswith(("data:image/", "#")) for at in loads)
    assert "default-src 'none'" in written


def test_page_is_under_six_megabytes(written):
    assert len(written.encode()) < 6_000_000


def test_references_stand_as_lines_and_as_bibtex(written):
    assert "Doe, Jane (2020). On &lt;A&gt; &amp; B. arXiv 1." in written
    assert "@misc{doe2020" in written
    assert "<li>a line</li>" in written


def test_page_is_the_same_bytes_twice(tmp_path):
    run = fake_runs.make(tmp_path, "conditional-plane")
    assert page(read_run(run)) == page(read_run(run))


HOSTILE = "</script><script>alert(1)</script><img src=x onerror='a'>\"&$\\frac$ 猫 [red]"


def test_hostile_names_stay_text(tmp_path):
    run = fake_runs.make(
        tmp_path,
        recipe={
            "data": HOSTILE,
            "distance": HOSTILE,
            "game": HOSTILE,
            "penalties": {HOSTILE: 1},
            HOSTILE: [HOSTILE],
        },
    )
    strange = {"name": HOSTILE, "facts": [[HOSTILE, HOSTILE], "odd"], "warnings": [HOSTILE]}
    write_text(run.path / "environment.json", json.dumps({"data": strange, HOSTILE: HOSTILE}))
    row = {"name": HOSTILE, "value": None, "note": HOSTILE}
    write_text(run.path / "evaluation.json", json.dumps({"measures": [row], "critic": {"a": "<"}}))
    lines = [json.loads(line) for line in run.events.read_text().splitlines()]
    for line in lines:
        line["critics"] = {HOSTILE: line["critics"]["duel"], "_under": line["critics"]["duel"]}
        line["losses"] = {f"critic.{HOSTILE}": 1.0}
        line["watch"]["name"] = line["phase"] = HOSTILE
    write_text(run.events, "".join(json.dumps(line) + "\n" for line in lines))
    seen = parse(write_report(run, references=[HOSTILE]).read_text(encoding="utf-8"))
    assert [tag for tag, _ in seen.seen].count("script") == 1
    assert not any(name.startswith("on") for _, attributes in seen.seen for name in attributes)
    assert seen.text.count(HOSTILE) > 10


def test_bare_folder_says_not_measured_everywhere(tmp_path):
    run = fake_runs.bare(tmp_path)
    seen = parse(write_report(run).read_text(encoding="utf-8"))
    assert not [tag for tag, _ in seen.seen if tag == "img"]
    assert "no look was recorded yet" in seen.text
    assert f"Not measured: {', '.join(RECORDED)}." in seen.text
    assert "Not measured: the run was not evaluated." in seen.text
    assert "healthy" not in seen.text


@pytest.mark.parametrize("key", ["losses", "schedule", "critics", "gradients", "watch", "modes"])
def test_a_missing_key_is_not_measured(run, key):
    lines = [json.loads(line) for line in run.events.read_text().splitlines()]
    write_text(
        run.events,
        "".join(json.dumps({k: v for k, v in e.items() if k != key}) + "\n" for e in lines),
    )
    (run.path / "looks").rename(run.path / "kept-elsewhere")
    seen = parse(page(read_run(run)))
    named = {"critics": "auc"}.get(key, key)
    told = re.search(r"Not measured: (.*?)\.", seen.text)
    assert told and named in told[1]


def test_summary_holds_the_distance_against_its_floor(run):
    told = " ".join(summary.sentences(read_run(run)))
    assert told.startswith("A generator learned to draw grid, under the distance relativistic-")
    assert "for 8,000 steps, in 57 s" in told
    assert "is 0.02; two sets of real rows differ by 0.018" in told
    assert "1.11 times its floor" in told
    assert "25 of 25 modes hold samples" in told


def test_commands_quote_the_folder(tmp_path):
    run = fake_runs.make(tmp_path / "it's a folder", "cycle-plane")
    commands = [command for _, command in summary.commands(read_run(run))]
    assert shlex.split(commands[0])[:3] == ["saddle", "translate", str(run.path)]
    assert "--back" in commands[1]


@pytest.mark.parametrize(
    ("name", "damage"),
    [
        ("recipe.yaml", b"- a\n- b\n"),
        ("recipe.yaml", b"a: [1\n"),
        ("recipe.yaml", b"a: !!python/object/apply:os.getcwd []\n"),
        ("recipe.yaml", b"\xff\xfe\x00"),
        ("events.jsonl", b'{"phase": "warm"}\n'),
        ("events.jsonl", b'[1]\n{"step": 1}\n'),
        ("events.jsonl", b'{"step": 1, "watch": {"value": "high"}}\n'),
        ("environment.json", b"{"),
        ("real.npz", b"PK not a zip"),
    ],
)
def test_damage_is_named(run, name, damage):
    (run.path / name).write_bytes(damage)
    with pytest.raises(BrokenRun, match=re.escape(name)):
        write_report(run)


def test_a_look_that_was_cut_short_is_left_out_and_that_is_said(run):
    run.look(8000).write_bytes(run.look(8000).read_bytes()[:50])
    with pytest.warns(UserWarning, match="00008000.npz cannot be read and is left out"):
        assert write_report(run).stat().st_size > 10_000


def test_condition_that_is_no_number_is_a_label(tmp_path):
    run = fake_runs.make(tmp_path, "conditional-plane", steps=(0,))
    np.savez(run.look(1), **{"samples": np.zeros((3, 2)), "surface.duel@odd": np.ones((4, 4))})
    assert write_report(run).stat().st_size > 10_000


def test_measures_leave_out_columns_that_nothing_fills(run):
    rows = [{"name": "w1", "value": 0.1, "interval": [0.1, 0.2]}, {"name": "w2", "value": 1.0}]
    write_text(run.path / "evaluation.json", json.dumps({"measures": rows}))
    table = summary.measures(read_run(run))
    assert list(table[0]) == ["measure", "value", "interval"]
    assert [row["interval"] for row in table] == ["0.1 to 0.2", None]


def test_reason_for_what_was_not_measured_is_given(run):
    why = {"critic": {"measured": False, "why": "there is no critic"}}
    write_text(run.path / "evaluation.json", json.dumps(why))
    assert "Not measured: there is no critic." in told(read_run(run))


def test_report_never_imports_torch(run):
    import subprocess
    import sys

    code = (
        "import sys; from pathlib import Path; from saddle.runs import Run; import saddle.report;"
        "assert 'matplotlib' not in sys.modules;"
        f"saddle.report.write_report(Run(Path({str(run.path)!r})));"
        "assert 'torch' not in sys.modules and 'matplotlib.pyplot' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_reader_orders_steps_and_leaves_nothing_open(run):
    record = read_run(Run(run.path))
    assert [look.step for look in record.looks] == list(fake_runs.STEPS)
    assert record.step == 8000
    assert record.latest("critics", "duel", "meaning") == "log-ratio"
    assert record.series("nothing", "here")[0].shape == (0,)


# --------------------------------------------------------------------- what the theory says of it


def said(run: Run) -> str:
    return parse(told(read_run(run))).text


def test_the_theory_of_a_run_is_drawn_and_named(run):
    keys = {drawing.key for drawing in drawings(read_run(run), section="theory")}
    assert keys == {"estimate", "rest", "pulls", "calibration", "smallest"}
    assert "log 4 = 1.386" in said(run) and "KL(p || q)" in said(run)


def test_the_exact_divergence_stands_beside_an_estimate_of_its_own_f_alone(run):
    record = read_run(run)
    assert verdicts.truths(record) == [("exact", 8000, 0.012)]
    other = {"step": 8000, "critic": {"bound_of": "jsd", "exact": 0.012, "pairs_exact": 0.02}}
    write_text(run.path / "evaluation.json", json.dumps(other))
    assert verdicts.truths(read_run(run)) == [("pairs_exact", 8000, 0.02)]
    assert "the exact divergence, of jsd" in said(run)


def test_where_the_theory_was_not_written_it_is_not_measured(run):
    (run.path / "theory.json").unlink()
    (run.path / "evaluation.json").unlink()
    assert "The same choices on one point: not measured" in said(run)
    write_text(run.path / "theory.json", '{"measured": false, "why": "there is no critic"}')
    assert "Not measured: there is no critic." in said(run)


def test_a_part_that_was_not_measured_says_why(run):
    whole = json.loads((run.path / "theory.json").read_text())
    whole["calibration"] = {"measured": False, "why": "the score is a potential"}
    write_text(run.path / "theory.json", json.dumps(whole))
    assert "Not measured: the score is a potential." in said(run)
    assert "D beside" not in {d.picture.title for d in drawings(read_run(run), section="theory")}


def test_a_path_that_left_the_page_is_drawn(run):
    whole = json.loads((run.path / "theory.json").read_text())
    whole["smallest"]["path"][20:] = [[None, None]] * 30
    write_text(run.path / "theory.json", json.dumps(whole))
    assert len(list(drawings(read_run(run), section="theory"))) == 5


def test_a_game_that_nothing_here_knows_is_told_by_what_it_shows(tmp_path):
    run = fake_runs.make(tmp_path, "cycle-plane", recipe={"game": "tug-of-war"})
    record = read_run(run)
    assert summary.sentences(record)[0].startswith("Two generators learned to translate between")
    assert summary.commands(record)[0][1].startswith("saddle translate ")
    alone = summary.commands(read_run(fake_runs.bare(tmp_path)))
    assert all(command.split()[1] in {"resume", "report", "cite"} for _, command in alone)
