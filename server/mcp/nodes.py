"""All that a release says of a node, in a size that fits a conversation."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from urllib.parse import quote

from pyoxigraph import Literal, NamedNode, Store, Triple

from kg.errors import QueryError
from kg.iri import PREFIXES, compact, term
from kg.release import Release
from server import facts
from server.formats import write_graph
from server.mcp.answers import Account, Description, Property, Value

TRIPLES = 1000
"""Most triples in Turtle."""

Pair = tuple[NamedNode, facts.Term]


def describe(release: Release, name: str, limit: int, turtle: bool) -> Description:
    """Return what the release says of a node, with up to ``limit`` values a property, in each direction.

    Raises:
        QueryError: The release says nothing about it.
    """
    store, base = release.store, str(release.manifest.get("base", ""))
    node = find(store, name, base=base)
    out = _sorted((quad.predicate, quad.object) for quad in store.quads_for_pattern(node, None, None, None))
    into = _sorted((quad.predicate, quad.subject) for quad in store.quads_for_pattern(None, None, node, None))
    key = node.value.removeprefix(base)
    if turtle:
        text, left = _turtle(node, out, into)
        note = (
            f"{left:,} more triples are left out; ask for them with query: DESCRIBE, or SELECT with LIMIT."
            if left
            else ""
        )
        return Description(release=release.version, id=key, iri=node.value, turtle=text, note=note)
    shown = facts.show(store, node, base=base)
    properties = _properties(store, ((p, o) for p, o in out if p != facts.TYPE), base=base, limit=limit)
    incoming = _properties(store, ((p, s) for p, s in into if p != facts.EVENT), base=base, limit=limit)
    reports = [subject for name, subject in into if name == facts.EVENT and isinstance(subject, NamedNode)]
    accounts = sorted(
        (_account(store, report, base=base) for report in reports), key=lambda told: (told.issued, told.id)
    )
    left = sum(told.left_out for told in (*properties, *incoming)) + max(0, len(accounts) - limit)
    return Description(
        release=release.version,
        id=key,
        iri=node.value,
        label=shown.text,
        kinds=tuple(sorted(compact(o.value) for p, o in out if p == facts.TYPE and isinstance(o, NamedNode))),
        properties=properties,
        incoming=incoming,
        reports=tuple(accounts[:limit]),
        reports_left_out=max(0, len(accounts) - limit),
        note=f"{left:,} values are left out, as counted with each; raise limit, or ask for them with query."
        if left
        else "",
    )


def find(store: Store, name: str, *, base: str) -> NamedNode:
    """Return the node that is meant by an id such as ``person/ada-example``, a prefixed name, or an IRI.

    Raises:
        QueryError: The release says nothing about it.
    """
    plain = name.strip().removeprefix("<").removesuffix(">").removeprefix("id:")
    prefix, _, local = plain.partition(":")
    meant = [plain, base + plain, base + quote(plain, safe=facts.PATH_CHARACTERS)]
    meant += [PREFIXES[prefix] + local] if prefix in PREFIXES else []
    for iri in meant:
        try:
            node = NamedNode(iri)
        except ValueError:  # no scheme, or a character that an IRI cannot have
            continue
        ends = (store.quads_for_pattern(node, None, None, None), store.quads_for_pattern(None, None, node, None))
        if any(next(found, None) for found in ends):
            return node
    raise QueryError(f"This release says nothing about {name!r}; look its id up with find_actor, or with query.")


def _sorted(pairs: Iterable[Pair]) -> list[Pair]:
    return sorted(set(pairs), key=lambda pair: (pair[0].value, str(pair[1])))


def _properties(store: Store, pairs: Iterable[Pair], *, base: str, limit: int) -> tuple[Property, ...]:
    by_name: dict[str, list[facts.Term]] = {}
    for name, value in pairs:
        by_name.setdefault(compact(name.value), []).append(value)
    return tuple(
        Property(
            name=name,
            values=tuple(_value(facts.show(store, value, base=base), base) for value in values[:limit]),
            left_out=max(0, len(values) - limit),
        )
        for name, values in sorted(by_name.items(), key=lambda found: (found[0] != "rdfs:label", found[0]))
    )


def _value(shown: facts.Value, base: str) -> Value:
    mine = shown.iri.startswith(base)
    return Value(
        text=shown.text,
        id=shown.iri.removeprefix(base) if mine else "",
        iri="" if mine else shown.iri,
        type=shown.note,
    )


def _account(store: Store, report: NamedNode, *, base: str) -> Account:
    article = next(iter(_objects(store, report, "leg:article")), None)
    spans = [span for span in _objects(store, report, "leg:evidence") if isinstance(span, NamedNode)]
    confidence = _text(store, report, "leg:confidence")
    about = article if isinstance(article, NamedNode) else report
    return Account(
        id=report.value.removeprefix(base),
        article=about.value.removeprefix(base) if article else "",
        title=_text(store, about, "dct:title"),
        issued=_text(store, about, "dct:issued"),
        publisher=_text(store, about, "dct:publisher"),
        status=_text(store, report, "leg:status"),
        date=_text(store, report, "leg:edtf"),
        confidence=float(confidence) if confidence else None,
        rule=_text(store, report, "leg:rule"),
        words=tuple(words for words in (_text(store, span, "oa:exact") for span in spans) if words),
    )


def _objects(store: Store, node: NamedNode, name: str) -> list[facts.Term]:
    return sorted({quad.object for quad in store.quads_for_pattern(node, term(name), None, None)}, key=str)


def _text(store: Store, node: NamedNode, name: str) -> str:
    for value in _objects(store, node, name):
        match value:
            case Literal():
                return value.value
            case NamedNode():
                return compact(value.value)
    return ""


def _turtle(node: NamedNode, out: Sequence[Pair], into: Sequence[Pair]) -> tuple[str, int]:
    """Return the statements in both directions, and how many there was no room for."""
    triples = [Triple(node, name, value) for name, value in out]
    triples += [Triple(subject, name, node) for name, subject in into if not isinstance(subject, Literal)]
    return write_graph(triples[:TRIPLES], "text/turtle").decode("utf-8"), max(0, len(triples) - TRIPLES)
