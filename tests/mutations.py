"""Spoilt copies of good data: one for each constraint of the shapes, which it breaks and no other.

The constraints are read off the shapes. Most copies are made by a rule for each kind of constraint (a value too few, a
value of another datatype, …); where a rule is not enough, :data:`BY_HAND` says what to take away and to add. Each copy
lives below an address of its own, with no more of the data than the spoilt node needs, so that all of them can be
validated at once.
"""

from __future__ import annotations

import tomllib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pyoxigraph as ox
from rdflib import RDF, SH, XSD, BNode, Graph, Literal, URIRef
from rdflib.collection import Collection
from rdflib.namespace import PROV, SKOS, VOID
from rdflib.term import Node

from kg.iri import PREFIXES
from kg.validate.graph import to_rdflib
from kg.validate.results import path_text
from tests.second_engines import Result

WHOLE = Path(__file__).parent / "shapes" / "whole.ttl"
ID = "https://w3id.org/legation/id/"
SHAPE = "https://w3id.org/legation/shapes#"
LEG = "https://w3id.org/legation/ontology#"
EDTF = URIRef("http://id.loc.gov/datatypes/edtf/EDTF")

SPACES = {**PREFIXES, "edtf": EDTF.removesuffix("EDTF"), "id": ID, "sh": str(SH)}

NO_CONSTRAINT = {
    SH[name]
    for name in (
        *("path", "inversePath", "alternativePath", "property", "message", "name", "description", "severity"),
        *("targetClass", "targetSubjectsOf", "targetObjectsOf"),
    )
}
"""What a shape may say besides its constraints."""

EVERY = URIRef("?")
"""Stands for every value in what is removed by hand."""

LISTS = {SH["or"], SH.xone, SH["and"]}
BOTH_WAYS = {
    *(URIRef(f"{LEG}{name}") for name in ("reports", "metWith", "metInPersonWith")),
    PROV.wasDerivedFrom,
    SKOS.topConceptOf,
    VOID.subset,
}
"""What a copy holds also of those that point at one of its nodes: the shapes look at it from both ends."""

Triple = tuple[Node, Node, Node]
Triples = set[Triple]
"""Data as they are spoilt: some hundreds of triples, copied hundreds of times."""


@dataclass(frozen=True)
class Constraint:
    """One parameter of one shape, with its value where that is no list: ``Report leg:confidence minInclusive 0.5``.

    ``within`` is the way from the shape's own parameter to a nested one, as in ``Actor xone[0].class leg:Person``.
    ``triple`` says it in the shapes; ``result`` is what breaking it gives, for a focus node.
    """

    holder: URIRef
    shape: Node
    path: str
    steps: Node | None
    parameter: URIRef
    within: str
    triple: Triple
    severity: str

    @property
    def key(self) -> str:
        """The constraint in words that stay the same from run to run."""
        value = self.triple[2]
        told = "" if isinstance(value, BNode) else f" {value if isinstance(value, Literal) else curie(value.n3())}"
        place = f" {curie(self.path)}" if self.path else ""
        return f"{self.holder.removeprefix(SHAPE)}{place} {self.within}{told}"

    def result(self, focus: Node) -> Result:
        """Return the result that a validator gives for a focus node which breaks it."""
        name = self.parameter.removeprefix(str(SH))
        component = f"{name[0].upper()}{name[1:]}ConstraintComponent"
        return "_:" if isinstance(focus, BNode) else focus.n3(), self.path, component, self.severity


@dataclass(frozen=True)
class Mutant:
    """A copy of good data in which ``focus`` breaks a constraint; ``also`` are results that cannot but come along."""

    constraint: Constraint
    triples: frozenset[Triple]
    focus: Node
    also: frozenset[Result]

    @property
    def expected(self) -> frozenset[Result]:
        """All results that a validator is to give."""
        return self.also | {self.constraint.result(self.focus)}


def curie(text: str) -> str:
    """Return a text with the IRIs of known namespaces shortened."""
    for name, space in SPACES.items():
        text = "".join(
            f"{name}:{part.replace('>', '', 1)}" if index else part
            for index, part in enumerate(text.split(f"<{space}"))
        )
    return text


def constraints(shapes: Graph) -> list[Constraint]:
    """Return every constraint of every shape, in order of its key, those nested in others too."""
    found = []
    for holder in shapes.subjects(RDF.type, SH.NodeShape):
        if isinstance(holder, URIRef):
            for shape in (holder, *shapes.objects(holder, SH.property)):
                found += _of(shapes, holder, shape)
    return sorted(found, key=lambda one: one.key)


def _of(shapes: Graph, holder: URIRef, shape: Node) -> Iterator[Constraint]:
    steps = shapes.value(shape, SH.path)
    path = "" if steps is None else path_text(shapes, steps)
    severity = str(shapes.value(shape, SH.severity) or SH.Violation).removeprefix(str(SH))

    def told(node: Node, parameter: URIRef | None, before: str) -> Iterator[Constraint]:
        for triple in shapes.triples((node, None, None)):
            _, predicate, value = triple
            if predicate in NO_CONSTRAINT or not str(predicate).startswith(str(SH)):
                continue
            outermost = parameter or URIRef(predicate)
            name = before + predicate.removeprefix(str(SH))
            yield Constraint(holder, shape, path, steps, outermost, name, triple, severity)
            if predicate in LISTS:
                for index, member in enumerate(Collection(shapes, value)):
                    yield from told(member, outermost, f"{name}[{index}].")
                    for held in shapes.objects(member, SH.property):
                        yield from told(held, outermost, f"{name}[{index}].property.")
            elif predicate == SH["not"]:
                yield from told(value, outermost, f"{name}.")

    yield from told(shape, None, "")


# ---------------------------------------------------------------- the copies


def mutants(shapes: Graph, good: Graph, by_hand: Mapping[str, ByHand]) -> list[Mutant]:
    """Return a mutant for each constraint, the one numbered ``n`` below ``…/legation/m<n>/``.

    Raises:
        LookupError: The good data hold no node at which a constraint could be broken.
    """
    found = []
    for number, constraint in enumerate(constraints(shapes)):
        change = by_hand.get(constraint.key, ByHand())
        triples = set(good)
        focus = _spoil(shapes, triples, constraint, change)
        home = f"https://w3id.org/legation/m{number}/"
        around = frozenset(_moved_triple(triple, home) for triple in _neighbourhood(triples, focus))
        also = frozenset((one[0].replace(f"<{ID}", f"<{home}"), *one[1:]) for one in change.also)
        found.append(Mutant(constraint, around, _moved(focus, home), also))
    return found


@dataclass(frozen=True)
class ByHand:
    """How to break a constraint at ``focus`` where no rule does, or what comes along where one does.

    ``remove`` has a triple a line, with ``?`` for every value, ``add`` is Turtle; without either, the rule is applied.
    ``also`` are results that come along, for the reason in ``why``.
    """

    focus: str = ""
    remove: str = ""
    add: str = ""
    also: frozenset[Result] = frozenset()
    why: str = ""


def _spoil(shapes: Graph, triples: Triples, constraint: Constraint, change: ByHand) -> Node:
    """Change the triples so that they break a constraint, and return the node that does."""
    if change.add or change.remove:
        for line in filter(None, change.remove.splitlines()):
            subject, predicate, value = map(_term, line.split(maxsplit=2))
            gone = {one for one in triples if one[:2] == (subject, predicate) and value in (EVERY, one[2])}
            if not gone:
                raise LookupError(f"{constraint.key}: the good data do not say {line}")
            triples -= gone
        triples.update(_turtle(change.add))
        return _term(change.focus)
    rule = RULES[constraint.parameter]
    for focus in sorted(targeted(triples, shapes, constraint.holder)):
        edges = _edges(shapes, triples, focus, constraint.steps)
        if edges or constraint.steps is None or constraint.triple[1:] == (SH.maxCount, Literal(0)):
            return rule(Place(shapes, triples, constraint, focus, edges))
    raise LookupError(f"{constraint.key}: the good data hold no node at which to break it")


def targeted(triples: Iterable[Triple], shapes: Graph, shape: Node) -> set[Node]:
    """Return the nodes of the data at which a shape is aimed."""
    kinds, subjects, objects = (
        set(shapes.objects(shape, kind)) for kind in (SH.targetClass, SH.targetSubjectsOf, SH.targetObjectsOf)
    )
    found = set()
    for subject, predicate, value in triples:
        if predicate in subjects or (predicate == RDF.type and value in kinds):
            found.add(subject)
        if predicate in objects:
            found.add(value)
    return found


def _edges(shapes: Graph, triples: Triples, focus: Node, steps: Node | None) -> list[Triple]:
    """Return the triples by which a path leads from a node to its values, sorted."""
    if steps is None:
        return []
    if inverse := shapes.value(steps, SH.inversePath):
        return sorted(one for one in triples if one[1:] == (inverse, focus))
    listed = shapes.value(steps, SH.alternativePath)
    predicates = [steps] if listed is None else list(Collection(shapes, listed))
    return sorted(one for one in triples if one[0] == focus and one[1] in predicates)


@dataclass(frozen=True)
class Place:
    """Where a constraint is to be broken: rules change ``triples`` there and return the node that then breaks it."""

    shapes: Graph
    triples: Triples
    constraint: Constraint
    focus: Node
    edges: Sequence[Triple]

    @property
    def asked(self) -> Node:
        """The value of the parameter."""
        return self.constraint.triple[2]

    def replace(self, value: Node) -> Node:
        """Put another value in place of the first, and return the focus node."""
        subject, predicate, before = self.edges[0]
        self.triples.remove((subject, predicate, before))
        self.triples.add((subject, predicate, value))
        return self.focus

    def reword(self, text: str) -> Node:
        """Replace the first value by a text of its datatype and language."""
        literal = self.edges[0][2]
        assert isinstance(literal, Literal)
        return self.replace(Literal(text, literal.language, literal.datatype, normalize=False))


def _too_few(place: Place) -> Node:
    for edge in place.edges if place.asked == Literal(1) else place.edges[:1]:
        place.triples.remove(edge)
    return place.focus


def _too_many(place: Place) -> Node:
    if not place.edges:
        place.triples.add((place.focus, place.constraint.steps, URIRef(f"{LEG}status")))
        return place.focus
    subject, predicate, value = place.edges[0]
    others = place.shapes.value(place.constraint.shape, SH["in"])
    kind = place.shapes.value(place.constraint.shape, SH["class"])
    if others:
        other = next(one for one in Collection(place.shapes, others) if one != value)
    elif kind:
        kin = sorted(one for one, *typed in place.triples if typed == [RDF.type, kind])
        other = next(one for one in kin if one not in (value, place.focus))
    elif isinstance(value, Literal):
        other = Literal(_ANOTHER.get(value.datatype, f"{value} too"), value.language, value.datatype)
    else:
        other = URIRef(f"{ID}another")
    place.triples.add((subject, predicate, other))
    return place.focus


_ANOTHER = {
    XSD.boolean: "true",
    XSD.date: "2022-05-17",
    XSD.gYear: "2021",
    XSD.decimal: "0.55",
    XSD.double: "0.55",
    XSD.integer: "7",
    XSD.nonNegativeInteger: "7",
    EDTF: "2021",
}


_COMPARABLE = {
    XSD.decimal: XSD.double,
    XSD.double: XSD.decimal,
    XSD.integer: XSD.long,
    XSD.nonNegativeInteger: XSD.integer,
}
"""Datatype → another whose values bounds still hold for."""


def _other_datatype(place: Place) -> Node:
    value = place.edges[0][2]
    same = {
        XSD.decimal: XSD.double,
        XSD.double: XSD.decimal,
        XSD.nonNegativeInteger: XSD.integer,
        XSD.integer: XSD.long,
    }
    other = same.get(place.asked, XSD.token if place.asked == XSD.string else XSD.string)
    return place.replace(Literal(str(value), datatype=other))


def _other_class(place: Place) -> Node:
    if place.constraint.steps is None:
        place.triples.remove((place.focus, RDF.type, place.asked))
        return place.focus
    return place.replace(URIRef(f"{ID}nothing"))


def _other_kind(place: Place) -> Node:
    if place.constraint.steps is None:
        blank = BNode()
        for triple in [triple for triple in place.triples if place.focus in triple]:
            place.triples.remove(triple)
            subject, predicate, value = (blank if node == place.focus else node for node in triple)
            place.triples.add((subject, predicate, value))
        return blank
    value = place.edges[0][2]
    return place.replace(Literal(str(value)) if place.asked == SH.IRI else URIRef(f"{ID}thing"))


def _other_words(place: Place) -> Node:
    value = place.edges[0][2]
    return place.reword("?!") if isinstance(value, Literal) else place.replace(URIRef(f"{ID}thing"))


def _other_member(place: Place) -> Node:
    value = place.edges[0][2]
    return place.replace(Literal("else") if isinstance(value, Literal) else URIRef(f"{ID}thing"))


def _too_small(place: Place) -> Node:
    return place.reword(_beside(place, -1))


def _too_great(place: Place) -> Node:
    return place.reword(_beside(place, 1))


def _beside(place: Place, by: int) -> str:
    """Return the bound moved outwards: by a whole, or for the warnings between 0 and 1 by a little."""
    bound = float(place.asked)
    return f"{bound + by * 0.1:g}" if bound % 1 else f"{bound + by:g}"


def _same_language(place: Place) -> Node:
    subject, predicate, value = place.edges[0]
    assert isinstance(value, Literal)
    place.triples.add((subject, predicate, Literal(f"{value} too", value.language)))
    return place.focus


def _wrong_order(place: Place) -> Node:
    value = place.edges[0][2]
    assert isinstance(value, Literal)
    edge = _beyond(place)
    place.triples.remove(edge)
    lower = "2000-01-01" if value.datatype == XSD.date else str(value)  # less than is broken by what is equal
    place.triples.add((*edge[:2], Literal(lower, datatype=value.datatype)))
    return place.focus


def _in_common(place: Place) -> Node:
    return place.replace(_beyond(place)[2])


def _beyond(place: Place) -> Triple:
    """Return the triple that has the value with which a constraint compares."""
    return next(triple for triple in place.triples if triple[:2] == (place.focus, place.asked))


def _one_way(place: Place) -> Node:
    place.triples.remove(place.edges[0])
    return place.focus


RULES: dict[Node, Callable[[Place], Node]] = {
    SH.minCount: _too_few,
    SH.maxCount: _too_many,
    SH.datatype: _other_datatype,
    SH["class"]: _other_class,
    SH.nodeKind: _other_kind,
    SH.pattern: _other_words,
    SH["in"]: _other_member,
    SH.minInclusive: _too_small,
    SH.maxInclusive: _too_great,
    SH.minLength: lambda place: place.reword(""),
    SH.maxLength: lambda place: place.reword("x" * (int(place.asked) + 1)),
    SH.languageIn: lambda place: place.replace(Literal(str(place.edges[0][2]), lang="fr")),
    SH.uniqueLang: _same_language,
    SH.lessThan: _wrong_order,
    SH.lessThanOrEquals: _wrong_order,
    SH.disjoint: _in_common,
    SH.equals: _one_way,
}
"""Parameter → how it is broken. Those that hold other shapes are broken by hand."""


def _neighbourhood(triples: Triples, focus: Node) -> Triples:
    """Return what is said of a node and of all that can be reached from it."""
    links: dict[Node, list[tuple[Triple, Node]]] = defaultdict(list)
    for triple in triples:
        subject, predicate, value = triple
        links[subject].append((triple, value))
        if predicate in BOTH_WAYS or isinstance(value, BNode):
            links[value].append((triple, subject))
    around, waiting, seen = set(), [focus], {focus}
    while waiting:
        for triple, further in links[waiting.pop()]:
            around.add(triple)
            if further not in seen:
                seen.add(further)
                waiting.append(further)
    return around


def _moved_triple(triple: Triple, home: str) -> Triple:
    subject, predicate, value = triple
    return _moved(subject, home), predicate, _moved(value, home)


def _moved(node: Node, home: str) -> Node:
    return URIRef(home + node.removeprefix(ID)) if isinstance(node, URIRef) and node.startswith(ID) else node


_HEAD = f"@base <{ID}> .\n" + "".join(f"@prefix {name}: <{space}> .\n" for name, space in SPACES.items())


def _turtle(text: str) -> Graph:
    """Return the graph of a text, its literals as they are written: rdflib's own parser would put some right."""
    return to_rdflib(ox.parse((_HEAD + text).encode(), ox.RdfFormat.TURTLE))


def _term(text: str) -> Node:
    return EVERY if text == "?" else next(_turtle(f"<s> <p> {text} .").objects())


def read_by_hand(path: Path) -> dict[str, ByHand]:
    """Return what a TOML file says of constraints, by their key."""
    told = tomllib.loads(path.read_text("utf-8"))
    return {key: replace(ByHand(**{**one, "also": frozenset()}), also=_results(one)) for key, one in told.items()}


def _results(told: Mapping[str, Any]) -> frozenset[Result]:
    found = set()
    for node, path, component, severity in told.get("also", []):
        inverse = "^" if path.startswith("^") else ""
        steps = inverse + _term(path.removeprefix("^")).n3() if path else ""
        found.add((_term(node).n3(), steps, component, severity))
    return frozenset(found)
