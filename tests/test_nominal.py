"""Articles of unknown date: what they say of days counted from their own is kept, and nothing is made up."""

from __future__ import annotations

import hashlib
from datetime import date

import pytest

from kg.reader import Reader
from kg.records import Article, Meeting, Report, Visit

NEWS = """President Bill Clinton met Prime Minister Tony Blair in London yesterday. Tomorrow he will fly to Paris.

Foreign Minister Joschka Fischer met Madeleine Albright in Berlin two days ago.
"""


@pytest.fixture(scope="module")
def reader() -> Reader:
    """Return the reader with its packaged models."""
    return Reader()


def reports(reader: Reader, text: str, published: date | None = None) -> list[Report]:
    """Return the visits and meetings of an article."""
    digest = hashlib.sha256(text.encode()).hexdigest()
    article = Article("invented", text, digest, published=published)
    return [report for report in reader.read(article).reports if isinstance(report.event, Visit | Meeting)]


def test_days_counted_from_an_unknown_one_are_offsets(reader: Reader) -> None:
    found = reports(reader, NEWS)
    placed = {(type(r.event).__name__, r.status, r.offset) for r in found}
    assert {("Meeting", "occurred", -1), ("Visit", "planned", 1), ("Meeting", "occurred", -2)} <= placed
    assert {r.edtf for r in found} == {None}, "without a date of publication the day itself stays unknown"


def test_weekdays_are_kept_without_a_date(reader: Reader) -> None:
    found = reports(reader, "President Bill Clinton met Prime Minister Tony Blair in London on Friday.\n")
    assert {(r.edtf, r.offset, r.weekday) for r in found} == {(None, None, 4)}


@pytest.mark.parametrize(
    "when", ["", " in March", " in 1998", " on May 18"], ids=["no date", "a month", "a year", "a day of no year"]
)
def test_what_does_not_move_with_the_article_is_no_offset(reader: Reader, when: str) -> None:
    found = reports(reader, f"President Bill Clinton met Prime Minister Tony Blair in London{when}.\n")
    assert found
    assert {(r.offset, r.weekday) for r in found} == {(None, None)}


def test_dated_articles_have_dates_and_no_offsets(reader: Reader) -> None:
    dated = reports(reader, NEWS, date(1999, 4, 22))
    assert "1999-04-21" in {r.edtf for r in dated}
    assert {(r.offset, r.weekday) for r in dated} == {(None, None)}
