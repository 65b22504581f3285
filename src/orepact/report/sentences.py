"""Plain sentences made from the numbers: who pays, who gains, who produces more."""

from __future__ import annotations

from collections.abc import Sequence

from orepact import units
from orepact.report import numbers, view, words
from orepact.report.view import Floor, Shown
from orepact.study.simulate import Figure, MineralRun, Run

SPACE = numbers.SPACE
FEW = 2
"""Up to so many members are told one by one; of more, the two ends are."""


def mineral_story(run: Run, mr: MineralRun) -> tuple[str, ...]:
    """Sentences on one mineral, in the order of the questions a reader asks."""
    held = view.floors(run, mr)
    found = [_floor(run, mr, f) for f in held]
    for stage in view.headline_stages(run, mr):
        found += [_output(run, mr, stage), _imports(run, mr, stage)]
    found += _welfare(run, mr)
    return tuple(s for s in found if s)


def run_story(run: Run) -> tuple[str, ...]:
    """Sentences on the whole run."""
    found = []
    prices, makes = [], []
    for mr in run.minerals.values():
        for stage in view.headline_stages(run, mr):
            for m in run.members:
                where = f"{view.label(mr, stage)}, {words.place(m)}"
                if price := view.relative(view.figure(mr, stage, m, "buyers' price")):
                    prices.append((price.mid, where))
                f = view.figure(mr, stage, m, "output")
                if f.base > 0 and (made := view.relative(f)):
                    makes.append((made.mid, where))
    if prices:
        found.append(f"Prices that buyers in the member countries pay change: {_ends(prices)}.")
    if makes:
        found.append(f"Output changes in the member countries: {_ends(makes)}.")
    for m in run.members:
        nets = [view.change(view.figure(mr, "", m, "welfare")) for mr in run.minerals.values()]
        down = sum(1 for n in nets if n and (n.high if n.high is not None else n.mid) < 0)
        up = sum(1 for n in nets if n and (n.low if n.low is not None else n.mid) > 0)
        levy = view.total([view.figure(mr, "", m, "floor levy") for mr in run.minerals.values()])
        net = view.total([view.figure(mr, "", m, "welfare") for mr in run.minerals.values()])
        where = f" with the whole 5 to 95{SPACE}% range" if run.draws else ""
        count = f"{len(nets)} mineral{'' if len(nets) == 1 else 's'}"
        found.append(
            f"{_capital(words.the(m))}: of {count}, welfare falls in {down or 'none'} and rises in "
            f"{up or 'none'}{where}. The central values add up to USD{SPACE}"
            f"{numbers.millions(net)} million a year, floor levy of USD{SPACE}"
            f"{numbers.number(levy / 1e6)} million included."
        )
    return tuple(found)


def _ends(pairs: Sequence[tuple[float, str]]) -> str:
    low, high = min(pairs), max(pairs)
    if len(pairs) == 1:
        return f"{numbers.percent(low[0])}{SPACE}% ({low[1]})"
    return (
        f"from {numbers.percent(low[0])}{SPACE}% ({low[1]}) to "
        f"{numbers.percent(high[0])}{SPACE}% ({high[1]})"
    )


def _floor(run: Run, mr: MineralRun, f: Floor) -> str:
    stage = words.stage_word(mr.chain.mineral, f.stage)
    head = f"The scenario floor of {floor_text(f)} on {stage}"
    if f.state != "binding":
        if f.distance is None:
            return f"{head}: {f.state}."
        far = numbers.price(f.distance)
        rest = f.unit.removeprefix("USD/t ")
        return f"{head} does not bind: {far} {rest}."
    paid = []
    for m in run.members:
        moved = view.relative(view.figure(mr, f.stage, m, "buyers' price"))
        if moved is not None:
            paid.append((m, moved))
    if not paid:
        return f"{head} binds, but no member buys at this stage."
    return f"{head} binds. {_capital(_each(paid, _pay, 'buyers in '))}."


def floor_text(f: Floor) -> str:
    """A floor per contained tonne, and as the pact states it where that is another substance."""
    level = numbers.price(f.usd_per_t, 4)
    same = abs(float(units.price(f.written)) / f.usd_per_t - 1) < 1e-9
    return level if same else f"{level} of contained substance ({f.written} as stated)"


def _pay(x: Shown) -> str:
    if numbers.percent(x.mid) == "0":
        return "pay about the same"
    spread = x.spread(numbers.percent)
    tail = f" ({spread}{SPACE}%)" if spread else ""
    size = numbers.percent(abs(x.mid)).lstrip("+")
    return f"pay {size}{SPACE}% {'more' if x.mid > 0 else 'less'}{tail}"


def _each(pairs: Sequence[tuple[str, Shown]], say: view.Say, before: str = "") -> str:
    """Tell a few regions one by one, of many the lowest and the highest."""
    told = sorted(pairs, key=lambda p: -abs(p[1].mid)) if len(pairs) <= FEW else list(pairs)
    if len(told) > FEW:
        ordered = sorted(told, key=lambda p: p[1].mid)
        told = [ordered[-1], ordered[0]]
    parts = [f"{before}{words.the(m)} {say(x)}" for m, x in told]
    middle = f" (the most and the least of {len(pairs)} members)" if len(pairs) > FEW else ""
    return numbers.listed(parts) + middle


def _output(run: Run, mr: MineralRun, stage: str) -> str:
    name = words.stage_word(mr.chain.mineral, stage)
    parts, none = [], []
    for m in (*run.members, "CHN"):
        f = view.figure(mr, stage, m, "output")
        x = view.change(f)
        if x is None or (f.base == 0 and f.central == 0):
            if m in run.members:
                none.append(words.the(m))
            continue
        if m in run.members or abs(x.mid) >= 0.002 * f.base:
            parts.append(f"{_moves(x, f)} in {words.the(m)}")
    if not parts:
        return f"No member has primary output at the {name} stage, before or after."
    tail = f"; {numbers.listed(none)} {_agree(none, 'has', 'have')} none" if none else ""
    return f"Output of {name} {numbers.listed(parts)}{tail}."


def _imports(run: Run, mr: MineralRun, stage: str) -> str:
    name = words.stage_word(mr.chain.mineral, stage)
    parts = []
    for m in run.members:
        f = view.figure(mr, stage, m, "imports from non-members")
        x = view.change(f)
        if x is not None and f.base > 0:
            parts.append(f"{_moves(x, f, many=True)} in {words.the(m)}")
    if not parts:
        return ""
    return f"Imports of {name} from non-members {numbers.listed(parts)}."


def _share(f: Figure) -> str:
    moved = view.relative(f)
    if moved is None or numbers.percent(moved.mid) == "0":
        return ""
    if moved.mid > 10:
        return f" (from {numbers.tonnes(f.base)})"
    return f" ({numbers.percent(moved.mid)}{SPACE}%)"


def _moves(x: Shown, f: Figure, many: bool = False) -> str:
    """``rises by 413 t (+43 %)``; ``many`` for a plural."""
    size = numbers.tonnes(abs(x.mid))
    if size.startswith(("0" + SPACE, "under")):
        return "stay about the same" if many else "stays about the same"
    verb = ("rise", "fall") if many else ("rises", "falls")
    return f"{verb[0] if x.mid > 0 else verb[1]} by {size}{_share(f)}"


def _welfare(run: Run, mr: MineralRun) -> list[str]:
    found, nets = [], []
    for m in run.members:
        net = view.change(view.figure(mr, "", m, "welfare"))
        if net is None:
            continue
        if len(run.members) > FEW:
            nets.append((m, net))
        else:
            found.append(f"In {words.the(m)} {_lines(mr, m)}welfare {_net(net)}.")
    if nets:
        found.append(
            "Welfare by member: "
            + "; ".join(f"{words.place(m)} {_net(x)}" for m, x in nets) + "."
        )  # fmt: skip
    world = view.change(view.figure(mr, "", "WLD", "welfare"))
    if world is not None:
        found.append(f"World welfare {_net(world)}.")
    return found


def _lines(mr: MineralRun, m: str) -> str:
    parts = []
    for line, who, up, down in (
        ("final users", "final users", "gain", "lose"),
        ("miners and processors", "miners and processors", "gain", "lose"),
        ("scrap", "scrap dealers", "gain", "lose"),
        ("floor levy", "the treasury", "collects", "forgoes"),
    ):
        x = view.change(view.figure(mr, "", m, line))
        if x is None or numbers.millions(x.mid) == "0":
            continue
        size = numbers.number(abs(x.mid) / 1e6)
        tail = " under the floor" if line == "floor levy" else ""
        unit = f"USD{SPACE}"
        parts.append(f"{who} {up if x.mid > 0 else down} {unit}{size} million{tail}")
    return f"{numbers.listed(parts)} a year; on balance " if parts else ""


def _net(x: Shown) -> str:
    if numbers.millions(x.mid) == "0":
        return "does not change noticeably"
    spread = x.spread(numbers.millions)
    tail = f" ({spread}{'; the sign is not settled' if x.unsettled else ''})" if spread else ""
    size = numbers.number(abs(x.mid) / 1e6)
    return f"{'rises' if x.mid > 0 else 'falls'} by USD{SPACE}{size} million{tail}"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _agree(names: Sequence[str], one: str, many: str) -> str:
    return one if len(names) == 1 else many
