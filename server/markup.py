"""What a page says to search engines: its thing in the words of schema.org, as JSON-LD.

Only what is true in those words is said. A date stands where the graph knows a calendar date or an interval of such,
at their precision; that something took place, or was cancelled, where the graph says so. A state is marked as a country
and as its government, since the graph has one actor for both.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import pyoxigraph as ox
from pyoxigraph import Literal, NamedNode, Store

import ontology
from kg.iri import PREFIXES, Names, term
from server.facts import path_of, show

SCHEMA, LEG = PREFIXES["schema"], PREFIXES["leg"]

KINDS: Mapping[str, tuple[str, ...]] = {
    "Article": ("NewsArticle",),
    "Person": ("Person",),
    "State": ("Country", "GovernmentOrganization"),
    "Place": ("Place",),
    "Visit": ("Event",),
    "Meeting": ("Event",),
}
"""Our classes in the words of schema.org; organizations go by the ontology, statements by whether they are quoted."""

STATUS = {"Occurred": "EventScheduled", "Cancelled": "EventCancelled"}
"""A status in schema.org's words. "Scheduled" there means: takes or took place on its day; so a plan has none."""

MODES = {"InPerson": "OfflineEventAttendanceMode", "ByVideo": "OnlineEventAttendanceMode"}

SUBCLASS = term("rdfs:subClassOf")

_DAY = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")


def markup(store: Store, node: NamedNode, *, base: str, version: str) -> dict[str, Any]:
    """Return a web page about the node, its main entity, and the data set that it is a part of."""
    names = Names(base)
    page = names.site + path_of("page", node.value, base=base).removeprefix("/")
    title = show(store, node, base=base).text
    release = names.release(version)
    licence = next(_nodes(store, release, "dct:license"), None)
    data_set = {
        "@type": "Dataset",
        "@id": release.value,
        "name": show(store, release, base=base).text,
        "url": f"{names.site}dumps/{version}/",
        "version": version,
    }
    if licence:
        data_set["license"] = licence.value
    found = {
        "@context": "https://schema.org",
        "@type": "WebPage",
        "@id": page,
        "url": page,
        "name": title,
        "inLanguage": "en",
        "isPartOf": data_set,
        "mainEntity": thing(store, node, base=base),
    }
    return {**found, "license": licence.value} if licence else found


def thing(store: Store, node: NamedNode, *, base: str) -> dict[str, Any]:
    """Return what the graph says about a node that schema.org has words for."""
    about = _Thing(store, node, base)
    kinds = about.kinds()
    found = about.reference()
    found["sameAs"] = sorted(one.value for one in _nodes(store, node, "skos:exactMatch"))
    if "Event" in kinds:
        found |= about.event()
    elif {"Quotation", "Claim"} & set(kinds):
        found |= about.statement()
    elif "NewsArticle" in kinds:
        found |= about.article()
    else:
        found["alternateName"] = sorted(_texts(store, node, "skos:altLabel"))
        if "Place" in kinds:
            found |= about.place()
    return {name: value for name, value in found.items() if value}


class _Thing:
    """A node with the store that tells about it."""

    def __init__(self, store: Store, node: NamedNode, base: str) -> None:
        self.store, self.node, self.base, self.names = store, node, base, Names(base)

    def kinds(self) -> tuple[str, ...]:
        types = (one.value for one in _nodes(self.store, self.node, "rdf:type"))
        own = sorted(iri.removeprefix(LEG) for iri in types if iri.startswith(LEG))
        for name in own:
            if name in KINDS:
                return KINDS[name]
            if name == "Statement":
                return ("Quotation",) if "true" in _texts(self.store, self.node, "leg:direct") else ("Claim",)
        organized = {_organization(name) for name in own} - {""}
        return (min(organized - {"Organization"}, default="Organization"),) if organized else ("Thing",)

    def reference(self) -> dict[str, Any]:
        """Return what stands for the node wherever it is mentioned."""
        kinds = self.kinds()
        page = self.names.site + path_of("page", self.node.value, base=self.base).removeprefix("/")
        return {
            "@type": kinds[0] if len(kinds) == 1 else list(kinds),
            "@id": self.node.value,
            "name": show(self.store, self.node, base=self.base).text,
            "url": page,
        }

    def linked(self, *properties: str) -> list[dict[str, Any]]:
        """Return what the node is linked to by any of the properties, each once, sorted by IRI."""
        found = {one.value for name in properties for one in _nodes(self.store, self.node, name)}
        return [_Thing(self.store, NamedNode(iri), self.base).reference() for iri in sorted(found)]

    def told_by(self) -> list[dict[str, Any]]:
        """Return the articles that report the node."""
        reports = self.store.quads_for_pattern(None, term("leg:reports"), self.node, None)
        found = {
            article.value
            for quad in reports
            if isinstance(quad.subject, NamedNode)
            for article in _nodes(self.store, quad.subject, "leg:article")
        }
        return [_Thing(self.store, NamedNode(iri), self.base).source() for iri in sorted(found)]

    def source(self) -> dict[str, Any]:
        """Return an article as what is cited: by its own address, if it has one."""
        address = next((one.value for one in _nodes(self.store, self.node, "dct:source")), "")
        found = self.reference()
        found["headline"] = found.pop("name")
        return {**found, "url": address} if address else found

    def event(self) -> dict[str, Any]:
        start, end = _dates(next(iter(_texts(self.store, self.node, "leg:edtf")), ""))
        status, mode = (self._own(name) for name in ("leg:status", "leg:mode"))
        return {
            "startDate": start,
            "endDate": end,
            "eventStatus": SCHEMA + STATUS[status] if status in STATUS else "",
            "eventAttendanceMode": SCHEMA + MODES[mode] if mode in MODES else "",
            "location": self.linked("leg:destination", "leg:place"),
            "attendee": self.linked("leg:visitor", "leg:participant"),
            "organizer": self.linked("leg:host"),
            "superEvent": self.linked("leg:during"),
            "subjectOf": self.told_by(),
        }

    def statement(self) -> dict[str, Any]:
        start, _ = _dates(next(iter(_texts(self.store, self.node, "leg:edtf")), ""))
        said = {
            "text": next(iter(_texts(self.store, self.node, "leg:content")), ""),
            "dateCreated": start,
            "about": self.linked("leg:about"),
            "citation": self.told_by(),
            "creator": self.linked("leg:speaker"),
        }
        if self.kinds() == ("Quotation",):
            said["spokenByCharacter"] = said.pop("creator")
        return said

    def article(self) -> dict[str, Any]:
        published = self.source()
        return {
            **published,
            "datePublished": next(iter(_texts(self.store, self.node, "dct:issued")), ""),
            "inLanguage": next(iter(_texts(self.store, self.node, "dct:language")), ""),
            "publisher": [
                {"@type": "Organization", "name": name} for name in _texts(self.store, self.node, "dct:publisher")
            ],
            "author": [{"@type": "Person", "name": name} for name in _texts(self.store, self.node, "dc:creator")],
        }

    def place(self) -> dict[str, Any]:
        country = next(iter(_texts(self.store, self.node, "leg:countryCode")), "")
        found: dict[str, Any] = {"address": {"@type": "PostalAddress", "addressCountry": country} if country else None}
        for latitude in _texts(self.store, self.node, "geo:lat"):
            for longitude in _texts(self.store, self.node, "geo:long"):
                found["geo"] = {"@type": "GeoCoordinates", "latitude": float(latitude), "longitude": float(longitude)}
        return found

    def _own(self, name: str) -> str:
        return next((one.value.removeprefix(LEG) for one in _nodes(self.store, self.node, name)), "")


def _nodes(store: Store, node: NamedNode, name: str) -> Iterator[NamedNode]:
    for quad in store.quads_for_pattern(node, term(name), None, None):
        if isinstance(quad.object, NamedNode):
            yield quad.object


def _texts(store: Store, node: NamedNode, name: str) -> list[str]:
    found = store.quads_for_pattern(node, term(name), None, None)
    return sorted({quad.object.value for quad in found if isinstance(quad.object, Literal)})


def _dates(edtf: str) -> tuple[str, str]:
    """Return the first and last date of an EDTF date, each empty where it is not a plain one (ISO 8601)."""
    start, _, end = edtf.partition("/")
    one, other = (day if _DAY.fullmatch(day) else "" for day in (start, end or start))
    return one, other


@cache
def _organization(name: str) -> str:
    """Return the most special schema.org class above a class of ours, empty where that is no organization."""
    found: set[NamedNode] = set()
    level = {NamedNode(LEG + name)}
    while level:
        found |= level
        above = {quad.object for one in level for quad in _ontology().quads_for_pattern(one, SUBCLASS, None)}
        level = {one for one in above if isinstance(one, NamedNode)} - found
    if term("leg:Organization") not in found:
        return ""
    kinds = {one.value.removeprefix(SCHEMA) for one in found if one.value.startswith(SCHEMA)}
    return min(kinds - {"Organization"}, default="Organization")


@cache
def _ontology() -> Store:
    store = Store()
    store.extend(ox.parse(ontology.path().read_bytes(), ox.RdfFormat.TURTLE))
    return store
