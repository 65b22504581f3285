"""CEPII GeoDist: distances between countries, common borders, coasts."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import polars as pl

from orepact.catalogue import regions
from orepact.errors import WorldError
from orepact.world.sources.files import WHOLE, among, numbers, once, text_table

DISTANCES = "data/05_country/cepii_geodist/dist_cepii.csv.gz"
COUNTRIES = "data/05_country/cepii_geodist/geo_cepii.csv"

REPRESENTATIVE: Mapping[str, str] = MappingProxyType(
    {"EUN": "DEU", "XEU": "ALB", "XAS": "UZB", "XAF": "NGA", "XAM": "ECU", "XOC": "NZL"}
)
"""The country whose distances stand for a region of many (an assumption)."""

_CODES = {"COD": "ZAR", "SRB": "YUG", "ROU": "ROM", "TLS": "TMP", "PSE": "PAL"}
"""GeoDist keeps codes of before 1999."""

INLAND = frozenset({"COD"})
"""Coastal countries whose mines lie far inland (the DR Congo's copper belt)."""


FARTHEST = 20_040.0
"""Half the Earth's girth at the equator, km."""


def _geodist(region: str) -> str:
    country = REPRESENTATIVE.get(region, region)
    return _CODES.get(country, country)


def distances(raw: Path) -> pl.DataFrame:
    """Distances between regions: origin, destination, km, hauls, source, assumed.

    ``km`` is GeoDist's ``distw`` (population-weighted great circle). ``hauls`` counts the ends
    without a coast (0-2), none where the two share a border. Pairs of a region with itself are
    left out; where one country stands for many, the row is assumed. Raises
    :class:`WorldError` for a pair that GeoDist lacks.
    """
    code = {r: _geodist(r) for r in regions()}
    pairs = text_table(raw, DISTANCES, ("iso_o", "iso_d", "contig", "distw"))
    pairs = pairs.filter(
        pl.col("iso_o").is_in(list(code.values())) & pl.col("iso_d").is_in(list(code.values()))
    )
    pairs = once(pairs, DISTANCES, "iso_o", "iso_d")
    pairs = numbers(pairs.with_columns(pl.col("distw").replace(".", "")), DISTANCES, "distw")
    for r in pairs.filter(pl.col("distw") > FARTHEST).head(1).iter_rows(named=True):
        raise WorldError(
            f"'{DISTANCES}', row {r['row']}: {r['distw']:,.0f} km from {r['iso_o']} to "
            f"{r['iso_d']}, and the Earth allows {FARTHEST:,.0f}. Is it in metres? {WHOLE}"
        )
    pairs = among(pairs, DISTANCES, "contig", ("0", "1"))
    known = {(r["iso_o"], r["iso_d"]): r for r in pairs.iter_rows(named=True)}
    geo = text_table(raw, COUNTRIES, ("iso3", "landlocked"), encoding="utf8-lossy")
    geo = among(geo, COUNTRIES, "landlocked", ("0", "1"))
    closed = set(geo.filter(pl.col("landlocked") == "1")["iso3"]) | {_geodist(r) for r in INLAND}
    rows = []
    for o, co in code.items():
        for d, cd in code.items():
            if o == d:
                continue
            pair = known.get((co, cd))
            if pair is None or pair["distw"] is None:
                raise WorldError(
                    f"'{DISTANCES}' has no distance from {co} to {cd}. Choose another country to "
                    f"stand for {o} or {d}."
                )
            hauls = 0 if pair["contig"] == "1" else (co in closed) + (cd in closed)
            stands_for = o in REPRESENTATIVE or d in REPRESENTATIVE
            km = round(pair["distw"], 1)
            rows.append((o, d, km, hauls, "cepii-geodist", stands_for))
    names = ("origin", "destination", "km", "hauls", "source", "assumed")
    return pl.DataFrame(rows, schema=names, orient="row")
