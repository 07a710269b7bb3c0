"""Offices: what articles say and what the authority dates are kept apart, and their disagreements are listed."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from kg.cast import Entity
from kg.known import Office
from kg.offices import contradictions
from kg.pipeline import build
from kg.reader import Reader
from kg.records import Account, Article


@pytest.fixture(scope="module")
def reader() -> Reader:
    """Return the reader with its packaged models."""
    return Reader()


def told(reader: Reader, text: str, day: str) -> list[tuple[str, str]]:
    """Return (holder, what the article says) of each disagreement with the authority."""
    article = Article("case", f"Diplomacy in brief\n\n{text}", "0" * 64, published=date.fromisoformat(day))
    cast = reader.scene(article).cast
    return [
        (one.subject, one.says)
        for entity in cast.people()
        for one in contradictions(
            entity, f"person/{entity.name}", reader.authority, article.published, "case", article.text
        )
    ]


def test_a_minister_long_gone_is_a_contradiction(reader: Reader) -> None:
    text = "French Foreign Minister Laurent Fabius landed in Tunis, where he met President Kais Saied."
    assert told(reader, text, "2021-06-10") == [("person/Laurent Fabius", "Foreign Minister of FR on 2021-06-10")]


def test_the_same_words_in_office_are_none(reader: Reader) -> None:
    assert told(reader, "French Foreign Minister Laurent Fabius landed in Tunis.", "2015-03-20") == []


def test_an_article_that_looks_back_may_give_the_office_of_then(reader: Reader) -> None:
    text = "In 2015 French Foreign Minister Laurent Fabius landed in Tunis after the attack."
    assert told(reader, text, "2021-06-10") == []


def test_former_said_of_one_in_office_is_a_contradiction(reader: Reader) -> None:
    text = "Former German Chancellor Angela Merkel met the Dalai Lama in Berlin."
    assert told(reader, text, "2010-05-18") == [("person/Angela Merkel", "former Chancellor of DE on 2010-05-18")]
    assert told(reader, text, "2023-05-18") == []


def test_an_unknown_day_contradicts_nothing(reader: Reader) -> None:
    entity = Entity(0, "person", "Angela Merkel", known=reader.authority.people("Angela Merkel")[0].person)
    assert list(contradictions(entity, "person/angela-merkel", reader.authority, None, "case", "")) == []


@pytest.mark.parametrize(
    ("start", "end", "closing", "as_of", "bounds"),
    [
        ("2019-09-05", "2022-10-22", "stated", "2023-01-01", ("2019-09-05", "2022-10-22")),
        ("2019", "2022-02", "by", "2023-01-01", ("2019-01-01", "2022-02-28")),
        ("2019-09", "", "open", "2022-12-31", ("2019-09-01", "2026-12-31")),
        ("", "", "open", "2020-02-29", (None, "2024-02-29")),
        ("2019-09-05", "2022-10-22", "last-seen", "2022-10-22", ("2019-09-05", "2023-10-22")),
        ("2019-09-05", "", "unrecorded", "2022-01-01", ("2019-09-05", "2023-09-05")),
        ("2019-09-05", "2020-02-03", "attested", "2020-02-03", ("2019-09-05", "2020-12-31")),
    ],
)
def test_the_days_between_which_an_office_may_have_been_held(
    start: str, end: str, closing: str, as_of: str, bounds: tuple[str | None, str | None]
) -> None:
    office = Office("someone", "Minister", "minister", "NO", None, start, end, closing, as_of, "yearbook")  # type: ignore[arg-type]
    assert office.bounds() == bounds


def test_the_authority_dates_the_offices_of_those_it_knows(reader: Reader) -> None:
    text = "Foreign Minister Laurent Fabius of France met Secretary of State John Kerry in Paris on Monday."
    article = Article("case", f"Diplomacy in brief\n\n{text}", "0" * 64, published=date(2015, 3, 20))
    account: Account = reader.read(article, min_confidence=0.0)
    held = [h for h in account.holdings if h.holder == "person/john-kerry" and h.source != "article"]
    (secretary,) = (h for h in held if h.office == "Secretary of State")
    assert (secretary.of, secretary.start, secretary.end) == ("state/us", "2013-02-01", "2017-01-20")
    assert (secretary.earliest, secretary.latest) == ("2013-02-01", "2017-01-20")
    said = [h for h in account.holdings if h.holder == "person/john-kerry" and h.source == "article"]
    assert [(h.office, h.span.of(text) if h.span else "") for h in said]


@pytest.mark.slow
def test_a_release_lists_what_its_articles_say_against_the_authority(tmp_path: Path) -> None:
    text = "French Foreign Minister Laurent Fabius met President Kais Saied in Tunis on Thursday, the ministry said."
    told = {"id": "late", "title": "Talks in Tunis", "text": text, "published": "2021-06-10"}
    (tmp_path / "late.json").write_text(json.dumps(told), "utf-8")
    result = build([tmp_path / "late.json"], tmp_path / "out", min_confidence=0.0)
    (one,) = result.contradictions
    manifest = json.loads((result.path / "manifest.json").read_text("utf-8"))
    assert (one.kind, one.subject, one.articles) == ("office", "person/laurent-fabius", ("late",))
    assert "2016" in one.source_says
    assert [entry["says"] for entry in manifest["contradictions"]] == ["Foreign Minister of FR on 2021-06-10"]
