"""The gate before publication: quads against the packaged SHACL shapes, in the shapes' own words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING

import pyoxigraph as ox
import pyshacl
from pyoxigraph import Quad
from pyshacl.errors import ConstraintLoadError, ReportableRuntimeError, ShapeLoadError
from rdflib import SH, BNode, Graph
from rdflib.term import Node

from kg.validate.graph import to_rdflib
from kg.validate.profile import at_least, flattened, packaged_shapes

if TYPE_CHECKING:
    import shacl


@dataclass(frozen=True, order=True)
class Violation:
    """One way in which the data break a shape: at which node, along which path, and the shape's message."""

    focus: str
    path: str
    message: str
    shape: str


class Validator:
    """Holds the parsed shapes, which take longer to load than an article takes to check.

    ``shapes`` defaults to every Turtle file of the package ``shapes``. Only those that make data wrong are held:
    warnings and hints refuse nothing, and so cost nothing here (:func:`kg.validate.judge` reports them).
    """

    def __init__(self, shapes: Graph | None = None) -> None:
        """Take the shapes and try them on an empty graph.

        Raises:
            ShapeLoadError: The shapes themselves are wrong; no data can be judged by them.
        """
        self._given = at_least(packaged_shapes() if shapes is None else shapes, "violation")
        self._shapes = flattened(self._given)
        pyshacl.validate(Graph(), shacl_graph=self._shapes)  # a broken shape is our fault: fail now, not per article
        self._compiled = _compiled(self._given)

    def judge(self, quads: Sequence[Quad]) -> tuple[Violation, ...]:
        """Return what :meth:`check` does, at a small part of its cost when the quads pass :meth:`passes`."""
        return () if self.passes(quads) else self.check(quads)

    def passes(self, quads: Iterable[Quad]) -> bool:
        """Return whether a compiled SHACL engine finds the union of the quads in order; False where there is none.

        The tests hold it to what :meth:`check` says, on examples of every shape and on quads spoilt in many ways.
        The one difference known is a date in the year 0, which rdflib cannot read and so only :meth:`check` refuses.
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

        A literal so wrong that the SHACL processor stops on it is a violation as well, since a graph that cannot be
        judged cannot be published.
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


def describe(violations: Iterable[Violation]) -> str:
    """Return the violations as indented lines to read: node, path, message and shape."""
    lines = []
    for found in violations:
        where = " ".join(filter(None, [f"<{found.focus}>" if found.focus else "", _local(found.path)]))
        lines.append(f"  {where or 'whole graph'}: {found.message}  [{_local(found.shape)}]")
    return "\n".join(lines)


def _local(iri: str) -> str:
    return iri.rsplit("#", 1)[-1].rsplit("/", 1)[-1]
