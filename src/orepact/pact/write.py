"""Write a pact back as text that reads as the same pact."""

from __future__ import annotations

from io import StringIO
from typing import Any

from ruamel.yaml import YAML

from orepact.pact.agreement import Pact


def dump(pact: Pact) -> str:
    """YAML text of a pact; values keep their units as written, defaults are left out.

    >>> from orepact.pact import read, read_text
    >>> held = read("us-mexico-2026")
    >>> read_text(dump(held)) == held
    True
    """
    yaml = YAML(typ="safe", pure=True)
    yaml.default_flow_style = False
    yaml.allow_unicode = True
    yaml.width = 100
    yaml.sort_base_mapping_type_on_output = False  # type: ignore[assignment]
    text = StringIO()
    yaml.dump(document(pact), text)
    return text.getvalue()


def document(pact: Pact) -> dict[str, Any]:
    """The same as mappings, lists and texts, as the format's JSON Schema describes them.

    >>> from orepact.pact import read
    >>> document(read("us-mexico-2026"))["parties"][0]
    {'from': '2026-02-04', 'code': 'USA'}
    """
    out: dict[str, Any] = {"format": pact.format}
    out |= _plain(pact, exclude={"instruments", "format"})
    out["instruments"] = [{"kind": i.kind, **_plain(i, exclude={"kind"})} for i in pact.instruments]
    return out


def _plain(record: Any, exclude: set[str]) -> dict[str, Any]:
    held = record.model_dump(
        mode="json", by_alias=True, exclude_defaults=True, exclude_none=True, exclude=exclude
    )
    return dict(held)
