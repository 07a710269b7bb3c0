"""The gate before publication: quads against the packaged SHACL shapes, in the shapes' own words."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph as ox
import pyshacl
import rdflib
from pyoxigraph import Literal, NamedNode, Quad, Triple
from pyshacl.errors import ConstraintLoadError, ReportableRuntimeError, ShapeLoadError
from rdflib import RDF, SH, BNode, Graph
from rdflib.term import Node

from kg.errors import InputError
from kg.iri import term
from shapes import paths as shape_files

if TYPE_CHECKING:
    import shacl

FORMATS = {
    ".ttl": ox.RdfFormat.TURTLE,
    ".nt": ox.RdfFormat.N_TRIPLES,
    ".nq": ox.RdfFormat.N_QUADS,
    ".trig": ox.RdfFormat.TRIG,
    ".jsonld": ox.RdfFormat.JSON_LD,
    ".rdf": ox.RdfFormat.RDF_XML,
}
"""File name suffix → RDF syntax; each may be followed by ``.gz``."""

XSD_STRING = term("xsd:string")

TARGETS = (SH.targetClass, SH.targetNode, SH.targetSubjectsOf, SH.targetObjectsOf)


@dataclass(frozen=True, order=True)
class Violation:
    """One way in which the data break a shape: at which node, along which path, and the shape's message."""

    focus: str
    path: str
    message: str
    shape: str


class Validator:
    """Holds the parsed shapes, which take longer to load than an article takes to check.

    ``shapes`` defaults to every Turtle file of the package ``shapes``.

    """

    def __init__(self, shapes: Graph | None = None) -> None:
        """Take the shapes and try them on an empty graph.

        Raises:
            ShapeLoadError: The shapes themselves are wrong; no data can be judged by them.
        """
        self._given = packaged_shapes() if shapes is None else shapes
        self._shapes = _flattened(self._given)
        pyshacl.validate(Graph(), shacl_graph=self._shapes)  # a broken shape is our fault: fail now, not per article
        self._compiled = _compiled(self._given)

    def judge(self, quads: Sequence[Quad]) -> tuple[Violation, ...]:
        """Return what :meth:`check` does, at a small part of its cost when the quads pass :meth:`passes`."""
        return () if self.passes(quads) else self.check(quads)

    def passes(self, quads: Iterable[Quad]) -> bool:
        """Return whether a compiled SHACL engine finds the union of the quads in order; False where there is none.

        The tests hold it to what :meth:`check` says, on examples of every shape and on quads spoilt in many ways.
        The one difference known is a date before the year 1, which rdflib cannot read and so only :meth:`check`
        refuses.
        """
        if self._compiled is None:
            return False
        buffer = BytesIO()
        ox.serialize(quads, buffer, ox.RdfFormat.N_QUADS)
        text = buffer.getvalue().decode()
        try:
            return self._compiled.validate_text(text, format="nquads", max_results=1, allow_warnings=True).conforms
        except ValueError:  # RDF that the engine cannot read, such as triple terms
            return False

    def check(self, quads: Iterable[Quad]) -> tuple[Violation, ...]:
        """Return how the union of the quads breaks the shapes, sorted; empty when it conforms.

        Warnings and infos of the shapes do not count. A literal so wrong that the SHACL processor stops on it
        is a violation as well, since a graph that cannot be judged cannot be published.
        """
        graph = to_rdflib(quads)
        try:
            conforms, report, _ = pyshacl.validate(graph, shacl_graph=self._shapes, allow_warnings=True)
        except (ShapeLoadError, ConstraintLoadError):
            raise
        except (ReportableRuntimeError, TypeError, ValueError, ArithmeticError) as error:
            return (Violation("", "", f"the SHACL processor stopped: {error}", type(error).__name__),)
        if conforms:
            return ()
        if not isinstance(report, Graph):
            return (Violation("", "", f"the SHACL processor stopped: {report}", "ValidationFailure"),)
        results = report.subjects(SH.resultSeverity, SH.Violation)
        return tuple(sorted({self._violation(report, result) for result in results}))

    def _violation(self, report: Graph, result: Node) -> Violation:
        shape = report.value(result, SH.sourceShape)
        if isinstance(shape, BNode):  # a property shape without a name: the node shape that holds it names it
            shape = self._given.value(None, SH.property, shape) or shape
        messages = sorted(str(message) for message in report.objects(result, SH.resultMessage))
        return Violation(
            focus=str(report.value(result, SH.focusNode) or ""),
            path=str(report.value(result, SH.resultPath) or ""),
            message="; ".join(messages),
            shape=str(shape or ""),
        )


def _compiled(shapes: Graph) -> shacl.Shapes | None:
    """Return the shapes in the compiled engine, or None where it is not installed: it has no wheel for Linux on ARM."""
    try:
        from shacl import Shapes
    except ImportError:
        return None
    return Shapes.from_text(shapes.serialize(format="nt"), format="ntriples")


def packaged_shapes() -> Graph:
    """Return the union of the shape files of the package ``shapes``."""
    graph = Graph()
    for file in shape_files():
        graph.parse(data=file.read_text(encoding="utf-8"), format="turtle")
    return graph


def to_rdflib(quads: Iterable[Quad]) -> Graph:
    """Return the union of the quads' graphs as an rdflib graph, which is what pyshacl takes.

    Raises:
        InputError: A quad holds a triple term (RDF 1.2), which rdflib cannot.
    """
    graph = Graph(bind_namespaces="none")
    nodes: dict[str, rdflib.URIRef] = {}  # most IRIs come many times, and each is checked when it is made

    def converted(node: ox.NamedNode | ox.BlankNode | Literal | Triple) -> Node:
        match node:
            case NamedNode(value=iri):
                return nodes.get(iri) or nodes.setdefault(iri, rdflib.URIRef(iri))
            case ox.BlankNode(value=name):
                return rdflib.BNode(name)
            case Literal(value=text, language=language, datatype=datatype):
                # To rdflib, "x" and "x"^^xsd:string are two literals; its parsers make the first of both.
                plain = language or datatype == XSD_STRING
                return rdflib.Literal(text, language, None if plain else datatype.value, normalize=False)
        raise InputError(f"the triple term {node} is RDF 1.2: write the data without triple terms")

    for quad in quads:
        graph.add((converted(quad.subject), converted(quad.predicate), converted(quad.object)))
    return graph


def _flattened(shapes: Graph) -> Graph:
    """Return the same shapes with each property shape aimed at the targets of the node shape that holds it.

    That asks the same of the same nodes (SHACL, section 2.1.3), but the processor then sets a property shape up
    once instead of once a node, which halves the time.
    """
    flat = Graph(store="SimpleMemory")
    flat += shapes
    for holder, held in shapes.subject_objects(SH.property):
        targets = [(kind, node) for kind in TARGETS for node in shapes.objects(holder, kind)]
        if targets and (holder, SH.deactivated, None) not in shapes:
            flat.remove((holder, SH.property, held))
            flat.add((held, RDF.type, SH.PropertyShape))
            for kind, node in targets:
                flat.add((held, kind, node))
    return flat


def validate_files(paths: Iterable[Path], validator: Validator) -> Iterator[tuple[Path, tuple[Violation, ...]]]:
    """Yield each RDF file with its violations; every file is judged by itself.

    Raises:
        InputError: A file cannot be read, is of an unknown kind, or is not what its name says.
    """
    for path in paths:
        yield path, validator.check(_quads(path))


def describe(violations: Iterable[Violation]) -> str:
    """Return the violations as indented lines to read: node, path, message and shape."""
    lines = []
    for found in violations:
        where = " ".join(filter(None, [f"<{found.focus}>" if found.focus else "", _local(found.path)]))
        lines.append(f"  {where or 'whole graph'}: {found.message}  [{_local(found.shape)}]")
    return "\n".join(lines)


def _quads(path: Path) -> list[Quad]:
    suffixes = [suffix for suffix in path.suffixes if suffix != ".gz"]
    form = FORMATS.get(suffixes[-1] if suffixes else "")
    if form is None:
        raise InputError(f"{path}: not a known RDF file name; name it {', '.join(FORMATS)}, or one of them with .gz")
    try:
        data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        return list(ox.parse(data, form))
    except (OSError, EOFError, zlib.error) as error:
        raise InputError(f"{path}: cannot be read ({error}); check the path and that the file is complete") from error
    except (SyntaxError, ValueError) as error:
        raise InputError(f"{path}: not valid {form}: {error}; correct that place, or the file's suffix") from error


def _local(iri: str) -> str:
    return iri.rsplit("#", 1)[-1].rsplit("/", 1)[-1]
