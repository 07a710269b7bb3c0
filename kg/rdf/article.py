"""One article's own part of the graph: itself, its reports, and the words that it is taken to say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pyoxigraph import Literal, NamedNode, Quad

from kg.errors import NonConformingError
from kg.iri import Names, term
from kg.literals import count, decimal
from kg.rdf.origin import INPUTS
from kg.rdf.terms import DATE, EDTF, A, Statements, in_graph, status_node
from kg.records import Account, Article, Report, Span
from kg.things import named


def article_quads(names: Names, account: Account, event_of: Mapping[tuple[str, int], str]) -> Iterator[Quad]:
    """Return what one article alone says: a graph of its own, and where it speaks of offices that are held.

    ``event_of`` gives the event of each report, by (article id, index).
    """
    yield from in_graph(names.article_graph(account.article.id), _article(names, account, event_of))
    yield from in_graph(names.graph("actors"), _evidence(names, account))


def _article(names: Names, account: Account, event_of: Mapping[tuple[str, int], str]) -> Statements:
    article = account.article
    node = names.article(article.id)
    yield node, A, term("leg:Article")
    yield node, A, term("schema:NewsArticle")
    yield node, term("dct:identifier"), Literal(article.id)
    yield node, term("dct:isPartOf"), names.node(INPUTS)
    yield node, term("schema:sha256"), Literal(article.sha256)  # of the record as it was read, as in the manifest
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


def _evidence(names: Names, account: Account) -> Statements:
    """Yield for each term in office where this article speaks of it; all else of it is no article's own."""
    for holding in account.holdings:
        node = names.holding(holding)
        if holding.span:
            yield node, term("leg:evidence"), names.span(account.article.id, holding.span)
        if holding.source == "article":
            yield node, term("leg:article"), names.article(account.article.id)


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
    yield node, term("leg:status"), status_node(report.status)
    yield node, term("leg:confidence"), decimal(report.confidence, digits=4)
    yield node, term("leg:rule"), Literal(report.rule)
    if report.edtf:
        yield node, term("leg:edtf"), Literal(report.edtf, datatype=EDTF)
    actors, place = named(report.event)
    for actor in actors:
        yield node, term("leg:reportedActor"), names.node(actor)
    if place:
        yield node, term("leg:reportedPlace"), names.node(place)


def _span(names: Names, article: Article, span: Span) -> Statements:
    node = names.span(article.id, span)
    yield node, A, term("oa:TextPositionSelector")
    yield node, A, term("oa:TextQuoteSelector")
    yield node, term("oa:start"), count(span.start)
    yield node, term("oa:end"), count(span.end)
    yield node, term("oa:exact"), Literal(span.of(article.text))
