"""Who pays, as tables: who bears the wedge at each border, and whose money it is."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from orepact.market.accounts import LINES
from orepact.report import numbers, view, words
from orepact.report.blocks import Cell, Line, Table, cell
from orepact.report.view import Shown
from orepact.study.incidence import SPLIT, Border, Money, borders, money
from orepact.study.simulate import MineralRun, Run

FEW = 4
"""Up to so many members have a column each in the money table; more have one together."""
TRACE = 1e-3
"""Relief on less than this share of what a member buys is not told."""
UNDIVIDED = "too small to divide"

KEEPERS = {
    "treasury": "the importer's treasury",
    "importers": "holders of import licences",
    "exporters": "the exporter's side",
}
OTHERS = {
    **{name: words.LINES[name] for name in LINES if name not in SPLIT},
    "rents": "Holders of licences and quotas",
    "stocks": words.LINES["stocks"],
}


def border_table(run: Run, mr: MineralRun) -> Table | None:
    """Wedge and shares at each member's border; ``None`` where the pact charges nothing."""
    found = [b for b in borders(mr.base, mr.policy, run.members) if _told(mr, b)]
    lines = tuple(_border_line(mr, b) for b in found)
    columns = (
        "Imports that meet it, t", "Wedge, USD/t", "Borne by buyers, %", "Borne by suppliers, %",
        "Kept by",
    )  # fmt: skip
    caption = "Who bears the floor and the duties at the border, per tonne"
    table = Table(caption, "Stage and member", columns, lines, view.grade(mr))
    return table if lines else None


def _told(mr: MineralRun, b: Border) -> bool:
    """Charges added always; charges taken off where they and what meets them come to something."""
    if not b.relief:
        return True
    bought = view.figure(mr, b.stage, b.member, "purchases").central
    return bool(np.isfinite(b.buyer)) and float(b.tonnes) > TRACE * bought


def _border_line(mr: MineralRun, b: Border) -> Line:
    wedge, buyers, suppliers = (Shown(float(v)) for v in (b.wedge, b.buyer, b.supplier))
    if not b.relief:
        held = [
            view.after(view.figure(mr, b.stage, b.member, v))
            for v in ("wedge", "borne by buyers", "borne by suppliers")
        ]
        wedge, buyers, suppliers = (
            new or old for new, old in zip(held, (wedge, buyers, suppliers), strict=True)
        )
    shares = [
        cell(None if math.isnan(x.mid) else x, _plain, UNDIVIDED) for x in (buyers, suppliers)
    ]
    head = f"{words.stage_name(mr.chain.mineral, b.stage)}, {words.place(b.member)}"
    head += ": charges taken off" if b.relief else ""
    return Line(
        head,
        (
            Cell(numbers.number(float(b.tonnes))), cell(wedge, numbers.signed, ""), *shares,
            Cell(_keepers(b), muted=math.isnan(float(b.buyer))),
        ),
    )  # fmt: skip


def _plain(x: float) -> str:
    return numbers.percent(x).lstrip("+")


def _keepers(b: Border) -> str:
    """Who keeps the wedge, the largest part first; small parts are left out."""
    parts = sorted(((float(v), k) for k, v in b.kept.items()), reverse=True)
    told = [f"{KEEPERS[k]}" + ("" if v > 0.995 else f" ({_plain(v)}%)") for v, k in parts
            if v > 0.005]  # fmt: skip
    return numbers.listed(told) if told else ""


def money_table(run: Run, mr: MineralRun) -> Table:
    """Change of every part of welfare: members, all other countries, the world, USD million."""
    found = money(mr.base, mr.policy)
    regions = mr.base.market.regions
    members = [m for m in run.members if m in regions]
    columns = [(words.place(m), [regions.index(m)]) for m in members]
    if len(members) > FEW:
        columns = [("Members", [regions.index(m) for m in members])]
    outside = [r for r, code in enumerate(regions) if code not in members]
    columns += [(words.OTHERS, outside), ("World", list(range(len(regions))))]

    def line(head: str, keys: Sequence[tuple[str, str]], strong: bool = False) -> Line:
        total = sum(found[k] for k in keys)
        cells = tuple(cell(Shown(float(total[at].sum())), numbers.millions, "")
                      for _, at in columns)  # fmt: skip
        return Line(head, cells, strong)

    lines = [line(head, keys) for head, keys in _heads(mr, found)]
    kept = [x for x in lines if any(c.text != "0" for c in x.cells)]
    kept.append(line("Welfare", list(found), strong=True))
    caption = "Whose money it is: change, USD million a year, central values"
    return Table(caption, "Who", tuple(head for head, _ in columns), tuple(kept), view.grade(mr))


def _heads(mr: MineralRun, found: Money) -> list[tuple[str, list[tuple[str, str]]]]:
    id = mr.chain.mineral
    fed = {k for k, _ in mr.base.market.edges}
    rows = []
    for k, stage in enumerate(mr.chain.stages):
        who = "Processors" if k in fed else "Producers"
        rows.append((f"{who}, {words.stage_word(id, stage)}", [("producers", stage)]))
    rows.append(("Final users", [k for k in found if k[0] == "users"]))
    rows += [(head, [(name, "")]) for name, head in OTHERS.items()]
    rows.append(("Cost of matching", [k for k in found if k[0] == "matching"]))
    return rows
