"""IEA Critical Minerals Data Explorer: mining and refining by country, kt contained."""

from __future__ import annotations

import json
from pathlib import Path

from orepact.errors import WorldError
from orepact.world.sources.files import find

EXPLORER = "data/01_production/iea/iea_barrytho.json"

NAMES = {
    "Argentina": "ARG", "Australia": "AUS", "Brazil": "BRA", "Canada": "CAN", "Chile": "CHL",
    "China": "CHN", "Democratic Republic of Congo": "COD", "Estonia": "EST", "Finland": "FIN",
    "France": "FRA", "Germany": "DEU", "India": "IND", "Indonesia": "IDN", "Japan": "JPN",
    "Korea": "KOR", "Madagascar": "MDG", "Malaysia": "MYS", "Mexico": "MEX", "Mozambique": "MOZ",
    "Myanmar": "MMR", "New Caledonia": "NCL", "Norway": "NOR", "Peru": "PER", "Philippines": "PHL",
    "Russia": "RUS", "Sweden": "SWE", "Tanzania": "TZA", "United States": "USA",
    "Viet Nam": "VNM", "Zambia": "ZMB", "Zimbabwe": "ZWE", "Rest of world": "",
}  # fmt: skip


def output(raw: Path, mineral: str, stage: str, year: int = 2024) -> dict[str, float]:
    """Output of one mineral at "mining" or "refining" by ISO3, t; '' is the rest of the world.

    Entries without a figure in any year are the publisher's footnotes and are dropped. Raises
    :class:`WorldError` for a missing mineral, stage or year, an unknown country, a figure that
    is not a number, or countries that do not add up to the printed total within 1 %.
    """
    try:
        book = json.loads(find(raw, EXPLORER).read_text("utf-8"))
        held = book["supply"][mineral][stage]
        countries, total = held["countries"], held["total"][str(year)]
    except (ValueError, KeyError, TypeError) as bad:
        raise WorldError(
            f"'{EXPLORER}' has no {stage} of {mineral} in {year}: {bad!r}. "
            "Is it the publisher's own file, whole?"
        ) from bad
    out = {}
    for name, by_year in countries.items():
        if not by_year or set(by_year.values()) == {None}:
            continue
        if name not in NAMES:
            raise WorldError(f"'{EXPLORER}', {mineral} {stage}: unknown country '{name}'.")
        value = by_year.get(str(year))
        if not isinstance(value, int | float) or not 0 <= value < float("inf"):
            raise WorldError(f"'{EXPLORER}', {mineral} {stage}: {name} has {value!r} in {year}.")
        out[NAMES[name]] = value * 1000.0
    if abs(sum(out.values()) / 1000.0 / total - 1) > 0.01:
        raise WorldError(
            f"'{EXPLORER}', {mineral} {stage}: countries add up to {sum(out.values()) / 1000:,.1f} "
            f"kt in {year}, the total is {total:,.1f}. Is a country missing, or in another unit?"
        )
    return out
