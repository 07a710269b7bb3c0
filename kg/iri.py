"""The names of things on the web: vocabularies, and the IRIs of the data below a base that a deployment sets."""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any
from urllib.parse import quote

from pyoxigraph import NamedNode

from kg.records import Link, OfficeHolding, Report, Span

DEFAULT_BASE = "https://w3id.org/legation/id/"

PREFIXES = {
    "leg": "https://w3id.org/legation/ontology#",
    "dcat": "http://www.w3.org/ns/dcat#",
    "dc": "http://purl.org/dc/elements/1.1/",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "gaf": "http://groundedannotationframework.org/gaf#",
    "geo": "http://www.w3.org/2003/01/geo/wgs84_pos#",
    "oa": "http://www.w3.org/ns/oa#",
    "org": "http://www.w3.org/ns/org#",
    "owl": "http://www.w3.org/2002/07/owl#",
    "prov": "http://www.w3.org/ns/prov#",
    "qb": "http://purl.org/linked-data/cube#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "schema": "https://schema.org/",
    "sem": "http://semanticweb.cs.vu.nl/2009/11/sem/",
    "semapv": "https://w3id.org/semapv/vocab/",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "spdx": "http://spdx.org/rdf/terms#",
    "sssom": "https://w3id.org/sssom/",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "void": "http://rdfs.org/ns/void#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
"""Prefix → namespace, as all of Legation writes them."""


@cache
def term(curie: str) -> NamedNode:
    """Return the node of a prefixed name: ``term("leg:Visit")``."""
    prefix, _, local = curie.partition(":")
    return NamedNode(PREFIXES[prefix] + local)


def compact(iri: str) -> str:
    """Return the prefixed name of an IRI, or the IRI where no prefix fits: ``leg:visitor``."""
    fits = [(prefix, space) for prefix, space in PREFIXES.items() if iri.startswith(space)]
    if not fits:
        return iri
    prefix, space = max(fits, key=lambda pair: len(pair[1]))
    return f"{prefix}:{iri.removeprefix(space)}"


@dataclass(frozen=True)
class Names:
    """Mints the IRIs of a data set; equal content has equal IRIs in every build.

    ``base`` ends in a slash. Ids of articles are percent-encoded, so that any file name will do.
    """

    base: str = DEFAULT_BASE

    @property
    def site(self) -> str:
        """The address below which a deployment serves everything else: the base without its last ``id/``."""
        return self.base.removesuffix("id/")

    def node(self, key: str) -> NamedNode:
        """Return the node of an actor, a place or an event, whose key is the path of its IRI."""
        return NamedNode(self.base + key)

    def article(self, article_id: str) -> NamedNode:
        """Return the node of an article."""
        return self.node(f"article/{_segment(article_id)}")

    def span(self, article_id: str, span: Span) -> NamedNode:
        """Return the node of a stretch of an article, after RFC 5147: ``…#char=12,40``."""
        return NamedNode(f"{self.article(article_id).value}#char={span.start},{span.end}")

    def report(self, article_id: str, report: Report) -> NamedNode:
        """Return the node of a report: a hash of what it says and where, not of how sure or by which rule."""
        content = {name: value for name, value in vars(report.event).items() if name != "during"}
        kind = type(report.event).__name__
        return self.node(
            f"report/{_segment(article_id)}/"
            + _digest([kind, content, report.status, report.edtf, report.evidence], length=12)
        )

    def office(self, holding: OfficeHolding) -> NamedNode:
        """Return the node of an office: its title and whose it is, such as ``office/foreign-minister-it``."""
        owner = holding.of.rpartition("/")[2] if holding.of else ""
        return self.node(f"office/{_slug(f'{holding.office} {owner}')}")

    def holding(self, holding: OfficeHolding) -> NamedNode:
        """Return the node of one term in office; two articles that say the same share it."""
        parts = [holding.holder, self.office(holding).value.removeprefix(self.base), holding.former]
        dates = [day for day in (holding.earliest, holding.latest, holding.as_of) if day]
        return self.node(f"holding/{_digest([*parts, holding.start, holding.end, *dates], length=16)}")

    def mapping(self, key: str, link: Link) -> NamedNode:
        """Return the node that says why a thing has a link: a hash of what is linked to what, not of how sure."""
        return self.node(f"mapping/{_digest([key, link.relation, link.target], length=16)}")

    def release(self, version: str) -> NamedNode:
        """Return the node of a release."""
        return self.node(f"release/{version}")

    def article_graph(self, article_id: str) -> NamedNode:
        """Return the name of the graph that holds what one article says."""
        return self.graph(f"article/{_segment(article_id)}")

    def graph(self, name: str) -> NamedNode:
        """Return the name of a graph: ``events``, ``actors``, ``links``, ``ontology`` or ``release``.

        ``records`` holds official records and what they confirm, ``derived`` what follows from events alone.
        """
        return self.node(f"graph/{name}")


@lru_cache(maxsize=4096)
def _segment(article_id: str) -> str:
    return quote(article_id, safe="")


def _digest(content: Sequence[Any], *, length: int) -> str:
    """Return a hash of the content, in which records count by their fields."""
    canonical = json.dumps(content, ensure_ascii=False, sort_keys=True, default=vars)
    return hashlib.sha256(canonical.encode()).hexdigest()[:length]


@lru_cache(maxsize=4096)
def _slug(label: str) -> str:
    """Return a path segment of lower-case letters, digits and hyphens; scripts other than Latin keep their letters."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", label.casefold()) if not unicodedata.combining(c))
    return re.sub(r"[\W_]+", "-", plain).strip("-")
