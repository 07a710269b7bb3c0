"""One actor, one place and one event over several accounts, and what must stay apart."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.merge import Telling, join, merge, shelves, tellings
from kg.merge.occasions import ANY
from kg.records import WIKIDATA, Account, Actor, Event, Link, Meeting, OfficeHolding, Report, Statement, Visit
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


def test_what_one_article_tells_apart_stays_apart() -> None:
    text = "Petrova visited Harbour. The visit to Norland went well."
    reports = (
        visit(text, "Petrova visited Harbour", edtf=None, status="occurred"),
        visit(text, "visit to Norland", to=COUNTRY, edtf=None, status="occurred"),
    )
    assert [event.reports for event in merge([told("one", text, *reports)]).events] == [(("one", 0),), (("one", 1),)]


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
    one = told("m", text, Report(met, "occurred", "2022-05-18", span(text, "Petrova met Linden"), 0.9, "meeting/test"))
    two = told("n", text, Report(spoke, "occurred", "2022-05", span(text, "spoke by phone"), 0.9, "meeting/test"))
    event = only(merge([one, two]).events, Meeting)

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


# Who may be whom

MINISTER = Actor(
    "person/foreign-minister-of-norland--brief", "person", "Foreign Minister of Norland", country="NO", note="not named"
)


def _went(article_id: str, *who: Actor, offices: dict[str, str] | None = None, edtf: str = "2022-05-18") -> Account:
    """Return the account of a visit to Harbour by some people, with the offices that the article gives them."""
    text = "They arrived in Harbour."
    held = tuple(
        OfficeHolding(holder, title, "state/no", span=span(text, "They")) for holder, title in (offices or {}).items()
    )
    event = Visit(tuple(actor.key for actor in who), HARBOUR.key)
    report = Report(event, "occurred", edtf, span(text, "arrived in Harbour"), 0.9, "visit/arrive")
    return Account(article(article_id, text, published=date(2022, 5, 20)), who, (HARBOUR,), held, (report,))


def test_a_role_and_its_holder_are_one_and_the_event_names_the_holder() -> None:
    petrova = replace(PETROVA, country="NO")
    named = _went("named", petrova, offices={PETROVA.key: "Foreign Minister"})
    brief = _went("brief", MINISTER, offices={MINISTER.key: "Foreign Minister"})
    event = only(merge([named, brief]).events, Visit)

    assert isinstance(event.event, Visit)
    assert event.event.visitors == (PETROVA.key,)
    assert ["role and holder visitor" in join.reasons for join in event.joins] == [True]
    other = _went("other", replace(MINISTER, key="person/defence-minister-of-norland--other"))
    assert len(merge([named, other]).events) == 2  # nothing says that they are one


def test_spellings_of_a_name_are_one_person_unless_states_or_identifiers_differ() -> None:
    def went(article_id: str, name: str, country: str | None, qid: str | None = None) -> Account:
        links = (Link(WIKIDATA + qid, "exactMatch"),) if qid else ()
        key = f"person/{name.lower().replace(' ', '-')}"
        return _went(article_id, Actor(key, "person", name, links=links, country=country))

    ukrainian = went("a", "Andrii Sybiha", "UA", "Q1")
    assert len(merge([ukrainian, went("b", "Andriy Sybiga", None)]).events) == 1
    assert len(merge([ukrainian, went("b", "Andriy Sybiga", "PL")]).events) == 2
    assert len(merge([ukrainian, went("b", "Andriy Sybiga", "UA", "Q2")]).events) == 2
    assert len(merge([ukrainian, went("b", "Andriy Melnyk", "UA")]).events) == 2


def test_a_companion_makes_no_other_visit() -> None:
    event = only(merge([_went("one", PETROVA), _went("two", PETROVA, LINDEN)]).events, Visit)
    assert isinstance(event.event, Visit)
    assert event.event.visitors == (PETROVA.key, LINDEN.key)


def test_two_and_three_at_a_table_are_two_meetings() -> None:
    other = Actor("person/mira-holt", "person", "Mira Holt", country="NO")
    text = "They met in Harbour."

    def met(article_id: str, *who: Actor) -> Account:
        event = Meeting(tuple(sorted(actor.key for actor in who)), HARBOUR.key, "in-person")
        report = Report(event, "occurred", "2022-05-18", span(text, "met"), 0.9, "meeting/test")
        return Account(article(article_id, text), who, (HARBOUR,), (), (report,))

    assert len(merge([met("one", PETROVA, LINDEN), met("two", PETROVA, LINDEN, other)]).events) == 2
    assert len(merge([met("one", PETROVA, LINDEN), met("two", LINDEN, PETROVA)]).events) == 1


# When


def _visited(article_id: str, edtf: str | None, *, published: date | None, status: str = "occurred") -> Account:
    text = "The visit had been moved. Petrova came to Harbour."
    report = visit(text, "Petrova came to Harbour", edtf=edtf, status=status)  # type: ignore[arg-type]
    return told(article_id, text, report, published=published)


@pytest.mark.parametrize(
    ("edtf", "published", "events"),
    [
        ("2022-05-19", date(2022, 5, 20), 1),  # a stay has more than one day
        ("2022-05-28", date(2022, 5, 29), 2),
        ("2022-05", date(2022, 6, 20), 1),
        ("2022", date(2023, 1, 20), 1),
        ("2021-05", date(2022, 5, 20), 2),
        (None, date(2022, 5, 21), 1),  # the news of these days
        (None, date(2019, 5, 21), 2),  # before it could have happened
        ("2022-05-23", date(2022, 5, 23), 1),  # the article's own day stands for those before it
    ],
)
def test_dates_that_may_be_one(edtf: str | None, published: date, events: int) -> None:
    precise = _visited("precise", "2022-05-18", published=date(2022, 5, 20))
    merged = merge([precise, _visited("other", edtf, published=published)])
    assert len(merged.events) == events
    if events == 1:
        assert merged.events[0].edtf == "2022-05-18"


def test_a_vague_report_that_fits_two_events_joins_neither() -> None:
    may, june = (_visited(f"{m}", f"2022-0{m}-18", published=date(2022, m, 20)) for m in (5, 6))
    memoir = _visited("memoir", "2022", published=date(2024, 1, 1))
    assert len(merge([may, june, memoir]).events) == 3
    assert len(merge([may, memoir]).events) == 2 - 1


def test_a_moved_visit_is_one_event_with_its_new_date() -> None:
    first = _visited("first", "2022-05-18", published=date(2022, 5, 1), status="planned")
    moved = _visited("moved", "2022-06-02", published=date(2022, 5, 10), status="planned")
    done = _visited("done", "2022-06-02", published=date(2022, 6, 3))
    event = only(merge([first, moved, done]).events, Visit)

    assert (event.edtf, event.status, event.disputed) == ("2022-06-02", "occurred", ())
    assert any("date moved" in join.reasons for join in event.joins)


def test_nobody_holds_an_office_that_they_have_left() -> None:
    def went(article_id: str, edtf: str | None) -> Account:
        account = _went(article_id, PETROVA, offices={PETROVA.key: "Foreign Minister"})
        term = OfficeHolding(
            PETROVA.key, "Foreign Minister", "state/no", source="list", earliest="2020-01-01", latest="2021-12-31"
        )
        report = replace(account.reports[0], edtf=edtf)
        return replace(
            account,
            article=replace(account.article, published=None),
            holdings=(*account.holdings, term),
            reports=(report,),
        )

    undated = went("undated", None)
    assert len(merge([undated, went("in office", "2021-05-18")]).events) == 1
    assert len(merge([undated, went("afterwards", "2022-05-18")]).events) == 2


# What follows for articles without a date


def _undated(article_id: str, *reports: Report) -> Account:
    return told(article_id, "Petrova came to Harbour. Linden came, too. They met there.", *reports, published=None)


def test_a_day_of_no_year_gets_the_year_of_what_else_the_article_tells() -> None:
    text = "Petrova came to Harbour. Linden came, too. They met there."
    petrova = visit(text, "Petrova came", edtf="XXXX-05-18", status="planned")
    linden = visit(text, "Linden came", who=LINDEN, edtf="XXXX-05-19", status="planned")
    dated = _visited("dated", "2022-05-18", published=date(2022, 5, 20))
    events = {
        e.event.visitors: e for e in merge([_undated("u", petrova, linden), dated]).events if isinstance(e.event, Visit)
    }

    assert (events[PETROVA.key,].edtf, events[PETROVA.key,].inferred) == ("2022-05-18", False)
    assert (events[LINDEN.key,].edtf, events[LINDEN.key,].inferred) == ("2022-05-19", True)
    alone = merge([_undated("u", petrova, linden)]).events
    assert {(event.edtf, event.inferred) for event in alone} == {("XXXX-05-18", False), ("XXXX-05-19", False)}


def test_a_weekday_is_found_among_the_days_before_another_article() -> None:
    text = "Petrova came to Harbour. Linden came, too. They met there."
    tuesday = replace(visit(text, "Petrova came", edtf=None, status="planned"), weekday=1)
    recent = _visited("recent", "2022-05-23", published=date(2022, 5, 23))
    event = only(merge([_undated("u", tuesday), recent]).events, Visit)
    assert (event.edtf, event.inferred) == ("2022-05-17", True)


def test_an_event_that_another_article_dates_tells_when_an_article_was_written() -> None:
    text = "Petrova came to Harbour. Linden came, too. They met there."
    today = replace(visit(text, "Petrova came", edtf=None, status="planned"), offset=0)
    tomorrow = replace(visit(text, "Linden came", who=LINDEN, edtf=None, status="planned"), offset=1)
    events = merge(
        [_undated("u", today, tomorrow), _visited("dated", "2022-05-18", published=date(2022, 5, 20))]
    ).events

    assert {(event.edtf, event.inferred) for event in events} == {("2022-05-18", False), ("2022-05-19", True)}


def test_a_meeting_in_the_course_of_a_visit_is_in_its_month() -> None:
    text = "Petrova came to Harbour. Linden came, too. They met there."
    came = visit(text, "Petrova came", edtf=None, status="planned")
    met = Report(
        Meeting((LINDEN.key, PETROVA.key), HARBOUR.key, "in-person"),
        "planned",
        None,
        span(text, "They met"),
        0.9,
        "meeting/test",
    )
    dated = _visited("dated", "2022-05-18", published=date(2022, 5, 20))
    assert only(merge([_undated("u", came, met), dated]).events, Meeting).edtf == "2022-05"
    assert only(merge([_undated("u", came, met)]).events, Meeting).edtf is None


# Keys, and what became of them


def test_an_event_keeps_its_key_while_others_join_it_and_says_what_they_would_be() -> None:
    first = _visited("first", "2022-05-18", published=date(2022, 5, 18))
    later = _visited("later", "2022-05", published=date(2022, 7, 1))
    alone, other = only(merge([first]).events, Visit), only(merge([later]).events, Visit)
    both = only(merge([later, first]).events, Visit)

    assert (both.key, both.replaces) == (alone.key, (other.key,))
    assert only(merge([later]).events, Visit).key == other.key


def test_reports_that_cannot_all_be_right_are_disputed() -> None:
    one = _visited("one", "2022-05-18", published=date(2022, 5, 20))
    two = _visited("two", "2022-05-20", published=date(2022, 5, 21))
    assert only(merge([one, two]).events, Visit).disputed == ("edtf",)
    assert only(merge([one, _visited("two", "2022-05", published=date(2022, 6, 21))]).events, Visit).disputed == ()


# Words


@pytest.mark.parametrize(
    ("one", "other", "events"),
    [
        ("Enlargement is the gravest mistake of the decade", "enlarging was the gravest mistake in a decade", 1),
        ("We keep all eight crossings open until March", "to leave every crossing open until the end of March", 1),
        ("We keep all eight crossings open until March", "We will send four hundred generators", 2),
    ],
)
def test_a_quotation_and_its_rendering_are_one_statement(one: str, other: str, events: int) -> None:
    accounts = [
        told(name, f"Petrova said: {words}.", replace(_says(f"Petrova said: {words}.", words), edtf="2022-05-18"))
        for name, words in (("one", one), ("two", other))
    ]
    assert len(merge(accounts).events) == events


def test_the_same_words_on_another_day_are_said_again() -> None:
    text = "Petrova said: A gate is no wall."
    accounts = [
        told(name, text, replace(_says(text, "A gate is no wall"), edtf=edtf), published=date.fromisoformat(edtf))
        for name, edtf in (("one", "2022-05-18"), ("two", "2022-06-18"))
    ]
    assert len(merge(accounts).events) == 2


@given(order=st.permutations(range(6)), cut=st.integers(0, 6))
@settings(max_examples=40, deadline=None)
def test_parts_that_do_not_meet_are_joined_as_in_the_whole(order: list[int], cut: int) -> None:
    accounts = [
        harbour(),
        preview(),
        _visited("vague", "2022", published=date(2023, 1, 1)),
        _visited("other", "2019-03-03", published=date(2019, 3, 4)),
        _went("linden", LINDEN),
        _went("role", MINISTER, offices={MINISTER.key: "Foreign Minister"}),
    ]
    tellings_of = [telling for n in order for telling in tellings(accounts[n])]
    reached = {tellings_of[cut % len(tellings_of)]}
    while fresh := {t for t in tellings_of if t not in reached and any(_meet(t, other) for other in reached)}:
        reached |= fresh
    inside = join([t for t in tellings_of if t in reached])
    outside = join([t for t in tellings_of if t not in reached])
    assert sorted((*inside, *outside), key=lambda event: event.key) == list(join(tellings_of))


def _meet(one: Telling, other: Telling) -> bool:
    """Say whether two reports lie on one shelf, or on shelves of one key where the month does not count."""
    return any(
        key == its and (month == of_it or ANY in (month, of_it))
        for key, month in shelves(one)
        for its, of_it in shelves(other)
    )
