"""What follows from events: edges from those that occurred, counts from all, each fact standing and falling alone."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import astuple, replace
from importlib.resources import files
from pathlib import Path

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import Quad

from kg.derived import Fact, fact_quads, facts, state_actor
from kg.iri import DEFAULT_BASE, Names, term
from kg.merge import Merged, merge
from kg.pipeline import build
from kg.query import run
from kg.rdf import graph_quads, nquads, ontology_quads
from kg.records import Actor, Event, Meeting, Mode, Place, Span, Statement, Status, Visit
from kg.release import open_release
from kg.validate import Validator
from tests.accounts import fake_reader, harbour, preview
from tests.derivation import derived_quads, tally, with_states

NAMES = Names()

ANA = Actor("person/ana", "person", "Ana", country="NO")
BO = Actor("person/bo", "person", "Bo", country="SE")
CEM = Actor("person/cem", "person", "Cem", country="TR")
DAG = Actor("person/dag", "person", "Dag", country="NO")
ELI = Actor("person/eli", "person", "Eli")
NORWAY = state_actor("state/no")
MINISTRY = Actor("organization/ministry", "organization", "Ministry", subkind="Ministry", country="SE")
PAPER = Actor("organization/paper", "organization", "Paper", subkind="MediaOrganization", country="SE")
ACTORS = {actor.key: actor for actor in (ANA, BO, CEM, DAG, ELI, NORWAY, MINISTRY, PAPER)}
PLACES = {
    place.key: place
    for place in (Place("place/oslo", "Oslo", "NO"), Place("place/ankara", "Ankara", "TR"), Place("place/hall", "Hall"))
}


def event(told: Visit | Meeting | Statement, status: Status = "occurred", edtf: str | None = "2022-05-18") -> Event:
    return Event("event/e", told, status, edtf, "An event", (("a", 0),))


def meeting(*who: Actor, mode: Mode = "unknown", status: Status = "occurred", edtf: str | None = "2022-05-18") -> Event:
    return event(Meeting(tuple(actor.key for actor in who), mode=mode), status, edtf)


def visit(*who: Actor, to: str, status: Status = "occurred", edtf: str | None = "2022-05-18") -> Event:
    return event(Visit(tuple(actor.key for actor in who), to), status, edtf)


def edges(told: Event) -> set[tuple[str, str, str]]:
    """Return the edges as (relation, one, other), each key without its first part."""
    found = facts(told, ACTORS, PLACES)
    short = {(f.relation, f.subject.partition("/")[2], f.object.partition("/")[2]) for f in found}
    return {row for row in short if row[0] in {"metWith", "metInPersonWith", "visitedState"}}


def cells(told: Event) -> set[tuple[str, ...]]:
    """Return the cells as (state, other state, kind, status, year), states without their first part."""
    found = [fact for fact in facts(told, ACTORS, PLACES) if fact.relation == "dyadYear"]
    return {(f.subject[6:], f.object[6:], f.kind, f.status, f.year) for f in found}


def test_all_who_took_part_have_met_in_both_directions() -> None:
    assert edges(meeting(ANA, BO, NORWAY)) == {
        ("metWith", one, other) for one in ("ana", "bo", "no") for other in ("ana", "bo", "no") if one != other
    }


@pytest.mark.parametrize("mode", ["in-person", "phone", "video", "unknown"])
def test_calls_are_contacts_and_only_what_is_told_is_in_person(mode: Mode) -> None:
    both = {("ana", "bo"), ("bo", "ana")}
    found = edges(meeting(ANA, BO, mode=mode))
    assert {(one, other) for relation, one, other in found if relation == "metWith"} == both
    in_person = {(one, other) for relation, one, other in found if relation == "metInPersonWith"}
    assert in_person == (both if mode == "in-person" else set())


@pytest.mark.parametrize("status", ["planned", "cancelled"])
def test_what_has_not_occurred_gives_no_edge_but_is_counted_as_such(status: Status) -> None:
    assert edges(meeting(ANA, BO, status=status)) == edges(visit(BO, to="place/oslo", status=status)) == set()
    assert cells(visit(BO, to="place/oslo", status=status)) == {("se", "no", "Visit", status, "2022")}


def test_a_visit_is_to_the_state_of_its_destination_and_nobody_visits_their_own() -> None:
    assert edges(visit(BO, ANA, NORWAY, ELI, to="place/oslo")) == {
        ("visitedState", "bo", "no"),
        ("visitedState", "eli", "no"),
    }
    assert edges(visit(BO, to="place/hall")) == set()
    assert edges(visit(BO, to="place/unheard-of")) == set()


def test_a_state_is_counted_once_an_event_and_a_meeting_in_both_directions() -> None:
    told = cells(meeting(ANA, DAG, NORWAY, BO, MINISTRY))
    assert told == {("no", "se", "Meeting", "occurred", "2022"), ("se", "no", "Meeting", "occurred", "2022")}
    assert cells(meeting(ANA, DAG)) == set()


def test_only_persons_and_parts_of_a_state_act_for_it() -> None:
    assert cells(meeting(ANA, PAPER)) == cells(meeting(ANA, ELI)) == set()
    assert len(cells(meeting(ANA, MINISTRY))) == 2


def test_a_statement_counts_by_its_act_for_those_whom_it_is_about_or_addressed_to() -> None:
    said = Statement(ANA.key, Span(0, 4), "accuse", False, (BO.key, "meeting/m", DAG.key), (CEM.key,))
    assert cells(event(said)) == {
        ("no", "se", "Accuse", "occurred", "2022"),
        ("no", "tr", "Accuse", "occurred", "2022"),
    }
    assert edges(event(said)) == set()


@pytest.mark.parametrize(
    ("edtf", "year"),
    [
        ("2022-05-18", "2022"),
        ("2022", "2022"),
        ("2022-12-30/2023-01-02", "2022"),
        ("2022-11/", "2022"),
        ("2022-21", "2022"),
        ("0987-05", "0987"),
        ("2022-24", "XXXX"),
        ("202X", "XXXX"),
        ("../2022-05", "XXXX"),
        ("XXXX-05-18", "XXXX"),
        (None, "XXXX"),
    ],
)
def test_an_event_counts_in_the_year_in_which_it_begins_if_that_is_sure(edtf: str | None, year: str) -> None:
    assert {cell[-1] for cell in cells(visit(BO, to="place/oslo", edtf=edtf))} == {year}


def test_a_code_that_two_states_have_had_is_neither() -> None:
    """Czechoslovakia and Serbia and Montenegro both had CS."""
    place = Place("place/cs", "Czechoslovakia", "CS")
    assert facts(visit(BO, to=place.key), ACTORS, {place.key: place}) == frozenset()
    somewhere = Place("place/xx", "Nowhere", "XX")
    assert facts(visit(BO, to=somewhere.key), ACTORS, {somewhere.key: somewhere}) == frozenset()


def test_states_that_edges_point_at_are_actors_once() -> None:
    told = merge([harbour()])  # which names the state in whose harbour the visit ends, by a name of its own
    numbers = tally(told)
    assert Fact("state", "state/no") in numbers
    assert with_states(told, numbers) == told
    unnamed = replace(told, actors=tuple(actor for actor in told.actors if actor.kind != "state"))
    completed = with_states(unnamed, numbers)
    assert [actor for actor in completed.actors if actor not in unnamed.actors] == [state_actor("state/no")]
    assert list(completed.actors) == sorted(completed.actors, key=lambda actor: actor.key)
    known = state_actor("state/no")
    assert (known.name, known.country, known.wikidata) == ("Norway", "NO", "Q20")
    assert ("IsoAlpha3", "NOR") in known.notations


def merged(events: Sequence[Event]) -> Merged:
    return Merged(tuple(ACTORS.values()), tuple(PLACES.values()), tuple(events))


STATUSES = st.sampled_from(["occurred", "planned", "cancelled"])
DATES = st.sampled_from(["2021-03", "2022-05-18", None])
PEOPLE = st.lists(st.sampled_from(sorted(ACTORS)), min_size=2, max_size=4, unique=True).map(tuple)
EVENTS = st.one_of(
    st.builds(lambda who, s, d: event(Meeting(who, mode="in-person"), s, d), PEOPLE, STATUSES, DATES),
    st.builds(
        lambda who, to, s, d: event(Visit(who, to), s, d), PEOPLE, st.sampled_from(sorted(PLACES)), STATUSES, DATES
    ),
    st.builds(lambda who, d: event(Statement(who[0], Span(0, 1), "say", True, who[1:]), "occurred", d), PEOPLE, DATES),
)


@given(st.lists(EVENTS, max_size=6), st.lists(EVENTS, max_size=3))
def test_counts_go_up_and_down_event_by_event(kept: list[Event], gone: list[Event]) -> None:
    """Adding the facts of some events and taking them away again leaves the quads of the others, whatever the order."""
    counts = dict(tally(merged([*gone, *kept])))
    for one in gone:
        for fact in facts(one, ACTORS, PLACES):
            counts[fact] -= 1
    left = {fact: number for fact, number in counts.items() if number}
    assert nquads(derived_quads(NAMES, left)) == nquads(derived_quads(NAMES, tally(merged(kept[::-1]))))


@given(st.lists(EVENTS, max_size=6))
def test_no_two_facts_share_a_quad_and_rows_are_facts_again(events: list[Event]) -> None:
    quads = [quad for fact, number in tally(merged(events)).items() for quad in fact_quads(NAMES, fact, number)]
    assert len(quads) == len(set(quads))
    assert {quad.graph_name.value for quad in quads} <= {f"{DEFAULT_BASE}graph/derived"}
    assert all(Fact(*astuple(fact)) == fact for fact in tally(merged(events)))


STORY = (
    meeting(ANA, BO, mode="in-person"),
    meeting(DAG, BO, mode="phone", edtf="2022-06"),
    meeting(BO, CEM, edtf=None),
    meeting(ANA, BO, status="cancelled", edtf="2023-01"),
    visit(BO, to="place/oslo"),
    visit(ANA, BO, to="place/ankara", edtf="2023-02"),
    event(Statement(CEM.key, Span(0, 1), "accuse", False, (BO.key,))),
    event(Statement(CEM.key, Span(0, 1), "praise", False, (NORWAY.key,))),
)


@pytest.fixture(scope="module")
def story() -> list[Quad]:
    """Return the quads of a little story: its actors, what follows from its events, and the ontology."""
    told = merged(STORY)
    numbers = tally(told)
    actors = with_states(replace(told, events=()), numbers)
    return [*graph_quads(NAMES, (), actors), *derived_quads(NAMES, numbers), *ontology_quads(NAMES)]


def rows(quads: list[Quad], query: str) -> list[tuple[str, ...]]:
    store = ox.Store()
    store.extend(quads)
    text = files("ontology").joinpath("queries", f"{query}.rq").read_text(encoding="utf-8")
    answer = list(csv.reader(io.StringIO(run(store, text, form="csv").decode())))
    return [tuple(row) for row in answer[1:]]


def test_it_conforms_to_the_shapes(story: list[Quad]) -> None:
    validator = Validator()
    assert validator.check(story) == ()
    one_way = Quad(NAMES.node(CEM.key), term("leg:metWith"), NAMES.node(ELI.key), NAMES.graph("derived"))
    assert {found.message for found in validator.check([*story, one_way])} == {
        "Two who have met with each other have an edge in both directions."
    }


def test_contacts(story: list[Quad]) -> None:
    assert rows(story, "contacts") == [
        ("Ana", "Cem", "1", "Bo"),
        ("Ana", "Dag", "1", "Bo"),
        ("Cem", "Dag", "1", "Bo"),
    ]


def test_meetings_by_year(story: list[Quad]) -> None:
    assert rows(story, "meetings_by_year") == [
        ("Norway", "Sweden", "2022", "2", "0", "0"),
        ("Norway", "Sweden", "2023", "0", "0", "1"),
        ("Sweden", "Turkey", "XXXX", "1", "0", "0"),
    ]


def test_dyad_years(story: list[Quad]) -> None:
    assert rows(story, "dyad_years") == [
        ("NOR", "SWE", "2022", "0", "2", "0", "0", "0"),
        ("NOR", "TUR", "2023", "1", "0", "0", "0", "0"),
        ("SWE", "NOR", "2022", "1", "2", "0", "0", "0"),
        ("SWE", "TUR", "2023", "1", "0", "0", "0", "0"),
        ("SWE", "TUR", "XXXX", "0", "1", "0", "0", "0"),
        ("TUR", "NOR", "2022", "0", "0", "1", "1", "0"),
        ("TUR", "SWE", "2022", "0", "0", "1", "0", "1"),
        ("TUR", "SWE", "XXXX", "0", "1", "0", "0", "0"),
    ]


def test_what_follows_is_the_same_for_every_order_of_the_articles() -> None:
    one, other = (tally(merge(order)) for order in ([harbour(), preview()], [preview(), harbour()]))
    assert one == other
    assert nquads(derived_quads(NAMES, one)) == nquads(derived_quads(NAMES, other))


def test_a_release_has_them(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Petrova came on Monday and met nobody.", encoding="utf-8")
    build([tmp_path / "a.txt"], tmp_path / "out", make_reader=fake_reader)
    store = open_release(tmp_path / "out").store
    graph = NAMES.graph("derived")
    found = {(quad.subject, quad.predicate, quad.object) for quad in store.quads_for_pattern(None, None, None, graph)}
    assert found == {(NAMES.node("person/ana-petrova"), term("leg:visitedState"), NAMES.node("state/no"))}
    assert any(store.quads_for_pattern(NAMES.node("state/no"), term("rdfs:label"), None, NAMES.graph("actors")))
