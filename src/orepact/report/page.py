"""The report as one HTML file: no network, no script, pictures inline."""

from __future__ import annotations

import platform
from importlib.resources import files
from typing import Any

import numpy as np
import scipy

import orepact
from orepact.catalogue import mineral
from orepact.market.accounts import TOLERANCE
from orepact.pact import SCENARIO
from orepact.report import (
    blocks,
    charts,
    drawing,
    flows,
    grounds,
    numbers,
    payers,
    products,
    sentences,
    view,
    words,
)
from orepact.study.downstream import downstream
from orepact.study.simulate import SOURCING, MineralRun, Run
from orepact.study.warnings import MUCH
from orepact.world.register import register


def html(run: Run) -> str:
    """The report of a run as one self-contained HTML document."""
    from jinja2 import Environment, PackageLoader, StrictUndefined
    from markupsafe import Markup

    env = Environment(
        loader=PackageLoader("orepact.report"), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    env.globals["grades"] = dict(words.GRADES)
    style = files(__package__).joinpath("templates/style.css").read_text("utf-8")
    sources = run.pact.sources
    used = {i.source for i in run.pact.instruments}
    costs = downstream(run)
    return env.get_template("page.html.j2").render(
        title=run.pact.title.in_("en"),
        scenario=SCENARIO,
        style=Markup(style),
        hatches=Markup(drawing.hatches()),
        on=run.on.isoformat(),
        year=run.year,
        members=numbers.listed([words.place(m) for m in run.members]),
        draws=run.draws,
        sourcing=SOURCING[run.sourcing],
        ranges=run.draws > 0,
        seed=run.seed,
        story=sentences.run_story(run),
        prices=charts.price_by_member(run),
        ranking=charts.welfare_ranking(run, list(run.minerals.values())),
        welfare=blocks.welfare_summary(run),
        summary=blocks.summary(run),
        products=products.groups(run, costs),
        products_grade=products.grade(run, costs),
        bills=products.bills(),
        minerals=[_mineral(run, mr) for mr in run.minerals.values()],
        opened=round(100 * MUCH),
        recorded=grounds.recorded(run),
        inactive=grounds.inactive(run),
        tolerance=f"{TOLERANCE:g}",
        pact_sources=[s for id, s in sources.items() if id in used],
        sources=list(register().values()),
        versions=versions(),
        pact_id=run.pact.id,
    )


def versions() -> str:
    """What computed the numbers."""
    return (
        f"orepact {orepact.__version__}, Python {platform.python_version()}, "
        f"NumPy {np.__version__}, SciPy {scipy.__version__}"
    )


def _mineral(run: Run, mr: MineralRun) -> dict[str, Any]:
    id, stages = mr.chain.mineral, mr.chain.stages
    held = {f.stage: sentences.floor_text(f) for f in view.floors(run, mr)}
    return {
        "id": id,
        "name": view.name(mr),
        "unit": mineral(id).unit,
        "grade": view.grade(mr),
        "stages": [(words.stage_name(id, s), mr.chain.grade[s]) for s in stages],
        "flags": view.flags(run, mr),
        "story": sentences.mineral_story(run, mr),
        "flows": [_flow(run, mr, s) for s in stages],
        "charts": [
            {
                "stage": words.stage_name(id, s),
                "floor": held.get(s, ""),
                "charts": charts.stage_charts(run, mr, s),
            }
            for s in stages
        ],
        "ranking": charts.welfare_ranking(run, [mr]),
        "welfare": blocks.welfare_table(run, mr),
        "borders": payers.border_table(run, mr),
        "money": payers.money_table(run, mr),
        "tables": [blocks.stage_table(run, mr, s) for s in stages],
        "margins": blocks.margin_table(run, mr),
        "shifting": blocks.shifting_table(run, mr),
        "instruments": grounds.instruments(run, mr),
        "drivers": grounds.drivers(run, mr),
        "assumptions": grounds.assumptions(mr),
        "duties": grounds.duties(mr),
        "notes": grounds.notes(mr),
    }


def _flow(run: Run, mr: MineralRun, stage: str) -> dict[str, Any]:
    from markupsafe import Markup

    name = words.stage_name(mr.chain.mineral, stage)
    before, after = flows.panels(mr, stage, run.members)
    return {
        "stage": name,
        "grade": mr.chain.grade[stage],
        "unseen": flows.unseen(before, after),
        **{
            key: Markup(drawing.panel_svg(p, flows.describe(p, name, run.year)))
            for key, p in (("before", before), ("after", after))
        },
    }
