"""Quotations are found whatever the marks, also when one of a pair is missing, and apostrophes are none."""

from __future__ import annotations

import itertools

import pytest

from kg.quotes import Quote, find_quotes
from kg.records import Span
from kg.zones import Zone


def quotes(text: str) -> tuple[Quote, ...]:
    """Return the quotations of a text whose paragraphs are parted by empty lines."""
    zones, start = [], 0
    for paragraph in text.split("\n\n"):
        zones.append(Zone("body", Span(start, start + len(paragraph))))
        start += len(paragraph) + 2
    return find_quotes(text, tuple(zones))


def words(text: str) -> list[str]:
    """Return the quoted words."""
    return [quote.span.of(text) for quote in quotes(text)]


@pytest.mark.parametrize(
    "text",
    [
        "“We will open the border,” the minister said.",
        '"We will open the border," the minister said.',
        "‘We will open the border,’ the minister said.",
        "'We will open the border,' the minister said.",
        "«We will open the border,» the minister said.",
        "„We will open the border,” the minister said.",
    ],
)
def test_marks_of_every_kind(text: str) -> None:
    assert words(text) == ["We will open the border,"]
    assert quotes(text)[0].closed


def test_the_span_leaves_the_marks_out() -> None:
    text = "He said: “It is late.” She left."
    (quote,) = quotes(text)
    assert text[quote.span.start - 1] == "“"
    assert text[quote.span.end] == "”"


def test_a_quotation_broken_by_its_speaker_is_two() -> None:
    text = "“The talks were useful,” Minister Aho said, “but the gap is wide.”"
    assert words(text) == ["The talks were useful,", "but the gap is wide."]


@pytest.mark.parametrize("mark", ["“", '"'])
def test_an_opening_without_a_close_runs_to_the_end_of_its_paragraph(mark: str) -> None:
    text = f"The envoy said: {mark}We have time. We use it.\n\nThe talks go on."
    assert words(text) == ["We have time. We use it."]
    assert not quotes(text)[0].closed


def test_a_close_without_an_opening_is_passed_over() -> None:
    text = "We have time,” the envoy said. “We use it,” he added."
    assert words(text) == ["We use it,"]


def test_a_quotation_over_several_paragraphs_opens_in_each() -> None:
    text = "“The road is long,” she said. “We walk it.\n\n“We shall not stop.”\n\nShe left."
    assert words(text) == ["The road is long,", "We walk it.", "We shall not stop."]
    assert [quote.closed for quote in quotes(text)] == [True, False, True]
    assert [quote.paragraph for quote in quotes(text)] == [0, 0, 1]


@pytest.mark.parametrize(
    "text",
    [
        "Norway’s minister didn’t meet the leaders’ envoys in Oslo.",
        "Norway's minister didn't meet the leaders' envoys in Oslo.",
        "The ’90s were the ministers’ best years.",
        "No words are quoted here.",
        "",
    ],
)
def test_apostrophes_are_no_marks(text: str) -> None:
    assert words(text) == []


def test_an_apostrophe_inside_single_marks_closes_nothing() -> None:
    text = "‘We don’t know the leaders’ plans yet,’ the spokesman said."
    assert words(text) == ["We don’t know the leaders’ plans yet,"]


def test_single_marks_inside_double_ones_are_part_of_the_words() -> None:
    text = "“They called it ‘a new dawn’ for us,” the ambassador said."
    assert words(text) == ["They called it ‘a new dawn’ for us,"]


def test_marks_around_nothing_are_no_quotation() -> None:
    assert words("The sign “ ” was empty.") == []


def test_quotations_are_sorted_and_apart() -> None:
    text = "“One two,” he said. “Three four,” she said.\n\n“Five six,” they said."
    found = [quote.span for quote in quotes(text)]
    assert found == sorted(found)
    assert all(a.end < b.start for a, b in itertools.pairwise(found))
