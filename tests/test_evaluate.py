"""The scorer on cases small enough to count by hand, and on a perfect copy of every annotation."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from kg.errors import InputError, ReleaseError
from kg.evaluate import (
    Found,
    FoundActor,
    FoundEvent,
    FoundPlace,
    Gold,
    GoldActor,
    GoldEvent,
    Retelling,
    Tally,
    Trap,
    at_least,
    evaluate,
    from_account,
    from_release,
    load_gold,
    render,
    score,
    to_json,
)
from kg.evaluate.match import Cast, compatible, pair, words
from kg.iri import Names
from kg.merge import merge
from kg.rdf import graph_quads, nquads, ontology_quads
from kg.records import Account, Actor, Article, Meeting, Place, Report, Span, Statement, Visit
from kg.release import Contents, write_release

HERE = Path(__file__).parent
MERKEL = GoldActor("Angela Merkel", "person", ("Merkel", "the Chancellor"), "Chancellor", "Germany", "Q567")
SARKOZY = GoldActor("Nicolas Sarkozy", "person", ("Sarkozy", "he"), "President", "France")
FRANCE = GoldActor("France", "state", ("Paris",), wikidata="Q142")
GOVERNMENT = GoldActor("Government of France", "organization", ("Paris",), of="France")
MINISTRY = GoldActor("Ministry of Foreign Affairs of France", "organization", ("Quai d'Orsay",), of="France")
ACTORS = (MERKEL, SARKOZY, FRANCE, GOVERNMENT, MINISTRY)
VISIT = GoldEvent("visit", ("Angela Merkel",), "flew to Paris", place="Paris", country="FR", edtf="2011-12-05")
MEETING = GoldEvent("meeting", ("Angela Merkel", "Nicolas Sarkozy"), "met Sarkozy", edtf="2011-12-05", mode="in-person")
SAID = GoldEvent("statement", ("Nicolas Sarkozy",), "France will not leave the euro", act="promise", direct=True)


def as_found(gold: Gold) -> Found:
    """Say exactly what the annotation says."""
    actors = {a.name: FoundActor(a.name, a.kind, a.aliases, a.wikidata) for a in gold.actors}
    return Found(
        gold.id,
        tuple(
            FoundEvent(
                kind=e.kind,
                actors=tuple(actors[name] for name in e.actors),
                evidence=e.evidence,
                place=FoundPlace(e.place, e.country) if e.place else None,
                edtf=e.edtf,
                status=e.status,
                mode=e.mode,
                act=e.act,
                direct=e.direct,
                content=e.evidence if e.kind == "statement" else None,
            )
            for e in gold.events
        ),
    )


def case(*events: GoldEvent, **more: object) -> Gold:
    """Return an annotated article about the usual actors."""
    return replace(Gold("x1", ACTORS, events), **more)  # type: ignore[arg-type]


def tallies(gold: Gold, *events: FoundEvent) -> dict[str, Tally]:
    """Return the tallies by kind, without the kinds of which there is nothing."""
    scores = score({gold.id: gold}, {gold.id: Found(gold.id, events)})
    return {kind: tally for kind, tally in scores.kinds.items() if tally != Tally()}


@pytest.mark.parametrize("folder", ["gold", "corpus/open"])
def test_a_copy_of_the_annotations_is_perfect(folder: str) -> None:
    golds = load_gold(HERE / folder)
    scores = score(golds, {key: as_found(gold) for key, gold in golds.items()})
    for kind, tally in scores.kinds.items():
        assert (kind, tally.extra, tally.missed) == (kind, 0, 0)
        assert tally.found == sum(e.required and e.kind == kind for gold in golds.values() for e in gold.events)
        assert tally.f1 == 1
    assert {name: a.share for name, a in scores.details.items()} == dict.fromkeys(scores.details, 1)
    assert scores.traps.right == 0
    assert scores.traps.total > 0
    assert scores.absent == ()


def test_finding_nothing_scores_nothing() -> None:
    scores = score({"x1": case(VISIT, MEETING, SAID)}, {})
    assert scores.overall == Tally(0, 0, 3)
    assert (scores.overall.precision, scores.overall.recall, scores.overall.f1) == (0, 0, 0)
    assert scores.absent == ("x1",)


def test_articles_without_annotations_are_left_out() -> None:
    gold = case(VISIT)
    assert score({"x1": gold}, {"x1": as_found(gold), "x2": as_found(gold)}).overall == Tally(1, 0, 0)


def test_a_second_report_of_one_event_is_an_extra() -> None:
    gold = case(VISIT, retellings=(Retelling(0, "her trip to Paris last week"),))
    (event,) = as_found(gold).events
    again = replace(event, evidence="her trip to Paris")
    scores = score({"x1": gold}, {"x1": Found("x1", (event, again))})
    assert scores.kinds["visit"] == Tally(1, 1, 0)
    assert scores.retold == 1
    assert [f.evidence for f in scores.findings if f.sort == "extra"] == ["her trip to Paris"]


def test_a_borderline_event_counts_neither_found_nor_missed() -> None:
    gold = case(replace(VISIT, required=False), MEETING)
    assert tallies(gold) == {"meeting": Tally(0, 0, 1)}
    assert tallies(gold, *as_found(gold).events) == {"meeting": Tally(1, 0, 0)}


def test_the_evidence_tells_a_required_event_from_a_borderline_one() -> None:
    borderline = replace(VISIT, required=False, evidence="had been there in spring", edtf="2011-21")
    gold = case(VISIT, borderline)
    event = replace(as_found(gold).events[1])
    assert tallies(gold, event) == {"visit": Tally(0, 0, 1)}


def test_swapped_speakers_are_two_errors_each() -> None:
    gold = case(SAID, replace(SAID, actors=("Angela Merkel",), evidence="Nobody wants to see that happen"))
    one, two = as_found(gold).events
    swapped = (replace(one, actors=two.actors), replace(two, actors=one.actors))
    assert tallies(gold, *swapped) == {"statement": Tally(0, 2, 2)}


def test_a_statement_needs_the_words() -> None:
    gold = case(SAID)
    (event,) = as_found(gold).events
    assert tallies(gold, replace(event, content="“France will NOT leave the euro,”")) == {"statement": Tally(1, 0, 0)}
    assert tallies(gold, replace(event, content="France will not leave the euro, whatever it costs us and others")) == {
        "statement": Tally(1, 0, 0)
    }
    assert tallies(gold, replace(event, content="the weather in Paris was cold")) == {"statement": Tally(0, 1, 1)}


def test_a_statement_that_swallows_another_is_reported() -> None:
    more = replace(SAID, evidence="not now")
    gold = case(SAID, more)
    whole = replace(as_found(gold).events[0], content="France will not leave the euro, not now")
    scores = score({"x1": gold}, {"x1": Found("x1", (whole,))})
    assert scores.kinds["statement"] == Tally(1, 0, 1)
    assert scores.covered == 1


@pytest.mark.parametrize(
    ("name", "kind", "annotated"),
    [
        ("Angela Merkel", "person", "Angela Merkel"),
        ("ANGELA  MÉRKEL", "person", "Angela Merkel"),
        ("A. Merkel", "person", "Angela Merkel"),
        ("Mrs Merkel", "person", "Angela Merkel"),
        ("Angele Merkel", "person", "Angela Merkel"),
        ("Chancellor of Germany", "person", "Angela Merkel"),
        ("Tobias Merkel", "person", None),
        ("Angela Davis", "person", None),
        ("he", "person", None),
        ("French Government", "organization", None),
        ("Government of France", "organization", "France"),
        ("the France government", "organization", "France"),
        ("Paris", "state", "France"),
        ("Ministry of Foreign Affairs of France", "organization", "Ministry of Foreign Affairs of France"),
        ("Ministry of Foreign Affairs of the France", "organization", "Ministry of Foreign Affairs of France"),
        ("Ministry of Finance of France", "organization", None),
        ("Germany", "state", None),
    ],
)
def test_who_is_who(name: str, kind: str, annotated: str | None) -> None:
    cast = Cast(ACTORS)
    expected = None if annotated is None else cast.number(annotated)
    assert cast.find(FoundActor(name, kind)) == expected


def test_other_names_and_identifiers_bridge_labels() -> None:
    cast = Cast(ACTORS)
    assert cast.find(FoundActor("Bundeskanzlerin", "person", (), "Q567")) == cast.number("Angela Merkel")
    assert cast.find(FoundActor("French Republic", "state", ("France",))) == cast.number("France")
    assert cast.find(FoundActor("Nobody", "person", ("Merkel", "Sarkozy"))) is None
    assert cast.find(FoundActor("Nobody", "person", ("he",))) is None


def test_the_us_is_no_pronoun() -> None:
    cast = Cast((GoldActor("United States", "state", ("the U.S.",)), GoldActor("Angela Merkel", "person", ("us",))))
    assert cast.find(FoundActor("US", "state")) == cast.number("United States")


@pytest.mark.parametrize("folder", ["gold", "corpus/open"])
def test_no_form_of_a_name_leads_to_somebody_else(folder: str) -> None:
    for gold in load_gold(HERE / folder).values():
        cast = Cast(gold.actors)
        for actor in gold.actors:
            found = {cast.find(FoundActor(form, actor.kind)) for form in (actor.name, *actor.aliases)}
            assert found <= {cast.number(actor.name), None}, (gold.id, actor.name)


def test_two_of_a_name_are_told_apart_or_not_at_all() -> None:
    cast = Cast((GoldActor("George Bush", "person"), GoldActor("Jeb Bush", "person")))
    assert cast.find(FoundActor("Bush", "person")) is None
    assert cast.find(FoundActor("J. Bush", "person")) == cast.number("Jeb Bush")


def test_a_state_and_its_government_are_one_actor() -> None:
    gold = case(replace(SAID, actors=("Government of France",)))
    (event,) = as_found(gold).events
    for actor in (FoundActor("France", "state"), FoundActor("Government of France", "organization")):
        assert tallies(gold, replace(event, actors=(actor,))) == {"statement": Tally(1, 0, 0)}
    ministry = FoundActor("Ministry of Foreign Affairs of France", "organization")
    assert tallies(gold, replace(event, actors=(ministry,))) == {"statement": Tally(0, 1, 1)}


def test_visits_match_by_country_and_prefer_the_place_and_the_date() -> None:
    gold = case(VISIT, replace(VISIT, place="Lyon", edtf="2011-11-03", evidence="was in Lyon"))
    paris, lyon = as_found(gold).events
    vague = replace(paris, place=FoundPlace("France", "FR"), evidence="")
    assert pair(gold, [vague]) == [(0, 0)]
    assert pair(gold, [replace(vague, edtf="2011-11-03")]) == [(1, 0)]
    assert pair(gold, [lyon, paris]) == [(0, 1), (1, 0)]
    assert pair(gold, [replace(paris, place=FoundPlace("Berlin", "DE"))]) == []


def test_visits_years_apart_are_two_unless_the_words_are_the_same() -> None:
    gold = case(VISIT)
    (event,) = as_found(gold).events
    assert pair(gold, [replace(event, edtf="1999-12-05")]) == [(0, 0)]
    assert pair(gold, [replace(event, edtf="1999-12-05", evidence="as a young envoy")]) == []
    assert pair(gold, [replace(event, edtf=None, evidence="as a young envoy")]) == [(0, 0)]


def test_a_meeting_needs_two_of_its_participants() -> None:
    gold = case(replace(MEETING, actors=("Angela Merkel", "Nicolas Sarkozy", "France")))
    (event,) = as_found(gold).events
    assert tallies(gold, replace(event, actors=event.actors[1::-1])) == {"meeting": Tally(1, 0, 0)}
    assert tallies(gold, replace(event, actors=event.actors[:1])) == {"meeting": Tally(0, 1, 1)}


def test_details_are_judged_on_what_was_matched() -> None:
    gold = case(VISIT, MEETING, SAID)
    visit, meeting, said = as_found(gold).events
    events = (
        replace(visit, status="planned", edtf="2011-12"),
        replace(meeting, mode="phone", edtf="2011-12-05/2011-12-06"),
        replace(said, act="say", direct=False),
    )
    details = score({"x1": gold}, {"x1": Found("x1", events)}).details
    assert {name: (a.right, a.total) for name, a in details.items()} == {
        "status": (1, 2),
        "date": (0, 2),
        "date compatible": (2, 2),
        "mode": (0, 1),
        "act": (0, 1),
        "direct": (0, 1),
    }


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("2022-05-18", "2022-05-18", True),
        ("2022-05-18", "2022-05", True),
        ("2022-05-18", "2022-06", False),
        ("2022-21", "2022-04-02", True),
        ("2022-21", "2022-07", False),
        ("XXXX-05-18", "2022-05-18", True),
        ("2022?", "2022-05", True),
        ("2023-01-29/2023-01-30", "2023-01-29", True),
        ("../2023-01-30", None, True),
        (None, None, True),
        (None, "2022", False),
    ],
)
def test_dates_that_can_be_the_same(one: str | None, other: str | None, expected: bool) -> None:
    assert compatible(one, other) is expected
    assert compatible(other, one) is expected


def test_a_trap_is_taken_by_an_extra_that_rests_on_it() -> None:
    gold = case(
        VISIT, traps=(Trap("if Merkel flew to Paris again", "hypothetical"), Trap("did not see him", "negated"))
    )
    (event,) = as_found(gold).events
    fallen = replace(event, evidence="would be welcome if Merkel flew to Paris again")
    scores = score({"x1": gold}, {"x1": Found("x1", (event, fallen))})
    assert (scores.traps.right, scores.traps.total) == (1, 2)
    assert score({"x1": gold}, {"x1": Found("x1", (event,))}).traps.right == 0


def test_confidence_cuts() -> None:
    gold = case(VISIT)
    (event,) = as_found(gold).events
    founds = {"x1": Found("x1", (replace(event, confidence=0.4),))}
    assert score({"x1": gold}, at_least(founds, 0.5)).overall == Tally(0, 0, 1)
    assert score({"x1": gold}, at_least(founds, 0.4)).overall == Tally(1, 0, 0)


@pytest.fixture
def account() -> Account:
    """Return an account of one visit, one meeting and one statement."""
    text = "Merkel flew to Paris. She met Sarkozy. “No,” he said."
    article = Article("x1", text, "0" * 64)
    merkel, sarkozy = Actor("person/m", "person", "Angela Merkel", ("Merkel",)), Actor("person/s", "person", "Sarkozy")
    return Account(
        article,
        (merkel, sarkozy),
        (Place("place/paris-fr", "Paris", "FR"),),
        (),
        (
            Report(Visit(("person/m",), "place/paris-fr"), "occurred", "2011-12-05/2011-12-06", Span(0, 20), 0.9, "go"),
            Report(Meeting(("person/m", "person/s"), mode="in-person"), "occurred", None, Span(22, 38), 0.8, "meet"),
            Report(Statement("person/s", Span(40, 43), "deny", True), "occurred", None, Span(39, 53), 0.7, "quote"),
        ),
    )


def test_from_account(account: Account) -> None:
    visit, meeting, said = from_account(account).events
    assert visit.actors == (FoundActor("Angela Merkel", "person", ("Merkel",)),)
    assert (visit.place, visit.edtf) == (FoundPlace("Paris", "FR"), "2011-12-05/2011-12-06")
    assert (meeting.mode, meeting.place, meeting.evidence) == ("in-person", None, "She met Sarkozy.")
    assert (said.content, said.act, said.direct, said.rule, said.confidence) == ("No,", "deny", True, "quote", 0.7)
    gold = case(replace(VISIT, edtf="2011-12-05/2011-12-07"))
    assert pair(gold, [visit]) == [(0, 0)]


def test_a_release_says_what_its_accounts_say(account: Account, tmp_path: Path) -> None:
    silent = Account(Article("x2", "Nothing happened.", "1" * 64))
    accounts = [account, silent]
    names, merged = Names(), merge(accounts)
    quads = [*graph_quads(names, accounts, merged), *ontology_quads(names)]
    contents = Contents(added=nquads(quads), inputs=(), refused=(), counts={}, model="no model", names=names)
    _, path = write_release(tmp_path, contents)
    for folder in (tmp_path, path):
        founds = from_release(folder)
        assert sorted(founds) == ["x1", "x2"]
        assert founds["x2"].events == ()
        assert set(map(unordered, founds["x1"].events)) == set(map(unordered, from_account(account).events))
    gold = case(VISIT, MEETING)
    (tmp_path / "gold").mkdir()
    assert score({"x1": gold}, from_release(tmp_path)).overall.missed == 0


def unordered(event: FoundEvent) -> FoundEvent:
    """Return the event with its actors sorted: in a release they have no order."""
    return replace(event, actors=tuple(sorted(event.actors, key=repr)))


def test_details_are_printed_only_when_asked_for() -> None:
    scores = score({"x1": case(VISIT)}, {})
    assert "flew to Paris" not in render(scores)
    assert "flew to Paris" in render(scores, details=True)
    assert "flew to Paris" not in to_json(scores)
    assert "x1" not in to_json(scores)
    assert json.loads(to_json(scores, details=True))["findings"][0]["evidence"] == "flew to Paris"
    assert json.loads(to_json(scores))["kinds"]["visit"]["missed"] == 1


def test_names_as_words() -> None:
    assert words("the U.S.") == "us"
    assert words("Chișinău – Søren’s") == "chisinau sorens"


def test_messages_name_the_folder(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no annotations"):
        load_gold(tmp_path)
    with pytest.raises(ReleaseError, match=r"legation build"):
        evaluate(HERE / "gold", tmp_path)
    (tmp_path / "a.json").write_text('{"id": "a"}', "utf-8")
    with pytest.raises(InputError, match=r"a\.json: not an annotation"):
        load_gold(tmp_path)
