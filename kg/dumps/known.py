"""The rows of actors, offices and links."""

from __future__ import annotations

from collections.abc import Iterator

from kg.dumps.answers import Answers
from kg.dumps.columns import Row
from kg.dumps.told import shortened
from kg.dumps.who import Who, day
from kg.iri import PREFIXES
from kg.linksets import data_set


def actors(answers: Answers, who: Who) -> Iterator[Row]:
    """Yield a row for each actor."""
    names = answers.many("skos:altLabel", "actors")
    notes = answers.one("rdfs:comment", "actors")
    for node, actor in sorted(who.actors.items()):
        yield {
            "id": node,
            "name": actor.name,
            "kind": actor.kind,
            "subkind": actor.subkind,
            "alt_names": names.get(node, ()),
            "country": actor.country,
            "iso3": actor.codes.iso3,
            "cow_number": actor.codes.cow,
            "cow_code": actor.codes.cow_alpha,
            "wikidata": actor.wikidata,
            "description": notes.get(node),
        }


def offices(answers: Answers, who: Who) -> Iterator[Row]:
    """Yield a row for each term in office."""
    one, many = answers.one, answers.many
    holders, posts = one("leg:holder", "actors"), one("leg:office", "actors")
    owners, former = many("org:postIn", "actors"), one("leg:former", "actors")
    begins, ends, seen = one("leg:from", "actors"), one("leg:until", "actors"), one("leg:asOf", "actors")
    earliest, latest = one("leg:earliest", "actors"), one("leg:latest", "actors")
    registers, articles = one("dct:source", "actors"), many("leg:article", "actors")
    spans = many("leg:evidence", "actors")
    wanted = {found[0] for found in spans.values()}
    quotes = {span: words for span, words in answers.pairs("oa:exact") if span in wanted}
    for node, holder in sorted(holders.items()):
        owned = owners.get(posts[node], ())
        span = spans.get(node, (None,))[0]
        yield {
            "id": node,
            "holder_id": holder,
            "holder_name": who.actors[holder].name,
            "office_id": posts[node],
            "office_name": who.offices[posts[node]],
            "of_ids": owned,
            "of_names": tuple(who.actors[owner].name for owner in owned),
            "held_from": begins.get(node),
            "held_until": ends.get(node),
            "earliest": day(earliest.get(node)),
            "latest": day(latest.get(node)),
            "as_of": day(seen.get(node)),
            "former": former[node] == "true",
            "source": registers.get(node),
            "article_ids": articles.get(node, ()),
            "quote": shortened(quotes[span]) if span else None,
            "span_id": span,
        }


def links(answers: Answers, who: Who) -> Iterator[Row]:
    """Yield a row for each link of an actor or a place to another data set."""
    query = (
        "SELECT ?node ?subject ?relation ?target ?how ?confidence ?source ?reasons WHERE { GRAPH <graph/links> { "
        "?node owl:annotatedSource ?subject ; owl:annotatedProperty ?relation ; owl:annotatedTarget ?target ; "
        "sssom:mapping_justification ?how ; sssom:confidence ?confidence ; dct:source ?source "
        "OPTIONAL { ?node rdfs:comment ?reasons } } }"
    )
    for node, subject, relation, target, how, confidence, source, reasons in sorted(answers.rows(query)):
        yield {
            "id": node,
            "subject_id": subject,
            "subject_name": (who.actors.get(subject) or who.places[subject]).name,
            "relation": relation.removeprefix(PREFIXES["skos"]),
            "target": target,
            "data_set": data_set(target).key,
            "confidence": float(confidence),
            "justification": how.removeprefix(PREFIXES["semapv"]),
            "source": source,
            "reasons": reasons or None,
        }
