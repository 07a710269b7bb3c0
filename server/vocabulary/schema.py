"""The ontology and its terms in schema.org's words, for search engines: JSON-LD to stand in a page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ontology import IRI
from server.vocabulary.terms import Term, Vocabulary


def term_set(vocabulary: Vocabulary, *, where: Callable[[str], str]) -> dict[str, Any]:
    """Return the ontology as a ``DefinedTermSet`` with all its terms; ``where`` gives a term's address by its name."""
    return {
        "@context": "https://schema.org/",
        **_set(vocabulary),
        "description": vocabulary.about.told("dct:description", "dct:abstract"),
        "version": vocabulary.about.told("owl:versionInfo"),
        "license": vocabulary.about.told("dct:license"),
        "hasDefinedTerm": [_term(each, where) for each in vocabulary.terms.values()],
    }


def one_term(vocabulary: Vocabulary, each: Term, *, where: Callable[[str], str]) -> dict[str, Any]:
    """Return a term as a ``DefinedTerm`` within its set."""
    return {"@context": "https://schema.org/", **_term(each, where), "inDefinedTermSet": _set(vocabulary)}


def _set(vocabulary: Vocabulary) -> dict[str, Any]:
    return {"@type": "DefinedTermSet", "@id": IRI, "name": vocabulary.about.told("dct:title", "rdfs:label"), "url": IRI}


def _term(each: Term, where: Callable[[str], str]) -> dict[str, Any]:
    return {
        "@type": "DefinedTerm",
        "@id": each.iri,
        "termCode": each.compact,
        "name": each.label,
        "description": " ".join(each.definitions),
        "url": where(each.name),
    }
