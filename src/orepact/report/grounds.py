"""What a result rests on: instruments and how far they bind, drivers, assumptions, notes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from orepact.pact.kinds import left_out
from orepact.report import numbers, view, words
from orepact.study.draws import STRUCTURE
from orepact.study.simulate import MineralRun, Run
from orepact.world.register import register


@dataclass(frozen=True, slots=True)
class Instrument:
    """An instrument in a mineral: its name, state and how far from binding, in words."""

    name: str
    state: str
    detail: str
    note: str


def _share(x: float) -> str:
    return f"{numbers.number(x)}{numbers.SPACE}%"


_SIZES: Mapping[str, Callable[[float], str]] = {
    "USD/t": numbers.price, "t": numbers.tonnes, "%": _share,
}  # fmt: skip


def instruments(run: Run, mr: MineralRun) -> tuple[Instrument, ...]:
    """What each instrument that names this mineral came to."""
    found = []
    for e in mr.effects:
        i = run.pact.instrument(e.id)
        detail = ""
        if e.distance is not None and e.distance != 0:
            measure, _, what = e.unit.partition(" ")
            size = _SIZES[measure.rstrip(",")](e.distance)
            detail = f"{size} {what}"
        found.append(Instrument(words.instrument(i), e.state, detail, i.note or ""))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Driver:
    """What moves a result most: the result, the parameter, rank correlation and its reading."""

    result: str
    parameter: str
    correlation: str
    reading: str


def drivers(run: Run, mr: MineralRun) -> tuple[Driver, ...]:
    """Top parameters of price, output and welfare of the members."""
    id, found = mr.chain.mineral, []
    keys = [
        (stage, m, v)
        for stage in view.headline_stages(run, mr)
        for m in run.members
        for v in ("buyers' price", "output")
    ] + [("", m, "welfare") for m in run.members]
    for stage, m, variable in keys:
        what = {"buyers' price": "Buyers' price", "output": "Output", "welfare": "Welfare"}
        where = f", {words.stage_word(id, stage)}" if stage else ""
        result = f"{what[variable]}{where}, {words.place(m)}"
        for (at, name), rho in view.figure(mr, stage, m, variable).drivers[:2]:
            if abs(rho) < 0.3:
                continue
            found.append(
                Driver(
                    result,
                    words.parameter(id, at, name),
                    numbers.signed(rho),
                    "the change differs between publishers"
                    if (at, name) == STRUCTURE
                    else f"the higher, the {'larger' if rho > 0 else 'smaller'} the change",
                )
            )
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Assumption:
    """A parameter marked assumed, with its range."""

    stage: str
    parameter: str
    low: str
    central: str
    high: str
    source: str


def assumptions(mr: MineralRun) -> tuple[Assumption, ...]:
    """Parameters that are assumed rather than read."""
    return tuple(
        Assumption(
            words.stage_name(mr.chain.mineral, stage).capitalize(),
            words.PARAMETERS[name],
            f"{r.low:.3g}",
            f"{r.central:.3g}",
            f"{r.high:.3g}",
            r.source,
        )
        for (stage, name), r in mr.chain.parameters.items()
        if r.assumed
    )


@dataclass(frozen=True, slots=True)
class Duty:
    """A region's imports at one stage and the share of them whose duty is assumed."""

    stage: str
    region: str
    imports: str
    assumed: str


def duties(mr: MineralRun) -> tuple[Duty, ...]:
    """How much of the imports of members and shown regions rests on assumed duties."""
    return tuple(
        Duty(
            words.stage_name(mr.chain.mineral, b.stage).capitalize(),
            words.place(b.region),
            numbers.millions(b.imports).lstrip("+"),
            f"{b.assumed:.0%}",
        )
        for b in mr.duty_basis
    )


def notes(mr: MineralRun) -> tuple[tuple[str, str], ...]:
    """Notes of the chain, of the calibration and of rival publishers: heading and text."""
    id = mr.chain.mineral
    rivals = tuple(
        ("Output figures", f"{n} draws rest on {register()[s.source].publisher}. {s.what}")
        for s, n in mr.structures
    )
    return rivals + tuple(
        (words.stage_name(id, key) if key in mr.chain.stages else key.capitalize(), text)
        for key, text in mr.base.market.notes.items()
        if text
    )


def recorded(run: Run) -> Sequence[str]:
    """Instruments of the pact that name no mineral: kept on record, not simulated."""
    return [words.instrument(i) for i in run.pact.instruments if not i.targets()]


def inactive(run: Run) -> str:
    """What simulated instruments state and the market does not act on, in one sentence."""
    held: dict[str, list[str]] = {}
    for i in run.pact.in_force(run.on):
        for part in left_out(i):
            held.setdefault(part, []).append(i.id)
    if not held:
        return ""
    parts = [
        f"{part} of {numbers.listed(ids[:3])}"
        + (f" and {len(ids) - 3} more" if len(ids) > 3 else "")
        for part, ids in held.items()
    ]
    return f"Stated, not acted on by the market: {'; '.join(parts)}."
