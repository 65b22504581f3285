"""Load a file with the files it extends, into one tree; conflicts are named by path and date.

A file that ``extends`` another adds to it. What it changes it names: ``replaces`` lists the
ids that it states anew, ``without`` those that it leaves out. Nothing overrides in silence.
"""

from __future__ import annotations

from pathlib import Path

from orepact.errors import InputError, PactError, Problem, nearest
from orepact.pact.agreement import FORMAT, Pact
from orepact.pact.explain import mend_mapping
from orepact.pact.files import SUFFIXES, File, fetch, library
from orepact.pact.tree import Node, parse

_COMPOSING = ("extends", "replaces", "without")
_OWN = ("format", "id", "title", "status", "note", *_COMPOSING)


def load(file: File, problems: list[Problem], within: tuple[str, ...] = ()) -> Node | None:
    """Parse a file and whatever it extends; ``within`` are the files that extend it."""
    root, wrong = parse(file.text, file.name)
    problems += wrong
    if root is None or not _is_pact(root, problems):
        return None
    root = mend_mapping(root, dict.fromkeys([*Pact.model_fields, *_COMPOSING]), problems)
    extends = root.get("extends")
    if extends is not None:
        base = _base(extends, file, problems, (*within, file.name))
        return None if base is None else _Composition(base, root, problems).node()
    for key in ("replaces", "without"):
        if root.get(key) is not None:
            where = str(root.locate((key,), key=True))
            mend = "Add 'extends', or drop it."
            problems.append(Problem(where, f"'{key}' stands without 'extends'.", mend))
    return root


def _is_pact(root: Node, problems: list[Problem]) -> bool:
    if not isinstance(root.value, dict):
        mend = f"Begin with 'format: {FORMAT}'."
        problems.append(Problem(str(root.where), "The file is not a mapping.", mend))
        return False
    stated = root.get("format")
    if stated is not None and stated.value != FORMAT:
        what = f"Format '{stated.plain()}' is not the one that this version reads."
        problems.append(Problem(str(stated.where), what, f"Write 'format: {FORMAT}'."))
        return False
    if stated is None:
        mend = f"Begin with 'format: {FORMAT}'."
        problems.append(Problem(str(root.where), "Key 'format' is missing.", mend))
    return True


def _base(
    extends: Node, file: File, problems: list[Problem], within: tuple[str, ...]
) -> Node | None:
    """Tree of the file that ``extends`` names: of the library, or beside this file."""
    name, where = extends.value, str(extends.where)
    if not isinstance(name, str):
        problems.append(Problem(where, "'extends' names no file.", "Write one name or path."))
        return None
    target: str | Path = name
    if name not in library():
        if file.folder is None or Path(name).suffix not in SUFFIXES:
            what = f"No pact '{name}' in the library."
            problems.append(Problem(where, what, nearest(name, library())))
            return None
        target = file.folder / name
    try:
        found = fetch(target)
    except PactError as error:
        problems += error.problems
        return None
    except InputError as error:
        what, _, mend = str(error).partition(". ")
        problems.append(Problem(where, f"{what}.", mend))
        return None
    if found.name in within:
        chain = " extends ".join((*within, found.name))
        problems.append(Problem(where, f"{chain}: a circle.", "Drop one 'extends'."))
        return None
    return load(found, problems, within)


class _Composition:
    """One tree laid over another; refuses whatever would override in silence."""

    def __init__(self, base: Node, over: Node, problems: list[Problem]) -> None:
        self.base, self.over, self.problems = base, over, problems
        self.replaces, self.without = self._named("replaces"), self._named("without")
        self.used: set[str] = set()

    def node(self) -> Node:
        """The composed tree; every node keeps the place where it was written."""
        value, keys = {}, {}
        for tree in (self.base, self.over):
            for key, child in tree.mapping().items():
                if key not in _COMPOSING and (tree is self.over or key not in ("id", "title")):
                    value[key], keys[key] = child, tree.keys[key]
        self._level()
        for key, identity in (("parties", "code"), ("calendar", "id"), ("instruments", "id")):
            self._list(key, identity, value)
        for key in ("sources", "lists"):
            self._mapping(key, value)
        if "agreed" in value:
            ours = _items(self.over, "agreed")
            gone = {*self.without, *(str(n.value) for n in ours)}
            kept = [n for n in _items(self.base, "agreed") if n.value not in gone]
            value["agreed"] = Node([*kept, *ours], value["agreed"].where)
        for name, named in (("replaces", self.replaces), ("without", self.without)):
            for id, node in named.items():
                if id not in self.used:
                    known = self._ids()
                    what = f"'{id}' under '{name}' is nothing that the extended file states."
                    self._refuse(node, what, nearest(id, known))
        return Node(value, self.over.where, keys)

    def _refuse(self, node: Node, what: str, mend: str) -> None:
        self.problems.append(Problem(str(node.where), what, mend))

    def _named(self, key: str) -> dict[str, Node]:
        node = self.over.get(key)
        if node is None:
            return {}
        if not isinstance(node.value, list):
            self._refuse(node, f"'{key}' is not a list of ids.", "Write [first-id, second-id].")
        return {n.value: n for n in node.items() if isinstance(n.value, str)}

    def _ids(self) -> list[str]:
        found = [_id(n, "id") for k in ("calendar", "instruments") for n in _items(self.base, k)]
        found += [_id(n, "code") for n in _items(self.base, "parties")]
        held = [node.mapping() for k in ("sources", "lists") if (node := self.base.get(k))]
        return list(dict.fromkeys([*filter(None, found), *(k for m in held for k in m)]))

    def _level(self) -> None:
        ours, theirs = self.over.get("price_level"), self.base.get("price_level")
        if ours is not None and ours.value != (theirs.value if theirs else "nominal"):
            said = theirs.value if theirs else "nominal"
            what = f"price_level {ours.value} contradicts {said} of the extended file."
            self._refuse(ours, what, "Drop it; prices of one pact share one level.")

    def _list(self, key: str, identity: str, value: dict[str, Node]) -> None:
        ours, theirs = _items(self.over, key), _items(self.base, key)
        if not ours and not theirs:
            return
        stated = {_id(n, identity): n for n in ours}
        kept = []
        for node in theirs:
            id = _id(node, identity)
            if id in self.without or id in self.replaces:
                self.used.add(id)
                if id in self.replaces and id not in stated:
                    mend = f"State it under '{key}', or list it under 'without'."
                    self._refuse(self.replaces[id], f"'{id}' is replaced by nothing.", mend)
                continue
            if not id or id not in stated or (key == "parties" and _apart(node, stated[id])):
                kept.append(node)
            else:
                again = stated[id]
                what = f"{key}.{id}{_since(again)} is already stated at {node.where}{_since(node)}."
                mend = f"To change it, add '{id}' to 'replaces'."
                self._refuse(again, what, mend)
        value[key] = Node([*kept, *ours], value[key].where)

    def _mapping(self, key: str, value: dict[str, Node]) -> None:
        ours, theirs = self.over.get(key), self.base.get(key)
        if ours is None or theirs is None:
            return
        children, keys = {}, {}
        for id, node in theirs.mapping().items():
            again = ours.get(id)
            if id in self.without or (id in self.replaces and again is not None):
                self.used.add(id)
                continue
            children[id], keys[id] = node, theirs.keys[id]
            if again is not None and again.plain() != node.plain():
                what = f"{key}.{id} is already stated at {node.where}."
                self._refuse(again, what, f"To change it, add '{id}' to 'replaces'.")
        for id, node in ours.mapping().items():
            children.setdefault(id, node)
            keys.setdefault(id, ours.keys[id])
        value[key] = Node(children, ours.where, keys)


def _items(tree: Node, key: str) -> list[Node]:
    node = tree.get(key)
    return node.items() if node else []


def _id(node: Node, identity: str) -> str:
    held = node.get(identity)
    return held.value if held and isinstance(held.value, str) else ""


def _since(node: Node) -> str:
    """The first date that an item states, for a message."""
    for key in ("from", "starts", "due", "expires"):
        held = node.get(key)
        if held and isinstance(held.value, str):
            return f" ({key} {held.value})"
    steps = node.get("floor")
    first = steps.items()[0] if steps and steps.items() else None
    return _since(first) if first else ""


def _apart(a: Node, b: Node) -> bool:
    """Whether a membership ends before the other begins, so that both can stand."""
    first, last = a.get("until"), b.get("from")
    return bool(
        first
        and last
        and isinstance(first.value, str)
        and isinstance(last.value, str)
        and first.value <= last.value
    )
