"""The house keeps its rules: arrows, sizes, and nothing that executes what it reads.

Only syntax trees are read. Each rule is shown snippets that it must refuse and some that it must
let pass before it is believed.
"""

from __future__ import annotations

import os
import re
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest

from house import arrows, safety, style
from house.syntax import ROOT, Module, Offence, modules


@dataclass(frozen=True)
class Rule:
    """A rule, what it must refuse, what it must let pass, and who is free of it."""

    check: Callable[[Module], Iterator[Offence]]
    bad: tuple[str, ...]
    good: tuple[str, ...]
    folders: tuple[str, ...] = ("src",)
    free: frozenset[str] = field(default=frozenset())


EVERYWHERE = ("src", "examples", "benchmarks")
DOC = '"""What it is about."""\n'
RULES = {
    "nothing executes what it reads": Rule(
        safety.executes,
        (
            "eval('1')",
            "run = exec",
            "import pickle",
            "from marshal import loads",
            "def f():\n    import dill",
            "import torch as t\nt.load('x')",
            "from torch import load",
            "from torch import jit\njit.load('x')",
            "import numpy as np\nnp.load('x')",
            "import numpy as np\nnp.load('x', allow_pickle=flag)",
            "read(x, allow_pickle=True)",
            "import yaml\nyaml.load(x)",
            "frame.query('a > 1')",
            "frame.eval('a + b')",
            "import torch.distributed as d\nd.broadcast_object_list(x)",
            "import os\nos.system('ls')",
            "import subprocess\nsubprocess.run('ls', shell=True)",
            "import builtins\nbuiltins.eval('1')",
            "import pandas as pd\npd.read_pickle('x')",
        ),
        (
            "import re\nre.compile('a')",
            "network.eval()",
            "tree.query(x, k=2)",
            "import numpy as np\nnp.load('x', allow_pickle=False)",
            "import yaml\nyaml.safe_load(x)",
            "import subprocess\nsubprocess.run(['ls'], shell=False)",
        ),
        EVERYWHERE,
    ),
    "modules are not imported by name": Rule(
        safety.imports_by_name,
        (
            "import importlib\nimportlib.import_module(x)",
            "from importlib import import_module\nimport_module(x)",
        ),  # fmt: skip
        ("import importlib.metadata\nimportlib.metadata.version('x')",),
        EVERYWHERE,
        # Your own parts, behind --trust-code; and the literal table of what `saddle.NAME` is.
        frozenset({"src/saddle/build/custom.py", "src/saddle/__init__.py"}),
    ),
    "nothing draws from a global stream": Rule(
        safety.draws_globally,
        (
            "import torch\ntorch.randn(3)",
            "from torch import rand\nrand(3)",
            "import torch\ntorch.manual_seed(0)",
            "w.normal_()",
            "from torch import nn\nnn.init.orthogonal_(w)",
            "from torch import nn\nnn.Dropout(0.5)",
            "import numpy as np\nnp.random.rand(3)",
            "import numpy as np\nnp.random.default_rng()",
            "import random\nrandom.random()",
            "from scipy import stats\nstats.norm.rvs(3)",
        ),
        (
            "import torch\ntorch.randn(3, generator=rng)",
            "w.normal_(generator=rng)",
            "import numpy as np\nnp.random.default_rng(0).normal()",
            "import random\nrandom.Random(0).random()",
            "random = f()\nrandom.shuffle(x)",
        ),
        EVERYWHERE,
        # Lends the global streams to code of the caller's own, and puts them back.
        frozenset({"src/saddle/training/foreign.py"}),
    ),
    "imports run downwards": Rule(arrows.arrows, (), ()),  # shown below: it depends on the path
    "only the command line prints": Rule(style.prints, ("print(1)",), ("console.print(1)",)),
    "nothing is looked up by string": Rule(
        style.by_string,
        ("getattr(a, 'b')", "hasattr(a, n)"),
        ("a.b", "object.__setattr__(a, k, v)"),
    ),
    "no ladders of isinstance": Rule(
        style.ladders,
        ("if isinstance(a, B): x\nelif isinstance(a, C): y\nelif isinstance(a, D): z",),
        ("if isinstance(a, B): x\nelif c: y\nelif d: z",),
    ),
    "no bare except": Rule(
        style.bare_excepts, ("try: a\nexcept: b",), ("try: a\nexcept OSError: b",)
    ),
    "nothing is unfinished": Rule(
        style.unfinished, ("# TO" + "DO", "raise NotImplemented" + "Error"), ("a = 1",), EVERYWHERE
    ),
    "a file says what it is about": Rule(
        style.undescribed, ("", "a = 1", '"""Notes"""'), (DOC,), EVERYWHERE
    ),
    "everything is annotated": Rule(
        style.unannotated,
        (
            "def f(a): ...",
            "def f(a: int): ...",
            "def f(*a) -> int: ...",
            "class A:\n def f(self):0",
        ),
        ("class A:\n def f(self, *a: int, **b: int) -> int: ...",),
    ),
    "seven parameters at most": Rule(
        style.many_parameters,
        ("def f(a, b, c, d, *, e, f, g, h): ...",),
        (
            "class A:\n def f(self, a, b, c, d, *, e, f, g): ...",
            "@app.command()\ndef f(a, b, c, d, e, f, g, h): ...",
        ),
        # An estimator's settings are its parameters, after scikit-learn's conventions.
        free=frozenset({"src/saddle/api/gan.py"}),
    ),
    "functions of 60 lines at most": Rule(
        style.long_functions,
        ("def f():\n" + "    a\n" * 60,),
        (
            "def f():\n" + "    a\n" * 59,
            'def f():\n    """\n' + "\n" * 50 + '    """\n' + "    a\n" * 9,
        ),
    ),
    "files of 400 lines at most": Rule(style.long_files, ("a\n" * 401,), ("a\n" * 400,)),
}


def offences(check: Callable[[Module], Iterator[Offence]], *files: Module) -> list[str]:
    return [f"{file.path}:{line}: {text}" for file in files for line, text in check(file)]


@pytest.mark.parametrize("name", RULES)
def test_the_house_keeps_the_rule(name: str) -> None:
    rule = RULES[name]
    files = [file for file in modules(*rule.folders) if file.path not in rule.free]
    assert files
    found = offences(rule.check, *files)
    assert not found, "\n".join(["", *found])
    assert all((ROOT / path).exists() for path in rule.free), "free of the rule, and not there"


@pytest.mark.parametrize("name", RULES)
def test_the_rule_can_fail(name: str) -> None:
    for text in RULES[name].bad:
        assert offences(RULES[name].check, Module("src/saddle/bad.py", text)), text
    for text in RULES[name].good:
        assert not offences(RULES[name].check, Module("src/saddle/good.py", text)), text


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("distances/x.py", "from saddle.games import base"),
        ("distances/x.py", "from saddle import measure"),
        ("distances/x.py", "def f():\n    from saddle.training.loop import play"),
        ("distances/x.py", "import saddle"),
        ("distances/x.py", "from ..networks import base"),
        ("games/x.py", "import saddle.sources.base"),
        ("runs.py", "import numpy"),
        ("errors.py", "from saddle.catalogue import Catalogue"),
        ("presets.py", "from saddle.build import plan"),
        ("elsewhere.py", "import os"),
    ],
)
def test_an_arrow_that_runs_up_or_sideways_is_refused(path: str, text: str) -> None:
    assert offences(arrows.arrows, Module(f"src/saddle/{path}", text))


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("distances/x.py", "from saddle.distances.base import Penalty\nimport torch"),
        ("distances/x.py", "from . import base"),
        ("games/x.py", "from saddle.distances import base"),
        ("records.py", "from saddle.catalogue import Catalogue\nimport json"),
        ("presets.py", "from saddle.recipe import Recipe"),
        ("__init__.py", "def __dir__():\n    from saddle.api import GAN"),
        ("cli.py", "from saddle import __version__\nimport typer"),
    ],
)
def test_an_arrow_that_runs_down_passes(path: str, text: str) -> None:
    assert not offences(arrows.arrows, Module(f"src/saddle/{path}", text))


def test_reports_and_the_doctor_cannot_reach_torch() -> None:
    assert not arrows.roads_to_torch(modules("src"))


def test_a_road_to_torch_is_found() -> None:
    files = {
        "__init__": "def __getattr__(name):\n    from saddle import api",
        "api": "import torch",
        "report/__init__": "",
        "report/page": "def draw():\n    from saddle.spaces import read",
        "report/style": "from saddle.runs import Run",
        "runs": "import json",
        "spaces/__init__": "from saddle.spaces.base import read",
        "spaces/base": "from torch import Tensor",
    }
    package = [Module(f"src/saddle/{path}.py", text) for path, text in files.items()]
    assert arrows.roads_to_torch(package) == [
        "saddle.report.page -> saddle.spaces.__init__ -> saddle.spaces.base -> torch"
    ]


def loaded_by(*names: str) -> set[str]:
    """Top-level packages that a fresh interpreter holds after these imports."""
    code = f"import sys, {', '.join(names)}; print(*{{m.partition('.')[0] for m in sys.modules}})"
    env = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    done = subprocess.run(
        [sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True
    )
    return set(done.stdout.split())


def test_the_command_line_starts_without_heavy_packages() -> None:
    heavy = {"torch", "numpy", "scipy", "ot", "sklearn", "matplotlib", "pandas"}
    assert not heavy & loaded_by("saddle.cli")


def test_reports_and_the_doctor_start_without_torch() -> None:
    free = [m.name.removesuffix(".__init__") for m in modules("src")
            if m.name.split(".")[1] in arrows.TORCH_FREE]  # fmt: skip
    assert "torch" not in loaded_by(*free)


def test_house_numbers() -> None:
    files = modules("src")
    sizes = [len(file.text.splitlines()) for file in files]
    lengths = sorted(style.length(f) for file in files for f in file.functions)
    branches = offences(style.string_branches, *files)
    assert statistics.median(sizes) <= 150
    assert statistics.median(lengths) <= 8
    assert lengths[int(0.9 * len(lengths))] <= 25
    assert len(branches) <= sum(sizes) / 1000, "\n".join(branches)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("if name == 'wgan': x", 1),
        ("x = 1 if name in ('a', 'b') else 2", 1),
        ("if a:\n    x\nelif a.kind != 'b':\n    y", 1),
        ("match name:\n    case 'wgan': x", 1),
        ("if 'key' in table: x", 0),
        ("if n == 1: x", 0),
        ("if __name__ == '__main__': x", 0),
        ("if not text or text == '': x", 0),
    ],
)
def test_branches_on_strings_are_counted(text: str, found: int) -> None:
    assert len(offences(style.string_branches, Module("src/saddle/x.py", text))) == found


def project_texts() -> Iterator[tuple[str, str]]:
    """Path and text of every file that belongs to the project and is text."""
    for folder, inside, names in os.walk(ROOT):
        inside[:] = [d for d in inside if not OUTSIDE.fullmatch(d)]
        for path in (ROOT / folder / name for name in names if name != GIT):
            data = path.read_bytes()
            if b"\0" not in data[:4096]:
                yield path.relative_to(ROOT).as_posix(), data.decode("utf-8", "replace")


GIT = ".git"
"""A folder, or in a second working tree a file that says where that folder is."""
OUTSIDE = re.compile(r"\.(?!ci$|github$).*|runs|out|build|dist|__pycache__|.*\.egg-info")
HOSTS = tuple(
    ".".join(parts)
    for parts in [("pypi", "org"), ("pythonhosted", "org"), ("npmjs", "com"), ("anaconda", "org")]
) + ("/".join(("pytorch.org", "whl")),)
NEIGHBOURS = re.compile(r"\.\./" + r"shared|(?<![\w./-])/" + r"work/")
"""Where the project's neighbours lie; only the CI's script may look there."""


def test_no_file_names_a_registry() -> None:
    found = [(path, host) for path, text in project_texts() for host in HOSTS if host in text]
    assert not found


def test_the_project_stands_alone() -> None:
    found = [p for p, text in project_texts() if p != ".ci/run" and NEIGHBOURS.search(text)]
    assert not found


def test_a_neighbour_is_noticed() -> None:
    assert NEIGHBOURS.search("see ../" + "shared/data") and NEIGHBOURS.search(" /" + "work/x")
    assert not NEIGHBOURS.search("the net" + "works/work/x") and not NEIGHBOURS.search("a/work/b")
