"""Fifteen questions as users ask them, with names, words and days that the release has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from pyoxigraph import QuerySolutions, Store

from kg.iri import PREFIXES

JSON = "application/sparql-results+json"
TRIPLES = "application/n-triples"
ROWS = 100_000

PROLOGUE = "".join(
    f"PREFIX {prefix}: <{PREFIXES[prefix]}>\n" for prefix in ("leg", "dct", "gaf", "oa", "rdfs", "skos", "xsd")
)


@dataclass(frozen=True)
class Question:
    """A query and the media type of its answer.

    ``some`` marks one that may be answered with any rows of a larger answer, whose query this is.
    """

    name: str
    query: str
    accept: str = JSON
    some: str | None = None


TEMPLATES = {
    "ASK": "ASK { $actor leg:metWith $other }",
    "lookup": """SELECT ?actor ?code WHERE {
  ?actor rdfs:label $label ; leg:countryCode ?code }""",
    "entity page": """SELECT ?way ?term ?node ?label WHERE {
  { $actor ?term ?node BIND("of" AS ?way) } UNION { ?node ?term $actor BIND("to" AS ?way) }
  OPTIONAL { ?node rdfs:label ?label } }""",
    "CONSTRUCT": """CONSTRUCT { ?event a leg:Event ; rdfs:label ?label ; leg:status ?status ; leg:earliest ?day }
WHERE {
  { ?event leg:participant $actor } UNION { ?event leg:visitor $actor } UNION { ?event leg:speaker $actor }
  ?event rdfs:label ?label ; leg:status ?status .
  OPTIONAL { ?event leg:earliest ?day } }""",
    "date range": """SELECT ?event ?label ?first WHERE {
  ?event leg:earliest ?first ; rdfs:label ?label .
  FILTER ( ?first >= "2014-01-01"^^xsd:date && ?first < "2014-07-01"^^xsd:date ) }""",
    "dyad by year": """SELECT ?state ?other (STR(?when) AS ?year) (SUM(?events) AS ?meetings) WHERE {
  ?cell leg:kind leg:Meeting ; leg:status leg:Occurred ; leg:year ?when ; leg:eventCount ?events ;
    leg:state ?one ; leg:otherState ?two .
  ?one rdfs:label ?state .
  ?two rdfs:label ?other . }
GROUP BY ?state ?other ?when ORDER BY ?state ?other ?when""",
    "months": """SELECT ?year ?month (COUNT(?statement) AS ?statements) WHERE {
  ?statement a leg:Statement ; leg:earliest ?day . }
GROUP BY (YEAR(?day) AS ?year) (MONTH(?day) AS ?month) ORDER BY ?year ?month""",
    "co-meeting": """SELECT ?one ?other (COUNT(?meeting) AS ?meetings) WHERE {
  ?meeting a leg:Meeting ; leg:status leg:Occurred ; leg:participant ?one , ?other .
  FILTER ( STR(?one) < STR(?other) ) }
GROUP BY ?one ?other ORDER BY DESC(?meetings) ?one ?other LIMIT 50""",
    "text": """SELECT ?statement ?speaker ?words WHERE {
  ?statement leg:content ?words ; leg:speaker/rdfs:label ?speaker .
  FILTER ( CONTAINS(?words, "$word") && REGEX(?words, "(^| )$word .*$second", "i") ) }""",
    "class path": """SELECT ?class (COUNT(DISTINCT ?thing) AS ?things) WHERE {
  ?class rdfs:subClassOf* leg:Event .
  ?thing a ?class }
GROUP BY ?class""",
    "provenance": """SELECT ?event ?article ?words ?confidence WHERE {
  ?event leg:participant $actor .
  ?report leg:reports ?event ; leg:article/dct:identifier ?article ; leg:evidence/oa:exact ?words ;
    leg:confidence ?confidence . }""",
    "top-k": """SELECT ?actor ?label ?reports WHERE {
  { SELECT ?actor (COUNT(?report) AS ?reports) WHERE { ?report leg:reportedActor ?actor }
    GROUP BY ?actor ORDER BY DESC(?reports) ?actor LIMIT 10 }
  ?actor rdfs:label ?label . }""",
    "latest": """SELECT ?statement ?day ?speaker ?words WHERE {
  ?statement a leg:Statement ; leg:earliest ?day ; leg:content ?words ; leg:speaker ?speaker . }
ORDER BY DESC(?day) ?statement LIMIT 20""",
    "never came about": """SELECT ?visit ?who ?where ?day WHERE {
  ?visit a leg:Visit ; leg:status leg:Planned ; leg:visitor ?visitor ; leg:destination/leg:countryCode ?code .
  ?state a leg:State ; leg:countryCode ?code ; rdfs:label ?where .
  ?visitor rdfs:label ?who .
  OPTIONAL { ?visit leg:earliest ?day }
  FILTER NOT EXISTS { ?visitor leg:visitedState ?state } }""",
    "many rows": """SELECT ?report ?term ?value WHERE { ?report a leg:Report ; ?term ?value }""",
}
"""Names of the kinds, and their queries with places for what the release has."""


def questions(store: Store, *, most: int = ROWS) -> Sequence[Question]:
    """Return the fifteen questions about who and what is most in the news of this release; ``most`` rows an answer."""
    given = _given(store)
    asked = []
    for name, template in TEMPLATES.items():
        query = template
        for place, value in given.items():
            query = query.replace(place, value)
        whole = PROLOGUE + query
        if name == "many rows":
            asked.append(Question(name, f"{whole}\nLIMIT {most}", some=whole))
        else:
            asked.append(Question(name, whole, accept=TRIPLES if name == "CONSTRUCT" else JSON))
    return asked


def _given(store: Store) -> dict[str, str]:
    """Return what stands for each place in the templates: an actor much in the news, one they met, words said."""
    often = (
        "SELECT ?actor WHERE { ?report leg:reportedActor ?actor } GROUP BY ?actor ORDER BY DESC(COUNT(?report)) ?actor"
    )
    actor = _first(store, often, "actor", skip=2)
    person = "SELECT ?label WHERE { ?person a leg:Person ; rdfs:label ?label ; leg:countryCode ?code } ORDER BY ?label"
    said = _first(store, "SELECT (STR(?said) AS ?words) WHERE { ?one leg:content ?said } ORDER BY ?one", "words")
    words = said.strip('"').split()
    return {
        "$actor": actor,
        "$other": _first(store, f"SELECT ?other WHERE {{ {actor} leg:metWith ?other }} ORDER BY ?other", "other"),
        "$label": _first(store, person, "label", skip=20),
        "$word": max(words, key=len)[:4],
        "$second": words[-1],
    }


def _first(store: Store, query: str, name: str, *, skip: int = 0) -> str:
    """Return one binding as it is written in a query."""
    found = store.query(PROLOGUE + query, use_default_graph_as_union=True)
    assert isinstance(found, QuerySolutions)
    return str(next(islice(found, skip, None))[name])
