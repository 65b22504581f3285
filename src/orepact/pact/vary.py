"""A variant of a pact: the same agreement with other floors, members, a tariff or a ban.

Every change is a new pact that reads, checks and writes like any other; what it adds carries the
source ``variant``, so that nobody takes it for something that a text says.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from orepact import units
from orepact.catalogue import mineral as find
from orepact.catalogue import region
from orepact.errors import InputError
from orepact.pact.agreement import Pact
from orepact.pact.party import Source
from orepact.pact.trade import PriceFloor

SOURCE = "variant"
"""Id of the source of everything that a variant adds."""

TARIFF, BAN = "variant-tariff", "variant-ban"
"""Ids of the instruments that a variant adds."""

_SCENARIO = {"status": "scenario"}
_SAID = Source(title="Set by the user of this variant", publisher="the user", confidence="inferred")


def vary(
    pact: Pact,
    mineral: str,
    on: date,
    *,
    floors: Mapping[str, str] | None = None,
    tariff: str | None = None,
    ban: str | None = None,
    by: str = "CHN",
    members: Iterable[str] | None = None,
) -> Pact:
    """A pact with other terms for one mineral from the day ``on``.

    ``floors`` gives a floor by stage with its unit, per contained tonne or in the substance that
    the pact's own floor there is stated in; ``0 USD/t`` takes it off. ``tariff`` is charged by
    members on imports of every stage from non-members, on top of what stands. ``ban`` is the
    share of the exports of ``by`` to members that it stops, at every stage. ``members`` are the
    parties, in place of those of the pact. Raises :class:`~orepact.errors.InputError` for what is
    unknown or has no unit, and whatever a pact raises whose parts contradict each other.

    >>> from orepact.pact import read
    >>> held = vary(read("us-mexico-2026"), "ndpr", date(2027, 12, 31),
    ...             floors={"oxide": "130 USD/kg"}, tariff="10 %", members=["USA", "MEX", "CAN"])
    >>> held.members(date(2027, 12, 31)), held.instrument("ndpr-oxide").floor_at(date(2027, 12, 31))
    (('USA', 'MEX', 'CAN'), Decimal('1.30E+5'))
    """
    id = find(mineral).id
    if members is not None:
        pact = _with_members(pact, tuple(members), on)
    gone: list[str] = []
    added: list[dict[str, Any]] = []
    for stage, level in (floors or {}).items():
        held = floor_on(pact, id, find(id).stage(stage).id, on)
        if held is not None and units.price(level) == held.floor.at(on):
            continue
        gone += [held.id] if held else []
        added += _floor(held, id, stage, level, on)
    if tariff is not None and units.share(tariff):
        added.append(_tariff(id, tariff, on))
    if ban is not None and units.share(ban):
        if region(by) in pact.members(on):
            raise InputError(
                f"{by} is a member on {on}: a ban on its exports to members would be on itself. "
                "Name an exporter outside the pact, or leave it out of the members."
            )
        added.append(_ban(id, ban, region(by), on))
    return pact.with_sourced(SOURCE, _SAID, added, gone) if added or gone else pact


def floor_on(pact: Pact, mineral: str, stage: str, on: date) -> PriceFloor | None:
    """The floor that a pact has at one stage on a day, held by all members first."""
    held = [
        i
        for i in pact.in_force(on)
        if isinstance(i, PriceFloor) and i.targets() == ((mineral, stage),) and i.mode != "none"
    ]
    return min(held, key=lambda i: i.in_ != "members", default=None)


def _floor(
    held: PriceFloor | None, mineral: str, stage: str, level: str, on: date
) -> list[dict[str, Any]]:
    """The floor in place of the one held, with its other terms; none where it is taken off."""
    amount = units.price(level)
    if amount < 0:
        raise InputError(f"Floor {level} on {stage} is below zero. Write 0 USD/t to take it off.")
    if not amount:
        return []
    value = {"from": on.isoformat(), "value": level}
    if held is not None:
        kept = held.model_dump(mode="json", by_alias=True, exclude_none=True, exclude_defaults=True)
        return [{**kept, **_SCENARIO, "kind": "price_floor", "floor": [value]}]
    return [{
        **_SCENARIO, "kind": "price_floor", "id": f"{mineral}-{stage}-variant", "mineral": mineral,
        "stage": stage, "floor": [value], "mode": "period_levy",
        "basis": {"incoterm": "importer", "content": find(mineral).unit.removeprefix("t ")},
        "reference": {"rule": "lowest_non_member", "scope": "destination"},
    }]  # fmt: skip


def _tariff(mineral: str, rate: str, on: date) -> dict[str, Any]:
    return {
        **_SCENARIO, "kind": "trade_action", "id": TARIFF, "action": "tariff",
        "minerals": [mineral], "stages": "all", "by": "members", "against": "non_members",
        "stacking": "add", "rate": [{"from": on.isoformat(), "value": rate}],
    }  # fmt: skip


def _ban(mineral: str, share: str, by: str, on: date) -> dict[str, Any]:
    return {
        **_SCENARIO, "kind": "trade_action", "id": BAN, "action": "export_ban",
        "minerals": [mineral], "stages": "all", "by": [by], "against": "members",
        "share": [{"from": on.isoformat(), "value": share}],
    }  # fmt: skip


def _with_members(pact: Pact, members: tuple[str, ...], on: date) -> Pact:
    if not members:
        raise InputError("A pact needs a member. Name at least one.")
    codes, held = tuple(dict.fromkeys(region(c) for c in members)), pact.members(on)
    for code in codes:
        if code not in held:
            pact = pact.with_member(code, on, _again(pact, code, on))
    gone = [c for c in held if c not in codes]
    return pact.without(*gone) if gone else pact


def _again(pact: Pact, code: str, on: date) -> date | None:
    """The day on which a party of the pact would enter anyway: an earlier entry ends there."""
    later = [p.from_ for p in pact.parties if p.code == code and p.from_ > on]
    return min(later, default=None)


def last_day(year: int) -> date:
    """The day on which a year's variant is computed: what begins in the year then holds.

    >>> last_day(2027)
    datetime.date(2027, 12, 31)
    """
    return date(year + 1, 1, 1) - timedelta(days=1)
