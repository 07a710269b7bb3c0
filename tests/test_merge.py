"""One actor, one place and one event over several accounts, and what must stay apart."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import date

from kg.merge import merge
from kg.records import Account, Event, Meeting, OfficeHolding, Report, Statement, Visit
from tests.accounts import COUNTRY, HARBOUR, LINDEN, PETROVA, article, harbour, preview, span, statement, visit


def only(events: tuple[Event, ...], kind: type) -> Event:
    """Return the single event of a kind."""
    (event,) = (event for event in events if isinstance(event.event, kind))
    return event


def told(article_id: str, text: str, *reports: Report, published: date | None = date(2022, 5, 20)) -> Account:
    return Account(article(article_id, text, published=published), (PETROVA, LINDEN), (HARBOUR, COUNTRY), (), reports)


def test_two_reports_of_one_visit_are_one_event() -> None:
    event = only(merge([harbour(), preview()]).events, Visit)

    assert event.reports == (("harbour", 0), ("preview", 0))
    assert event.status == "occurred"  # the later article knows better than the preview
    assert isinstance(event.event, Visit)
    assert event.event.destination == HARBOUR.key  # the city says more than the country
    assert event.label == "Ana Petrova visits Harbour (occurred, 2022-05-18)"
    assert event.key.startswith("visit/")


def test_the_order_of_the_accounts_does_not_matter() -> None:
    accounts = [harbour(), preview(), harbour("a copy", published=None), preview("z", status="cancelled")]
    results = {merge(order) for order in itertools.permutations(accounts)}
    assert len(results) == 1


def test_the_latest_dated_article_decides_the_status() -> None:
    cancelled = preview("later", status="cancelled")
    cancelled = replace(cancelled, article=replace(cancelled.article, published=date(2022, 5, 19)))
    undated = [replace(preview(name), article=replace(preview(name).article, published=None)) for name in ("u1", "u2")]
    assert only(merge([harbour(), preview(), cancelled, *undated]).events, Visit).status == "cancelled"


def test_without_dates_the_most_frequent_status_decides() -> None:
    accounts = [
        replace(account, article=replace(account.article, published=None))
        for account in (preview("a"), preview("b"), preview("c", status="occurred"))
    ]
    assert only(merge(accounts).events, Visit).status == "planned"


def test_other_people_other_countries_and_other_days_stay_apart() -> None:
    text = "Petrova visited Harbour. Linden visited Harbour. Petrova went again."
    account = told(
        "apart",
        text,
        visit(text, "Petrova visited Harbour", edtf="2022-05-18", status="occurred"),
        visit(text, "Linden visited Harbour", who=LINDEN, edtf="2022-05-18", status="occurred"),
        visit(text, "Petrova went again", edtf="2022-05-19", status="occurred"),
    )
    assert len(merge([account]).events) == 3


def test_undated_reports_only_join_inside_their_article() -> None:
    text = "Petrova visited Harbour. The visit to Norland went well."
    reports = (
        visit(text, "Petrova visited Harbour", edtf=None, status="occurred"),
        visit(text, "visit to Norland", to=COUNTRY, edtf=None, status="occurred"),
    )
    one, two = told("one", text, *reports), told("two", text, *reports)

    assert [event.reports for event in merge([one]).events] == [(("one", 0), ("one", 1))]
    assert len(merge([one, two]).events) == 2


def test_statements_join_by_speaker_and_words_and_take_the_most_precise_date() -> None:
    first = "Petrova: “We will build  the bridge”."
    second = "“we will build the bridge,” she said."
    accounts = [
        told("a", first, replace(_says(first, "We will build  the bridge"), edtf="2022-05")),
        told("b", second, replace(_says(second, "we will build the bridge,"), edtf="2022-05-18")),
        told("c", second, replace(_says(second, "we will build the bridge,", who=LINDEN), edtf="2022-05-18")),
    ]
    by_speaker = {event.event.speaker: event for event in merge(accounts).events if isinstance(event.event, Statement)}

    assert len(by_speaker) == len(merge(accounts).events) == 2
    assert by_speaker[PETROVA.key].reports == (("a", 0), ("b", 0))
    assert by_speaker[PETROVA.key].edtf == "2022-05-18"
    assert by_speaker[PETROVA.key].event.content.of(first) == "We will build  the bridge"


def _says(text: str, content: str, **who: object) -> Report:
    return statement(text, content, content, **{"who": PETROVA, "act": "say", "direct": True, **who})  # type: ignore[arg-type]


def test_a_meeting_takes_what_each_report_adds() -> None:
    text = "Petrova met Linden. They spoke by phone about the bridge."
    met = Meeting((PETROVA.key, LINDEN.key), mode="unknown")
    spoke = Meeting((LINDEN.key, PETROVA.key), mode="phone", topic="the bridge")
    reports = [
        Report(event, "occurred", "2022-05-18", span(text, words), 0.9, "meeting/test")
        for event, words in ((met, "Petrova met Linden"), (spoke, "spoke by phone"))
    ]
    event = only(merge([told("m", text, *reports)]).events, Meeting)

    assert event.event == Meeting((PETROVA.key, LINDEN.key), mode="phone", topic="the bridge")
    assert event.label == "Ana Petrova and Jon Linden speak by phone (occurred, 2022-05-18)"


def test_an_actor_keeps_all_names_and_the_authoritys_as_the_preferred_one() -> None:
    merged = merge([preview(), harbour()])
    (petrova,) = (actor for actor in merged.actors if actor.key == PETROVA.key)

    assert petrova.name == "Ana Petrova"
    assert petrova.wikidata == PETROVA.wikidata
    assert petrova.aliases == ("Ms Petrova", "Petrova")
    assert [actor.key for actor in merged.actors] == sorted(actor.key for actor in merged.actors)


def test_a_place_keeps_its_coordinates() -> None:
    bare = replace(HARBOUR, latitude=None, longitude=None, links=())
    account = Account(article("x", "Harbour"), (), (bare,), (OfficeHolding("state/no", "Mayor"),), ())
    assert HARBOUR in merge([account, harbour()]).places
