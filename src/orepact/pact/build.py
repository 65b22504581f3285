"""From a tree to a pact: every part validated on its own, then all of them together."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from orepact.errors import Problem, nearest
from orepact.pact.agreement import Head, Pact
from orepact.pact.base import Found, FrozenMap, Path
from orepact.pact.explain import explained, mend_keys
from orepact.pact.instrument import Instrument
from orepact.pact.kinds import KINDS
from orepact.pact.party import CriticalList, Entry, Party, Source
from orepact.pact.rules import Draft, broken
from orepact.pact.tree import Node

M = TypeVar("M", bound=BaseModel)


def build(root: Node) -> tuple[Pact | None, list[Problem]]:
    """Build the pact, or return all that stands in the way."""
    problems: list[Problem] = []
    return _Builder(root, problems).pact(), problems


class _Builder:
    def __init__(self, root: Node, problems: list[Problem]) -> None:
        self.root, self.problems = root, problems

    def pact(self) -> Pact | None:
        head = {k: n for k, n in self.root.mapping().items() if k in Head.model_fields}
        head.setdefault("format", Node("orepact/1", self.root.where))
        stated = self._model(Node(head, self.root.where, self.root.keys), Head)
        sources, lists = self._named("sources", Source), self._named("lists", CriticalList)
        parties = self._listed("parties", lambda _: Party)
        calendar = self._listed("calendar", lambda _: Entry)
        instruments = self._listed("instruments", self._kind)
        agreed = tuple(self._texts("agreed"))
        for key in ("sources", "parties"):
            if not (self.root.get(key) and self.root.mapping()[key].value):
                self._refuse(self.root, f"The pact has no {key}.", f"Add '{key}'.")
        draft = Draft(
            parties=parties,
            instruments=instruments,
            calendar=calendar,
            codes=frozenset(text for _, text in self._every("parties", "code")),
            sources=frozenset(self._children("sources")),
            cited=tuple(self._cited()),
            ids=(*self._every("instruments", "id"), *self._every("calendar", "id")),
            agreed=agreed,
            listed=tuple(self._children("lists")),
        )
        for found in broken(draft):
            self.problems.append(_placed(self.root, found))
        if self.problems or stated is None:
            return None
        return Pact(
            **{name: getattr(stated, name) for name in Head.model_fields},
            sources=FrozenMap(sources),
            parties=tuple(p for _, p in parties),
            lists=FrozenMap(lists),
            calendar=tuple(e for _, e in calendar),
            agreed=tuple(text for _, text in agreed),
            instruments=tuple(i for _, i in instruments),
        )

    def _refuse(self, node: Node, what: str, mend: str) -> None:
        self.problems.append(Problem(str(node.where), what, mend))

    def _model(self, node: Node, model: type[M]) -> M | None:
        if not isinstance(node.value, dict):
            known = ", ".join(
                f.alias or n for n, f in model.model_fields.items() if f.is_required()
            )
            what = "Something stands where a mapping is expected."
            self._refuse(node, what, f"Write a mapping with {known}.")
            return None
        node = mend_keys(node, model, self.problems)
        raw = node.plain()
        try:
            return model.model_validate(raw)
        except ValidationError as error:
            self.problems += (_placed(node, found) for found in explained(error))
            self._rest(node, raw, model, error)
            return None

    def _rest(
        self, node: Node, raw: dict[str, Any], model: type[M], error: ValidationError
    ) -> None:
        """Look at the record again without its faulty optional keys.

        What the record's keys must fulfil together is checked only once each is readable;
        leaving the faulty ones out tells it in the same run. What only their absence causes
        is not told.
        """
        needed = {f.alias or name for name, f in model.model_fields.items() if f.is_required()}
        faulty = {str(e["loc"][0]) for e in error.errors() if e["loc"]}
        if not faulty or faulty & needed or not faulty <= set(raw):
            return
        try:
            model.model_validate({k: v for k, v in raw.items() if k not in faulty})
        except ValidationError as again:
            for found in explained(again):
                said = re.findall(r"\w+", f"{found.what} {found.mend}")
                if not faulty & set(said):
                    self.problems.append(_placed(node, found))

    def _kind(self, node: Node) -> type[Instrument] | None:
        if not isinstance(node.value, dict):
            self._refuse(node, "An instrument is a mapping.", "Write {kind: ..., id: ...}.")
            return None
        kind = node.get("kind")
        if kind is None:
            mend = f"Add 'kind', one of {', '.join(KINDS)}."
            self._refuse(node, "The instrument has no kind.", mend)
        elif not isinstance(kind.value, str) or kind.value not in KINDS:
            self._refuse(kind, f"Unknown kind '{kind.plain()}'.", nearest(str(kind.value), KINDS))
        else:
            return KINDS[kind.value]
        return None

    def _listed(
        self, key: str, model: Callable[[Node], type[M] | None]
    ) -> tuple[tuple[Path, M], ...]:
        out = []
        for i, node in enumerate(self._items(key)):
            chosen = model(node)
            held = self._model(node, chosen) if chosen else None
            if held is not None:
                out.append(((key, i), held))
        return tuple(out)

    def _named(self, key: str, model: type[M]) -> dict[str, M]:
        node = self.root.get(key)
        if node is not None and not isinstance(node.value, dict) and node.value:
            self._refuse(node, f"'{key}' is not a mapping.", "Write name: {...}.")
        held = {name: self._model(child, model) for name, child in self._children(key).items()}
        return {name: value for name, value in held.items() if value is not None}

    def _texts(self, key: str) -> Iterator[tuple[Path, str]]:
        for i, node in enumerate(self._items(key)):
            if isinstance(node.value, str):
                yield (key, i), node.value
            else:
                self._refuse(node, f"An item of '{key}' is not a text.", "Write an id.")

    def _items(self, key: str) -> list[Node]:
        node = self.root.get(key)
        if node is not None and node.value is not None and not isinstance(node.value, list):
            what = f"'{key}' is not a list."
            if not any(p.what == what for p in self.problems):
                self._refuse(node, what, "Begin each item with a hyphen.")
        return node.items() if node else []

    def _children(self, key: str) -> dict[str, Node]:
        node = self.root.get(key)
        return node.mapping() if node else {}

    def _every(self, key: str, field: str) -> list[tuple[Path, str]]:
        held = ((i, n.get(field)) for i, n in enumerate(self._items(key)))
        return [((key, i, field), n.value) for i, n in held if n and isinstance(n.value, str)]

    def _cited(self) -> Iterator[tuple[Path, str]]:
        yield from self._every("instruments", "source")
        yield from self._every("calendar", "source")
        for i, node in enumerate(self._items("instruments")):
            exclusions = node.get("exclusions")
            for j, item in enumerate(exclusions.items() if exclusions else []):
                cited = item.get("source")
                if cited and isinstance(cited.value, str):
                    yield ("instruments", i, "exclusions", j, "source"), cited.value
        for name, node in self._children("lists").items():
            cited = node.get("source")
            if cited and isinstance(cited.value, str):
                yield ("lists", name, "source"), cited.value


def _placed(node: Node, found: Found) -> Problem:
    """The mistake with its place in the file; its path begins at ``node``."""
    key = found.what.startswith("Unknown key")
    return Problem(str(node.locate(found.path, key=key)), found.what, found.mend)
