"""The format as JSON Schema, for editors and other programs."""

from __future__ import annotations

from typing import Any

from orepact.pact.agreement import FORMAT, Pact
from orepact.pact.kinds import KINDS

_COMPOSING: dict[str, Any] = {
    "extends": {"type": "string", "description": "Name or relative path of the pact it adds to."},
    "replaces": {
        "type": "array",
        "items": {"type": "string"},
        "description": "Ids of the extended pact that this file states anew.",
    },
    "without": {
        "type": "array",
        "items": {"type": "string"},
        "description": "Ids of the extended pact that this file leaves out.",
    },
}


def schema() -> dict[str, Any]:
    """JSON Schema (2020-12) of a pact file; dates and quantities are texts.

    It holds the form of a file. What parts must not contradict each other only
    :func:`orepact.pact.read` knows.

    >>> schema()["title"]
    'orepact/1'
    """
    out = Pact.model_json_schema(by_alias=True, mode="validation")
    out["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    out["title"] = FORMAT
    out["properties"] |= _COMPOSING
    for kind in KINDS.values():
        out["$defs"][kind.__name__]["required"].append("kind")
    needed = [k for k in out.pop("required") if k not in ("format", "id", "title")]
    out["required"] = ["format", "id", "title"]
    out["anyOf"] = [{"required": needed}, {"required": ["extends"]}]
    return out
