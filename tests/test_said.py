"""Sentences that are strings and remember what they were made of."""

import json
import pickle

from orepact.said import (
    Held,
    Listed,
    Node,
    Place,
    Said,
    Share,
    StageName,
    Times,
    Whole,
    said,
)

OXIDE = StageName("ndpr", "oxide")


def test_it_is_the_english_sentence() -> None:
    text = said("{node}: {share} at {floor} USD/t, {times} times", node=Node(OXIDE, Place("USA")),
                share=Share(0.347), floor=Whole(110_000.4), times=Times(2.04))  # fmt: skip
    assert text == "oxide in United States: 35% at 110,000 USD/t, 2.0 times"
    assert json.loads(json.dumps([text])) == [str(text)]


def test_it_remembers_template_and_values_through_a_process() -> None:
    text = said("From {place}.", place=Place("CHN"))
    back = pickle.loads(pickle.dumps(text))
    assert isinstance(back, Said)
    assert back == text
    assert (back.template, back.values) == ("From {place}.", {"place": Place("CHN")})


def test_a_row_counts_what_it_leaves_out() -> None:
    row = Listed((Held(Place("CHN"), Share(0.5)), Place("JPN")), more=3)
    assert str(row) == "China 50%, Japan and 3 more"


def test_a_sentence_without_values_may_hold_braces() -> None:
    assert said("As {it} stands") == "As {it} stands"
