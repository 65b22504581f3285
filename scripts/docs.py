"""Write docs/results.md, docs/cases.md, DATA-LICENCES.md and the pictures from real runs."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import polars as pl

from orepact import __version__, pact, report, world
from orepact.catalogue import mineral, region_name
from orepact.market import RESULTS, calibrate, solve
from orepact.market.instruments import wedges
from orepact.report import vulnerability
from orepact.report.structures import structures_table
from orepact.study.bills import shipped
from orepact.study.downstream import downstream
from orepact.study.engines import engines
from orepact.study.metrics import WORLD, Key
from orepact.study.published import china_stop
from orepact.study.screen import screen
from orepact.study.shifting import shifting
from orepact.study.simulate import Figure, Run, simulate
from orepact.study.stops import PARTIES
from orepact.world import licences
from orepact.world.compiled import TABLES
from orepact.world.page import fill

ROOT = Path(__file__).parent.parent
PACTS = ("us-mexico-2026", "plurilateral-2026")


def table(head: Iterable[str], rows: Iterable[Iterable[object]]) -> list[str]:
    """A Markdown table."""
    head = list(head)
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return lines + ["| " + " | ".join(str(c) for c in row) + " |" for row in rows] + [""]


def percent(f: Figure) -> str:
    """Change in per cent of the base, median and range."""
    if not f.base or not np.isfinite(f.base) or f.change is None:
        return "-"
    low, mid, high = (100 * c / abs(f.base) for c in f.change)
    if not np.isfinite(mid):
        return "-"
    return f"{mid:+.1f} % ({low:+.1f} to {high:+.1f})"


def tonnes(f: Figure) -> str:
    """Change in tonnes, median and range."""
    if f.change is None or not np.isfinite(f.change[1]) or abs(f.base) < 1e-9:
        return "-"
    low, mid, high = f.change
    return (
        f"{mid:+,.4g} ({low:+,.4g} to {high:+,.4g})"
        if abs(f.base) < 1e3
        else (f"{mid:+,.0f} ({low:+,.0f} to {high:+,.0f})")
    )


def millions(f: Figure, change: bool = True) -> str:
    """USD million, median and range."""
    values = f.change if change else f.after
    if values is None or not np.isfinite(values[1]):
        return "-"
    low, mid, high = (v / 1e6 for v in values)
    return f"{mid:+,.1f} ({low:+,.1f} to {high:+,.1f})"


def result_tables(run: Run) -> list[str]:
    """What the pact does, by mineral; and welfare by region."""
    members = run.members
    lines = [
        f"## {run.pact.title.in_('en')}",
        "",
        f"`orepact simulate {run.pact.id}`: {', '.join(map(region_name, members))}, on {run.on}, "
        f"{run.draws} draws, seed {run.seed}.",
        "",
    ]
    rows = []
    for name, r in run.minerals.items():
        bound = [e for e in r.effects if e.kind == "price_floor"]
        for stage in r.chain.stages:
            state = [e.state for e in bound if e.id in _floors(run, name, stage)]
            if not state:
                continue
            for m in members:
                rows.append(
                    (
                        f"{mineral(name).name}, {stage}",
                        r.chain.grade[stage],
                        state[0],
                        m,
                        percent(r.figures[Key(stage, m, "buyers' price")]),
                        percent(r.figures[Key(stage, m, "output")]),
                        tonnes(r.figures[Key(stage, m, "imports from non-members")]),
                        millions(r.figures[Key(stage, m, "floor levy")], change=False),
                    )
                )
    head = (
        "stage with a floor", "grade", "floor", "member", "buyers' price", "output",
        "imports from non-members, t", "levy, USD million",
    )  # fmt: skip
    lines += table(head, rows)
    lines += ["Change of welfare, USD million a year, median and 5-95 % range:", ""]
    shown = (*run.regions, WORLD)
    lines += table(
        ("mineral", *shown),
        (
            (mineral(n).name, *(millions(r.figures[Key("", c, "welfare")]) for c in shown))
            for n, r in run.minerals.items()
        ),
    )
    lines += product_table(run)
    flagged = [f"- **{mineral(n).name}**: {w}" for n, r in run.minerals.items() for w in r.warnings]
    return lines + (["Warnings that the runs carry:", "", *flagged, ""] if flagged else [])


def product_table(run: Run) -> list[str]:
    """What the pact adds to the cost of a battery pack, a motor and a wafer."""
    rows = []
    for c in (c for c in downstream(run) if c.known):
        before, moved, share = c.before_range, c.change_range, c.share_range
        rows.append(
            (c.product.name, c.member, f"{c.product.value[1]:,.0f}", f"{before[1]:,.4g}",
             f"{moved[1]:+,.3g} ({moved[0]:+,.3g} to {moved[2]:+,.3g})",
             f"{share[1]:+.2%} ({share[0]:+.2%} to {share[2]:+.2%})",
             "" if c.whole else "some minerals are not bought there")
        )  # fmt: skip
    head = ("product", "made in", "value, USD", "minerals in 2024, USD", "rise, USD",
            "rise, % of value", "left out")  # fmt: skip
    said = (
        "Cost of the minerals in one product, median and 5-95 % range (bills and method: "
        "[model.md](model.md), Incidence):"
    )
    return [said, "", *table(head, rows)]


def _floors(run: Run, name: str, stage: str) -> set[str]:
    return {i.id for i in run.pact.instruments if (name, stage) in i.targets()}


def shifting_table() -> list[str]:
    """Oxide floor alone against oxide and magnet floors, two members against four."""
    w, rows = world.load(), []
    for name in PACTS:
        for s in shifting(pact.read(name), w, "ndpr"):
            if s.stage == "magnet":
                rows.append(
                    (s.pact, " + ".join(s.floors_on), s.member, f"{s.output0:,.0f}",
                     f"{s.output:,.0f}", f"{s.imports0:,.0f}", f"{s.imports:,.0f}")
                )  # fmt: skip
    return [
        "## Stage shifting: floors on oxide, on magnets, on both",
        "",
        "Magnets in tonnes of NdPr oxide equivalent, central values.",
        "",
        *table(
            ("pact", "floors on", "member", "output 2024", "output", "imports 2024", "imports"),
            rows,
        ),
    ]


def ban_table() -> list[str]:
    """China's exports banned step by step, to all destinations."""
    w, rows = world.load(), []
    plain = pact.read(PACTS[0])
    plain = plain.without(*(i.id for i in plain.instruments if i.kind == "price_floor"))
    for name, stages in (("gallium", ("primary", "high_purity")), ("ndpr", ("oxide", "magnet"))):
        market = calibrate(w.chain(name))
        base = solve(market)
        c, us = market.region("CHN"), market.region("USA")
        last = market.stage(stages[-1])
        others = [r for r in range(len(market.regions)) if r != c]
        for share in (0, 25, 50, 75, 90, 100):
            ban = {
                "kind": "trade_action", "id": "ban", "mineral": name, "stages": list(stages),
                "action": "export_ban", "by": ["CHN"], "against": "all", "share": f"{share} %",
                "from": "2027-01-01", "status": "scenario", "source": "price-assumption",
            }  # fmt: skip
            banned = plain.with_instrument(ban)
            out = solve(market, wedges(banned, market, banned.default_date()), start=base)
            assert out.status is RESULTS.converged
            use = out.state.D[last, others].sum() / base.state.D[last, others].sum()
            rows.append(
                (
                    name,
                    " + ".join(stages),
                    f"{share} %",
                    f"{use:.0%}",
                    f"{out.state.P[last, us] / base.state.P[last, us]:.2f}",
                    f"{out.state.p[last, c] / base.state.p[last, c]:.2f}",
                )
            )
    return [
        "## An export ban by China, to all destinations",
        "",
        "The banned share is the part of China's 2024 exports that may not leave; the last stage "
        "is shown, as a multiple of 2024. At a full ban prices end where users substitute (the "
        "backstop, an assumption).",
        "",
        *table(
            (
                "mineral",
                "stages",
                "banned",
                "use outside China",
                "US buyers' price",
                "price in China",
            ),
            rows,
        ),
    ]


def cases() -> list[str]:
    """Published results beside ours, from the same code that the tests run."""
    sys.path.insert(0, str(ROOT / "tests" / "cases"))
    sys.path.insert(0, str(ROOT / "tests" / "market"))
    import test_gsim
    import test_two_stage as two

    g = test_gsim.run()
    lines = [
        "# Published and closed-form cases",
        "",
        "Written by `make docs`; each is also a test (`tests/cases`, `tests/market/test_gsim.py`). "
        "All run through public functions: `Market.from_arrays`, `solve`, `gsim`.",
        "",
        "## GSIM, four regions, US-EU free trade (Francois and Hall 2003)",
        "",
        *table(
            ("exporter", "published world price change", "ours"),
            (
                (n, f"{a:+.4f}", f"{b:+.6f}")
                for n, a, b in zip(("US", "JP", "EU", "RW"), test_gsim.PUBLISHED, g.p, strict=True)
            ),
        ),
        "Our CES form has GSIM's elasticities at the base to 1e-12.",
        "",
        "## Two stages, four regions, homogeneous goods",
        "",
        "The exact result (two independent solvers agree to 5e-6) against our logit with even "
        "weights, as `mu` falls. Largest error over prices of producing nodes (USD/t, prices near "
        "40 and 70) and over outputs (t, up to 92).",
        "",
    ]
    rows = []
    for name in two.EXACT:
        for mu, out in zip(two.MUS, two.path(name), strict=True):
            if mu in (1.0, 0.25, 0.1, 0.05, 0.01):
                rows.append(
                    (
                        name,
                        mu,
                        f"{two.price_error(out, name):.4f}",
                        f"{two.output_error(out, name):.4f}",
                        out.iterations,
                    )
                )
    lines += table(("scenario", "mu", "price error", "output error", "Newton steps"), rows)
    lines += [
        "## Others, held in tests",
        "",
        "| case | source | agreement |",
        "|---|---|---|",
        "| ore to refined metal, homogeneous: free trade, floor, ban | two independent solvers | "
        "1e-5 asked, 5e-9 found |",
        "| SMART, creation and diversion of trade | formulas of WITS | 1e-12; the engine's CES "
        "gives the diversion of a small step |",
        "| transport model, fixed and elastic demand, a halved route | GAMS model library 126 | "
        "1e-9 |",
        "| two by two places with cross terms and congested arcs | Nagurney | 1e-6 |",
        "| floor on one of three exporters, CES 8 | two independent solvers | 1e-8 |",
        "| tariff on one of three sources, CES 4 | structure of USITC EC 2017-07-B | 1e-9 |",
        "| small importer with a floor: binding, slack, above autarky | by hand | 0.3 USD of 994 |",
        "| a member without its own floor ships its output to the floor market | two-stage "
        "economy | gains 33.6, the floor country loses 35.9 (within 2 at mu = 0.01) |",
        "",
    ]
    return lines


def vulnerability_tables() -> dict[str, str]:
    """Screens of the six standard parties and the two engines side by side; a few minutes."""
    earth, held = world.load(), world.screening()
    screens = {p: screen(p, earth, draws=64 if p == "USA" else 0, held=held) for p in PARTIES}
    bans, pairs = china_stop(earth, held), engines("USA", earth, held=held)
    return vulnerability.parts(screens, bans, pairs, held)


def profile_picture() -> bytes:
    """The profile of gallium for the United States as PNG."""
    earth, held = world.load(), world.screening()
    found = screen("USA", earth, ["gallium"], draws=64, held=held)
    return report.png(report.portrait(found, earth, held, "gallium"), scale=1.0)


def main() -> None:
    """Run everything and write the files."""
    runs = [simulate(pact.read(name), world.load(), draws=128) for name in PACTS]
    lines = [
        "# Results",
        "",
        f"*{pact.SCENARIO}* Written by `make docs` with orepact {__version__}. Comparative statics "
        "on the world of 2024, not a forecast. Medians with 5-95 % ranges over common draws of the "
        "uncertain parameters. What the numbers mean and where they are weak: "
        "[plausibility.md](plausibility.md).",
        "",
    ]
    for run in runs:
        lines += result_tables(run)
    lines += shifting_table() + ban_table()
    (ROOT / "docs" / "results.md").write_text("\n".join(lines).rstrip() + "\n", "utf-8")
    (ROOT / "docs" / "cases.md").write_text("\n".join(cases()).rstrip() + "\n", "utf-8")
    held = {
        p.relative_to(TABLES).with_suffix("").as_posix(): pl.read_parquet(p)
        for p in sorted(TABLES.rglob("*.parquet"))
    }
    bills = {x.source for sheet in shipped() for x in sheet}
    named = licences.cited(list(held.values())) | bills
    (ROOT / "DATA-LICENCES.md").write_text(licences.render(held["sources"], named), "utf-8")
    data = ROOT / "docs" / "data.md"
    rivals = held["alternatives/index"].filter(balanced=True)["mineral"].unique(maintain_order=True)
    moved = structures_table(pact.read(PACTS[0]), world.load(), rivals)
    filled = fill(data.read_text("utf-8"), held)
    data.write_text(vulnerability.filled(filled, {"structures": moved}), "utf-8")
    page = ROOT / "docs" / "vulnerability.md"
    page.write_text(vulnerability.filled(page.read_text("utf-8"), vulnerability_tables()), "utf-8")
    picture = report.png(report.picture(runs[1], "ndpr"), scale=1.0)
    (ROOT / "docs" / "flows.png").write_bytes(picture)
    (ROOT / "docs" / "profile.png").write_bytes(profile_picture())


if __name__ == "__main__":
    main()
