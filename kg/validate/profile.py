"""The shapes by how grave it is to break them, and in the form that the processors take fastest."""

from __future__ import annotations

from functools import cache

from rdflib import RDF, SH, BNode, Graph
from rdflib.term import Node

from shapes import paths as shape_files

SEVERITIES = {"violation": SH.Violation, "warning": SH.Warning, "info": SH.Info}
"""Name → severity, the gravest first."""

_TARGETS = (SH.targetClass, SH.targetNode, SH.targetSubjectsOf, SH.targetObjectsOf)


@cache
def packaged_shapes() -> Graph:
    """Return the union of the shape files of the package ``shapes``, read once; it is shared, so do not change it."""
    graph = Graph()
    for file in shape_files():
        graph.parse(data=file.read_text(encoding="utf-8"), format="turtle")
    return graph


def at_least(shapes: Graph, severity: str) -> Graph:
    """Return the shapes without those that are less grave than ``severity``, one of :data:`SEVERITIES`.

    A shape says itself how grave it is, a violation unless it says otherwise (SHACL, section 2.1.4); what holds it
    has no say. So the gate costs as much as the violations alone, however many hints there are.
    """
    order = list(SEVERITIES.values())
    graver = set(order[: order.index(SEVERITIES[severity]) + 1])
    kept = Graph() + shapes
    for shape, told in shapes.subject_objects(SH.severity):
        if told in graver:
            continue
        if (shape, SH.property, None) in shapes:  # what it holds may be graver than itself, and needs its targets
            for predicate, value in shapes.predicate_objects(shape):
                if predicate not in (RDF.type, SH.property, *_TARGETS):
                    _remove(kept, shape, predicate, value)
        else:
            kept.remove((None, SH.property, shape))
            for predicate, value in shapes.predicate_objects(shape):
                _remove(kept, shape, predicate, value)
    return kept


def _remove(graph: Graph, subject: Node, predicate: Node, value: Node) -> None:
    """Remove a triple and, where its value is a blank node, all that is said of that."""
    graph.remove((subject, predicate, value))
    if isinstance(value, BNode):
        for further in list(graph.predicate_objects(value)):
            _remove(graph, value, *further)


def targeted(shapes: Graph, data: Graph) -> set[Node]:
    """Return the nodes of the data that any shape is aimed at, by the classes that the data state."""
    found = {node for kind in shapes.objects(None, SH.targetClass) for node in data.subjects(RDF.type, kind)}
    found |= {node for one in shapes.objects(None, SH.targetSubjectsOf) for node in data.subjects(one)}
    return found | {node for one in shapes.objects(None, SH.targetObjectsOf) for node in data.objects(None, one)}


def flattened(shapes: Graph) -> Graph:
    """Return the same shapes with each property shape aimed at the targets of the node shape that holds it.

    That asks the same of the same nodes (SHACL, section 2.1.3), but the processor then sets a property shape up
    once instead of once a node, which halves the time.
    """
    flat = Graph(store="SimpleMemory")
    flat += shapes
    for holder, held in shapes.subject_objects(SH.property):
        targets = [(kind, node) for kind in _TARGETS for node in shapes.objects(holder, kind)]
        if targets and (holder, SH.deactivated, None) not in shapes:
            flat.remove((holder, SH.property, held))
            flat.add((held, RDF.type, SH.PropertyShape))
            for kind, node in targets:
                flat.add((held, kind, node))
    return flat
