"""Whom and what an instrument touches: regions, minerals, stages and customs codes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Annotated, Any, Literal

from orepact.catalogue import mineral, minerals, region, regions
from orepact.errors import UnknownIdError, nearest
from orepact.pact.base import Found, Reader, refuse, shown, split

Group = Literal["members", "non_members", "all"]
Target = tuple[str, str]
"""A mineral's id and the id of one of its stages."""


def _region(code: Any) -> Found | None:
    if not isinstance(code, str):
        return Found((), f"{shown(code)} is not a region.", "Write its code, as USA or EUN.")
    try:
        canonical = region(code)
    except UnknownIdError as error:
        return Found((), *split(error))
    if canonical != code:
        return Found((), f"'{code}' belongs to region {canonical}.", f"Write '{canonical}'.")
    return None


def _mineral(name: Any) -> Found | None:
    if not isinstance(name, str):
        return Found((), f"{shown(name)} is not a mineral.", "Write its id, as gallium.")
    try:
        canonical = mineral(name).id
    except UnknownIdError:
        return Found((), f"Unknown mineral '{name}'.", _nearest_mineral(name))
    if canonical != name:
        return Found((), f"'{name}' is not an id of the catalogue.", f"Write '{canonical}'.")
    return None


def _nearest_mineral(name: str) -> str:
    """The hint for a misspelt mineral: ids first, then names and aliases."""
    names = {w: m.id for m in minerals().values() for w in (m.name.lower(), *m.aliases, m.id)}
    close = nearest(name, names)
    if not close.startswith("Did you mean"):
        return nearest(name, minerals())
    meant = close.split("'")[1]
    return f"Did you mean '{names[meant]}'?"


def _stage(name: Any) -> Found | None:
    known = dict.fromkeys(s for m in minerals().values() for s in m.stage_ids)
    if isinstance(name, str) and name in known:
        return None
    return Found((), f"Unknown stage {shown(name)}.", nearest(str(name), known))


def _text(value: Any) -> Any:
    return value


def _one(check: Callable[[Any], Found | None]) -> Callable[[Any], str]:
    def read(raw: Any) -> str:
        found = check(raw)
        if found:
            raise refuse([found])
        return str(raw)

    return read


def _many(
    check: Callable[[Any], Found | None], words: tuple[str, ...], example: str
) -> Callable[[Any], Any]:
    """Read one of ``words`` or a list without repetition whose items pass ``check``."""

    def read(raw: Any) -> Any:
        if isinstance(raw, str):
            if raw in words:
                return raw
            hint = nearest(raw, words) if words else ""
            mend = f"{hint} Or write a list, as {example}." if words else f"Write {example}."
            raise refuse([Found((), f"'{raw}' stands where a list is expected.", mend.strip())])
        if not isinstance(raw, list | tuple) or not raw:
            either = f"{', '.join(words)} or {example}" if words else example
            raise refuse([Found((), f"{shown(raw)} stands here.", f"Write {either}.")])
        found = []
        for i, item in enumerate(raw):
            wrong = check(item)
            if wrong:
                found.append(Found((i, *wrong.path), wrong.what, wrong.mend))
            elif item in raw[:i]:
                found.append(Found((i,), f"'{item}' stands twice.", "Keep one."))
        if found:
            raise refuse(found)
        return tuple(raw)

    return read


def _schema(ids: Iterable[str], words: tuple[str, ...] = ()) -> dict[str, Any]:
    item = {"type": "string", "enum": list(ids)}
    many = {"type": "array", "items": item, "minItems": 1, "uniqueItems": True}
    return {"anyOf": [{"enum": list(words)}, many]} if words else many


def _write(value: Any) -> Any:
    return value if isinstance(value, str) else list(value)


_STAGES = tuple(dict.fromkeys(s for m in minerals().values() for s in m.stage_ids))
_GROUPS = ("members", "non_members", "all")

Region = Annotated[str, Reader(_one(_region), str, {"type": "string", "enum": list(regions())})]
MineralId = Annotated[str, Reader(_one(_mineral), str, {"type": "string", "enum": [*minerals()]})]
StageId = Annotated[str, Reader(_one(_stage), str, {"type": "string", "enum": [*_STAGES]})]
Regions = Annotated[
    tuple[str, ...], Reader(_many(_region, (), "[USA, MEX]"), _write, _schema(regions()))
]
Minerals = Annotated[
    Literal["all"] | tuple[str, ...],
    Reader(_many(_mineral, ("all",), "[zinc, copper]"), _write, _schema(minerals(), ("all",))),
]
Stages = Annotated[
    Literal["all"] | tuple[str, ...],
    Reader(_many(_stage, ("all",), "[refined]"), _write, _schema(_STAGES, ("all",))),
]
MineralList = Annotated[
    tuple[str, ...], Reader(_many(_mineral, (), "[zinc, copper]"), _write, _schema(minerals()))
]
Members = Annotated[
    Literal["members"] | tuple[str, ...],
    Reader(_many(_region, ("members",), "[USA, MEX]"), _write, _schema(regions(), ("members",))),
]
Whom = Annotated[
    Group | tuple[str, ...],
    Reader(_many(_region, _GROUPS, "[CHN]"), _write, _schema(regions(), _GROUPS)),
]


def matched(wanted: Literal["all"] | tuple[str, ...], stages: Any) -> tuple[Target, ...]:
    """Return the pairs of mineral and stage that two selections name.

    ``"all"`` minerals with named stages takes the minerals that have them; a named mineral
    with ``"all"`` stages takes all of its stages. Named pairs that do not exist are left to
    :func:`mismatches`.

    >>> matched(("gallium",), "all")
    (('gallium', 'primary'), ('gallium', 'high_purity'))
    """
    chosen = tuple(minerals()) if wanted == "all" else wanted
    return tuple(
        (m, s) for m in chosen for s in minerals()[m].stage_ids if stages == "all" or s in stages
    )


def mismatches(wanted: Literal["all"] | tuple[str, ...], stages: Any) -> list[Found]:
    """Return one mistake per named stage that a named mineral does not have."""
    if wanted == "all" or stages == "all":
        return []
    return [
        Found((), f"{m} has no stage '{s}'.", nearest(s, minerals()[m].stage_ids))
        for m in wanted
        for s in stages
        if s not in minerals()[m].stage_ids
    ]
