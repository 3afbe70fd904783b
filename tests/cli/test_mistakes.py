"""Every mistake is answered with the argument, what is allowed, what came, and the nearest name.

A row is what a user types and what the answer must say. None leaves a traceback or a run behind.
"""

from __future__ import annotations

import pytest

GAN, LABELS, ALIGN = "1", "2", "3"
"""The runs that every session of these tests begins with."""

DATA = {
    "train grd": ("no source and no file is called 'grd': did you mean 'grid'?", "moons"),
    "train goood.csv": ("no file is called 'goood.csv': did you mean 'good.csv'?",),
    "train folder": ("folder: no picture is there",),
    "train text.csv": ("column 'v', line 3: 'hello' is not a number", "--columns u", "--given v"),
    "train named.csv": ("column 'kind', line 2", "--columns u,v", "--given kind"),
    "train empty.csv": ("empty.csv: the file is empty",),
    "train header.csv": ("a header and no rows",),
    "train ragged.csv": ("ragged.csv, line 3: 1 cells where 2 are expected",),
    "train one.csv": ("at least 4 different rows, got 1",),
    "train nan.csv": ("nan.csv: 1 of 11 rows", "line 3", "column 'u'", "remove or fill"),
    "train cube.npy": ("points must be of shape (n, d), got (10, 6, 2)",),
    "train complex.npy": ("Complex data not supported",),
    "train inf.npy": ("9 of 9 rows have a value that is not finite: row 0",),
    "train huge.npy": ("too large: rescale",),
    "train object.npy": ("object.npy cannot be read", "pickled objects are never opened"),
    "train junk.npy": ("junk.npy cannot be read", "no .npy file of numbers"),
    "train keys.npz": ("points must be under the key x, got p, q",),
    "train bytes.csv": ("bytes.csv cannot be read: it is no text in UTF-8",),
    "train bad.json": ("bad.json: not a JSON file",),
    "train page.pdf": ("points are read from .csv, .tsv, .txt, .npy, .npz, .parquet or .json",),
    "train good.csv --given kind": ("unknown column of good.csv 'kind'. Known: u, v",),
    "train named.csv --columns u,w": ("unknown column of named.csv 'w'", "Known: kind, u, v"),
    "train ring --columns u": ("columns and given choose from a table; source 'ring'",),
    "train good.csv good.csv --given u": ("given goes with one set of points",),
    "train python": ("data passed in from Python",),
    "inspect nowhere": ("no source and no file is called 'nowhere'",),
    "train mixture-1d": ("needs a parameter: mixture-1d:NAME", "bimodal, claw, fgan, trimodal"),
    "train mixture-1d:clw": ("'clw': did you mean 'claw'?", "Known: bimodal, claw"),
}

CHOICES = {
    "train ring --distance wasserstien": ("unknown distance 'wasserstien': did you mean 'wass",),
    "train ring --distance alpha": ("'alpha' needs a parameter", "for example alpha:0.5"),
    "train ring --distance alpha:x": ("A of alpha:A must be a number, got 'x'",),
    "train ring --distance f:u**0.5": ("f of 'f:u**0.5' is not convex for u in",),
    "train ring --distance 'f:__import__(1)'": ("cannot read the expression at character 1",),
    "train ring --distance wasserstein --set penalties={}": ("nothing bounds the critic", "gp"),
    "train ring --distance hinge --ratio bound": ("ratio: f-divergences leave this choice",),
    "train ring --distance kl --ratio bond": ("unknown ratio 'bond': did you mean 'bound'?",),
    "train ring --distance kl --objective swap": ("unknown objective 'swap'", "zero-sum"),
    "train ring --distance mmd --set penalties.r1=1": ("there is no critic",),
    "train ring --distance wasserstein --set labels=[one-sided]": ("a potential has no labels",),
    "train ring --set labels=[one-sided:2]": ("between 0 and 1, got '2'",),
    "train ring --set views=[packing:3]": ("batch must be a multiple of 3", "got 256"),
    "train ring --set views=[nois]": ("unknown view 'nois': did you mean 'noise'?",),
    "train ring --set penalties.r3=1": ("unknown penalty 'r3': did you mean 'r2'?",),
    "train ring --set rule=alternatin": (
        "unknown rule 'alternatin': did you mean 'alternating'?",
    ),
    "train ring --set rule=alternating:0": (
        "K of alternating:K must be a whole number of at least 1, got '0'",
    ),
    "train ring --set generator.name=mpl": ("unknown generator 'mpl': did you mean 'mlp'?",),
    "train ring --set critic.activation=tanhh": ("unknown activation 'tanhh'", "'tanh'"),
    "train ring --set weights.cycle=3": ("game 'gan' has no weight 'cycle'; it has: features",),
    "train ring --game gann": ("unknown game 'gann': did you mean 'gan'?",),
    "train ring --game cycle": ("game 'cycle' needs a and b, but source 'ring' gives x", "bigan"),
    "train ring moons --game gan": ("game 'gan' needs x", "it can play cycle, align"),
    "train ring --preset wgann": ("unknown preset 'wgann': did you mean 'wgan'?",),
    "train ring --device gpu": ("unknown device 'gpu': did you mean 'cpu'?",),
    "train ring --device mps:0": ("device 'mps:0' is not on this machine: use cpu, or auto",),
    "list distnces": ("unknown kind 'distnces': did you mean 'distances'?",),
}

VALUES = {
    "train ring --steps -5": ("steps must be a whole number of at least 1, got -5",),
    "train ring --steps abc": ("--steps must be a whole number, got 'abc'",),
    "train ring --steps 1.5": ("--steps must be a whole number, got '1.5'",),
    "train ring --batch 1": ("batch must be a whole number of at least 2, got 1",),
    "train ring --seed -1": ("seed must be a whole number of at least 0, got -1",),
    "train ring --set stepz=5": ("unknown recipe key 'stepz': did you mean 'steps'?",),
    "train ring --set generator.widht=5": ("'generator.width'?", "Known: generator.activation"),
    "train ring --set steps": ("--set takes key=value, got 'steps'",),
    "train ring --set steps=[1": ("--set steps: '[1' is not a value",),
    "train ring --set steps=many": ("steps must be a whole number of at least 1, got 'many'",),
    "train ring --set penalties.r1=-1": ("penalties.r1 must be a number of at least 0, got -1",),
    "train ring --set penalties=5": ("penalties must be names with values", "got 5"),
    "train ring --set views=packing:2": ("views must be a list", "got 'packing:2'"),
    "train ring --set optimise_critic.name=adm": ("'adm': did you mean 'adam'? Known: adam, rms",),
    "train ring --set optimise_critic.rate=0": ("rate must be a number above 0, got 0",),
    "train ring --set schedules.warm=2": ("of at least 0 and below 1, got 2",),
    "train ring --set schedules.memory.hold=3": ("of at least 0 and of at most 1, got 3",),
    "train ring --set latent=0": ("latent must be a whole number of at least 1, got 0",),
    "train ring --recipe broken.yaml": ("broken.yaml is not YAML", "line 2"),
    "train ring --recipe list.yaml": ("must hold `key: value` lines, got list",),
    "train ring --recipe typo.yaml": ("'stepz': did you mean 'steps'?",),
    "train ring --recipe value.yaml": ("steps must be a whole number", "got 'many'"),
    "train ring --recipe tpyo.yaml": ("no file is called 'tpyo.yaml': did you mean 'typo.yaml'?",),
    "train ring --recipe bytes.csv": ("bytes.csv cannot be read",),
    "train ring --recipe typo.yaml --preset wgan": ("--preset and --recipe all say where",),
    "train ring --set start=folder": ("start must be the folder of a checkpoint",),
    "train ring --out plain": ("out must be a folder that runs can be written in, got 'plain'",),
    "train ring --out /proc/nowhere": ("out must be a folder that runs can be written in",),
}

CODE = {
    "train own_parts:Nothing": ("'own_parts:Nothing' is code of your own", "--trust-code"),
    "train ring --set generator.name=own_parts:fails": ("only with --trust-code",),
    "train ring --set generator.name=own_parts:fials --trust-code": ("did you mean 'fails'?",),
    "train ring --set generator.name=own_parts:fails --trust-code": (
        "raised RuntimeError: no (own_parts.py, line 9)",
    ),
    "train ring --set generator.name=own_parts:wrong --trust-code": ("(own_parts.py, line 13)",),
    "train ring --set generator.name=own_parts:Bare --trust-code": (
        "'own_parts:Bare' must be callable as Bare(Shape)",
    ),
    "train ring --set generator.name=own_parts:NUMBER --trust-code": (
        "'own_parts:NUMBER' must be callable as NUMBER(Shape)",
    ),
    "train ring --distance nothing_here:A --trust-code": ("nothing_here cannot be imported",),
    "train ring --distance own_parts:Nothing --trust-code": ("it lacks bounded_critic",),
    "train good.csv --columns u,u": ("column 'u' of the points is named twice",),
    "train named.csv --columns u,v --given u": ("'u' of the points is the given one too",),
    "translate 3 other.csv": ("its columns are p, q, the run's are u, v", "--back"),
    "translate 3 good.csv --out good.csv": ("good.csv is what is read, and would be lost",),
    "sample 1 --out good.csv": ("good.csv is what is read, and would be lost",),
}

RUNS = {
    "evaluate 1 --duality --fail-under coverage=.8": ("--fail-under goes with an evaluation",),
    "sample nowhere": ("there is no run at nowhere",),
    "sample runs": ("runs is a folder of runs, name one of them: 00001-good-csv",),
    "sample folder": ("folder is not a run: it holds nothing",),
    "sample good.csv": ("good.csv is a file; a run is a folder",),
    "sample runs/00001-good": ("did you mean runs/00001-good-csv-gan-relativistic?",),
    f"sample {GAN} -n 0": ("n must be a whole number of at least 1, got 0",),
    f"sample {GAN} -n x": ("-n must be a whole number, got 'x'", "`saddle sample --help`"),
    f"sample {GAN} --seed -1": ("seed must be a whole number of at least 0, got -1",),
    f"sample {GAN} --out a.pdf": ("--out must be a file that ends in .csv, .npy", "got 'a.pdf'"),
    f"sample {GAN} --out /proc/nowhere/a.csv": ("/proc/nowhere/a.csv cannot be written",),
    f"sample {GAN} --out plain/a.png": ("plain/a.png cannot be written", "plain is a file, not"),
    f"sample {GAN} --given left": ("game 'gan' takes no condition: leave --given out",),
    f"sample {LABELS} --given lft": ("unknown label 'lft': did you mean 'left'?", "right"),
    f"sample {GAN} --checkpoint 77": ("no checkpoint '77': latest, best, or a step among 0, 2",),
    f"translate {GAN} good.csv": ("game 'gan' cannot translate; it can: sample",),
    f"encode {GAN} good.csv": ("game 'gan' cannot encode; it can: sample",),
    f"encode {GAN} good.csv --log-prob": ("game 'gan' cannot log_prob; it can: sample",),
    f"encode {ALIGN} nowhere.csv --back": ("there is no file 'nowhere.csv'",),
    f"translate {ALIGN} nowhere.csv": ("there is no file 'nowhere.csv'",),
    f"translate {ALIGN} flat.npy": ("shape of a must be (n, 2), got (60, 1)",),
    f"translate {ALIGN} text.csv": ("line 3: 'hello' is not a number",),
    f"resume {GAN}": ("is finished, its 2 turns are played: --steps N adds turns",),
    f"resume {GAN} --steps 0": ("--steps must be a whole number of at least 1",),
    f"resume {GAN} --set steps=1": ("steps must be at least 2, the step that is saved, got 1",),
    f"resume {GAN} --steps 1 --set steps=9": ("--steps adds turns", "give one"),
    f"resume {GAN} --steps 1 --set data=ring": ("data decides what a run is", "saddle train"),
    f"resume {GAN} --steps 1 --set critic.width=9": ("critic.width decides what a run is",),
    f"resume {GAN} --steps 1 --set stepz=5": ("did you mean 'steps'?",),
    f"resume {GAN} --steps 1 --set distance=hinje": ("did you mean 'hinge'?",),
    "resume nowhere": ("there is no run at nowhere",),
    "resume --runs folder": ("there is no run in folder: `saddle train` makes one",),
    "train --from nowhere": ("there is no run at nowhere",),
    f"train --from {GAN} --preset wgan": ("--preset and --from all say where",),
    f"train --from {GAN} --set critic.width=9": ("do not fit the recipe", "--set start=null"),
    "train ring --set frozen=1": ("this run starts from nothing", "saddle train --from RUN"),
    f"train --from {GAN} --set frozen=9": ("layers with weights before its head: at most",),
    f"resume {GAN} --steps 1 --set frozen=1": ("frozen decides what a run is",),
    "cite folder": ("folder is not a run",),
    "report nowhere": ("there is no run at nowhere",),
    "runs nowhere": ("there is no folder 'nowhere'",),
}

WORDS = {
    "trian ring": ("unknown command 'trian': did you mean 'train'? Known: cite, ",),
    "qqq": ("unknown command 'qqq'. Known: cite",),
    "--verbose": ("unknown option of `saddle` '--verbose': did you mean '--version'?",),
    "train ring --stepz 4": (
        "unknown option of `saddle train` '--stepz': did you mean '--steps'? Known: --background, --batch",  # noqa: E501
    ),
    "train ring -n 5": ("unknown option of `saddle train` '-n'. Known: --background, --batch",),
    "train ring --steps": (
        "--steps takes N (turns to play), got nothing",
        "`saddle train --help`",
    ),
    "train ring --steps --json": ("--steps takes N (turns to play), got '--json'",),
    "train ring --set --json": ("--set takes KEY=VALUE", "got '--json'"),
    "train ring --out ''": ("--out takes DIR (folder that runs are kept in), got ''",),
    "train ring --preset=": ("--preset takes PRESET", "got ''"),
    "train ring --json=3": ("--json takes no value, got '3'",),
    "train ''": ("an argument is empty, got ''",),
    "train ring moons spiral": ("it takes DATA and DATA_B, got 'spiral' as well",),
    "train -- ring moons spiral": ("it takes DATA and DATA_B, got 'spiral' as well",),
    "sample": ("RUN is missing (a run's folder, or its number", "`saddle sample --help`"),
    "inspect": ("DATA is missing (a folder, a file, a name)",),
    "translate 1": ("INPUT is missing (a file of rows",),
    "list distances kll": ("unknown distance 'kll': did you mean 'kl'?",),
    "list distances alpha": ("needs a parameter: alpha:A",),
}

TABLE = {**DATA, **CHOICES, **VALUES, **CODE, **RUNS, **WORDS}


@pytest.mark.parametrize("line", TABLE, ids=str)
def test_a_mistake_is_answered_and_exits_with_two(saddle, place, line):
    before = sorted((place / "runs").iterdir())
    said = saddle(line)
    assert said.code == 2, said
    assert said.err.startswith("saddle: ") and "Traceback" not in said.err
    for words in TABLE[line]:
        assert words in said.err, said.err
    assert sorted((place / "runs").iterdir()) == before, "a run was begun"


def test_a_dry_run_finds_the_same_mistakes(saddle):
    assert saddle("train grd --dry-run").code == 2
    assert (
        "nothing bounds" in saddle("train --distance wasserstein --set penalties={} --dry-run").err
    )


@pytest.mark.parametrize("asked", ["--batch 100000000000", "--set critic.width=1000000000"])
def test_too_little_memory_is_said_in_a_line(saddle, asked):
    said = saddle(f"train ring {asked} --out elsewhere")
    assert said.code == 1 and said.err.startswith("saddle: not enough memory (")
    assert "a smaller batch or network needs less" in said.err and "Traceback" not in said.err


@pytest.mark.parametrize(
    ("file", "words"),
    [
        ("checkpoints/00000002/generators.safetensors", "is damaged: generators.safetensors"),
        ("recipe.yaml", "recipe.yaml"),
        ("spaces/x.json", "cannot be read"),
    ],
    ids=str,
)
def test_a_damaged_run_is_named_and_nothing_runs(saddle, place, tmp_path, file, words):
    import shutil

    broken = tmp_path / "broken"
    shutil.copytree(next((place / "runs").glob("00001-*")), broken)
    (broken / file).write_bytes(b"\xff[")
    said = saddle(f"sample {broken}")
    assert said.code in (1, 2) and words in said.err and "Traceback" not in said.err


def test_a_loss_that_is_not_finite_fails_with_one(saddle):
    said = saddle("train ring --steps 9 --quiet --out failed --set optimise_critic.rate=1e30")
    assert said.code == 1
    assert "is nan; it began in" in said.err and "--set optimise_critic.rate=" in said.err


def test_a_full_disk_fails_with_one(saddle, monkeypatch):
    import errno

    from saddle import runs

    def full(path, data):
        raise OSError(errno.ENOSPC, "No space left on device", str(path))

    monkeypatch.setattr(runs, "write_bytes", full)
    said = saddle("report 1")
    assert said.code == 1 and "No space left on device" in said.err


def test_refining_is_refused_where_it_cannot_be(saddle):
    said = saddle("sample 1 --refine")
    assert said.code == 2 and "the watch part has" in said.err
    said = saddle("sample 2 --refine")
    assert said.code == 2 and "x alone" in said.err
    said = saddle("sample 1 --refine --weights")
    assert said.code == 2 and "ask for one" in said.err
