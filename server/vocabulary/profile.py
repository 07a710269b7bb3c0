"""The shapes as an application profile: what each kind of node must and may have, as plain records.

Every statement of the shapes has a place in it; a constraint for which there are no words here has its own name.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pyoxigraph import BlankNode, Literal, NamedNode

from kg.iri import term
from server.vocabulary.documents import Document, Node, Object
from server.vocabulary.terms import Ref, Vocabulary

SH = "http://www.w3.org/ns/shacl#"
SHAPES = "https://w3id.org/legation/shapes#"

WORDS = {
    "class": "of class",
    "datatype": "datatype",
    "nodeKind": "node kind",
    "in": "one of",
    "hasValue": "has the value",
    "pattern": "matches",
    "flags": "flags of the pattern",
    "minLength": "characters at least",
    "maxLength": "characters at most",
    "minInclusive": "at least",
    "maxInclusive": "at most",
    "minExclusive": "more than",
    "maxExclusive": "less than",
    "languageIn": "language",
    "uniqueLang": "one value a language",
    "equals": "same values as",
    "disjoint": "no value of",
    "lessThan": "less than",
    "lessThanOrEquals": "at most the value of",
    "node": "conforms to",
    "property": "property",
    "or": "any of",
    "xone": "exactly one of",
    "and": "all of",
    "not": "not",
    "qualifiedValueShape": "of which some conform to",
    "qualifiedMinCount": "number of those at least",
    "qualifiedMaxCount": "number of those at most",
    "qualifiedValueShapesDisjoint": "and to no other of these",
    "closed": "no other properties",
    "ignoredProperties": "but for",
    "sparql": "by query",
    "select": "finds nothing",
    "deactivated": "switched off",
}
"""Words for constraints, by their local names in SHACL."""

TARGETS = {
    "targetClass": "members of",
    "targetSubjectsOf": "whatever has",
    "targetObjectsOf": "values of",
    "targetNode": "the node",
}
APART = frozenset(
    {"path", "minCount", "maxCount", "message", "severity", "name", "description", "order", "group", *TARGETS}
)
"""What has a place of its own in a record."""

NAMING = (term("rdf:type"), term("rdfs:label"), term("rdfs:comment"))


@dataclass(frozen=True)
class Constraint:
    """One constraint: its word, values that it names, and shapes within it, each a tuple of constraints."""

    word: str
    values: tuple[Ref, ...] = ()
    within: tuple[tuple[Constraint, ...], ...] = ()


@dataclass(frozen=True)
class Asked:
    """What every shape has: constraints, how bad a breach is (such as ``Warning``), and words for it."""

    constraints: tuple[Constraint, ...]
    severity: str
    messages: tuple[str, ...]
    name: str
    descriptions: tuple[str, ...]
    order: float


@dataclass(frozen=True)
class Property:
    """What is asked of one property; ``path`` is its parts in turn, ``anchor`` its local name, if it has one."""

    path: tuple[Ref, ...]
    least: int
    most: int | None
    asked: Asked
    anchor: str = ""

    @property
    def cardinality(self) -> str:
        """How many values there are, in words."""
        if self.least == self.most:
            return f"exactly {self.least}" if self.least else "none"
        if self.most is None:
            return f"{self.least} or more" if self.least else "any number"
        return f"{self.least} to {self.most}" if self.least else f"at most {self.most}"

    @property
    def is_required(self) -> bool:
        """Whether a node without it does not conform."""
        return self.least > 0 and self.asked.severity == "Violation"


@dataclass(frozen=True)
class Shape:
    """A node shape: which nodes it is for, and what is asked of them and of each of their properties."""

    iri: str
    name: str
    targets: tuple[tuple[str, tuple[Ref, ...]], ...]
    asked: Asked
    properties: tuple[Property, ...]


def read(shapes: Document, vocabulary: Vocabulary) -> tuple[Shape, ...]:
    """Return the node shapes in the order of their names; properties without a description have the ontology's."""
    return tuple(sorted(_Reader(shapes, vocabulary).shapes(), key=lambda shape: shape.name.casefold()))


def asking(shapes: Iterable[Shape]) -> dict[str, tuple[str, ...]]:
    """Return which shapes, by name, ask something of each term of ours: of members of a class, or of a property."""
    found: dict[str, dict[str, None]] = {}
    for shape in shapes:
        targets = [ref for _, refs in shape.targets for ref in refs]
        for ref in [*targets, *(ref for each in shape.properties for ref in each.path)]:
            if ref.name:
                found.setdefault(ref.name, {})[shape.name] = None
    return {name: tuple(names) for name, names in found.items()}


@dataclass(frozen=True)
class _Reader:
    shapes_: Document
    vocabulary: Vocabulary

    def shapes(self) -> Iterator[Shape]:
        for node in self.shapes_.subjects():
            if isinstance(node, NamedNode) and _sh("NodeShape") in self.shapes_.objects(node, term("rdf:type")):
                targets = tuple(
                    (word, self._refs(found)) for name, word in TARGETS.items() if (found := self._said(node, name))
                )
                properties = [
                    self._property(each) for each in self._said(node, "property") if not isinstance(each, Literal)
                ]
                properties.sort(key=lambda each: each.asked.order)  # stable: else as they are written
                yield Shape(
                    node.value, self._local(node), targets, self._asked(node, skip="property"), tuple(properties)
                )

    def _property(self, node: Object) -> Property:
        if not isinstance(node, NamedNode | BlankNode):
            raise TypeError(f"{node} is no shape")
        path = tuple(self._path(next(iter(self._said(node, "path")), node)))
        asked = self._asked(node)
        if not asked.descriptions and len(path) == 1 and path[0].name in self.vocabulary.terms:
            words = self.vocabulary.terms[path[0].name].definitions
            asked = Asked(asked.constraints, asked.severity, asked.messages, asked.name, words, asked.order)
        least, most = (self._number(node, name) for name in ("minCount", "maxCount"))
        return Property(path, int(least or 0), None if most is None else int(most), asked, self._local(node))

    def _asked(self, node: Node, *, skip: str = "") -> Asked:
        severity = self._said(node, "severity")
        return Asked(
            tuple(self._constraints(node, skip=skip)),
            severity[0].value.removeprefix(SH) if severity and isinstance(severity[0], NamedNode) else "Violation",
            self._texts(node, "message"),
            next(iter([*self._texts(node, "name"), *self._words(node, "rdfs:label")]), ""),
            (*self._texts(node, "description"), *self._words(node, "rdfs:comment")),
            self._number(node, "order") or 0.0,
        )

    def _constraints(self, node: Node, *, skip: str = "") -> Iterator[Constraint]:
        for name, values in self.shapes_.said(node).items():
            local = name.value.removeprefix(SH)
            if name in NAMING or local in APART or local == skip:
                continue
            word = WORDS.get(local) or self.shapes_.compact(name.value)
            lists = [member for value in values for member in self._members(value)]
            nested = [each for each in lists if isinstance(each, BlankNode)]
            plain = [each for each in lists if not isinstance(each, BlankNode)]
            yield Constraint(word, self._refs(plain), tuple(tuple(self._nested(each)) for each in nested))

    def _nested(self, node: BlankNode) -> Iterator[Constraint]:
        """Yield what a shape within another asks, its path and its number of values too, as constraints."""
        if path := self._said(node, "path"):
            property_ = self._property(node)
            yield Constraint("property", tuple(self._path(path[0])))
            if property_.least or property_.most is not None:
                yield Constraint("values", (Ref(property_.cardinality),))
        yield from self._constraints(node)
        for message in self._texts(node, "message"):
            yield Constraint("says", (Ref(message),))

    def _members(self, value: Object) -> list[Object]:
        return self.shapes_.members(value) or ([] if value == term("rdf:nil") else [value])

    def _path(self, path: Object) -> Iterator[Ref]:
        """Yield the parts of a path in the notation of SPARQL, names and signs in turn."""
        members = self.shapes_.members(path)
        if members:
            for number, each in enumerate(members):
                if number:
                    yield Ref("/")
                yield from self._path(each)
        elif isinstance(path, BlankNode):
            for name, values in self.shapes_.said(path).items():
                yield from self._step(name.value.removeprefix(SH), values[0])
        else:
            yield self._ref(path)

    def _step(self, kind: str, value: Object) -> Iterator[Ref]:
        if kind == "alternativePath":
            for number, each in enumerate(self.shapes_.members(value)):
                if number:
                    yield Ref("|")
                yield from self._path(each)
            return
        if kind == "inversePath":
            yield Ref("^")
        yield from self._path(value)
        if sign := {"zeroOrMorePath": "*", "oneOrMorePath": "+", "zeroOrOnePath": "?"}.get(kind):
            yield Ref(sign)

    def _said(self, node: Node, name: str) -> list[Object]:
        return self.shapes_.objects(node, _sh(name))

    def _texts(self, node: Node, name: str) -> tuple[str, ...]:
        return tuple(value.value for value in self._said(node, name) if isinstance(value, Literal))

    def _words(self, node: Node, name: str) -> tuple[str, ...]:
        return tuple(value.value for value in self.shapes_.objects(node, term(name)) if isinstance(value, Literal))

    def _number(self, node: Node, name: str) -> float | None:
        return next((float(text) for text in self._texts(node, name)), None)

    def _local(self, node: Node) -> str:
        return node.value.removeprefix(SHAPES) if isinstance(node, NamedNode) else ""

    def _ref(self, value: Object) -> Ref:
        found = self.vocabulary.ref(value)
        if isinstance(value, NamedNode):
            return Ref(self.shapes_.compact(value.value), value.value, found.name)
        return found

    def _refs(self, values: Iterable[Object]) -> tuple[Ref, ...]:
        return tuple(self._ref(value) for value in values)


def _sh(name: str) -> NamedNode:
    return NamedNode(SH + name)
