"""What happened: one event over all reports of it, and the official records that confirm it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set

from pyoxigraph import Literal, NamedNode, Quad

from kg.iri import Names, term
from kg.literals import decimal
from kg.rdf.terms import CC0, EDTF, LABEL, MODES, A, Statements, in_graph, status_node, when
from kg.records import Account, Corroboration, Event, Meeting, OfficialRecord, Statement, Visit


def event_quads(
    names: Names, event: Event, accounts: Mapping[str, Account], event_of: Mapping[tuple[str, int], str]
) -> Iterator[Quad]:
    """Return an event; ``accounts`` are those of its reports by article id, ``event_of`` the event of each report."""
    yield from in_graph(names.graph("events"), _event(names, event, accounts, event_of))


def confirmation_quad(names: Names, one: Corroboration) -> Quad:
    """Return that an official record confirms an event."""
    return Quad(names.node(one.event), term("leg:corroboratedBy"), names.node(one.record.key), names.graph("records"))


def town(event: Event, record: OfficialRecord) -> str | None:
    """Return the key of the place where a confirmed event was, if the record names that very town."""
    told = event.event
    place = told.destination if isinstance(told, Visit) else told.place if isinstance(told, Meeting) else None
    return place if place in record.places else None


def official_quads(names: Names, record: OfficialRecord, places: Set[str]) -> Iterator[Quad]:
    """Return a record that confirms something; ``places`` are those of its towns where a confirmed event was.

    Only these are linked, for only these are in the graph for certain; all towns stand in the label.
    """
    yield from in_graph(names.graph("records"), _record(names, places, record))


def _event(
    names: Names, event: Event, accounts: Mapping[str, Account], event_of: Mapping[tuple[str, int], str]
) -> Statements:
    node = names.node(event.key)
    yield node, A, term("leg:Event")
    yield node, A, term(f"leg:{type(event.event).__name__}")
    yield node, LABEL, Literal(event.label, language="en")
    yield node, term("leg:status"), status_node(event.status)
    yield from when(node, event.edtf)
    if event.inferred:
        yield node, term("leg:dateSource"), Literal("inferred")
    for name in event.disputed:
        yield node, term("leg:disputed"), term(f"leg:{name}")
    for key in event.replaces:
        yield names.node(key), A, term("leg:ReplacedEvent")
        yield names.node(key), term("dct:isReplacedBy"), node
    yield from _merged(names, event, accounts)
    for article, index in event.reports:
        report = accounts[article].reports[index]
        yield node, term("gaf:denotedBy"), names.span(article, report.evidence)
        if isinstance(report.event, Meeting) and report.event.during is not None:
            larger = event_of[article, report.event.during]
            if larger != event.key:
                yield node, term("leg:during"), names.node(larger)
    match event.event:
        case Visit():
            yield from _visit(names, node, event.event)
        case Meeting():
            yield from _meeting(names, node, event.event)
        case Statement():
            yield from _statement(names, node, event.event, accounts[event.wording or event.reports[0][0]].article.text)


def _merged(names: Names, event: Event, accounts: Mapping[str, Account]) -> Statements:
    """Yield of each report what it owes to the others: how it came to this event, and a date that it lacks itself."""
    for article, index in event.reports:
        report = accounts[article].reports[index]
        if event.edtf and (report.edtf is None or report.edtf.startswith("XXXX")) and report.edtf != event.edtf:
            inferred = Literal(event.edtf, datatype=EDTF)
            yield names.report(article, report), term("leg:inferredEdtf"), inferred
    for one in event.joins:
        node = names.report(one.article, accounts[one.article].reports[one.index])
        yield node, term("leg:mergeConfidence"), decimal(one.confidence, digits=4)
        for reason in one.reasons:
            yield node, term("leg:mergeReason"), Literal(reason)


def _visit(names: Names, node: NamedNode, visit: Visit) -> Statements:
    for visitor in visit.visitors:
        yield node, term("leg:visitor"), names.node(visitor)
    for host in visit.hosts:
        yield node, term("leg:host"), names.node(host)
    yield node, term("leg:destination"), names.node(visit.destination)
    if visit.purpose:
        yield node, term("leg:purpose"), Literal(visit.purpose)


def _meeting(names: Names, node: NamedNode, meeting: Meeting) -> Statements:
    for participant in meeting.participants:
        yield node, term("leg:participant"), names.node(participant)
    yield node, term("leg:mode"), term(f"leg:{MODES[meeting.mode]}")
    if meeting.place:
        yield node, term("leg:place"), names.node(meeting.place)
    if meeting.topic:
        yield node, term("leg:topic"), Literal(meeting.topic)


def _statement(names: Names, node: NamedNode, statement: Statement, text: str) -> Statements:
    yield node, term("leg:speaker"), names.node(statement.speaker)
    yield node, term("leg:content"), Literal(statement.content.of(text))
    yield node, term("leg:direct"), Literal(statement.direct)
    yield node, term("leg:act"), term(f"leg:{statement.act.capitalize()}")
    for topic in statement.about:
        yield node, term("leg:about"), names.node(topic)
    for addressee in statement.addressees:
        yield node, term("leg:addressee"), names.node(addressee)


def _record(names: Names, here: Set[str], record: OfficialRecord) -> Statements:
    node = names.node(record.key)
    repository, _, path = record.origin.partition(":")
    yield node, A, term("leg:OfficialRecord")
    yield node, LABEL, Literal(record.label, language="en")
    yield node, term("leg:traveller"), names.node(record.traveller)
    yield node, term("leg:countryCode"), Literal(record.countries[0])
    for place in record.places:
        if place in here:
            yield node, term("leg:recordedPlace"), names.node(place)
    yield from when(node, record.edtf)
    yield node, term("dct:identifier"), Literal(record.id)
    yield node, term("dct:source"), NamedNode(f"https://github.com/{repository}/blob/HEAD/{path}")
    yield node, term("dct:license"), CC0
    if record.text:
        yield node, term("dct:description"), Literal(record.text, language="en")
