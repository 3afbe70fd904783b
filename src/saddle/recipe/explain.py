"""What is wrong with a recipe, in words: the key, what is allowed, what came."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from pydantic import BaseModel, ValidationError

from saddle.errors import BadValue, UnknownName, bad, unknown
from saddle.recipe.paths import no_key

_KINDS = {"integer": "a whole number", "number": "a number"}
_LIMITS = {
    "minimum": "of at least",
    "exclusiveMinimum": "above",
    "maximum": "of at most",
    "exclusiveMaximum": "below",
}
_SHAPES = {
    "dict_type": "names with values, such as {r1: 0.1}",
    "tuple_type": "a list, such as [packing:2]",
    "model_type": "keys with values, such as {width: 64}",
    "string_type": "text",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
}


def explained(problem: ValidationError, model: type[BaseModel]) -> BadValue | UnknownName:
    """The first thing that is wrong, in words: the key, what is allowed, what came."""
    found = problem.errors(include_url=False)
    first = min(found, key=lambda error: error["type"] != "extra_forbidden")
    path = [str(part) for part in first["loc"]]
    key, kind = ".".join(path), str(first["type"])
    told = _TOLD.get(kind)
    if told is not None:
        return told(model, key, first)
    return bad(key, first["input"], _SHAPES.get(kind) or _range(model, path, first["msg"]))


Model = type[BaseModel]

_TOLD: Mapping[str, Callable[[Model, str, Mapping[str, Any]], BadValue | UnknownName]] = {
    "extra_forbidden": lambda model, key, _: no_key(key, model().model_dump(mode="json")),
    "missing": lambda model, key, _: BadValue(f"{key} is missing"),
    "literal_error": lambda model, key, error: unknown(
        key, str(error["input"]), re.findall(r"'([^']*)'", error["ctx"]["expected"])
    ),
}
"""What is said of errors that are not about a value's shape or range."""


def _range(model: type[BaseModel], path: list[str], otherwise: str) -> str:
    """What a number of the recipe may be, read off the field's type."""
    schema: Any = model.model_json_schema()
    defined = schema["$defs"]
    for part in path:
        schema = defined[schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema
        inner = schema.get("properties", {}).get(part) or schema.get("additionalProperties")
        schema = next((s for s in (inner or {}).get("anyOf", [])), inner) or {}
    limits = [f"{words} {schema[limit]:g}" for limit, words in _LIMITS.items() if limit in schema]
    kind = _KINDS.get(schema.get("type", ""))
    return f"{kind} {' and '.join(limits)}".strip() if kind else otherwise
