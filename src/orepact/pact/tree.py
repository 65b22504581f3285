"""A YAML text as a tree that knows where everything stands. Scalars stay texts.

Only what a pact file needs: mappings, lists and texts. Numbers are not converted, so that
decimals stay exact; anchors, tags and merge keys are refused, since they override in
silence; a repeated key is a mistake.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)
from ruamel.yaml.reader import ReaderError

from orepact.errors import Problem
from orepact.pact.base import Path

LARGEST = 2_000_000
"""Characters above which a text is refused as no pact."""
DEEPEST = 12
"""Levels of nesting above which a text is refused."""


class Where(NamedTuple):
    """A place in a file; printed ``file:line:column``, counted from one."""

    file: str
    line: int = 1
    column: int = 1

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(slots=True)
class Node:
    """A value, where it stands and, for a mapping, where its keys stand."""

    value: str | list[Node] | dict[str, Node] | None
    where: Where
    keys: dict[str, Where] = field(default_factory=dict)

    def plain(self) -> Any:
        """The value without places: dictionaries, lists, texts and ``None``."""
        if isinstance(self.value, dict):
            return {k: n.plain() for k, n in self.value.items()}
        if isinstance(self.value, list):
            return [n.plain() for n in self.value]
        return self.value

    def get(self, key: str) -> Node | None:
        """Child of a mapping, or ``None``."""
        return self.value.get(key) if isinstance(self.value, dict) else None

    def items(self) -> list[Node]:
        """Items of a list; none where it is no list."""
        return self.value if isinstance(self.value, list) else []

    def mapping(self) -> dict[str, Node]:
        """Children of a mapping; none where it is no mapping."""
        return self.value if isinstance(self.value, dict) else {}

    def locate(self, path: Path, *, key: bool = False) -> Where:
        """Place of the deepest node on ``path``; with ``key``, of its key."""
        node, where = self, self.where
        for step in path:
            child: Node | None = None
            if isinstance(node.value, dict) and step in node.value:
                child = node.value[str(step)]
                where = node.keys[str(step)] if key else child.where
            elif isinstance(node.value, list) and isinstance(step, int):
                child = node.value[step] if step < len(node.value) else None
                where = child.where if child else where
            if child is None:
                break
            node = child
        return where


class _Stop(Exception):  # noqa: N818 - a jump out of the recursion, never seen outside
    pass


def parse(text: str, file: str) -> tuple[Node | None, list[Problem]]:
    """Read a YAML 1.2 text into a tree; the problems are those of YAML itself.

    >>> node, problems = parse("id: demo", "demo.yaml")
    >>> node.plain(), problems
    ({'id': 'demo'}, [])
    """
    start = Where(file)
    if len(text) > LARGEST:
        size = f"The file has {len(text):,} characters."
        return None, [Problem(str(start), size, f"A pact has at most {LARGEST:,}.")]
    problems: list[Problem] = []
    node = None
    yaml = YAML(typ="safe", pure=True)
    try:
        events = iter(yaml.parse(text))
        for event in events:
            if isinstance(event, DocumentStartEvent):
                if node is not None:
                    where = _where(event, file)
                    what = "A second document begins."
                    problems.append(Problem(str(where), what, "Keep one pact per file."))
                    return None, problems
                node = _Composer(events, file, problems).node(next(events), 0)
    except _Stop:
        return None, problems
    except MarkedYAMLError as error:
        return None, [*problems, _syntax(error, text, file)]
    except ReaderError as error:
        before = text[: error.position]
        column = error.position - (before.rfind("\n") + 1) + 1
        where = Where(file, before.count("\n") + 1, column)
        what = f"Character {text[error.position]!a} cannot stand in a text."
        return None, [Problem(str(where), what, "Remove it.")]
    if node is None or (node.value is None and not problems):
        what, mend = "The file is empty.", "Begin with 'format: orepact/1'."
        return None, [*problems, Problem(str(start), what, mend)]
    return node, problems


class _Composer:
    """Builds nodes from events, collecting what a pact file must not contain."""

    def __init__(self, events: Iterator[Any], file: str, problems: list[Problem]) -> None:
        self.events, self.file, self.problems = events, file, problems

    def refuse(self, where: Where, what: str, mend: str) -> None:
        self.problems.append(Problem(str(where), what, mend))

    def node(self, event: Any, depth: int) -> Node:
        where = _where(event, self.file)
        if depth > DEEPEST:
            self.refuse(where, "The nesting is too deep.", "A pact needs few levels.")
            raise _Stop
        if isinstance(event, AliasEvent):
            mend = "Write the value out; nothing is repeated by reference."
            self.refuse(where, f"'*{event.anchor}' is an alias.", mend)
            return Node(None, where)
        if event.anchor is not None:
            mend = "Remove it; nothing is repeated by reference."
            self.refuse(where, f"'&{event.anchor}' is an anchor.", mend)
        tag = getattr(event, "tag", None) or getattr(event, "ctag", None)
        if tag is not None and str(tag) not in ("!", "None"):
            self.refuse(where, f"'{tag}' is a tag.", "Remove it; values are plain texts.")
        if isinstance(event, ScalarEvent):
            empty = event.style is None and event.value in ("", "~", "null")
            return Node(None if empty else event.value, where)
        if isinstance(event, SequenceStartEvent):
            return Node(self._list(depth), where)
        assert isinstance(event, MappingStartEvent)
        return self._mapping(where, depth)

    def _list(self, depth: int) -> list[Node]:
        items = []
        while not isinstance(event := next(self.events), SequenceEndEvent):
            items.append(self.node(event, depth + 1))
        return items

    def _mapping(self, where: Where, depth: int) -> Node:
        children: dict[str, Node] = {}
        keys: dict[str, Where] = {}
        while not isinstance(event := next(self.events), MappingEndEvent):
            key = self.node(event, depth + 1)
            value = self.node(next(self.events), depth + 1)
            if not isinstance(key.value, str):
                self.refuse(key.where, "A key is not a text.", "Write a word before the colon.")
            elif key.value == "<<":
                mend = "Write the keys out; nothing overrides in silence."
                self.refuse(key.where, "'<<' merges another mapping.", mend)
            elif key.value in children:
                first = keys[key.value]
                what = f"Key '{key.value}' stands twice; first on line {first.line}."
                self.refuse(key.where, what, "Keep one.")
            else:
                children[key.value], keys[key.value] = value, key.where
        return Node(children, where, keys)


def _where(event: Any, file: str) -> Where:
    mark = event.start_mark
    return Where(file, mark.line + 1, mark.column + 1)


def _syntax(error: MarkedYAMLError, text: str, file: str) -> Problem:
    """Say in plain words what the YAML scanner stumbled over."""
    mark = error.problem_mark or error.context_mark
    where = Where(file, mark.line + 1, mark.column + 1) if mark else Where(file)
    said = str(error.problem or error.context or "syntax error").rstrip(".")
    lines = text.splitlines()
    line = lines[mark.line] if mark and mark.line < len(lines) else ""
    before = line[: mark.column + 1] if mark else ""
    if "\t" in before or "\\t" in said:
        return Problem(str(where), "A tab indents this line.", "Indent with spaces.")
    if any(sign in line for sign in (": >", ": %", ": @", ": `", ": *", ": &", ": !")):
        mend = 'Put a text that begins with a sign in quotes, as ">= 99%".'
    elif "mapping values are not allowed" in said:
        mend = "Put a text that contains ': ' in quotes, or correct the indentation."
    elif "expected ',' or" in said or "flow" in said or "block end" in said:
        mend = "Close the bracket or brace, put a comma between items, and indent alike."
    else:
        mend = "Check quotes, brackets and indentation here and on the line above."
    return Problem(str(where), f"The text is not YAML: {said}.", mend)
