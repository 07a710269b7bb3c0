"""Written cases of what official records confirm, contradict and leave open, on real records and invented articles."""

from __future__ import annotations

import gzip
import itertools
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pyoxigraph as ox
import pytest

from kg.cli import main
from kg.corroborate import NEAR, Checked
from kg.iri import Names, term
from kg.merge import merge
from kg.official import records_of
from kg.rdf import graph_quads
from kg.records import Account, Actor, Contradiction, Meeting, Mode, Place, Report, Statement, Status, Visit
from kg.release import open_release, write_release
from kg.validate import Validator
from tests.accounts import article, span
from tests.derivation import corroborate, record_quads
from tests.test_release import contents

# The records that the cases are written to: Blinken in Cairo, 29 and 30 January 2023, where he met Sisi and Shoukry
# (US-trip-4121); Buhari received in Washington, 29 April to 1 May 2018 (US-visit-2911).

BLINKEN = Actor("person/antony-blinken", "person", "Antony Blinken")
SISI = Actor("person/abdel-fattah-el-sisi", "person", "Abdel Fattah el-Sisi")
SHOUKRY = Actor("person/sameh-shoukry", "person", "Sameh Shoukry")
LAVROV = Actor("person/sergey-lavrov", "person", "Sergey Lavrov")
BUHARI = Actor("person/muhammadu-buhari", "person", "Muhammadu Buhari")
TRUMP = Actor("person/donald-trump", "person", "Donald Trump")
BAKER = Actor("person/james-baker", "person", "James Baker")
CHRISTOPHER = Actor("person/warren-christopher", "person", "Warren Christopher")
EGYPT_STATE = Actor("state/eg", "state", "Egypt", country="EG")
ACTORS = (BLINKEN, SISI, SHOUKRY, LAVROV, BUHARI, TRUMP, BAKER, CHRISTOPHER, EGYPT_STATE)

CAIRO, EGYPT = Place("place/cairo-eg", "Cairo", "EG"), Place("place/eg", "Egypt", "EG")
ALEXANDRIA = Place("place/alexandria-eg", "Alexandria", "EG")
AMMAN, DAMASCUS = Place("place/amman-jo", "Amman", "JO"), Place("place/damascus-sy", "Damascus", "SY")
MOSCOW, SOMEWHERE = Place("place/moscow-ru", "Moscow", "RU"), Place("place/the-ranch", "the ranch")
WASHINGTON, NEW_YORK = Place("place/washington-us", "Washington", "US"), Place("place/new-york-us", "New York", "US")
PLACES = (CAIRO, EGYPT, ALEXANDRIA, AMMAN, DAMASCUS, MOSCOW, SOMEWHERE, WASHINGTON, NEW_YORK)

RECORDS = records_of({actor.key for actor in ACTORS})


def account(
    event: Visit | Meeting | Statement, edtf: str | None, status: Status = "occurred", name: str = "paper"
) -> Account:
    text = "This is what the paper says."
    report = Report(event, status, edtf, span(text, text), 0.9, "test")
    return Account(article(name, text), ACTORS, PLACES, (), (report,))


def checked(*accounts: Account) -> Checked:
    return corroborate(merge(accounts), RECORDS)


def visit(
    edtf: str | None, *, who: Sequence[Actor] = (BLINKEN,), to: Place = CAIRO, status: Status = "occurred"
) -> Checked:
    return checked(account(Visit(tuple(actor.key for actor in who), to.key), edtf, status))


def meeting(
    edtf: str | None,
    *who: Actor,
    at: Place | None = CAIRO,
    mode: Mode = "in-person",
    status: Status = "occurred",
) -> Checked:
    event = Meeting(tuple(sorted(actor.key for actor in who)), at.key if at else None, mode)
    return checked(account(event, edtf, status))


def confirmed(result: Checked) -> list[str]:
    return [one.record.id for one in result.corroborations]


NEITHER = Checked((), ())


@pytest.mark.parametrize("edtf", ["2023-01-29", "2023-01-30", "2023-01-30/2023-02-01", "2023-01-29~"])
def test_a_visit_within_the_recorded_days_is_confirmed(edtf: str) -> None:
    result = visit(edtf)
    assert confirmed(result) == ["US-trip-4121"]
    assert result.contradictions == ()


def test_the_country_or_the_month_is_enough_where_there_is_one_stay() -> None:
    assert confirmed(visit("2023-01-29", to=EGYPT)) == confirmed(visit("2023-01")) == ["US-trip-4121"]


def test_a_plan_that_was_carried_out_is_confirmed_and_a_cancelled_one_is_not() -> None:
    assert confirmed(visit("2023-01-30", status="planned")) == ["US-trip-4121"]
    assert visit("2023-01-30", status="cancelled") == NEITHER


def test_a_wrong_date_near_the_one_record_is_listed() -> None:
    result = visit("2023-02-03")
    assert result.corroborations == ()
    (found,) = result.contradictions
    assert found == Contradiction(
        kind="date",
        subject=found.subject,
        says="Antony Blinken visits Cairo (occurred, 2023-02-03)",
        source="US-trip-4121",
        source_says="Secretary of State Antony John Blinken in Egypt (Cairo), 2023-01-29/2023-01-30",
        articles=("paper",),
    )
    assert found.subject.startswith("visit/")


def test_a_wrong_date_is_listed_once_with_all_the_articles_that_have_it() -> None:
    wrong = Visit((BLINKEN.key,), CAIRO.key)
    right = account(wrong, "2023-01-29", name="right")
    result = checked(account(wrong, "2023-02-03", name="b"), account(wrong, "2023-02-03", name="a"), right)
    assert [found.articles for found in result.contradictions] == [("a", "b")]
    assert confirmed(result) == ["US-trip-4121"]


@pytest.mark.parametrize(
    ("edtf", "contradicted"),
    [
        ("2023-01-28", False),  # a day: a night flight
        ("2023-01-31", False),
        ("2023-01-27", True),
        ("2023-02-01", True),
        ("2023-02-13", True),
        ("2023-02-14", False),  # more than a fortnight: an occasion of its own, for all we know
        ("2023-01-15", True),
        ("2023-01-14", False),
    ],
)
def test_how_far_a_wrong_date_may_lie(edtf: str, contradicted: bool) -> None:
    assert NEAR == 14
    result = visit(edtf)
    assert result.corroborations == ()
    assert bool(result.contradictions) is contradicted


@pytest.mark.parametrize("edtf", [None, "XXXX-01-29", "../2023-01-29", "2023-01-29/", "2023"])
def test_a_date_that_does_not_fix_the_occasion_says_nothing(edtf: str | None) -> None:
    assert len([r for r in RECORDS[BLINKEN.key] if "EG" in r.countries and r.start[:4] == "2023"]) > 1
    assert visit(edtf) == NEITHER


def test_a_coarse_date_with_another_town_says_nothing() -> None:
    assert visit("2023-01", to=ALEXANDRIA) == NEITHER
    assert confirmed(visit("2023-01", to=EGYPT)) == ["US-trip-4121"]
    assert confirmed(visit("2023-01-30", to=ALEXANDRIA)) == ["US-trip-4121"]


def test_a_coarse_date_is_never_contradicted() -> None:
    assert visit("2023-02") == NEITHER


def test_a_wrong_date_of_a_plan_or_a_cancelled_visit_is_none() -> None:
    assert visit("2023-02-03", status="planned") == NEITHER
    assert visit("2023-02-03", status="cancelled") == NEITHER


def test_other_countries_and_other_travellers_are_not_confirmed() -> None:
    assert visit("2023-01-29", to=AMMAN) == NEITHER  # on record elsewhere that day, which is no contradiction
    assert visit("2023-01-29", to=SOMEWHERE) == NEITHER
    assert visit("2023-01-29", who=[LAVROV]) == NEITHER
    assert visit("2023-01-29", who=[replace(BLINKEN, key="person/blinken--paper")]) == NEITHER


def test_who_travels_with_others_is_confirmed() -> None:
    assert confirmed(visit("2023-01-29", who=[LAVROV, BLINKEN])) == ["US-trip-4121"]


def test_between_two_stays_nearby_no_date_is_wrong() -> None:
    """Christopher shuttled to Damascus seven times in April 1996: which stay would an article have meant?"""
    assert confirmed(visit("1996-04-23", who=[CHRISTOPHER], to=DAMASCUS)) == ["US-trip-695"]
    assert visit("1996-04-29", who=[CHRISTOPHER], to=DAMASCUS) == NEITHER


def test_a_state_that_is_no_more_is_where_news_has_its_towns() -> None:
    assert confirmed(visit("1990-11-08", who=[BAKER], to=MOSCOW)) == ["US-trip-358"]
    assert len(visit("1990-11-14", who=[BAKER], to=MOSCOW).contradictions) == 1


def test_a_meeting_is_confirmed_by_the_name_of_whom_the_traveller_met() -> None:
    assert confirmed(meeting("2023-01-30", BLINKEN, SHOUKRY)) == ["US-trip-4121"]
    assert confirmed(meeting("2023-01-30", BLINKEN, SISI, SHOUKRY)) == ["US-trip-4121"]
    assert confirmed(meeting("2023-01-30", BLINKEN, SISI, EGYPT_STATE, status="planned")) == ["US-trip-4121"]


def test_being_in_one_town_is_no_meeting() -> None:
    assert meeting("2023-01-30", BLINKEN, LAVROV) == NEITHER
    assert meeting("2023-01-30", BLINKEN, EGYPT_STATE) == NEITHER
    assert meeting("2023-01-30", BLINKEN, SHOUKRY, LAVROV) == NEITHER
    assert meeting("2023-01-30", SISI, SHOUKRY) == NEITHER


@pytest.mark.parametrize("mode", ["phone", "video"])
def test_a_call_is_no_journey(mode: Mode) -> None:
    assert meeting("2023-01-30", BLINKEN, SHOUKRY, mode=mode) == NEITHER
    assert meeting("2023-02-03", BLINKEN, SHOUKRY, mode=mode) == NEITHER


def test_where_the_article_does_not_say_how_they_spoke_it_must_say_where() -> None:
    assert confirmed(meeting("2023-01-30", BLINKEN, SHOUKRY, mode="unknown")) == ["US-trip-4121"]
    assert meeting("2023-01-30", BLINKEN, SHOUKRY, mode="unknown", at=None) == NEITHER
    assert confirmed(meeting("2023-01-30", BLINKEN, SHOUKRY, at=None)) == ["US-trip-4121"]


def test_a_meeting_in_person_can_have_a_wrong_date() -> None:
    assert len(meeting("2023-02-03", BLINKEN, SHOUKRY).contradictions) == 1
    assert meeting("2023-02-03", BLINKEN, SHOUKRY, mode="unknown") == NEITHER
    assert meeting("2023-02-03", BLINKEN, SHOUKRY, at=None) == NEITHER


def test_a_leader_who_is_received_meets_the_president() -> None:
    assert confirmed(visit("2018-04-30", who=[BUHARI], to=WASHINGTON)) == ["US-visit-2911"]
    assert confirmed(meeting("2018-04-30", BUHARI, TRUMP, at=WASHINGTON)) == ["US-visit-2911"]
    assert meeting("2018-04-30", BUHARI, BLINKEN, at=WASHINGTON) == NEITHER


def test_leaders_also_come_without_being_received() -> None:
    """Not all of their visits are on record, so only the town in which they were received can have a wrong date."""
    assert visit("2018-05-05", who=[BUHARI], to=NEW_YORK) == NEITHER
    assert len(visit("2018-05-05", who=[BUHARI], to=WASHINGTON).contradictions) == 1


def test_what_is_said_is_never_confirmed() -> None:
    said = Statement(BLINKEN.key, span("This is what the paper says.", "what"), "say", True, (SHOUKRY.key,))
    assert checked(account(said, "2023-01-30")) == NEITHER


def test_the_order_of_articles_and_records_does_not_matter() -> None:
    accounts = [
        account(Visit((BLINKEN.key,), CAIRO.key), "2023-01-29", name="a"),
        account(Visit((BLINKEN.key,), CAIRO.key), "2023-02-03", name="b"),
        account(Meeting((BLINKEN.key, SHOUKRY.key), CAIRO.key, "in-person"), "2023-01-30", name="c"),
        account(Visit((BUHARI.key,), WASHINGTON.key), "2018-05-05", name="d"),
    ]
    backwards = {key: stays[::-1] for key, stays in reversed(RECORDS.items())}
    results = {corroborate(merge(order), r) for order in itertools.permutations(accounts) for r in (RECORDS, backwards)}
    (result,) = results
    assert (len(result.corroborations), len(result.contradictions)) == (2, 2)


# In the graph


def quads() -> list[ox.Quad]:
    accounts = [
        account(Visit((BLINKEN.key,), CAIRO.key), "2023-01-29", name="a"),
        account(Visit((BUHARI.key,), WASHINGTON.key), "2018-05-05", name="b"),
    ]
    merged = merge(accounts)
    result = corroborate(merged, RECORDS)
    return [*graph_quads(Names(), accounts, merged), *record_quads(Names(), merged, result.corroborations)]


def graph() -> ox.Store:
    store = ox.Store()
    store.extend(quads())
    return store


def test_only_records_that_confirm_something_are_in_the_graph_and_in_one_of_their_own() -> None:
    store = graph()
    records = list(store.quads_for_pattern(None, term("rdf:type"), term("leg:OfficialRecord")))
    assert [quad.subject for quad in records] == [Names().node("record/us-trip-4121")]
    assert {quad.graph_name for quad in records} == {Names().graph("records")}
    (link,) = store.quads_for_pattern(None, term("leg:corroboratedBy"), None)
    assert (link.object, link.graph_name) == (records[0].subject, Names().graph("records"))


def test_a_record_says_whose_it_is_and_quotes_its_source() -> None:
    store = graph()
    node = Names().node("record/us-trip-4121")
    said = {(q.predicate, q.object.value) for q in store.quads_for_pattern(node, None, None)}
    source = "https://github.com/HistoryAtState/travels/blob/HEAD/secretary-travels/blinken-antony-j.xml"
    for curie, value in (
        ("rdfs:label", "Secretary of State Antony John Blinken in Egypt (Cairo), 2023-01-29/2023-01-30"),
        ("leg:traveller", Names().node(BLINKEN.key).value),
        ("leg:countryCode", "EG"),
        ("leg:recordedPlace", Names().node(CAIRO.key).value),
        ("leg:edtf", "2023-01-29/2023-01-30"),
        ("leg:earliest", "2023-01-29"),
        ("leg:latest", "2023-01-30"),
        ("dct:identifier", "US-trip-4121"),
        ("dct:source", source),
        ("dct:license", "https://creativecommons.org/publicdomain/zero/1.0/"),
    ):
        assert (term(curie), value) in said, curie
    (words,) = (value for predicate, value in said if predicate == term("dct:description"))
    assert words.startswith("Met with President Abdel Fattah El-Sisi, Foreign Minister Sameh Shoukry")


def test_the_graph_with_records_conforms_to_the_shapes() -> None:
    assert Validator().check(quads()) == ()


# In a release


def test_the_manifest_lists_contradictions_sorted_and_the_version_tells_them(tmp_path: Path) -> None:
    one, two = (Contradiction("date", key, "says", "US-trip-1", "record", ("a",)) for key in ("visit/1", "visit/2"))
    plain, _ = write_release(tmp_path / "plain", contents())
    version, path = write_release(tmp_path / "there", replace(contents(), contradictions=(one, two)))
    same, back = write_release(tmp_path / "back", replace(contents(), contradictions=(two, one)))

    assert plain != version == same
    assert (path / "manifest.json").read_bytes() == (back / "manifest.json").read_bytes()
    listed = open_release(tmp_path / "there").manifest["contradictions"]
    assert listed[0] == {
        "kind": "date",
        "subject": "visit/1",
        "says": "says",
        "source": "US-trip-1",
        "source_says": "record",
        "articles": ["a"],
    }
    assert [item["subject"] for item in listed] == ["visit/1", "visit/2"]
    assert open_release(tmp_path / "plain").manifest["contradictions"] == []


RIGHT = (
    "U.S. Secretary of State Antony Blinken arrived in Cairo on January 29, 2023, the State Department said. "
    "He will visit the old city before he leaves for Jerusalem."
)


@pytest.mark.slow
def test_articles_are_read_and_held_against_the_records(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name, text in (("right", RIGHT), ("wrong", RIGHT.replace("January 29", "February 6"))):
        told = {"id": name, "text": text, "published": "2023-02-07", "title": "Blinken in Cairo"}
        (tmp_path / f"{name}.json").write_text(json.dumps(told), "utf-8")
    inputs = [str(tmp_path / f"{name}.json") for name in ("right", "wrong")]

    assert main(["build", *inputs, "--out", str(tmp_path / "out")]) == 0
    assert "1 contradiction with other sources; see " in capsys.readouterr().out

    release = open_release(tmp_path / "out")
    (found,) = release.manifest["contradictions"]
    assert (found["kind"], found["source"], found["articles"]) == ("date", "US-trip-4121", ["wrong"])
    (link,) = release.store.quads_for_pattern(None, term("leg:corroboratedBy"), None)
    assert link.object == Names().node("record/us-trip-4121")
    event = release.store.quads_for_pattern(link.subject, term("leg:edtf"), None)
    assert [quad.object.value for quad in event] == ["2023-01-29"]
    assert release.manifest["counts"]["records"] == 1
    with gzip.open(release.dump) as dump:
        assert sum(b"/graph/records>" in line for line in dump) > 10
