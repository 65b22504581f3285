"""What is due, overdue, coming and expiring; and the same as iCalendar."""

from datetime import date

import icalendar
import pytest

from orepact import pact
from orepact.pact.calendar import ics, timeline

HELD = pact.read("us-mexico-2026")


def days(events):
    return [(str(e.on), e.id) for e in events]


def test_as_of_late_november_2026():
    agenda = timeline(HELD, date(2026, 11, 22))
    assert days(agenda.overdue) == [
        ("2026-04-05", "consultation"),
        ("2026-07-13", "section-232-report"),
    ]
    assert days(agenda.due) == []
    assert days(agenda.expiring) == [("2026-11-27", "china-suspension")]
    assert days(agenda.expired) == [
        ("2026-03-19", "ustr-comments"),
        ("2026-07-24", "section-122-surcharge"),
    ]
    assert days(agenda.done) == [("2026-07-01", "usmca-joint-review")]
    assert ("2027-07-01", "usmca-annual-review") in days(agenda.upcoming)
    begins = [e.id for e in agenda.upcoming if e.nature == "begins"]
    floors = [i.id for i in HELD.instruments if i.kind == "price_floor"]
    assert sorted(begins) == sorted([*floors, "bloc-duty-free"])


def test_on_the_first_day_of_the_sixty():
    agenda = timeline(HELD, date(2026, 2, 4), soon=60)
    assert days(agenda.due) == [("2026-04-05", "consultation")]
    assert days(agenda.overdue) == []
    assert date(2026, 4, 5) - date(2026, 2, 4) == agenda.due[0].on - agenda.as_of
    assert (agenda.due[0].on - agenda.as_of).days == 60


@pytest.mark.parametrize(
    ("as_of", "shelf"),
    [
        (date(2026, 3, 5), "upcoming"),
        (date(2026, 3, 6), "due"),
        (date(2026, 4, 5), "due"),
        (date(2026, 4, 6), "overdue"),
    ],
)
def test_a_deadline_moves_from_shelf_to_shelf(as_of, shelf):
    agenda = timeline(HELD, as_of)
    assert "consultation" in [e.id for e in getattr(agenda, shelf) if e.nature == "due"]


def test_a_yearly_review_comes_again():
    agenda = timeline(HELD, date(2029, 1, 1))
    review = [str(e.on) for e in agenda.overdue if e.id == "usmca-annual-review"]
    assert review == ["2027-07-01", "2028-07-01"]
    assert ("2029-07-01", "usmca-annual-review") in days(agenda.upcoming)


def test_owners_words_and_sources_are_kept():
    (event,) = timeline(HELD, date(2026, 11, 22), language="es").expiring
    assert event.owners == ("CHN",)
    assert event.what.startswith("Suspensión china")
    assert HELD.sources[event.source].confidence == "press"


def test_a_step_of_a_floor_and_an_end_are_events():
    steps = [
        {"from": "2027-01-01", "value": "110 USD/kg"},
        {"from": "2028-01-01", "value": "120 USD/kg"},
    ]
    raw = HELD.instrument("ndpr-oxide").model_dump(mode="json", by_alias=True, exclude_none=True)
    held = HELD.without("ndpr-oxide").with_instrument(
        {**raw, "floor": steps, "until": "2030-01-01"}
    )
    agenda = timeline(held, date(2027, 6, 1))
    assert [(str(e.on), e.nature) for e in agenda.upcoming if e.id == "ndpr-oxide"] == [
        ("2028-01-01", "changes"),
        ("2030-01-01", "ends"),
    ]


def test_icalendar_parses_back():
    parsed = icalendar.Calendar.from_ical(ics(HELD))
    assert str(parsed["x-wr-caldesc"]) == pact.SCENARIO
    events = {str(e["uid"]): e for e in parsed.walk("VEVENT")}
    assert len(events) == len(parsed.walk("VEVENT"))
    due = events["us-mexico-2026.consultation.due.20260405@orepact"]
    assert due["dtstart"].dt == date(2026, 4, 5)
    assert "border-adjusted price floors" in str(due["summary"])
    assert "USA, MEX" in str(due["description"])
    review = events["us-mexico-2026.usmca-annual-review.due.20270701@orepact"]
    assert review["rrule"]["freq"] == ["YEARLY"]
    stated = {d for e in HELD.calendar for d in (e.starts, e.due, e.expires) if d}
    assert stated <= {e["dtstart"].dt for e in events.values()}


def test_icalendar_is_reproducible_and_speaks_spanish():
    assert ics(HELD) == ics(HELD)
    assert "Suspensión china".encode() in ics(HELD, "es")
