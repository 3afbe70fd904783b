"""How code here reads: sizes, annotations, and the habits that make branches of variants."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from house.syntax import FunctionNode, Module, Offence, calls


def prints(module: Module) -> Iterator[Offence]:
    for call, name in calls(module):
        if name == "print":
            yield call.lineno, "print outside of the command line"


def by_string(module: Module) -> Iterator[Offence]:
    for call, name in calls(module):
        if name in {"getattr", "setattr", "hasattr"}:
            yield call.lineno, f"{name}: say what is needed in a type instead"


def _isinstance(node: ast.AST) -> bool:
    return any(
        isinstance(n, ast.Call) and isinstance(n.func, ast.Name) and n.func.id == "isinstance"
        for n in ast.walk(node)
    )


def ladders(module: Module) -> Iterator[Offence]:
    for node in module.nodes:
        rungs, rung = 0, node
        while isinstance(rung, ast.If) and _isinstance(rung.test):
            rungs += 1
            rung = rung.orelse[0] if len(rung.orelse) == 1 else None
        if rungs > 2:
            yield node.lineno, f"a ladder of {rungs} isinstance"


def bare_excepts(module: Module) -> Iterator[Offence]:
    for node in module.nodes:
        if isinstance(node, ast.ExceptHandler) and node.type is None:
            yield node.lineno, "a bare except"


def unfinished(module: Module) -> Iterator[Offence]:
    for number, line in enumerate(module.text.splitlines(), 1):
        if re.search(r"\b(TODO|FIXME|XXX)\b|NotImplementedError", line):
            yield number, f"unfinished: {line.strip()}"


def undescribed(module: Module) -> Iterator[Offence]:
    """No docstring, or one that does not begin with a sentence."""
    text = ast.get_docstring(module.tree) or ""
    sentence = " ".join(text.partition("\n\n")[0].split())
    if len(sentence.split()) < 3 or not re.search(r"[.?!:]$", sentence):
        yield 1, f"the module docstring must begin with a sentence, got {sentence!r}"


def unannotated(module: Module) -> Iterator[Offence]:
    for function in module.functions:
        missing = [a.arg for a in _arguments(function) if a.annotation is None]
        if missing or function.returns is None:
            what = ", ".join(missing) or "what it returns"
            yield function.lineno, f"{function.name}: no annotation of {what}"


def _arguments(function: FunctionNode) -> list[ast.arg]:
    a = function.args
    plain = [*a.posonlyargs, *a.args]
    first = 1 if plain and plain[0].arg in {"self", "cls"} else 0
    rest = [x for x in (a.vararg, a.kwarg) if x is not None]
    return [*plain[first:], *a.kwonlyargs, *rest]


def many_parameters(module: Module) -> Iterator[Offence]:
    """More than seven; a command's options are its parameters, however many."""
    for function in module.functions:
        command = any(ast.unparse(d).partition("(")[0].endswith(".command")
                      for d in function.decorator_list)  # fmt: skip
        if len(_arguments(function)) > 7 and not command:
            yield function.lineno, f"{function.name} takes {len(_arguments(function))} parameters"


def length(function: FunctionNode) -> int:
    """Lines from `def` to the end, without the docstring."""
    lines = (function.end_lineno or 0) - function.lineno + 1
    if ast.get_docstring(function, clean=False) is None:
        return lines
    doc = function.body[0]
    return lines - ((doc.end_lineno or 0) - doc.lineno + 1)


def long_functions(module: Module) -> Iterator[Offence]:
    for function in module.functions:
        if length(function) > 60:
            yield function.lineno, f"{function.name} has {length(function)} lines, 60 at most"


def long_files(module: Module) -> Iterator[Offence]:
    lines = len(module.text.splitlines())
    if lines > 400:
        yield lines, f"{lines} lines, 400 at most"


def string_branches(module: Module) -> Iterator[Offence]:
    """`if` on the value of a string: the branch that should be a row of a table."""
    for node in module.nodes:
        tested = node.test if isinstance(node, ast.If | ast.IfExp | ast.While) else None
        for part in ast.walk(tested) if tested is not None else ():
            if isinstance(part, ast.Compare) and _against_string(part):
                yield node.lineno, f"if {ast.unparse(part)}"
        if isinstance(node, ast.MatchValue) and _is_string(node.value):
            yield node.lineno, f"case {ast.unparse(node)}"


def _is_string(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str) and bool(node.value)


def _against_string(compare: ast.Compare) -> bool:
    sides = [compare.left, *compare.comparators]
    if any(isinstance(side, ast.Name) and side.id == "__name__" for side in sides):
        return False
    if isinstance(compare.ops[0], ast.Eq | ast.NotEq):
        return any(_is_string(side) for side in sides)
    held = sides[1]
    return isinstance(held, ast.Tuple | ast.List | ast.Set) and any(map(_is_string, held.elts))
