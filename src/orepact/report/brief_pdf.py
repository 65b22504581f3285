"""The brief on paper: A4 as PDF, by typst, with the letters that it carries.

The same brief gives the same bytes: no date, no font of the machine, no file but the template.
"""

from __future__ import annotations

import json
from functools import singledispatch
from importlib.resources import files
from typing import Any

from orepact.errors import InputError
from orepact.report import drawing, vega
from orepact.report.blocks import Table
from orepact.report.brief_blocks import Brief, Chart, Flow, Point
from orepact.report.language import Language

Data = dict[str, Any]


def pdf(brief: Brief) -> bytes:
    """The brief as a PDF document; :class:`InputError` where the printer is not installed."""
    try:
        import typst
    except ImportError:
        raise InputError("The brief needs a printer: pip install 'orepact[web]'.") from None
    made = typst.compile(
        files(__package__).joinpath("templates/brief.typ").read_bytes(),
        format="pdf",
        ignore_system_fonts=True,
        sys_inputs={"brief": json.dumps(data(brief), ensure_ascii=False)},
    )
    assert isinstance(made, bytes)
    return made


def data(brief: Brief) -> Data:
    """What the template reads: plain lists and texts, pictures as SVG."""
    language, _, region = brief.lang.locale.partition("_")
    parts = [
        {"title": p.title, "blocks": [_block(b, brief.lang) for b in p.blocks]} for p in brief.parts
    ]
    return {
        "lang": language,
        "region": region or None,
        "title": brief.title,
        "under": brief.under,
        "scenario": brief.scenario,
        "foot": brief.foot,
        "parts": parts,
    }


@singledispatch
def _block(block: object, lang: Language) -> Data:
    raise TypeError(f"A brief holds no {type(block).__name__}.")


@_block.register
def _point(p: Point, lang: Language) -> Data:
    return {"kind": "point", "lead": p.lead, "text": p.text, "code": p.code}


@_block.register
def _chart(c: Chart, lang: Language) -> Data:
    spec = c.spec(lang, "print")
    return {
        "kind": "chart", "title": c.title, "caption": c.caption, "svg": vega.svg(spec),
        "alt": spec["description"],
    }  # fmt: skip


@_block.register
def _flow(f: Flow, lang: Language) -> Data:
    panels = [
        {"head": head, "alt": told, "svg": drawing.panel_picture(panel, told, lang)}
        for head, panel, told in f.panels
    ]
    return {"kind": "flow", "title": f.title, "caption": f.caption, "panels": panels}


@_block.register
def _table(t: Table, lang: Language) -> Data:
    lines = [
        {
            "head": line.head,
            "strong": line.strong,
            "cells": [{"text": c.text, "spread": c.spread, "muted": c.muted} for c in line.cells],
        }
        for line in t.lines
    ]
    last = [line.cells[-1].text for line in t.lines]
    return {
        "kind": "table", "caption": t.caption, "corner": t.corner, "columns": list(t.columns),
        "groups": [{"head": head, "span": span} for head, span in t.groups], "lines": lines,
        "grade": t.grade, "wide": 3 if len(t.columns) > 3 else 2,
        "words": not any(ch.isdigit() for text in last for ch in text),
    }  # fmt: skip
