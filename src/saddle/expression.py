"""A small grammar of formulas in one line: read into a tree, then worked out over the tree.

    logic    = both ("or" both)*
    both     = negated ("and" negated)*
    negated  = "not" negated | compared
    compared = sum (("<" | "<=" | ">" | ">=" | "==" | "!=") sum)?
    sum      = product (("+" | "-") product)*
    product  = signed (("*" | "/") signed)*
    signed   = ("-" | "+") signed | power
    power    = atom (("**" | "^") signed)?
    atom     = number | text | name | name "(" sum ("," sum)* ")" | "(" logic ")"

The first three and the texts are read where `logic` is asked for. Binding is Python's:
`-u**2` is `-(u**2)`, and `2**3**2` is `2**9`. Nothing that was read is ever run as a program.
"""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from saddle.errors import BadValue, nearest

LONGEST = 500
"""Characters that an expression may have."""

DEEPEST = 25
"""How deep brackets, signs and powers may be nested."""


@dataclass(frozen=True)
class Literal:
    """A number, or a text between quotes."""

    value: float | str


@dataclass(frozen=True)
class Variable:
    """A name that the environment gives a value."""

    name: str


@dataclass(frozen=True)
class Call:
    """A function of one or two arguments, or an operator."""

    function: str
    arguments: tuple[Node, ...]


Node: TypeAlias = Literal | Variable | Call

ARITY: Mapping[str, int] = dict.fromkeys(
    ("log", "log1p", "exp", "expm1", "sqrt", "abs", "tanh", "sinh", "cosh", "atan", "sin", "cos"),
    1,
) | {"max": 2, "min": 2}
"""The functions of the grammar, and how many arguments each takes."""

CONSTANTS: Mapping[str, float] = {"pi": math.pi, "e": math.e}
"""Names of numbers, unless a variable has that name."""


def _power(base: Any, exponent: Any) -> Any:
    result = base**exponent
    if isinstance(result, complex):
        raise ValueError("a negative number to a fractional power")
    return result


OPERATORS: Mapping[str, Callable[..., Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "**": _power,
    "negative": operator.neg,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
    "and": operator.and_,
    "or": operator.or_,
    "not": lambda x: operator.eq(x, False),
}
"""What each operator does; elementwise on arrays and tensors, logic included."""

NUMBERS: Mapping[str, Callable[..., Any]] = {
    name: function for name, function in vars(math).items() if name in ARITY
} | {"abs": abs, "max": max, "min": min}
"""The functions on plain numbers."""

_TOKEN = re.compile(
    r"""\s*(?:
      (?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)
    | (?P<text>'[^']*'|"[^"]*")
    | (?P<name>[^\W\d]\w*)
    | (?P<sign>\*\*|<=|>=|==|!=|[-+*/^()<>,])
    | (?P<end>$)
    )""",
    re.VERBOSE,
)


@dataclass(frozen=True)
class _Token:
    kind: str
    text: str
    at: int


def parse(
    text: str,
    variables: Collection[str],
    *,
    functions: Mapping[str, int] = ARITY,
    logic: bool = False,
) -> Node:
    """The tree of an expression.

    Args:
        text: the expression.
        variables: the names that it may use.
        functions: the functions that it may use, with their number of arguments.
        logic: whether comparisons, `and`, `or`, `not` and texts between quotes are read as well.

    Raises:
        BadValue: with the place, what was expected there and what came.

    >>> parse("2*u", {"u"})
    Call(function='*', arguments=(Literal(value=2.0), Variable(name='u')))
    """
    return _Reader(text, variables, functions, logic).whole()


def evaluate(
    node: Node,
    env: Mapping[str, Any],
    functions: Mapping[str, Callable[..., Any]] = NUMBERS,
    *,
    number: Callable[[float], Any] = float,
) -> Any:
    """The value of a tree.

    Args:
        node: what `parse` gave.
        env: a value for each variable: a number, an array, a tensor.
        functions: what the functions do to such values.
        number: what a number of the text becomes, such as a tensor.

    Raises:
        BadValue: where plain numbers have no value: 1/0, log(-1), an overflow.

    >>> evaluate(parse("u**2 - max(u, 1)", {"u"}), {"u": 3.0})
    6.0
    """
    try:
        return _value(node, env, {**OPERATORS, **functions}, number)
    except (ArithmeticError, ValueError, TypeError) as error:
        raise BadValue(f"the expression has no value: {error}") from error


def _value(
    node: Node,
    env: Mapping[str, Any],
    actions: Mapping[str, Callable[..., Any]],
    number: Callable[[float], Any],
) -> Any:
    match node:
        case Literal(float(value)):
            return number(value)
        case Literal(value):
            return value
        case Variable(name):
            return env[name]
        case Call(function, arguments):
            return actions[function](*(_value(a, env, actions, number) for a in arguments))


def _tokens(text: str) -> list[_Token]:
    found: list[_Token] = []
    at = 0
    while not found or found[-1].kind != "end":
        match = _TOKEN.match(text, at)
        if match is None or match.lastgroup is None:
            place = at + len(text[at:]) - len(text[at:].lstrip())
            raise _refusal(text, place, "a number, a name or an operator")
        kind = match.lastgroup
        found.append(_Token(kind, match[kind], match.start(kind)))
        at = match.end()
    return found


def _refusal(text: str, at: int, expected: str, *, instead: str | None = None) -> BadValue:
    got = instead or (repr(text[at]) if at < len(text) else "the end")
    return BadValue(
        f"cannot read the expression at character {at + 1}: expected {expected}, got {got}\n"
        f"    {text}\n    {' ' * at}^"
    )


class _Reader:
    """Recursive descent over the tokens: one method for each line of the grammar."""

    def __init__(
        self, text: str, variables: Collection[str], functions: Mapping[str, int], logic: bool
    ) -> None:
        if len(text) > LONGEST:
            raise BadValue(
                f"an expression has at most {LONGEST} characters, got {len(text)}: "
                f"{text[:40]!r}..."
            )
        self.text = text
        self.variables = variables
        self.functions = functions
        self.logic = logic
        self.tokens = _tokens(text)
        self.place = 0
        self.depth = 0

    @property
    def now(self) -> _Token:
        return self.tokens[self.place]

    def take(self) -> _Token:
        self.place += 1
        return self.tokens[self.place - 1]

    def took(self, *texts: str) -> str | None:
        """The next token's text where it is one of these operators or words, and past it."""
        if self.now.kind in ("sign", "name") and self.now.text in texts:
            return self.take().text
        return None

    def need(self, sign: str) -> None:
        if self.took(sign) is None:
            raise self.refusal(repr(sign))

    def refusal(self, expected: str, token: _Token | None = None) -> BadValue:
        token = token or self.now
        instead = repr(token.text) if token.text else None
        return _refusal(self.text, token.at, expected, instead=instead)

    def deeper(self, rule: Callable[[], Node]) -> Node:
        """One level down, and back: bounded, so that no text can exhaust the stack."""
        self.depth += 1
        if self.depth > DEEPEST:
            raise self.refusal(f"at most {DEEPEST} levels of brackets, signs and powers")
        node = rule()
        self.depth -= 1
        return node

    def whole(self) -> Node:
        node = self.top()
        if self.now.kind != "end":
            raise self.refusal("an operator or the end")
        return node

    def top(self) -> Node:
        return self.either() if self.logic else self.sum()

    def chain(self, rule: Callable[[], Node], *operators: str) -> Node:
        """Operators of one rank, from left to right."""
        node = rule()
        while (sign := self.took(*operators)) is not None:
            node = Call(sign, (node, rule()))
        return node

    def either(self) -> Node:
        return self.chain(self.both, "or")

    def both(self) -> Node:
        return self.chain(self.negated, "and")

    def negated(self) -> Node:
        if self.took("not"):
            return Call("not", (self.deeper(self.negated),))
        return self.compared()

    def compared(self) -> Node:
        node = self.sum()
        signs = ("<", "<=", ">", ">=", "==", "!=")
        if (sign := self.took(*signs)) is None:
            return node
        node = Call(sign, (node, self.sum()))
        if self.now.kind == "sign" and self.now.text in signs:
            raise self.refusal("comparisons joined by 'and', such as (0 < u) and (u < 1)")
        return node

    def sum(self) -> Node:
        return self.chain(self.product, "+", "-")

    def product(self) -> Node:
        return self.chain(self.signed, "*", "/")

    def signed(self) -> Node:
        if self.took("-"):
            return Call("negative", (self.deeper(self.signed),))
        return self.deeper(self.signed) if self.took("+") else self.power()

    def power(self) -> Node:
        node = self.atom()
        if self.took("**", "^"):
            return Call("**", (node, self.deeper(self.signed)))
        return node

    def atom(self) -> Node:
        if self.took("("):
            node = self.deeper(self.top)
            self.need(")")
            return node
        token = self.take()
        atoms = {"number": self.number, "name": self.name, "text": self.quoted}
        if token.kind not in atoms:
            raise self.refusal("a number, a name or '('", token)
        return atoms[token.kind](token)

    def number(self, token: _Token) -> Node:
        if math.isinf(float(token.text)):
            raise self.refusal("a finite number", token)
        return Literal(float(token.text))

    def quoted(self, token: _Token) -> Node:
        if not self.logic:
            raise self.refusal("a number, a name or '('", token)
        return Literal(token.text[1:-1])

    def name(self, token: _Token) -> Node:
        if token.text in self.variables:
            return Variable(token.text)
        if token.text in self.functions:
            return self.call(token)
        if token.text in CONSTANTS:
            return Literal(CONSTANTS[token.text])
        names = [*self.variables, *self.functions, *CONSTANTS]
        close = nearest(token.text, names)
        hint = f" (did you mean {close!r}?)" if close else ""
        raise self.refusal(f"one of {', '.join(sorted(names))}{hint}", token)

    def call(self, token: _Token) -> Node:
        self.need("(")
        arguments = [self.deeper(self.sum)]
        while self.took(","):
            arguments.append(self.deeper(self.sum))
        wanted = self.functions[token.text]
        if len(arguments) != wanted:
            many = f"{wanted} argument{'s' if wanted > 1 else ''}"
            raise self.refusal(f"{token.text} of {many}", token)
        self.need(")")
        return Call(token.text, tuple(arguments))
