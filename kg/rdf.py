"""The only maker of triples: from accounts and merged events to the quads of a release.

Every node has an IRI made of its content, so that equal input gives equal quads and no blank nodes.
Duplicates are harmless: :func:`nquads` sorts the lines and drops them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from io import BytesIO

import pyoxigraph as ox
from pyoxigraph import Literal, NamedNode, Quad

import ontology
from kg.edtf import bounds, is_valid
from kg.errors import NonConformingError
from kg.iri import PREFIXES, Names, term
from kg.linksets import link_triples, linkset_triples
from kg.literals import count, decimal, precision
from kg.merge import Merged
from kg.records import (
    Account,
    Actor,
    Article,
    Corroboration,
    Event,
    Meeting,
    OfficeHolding,
    OfficialRecord,
    Place,
    Report,
    Span,
    Statement,
    Visit,
)

EDTF = NamedNode("http://id.loc.gov/datatypes/edtf/EDTF")
MODES = {"in-person": "InPerson", "phone": "ByPhone", "video": "ByVideo", "unknown": "UnknownMode"}
LICENCE = NamedNode("https://creativecommons.org/licenses/by-sa/4.0/")
CC0 = NamedNode("https://creativecommons.org/publicdomain/zero/1.0/")

A = term("rdf:type")
LABEL = term("rdfs:label")
DATE = term("xsd:date")
STRING = term("xsd:string")

Object = NamedNode | Literal
Statements = Iterator[tuple[NamedNode, NamedNode, Object]]


@dataclass(frozen=True)
class Description:
    """What the release says of itself: nothing in it depends on the clock or the machine."""

    version: str
    software: str
    model: str
    counts: Mapping[str, int]


def graph_quads(names: Names, accounts: Sequence[Account], merged: Merged) -> Iterator[Quad]:
    """Return all that the accounts say: a graph an article, and those of the events, the actors and the links.

    ``merged`` is what :func:`kg.merge.merge` makes of these very accounts.
    """
    by_id = {account.article.id: account for account in accounts}
    event_of = {where: event.key for event in merged.events for where in event.reports}
    for account in accounts:
        yield from _in(names.article_graph(account.article.id), _article(names, account, event_of))
    for event in merged.events:
        yield from _in(names.graph("events"), _event(names, event, by_id, event_of))
    yield from _in(names.graph("actors"), _actors(names, accounts, merged))
    yield from _in(names.graph("links"), link_triples(names, merged.things))


def record_quads(names: Names, merged: Merged, corroborations: Iterable[Corroboration]) -> Iterator[Quad]:
    """Return the official records that confirm something, and what: a graph of their own."""
    here = {place.key for place in merged.places}
    yield from _in(names.graph("records"), _corroborated(names, here, corroborations))


def ontology_quads(names: Names) -> Iterator[Quad]:
    """Return the packaged ontology, which has no blank nodes."""
    graph = names.graph("ontology")
    for quad in ox.parse(ontology.path().read_bytes(), ox.RdfFormat.TURTLE):
        yield Quad(quad.subject, quad.predicate, quad.object, graph)


def release_quads(names: Names, about: Description, linked: Sequence[Actor | Place] = ()) -> Iterator[Quad]:
    """Return the release's description of itself, after DCAT and VoID, with the linksets of what is ``linked``."""
    yield from _in(names.graph("release"), _release(names, about))
    yield from _in(names.graph("release"), linkset_triples(names, about.version, linked))


def nquads(quads: Iterable[Quad]) -> list[bytes]:
    """Return the quads as sorted, distinct lines of canonical N-Quads, each with its newline."""
    buffer = BytesIO()
    ox.serialize(quads, buffer, ox.RdfFormat.N_QUADS)
    return sorted({line + b"\n" for line in buffer.getvalue().split(b"\n") if line})


def _in(graph: NamedNode, triples: Iterable[tuple[NamedNode, NamedNode, Object]]) -> Iterator[Quad]:
    return (Quad(subject, predicate, value, graph) for subject, predicate, value in triples)


def _article(names: Names, account: Account, event_of: Mapping[tuple[str, int], str]) -> Statements:
    article = account.article
    node = names.article(article.id)
    yield node, A, term("leg:Article")
    yield node, A, term("schema:NewsArticle")
    yield node, term("dct:identifier"), Literal(article.id)
    yield node, term("dct:language"), Literal(article.lang)
    yield node, term("leg:dateSource"), Literal(article.date_source)
    if article.title:
        yield node, term("dct:title"), Literal(article.title)
    if article.published:
        yield node, term("dct:issued"), Literal(article.published.isoformat(), datatype=DATE)
    if article.publisher:
        yield node, term("dct:publisher"), Literal(article.publisher)
    if article.url:
        yield node, term("dct:source"), _address(article.url)
    for author in article.authors:
        yield node, term("dc:creator"), Literal(author)
    surest_last = sorted(enumerate(account.reports), key=lambda pair: (pair[1].confidence, pair[1].rule))
    distinct = {names.report(article.id, report): (index, report) for index, report in surest_last}
    for told, (index, report) in distinct.items():  # two rules that find the same words make one report
        yield from _report(names, told, article, report, event_of[article.id, index])
        yield from _span(names, article, report.evidence)
    for holding in account.holdings:
        if holding.span:
            yield from _span(names, article, holding.span)


def _address(url: str) -> NamedNode:
    try:
        return NamedNode(url)
    except ValueError as error:
        raise NonConformingError(
            f"its url {url!r} is no web address ({error}); write it in full, %20 for a space"
        ) from error


def _report(names: Names, node: NamedNode, article: Article, report: Report, event: str) -> Statements:
    yield node, A, term("leg:Report")
    yield node, term("leg:reports"), names.node(event)
    yield node, term("leg:article"), names.article(article.id)
    yield node, term("leg:evidence"), names.span(article.id, report.evidence)
    yield node, term("leg:status"), _status(report.status)
    yield node, term("leg:confidence"), decimal(report.confidence, digits=4)
    yield node, term("leg:rule"), Literal(report.rule)
    if report.edtf:
        yield node, term("leg:edtf"), Literal(report.edtf, datatype=EDTF)
    actors, place = _cast(report.event)
    for actor in actors:
        yield node, term("leg:reportedActor"), names.node(actor)
    if place:
        yield node, term("leg:reportedPlace"), names.node(place)


def _cast(event: Visit | Meeting | Statement) -> tuple[tuple[str, ...], str | None]:
    """Return all actors and the place that a report names, by key."""
    match event:
        case Visit():
            return event.visitors + event.hosts, event.destination
        case Meeting():
            return event.participants, event.place
        case Statement():
            return (event.speaker, *event.about, *event.addressees), None


def _span(names: Names, article: Article, span: Span) -> Statements:
    node = names.span(article.id, span)
    yield node, A, term("oa:TextPositionSelector")
    yield node, A, term("oa:TextQuoteSelector")
    yield node, term("oa:start"), count(span.start)
    yield node, term("oa:end"), count(span.end)
    yield node, term("oa:exact"), Literal(span.of(article.text))


def _event(
    names: Names, event: Event, accounts: Mapping[str, Account], event_of: Mapping[tuple[str, int], str]
) -> Statements:
    node = names.node(event.key)
    yield node, A, term("leg:Event")
    yield node, A, term(f"leg:{type(event.event).__name__}")
    yield node, LABEL, Literal(event.label, language="en")
    yield node, term("leg:status"), _status(event.status)
    yield from _when(node, event.edtf)
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


def _actors(names: Names, accounts: Iterable[Account], merged: Merged) -> Statements:
    known = {actor.key: actor.name for actor in merged.actors}
    for actor in merged.actors:
        yield from _actor(names, actor)
    for place in merged.places:
        yield from _place(names, place)
    labels: dict[NamedNode, set[str]] = {}
    for account in accounts:
        for holding in account.holdings:
            office = names.office(holding)
            labels.setdefault(office, set()).add(_office_label(holding, known))
            yield from _holding(names, holding, office, account.article.id)
            if holding.of and holding.of in known:
                yield office, term("org:postIn"), names.node(holding.of)
    for office, spellings in labels.items():
        yield office, A, term("leg:Office")
        yield office, LABEL, Literal(min(spellings), language="en")


def _actor(names: Names, actor: Actor) -> Statements:
    node = names.node(actor.key)
    yield node, A, term("leg:Actor")
    yield node, A, term(f"leg:{actor.kind.capitalize()}")
    if actor.subkind:
        yield node, A, term(f"leg:{actor.subkind}")
    yield node, LABEL, Literal(actor.name, language="en")
    for alias in actor.aliases:
        if alias != actor.name:
            yield node, term("skos:altLabel"), Literal(alias, language="en")
    if actor.country:
        yield node, term("leg:countryCode"), Literal(actor.country)
    if actor.note:
        yield node, term("rdfs:comment"), Literal(actor.note, language="en")
    for scheme, code in actor.notations:
        yield node, term("skos:notation"), Literal(code, datatype=term(f"leg:{scheme}"))


def _place(names: Names, place: Place) -> Statements:
    node = names.node(place.key)
    yield node, A, term("leg:Place")
    yield node, LABEL, Literal(place.name, language="en")
    if place.country:
        yield node, term("leg:countryCode"), Literal(place.country)
    if place.latitude is not None and place.longitude is not None:
        for predicate, degrees in (("geo:lat", place.latitude), ("geo:long", place.longitude)):
            yield node, term(predicate), decimal(degrees, digits=5)


def _corroborated(names: Names, here: Set[str], corroborations: Iterable[Corroboration]) -> Statements:
    for one in corroborations:
        yield names.node(one.event), term("leg:corroboratedBy"), names.node(one.record.key)
        yield from _record(names, here, one.record)


def _record(names: Names, here: Set[str], record: OfficialRecord) -> Statements:
    """Yield a record; its towns are linked where the graph has them (``here``), and stand in the label in any case."""
    node = names.node(record.key)
    repository, _, path = record.origin.partition(":")
    yield node, A, term("leg:OfficialRecord")
    yield node, LABEL, Literal(record.label, language="en")
    yield node, term("leg:traveller"), names.node(record.traveller)
    yield node, term("leg:countryCode"), Literal(record.countries[0])
    for place in record.places:
        if place in here:
            yield node, term("leg:place"), names.node(place)
    yield from _when(node, record.edtf)
    yield node, term("dct:identifier"), Literal(record.id)
    yield node, term("dct:source"), NamedNode(f"https://github.com/{repository}/blob/HEAD/{path}")
    yield node, term("dct:license"), CC0
    if record.text:
        yield node, term("dct:description"), Literal(record.text, language="en")


def _office_label(holding: OfficeHolding, known: Mapping[str, str]) -> str:
    """Return the office with whose it is, unless the title says so: ``Foreign Minister of Italy``."""
    owner = known.get(holding.of, holding.of) if holding.of else None
    told = owner is None or owner.casefold() in holding.office.casefold()
    return holding.office if told else f"{holding.office} of {owner}"


def _holding(names: Names, holding: OfficeHolding, office: NamedNode, article_id: str) -> Statements:
    node = names.holding(holding)
    yield node, A, term("leg:OfficeHolding")
    yield node, term("leg:holder"), names.node(holding.holder)
    yield node, term("leg:office"), office
    yield node, term("leg:former"), Literal(holding.former)
    for predicate, day in (("leg:from", holding.start), ("leg:until", holding.end)):
        if day:
            yield node, term(predicate), Literal(day, datatype=precision(day))
    for predicate, day in (
        ("leg:earliest", holding.earliest),
        ("leg:latest", holding.latest),
        ("leg:asOf", holding.as_of),
    ):
        if day:
            yield node, term(predicate), Literal(day, datatype=DATE)
    if holding.span:
        yield node, term("leg:evidence"), names.span(article_id, holding.span)
    if holding.source == "article":
        yield node, term("leg:article"), names.article(article_id)
    else:
        yield node, term("dct:source"), Literal(holding.source)


def _release(names: Names, about: Description) -> Statements:
    node = names.release(about.version)
    yield node, A, term("dcat:Dataset")
    yield node, A, term("void:Dataset")
    yield node, term("dct:title"), Literal(f"Legation, release {about.version}", language="en")
    yield node, term("dcat:version"), Literal(about.version)
    yield node, term("dct:license"), LICENCE
    yield node, term("void:uriSpace"), Literal(names.base)
    for namespace in (
        PREFIXES["leg"],
        PREFIXES["oa"],
        PREFIXES["skos"],
        PREFIXES["sssom"],
        PREFIXES["org"],
        PREFIXES["gaf"],
    ):
        yield node, term("void:vocabulary"), NamedNode(namespace)
    for program in (about.software, about.model):
        agent = names.node(f"software/{program.replace(' ', '-')}")
        yield agent, A, term("prov:SoftwareAgent")
        yield agent, LABEL, Literal(program)
        yield node, term("prov:wasAttributedTo"), agent
    for name, number in sorted(about.counts.items()):
        part = NamedNode(f"{node.value}#{name}")
        yield node, term("dct:hasPart"), part
        yield part, A, term("void:Dataset")
        yield part, term("dct:title"), Literal(name, language="en")
        yield part, term("void:entities"), count(number)


def _when(node: NamedNode, edtf: str | None) -> Statements:
    """Yield a date as it is known, and the first and last day that it can mean, for filters."""
    if edtf is None:
        return
    yield node, term("leg:edtf"), Literal(edtf, datatype=EDTF)
    for predicate, day in zip(("leg:earliest", "leg:latest"), _ends(edtf), strict=True):
        if day:
            yield node, term(predicate), Literal(day.isoformat(), datatype=DATE)


@lru_cache(maxsize=4096)
def _ends(edtf: str) -> tuple[date | None, date | None]:
    """Return the first and last day of a date; an open or unknown end has none. Parsing takes some 10 ms."""
    if covered := bounds(edtf):
        return covered
    if not is_valid(edtf):
        raise NonConformingError(f"{edtf!r} is not an EDTF date with days that the calendar has, such as 2022-05-18")
    start, slash, end = edtf.partition("/")
    first, last = bounds(start), bounds(end if slash else start)
    return first and first[0], last and last[1]


def _status(status: str) -> NamedNode:
    return term(f"leg:{status.capitalize()}")
