"""The door: what `saddle` says alone, and how a mistake leaves with its exit code."""

from __future__ import annotations

import sys
import warnings
from typing import Annotated, NoReturn, Protocol, TextIO, runtime_checkable

import typer

from saddle import __version__
from saddle.cli.options import app
from saddle.cli.words import Interrupted
from saddle.errors import SaddleError, UserError

TRY = """Three things to try:

  saddle train ring        learn a ring of 8 Gaussians in a minute, and get a report
  saddle train photos/     learn from a folder of your own pictures
  saddle data              sets of pictures that have a name; --help has every command
"""


@app.callback(invoke_without_command=True)
def saddle(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    """Train generative adversarial networks: pick what close means, train until it is close.

    `saddle train` takes data and leaves a run, a folder that everything else reads.
    """
    if version:
        sys.stdout.write(f"saddle {__version__}\n")
    elif context.invoked_subcommand is None:
        sys.stdout.write(TRY)


@runtime_checkable
class UsageProblem(Protocol):
    """What the parser raises: an exit code, and words."""

    exit_code: int
    message: str

    def format_message(self) -> str:
        """What is wrong."""
        ...


def main() -> None:
    """Run the command line; a user's mistake exits with 2, a failed run with 1."""
    try:
        with warnings.catch_warnings():
            warnings.showwarning = note
            code = app(prog_name="saddle", standalone_mode=False)
        raise SystemExit(code)
    except UserError as problem:
        leave(str(problem), 2)
    except SaddleError as problem:
        leave(str(problem), 1)
    except (KeyboardInterrupt, Interrupted, typer.Abort):
        leave("interrupted; what was saved is whole", 130)
    except (MemoryError, RuntimeError) as problem:
        if not short_of_memory(problem):
            raise
        leave(f"not enough memory ({problem}): a smaller batch or network needs less", 1)
    except OSError as problem:
        what = f"{problem.filename}: " if problem.filename else ""
        leave(f"{what}{problem.strerror or problem}; what was saved before is whole", 1)
    except Exception as problem:
        if not isinstance(problem, UsageProblem):
            raise
        leave(f"{wrong(problem)}\n{hint(problem)}", problem.exit_code)


def short_of_memory(problem: Exception) -> bool:
    """Whether memory ran out; torch says so by a RuntimeError of these words alone."""
    said = str(problem)
    return isinstance(problem, MemoryError) or "memory" in said and "alloc" in said


def leave(words: str, code: int) -> NoReturn:
    """Say why on standard error, and leave."""
    sys.stderr.write(f"saddle: {words.rstrip()}\n")
    raise SystemExit(code) from None


def wrong(problem: UsageProblem) -> str:
    """The parameter, what it must be, and what came; the parser's words where it names none."""
    parameter = vars(problem).get("param")
    if parameter is None or not problem.message:
        return problem.format_message()
    return f"{parameter.opts[0]} must be {problem.message}"


def hint(problem: Exception) -> str:
    """Where to read on: the help of the command that was not understood."""
    context = vars(problem).get("ctx")
    command = "saddle" if context is None else context.command_path
    return f"`{command} --help` shows what there is"


def note(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    """A warning of any library as one line."""
    sys.stderr.write(f"note: {message}\n")
