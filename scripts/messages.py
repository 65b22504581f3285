"""List the sentences that a reader can meet and that a language lacks, ready to be translated.

    python scripts/messages.py es > missing.po

Sentences are found where ``say("...")`` is called in code and templates, and in the tables of
names; the test of the languages uses the same list.
"""

from __future__ import annotations

import sys
from pathlib import Path

from orepact.report.language import language
from orepact.report.sayings import sayings


def main(code: str) -> None:
    held = language(code).messages
    for text, where in sayings(Path(__file__).parents[1] / "src/orepact").items():
        if text not in held:
            quoted = text.replace("\\", "\\\\").replace('"', '\\"')
            print(f'#: {where}\nmsgid "{quoted}"\nmsgstr ""\n')


if __name__ == "__main__":
    main(sys.argv[1])
