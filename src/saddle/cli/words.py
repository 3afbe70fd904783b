"""What a command line must be before it is parsed: known options, each with its value; no more."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol, cast

from typer.core import TyperCommand, TyperGroup

from saddle.errors import BadValue, unknown


class Parameter(Protocol):
    """What is read of an option or an argument of a command."""

    opts: list[str]
    param_type_name: str
    required: bool
    metavar: str | None
    nargs: int
    help: str | None


MANY = -1
"""Where an argument takes any number of words."""

HELP = frozenset({"-h", "--help"})


def check(command: str, parameters: Sequence[Parameter], args: Sequence[str]) -> None:
    """Refuse what the parser would, naming the option, what it takes, what came, the nearest."""
    if HELP & set(args):
        return
    options = {name: it for it in parameters for name in it.opts if name.startswith("-")}
    places = [it for it in parameters if it.param_type_name == "argument"]
    words = list(positional(command, options, args))
    if len(words) > len(places) and not any(place.nargs == MANY for place in places):
        takes = " and ".join(shown(place) for place in places) or "no argument"
        raise refused(command, f"it takes {takes}, got {words[len(places)]!r} as well")
    for place in places[len(words) :]:
        if place.required:
            raise refused(command, f"{shown(place)} is missing ({meaning(place)})")


def positional(
    command: str, options: Mapping[str, Parameter], args: Sequence[str]
) -> Iterator[str]:
    """The words that are no option and no option's value."""
    rest = iter(args)
    for word in rest:
        if word == "--":
            yield from rest
        elif len(word) > 1 and word.startswith("-"):
            take(command, options, word, rest)
        elif not word:
            raise refused(command, "an argument is empty, got ''")
        else:
            yield word


def take(command: str, options: Mapping[str, Parameter], word: str, rest: Iterator[str]) -> None:
    """One option, and the value that follows it."""
    name, equals, value = word.partition("=")
    joined = not word.startswith("--") and word not in options
    if joined:  # -n5
        name, equals, value = word[:2], word[2:3], word[2:]
    if name not in options:  # one letter is near to every other
        known = options if name.startswith("--") else ()
        raise unknown(f"option of `{command}`", name, known, shown=options)
    option = options[name]
    if not takes_value(option):
        if equals:
            raise refused(command, f"{name} takes no value, got {value!r}")
        return
    given = value if equals else next(rest, None)
    if not given or (not equals and (given.startswith("--") or given in options)):
        came = "nothing" if given is None else repr(given)
        raise refused(command, f"{name} takes {shown(option)} ({meaning(option)}), got {came}")


def takes_value(option: Parameter) -> bool:
    """Whether a value follows."""
    return not vars(option).get("is_flag", False)


def shown(parameter: Parameter) -> str:
    """What stands for its value in the help."""
    return str(parameter.metavar or parameter.opts[0].upper())


def meaning(parameter: Parameter) -> str:
    """Its line of the help, as the end of a sentence."""
    text = str(parameter.help or "").rstrip(".")
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]


def refused(command: str, why: str) -> BadValue:
    """The error, and where to read on."""
    return BadValue(f"`{command}`: {why}\n`{command} --help` shows what there is")


class Interrupted(Exception):
    """Ctrl-C, while a command was at work."""


class Checked(TyperCommand):
    """A command whose words are checked before they are parsed."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Check, then parse."""
        check(ctx.command_path, cast(list[Parameter], self.get_params(ctx)), args)
        return super().parse_args(ctx, args)


class Doors(TyperGroup):
    """All commands; a wrong name is answered with the nearest."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Check what stands before the command."""
        end = next((i for i, word in enumerate(args) if not word.startswith("-")), len(args))
        check(ctx.command_path, cast(list[Parameter], self.get_params(ctx)), args[:end])
        return super().parse_args(ctx, args)

    def invoke(self, ctx: Any) -> Any:
        """Act; Ctrl-C is answered at the door, in words, and not by the parser in silence."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            raise Interrupted from None

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The command that is meant."""
        if args and args[0] not in self.commands:
            raise unknown("command", args[0], self.commands)
        return super().resolve_command(ctx, args)
