"""A file of the project, and what its syntax tree tells."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FUNCTION = (ast.FunctionDef, ast.AsyncFunctionDef)
FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef
Offence = tuple[int, str]


@dataclass(frozen=True)
class Module:
    """One file: its path below the root, its text, and what is read from it."""

    path: str
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)

    @cached_property
    def name(self) -> str:
        """`saddle.games.duel`; a package is called by its folder."""
        return self.path.removeprefix("src/").removesuffix(".py").replace("/", ".")

    @cached_property
    def nodes(self) -> list[ast.AST]:
        return list(ast.walk(self.tree))

    @cached_property
    def functions(self) -> list[FunctionNode]:
        return [node for node in self.nodes if isinstance(node, FUNCTION)]

    @cached_property
    def aliases(self) -> dict[str, str]:
        """What each imported name stands for: `np` -> numpy, `load` -> torch.load."""
        found: dict[str, str] = {}
        for node in self.nodes:
            if isinstance(node, ast.Import):
                for a in node.names:
                    found[a.asname or a.name.partition(".")[0]] = (
                        a.name if a.asname else a.name.partition(".")[0]
                    )
            elif isinstance(node, ast.ImportFrom) and not node.level:
                found |= {a.asname or a.name: f"{node.module}.{a.name}" for a in node.names}
        return found

    def dotted(self, node: ast.AST) -> str:
        """The full name of an expression such as `np.random.rand`, or nothing."""
        parts: list[str] = []
        while isinstance(node, ast.Attribute):
            parts.append(node.attr)
            node = node.value
        if not isinstance(node, ast.Name):
            return ""
        return ".".join([self.aliases.get(node.id, node.id), *reversed(parts)])

    def imports(self, *, lazy: bool = True) -> Iterator[tuple[int, str]]:
        """Line and full name of everything imported, at the top or, where `lazy`, anywhere."""
        for node in self.nodes if lazy else ast.iter_child_nodes(self.tree):
            if isinstance(node, ast.Import):
                yield from ((node.lineno, a.name) for a in node.names)
            elif isinstance(node, ast.ImportFrom):
                inside = self.name.removesuffix(".__init__").split(".")
                package = inside if self.name.endswith("__init__") else inside[:-1]
                stem = package[: len(package) - node.level + 1] if node.level else []
                base = ".".join([*stem, *([node.module] if node.module else [])])
                yield from ((node.lineno, f"{base}.{a.name}") for a in node.names)


def modules(*folders: str) -> list[Module]:
    """Every Python file below these folders."""
    paths = [p for folder in folders for p in sorted((ROOT / folder).rglob("*.py"))]
    return [Module(p.relative_to(ROOT).as_posix(), p.read_text("utf-8")) for p in paths]


def calls(module: Module) -> Iterator[tuple[ast.Call, str]]:
    return (
        (node, module.dotted(node.func)) for node in module.nodes if isinstance(node, ast.Call)
    )


def keyword(call: ast.Call, name: str) -> ast.expr | None:
    return next((k.value for k in call.keywords if k.arg == name), None)


def is_constant(node: ast.expr | None, value: object) -> bool:
    return isinstance(node, ast.Constant) and node.value is value
