"""What SHACL finds in a graph: the standard report, and the same as findings in order of gravity."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import pyshacl
from pyshacl.errors import ConstraintLoadError, ReportableRuntimeError, ShapeLoadError
from rdflib import RDF, RDFS, SH, BNode, Graph, Literal
from rdflib.collection import Collection
from rdflib.term import Node

from kg.errors import InputError
from kg.validate.profile import SEVERITIES, flattened, targeted

_NAMES = {str(severity): name for name, severity in SEVERITIES.items()}
_ORDER = list(SEVERITIES)
_SUFFIX = "ConstraintComponent"


@dataclass(frozen=True)
class Finding:
    """One result of SHACL: which node breaks which constraint of which shape.

    ``path`` is a SPARQL property path with whole IRIs, empty where the node itself is at fault; ``value`` is the
    offending value, None where one is missing or there are too many. ``title`` is the shape's label and ``name`` the
    property's. ``constraint`` is the local name of the constraint's parameter, such as ``minCount``.
    """

    severity: str
    shape: str
    title: str
    path: str
    name: str
    constraint: str
    message: str
    focus: Node
    value: Node | None


@dataclass(frozen=True)
class Report:
    """What SHACL says of a graph; ``graph`` is its own report, a ``sh:ValidationReport``.

    ``nodes`` is how many nodes were judged: none where nothing is described in the terms that the shapes know.
    """

    findings: tuple[Finding, ...]
    nodes: int
    triples: int
    graph: Graph

    @property
    def counts(self) -> Mapping[str, int]:
        """How many findings there are of each severity that was looked for."""
        return Counter(finding.severity for finding in self.findings)

    @property
    def conforms(self) -> bool:
        """Whether nothing is wrong; warnings and hints are allowed."""
        return not self.counts.get("violation")


def judge(data: Graph, shapes: Graph) -> Report:
    """Return what the shapes, all of them, find in the data; no inference is made.

    Raises:
        InputError: The SHACL processor stops on a value of the data.
    """
    try:
        _, graph, _ = pyshacl.validate(data, shacl_graph=flattened(shapes))
    except (ShapeLoadError, ConstraintLoadError):
        raise
    except (ReportableRuntimeError, TypeError, ValueError, ArithmeticError) as error:
        raise InputError(f"the SHACL processor stopped on a value ({error}); correct it") from error
    if not isinstance(graph, Graph):
        raise InputError(f"the SHACL processor stopped ({graph}); correct the data there")
    # Results of nested shapes, where a processor tells them, are details of these and not results of their own.
    results = [result for node in graph.subjects(RDF.type, SH.ValidationReport) for result in graph[node : SH.result]]
    findings = {_finding(graph, result, shapes) for result in results}
    return Report(tuple(sorted(findings, key=_rank)), len(targeted(shapes, data)), len(data), graph)


def _rank(finding: Finding) -> tuple[int, str, str, str, str, str, str]:
    value = "" if finding.value is None else finding.value.n3()
    order = _ORDER.index(finding.severity)
    return order, finding.title, finding.path, finding.constraint, finding.message, finding.focus.n3(), value


def _finding(report: Graph, result: Node, shapes: Graph) -> Finding:
    source = report.value(result, SH.sourceShape)
    holder = source if source is None else shapes.value(None, SH.property, source) or source
    path = shapes.value(source, SH.path)
    component = str(report.value(result, SH.sourceConstraintComponent)).rpartition("#")[2].removesuffix(_SUFFIX)
    return Finding(
        severity=_NAMES[str(report.value(result, SH.resultSeverity))],
        shape="" if isinstance(holder, BNode) else str(holder),
        title=str(shapes.value(holder, RDFS.label) or str(holder).rpartition("#")[2]),
        path="" if path is None else path_text(shapes, path),
        name=str(shapes.value(source, SH.name) or ""),
        constraint=component[:1].lower() + component[1:],
        message="; ".join(sorted(str(message) for message in report.objects(result, SH.resultMessage))),
        focus=report.value(result, SH.focusNode) or Literal(""),
        value=report.value(result, SH.value),
    )


def path_text(shapes: Graph, path: Node) -> str:
    """Return a SHACL path as a SPARQL property path: a property, ``^`` its inverse, alternatives with ``|``.

    The shapes have no other kinds of paths.
    """
    if not isinstance(path, BNode):
        return path.n3()
    if inverse := shapes.value(path, SH.inversePath):
        return f"^{path_text(shapes, inverse)}"
    alternatives = shapes.value(path, SH.alternativePath) or RDF.nil
    return "|".join(path_text(shapes, member) for member in Collection(shapes, alternatives))
