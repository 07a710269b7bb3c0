"""What can be asked about an entity, and given to find it: names, codes, identifiers elsewhere, offices, events."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from pyoxigraph import NamedNode, Store

from kg.iri import PREFIXES, term
from server.reconcile.types import text_of

Comparison = Literal["name", "code", "identifier", "number", "date", "never"]
"""How a given value is held against those in the graph; of events there may be too many for each candidate."""


@dataclass(frozen=True)
class Property:
    """A property: how it is called, how its values compare, and for which types it is proposed (none means all)."""

    id: str
    name: str
    description: str
    compares: Comparison
    types: tuple[str, ...] = ()
    datatype: str = ""
    """IRI of the datatype that tells these notations from others."""


FIXED = (
    Property("label", "name", "The preferred name (rdfs:label)", "name"),
    Property("alias", "other name", "How articles call it besides (skos:altLabel)", "name"),
    Property("type", "type", "The most special classes", "name"),
    Property("countryCode", "country code", "ISO 3166-1 alpha-2 (leg:countryCode)", "code"),
    Property("iri", "IRI", "The full identifier, for joins in SPARQL", "identifier"),
    Property("wikidata", "Wikidata identifier", "Such as Q30 (skos:exactMatch)", "identifier"),
    Property("geonames", "GeoNames identifier", "Such as 524901 (skos:exactMatch)", "identifier", ("Place", "State")),
    Property("exactMatch", "same elsewhere", "IRIs of the same thing in other data (skos:exactMatch)", "identifier"),
    Property(
        "closeMatch", "probably the same elsewhere", "IRIs of what may be the same (skos:closeMatch)", "identifier"
    ),
    Property("office", "office", "Offices held at any time (leg:OfficeHolding)", "name", ("Person",)),
    Property("from", "in office from", "First day of each office, in their order (leg:from)", "date", ("Person",)),
    Property("until", "in office until", "Last day of each office, in their order (leg:until)", "date", ("Person",)),
    Property("officeOf", "office of", "Whose office each is, in their order (org:postIn)", "name", ("Person",)),
    Property("latitude", "latitude", "Degrees north, WGS 84 (geo:lat)", "number", ("Place",)),
    Property("longitude", "longitude", "Degrees east, WGS 84 (geo:long)", "number", ("Place",)),
    Property("visit", "visits", "Visits made, of a place those to it (leg:visitor, leg:destination)", "never"),
    Property("meeting", "meetings", "Meetings taken part in, of a place those held there (leg:participant)", "never"),
    Property("statement", "statements", "Statements made (leg:speaker)", "never", ("Actor",)),
    Property("reports", "reports", "How many reports of events name it", "number"),
)

_HUMPS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_STRINGS = {PREFIXES["xsd"] + "string", PREFIXES["rdf"] + "langString"}
_SAME_AS = {
    "rdfs:label": "label",
    "skos:altLabel": "alias",
    "rdf:type": "type",
    "geo:lat": "latitude",
    "geo:long": "longitude",
}


@dataclass(frozen=True)
class Properties:
    """The properties by id, in the order in which they are proposed."""

    by_id: Mapping[str, Property]

    def find(self, name: str) -> Property | None:
        """Return the property of an id or a prefixed name: ``countryCode``, ``leg:countryCode``, ``rdfs:label``."""
        name = name.strip()
        return self.by_id.get(_SAME_AS.get(name, re.sub("^(?:leg|skos):", "", name.removeprefix(PREFIXES["leg"]))))


def read_properties(store: Store, datatypes: Iterable[str]) -> Properties:
    """Return the properties of a release in which notations have these datatypes, whatever codes those are.

    A code's id and name come from its datatype: ``leg:IsoAlpha3`` → ``isoAlpha3``, by default "iso alpha 3".
    """
    found = {entry.id: entry for entry in FIXED}
    for iri in sorted(set(datatypes)):
        local = re.split(r"[/#]", iri)[-1] or iri
        id_ = "notation" if iri in _STRINGS else local[:1].lower() + local[1:]
        words = " ".join(_HUMPS.split(local)).lower() if id_ != "notation" else "notation"
        label = text_of(store, NamedNode(iri), term("rdfs:label")) or words
        told = text_of(store, NamedNode(iri), term("skos:definition")) or f"A code of the kind {local} (skos:notation)"
        if id_ not in found:
            found[id_] = Property(id_, label, told, "identifier", datatype=iri)
    return Properties(found)
