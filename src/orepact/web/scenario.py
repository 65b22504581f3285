"""A question put to the simulator: one mineral of a pact, one year, what is changed in the pact.

It is its own address: the query of a link holds nothing but what differs from the pact, in the
units of a pact file, so that a shared link gives the same numbers to whoever opens it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from orepact.pact import Pact
from orepact.pact.vary import last_day, vary


@dataclass(frozen=True, slots=True)
class Scenario:
    """Names and texts with units: ``floors`` by stage, ``members`` empty where they are the pact's.

    Without a ``mineral`` it is the pact itself, on all that it names. ``base`` is the year of the
    world, ``year`` the one on whose last day the pact is computed.
    """

    pact: str
    mineral: str
    year: int
    base: int
    floors: tuple[tuple[str, str], ...] = ()
    tariff: str = ""
    ban: str = ""
    by: str = "CHN"
    members: tuple[str, ...] = ()

    @property
    def on(self) -> date:
        """The day on which the pact is computed."""
        return last_day(self.year)

    def of(self, pact: Pact) -> Pact:
        """The pact with what the scenario changes in it."""
        if not self.mineral:
            return pact
        return vary(
            pact, self.mineral, self.on, floors=dict(self.floors), tariff=self.tariff or None,
            ban=self.ban or None, by=self.by, members=self.members or None,
        )  # fmt: skip

    def query(self) -> str:
        """The query of its address, without the question mark."""
        held = {"pact": self.pact, "mineral": self.mineral} if self.mineral else {"pact": self.pact}
        held |= {"year": str(self.year), "base": str(self.base)}
        held |= {f"floor.{s}": text for s, text in self.floors}
        if self.tariff:
            held["tariff"] = self.tariff
        if self.ban:
            held |= {"ban": self.ban, "by": self.by}
        if self.members:
            held["members"] = ",".join(self.members)
        return urlencode(held)

    def changes(self) -> Mapping[str, object]:
        """Arguments of :func:`orepact.vary` beyond pact, mineral and day."""
        held: dict[str, object] = {}
        if self.floors:
            held["floors"] = dict(self.floors)
        if self.tariff:
            held["tariff"] = self.tariff
        if self.ban:
            held |= {"ban": self.ban, "by": self.by}
        if self.members:
            held["members"] = list(self.members)
        return held

    def python(self, draws: int, file: str = "") -> str:
        """Lines of Python that give the same figures; ``file`` where the pact is no shipped one."""
        on = self.on
        lines = [
            "from datetime import date",
            "",
            "import orepact",
            "",
            f"on = date({on.year}, {on.month}, {on.day})",
            f"pact = orepact.read({(file or self.pact)!r})",
        ]
        if changes := self.changes():
            lines.append(f'pact = orepact.vary(\n    pact, "{self.mineral}", on,')
            lines += [f"    {name}={value!r}," for name, value in changes.items()]
            lines.append(")")
        lines += [
            "run = orepact.simulate(",
            f'    pact, orepact.load({self.base}), ["{self.mineral}"], on=on, draws={draws}',
            ")",
            f'for key, figure in run.minerals["{self.mineral}"].figures.items():',
            "    print(*key, figure.base, figure.central, figure.change)",
        ]
        return "\n".join(lines) + "\n"
