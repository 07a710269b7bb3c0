"""The terms of the ontology as plain records, arranged for reading: what each says, and what the others say of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from pyoxigraph import Literal, NamedNode, Triple

from kg.iri import term
from ontology import IRI, NAMESPACE
from server.vocabulary.documents import Document, Node, Object

KINDS = {
    "owl:Class": "Classes",
    "owl:ObjectProperty": "Object properties",
    "owl:DatatypeProperty": "Datatype properties",
    "owl:AnnotationProperty": "Annotation properties",
    "rdfs:Datatype": "Datatypes",
}
"""What a term can be, and the word for several; all others are individuals, by scheme or class."""

SAID = {
    "rdfs:subClassOf": "Subclass of",
    "rdfs:subPropertyOf": "Subproperty of",
    "owl:equivalentClass": "Equivalent to",
    "owl:equivalentProperty": "Equivalent to",
    "owl:inverseOf": "Inverse of",
    "rdfs:domain": "Domain",
    "schema:domainIncludes": "Used on",
    "rdfs:range": "Range",
    "schema:rangeIncludes": "Values",
    "owl:disjointWith": "Disjoint with",
    "owl:differentFrom": "Different from",
    "skos:notation": "Notation",
    "leg:cameoCode": "CAMEO code",
    "leg:ploverType": "PLOVER type",
    "skos:broader": "Broader",
    "skos:narrower": "Narrower",
    "skos:inScheme": "In scheme",
    "skos:topConceptOf": "Top concept of",
    "skos:hasTopConcept": "Top concepts",
    "skos:exactMatch": "Exact match",
    "skos:closeMatch": "Close match",
    "skos:broadMatch": "Broader match",
    "skos:narrowMatch": "Narrower match",
    "skos:relatedMatch": "Related match",
    "rdfs:seeAlso": "See also",
}
"""Words for what a term says, in the order in which it is shown; what else it says is shown after, by its own name."""

POINTING = {
    "rdfs:subClassOf": "Subclasses",
    "rdfs:subPropertyOf": "Subproperties",
    "rdf:type": "Members",
    "rdfs:domain": "Properties",
    "schema:domainIncludes": "Properties",
    "rdfs:range": "Range of",
    "schema:rangeIncludes": "Value of",
    "skos:inScheme": "Members",
    "skos:topConceptOf": "Members",
    "skos:broader": "Narrower",
    "skos:exactMatch": "Exact match of",
    "skos:closeMatch": "Close match of",
    "skos:broadMatch": "Broader match of",
    "skos:narrowMatch": "Narrower match of",
    "skos:relatedMatch": "Related match of",
    "owl:disjointWith": "Disjoint with",
    "owl:differentFrom": "Different from",
    "owl:inverseOf": "Inverse of",
    "skos:hasTopConcept": "In scheme",
}
"""Words for what others say of a term."""

INDIVIDUAL = term("owl:NamedIndividual")

PROSE = frozenset({"rdfs:label", "skos:prefLabel", "skos:definition", "skos:scopeNote", "skos:example", "rdf:type"})
"""What has a place of its own; ``rdf:type`` tells the kind, and the rest of it is shown as a row."""


@dataclass(frozen=True, order=True)
class Ref:
    """One value: what to show, its IRI if it has one, its local name if it is a term of ours, a literal's kind."""

    text: str
    iri: str = ""
    name: str = ""
    note: str = ""


@dataclass(frozen=True)
class Row:
    """Some values under one word; ``iri`` is that of the property, where it is one alone."""

    label: str
    values: tuple[Ref, ...]


@dataclass(frozen=True)
class Term:
    """A term of ours; ``name`` is its local name, ``kind`` a key of :data:`KINDS` or empty for individuals."""

    iri: str
    name: str
    label: str
    kind: str
    definitions: tuple[str, ...]
    notes: tuple[str, ...]
    examples: tuple[Ref, ...]
    rows: tuple[Row, ...]
    group: str = ""

    @property
    def compact(self) -> str:
        """The term's prefixed name."""
        return f"leg:{self.name}"

    def values(self, label: str) -> tuple[Ref, ...]:
        """Return the values of one row, none where there is no such row."""
        return next((row.values for row in self.rows if row.label == label), ())


@dataclass(frozen=True)
class Section:
    """Terms of one kind, in the order of their names; ``anchor`` is no term's name."""

    title: str
    anchor: str
    terms: tuple[Term, ...]


@dataclass(frozen=True)
class About:
    """What a document says of itself: one row for each property, by its prefixed name, in the order of the text."""

    rows: tuple[Row, ...]

    def told(self, *properties: str) -> str:
        """Return the first value of the first of some properties that it has, or nothing."""
        rows = {row.label: row.values[0] for row in self.rows}
        return next((rows[name].iri or rows[name].text for name in properties if name in rows), "")

    def others(self, *shown: str) -> tuple[Row, ...]:
        """Return the rows but for those of some properties."""
        return tuple(row for row in self.rows if row.label not in shown)


@dataclass(frozen=True)
class Vocabulary:
    """An ontology with its terms."""

    document: Document

    @cached_property
    def terms(self) -> dict[str, Term]:
        """The terms of ours by local name, sorted."""
        own = {
            node.value.removeprefix(NAMESPACE): node
            for node in self.document.subjects()
            if isinstance(node, NamedNode) and _is_own(node)
        }
        return {name: self._term(name, own[name]) for name in sorted(own, key=lambda each: (each.casefold(), each))}

    @cached_property
    def sections(self) -> tuple[Section, ...]:
        """The terms by kind; individuals by the scheme or class that they are in."""
        found = [
            Section(
                title,
                f"section-{title.lower().replace(' ', '-')}",
                tuple(t for t in self.terms.values() if t.kind == kind),
            )
            for kind, title in KINDS.items()
        ]
        groups: dict[str, list[Term]] = {}
        for each in self.terms.values():
            if not each.kind:
                groups.setdefault(each.group, []).append(each)
        individuals = [
            Section(f"Individuals: {self._group(group)}", f"section-{group.replace(':', '-').lower()}", tuple(members))
            for group, members in sorted(groups.items())
        ]
        return tuple(section for section in [*found[:-1], *individuals, found[-1]] if section.terms)

    @cached_property
    def about(self) -> About:
        """What the ontology says of itself."""
        return self.header(self.document, IRI)

    def header(self, document: Document, iri: str) -> About:
        """Return what a document says of itself, which may name terms of ours."""
        said = document.said(NamedNode(iri))
        return About(tuple(Row(document.compact(name.value), self._refs(values)) for name, values in said.items()))

    def description(self, name: str) -> list[Triple]:
        """Return what the ontology says of a term, and what others of its terms say by pointing at it."""
        node = NamedNode(NAMESPACE + name)
        said = [Triple(node, each, value) for each, values in self.document.said(node).items() for value in values]
        return [*said, *(Triple(other, each, node) for each, other in self.document.pointing(node))]

    def ref(self, value: Object) -> Ref:
        """Return a value for reading."""
        match value:
            case NamedNode():
                name = value.value.removeprefix(NAMESPACE) if _is_own(value) else ""
                known = name if name and self.document.said(value) else ""
                return Ref(self.document.compact(value.value), value.value, known)
            case Literal():
                kind = self.document.compact(value.datatype.value)
                plain = kind in {"xsd:string", "rdf:langString"}
                return Ref(value.value, note="" if plain else kind)
        return Ref(str(value))

    def _refs(self, values: Iterable[Object]) -> tuple[Ref, ...]:
        return tuple(self.ref(value) for value in values)

    def _texts(self, node: Node, *names: str) -> tuple[str, ...]:
        found = self.document.objects(node, *(term(name) for name in names))
        return tuple(dict.fromkeys(value.value for value in found if isinstance(value, Literal)))

    def _term(self, name: str, node: NamedNode) -> Term:
        types = [self.document.compact(kind.value) for kind in self._types(node)]
        kind = next((kind for kind in KINDS if kind in types), "")
        groups = [each for each in self.document.objects(node, term("skos:inScheme")) if _is_own(each)]
        groups += [each for each in self._types(node) if _is_own(each)]
        others = [each for each in self._types(node) if each != INDIVIDUAL]
        group = next((self.ref(each) for each in [*groups, *others]), Ref("others"))
        return Term(
            iri=node.value,
            name=name,
            label=next(iter(self._texts(node, "rdfs:label", "skos:prefLabel")), name),
            kind=kind,
            definitions=self._texts(node, "skos:definition", "rdfs:comment"),
            notes=self._texts(node, "skos:scopeNote"),
            examples=self._refs(self.document.objects(node, term("skos:example"))),
            rows=tuple(self._rows(node)),
            group="" if kind else group.name or group.text,
        )

    def _types(self, node: Node) -> list[NamedNode]:
        return [kind for kind in self.document.objects(node, term("rdf:type")) if isinstance(kind, NamedNode)]

    def _rows(self, node: NamedNode) -> Iterator[Row]:
        """Yield what a term says, then what others say of it; of what both say, each value once."""
        names = [name for name in self._texts(node, "skos:prefLabel") if name not in self._texts(node, "rdfs:label")]
        rows: dict[str, dict[Ref, None]] = {"Preferred label": {Ref(name): None for name in names}}
        rows |= {word: {} for word in SAID.values()}
        for name, values in self.document.said(node).items():
            known = self.document.compact(name.value)
            if known not in PROSE | {"rdfs:comment", "rdfs:isDefinedBy"}:
                rows.setdefault(SAID.get(known) or self._word(name), {}).update(dict.fromkeys(self._refs(values)))
        for name, other in self.document.pointing(node):
            known = self.document.compact(name.value)
            if isinstance(other, NamedNode):
                rows.setdefault(POINTING.get(known) or f"{self._word(name)} of", {})[self.ref(other)] = None
        kinds = [
            kind for kind in self._types(node) if kind != INDIVIDUAL and self.document.compact(kind.value) not in KINDS
        ]
        rows.setdefault("Type", {}).update(dict.fromkeys(self._refs(kinds)))
        for label, refs in rows.items():
            if refs and not (label == "Members" and refs.keys() <= rows["Top concepts"].keys()):  # these are they
                yield Row(label, tuple(sorted(refs, key=lambda ref: ref.text.casefold())))

    def _word(self, name: NamedNode) -> str:
        """Return the label of a property of ours, else the prefixed name."""
        labels = self._texts(name, "rdfs:label") if _is_own(name) else ()
        return labels[0].capitalize() if labels else self.document.compact(name.value)

    def _group(self, name: str) -> str:
        found = self.terms.get(name)
        return found.label if found else name


def _is_own(node: Object) -> bool:
    return isinstance(node, NamedNode) and node.value.startswith(NAMESPACE) and node.value != NAMESPACE
