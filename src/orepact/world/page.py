"""The measured tables of docs/data.md, kept between markers so that they cannot go stale."""

from __future__ import annotations

from collections.abc import Mapping
from statistics import median

import polars as pl

from orepact.errors import WorldError
from orepact.world.holdout import SEEDS
from orepact.world.register import register
from orepact.world.sources.inputs import inputs


def controls_table(table: pl.DataFrame) -> str:
    """Every control: shares in %, tonnes to four figures; outside its tolerance in bold."""
    lines = [
        "| control | published | here | off | tolerance | mark |",
        "|---|--:|--:|--:|--:|---|",
    ]
    for r in table.iter_rows(named=True):
        share = r["unit"] == "share"
        published, value = (
            f"{100 * r[c]:.1f} %" if share else f"{float(f'{r[c]:.4g}'):,.10g} t"
            for c in ("published", "value")
        )
        off = f"{100 * r['deviation']:+.1f} {'pp' if share else '%'}"
        limit = "above" if r["tolerance"] is None else f"{100 * r['tolerance']:g}"
        mark = r["mark"] if r["inside"] else f"**{r['mark']}**"
        why = f". {r['why']}" if r["why"] else ""
        lines.append(f"| {r['name']}{why} | {published} | {value} | {off} | {limit} | {mark} |")
    return "\n".join(lines)


def grades_table(stages: pl.DataFrame) -> str:
    """Grade of every stage, how its trade is known, and how far the balance moved output."""
    lines = [
        "| mineral | stage | grade | trade imputed | from a basket | output moved |",
        "|---|---|---|--:|--:|--:|",
    ]
    for r in stages.iter_rows(named=True):
        shares = f"{100 * r['imputed_share']:.0f} % | {100 * r['basket_share']:.0f} %"
        moved = f"{100 * r['moved']:.2f} %"
        lines.append(f"| {r['mineral']} | {r['stage']} | {r['grade']} | {shares} | {moved} |")
    return "\n".join(lines)


def withheld_codes_table(holdout: pl.DataFrame) -> str:
    """Errors when a code's matrix is withheld: of all trade, then of United States shares."""
    lines = [
        "| code | stage | error, flat | gravity | 2022 | US misplaced, flat | gravity | 2022 |",
        "|---|---|--:|--:|--:|--:|--:|--:|",
    ]
    rows = holdout.filter(pl.col("test") == "code")
    for key, part in rows.group_by("mineral", "stage", "code", maintain_order=True):
        by = {r["seed"]: r for r in part.iter_rows(named=True)}
        errors = " | ".join(f"{by[s]['wape']:.2f}" for s in SEEDS)
        us = " | ".join(_percent(by[s]["us_share"]) for s in SEEDS)
        lines.append(f"| {key[2]} | {key[0]} {key[1]} | {errors} | {us} |")
    return "\n".join(lines)


def released_table(holdout: pl.DataFrame) -> str:
    """Errors of the United States' cells when its own records are withheld."""
    lines = ["| mineral | stage | error of US cells | US imports misplaced |", "|---|---|--:|--:|"]
    for r in holdout.filter(pl.col("test") == "us").iter_rows(named=True):
        lines.append(
            f"| {r['mineral']} | {r['stage']} | {r['wape']:.2f} | {_percent(r['us_share'])} |"
        )
    return "\n".join(lines)


def reliance_table(reliance: pl.DataFrame) -> str:
    """United States import reliance, published, imposed and released; large misses explained."""
    lines = ["| figure | published | imposed | released | miss |", "|---|--:|--:|--:|--:|"]
    for r in reliance.sort("miss", descending=True).iter_rows(named=True):
        name = r["name"] + (f". {r['why']}" if r["why"] else "")
        published = ("> " if r["bound"] else "") + f"{100 * r['published']:.0f} %"
        found = " | ".join(f"{100 * r[c]:.0f} %" for c in ("imposed", "released"))
        lines.append(f"| {name} | {published} | {found} | {100 * r['miss']:.0f} pp |")
    exact = reliance.filter(~pl.col("bound"))
    off = [abs(i - p) for i, p in exact.select("imposed", "published").iter_rows()]
    lines += [
        "",
        "Median miss of the figures published without a bound: "
        f"{100 * median(off):.1f} points imposed, {100 * median(exact['miss']):.1f} released.",
    ]
    return "\n".join(lines)


def traders_table(traders: pl.DataFrame) -> str:
    """Part of trade by country placed otherwise than statistics the build does not read."""
    lines = [
        "| mineral | stages | imputed | exporters misplaced | importers misplaced |",
        "|---|---|--:|--:|--:|",
    ]
    for key, part in traders.group_by("mineral", "stages", maintain_order=True):
        by = dict(part.select("side", "misplaced").iter_rows())
        cells = (part["imputed"][0], by["exporter"], by["importer"])
        lines.append(f"| {key[0]} | {key[1]} | " + " | ".join(map(_percent, cells)) + " |")
    return "\n".join(lines)


def years_table(coverage: pl.DataFrame) -> str:
    """Share of output from a year's own statistics, stage by stage; a dash where not offered."""
    years = sorted(coverage["year"].unique())
    lines = [
        f"| mineral | {' | '.join(map(str, years))} |",
        f"|---|{'--:|' * len(years)}",
    ]
    for (mineral,), part in coverage.group_by("mineral", maintain_order=True):
        cells = []
        for year in years:
            rows = part.filter((pl.col("year") == year) & pl.col("offered"))
            shares = (f"{100 * x:.0f}" for x in rows["output_share"])
            cells.append(" / ".join(shares) or "-")
        lines.append(f"| {mineral} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{100 * share:.0f} %"


def by_products_table(capacity: pl.DataFrame) -> str:
    """By-products with a host bound: the world's, who exceeds it, who recovers least of it."""
    lines = [
        "| by-product | capacity | hosts allow (range) | above it | most not recovered |",
        "|---|--:|--:|---|---|",
    ]
    rows = capacity.filter(pl.col("host_t").is_not_null())
    for (name, stage), part in rows.group_by("mineral", "stage", maintain_order=True):
        low, host, high, cap = (part[c].sum() for c in ("host_low", "host_t", "host_high", "t"))
        over = ", ".join(part.filter(pl.col("bound") == "over host").sort("region")["region"])
        first = part.sort("potential", descending=True).head(4).filter(pl.col("potential") > 0)
        lost = ", ".join(
            f"{place} {float(f'{t:.3g}'):,.10g}"
            for place, t in first.select("region", "potential").iter_rows()
        )
        span = f"{host:,.0f} ({low:,.0f}-{high:,.0f})"
        lines.append(f"| {name} {stage} | {cap:,.0f} | {span} | {over or '-'} | {lost} |")
    return "\n".join(lines)


def baskets_table(baskets: pl.DataFrame) -> str:
    """Every basket: what it lumps, how it is split, and its share of EU imports."""
    lines = ["| stage | code | holds | split | EU share |", "|---|---|---|---|--:|"]
    for r in baskets.iter_rows(named=True):
        share = "" if r["share"] is None else f"{100 * r['share']:.0f} %"
        stage = f"{r['mineral']} {r['stage']}"
        lines.append(f"| {stage} | {r['code']} | {r['lumps']} | {r['split']} | {share} |")
    return "\n".join(lines)


def unverified_table() -> str:
    """The files whose reader has not seen an original, from ``inputs.toml``."""
    lines = ["| file | publisher | carries |", "|---|---|---|"]
    for f in inputs():
        if not f.verified:
            lines.append(f"| `{f.path}` | {register()[f.source].publisher} | {f.carries} |")
    return "\n".join(lines)


def alternatives_table(index: pl.DataFrame) -> str:
    """Where publishers disagree: output preferred and theirs, and why a chain is not offered."""
    lines = [
        "| mineral, stage | alternative | preferred, kt | theirs, kt | draws | what differs |",
        "|---|---|--:|--:|--:|---|",
    ]
    told = ""
    for r in index.iter_rows(named=True):
        base, own = (
            "not read" if t is None else f"{t / 1e3:,.1f}; {first} {share:.0%}"
            for t, first, share in (
                (r["base_t"], r["base_top"], r["base_top_share"]),
                (r["t"], r["top"], r["top_share"]),
            )
        )
        weight = f"{r['weight']:.0%}" if r["balanced"] else "none"
        what = r["what"] + (f" **Not balanced**: {r['why']}" if r["why"] else "")
        stage = f"{r['mineral']} {r['stage']}"
        again = "as above" if what == told else what
        lines.append(f"| {stage} | {r['id']} | {base} | {own} | {weight} | {again} |")
        told = what
    return "\n".join(lines)


def unnamed_share(flows: pl.DataFrame) -> str:
    """The largest share of a stage's United States imports that no source names the origin of."""
    into = flows.filter((pl.col("destination") == "USA") & (pl.col("origin") != "USA"))
    guess = (pl.col("kind") == "imputed") & (pl.col("source") == "usgs-mcs-2026")
    share = into.group_by("mineral", "stage").agg(
        x=pl.col("t").filter(guess).sum() / pl.col("t").sum()
    )
    return f"{100 * share.select(pl.col('x').max()).item():.0f} %"


def fill(text: str, tables: Mapping[str, pl.DataFrame]) -> str:
    """Put the measured tables between their markers, ``<!-- name -->`` to ``<!-- /name -->``.

    ``tables`` are the world's, by name. A page without one of the markers raises
    :class:`WorldError`.
    """
    parts = {
        "grades": grades_table(tables["stages"]),
        "years": years_table(tables["coverage"]),
        "controls": controls_table(tables["controls"]),
        "withheld": withheld_codes_table(tables["holdout"]),
        "released": released_table(tables["holdout"]),
        "reliance": reliance_table(tables["reliance"]),
        "traders": traders_table(tables["traders"]),
        "by-products": by_products_table(tables["capacity"]),
        "baskets": baskets_table(tables["baskets"]),
        "unverified": unverified_table(),
        "alternatives": alternatives_table(tables["alternatives/index"]),
    }
    for name, part in parts.items():
        start, end = f"<!-- {name} -->\n", f"<!-- /{name} -->"
        if start not in text or end not in text:
            raise WorldError(f"The page on data has no '<!-- {name} -->' ... '<!-- /{name} -->'.")
        head, _, rest = text.partition(start)
        text = f"{head}{start}{part}\n{end}{rest.partition(end)[2]}"
    head, start, rest = text.partition("<!-- unnamed -->")
    _, end, tail = rest.partition("<!-- /unnamed -->")
    if not (start and end):
        raise WorldError("The page on data has no '<!-- unnamed -->' ... '<!-- /unnamed -->'.")
    return head + start + unnamed_share(tables["flows"]) + end + tail
