"""WITS/TRAINS preference beneficiaries: who belongs to which trade agreement (to about 2019)."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import polars as pl

from orepact.catalogue import POOLS, countries
from orepact.errors import WorldError
from orepact.world.sources.files import text_table

MEMBERS = "data/04_tariffs/rta/RTA_members_wits_trains.csv"

_UNION = "918"
_OLDER = {"234": "FRO", "736": "SDN", "891": "SRB", "230": "ETH", "280": "DEU", "200": "CZE"}


def members(raw: Path, groups: Collection[str]) -> dict[str, frozenset[str]]:
    """Regions in each group. The EU counts where all its countries are listed; pools never do.

    Raises :class:`WorldError` for a group that is not in the file or a country code unknown.
    """
    table = text_table(raw, MEMBERS, ("PARTNER", "Country"), encoding="utf8-lossy", open_end=True)
    numeric = {c.numeric: c for c in countries().values()}
    union = {c.iso3 for c in countries().values() if c.region == "EUN"}
    out = {}
    for group in groups:
        rows = table.filter(pl.col("PARTNER") == group)
        if rows.is_empty():
            raise WorldError(f"'{MEMBERS}' has no group '{group}'.")
        listed: set[str] = set()
        for line, code in rows.select("row", "Country").iter_rows():
            padded = str(code).strip().zfill(3)
            if padded == _UNION:
                listed |= union
                continue
            if padded not in numeric and padded not in _OLDER:
                raise WorldError(
                    f"'{MEMBERS}', row {line}: group {group} has an unknown country code {code!r}."
                )
            listed.add(_OLDER[padded] if padded in _OLDER else numeric[padded].iso3)
        own = {iso for iso in listed if countries()[iso].region not in POOLS}
        out[group] = frozenset(own | ({"EUN"} if union <= listed else set()))
    return out
