"""The graph of some accounts at once: what one article is judged by before it may be published."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from pyoxigraph import NamedNode, Quad

from kg.iri import Names
from kg.merge import Merged
from kg.rdf.actor import holding_quads, office_quads, offices_of, thing_quads
from kg.rdf.article import article_quads
from kg.rdf.event import event_quads
from kg.records import Account


def graph_quads(names: Names, accounts: Sequence[Account], merged: Merged) -> Iterator[Quad]:
    """Return all that the accounts say: a graph an article, and those of the events, the actors and the links.

    ``merged`` is what :func:`kg.merge.merge` makes of these very accounts. Some quads may come more than once.
    """
    by_id = {account.article.id: account for account in accounts}
    event_of = {where: event.key for event in merged.events for where in event.reports}
    for event in merged.events:
        yield from event_quads(names, event, by_id, event_of)
    for thing in merged.things:
        yield from thing_quads(names, thing)
    labels: dict[NamedNode, set[str]] = defaultdict(set)
    owners: dict[NamedNode, set[str]] = defaultdict(set)
    for account in accounts:
        yield from article_quads(names, account, event_of)
        for holding in account.holdings:
            yield from holding_quads(names, holding)
        for office, label, owner in offices_of(names, account):
            labels[office].add(label)
            owners[office] |= {owner} if owner else set()
    for office, spellings in labels.items():
        yield from office_quads(names, office, spellings, owners[office])
