"""A release as search engines for data sets look for it: schema.org's Dataset."""

from __future__ import annotations

from collections.abc import Sequence

from pyoxigraph import Literal, NamedNode

from kg.iri import Names, term
from kg.rdf.catalogue import KEYWORDS, PUBLISHER, TITLE, WORDS, File, distribution, dump_address, english, publisher
from kg.rdf.terms import LICENCE, A, Statements

VARIABLES = (
    *("visits: who went where, when, and whether it was planned, occurred or was cancelled",),
    *("meetings: who met whom, how, where and when",),
    *("statements: who said what about whom, directly or as reported",),
    *("offices: who held which when", "dyads: events between two states by year, kind and status"),
)


def card_triples(names: Names, version: str, files: Sequence[File]) -> Statements:
    """Yield the release as search engines for data sets look for it, in the terms of schema.org."""
    release = names.release(version)
    yield release, A, term("schema:Dataset")
    yield release, term("schema:name"), english(f"{TITLE}, release {version}")
    yield release, term("schema:description"), english(WORDS)
    yield release, term("schema:version"), Literal(version)
    yield release, term("schema:url"), release
    yield release, term("schema:identifier"), Literal(release.value)
    yield release, term("schema:license"), LICENCE
    yield release, term("schema:creator"), publisher(names)
    yield release, term("schema:isAccessibleForFree"), Literal("true", datatype=term("xsd:boolean"))
    yield release, term("schema:citation"), english(f"{PUBLISHER}: {TITLE}, release {version}, {release.value}")
    for name in VARIABLES:
        yield release, term("schema:variableMeasured"), english(name)
    for word in KEYWORDS:
        yield release, term("schema:keywords"), english(word)
    for file in files:
        node = distribution(names, version, file.name)
        yield release, term("schema:distribution"), node
        yield node, A, term("schema:DataDownload")
        yield node, term("schema:contentUrl"), NamedNode(dump_address(names, version, file.name))
        yield node, term("schema:encodingFormat"), Literal(file.media_type)
