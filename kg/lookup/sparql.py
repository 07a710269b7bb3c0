"""Asks a SPARQL 1.1 endpoint for things by their names: a VALUES list of a batch's names, grouped by thing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pyoxigraph import Literal

from kg.errors import AnswerError
from kg.iri import PREFIXES
from kg.lookup.question import Candidate, Question

EACH = 40
"""Things that may answer to one question; more, and the answer is not used, for it may be cut off."""

RESULTS = "application/sparql-results+json"
WDT = "http://www.wikidata.org/prop/direct/"

_QUERY = f"""PREFIX leg: <{PREFIXES["leg"]}>
PREFIX dct: <{PREFIXES["dct"]}>
PREFIX rdf: <{PREFIXES["rdf"]}>
PREFIX rdfs: <{PREFIXES["rdfs"]}>
PREFIX schema: <http://schema.org/>
PREFIX schemas: <https://schema.org/>
PREFIX skos: <{PREFIXES["skos"]}>
PREFIX wdt: <{WDT}>
SELECT ?name ?thing (MIN(STR(?l)) AS ?label) (MIN(STR(?d)) AS ?description)
  (GROUP_CONCAT(DISTINCT STR(?t); separator=" ") AS ?types)
  (GROUP_CONCAT(DISTINCT STR(?c); separator=" ") AS ?countries)
WHERE {{
  VALUES ?name {{ %s }}
  ?thing rdfs:label|skos:prefLabel|skos:altLabel ?name .
  FILTER(isIRI(?thing))
  OPTIONAL {{ ?thing rdfs:label|skos:prefLabel ?l . FILTER(LANG(?l) IN ("en", "")) }}
  OPTIONAL {{
    ?thing schema:description|schemas:description|dct:description|skos:definition|rdfs:comment ?d .
    FILTER(LANG(?d) IN ("en", ""))
  }}
  OPTIONAL {{ ?thing rdf:type|wdt:P31 ?t }}
  OPTIONAL {{ ?thing wdt:P17|wdt:P27|leg:countryCode ?c }}
}} GROUP BY ?name ?thing LIMIT %d"""


def form(questions: Sequence[Question]) -> dict[str, str]:
    """Return the form that asks for the names of all questions, plain and in English."""
    names = sorted({name for question in questions for name in question.names})
    values = " ".join(f"{Literal(name)} {Literal(name, language='en')}" for name in names)
    return {"query": _QUERY % (values, _limit(questions))}


def read_answer(data: Any, questions: Sequence[Question]) -> dict[Question, tuple[Candidate, ...]]:
    """Return the candidates of each question, none where nothing has its names.

    Raises:
        AnswerError: The answer is not SPARQL results in JSON, or so long that it may have been cut off.
    """
    try:
        rows = [{name: str(cell["value"]) for name, cell in row.items()} for row in data["results"]["bindings"]]
        found = [(row["name"], _candidate(row)) for row in rows if "thing" in row]
    except (KeyError, TypeError, AttributeError) as error:
        raise AnswerError(f"the answer is no SPARQL results in JSON ({type(error).__name__}: {error})") from error
    if len(rows) >= _limit(questions):
        raise AnswerError(f"{len(rows)} things have one of these names; ask for less with --batch")
    return {question: tuple(candidate for name, candidate in found if name in question.names) for question in questions}


def _limit(questions: Sequence[Question]) -> int:
    return EACH * len(questions)


def _candidate(row: dict[str, str]) -> Candidate:
    return Candidate(
        iri=row["thing"],
        name=row.get("label") or row["name"],
        also=(row["name"],),
        description=row.get("description", ""),
        types=tuple(row.get("types", "").split()),
        countries=tuple(row.get("countries", "").split()),
    )
