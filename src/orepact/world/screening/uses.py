"""What is made with each mineral: shares of use, industries, and what would stop without it.

Shares come from the EU study (they stand in for the United States, whose shares the survey gives
only in prose) or are assumed; the industries and tiers are this project's own judgement.
"""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

import polars as pl

from orepact.catalogue import minerals, screened_minerals
from orepact.errors import UnknownIdError, WorldError, nearest
from orepact.world.register import ASSUMPTION
from orepact.world.sources import eu_crm

SLACK = 0.02
"""How far shares of use may miss one before what is missing gets a row, as for supply."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """One row of the judgements: an application, its industries and their tier.

    ``stages`` are those of the chain at which it buys; none stands for all.
    """

    mineral: str
    application: str
    stages: tuple[str, ...]
    share: float | None
    codes: tuple[str, ...]
    tier: str
    reason: str


@cache
def tiers() -> Mapping[str, tuple[float, float, float]]:
    """Dependence low, central and high by tier.

    >>> tiers()["niche"]
    (0.005, 0.02, 0.05)
    """
    raw = tomllib.loads(files(__package__).joinpath("uses.toml").read_text("utf-8"))
    return {k: (v[0], v[1], v[2]) for k, v in raw["tiers"].items()}


@cache
def shipped() -> tuple[Judgement, ...]:
    """The judgements that ship with the package."""
    here = files(__package__)
    groups = tomllib.loads(here.joinpath("uses.toml").read_text("utf-8"))["groups"]
    return judgements(here.joinpath("uses.csv").read_text("utf-8"), groups)


def judgements(text: str, groups: Mapping[str, list[str]]) -> tuple[Judgement, ...]:
    """Parse the sheet of judgements; an unknown mineral, group or tier names its line."""
    out = []
    for line, r in enumerate(csv.DictReader(text.splitlines()), start=2):
        where = f"uses.csv, line {line}"
        if None in r or None in r.values():
            raise WorldError(f"{where}: seven fields are needed. Quote a name that holds a comma.")
        if r["mineral"] not in screened_minerals():
            hint = nearest(r["mineral"], screened_minerals())
            raise WorldError(f"{where}: unknown mineral '{r['mineral']}'. {hint}")
        unknown = [g for g in r["groups"].split() if g not in groups]
        if unknown:
            raise WorldError(
                f"{where}: unknown group '{unknown[0]}'. {nearest(unknown[0], groups)}"
            )
        if bool(r["groups"]) != bool(r["tier"]) or (r["tier"] and r["tier"] not in tiers()):
            raise WorldError(
                f"{where}: tier {r['tier']!r} for groups {r['groups']!r}. Groups need one of "
                f"{', '.join(tiers())}; without groups there is none."
            )
        chain = screened_minerals()[r["mineral"]].chain
        for stage in (stages := tuple(r["stage"].split())):
            if chain not in minerals():
                raise WorldError(f"{where}: {r['mineral']} has no chain, so no stage '{stage}'.")
            try:
                minerals()[chain].stage(stage)
            except UnknownIdError as bad:
                raise WorldError(f"{where}: {bad}") from bad
        codes = tuple(dict.fromkeys(c for g in r["groups"].split() for c in groups[g]))
        share = float(r["share"]) if r["share"] else None
        names = (r["mineral"], r["application"])
        out.append(Judgement(*names, stages, share, codes, r["tier"], r["reason"]))
    return tuple(out)


def _given(raw: Path) -> dict[str, dict[str, tuple[float, int]]]:
    """Shares of use by mineral and application from the study, with the line."""
    held = eu_crm.uses(raw)
    out: dict[str, dict[str, tuple[float, int]]] = {}
    for id, m in screened_minerals().items():
        for r in held.filter(pl.col("material").is_in(list(m.eu))).iter_rows(named=True):
            have, row = out.setdefault(id, {}).get(r["application"], (0.0, r["row"]))
            out[id][r["application"]] = (have + r["share"], row)
    return out


def table(raw: Path, industries: tuple[str, ...], judged: tuple[Judgement, ...]) -> pl.DataFrame:
    """``uses``: one row per mineral, application and industry.

    Columns mineral, application, stage ('' for all), share (the same on each of the application's
    rows), of ('': share of the mineral's use; a stage: of the use at that stage, of which the study
    says nothing), industry ('' where none is named), tier, low, central, high (dependence), source
    and row of the share, share_assumed, reason. Dependence is assumed throughout. Shares add up to
    one by mineral and ``of``: what they leave open is the application 'unallocated'.
    """
    given = _given(raw)
    shares = _shares(given, judged)
    out = []
    for j in judged:
        strange = [c for c in j.codes if c not in industries]
        if strange:
            raise WorldError(f"{j.mineral}, {j.application}: no industry '{strange[0]}'.")
        share, row, of = shares[j.mineral][j.application]
        stage = " ".join(j.stages)
        source = "eu-crm-2023" if row else ASSUMPTION
        for code in j.codes or ("",):
            low, central, high = tiers()[j.tier] if j.tier else (0.0, 0.0, 0.0)
            out.append((j.mineral, j.application, stage, share, of, code, j.tier,
                        low, central, high, source, row, row == 0, j.reason))  # fmt: skip
    for mineral, mine in shares.items():
        if "unallocated" in mine:
            out.append((mineral, "unallocated", "", mine["unallocated"][0], "", "", "", 0.0, 0.0,
                        0.0, "eu-crm-2023", 0, False, "the study leaves it open"))  # fmt: skip
    names = ("mineral", "application", "stage", "share", "of", "industry", "tier",
             "low", "central", "high", "source", "row", "share_assumed", "reason")  # fmt: skip
    return pl.DataFrame(out, schema=list(names), orient="row")


def _shares(
    given: Mapping[str, Mapping[str, tuple[float, int]]], judged: tuple[Judgement, ...]
) -> dict[str, dict[str, tuple[float, int, str]]]:
    """Share, line (0: assumed) and of what it is a share, by mineral and application."""
    held: dict[str, dict[str, tuple[float, int]]] = {}
    out: dict[str, dict[str, tuple[float, int, str]]] = {}
    for j in judged:
        study = given.get(j.mineral, {})
        if (j.share is None) != (j.application in study):
            raise WorldError(
                f"{j.mineral}: application '{j.application}' "
                + ("has a share of its own although the study gives one."
                   if j.share is not None else
                   f"is not in the study, which has {'; '.join(study) or 'none'}.")
            )  # fmt: skip
        value = study[j.application] if j.share is None else (j.share, 0)
        held.setdefault(j.mineral, {})[j.application] = value
    for id in screened_minerals():
        missed = set(given.get(id, {})) - set(held.get(id, {}))
        if missed or id not in held:
            raise WorldError(f"{id}: no judgement on {', '.join(sorted(missed)) or 'any use'}.")
        whole, apart = _apart(held[id], [j for j in judged if j.mineral == id])
        total = sum(v for v, _ in whole.values())
        assumed = all(row == 0 for _, row in whole.values())
        if assumed and abs(total - 1) > 1e-9:
            raise WorldError(f"{id}: assumed shares of use add up to {total}, not to 1.")
        if total > 1 + SLACK + 1e-9:
            raise WorldError(f"{id}: shares of use add up to {total}, more than 1.")
        if total < 1 - SLACK - 1e-9:
            whole["unallocated"] = (1 - total, 0)
            total = 1.0
        out[id] = {k: (v / total, row, "") for k, (v, row) in whole.items()} | apart
    return out


def _apart(
    mine: Mapping[str, tuple[float, int]], judged: list[Judgement]
) -> tuple[dict[str, tuple[float, int]], dict[str, tuple[float, int, str]]]:
    """Shares of the mineral's use, and those of stages of which the study says nothing."""
    at = {j.application: " ".join(j.stages) for j in judged}
    told = {at[a] for a, (_, row) in mine.items() if row}
    apart = {a: (*v, at[a]) for a, v in mine.items() if told and at[a] not in told}
    for stage in {of for *_, of in apart.values()}:
        total = sum(v for v, _, of in apart.values() if of == stage)
        if abs(total - 1) > 1e-9:
            raise WorldError(
                f"{judged[0].mineral} {stage}: assumed shares of use add up to {total}, not to 1."
            )
    return {a: v for a, v in mine.items() if a not in apart}, apart
