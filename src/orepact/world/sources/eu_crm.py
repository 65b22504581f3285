"""European Commission, study on critical raw materials 2023: supply shares, uses, criticality.

Shares are text ("28.4%", "<0.1%", "6" without its sign) and averages of about 2016-2020; the
trade parameter t scales a supplier's share for export restrictions and agreements.
"""

from __future__ import annotations

from pathlib import Path

import polars as pl

from orepact.catalogue import countries
from orepact.errors import WorldError
from orepact.world.sources.files import WHOLE, given, numbers, once, text_table

FOLDER = "data/01_production/eu_crm"
GLOBAL = f"{FOLDER}/fact_GlobalSupplyShares_t.csv"
EU = f"{FOLDER}/fact_EUSupplyShares_t.csv"
USES = f"{FOLDER}/fact_MaterialUseShares.csv"
CRITICALITY = f"{FOLDER}/dimension_CRMsOverTime.csv"
STAGES = {"E": "mined", "P": "refined"}

_NAMES = {
    "Congo, D.R.": "COD", "Cote d'Ivoire": "CIV", "Korea, South": "KOR", "South Korea": "KOR",
    "Korea, North": "PRK", "Türkiye": "TUR", "Turkyie": "TUR", "Brasil": "BRA", "Brasilia": "BRA",
    "Brunei Darussalam": "BRN", "Cape Verde": "CPV", "Libanon": "LBN", "Surinam": "SUR",
    "Bosnia and Herzegovina": "BIH", "Trinidad and Tobago": "TTO", "Kosovo": "SRB",
    "Hong Kong": "HKG",
}  # fmt: skip
"""The study's spellings. Kosovo has no code of its own in the catalogue and counts as Serbia."""


def country(name: str, where: str) -> str:
    """ISO3 code of a country as the study spells it, or :class:`WorldError`."""
    clean = name.strip()
    if clean in _NAMES:
        return _NAMES[clean]
    for c in countries().values():
        if c.name == clean:
            return c.iso3
    raise WorldError(f"{where}: the study names a country '{name}' the catalogue does not know.")


def share(text: str, where: str) -> tuple[float, bool]:
    """One share and whether it is only a bound.

    >>> share("28.4%", "x"), share("<0.1%", "x"), share("6", "x")
    ((0.284, False), (0.0005, True), (0.06, False))
    """
    clean = text.strip()
    bound = clean[:1] in "<>"
    try:
        value = float(clean.lstrip("<>").rstrip("%")) / 100
    except ValueError:
        raise WorldError(f"{where}: share {text!r} is not a percentage. {WHOLE}") from None
    if not 0 <= value <= 1:
        raise WorldError(f"{where}: share {text!r} is not between 0 and 100 %. {WHOLE}")
    return (value / 2 if clean[0] == "<" else value), bound


def supply(raw: Path, name: str = GLOBAL) -> pl.DataFrame:
    """Shares of supply, to the world or to the EU.

    Columns material, stage (mined, refined), iso3, share, bound, t, row. A country spelt two ways
    is added up. "<0.1%" counts as half its bound.
    """
    rows = text_table(raw, name, ("Material", "Stage", "Country", "Share", "t"), "latin1")
    rows = numbers(once(rows, name, "Material", "Stage", "Country"), name, "t")
    rows = given(rows, name, "Material", "Country", "Share")
    out = []
    for r in rows.iter_rows(named=True):
        where = f"'{name}', row {r['row']}"
        if r["Stage"] not in STAGES:
            raise WorldError(f"{where}: stage {r['Stage']!r} is neither E nor P. {WHOLE}")
        value, bound = share(r["Share"], where)
        iso3 = country(_unmixed(r["Country"]), where)
        out.append(
            (r["Material"].strip(), STAGES[r["Stage"]], iso3, value, bound, r["t"], r["row"])
        )
    frame = pl.DataFrame(
        out, schema=["material", "stage", "iso3", "share", "bound", "t", "row"], orient="row"
    )
    keys = ["material", "stage", "iso3"]
    return frame.group_by(keys, maintain_order=True).agg(
        pl.col("share").sum(), pl.col("bound").all(), pl.col("t").max(), pl.col("row").min()
    )


def _unmixed(text: str) -> str:
    """Undo UTF-8 that was read as Latin-1; text that was Latin-1 all along is left alone."""
    try:
        return text.encode("latin1").decode("utf8")
    except UnicodeError:
        return text


def uses(raw: Path) -> pl.DataFrame:
    """Shares of use by application: columns material, application, share, bound, nace, row.

    Rows repeated word for word are one row.
    """
    rows = text_table(raw, USES, ("Material", "Application", "Share", "NACE sector"), "latin1")
    rows = rows.unique(["Material", "Application", "Share", "NACE sector"], keep="first",
                       maintain_order=True)  # fmt: skip
    out = []
    for r in rows.iter_rows(named=True):
        value, bound = share(r["Share"], f"'{USES}', row {r['row']}")
        nace = " ".join((r["NACE sector"] or "").split())
        out.append((r["Material"].strip(), r["Application"].strip(), value, bound, nace, r["row"]))
    return pl.DataFrame(
        out, schema=["material", "application", "share", "bound", "nace", "row"], orient="row"
    )


def criticality(raw: Path) -> pl.DataFrame:
    """Published supply risk and economic importance: columns material, year, sr, ei, row.

    A dash is a material that the edition did not assess: null.
    """
    rows = text_table(raw, CRITICALITY, ("Material", "Year", "SR", "EI"), "latin1")
    rows = once(rows, CRITICALITY, "Material", "Year")
    rows = rows.with_columns(pl.col("SR", "EI").str.strip_chars().replace("-", ""))
    rows = numbers(rows, CRITICALITY, "SR", "EI")
    name = pl.col("Material").str.replace_all(r"\s+", " ").str.strip_chars()
    return rows.select(name.alias("material"), pl.col("Year").alias("year").str.strip_chars(),
                       pl.col("SR").alias("sr"), pl.col("EI").alias("ei"), "row")  # fmt: skip


INDICES_2017 = "cases/eu_crm_2017_supply_risk.csv"


def indices_2017(raw: Path) -> pl.DataFrame:
    """Recycling input rate, substitution index, import reliance of the study of 2017, where held.

    Columns material, eol_rir, si, ir (null where not held), row; a share of one each.
    """
    rows = text_table(raw, INDICES_2017, ("material", "eol_rir", "si_sr", "import_reliance"))
    rows = once(rows, INDICES_2017, "material")
    rows = numbers(rows, INDICES_2017, "eol_rir", "si_sr", "import_reliance")
    wrong = rows.filter(~pl.col("eol_rir").is_between(0, 1) | ~pl.col("si_sr").is_between(0, 1))
    if len(wrong):
        raise WorldError(
            f"'{INDICES_2017}', row {wrong['row'][0]}: an index beyond 0 and 1. {WHOLE}"
        )
    renamed = rows.rename({"si_sr": "si", "import_reliance": "ir"})
    return renamed.select("material", "eol_rir", "si", "ir", "row")
