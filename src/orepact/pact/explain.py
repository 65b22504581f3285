"""From pydantic's errors to problems with file, line, column and how to mend them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from orepact.errors import Problem, nearest
from orepact.pact.base import Found, FrozenMap, Path, shown, unknown_key
from orepact.pact.tree import Node


def mend_keys(node: Node, model: type[BaseModel], problems: list[Problem]) -> Node:
    """Report every key that ``model`` does not know, at all depths.

    Returns the tree with a misspelt key put right where its place is free, else left out,
    so that one spelling mistake is one problem and its value is checked all the same.
    """
    fields = {f.alias or name: f.annotation for name, f in model.model_fields.items()}
    return mend_mapping(node, fields, problems)


def mend_mapping(node: Node, fields: Mapping[str, Any], problems: list[Problem]) -> Node:
    """:func:`mend_keys` for keys with their annotations; ``None`` is not looked into."""
    if not isinstance(node.value, dict):
        return node
    value: dict[str, Node] = {}
    keys = {}
    for key, child in node.value.items():
        name = key
        if key not in fields:
            _, what, mend = unknown_key((key,), fields)
            problems.append(Problem(str(node.keys[key]), what, mend))
            name = mend.split("'")[1] if mend.startswith("Did you mean") else ""
            if not name or name in node.value or name in value:
                continue
        value[name] = _descend(child, fields[name], problems)
        keys[name] = node.keys.get(key, child.where)
    return Node(value, node.where, keys)


def _descend(node: Node, annotation: Any, problems: list[Problem]) -> Node:
    inner = _model(annotation)
    if inner is None:
        return node
    if isinstance(node.value, list):
        return Node([mend_keys(n, inner, problems) for n in node.value], node.where)
    if FrozenMap in (annotation, getattr(annotation, "__origin__", None)):
        children = {k: mend_keys(n, inner, problems) for k, n in node.mapping().items()}
        return Node(children if isinstance(node.value, dict) else node.value, node.where, node.keys)
    return mend_keys(node, inner, problems)


def _model(annotation: Any) -> type[BaseModel] | None:
    """The record inside an annotation such as ``tuple[Step, ...]`` or ``Basis | None``."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((m for a in get_args(annotation) if (m := _model(a))), None)


def explained(error: ValidationError) -> Iterator[Found]:
    """One mistake per error of pydantic, with its path in the value that was validated."""
    for item in error.errors():
        loc: Path = item["loc"]
        context = item.get("ctx", {})
        if item["type"] == "orepact":
            for path, what, mend in context["found"]:
                yield Found((*loc, *path), what, mend)
        elif item["type"] == "missing":
            yield Found(loc[:-1], f"Key '{loc[-1]}' is missing.", f"Add '{loc[-1]}'.")
        elif item["type"] == "extra_forbidden":
            yield Found(loc, f"Unknown key '{loc[-1]}'.", "Drop it, or correct its spelling.")
        elif item["type"] == "literal_error":
            known = [w.strip("' ") for w in context["expected"].replace(" or ", ", ").split(",")]
            what = f"{shown(item['input'])} is not one of the words for '{_last(loc)}'."
            yield Found(loc, what, nearest(str(item["input"]), known))
        elif item["type"] == "string_pattern_mismatch":
            what = f"'{item['input']}' has the wrong form for '{_last(loc)}'."
            yield Found(loc, what, _form(_last(loc)))
        else:
            kind = _EXPECTED.get(item["type"])
            what = f"{shown(item['input'])} stands where {kind or 'another value'} is expected."
            mend = f"Write {kind}." if kind else item["msg"] + "."
            if context.get("class_name") == "Text":
                mend = "Write {en: ..., es: ...}."
            yield Found(loc, what, mend)


_EXPECTED = {
    "string_type": "a text",
    "string_too_short": "a text",
    "tuple_type": "a list",
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
}


def _form(key: str) -> str:
    if key == "url":
        return "Write a full address, as https://ustr.gov/."
    return "Use lower-case letters, digits and hyphens, as ndpr-oxide."


def _last(loc: Path) -> str:
    words = [str(p) for p in loc if isinstance(p, str)]
    return words[-1] if words else "this place"
