"""Invented articles with what a careful reader says of them: the input of tests that need no language model."""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from datetime import date

from kg.records import (
    GEONAMES,
    WIKIDATA,
    Account,
    Act,
    Actor,
    Article,
    Link,
    Meeting,
    OfficeHolding,
    Place,
    Report,
    Span,
    Statement,
    Status,
    Visit,
)

PETROVA = Actor(
    "person/ana-petrova",
    "person",
    "Ana Petrova",
    ("Ms Petrova", "Petrova"),
    links=(Link(WIKIDATA + "Q900000001", "exactMatch"),),
)
LINDEN = Actor("person/jon-linden", "person", "Jon Linden", ("Linden",))
NORLAND = Actor("state/no", "state", "Norland", ("Norlandic",), country="NO")
HARBOUR = Place("place/harbour-no", "Harbour", "NO", 59.91, 10.75, (Link(f"{GEONAMES}3143244/", "exactMatch"),))
COUNTRY = Place("place/no", "Norland", "NO")

TEXT = (
    "HARBOUR – Foreign Minister Ana Petrova arrived in Harbour on May 18, 2022 and will meet Jon Linden there.\n\n"
    "“We will build the bridge,” Ms Petrova said. Linden, the former premier, denied that there is a “secret” deal."
)


def span(text: str, words: str) -> Span:
    """Return where the words first stand in the text."""
    start = text.index(words)
    return Span(start, start + len(words))


def article(article_id: str, text: str = TEXT, *, published: date | None = date(2022, 5, 18)) -> Article:
    """Return an article with the given id."""
    return Article(
        id=article_id,
        text=text,
        sha256=hashlib.sha256(text.encode()).hexdigest(),
        title="Petrova in Harbour",
        url=f"https://news.example/{article_id}",
        published=published,
        date_source="metadata" if published else "none",
        publisher="The Harbour Post",
        authors=("R. Writer",),
    )


def visit(
    text: str, words: str, *, who: Actor = PETROVA, to: Place = HARBOUR, edtf: str | None, status: Status
) -> Report:
    """Return a report of a visit that rests on the words."""
    return Report(Visit((who.key,), to.key), status, edtf, span(text, words), 0.9, "visit/arrive")


def statement(text: str, words: str, content: str, *, who: Actor, act: Act, direct: bool) -> Report:
    """Return a report of a statement that rests on the words."""
    event = Statement(who.key, span(text, content), act, direct)
    return Report(event, "occurred", None, span(text, words), 0.8, "statement/say")


def harbour(article_id: str = "harbour", *, published: date | None = date(2022, 5, 18)) -> Account:
    """Return the account of the whole invented article: a visit, a meeting during it, a quotation and a denial."""
    told = article(article_id, published=published)
    meeting = Meeting((LINDEN.key, PETROVA.key), HARBOUR.key, "in-person", "the bridge", during=0)
    return Account(
        article=told,
        actors=(PETROVA, LINDEN, NORLAND),
        places=(HARBOUR, COUNTRY),
        holdings=(
            OfficeHolding(
                PETROVA.key, "Foreign Minister", NORLAND.key, span=span(TEXT, "Foreign Minister Ana Petrova")
            ),
            OfficeHolding(LINDEN.key, "Premier", former=True, span=span(TEXT, "Linden, the former premier")),
            OfficeHolding(PETROVA.key, "Mayor", start="2015", end="2019-03-01", source="a register"),
        ),
        reports=(
            visit(TEXT, "arrived in Harbour on May 18, 2022", edtf="2022-05-18", status="occurred"),
            Report(meeting, "planned", "2022-05-18", span(TEXT, "will meet Jon Linden there"), 0.85, "meeting/meet"),
            statement(
                TEXT, "“We will build the bridge,” Ms Petrova said.", "We will build the bridge,",
                who=PETROVA, act="promise", direct=True,
            ),
            statement(
                TEXT, "denied that there is a “secret” deal", "there is a “secret” deal",
                who=LINDEN, act="deny", direct=False,
            ),
        ),
    )  # fmt: skip


def preview(article_id: str = "preview", *, status: Status = "planned") -> Account:
    """Return another paper's account of the same visit a day earlier; it names only the country."""
    text = "Ms Petrova is expected in Norland on May 18, 2022."
    told = article(article_id, text, published=date(2022, 5, 17))
    report = visit(text, "is expected in Norland on May 18, 2022", to=COUNTRY, edtf="2022-05-18", status=status)
    known_by_surname = replace(PETROVA, name="Petrova", aliases=("Ms Petrova",), links=())
    return Account(told, (known_by_surname,), (COUNTRY,), (), (report,))


class FakeReader:
    """A reader without a language model: every sentence that begins with Petrova is a visit to Harbour.

    It is 0.9 sure of each. "explode" in a text is a fault of the reader; "nameless" is an account that its shapes
    refuse.
    """

    model_name = "no-model 1.0"

    def read(self, article: Article, *, min_confidence: float | None = None) -> Account:
        """Return what the article says."""
        if "explode" in article.text:
            raise ZeroDivisionError("a fault of the reader")
        reports = tuple(
            visit(article.text, match.group(), edtf="2022-05-18", status="occurred")
            for match in re.finditer(r"\bPetrova[^.]*", article.text)
            if min_confidence is None or min_confidence <= 0.9
        )
        actors = () if "nameless" in article.text else (PETROVA,)
        return Account(article, actors, (HARBOUR,), (), reports)


def fake_reader() -> FakeReader:
    """Return a fake reader; worker processes find this function by its name."""
    return FakeReader()
