"""What the graph says about one thing, arranged for reading: its properties, what points at it, its spans."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from urllib.parse import quote, unquote

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Store, Triple

from kg.iri import PREFIXES, Names, compact

LIMIT = 500
"""Most statements shown in either direction; the page says so and links to the query that gives all."""

PATH_CHARACTERS = "/%:@!$&'()*+,;=~-._"
"""What may stand in a path as it is; ``%`` because the keys of articles are already encoded."""

TITLES = tuple(
    NamedNode(PREFIXES[prefix] + name)
    for prefix, name in (("rdfs", "label"), ("dct", "title"), ("skos", "prefLabel"), ("oa", "exact"))
)
TYPE = NamedNode(PREFIXES["rdf"] + "type")
ARTICLE, EVENT, HOLDER, OFFICE, FORMER = (
    NamedNode(PREFIXES["leg"] + name) for name in ("article", "reports", "holder", "office", "former")
)
START = NamedNode(PREFIXES["oa"] + "start")
STRING_TYPES = (PREFIXES["xsd"] + "string", PREFIXES["rdf"] + "langString")

DOCUMENTS = re.compile(re.escape(PREFIXES["leg"].removesuffix("ontology#")) + r"(ontology|shapes)(?=$|[#/])")
"""The vocabulary's documents, whatever the base of the data is."""

Term = NamedNode | BlankNode | Literal | Triple


@dataclass(frozen=True)
class Value:
    """One end of a statement: what to show, its IRI if it has one, and where this server tells about it, if it does."""

    text: str
    iri: str = ""
    path: str = ""
    note: str = ""


@dataclass(frozen=True)
class Row:
    """The values of one property."""

    name: str
    iri: str
    values: tuple[Value, ...]


@dataclass(frozen=True)
class Part:
    """Something that has no address but its whole's with ``#`` and a name, such as a file of a release."""

    node: Value
    properties: tuple[Row, ...]


@dataclass(frozen=True)
class Facts:
    """All that a page shows; ``cut`` says that there is more than fits."""

    node: Value
    types: tuple[Value, ...]
    properties: tuple[Row, ...]
    inverse: tuple[Row, ...]
    spans: tuple[Value, ...]
    parts: tuple[Part, ...]
    members: tuple[Value, ...]
    cut: bool


def gather(store: Store, node: NamedNode, *, base: str) -> Facts:
    """Return what the store says about a node, with labels for whatever it is linked to."""
    out = list(islice(store.quads_for_pattern(node, None, None, None), LIMIT + 1))
    into = list(islice(store.quads_for_pattern(None, None, node, None), LIMIT + 1))
    inside = list(islice(store.quads_for_pattern(None, None, None, node), LIMIT + 1))
    spans = _spans(store, node, base)
    described = [] if spans else list(islice(parts(store, node, Names(base)), LIMIT + 1))
    rows = _rows(store, base, ((quad.predicate, quad.object) for quad in out[:LIMIT] if quad.predicate != TYPE))
    return Facts(
        node=show(store, node, base=base),
        types=tuple(show(store, quad.object, base=base) for quad in out if quad.predicate == TYPE),
        properties=rows,
        inverse=_rows(store, base, ((quad.predicate, quad.subject) for quad in into[:LIMIT])),
        spans=spans[:LIMIT],
        parts=tuple(_part(store, part, base) for part in described[:LIMIT]),
        members=tuple(sorted({show(store, quad.subject, base=base) for quad in inside[:LIMIT]}, key=_by_text)),
        cut=any(len(found) > LIMIT for found in (out, into, inside, spans, described)),
    )


def show(store: Store, term: Term, *, base: str) -> Value:
    """Return a term for reading: a literal's text, a thing's label, a vocabulary term's prefixed name."""
    match term:
        case Literal():
            kind = term.datatype.value
            return Value(
                term.value, note=term.language or ("" if kind in STRING_TYPES else re.split(r"[/#]", kind)[-1])
            )
        case NamedNode():
            path = page_path(term.value, base=base)
            name = compact(term.value.removeprefix(base))
            return Value(_title(store, term) or name, term.value, path) if path else Value(name, term.value)
    return Value(str(term))


def page_path(iri: str, *, base: str) -> str:
    """Return where this server tells about an IRI: a thing's page, a term's, or that of the ontology or the shapes.

    It is empty for what lies elsewhere.
    """
    if iri == base:  # as the address of a service that a release tells of
        return "/"
    if iri.startswith(base):
        return path_of("page", iri, base=base) + "".join(iri.removeprefix(base).partition("#")[1:])
    document = DOCUMENTS.match(iri)
    if not document:
        return ""
    rest = iri[document.end() :].removesuffix("#")
    term = document[1] == "ontology" and rest.startswith("#")  # each has an address of its own
    return f"/{document[1]}{quote(f'/{rest[1:]}' if term else rest, safe=PATH_CHARACTERS + '#')}"


def path_of(kind: str, iri: str, *, base: str) -> str:
    """Return the address of a thing (``id``), its page (``page``) or its data (``data``), without part or ending."""
    return f"/{kind}/{quote(iri.removeprefix(base).partition('#')[0], safe=PATH_CHARACTERS)}"


def _title(store: Store, node: NamedNode) -> str:
    """Return what the graph calls a node, empty if it has no name."""
    for name in TITLES:
        quad = next(store.quads_for_pattern(node, name, None, None), None)
        if quad and isinstance(quad.object, Literal):
            return quad.object.value
    office = _title_of(store, node, OFFICE)
    if office:  # nor has the holding of an office a name of its own
        former = next(store.quads_for_pattern(node, FORMER, Literal(True), None), None)
        return f"{_title_of(store, node, HOLDER)}, {'former ' if former else ''}{office}"
    article = _title_of(store, node, ARTICLE)
    if article:  # a report is called after its article and its event
        return ": ".join(filter(None, (f"Report in {article}", _title_of(store, node, EVENT))))
    return ""


def _title_of(store: Store, node: NamedNode, link: NamedNode) -> str:
    """Return what the graph calls the thing that a node is linked to, at worst the end of its IRI; else empty."""
    quad = next(store.quads_for_pattern(node, link, None, None), None)
    if quad is None or not isinstance(quad.object, NamedNode):
        return ""
    return _title(store, quad.object) or unquote(quad.object.value.rpartition("/")[2])


def _rows(store: Store, base: str, pairs: Iterable[tuple[NamedNode, Term]]) -> tuple[Row, ...]:
    by_property: dict[NamedNode, set[Value]] = {}
    for name, term in pairs:
        by_property.setdefault(name, set()).add(show(store, term, base=base))
    rows = (
        Row(compact(name.value), name.value, tuple(sorted(found, key=_by_text))) for name, found in by_property.items()
    )
    return tuple(sorted(rows, key=lambda row: (row.name not in ("rdfs:label", "dct:title"), row.name)))


def _spans(store: Store, node: NamedNode, base: str) -> tuple[Value, ...]:
    """Return the stretches of an article that are quoted in the graph, in the order of the text.

    Their text is the anchor that their IRIs point at: ``#char=0,12``.
    """
    if not node.value.startswith(f"{base}article/"):
        return ()
    graph = NamedNode(f"{base}graph/{node.value.removeprefix(base)}")
    starts = store.quads_for_pattern(None, START, None, graph)
    mine = [(int(_lexical(quad)), quad.subject) for quad in starts if _is_part(quad, node)]
    mine.sort(key=lambda pair: (pair[0], str(pair[1])))
    return tuple(show(store, span, base=base) for _, span in mine)


def _is_part(quad: Quad, node: NamedNode) -> bool:
    return isinstance(quad.subject, NamedNode) and quad.subject.value.startswith(f"{node.value}#")


def _lexical(quad: Quad) -> str:
    return quad.object.value if isinstance(quad.object, Literal) else "0"


def parts(store: Store, node: NamedNode, names: Names) -> Iterator[NamedNode]:
    """Yield the nodes that have no address but this one's with ``#`` and a name: spans, parts of a release.

    Those of an article are in its graph, those of a release in its description.
    """
    own = names.graph(node.value.removeprefix(names.base))
    for graph in (own, names.graph("release")):
        if graph == own or next(store.quads_for_pattern(node, None, None, graph), None):
            inside = (quad.subject for quad in store.quads_for_pattern(None, None, None, graph))
            found = {one for one in inside if isinstance(one, NamedNode) and one.value.startswith(f"{node.value}#")}
            yield from sorted(found, key=str)


def _part(store: Store, node: NamedNode, base: str) -> Part:
    said = islice(store.quads_for_pattern(node, None, None, None), LIMIT)
    return Part(show(store, node, base=base), _rows(store, base, ((quad.predicate, quad.object) for quad in said)))


def _by_text(value: Value) -> tuple[str, str]:
    return value.text.casefold(), value.iri
